//! The list resource `docspace_webhook`, for `terraform query` (product §4.5).

use async_trait::async_trait;

use super::filter::{WebhookFilter, with_filters};
use super::private::WebhookPrivate;
use super::read::refresh;
use crate::api::{Arrivals, Webhook, WebhookListItem};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::list_resource::{ListResource, ListResult, ListResults};
use crate::framework::schema::Schema;
use crate::framework::value::Object;
use crate::provider::portal::{LivePortal, Portal};

/// Lists existing webhooks.
#[derive(Debug)]
pub(super) struct WebhookList;

#[async_trait]
impl ListResource<Portal> for WebhookList {
    fn type_name(&self) -> &'static str {
        "docspace_webhook"
    }

    fn schema(&self) -> Schema {
        with_filters(Schema::new(
            "Finds existing webhooks of the portal. An administrator's key sees all of them, any other key \
             those of its owner. All filters that are set must match. Put a `list` block into a file whose name \
             ends in `.tfquery.hcl`. It stops at its `limit`, 100 by default: raise it to find everything. \
             `terraform query` shows what is found. `terraform query -generate-config-out=found.tf` writes a \
             resource and an `import` block for each, and `terraform apply` then imports them.",
        ))
    }

    async fn list(
        &self,
        context: &Portal,
        config: Object,
        results: &ListResults,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        let result = list(portal, &config, results).await;
        warn_of_wait(portal, results).await;
        result
    }
}

async fn list(
    portal: &LivePortal,
    config: &Object,
    results: &ListResults,
) -> Result<(), Diagnostic> {
    let filter = WebhookFilter::from_config(portal, config).await?;
    let (arrivals, mut arrived) = Arrivals::channel();
    let reading = async move {
        let read = portal.webhooks().list.read_into(&arrivals).await;
        // Otherwise the other half would wait for more.
        drop(arrivals);
        read
    };
    let handing_on = async {
        while let Some(WebhookListItem { webhook, .. }) = arrived.recv().await {
            if !filter.matches(&webhook) {
                continue;
            }
            // Comes first, because Terraform stops listening when it has enough.
            warn_of_wait(portal, results).await;
            if !results.push(result_of(&webhook)?).await {
                break;
            }
        }
        Ok(())
    };
    let (read, handed) = tokio::join!(reading, handing_on);
    handed?;
    read.map_err(|error| portal.explain("Could not list the webhooks", &error))
}

async fn warn_of_wait(portal: &LivePortal, results: &ListResults) {
    if let Some(wait) = portal.long_wait() {
        results.warn(wait).await;
    }
}

fn result_of(webhook: &Webhook) -> Result<ListResult, Diagnostic> {
    Ok(ListResult {
        display_name: format!("{} ({})", webhook.name, webhook.uri),
        state: refresh(Object::new(), webhook, &WebhookPrivate::default())?,
    })
}
