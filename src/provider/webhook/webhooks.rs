//! The data source `docspace_webhooks`: all webhooks that the caller may see (product §5).

use async_trait::async_trait;

use super::data_source::{FRESHNESS, attributes, describe};
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
             Dates are as the portal writes them: the wall clock of its time zone with the offset of its server, \
             which is the true moment only where the two agree. Those of `docspace_webhook_deliveries` are UTC.\n\n{FRESHNESS}",
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
        let read = read(portal, config).await;
        diagnostics.extend(portal.long_wait());
        read
    }
}

async fn read(portal: &LivePortal, config: Object) -> Result<Object, Diagnostic> {
    let filter = WebhookFilter::from_config(portal, &config).await?;
    let snapshot = portal.current_list().await;
    let snapshot =
        snapshot.map_err(|error| portal.explain("Could not list the webhooks", &error))?;
    let webhooks = snapshot
        .items()
        .filter(|item| filter.matches(&item.webhook))
        .map(|item| describe(item).map(Value::Object))
        .collect::<Result<_, _>>()?;
    Ok(config.with(WEBHOOKS, Value::List(webhooks)))
}
