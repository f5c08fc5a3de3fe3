//! `GenerateResourceConfig`, offline.

use super::Engine;
use crate::framework::diagnostics::Diagnostics;
use crate::framework::provider::Provider;
use crate::framework::schema::Presence;
use crate::framework::value::{Object, Value};

impl<P: Provider> Engine<P> {
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
