//! The data source `docspace_webhooks`: all webhooks that the caller may see (product §5).

use async_trait::async_trait;

use super::data_source::{DATES, FRESHNESS, attributes, describe};
use super::filter::{WebhookFilter, with_filters};
use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::framework::value::{Object, Value};
use crate::provider::portal::{LivePortal, Portal};

const WEBHOOKS: &str = "webhooks";

/// The data source `docspace_webhooks`.
#[derive(Debug)]
pub(super) struct Webhooks;

#[async_trait]
impl DataSource<Portal> for Webhooks {
    fn type_name(&self) -> &'static str {
        "docspace_webhooks"
    }

    fn schema(&self) -> Schema {
        with_filters(Schema::new(format!(
            "All webhooks that the API key's owner may see, or those that match every filter: an administrator \
             sees all webhooks of the portal, others see their own. Any number of them costs one request.\n\n\
             {DATES}\n\n{FRESHNESS}",
        )))
        .with(
            WEBHOOKS,
            Attribute::nested(Nesting::List, attributes(), "The webhooks, by ascending id."),
        )
    }

    async fn read(
        &self,
        context: &Portal,
        config: Object,
        diagnostics: &mut Diagnostics,
    ) -> Result<Object, Diagnostic> {
        let portal = context.live()?;
        let read = read(portal, config, diagnostics).await;
        diagnostics.extend(portal.long_wait());
        read
    }
}

async fn read(
    portal: &LivePortal,
    config: Object,
    diagnostics: &mut Diagnostics,
) -> Result<Object, Diagnostic> {
    let filter = WebhookFilter::from_config(portal, &config).await?;
    let snapshot = portal.current_list().await;
    let snapshot =
        snapshot.map_err(|error| portal.explain("Could not list the webhooks", &error))?;
    let found: Vec<_> = snapshot
        .items()
        .filter(|item| filter.matches(&item.webhook))
        .collect();
    if found.is_empty() {
        return Ok(config.with(WEBHOOKS, Value::List(Vec::new())));
    }
    let zone = portal.zone(diagnostics).await;
    let webhooks = found
        .into_iter()
        .map(|item| describe(&item, portal, zone).map(Value::Object))
        .collect::<Result<_, _>>()?;
    Ok(config.with(WEBHOOKS, Value::List(webhooks)))
}
