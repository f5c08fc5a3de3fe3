//! `ValidateEphemeralResourceConfig` and `OpenEphemeralResource`.

use super::guard::attempt;
use super::{Capabilities, ConnectionKey, DataRead, Engine, recheck};
use crate::framework::diagnostics::Diagnostics;
use crate::framework::provider::Provider;
use crate::framework::value::Object;

impl<P: Provider> Engine<P> {
    /// Checks an ephemeral resource's configuration, as far as it is known.
    pub fn validate_ephemeral(&self, type_name: &str, config: &Object) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        match self.registry.ephemeral_resource(type_name) {
            Ok(ephemeral) => ephemeral.schema.validate(config, &mut diagnostics),
            Err(unknown) => diagnostics.push(unknown),
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
        let found = match self.registry.ephemeral_resource(type_name) {
            Ok(found) => found,
            Err(diagnostic) => return DataRead::failed(diagnostic.into()),
        };
        let checked = self.ready(connection, capabilities).and_then(|context| {
            recheck::whole(&found.schema, &config, |_| ())?;
            Ok(context)
        });
        let context = match checked {
            Ok(context) => context,
            Err(stop) => return DataRead::stopped(stop, &found.schema, &config),
        };
        let mut diagnostics = Diagnostics::new();
        let opening = found.item.open(&context, config, &mut diagnostics);
        let result = attempt("open an ephemeral resource", opening).await;
        DataRead::conclude(&found.schema, result, diagnostics)
    }
}
