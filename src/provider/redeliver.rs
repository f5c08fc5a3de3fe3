//! The action `docspace_webhook_redeliver`: deliver events again after an outage (product §6).
//!
//! One batch call asks for all of them, because the portal allows only 5 such calls in 15 minutes
//! (API §9). The portal queues new journal entries; this waits until each has an outcome.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::{Instant, sleep};

use super::diagnose;
use super::portal::{LivePortal, Portal};
use crate::api::{Delivery, DeliveryId, DeliveryQuery, StatusGroups, Timestamp, WebhookId};
use crate::framework::action::{Action, Reports};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::value::{Number, Object, Type, Value};

const DELIVERY_IDS: &str = "delivery_ids";
const WEBHOOK_ID: &str = "webhook_id";
const FAILED_SINCE: &str = "failed_since";

const SUMMARY: &str = "Could not redeliver";

/// The largest page of the journal (API §6.7).
const PAGE: u32 = 100;
const PAGE_LENGTH: usize = 100;
/// The most deliveries of one call; beyond this, narrow the time.
const MOST: usize = 1000;
/// The portal retries a failed delivery for 31 s and looks into its queue every 5 s (API §10).
const PATIENCE: Duration = Duration::from_secs(90);
/// How often the portal repeats a failed delivery by itself, unless its operator chose another number (API §10).
const REPEATS: u32 = 5;
/// How long the portal may be busy with a delivery: queue, attempts and the waits between them.
const BUSY: time::Duration = time::Duration::minutes(2);
/// How long to wait between looks at the journal, at first and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(5));

/// The action.
#[derive(Debug)]
pub(super) struct Redeliver;

#[async_trait]
impl Action<Portal> for Redeliver {
    fn type_name(&self) -> &'static str {
        "docspace_webhook_redeliver"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "Delivers events again: chosen ones by `delivery_ids`, or with `webhook_id` and `failed_since` all failed \
             deliveries of one webhook since a time. It waits for the outcome of each, up to 90 seconds, and fails when \
             one is not delivered. The portal allows 5 such calls in 15 minutes.",
        )
        .with(
            DELIVERY_IDS,
            Attribute::optional(
                Type::set(Type::Number),
                "The numbers of journal entries, as in `docspace_webhook_deliveries`; 1 to 1000 of them. Conflicts \
                 with `webhook_id` and `failed_since`.",
            )
            .check(check_delivery_ids),
        )
        .with(
            WEBHOOK_ID,
            Attribute::optional(
                Type::String,
                "The id of the webhook whose failed deliveries are to be repeated. Needs `failed_since`.",
            )
            .check(check_webhook_id),
        )
        .with(
            FAILED_SINCE,
            Attribute::optional(
                Type::String,
                "Repeat failed deliveries of events since this time, in RFC 3339, such as `2026-06-30T12:00:00Z`. The \
                 portal itself repeats a delivery for about half a minute; one that it may still be repeating does \
                 not count.",
            )
            .check(check_time),
        )
    }

    fn validate(&self, config: &Object, diagnostics: &mut Diagnostics) {
        let is_set = |name: &str| !config.get(name).is_null();
        let by_ids = is_set(DELIVERY_IDS);
        let by_time = is_set(WEBHOOK_ID) || is_set(FAILED_SINCE);
        if by_ids == by_time || (by_time && !(is_set(WEBHOOK_ID) && is_set(FAILED_SINCE))) {
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
        reports: &Reports,
        _diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        let ids = choose(portal, &config).await?;
        if ids.is_empty() {
            reports.say("Nothing to redeliver: no delivery has failed since then.");
            return Ok(());
        }
        reports.say(match ids.len() {
            1 => "Asking the portal to repeat 1 delivery.".to_owned(),
            several => format!("Asking the portal to repeat {several} deliveries."),
        });
        let queued = portal
            .client
            .retry_deliveries(&ids)
            .await
            .map_err(|error| explain(&error))?;
        if queued.len() < ids.len() {
            reports.say(format!(
                "The portal accepted {} of {}; it skips entries that are unknown or not this user's.",
                queued.len(),
                ids.len()
            ));
        }
        let queued = queued.into_iter().map(|it| (it.id, it)).collect();
        let outcomes = wait(portal, &queued, reports).await;
        conclude(ids.len(), &queued, &outcomes)
    }
}

/// Returns the journal entries to repeat.
async fn choose(portal: &LivePortal, config: &Object) -> Result<Vec<DeliveryId>, Diagnostic> {
    if let Some(ids) = config.get(DELIVERY_IDS).as_elements() {
        return Ok(ids.iter().filter_map(delivery_id).collect());
    }
    let webhook = config
        .get(WEBHOOK_ID)
        .as_str()
        .and_then(|id| id.parse::<WebhookId>().ok());
    let since = config.get(FAILED_SINCE).as_str().and_then(parse_time);
    let failed = StatusGroups::NOT_SENT
        | StatusGroups::STATUS_3XX
        | StatusGroups::STATUS_4XX
        | StatusGroups::STATUS_5XX;
    let mut found = BTreeSet::new();
    // The journal's own time filter knows only successful deliveries, so it is of no use here.
    let mut query = DeliveryQuery {
        webhook,
        status_groups: Some(failed),
        count: Some(PAGE),
        ..DeliveryQuery::default()
    };
    loop {
        let page = portal
            .client
            .list_deliveries(&query)
            .await
            .map_err(|error| diagnose::explain("Could not read the delivery journal", &error))?;
        let is_short = page.deliveries.len() < PAGE_LENGTH;
        // Newest first: the first entry from before ends the search.
        let is_wanted = |delivery: &&Delivery| since.is_none_or(|since| created(delivery) >= since);
        let wanted = page.deliveries.iter().take_while(is_wanted).count();
        // New entries push older ones onto the next page: each counts once.
        let failed = page
            .deliveries
            .iter()
            .take(wanted)
            .filter(|delivery| has_failed(delivery));
        found.extend(failed.map(|delivery| delivery.id));
        if found.len() > MOST {
            return Err(too_many());
        }
        if is_short || wanted < page.deliveries.len() {
            return Ok(found.into_iter().collect());
        }
        query.start_index += PAGE;
    }
}

/// Returns when an event was queued; entries without a readable date count as new.
fn created(delivery: &Delivery) -> OffsetDateTime {
    let queued = delivery
        .created_on
        .as_ref()
        .and_then(Timestamp::to_offset_date_time);
    queued.unwrap_or_else(OffsetDateTime::now_utc)
}

/// Says whether an entry of the failed groups is a failure. The journal shows every attempt's outcome, so it is none
/// as long as the portal may still be repeating it: the receiver would get it twice.
fn has_failed(delivery: &Delivery) -> bool {
    delivery.repeats() >= REPEATS || OffsetDateTime::now_utc() - created(delivery) > BUSY
}

fn too_many() -> Diagnostic {
    Diagnostic::error(
        "Too many failed deliveries",
        format!(
            "More than {MOST} deliveries have failed since then. Choose a later time, or repeat them in parts with \
             delivery_ids. Nothing was repeated."
        ),
    )
    .at_attribute(FAILED_SINCE)
}

/// The deliveries that the portal has queued, as its answer showed them.
type Queued = BTreeMap<DeliveryId, Delivery>;

/// What the journal shows of a delivery.
#[derive(Debug, Clone, Copy)]
struct Outcome {
    status: i64,
    /// Whether the portal tries no more.
    is_final: bool,
}

impl Outcome {
    /// Reads it from a journal entry. A failure is final only after the last repeat; the first attempt has the body of
    /// the entry that is delivered again, and so says nothing about repeats.
    fn of(delivery: &Delivery, queued: &Delivery) -> Self {
        let is_repeated = queued.request_payload.is_some() && !delivery.has_body_of(queued);
        let is_final = is_delivered(delivery.status)
            || delivery.delivered_on.is_some()
            || (is_repeated && delivery.repeats() >= REPEATS);
        Self {
            status: delivery.status,
            is_final,
        }
    }

    fn is_final(outcome: Option<&Self>) -> bool {
        outcome.is_some_and(|outcome| outcome.is_final)
    }
}

/// Waits until each delivery has its final outcome, and reports each as it comes. When time is up, what the journal
/// shows by then is all there is.
async fn wait(
    portal: &LivePortal,
    queued: &Queued,
    reports: &Reports,
) -> BTreeMap<DeliveryId, Outcome> {
    let deadline = Instant::now() + PATIENCE;
    let (mut pause, longest) = PAUSES;
    let mut outcomes = BTreeMap::new();
    loop {
        let pending: BTreeSet<DeliveryId> = queued
            .keys()
            .copied()
            .filter(|id| !Outcome::is_final(outcomes.get(id)))
            .collect();
        for (id, outcome) in look(portal, queued, &pending).await {
            if outcome.is_final {
                reports.say(format!("Delivery {id}: {}", describe(outcome.status)));
            }
            outcomes.insert(id, outcome);
        }
        let is_done = queued.keys().all(|id| Outcome::is_final(outcomes.get(id)));
        let is_stopped = portal.client.stop_signal().is_cancelled();
        if is_done || Instant::now() >= deadline || is_stopped {
            return outcomes;
        }
        tokio::select! {
            () = sleep(pause) => {}
            () = portal.client.stop_signal().cancelled() => {}
        }
        pause = (pause * 2).min(longest);
    }
}

/// Looks into the newest pages of the journal for pending deliveries. A page that cannot be read is looked at again
/// next time.
async fn look(
    portal: &LivePortal,
    queued: &Queued,
    pending: &BTreeSet<DeliveryId>,
) -> BTreeMap<DeliveryId, Outcome> {
    let mut seen = BTreeMap::new();
    let mut query = DeliveryQuery {
        count: Some(PAGE),
        ..DeliveryQuery::default()
    };
    // Entries of other webhooks stand between ours; two pages more than needed find them mostly.
    for _ in 0..pending.len() / PAGE_LENGTH + 3 {
        let Ok(page) = portal.client.list_deliveries(&query).await else {
            break;
        };
        for delivery in &page.deliveries {
            if let Some(queued) = queued.get(&delivery.id)
                && pending.contains(&delivery.id)
            {
                seen.insert(delivery.id, Outcome::of(delivery, queued));
            }
        }
        if seen.len() >= pending.len() || page.deliveries.len() < PAGE_LENGTH {
            break;
        }
        query.start_index += PAGE;
    }
    seen
}

/// Fails, in one diagnostic, when a delivery was not accepted, failed, or has no outcome yet.
fn conclude(
    asked: usize,
    queued: &Queued,
    outcomes: &BTreeMap<DeliveryId, Outcome>,
) -> Result<(), Diagnostic> {
    let is_done = |id: &DeliveryId| {
        let outcome = outcomes.get(id);
        outcome.is_some_and(|outcome| is_delivered(outcome.status))
    };
    let problem = |id: &DeliveryId| match outcomes.get(id) {
        Some(outcome) if outcome.is_final => format!("Delivery {id}: {}", describe(outcome.status)),
        Some(outcome) if outcome.status != 0 => {
            let seen = describe(outcome.status);
            format!("Delivery {id}: {seen}, and the portal may still be repeating it")
        }
        _ => format!("Delivery {id}: no outcome yet"),
    };
    let open = queued.keys().filter(|id| !is_done(id));
    let mut problems: Vec<String> = open.map(problem).collect();
    let delivered = queued.len() - problems.len();
    let skipped = asked.saturating_sub(queued.len());
    if skipped > 0 {
        let entries = if skipped == 1 {
            "entry was"
        } else {
            "entries were"
        };
        problems.push(format!(
            "{skipped} {entries} skipped by the portal: unknown, or not this user's"
        ));
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(Diagnostic::error(
        "Not everything was redelivered",
        format!(
            "{delivered} of {asked} deliveries were accepted by the receiver. {}. Every attempt is in the delivery \
             journal; check the receiver, then invoke the action again for what is left.",
            problems.join("; ")
        ),
    ))
}

fn is_delivered(status: i64) -> bool {
    (200..300).contains(&status)
}

fn describe(status: i64) -> String {
    match status {
        200..=299 => format!("delivered ({status})"),
        0 => "no answer from the receiver".to_owned(),
        other => format!("refused by the receiver ({other})"),
    }
}

fn explain(error: &crate::api::Error) -> Diagnostic {
    let mut diagnostic = diagnose::explain(SUMMARY, error);
    if error.status() == Some(429) {
        "The portal allows 5 redelivery calls in 15 minutes and refused this one (429). Nothing \
                             was repeated. Wait, then invoke the action again."
            .clone_into(&mut diagnostic.detail);
    } else if error.outcome_unknown() {
        diagnostic.detail = format!(
            "{} The portal may have queued the deliveries all the same; look into the delivery journal before you \
             invoke the action again, or the receiver may get them twice.",
            diagnose::happened(error)
        );
    }
    diagnostic
}

fn delivery_id(value: &Value) -> Option<DeliveryId> {
    DeliveryId::new(u32::try_from(value.as_number().and_then(Number::to_u64)?).ok()?)
}

fn parse_time(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

fn check_delivery_ids(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(elements) = value.as_elements() else {
        return;
    };
    let is_id = |element: &Value| element.is_unknown() || delivery_id(element).is_some();
    if elements.is_empty() || elements.len() > MOST || !elements.iter().all(is_id) {
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

fn check_webhook_id(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(text) = value.as_str() else { return };
    if text.parse::<WebhookId>().is_err() {
        diagnostics.push(
            Diagnostic::error(
                "Invalid webhook id",
                format!("{text:?} is not the number of a webhook. Use the id attribute of a docspace_webhook."),
            )
            .at(path.clone()),
        );
    }
}

fn check_time(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(text) = value.as_str() else { return };
    if parse_time(text).is_none() {
        diagnostics.push(
            Diagnostic::error(
                "Invalid time",
                format!(
                    "{text:?} is not a time in RFC 3339. Write it like \"2026-06-30T12:00:00Z\"."
                ),
            )
            .at(path.clone()),
        );
    }
}
