//! `ReadDataSource`.

use super::guard::catch_panic;
use super::{Capabilities, ConnectionKey, Engine, unknown_type};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::provider::Provider;
use crate::framework::value::Object;

/// What a data source was read to.
#[derive(Debug)]
pub struct DataRead {
    /// The data; none only beside an error. When deferred, everything computed is unknown.
    pub state: Option<Object>,
    /// What the practitioner is told.
    pub diagnostics: Diagnostics,
    /// Whether reading is put off because the provider's configuration is not known yet.
    pub deferred: bool,
}

impl<P: Provider> Engine<P> {
    /// Reads a data source.
    pub async fn read_data(
        &self,
        connection: ConnectionKey,
        type_name: &str,
        config: Object,
        capabilities: Capabilities,
    ) -> DataRead {
        let failed = |diagnostics| DataRead {
            state: None,
            diagnostics,
            deferred: false,
        };
        let Some(data_source) = self.registry.data_sources.get(type_name) else {
            return failed(unknown_type("data source", type_name).into());
        };
        let context = match self.configured_context(connection) {
            Ok(context) => context,
            Err(diagnostic) => return failed(diagnostic.into()),
        };
        if capabilities.deferral_allowed && self.provider.is_configuration_unknown(&context) {
            let state = Some(super::plan::propose(&data_source.schema, &config, None));
            return DataRead {
                state,
                diagnostics: Diagnostics::new(),
                deferred: true,
            };
        }
        let mut diagnostics = Diagnostics::new();
        let reading = data_source.item.read(&context, config, &mut diagnostics);
        let result = catch_panic("read data", reading)
            .await
            .and_then(|result| result);
        match result {
            Ok(state) if state.is_wholly_known() => {
                let state = super::apply::sound(&data_source.schema, state);
                DataRead {
                    state: Some(state),
                    diagnostics,
                    deferred: false,
                }
            }
            Ok(_) => failed(Diagnostic::bug("Something read is still unknown.").into()),
            Err(diagnostic) => {
                diagnostics.push(diagnostic);
                failed(diagnostics)
            }
        }
    }
}
