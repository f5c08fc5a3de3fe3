//! The data source `docspace_webhook_deliveries`: the journal of what was sent to receivers (product §5), and the
//! action that redelivers events.
//!
//! | module | holds |
//! | --- | --- |
//! | `schema` | the arguments with their checks, and how an entry is described |
//! | `journal` | reading the journal page by page |
//! | `clock` | what the journal's dates mean |
//! | `redeliver` | the action `docspace_webhook_redeliver` |

mod clock;
mod journal;
mod redeliver;
mod schema;

use async_trait::async_trait;

use self::journal::JournalFilter;
pub(super) use self::redeliver::Redeliver;
use super::data_source::require;
use crate::api;
use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::schema::Schema;
use crate::framework::value::{Number, Object, Value};
use crate::provider::dates;
use crate::provider::portal::{LivePortal, Portal};
use crate::provider::triggers::{TRIGGER, resolve_trigger};

/// The data source `docspace_webhook_deliveries`.
#[derive(Debug)]
pub(super) struct WebhookDeliveries;

#[async_trait]
impl DataSource<Portal> for WebhookDeliveries {
    fn type_name(&self) -> &'static str {
        "docspace_webhook_deliveries"
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn validate(&self, config: &Object, diagnostics: &mut Diagnostics) {
        schema::check_range(config, diagnostics);
    }

    async fn read(
        &self,
        context: &Portal,
        config: Object,
        diagnostics: &mut Diagnostics,
    ) -> Result<Object, Diagnostic> {
        let portal = context.live()?;
        let read = read(portal, config).await;
        diagnostics.extend(portal.long_wait());
        read
    }
}

async fn read(portal: &LivePortal, config: Object) -> Result<Object, Diagnostic> {
    let filter = filter(portal, &config).await?;
    let found = journal::read(&portal.client, &filter).await;
    let found = found.map_err(|error| explain(portal, &error))?;
    // The empty journal of a webhook that does not exist must not pass for one without failures.
    if let (true, Some(id)) = (found.entries.is_empty(), filter.webhook) {
        require(portal, id, schema::WEBHOOK_ID).await?;
    }
    // Since 3.1, an entry always has a trigger.
    if found
        .entries
        .iter()
        .any(|entry| entry.delivery.trigger.is_none())
    {
        portal.require_supported_version().await?;
    }
    let describe = |entry| Value::Object(schema::describe(entry, &filter, &portal.client));
    let entries = found.entries.into_iter().map(describe).collect();
    let limit = Number::from(u64::try_from(filter.limit).unwrap_or(u64::MAX));
    Ok(config
        .with(schema::LIMIT, limit)
        .with(schema::INCLUDE_PAYLOADS, filter.with_payloads)
        .with(schema::TRUNCATED, found.is_truncated)
        .with(schema::DELIVERIES, Value::List(entries)))
}

async fn filter(portal: &LivePortal, config: &Object) -> Result<JournalFilter, Diagnostic> {
    let date = |name: &str| config.get(name).as_str().and_then(dates::parse);
    let webhook = config.get(schema::WEBHOOK_ID).as_str();
    let trigger = match config.get(TRIGGER).as_str() {
        Some(name) => Some(resolve_trigger(portal, name).await?),
        None => None,
    };
    Ok(JournalFilter {
        webhook: webhook.and_then(|id| id.parse().ok()),
        from: date(schema::FROM),
        to: date(schema::TO),
        trigger,
        status_groups: schema::status_groups(config),
        limit: schema::limit(config.get(schema::LIMIT)).unwrap_or(schema::DEFAULT_LIMIT),
        with_payloads: config.get(schema::INCLUDE_PAYLOADS).as_bool() == Some(true),
    })
}

fn explain(portal: &LivePortal, error: &api::Error) -> Diagnostic {
    const SUMMARY: &str = "Could not read the deliveries";
    let is_about_trigger = error
        .status_failure()
        .is_some_and(|failure| failure.validation.contains_key("trigger"));
    if !is_about_trigger {
        return portal.explain(SUMMARY, error);
    }
    Diagnostic::error(
        SUMMARY,
        "The portal rejects this trigger: its version does not know the event. Choose one that the data source \
         docspace_webhook_triggers shows.",
    )
    .at_attribute(TRIGGER)
}
