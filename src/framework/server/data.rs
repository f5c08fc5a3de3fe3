//! `ReadDataSource`, and what it has in common with opening an ephemeral resource.

use super::guard::catch_panic;
use super::{Capabilities, ConnectionKey, Engine, late, unknown_type};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::provider::Provider;
use crate::framework::schema::Schema;
use crate::framework::value::Object;

/// What a data source was read to, or an ephemeral resource opened to.
#[derive(Debug)]
pub struct DataRead {
    /// The data; none only beside an error. When deferred, everything computed is unknown.
    pub state: Option<Object>,
    /// What the practitioner is told.
    pub diagnostics: Diagnostics,
    /// Whether reading is put off because the provider's configuration is not known yet.
    pub deferred: bool,
}

impl DataRead {
    /// Answers with diagnostics alone.
    pub(super) fn failed(diagnostics: Diagnostics) -> Self {
        Self {
            state: None,
            diagnostics,
            deferred: false,
        }
    }

    /// Puts the answer off; everything computed is unknown.
    pub(super) fn deferred(schema: &Schema, config: &Object) -> Self {
        let state = Some(super::plan::propose(schema, config, None));
        Self {
            state,
            diagnostics: Diagnostics::new(),
            deferred: true,
        }
    }

    /// Joins a result with its diagnostics and makes sure that Terraform can take it.
    pub(super) fn conclude(
        schema: &Schema,
        result: Result<Object, Diagnostic>,
        mut diagnostics: Diagnostics,
    ) -> Self {
        match result {
            Ok(state) if state.is_wholly_known() => {
                let state = Some(super::apply::sound(schema, state));
                Self {
                    state,
                    diagnostics,
                    deferred: false,
                }
            }
            Ok(_) => Self::failed(Diagnostic::bug("Something read is still unknown.").into()),
            Err(diagnostic) => {
                diagnostics.push(diagnostic);
                Self::failed(diagnostics)
            }
        }
    }
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
        let Some(data_source) = self.registry.data_sources.get(type_name) else {
            return DataRead::failed(unknown_type("data source", type_name).into());
        };
        let context = match self.configured_context(connection) {
            Ok(context) => context,
            Err(diagnostic) => return DataRead::failed(diagnostic.into()),
        };
        if capabilities.deferral_allowed && self.provider.is_configuration_unknown(&context) {
            return DataRead::deferred(&data_source.schema, &config);
        }
        let validate = |diagnostics: &mut _| data_source.item.validate(&config, diagnostics);
        if let Err(errors) = late::refuse_unfit(&data_source.schema, &config, validate) {
            return DataRead::failed(errors);
        }
        let mut diagnostics = Diagnostics::new();
        let reading = data_source.item.read(&context, config, &mut diagnostics);
        let result = catch_panic("read data", reading).await;
        DataRead::conclude(
            &data_source.schema,
            result.and_then(|result| result),
            diagnostics,
        )
    }
}
