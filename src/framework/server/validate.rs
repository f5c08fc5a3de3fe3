//! `ValidateResourceConfig` and `ValidateDataResourceConfig`.

use super::{Capabilities, Engine};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::provider::Provider;
use crate::framework::resource::ValidateRequest;
use crate::framework::schema::Schema;
use crate::framework::value::Object;

impl<P: Provider> Engine<P> {
    /// Checks a resource's configuration, as far as it is known.
    pub fn validate_resource(
        &self,
        type_name: &str,
        config: &Object,
        capabilities: Capabilities,
    ) -> Diagnostics {
        let resource = match self.registry.resource(type_name) {
            Ok(resource) => resource,
            Err(unknown) => return unknown.into(),
        };
        let mut diagnostics = Diagnostics::new();
        if !capabilities.write_only_allowed {
            refuse_write_only(&resource.schema, config, &mut diagnostics);
        }
        resource.schema.validate(config, &mut diagnostics);
        let write_only_allowed = capabilities.write_only_allowed;
        resource.item.validate(
            &ValidateRequest {
                config,
                write_only_allowed,
            },
            &mut diagnostics,
        );
        diagnostics
    }

    /// Checks a data source's configuration, as far as it is known.
    pub fn validate_data_source(&self, type_name: &str, config: &Object) -> Diagnostics {
        let data_source = match self.registry.data_source(type_name) {
            Ok(data_source) => data_source,
            Err(unknown) => return unknown.into(),
        };
        let mut diagnostics = Diagnostics::new();
        data_source.schema.validate(config, &mut diagnostics);
        data_source.item.validate(config, &mut diagnostics);
        diagnostics
    }
}

/// An older client would store a write-only value in its state, so it is refused (TPP §8.8).
fn refuse_write_only(schema: &Schema, config: &Object, diagnostics: &mut Diagnostics) {
    for (name, attribute) in &schema.attributes {
        if attribute.is_write_only() && !config.get(name).is_null() {
            diagnostics.push(
                Diagnostic::error(
                    "Write-only attribute not supported",
                    format!(
                        "{name} is write-only, which needs Terraform 1.11 or later, or OpenTofu 1.11 or later. Upgrade \
                         the CLI, or remove {name}."
                    ),
                )
                .at_attribute(name),
            );
        }
    }
}
