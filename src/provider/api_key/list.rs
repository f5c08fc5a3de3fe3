//! The list resource `docspace_api_key`, for `terraform query`.

use async_trait::async_trait;

use super::filter::{KeyFilter, with_filters};
use super::model::refresh;
use crate::api::Arrivals;
use crate::framework::diagnostics::Diagnostic;
use crate::framework::list_resource::{ListResource, ListResult, ListResults};
use crate::framework::schema::Schema;
use crate::framework::value::Object;
use crate::provider::portal::{LivePortal, Portal};

/// Lists existing keys.
#[derive(Debug)]
pub(super) struct KeyFinder;

#[async_trait]
impl ListResource<Portal> for KeyFinder {
    fn type_name(&self) -> &'static str {
        "docspace_api_key"
    }

    fn schema(&self) -> Schema {
        with_filters(Schema::new(
            "Finds existing API keys of the portal. An administrator's key sees everyone's keys, any other key those \
             of its owner. All filters that are set must match. Put a `list` block into a file whose name ends in \
             `.tfquery.hcl`. It stops at its `limit`, 100 by default. `terraform query` shows what is found, and \
             `terraform query -generate-config-out=found.tf` writes a resource and an `import` block for each. An \
             imported key has no `key`, because it can no longer be read.",
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
    let filter = KeyFilter::from_config(config);
    let (arrivals, mut arrived) = Arrivals::channel();
    let reading = async move {
        let read = portal.keys().list.read_into(&arrivals).await;
        // Otherwise the other half would wait for more.
        drop(arrivals);
        read
    };
    let handing_on = async {
        while let Some(key) = arrived.recv().await {
            if !filter.matches(&key) {
                continue;
            }
            // Comes first, because Terraform stops listening when it has enough.
            warn_of_wait(portal, results).await;
            let found = ListResult {
                display_name: format!("{} ({})", key.name, key.postfix),
                state: refresh(Object::new(), &key),
            };
            if !results.push(found).await {
                break;
            }
        }
    };
    let (read, ()) = tokio::join!(reading, handing_on);
    read.map_err(|error| portal.explain("Could not list the API keys", &error))
}

async fn warn_of_wait(portal: &LivePortal, results: &ListResults) {
    if let Some(wait) = portal.long_wait() {
        results.warn(wait).await;
    }
}
