//! The action `docspace_webhook_redeliver`: redeliver events after an outage (product §6).
//!
//! One batch call asks for all of them, because the portal allows only 5 such calls in 15 minutes (API §9). The portal
//! queues new journal entries; the action waits until each has an outcome.
//!
//! | module | holds |
//! | --- | --- |
//! | `choice` | which deliveries have failed, each event once |
//! | `outcome` | waiting for their outcomes, and reporting them |

mod choice;
mod outcome;

use async_trait::async_trait;
use time::OffsetDateTime;

use crate::api::{self, DeliveryId, WebhookId};
use crate::framework::action::{Action, ActionProgress};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::value::{Number, Object, Type, Value};
use crate::provider::dates;
use crate::provider::portal::{LivePortal, Portal};
use crate::provider::webhook::data_source::check_id;

const DELIVERY_IDS: &str = "delivery_ids";
const WEBHOOK_ID: &str = "webhook_id";
const FAILED_SINCE: &str = "failed_since";

const SUMMARY: &str = "Could not redeliver";

/// The most deliveries of one call; for more, the time must be narrowed.
const MOST: usize = 1000;
/// How often the portal itself retries a failed delivery, unless its operator chose another number (API §10).
const REPEATS: u32 = 5;

/// The action.
#[derive(Debug)]
pub(in crate::provider::webhook) struct Redeliver;

#[async_trait]
impl Action<Portal> for Redeliver {
    fn type_name(&self) -> &'static str {
        "docspace_webhook_redeliver"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "Redelivers events: either those in `delivery_ids`, or, with `webhook_id` and `failed_since`, all failed \
             deliveries of one webhook since a given time. An event that has been delivered in the meantime is not \
             delivered again. The action waits for the outcome of each, up to 90 seconds, and fails if one is not \
             delivered. Events without an outcome by then, or when the run is interrupted, may still be delivered. The \
             portal allows 5 such calls in 15 minutes.",
        )
        .with(
            DELIVERY_IDS,
            Attribute::optional(
                Type::set(Type::Number),
                "The ids of journal entries, as in `docspace_webhook_deliveries`; 1 to 1000 of them. Conflicts \
                 with `webhook_id` and `failed_since`.",
            )
            .check(check_delivery_ids),
        )
        .with(
            WEBHOOK_ID,
            Attribute::optional(
                Type::String,
                "The id of the webhook whose failed deliveries to redeliver. Needs `failed_since`.",
            )
            .check(check_id),
        )
        .with(
            FAILED_SINCE,
            Attribute::optional(
                Type::String,
                "Redeliver failed events since this time, in RFC 3339, such as `2026-06-30T12:00:00Z`. The \
                 portal itself retries a delivery for about half a minute; one that it may still be retrying \
                 does not count.",
            )
            .check(dates::check),
        )
    }

    fn validate(&self, config: &Object, diagnostics: &mut Diagnostics) {
        // Unknown values may turn out either way; only what no outcome can mend is an error.
        let may_be_set = |name: &str| !config.get(name).is_null();
        let may_be_null = |name: &str| match config.get(name) {
            Value::Null => true,
            Value::Unknown(refinements) => !refinements.not_null,
            _ => false,
        };
        let by_ids =
            may_be_set(DELIVERY_IDS) && may_be_null(WEBHOOK_ID) && may_be_null(FAILED_SINCE);
        let by_time =
            may_be_null(DELIVERY_IDS) && may_be_set(WEBHOOK_ID) && may_be_set(FAILED_SINCE);
        if !by_ids && !by_time {
            diagnostics.push(Diagnostic::error(
                "Unclear what to redeliver",
                "Set either delivery_ids, or both webhook_id and failed_since.",
            ));
        }
    }

    async fn invoke(
        &self,
        context: &Portal,
        config: Object,
        progress: &ActionProgress,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        let result = redeliver(portal, config, progress).await;
        diagnostics.extend(portal.long_wait());
        diagnostics.extend(portal.own_key_ends());
        result
    }
}

async fn redeliver(
    portal: &LivePortal,
    config: Object,
    progress: &ActionProgress,
) -> Result<(), Diagnostic> {
    portal.require_supported_version().await?;
    let ids = tokio::select! {
        ids = choose(portal, Wanted::from_config(&config)?, progress) => ids?,
        () = progress.abandoned() => {
            tracing::warn!("the action was cancelled before anything was redelivered");
            return Ok(());
        }
    };
    let Some(ids) = ids else {
        return Ok(());
    };
    portal.require_write(SUMMARY).await?;
    progress.say(match ids.len() {
        1 => "Asking the portal to redeliver 1 delivery.".to_owned(),
        several => format!("Asking the portal to redeliver {several} deliveries."),
    });
    let queued = portal
        .client
        .retry_deliveries(&ids)
        .await
        .map_err(|error| explain(portal, &error))?;
    if queued.len() < ids.len() {
        progress.say(format!(
            "The portal accepted {} of {}; it skips entries that are unknown or not this user's.",
            queued.len(),
            ids.len()
        ));
    }
    let queued = queued.into_iter().map(|it| (it.id, it)).collect();
    let (outcomes, ending) = outcome::wait(portal, &queued, progress).await;
    outcome::conclude(ids.len(), &queued, &outcomes, ending)
}

/// What to redeliver. There is no way to say "everything".
#[derive(Debug)]
enum Wanted {
    /// These journal entries.
    Entries(Vec<DeliveryId>),
    /// What has failed for one webhook since a time.
    Failures(WebhookId, OffsetDateTime),
}

impl Wanted {
    /// Reads a configuration. An error means that it was not checked.
    fn from_config(config: &Object) -> Result<Self, Diagnostic> {
        let webhook = config.get(WEBHOOK_ID).as_str();
        let since = config.get(FAILED_SINCE).as_str();
        let wanted = match (config.get(DELIVERY_IDS).as_elements(), webhook, since) {
            (Some(ids), None, None) => {
                let ids: Option<Vec<DeliveryId>> = ids.iter().map(delivery_id).collect();
                ids.filter(|ids| !ids.is_empty()).map(Self::Entries)
            }
            (None, Some(webhook), Some(since)) => webhook
                .parse()
                .ok()
                .zip(dates::parse(since))
                .map(|(webhook, since)| Self::Failures(webhook, since)),
            _ => None,
        };
        wanted.ok_or_else(|| Diagnostic::bug("Nothing says what to redeliver."))
    }
}

/// Returns the journal entries to redeliver; none, after saying why, if there is nothing to do.
async fn choose(
    portal: &LivePortal,
    wanted: Wanted,
    progress: &ActionProgress,
) -> Result<Option<Vec<DeliveryId>>, Diagnostic> {
    let choice = match wanted {
        Wanted::Entries(ids) => return Ok(Some(ids)),
        Wanted::Failures(webhook, since) => choice::choose(portal, webhook, since).await?,
    };
    match (choice.failed.is_empty(), choice.busy) {
        (false, _) => return Ok(Some(choice.failed)),
        (true, 0) => progress.say("Nothing to redeliver: no delivery has failed since then."),
        (true, 1) => progress
            .say("Nothing to redeliver yet: the portal itself may still be retrying 1 delivery."),
        (true, busy) => progress.say(format!(
            "Nothing to redeliver yet: the portal itself may still be retrying {busy} deliveries."
        )),
    }
    Ok(None)
}

fn explain(portal: &LivePortal, error: &api::Error) -> Diagnostic {
    if error.status() == Some(429) {
        return Diagnostic::error(
            portal.wording().titled(SUMMARY, error),
            "The portal allows 5 redelivery calls in 15 minutes and refused this one (429). Nothing was redelivered. \
             Wait, then invoke the action again.",
        );
    }
    if !error.outcome_unknown() {
        return portal.explain(SUMMARY, error);
    }
    let title = portal.wording().titled(SUMMARY, error);
    let opening = portal.wording().opening(&title, error);
    Diagnostic::error(
        title,
        format!(
            "{opening} The portal may have queued the deliveries nevertheless; check the delivery journal before you \
             invoke the action again, or the receiver may get them twice."
        ),
    )
}

fn delivery_id(value: &Value) -> Option<DeliveryId> {
    DeliveryId::new(u32::try_from(value.as_number().and_then(Number::to_u64)?).ok()?)
}

fn check_delivery_ids(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(elements) = value.as_elements() else {
        return;
    };
    let is_id = |element: &Value| element.is_unknown() || delivery_id(element).is_some();
    // An unknown element may turn out to equal a known one.
    let known = elements.iter().filter(|it| !it.is_unknown()).count();
    if elements.is_empty() || known > MOST || !elements.iter().all(is_id) {
        diagnostics.push(
            Diagnostic::error(
                "Invalid delivery ids",
                format!(
                    "Expected 1 to {MOST} numbers of journal entries, each a whole number from 1 to 2147483647, as in \
                     the data source docspace_webhook_deliveries."
                ),
            )
            .at(path.clone()),
        );
    }
}
