//! `MoveResourceState` and `GenerateResourceConfig`: taking over what exists. Both are offline.

use super::{Engine, Imported};
use crate::framework::diagnostics::Diagnostics;
use crate::framework::provider::Provider;
use crate::framework::resource::{MoveRequest, Progress};
use crate::framework::schema::Presence;
use crate::framework::value::{Object, Value};

impl<P: Provider> Engine<P> {
    /// Converts the state of another resource type (TPP §8.7). The process may not be configured.
    ///
    /// The same type comes here too when an instance moves while the provider's address changes: to
    /// a mirror or a fork, or from Terraform to OpenTofu. It passes through as it is.
    pub fn move_state(&self, type_name: &str, request: &MoveRequest) -> Imported {
        let resource = match self.registry.resource(type_name) {
            Ok(resource) => resource,
            Err(unknown) => return Imported::without_state(unknown.into(), false),
        };
        let progress = Progress::default();
        let result = if request.source_type == type_name {
            self.upgrade_known(
                type_name,
                request.source_version,
                request.source_state.clone(),
            )
            .map(|state| progress.save(state, request.source_private.clone()))
        } else {
            resource.item.move_state(request, &progress)
        };
        Imported::conclude(resource, progress.take(), result)
    }

    /// Writes the configuration that a person would write for an object: nothing that the provider
    /// sets, no secrets, no defaults (TPP §8.5).
    pub fn generate_config(&self, type_name: &str, state: &Object) -> Result<Object, Diagnostics> {
        let resource = self.registry.resource(type_name)?;
        let written = |name: &String| {
            let attribute = resource.schema.attributes.get(name)?;
            let value = state.get(name);
            let is_left_out = attribute.is_sensitive()
                || match attribute.presence {
                    Presence::Computed => true,
                    Presence::OptionalComputed => attribute
                        .default_value()
                        .is_none_or(|default| default == value),
                    Presence::Required | Presence::Optional => false,
                };
            (!is_left_out).then(|| value.clone())
        };
        let attributes = resource.schema.attributes.keys();
        Ok(attributes
            .map(|name| (name.clone(), written(name).unwrap_or(Value::Null)))
            .collect())
    }
}
