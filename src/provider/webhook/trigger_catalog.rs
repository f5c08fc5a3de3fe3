//! The data source `docspace_webhook_triggers`: the portal's own list of triggers (product §5).

use async_trait::async_trait;

use crate::api::CatalogEntry;
use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::framework::value::{Number, Object, Type, Value};
use crate::provider::portal::Portal;

const TRIGGERS: &str = "triggers";

/// The data source `docspace_webhook_triggers`.
#[derive(Debug)]
pub(super) struct TriggerCatalog;

#[async_trait]
impl DataSource<Portal> for TriggerCatalog {
    fn type_name(&self) -> &'static str {
        "docspace_webhook_triggers"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "The triggers that the portal supports, even those that are newer than this provider, and which of \
             them the API key's owner may subscribe to.",
        )
        .with(
            TRIGGERS,
            Attribute::nested(
                Nesting::List,
                attributes(),
                "The triggers, in the portal's order.",
            ),
        )
    }

    async fn read(
        &self,
        context: &Portal,
        config: Object,
        diagnostics: &mut Diagnostics,
    ) -> Result<Object, Diagnostic> {
        let portal = context.live()?;
        let supported = portal.require_supported_version().await;
        let catalog = portal.catalog().await;
        diagnostics.extend(portal.long_wait());
        supported?;
        let catalog = catalog
            .map_err(|error| portal.explain("Could not read the portal's triggers", error))?;
        let triggers = catalog.entries().iter().map(describe).collect();
        Ok(config.with(TRIGGERS, Value::List(triggers)))
    }
}

fn attributes() -> [(&'static str, Attribute); 4] {
    [
        (
            "name",
            Attribute::computed(
                Type::String,
                "The name as `docspace_webhook` accepts it, such as `FileUploaded`; `All` for every event.",
            ),
        ),
        (
            "dotted_name",
            Attribute::computed(
                Type::String,
                "The name as deliveries show it, such as `file.uploaded`; `*` for every event.",
            ),
        ),
        (
            "bit",
            Attribute::computed(
                Type::Number,
                "The trigger's bit as a number, such as 256, which `docspace_webhook` accepts in place of the \
                 name; 0 for every event.",
            ),
        ),
        (
            "available",
            Attribute::computed(
                Type::Bool,
                "Whether the role of the API key's owner may subscribe to it. Always true before DocSpace 3.7, which \
                 does not check.",
            ),
        ),
    ]
}

fn describe(entry: &CatalogEntry) -> Value {
    Value::Object(
        Object::new()
            .with("name", entry.name())
            .with("dotted_name", entry.dotted.as_str())
            .with("bit", Number::from(entry.mask.bits()))
            .with("available", entry.available.unwrap_or(true)),
    )
}
