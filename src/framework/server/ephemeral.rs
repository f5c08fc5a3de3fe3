//! `ValidateEphemeralResourceConfig` and `OpenEphemeralResource`.

use super::guard::catch_panic;
use super::{Capabilities, ConnectionKey, DataRead, Engine, late, unknown_type};
use crate::framework::diagnostics::Diagnostics;
use crate::framework::provider::Provider;
use crate::framework::value::Object;

impl<P: Provider> Engine<P> {
    /// Checks an ephemeral resource's configuration, as far as it is known.
    pub fn validate_ephemeral(&self, type_name: &str, config: &Object) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        match self.registry.ephemeral_resources.get(type_name) {
            Some(ephemeral) => ephemeral.schema.validate(config, &mut diagnostics),
            None => diagnostics.push(unknown_type("ephemeral resource", type_name)),
        }
        diagnostics
    }

    /// Opens an ephemeral resource.
    pub async fn open_ephemeral(
        &self,
        connection: ConnectionKey,
        type_name: &str,
        config: Object,
        capabilities: Capabilities,
    ) -> DataRead {
        let Some(ephemeral) = self.registry.ephemeral_resources.get(type_name) else {
            return DataRead::failed(unknown_type("ephemeral resource", type_name).into());
        };
        let context = match self.configured_context(connection) {
            Ok(context) => context,
            Err(diagnostic) => return DataRead::failed(diagnostic.into()),
        };
        if capabilities.deferral_allowed && self.provider.is_configuration_unknown(&context) {
            return DataRead::deferred(&ephemeral.schema, &config);
        }
        if let Err(errors) = late::refuse_unfit(&ephemeral.schema, &config, |_| ()) {
            return DataRead::failed(errors);
        }
        let mut diagnostics = Diagnostics::new();
        let opening = ephemeral.item.open(&context, config, &mut diagnostics);
        let result = catch_panic("open an ephemeral resource", opening).await;
        DataRead::conclude(
            &ephemeral.schema,
            result.and_then(|result| result),
            diagnostics,
        )
    }
}
