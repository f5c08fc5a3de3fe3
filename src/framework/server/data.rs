//! `ReadDataSource`, and what it has in common with opening an ephemeral resource.

use super::guard::attempt;
use super::prelude::Stop;
use super::storable::storable;
use super::{Capabilities, ConnectionKey, Engine, recheck};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::provider::Provider;
use crate::framework::schema::Schema;
use crate::framework::value::Object;

/// What a data source was read to, or an ephemeral resource opened to.
#[derive(Debug)]
pub struct DataRead {
    /// The data; none only with an error. When deferred, everything computed is unknown.
    pub state: Option<Object>,
    /// Diagnostics for the practitioner.
    pub diagnostics: Diagnostics,
    /// Whether reading is deferred because the provider's configuration is not known yet.
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

    /// Answers a call that ended early. In a deferred answer, everything computed is unknown.
    pub(super) fn stopped(stop: Stop, schema: &Schema, config: &Object) -> Self {
        match stop {
            Stop::Failed(diagnostics) => Self::failed(diagnostics),
            Stop::Deferred => Self {
                state: Some(super::plan::propose(schema, config, None)),
                diagnostics: Diagnostics::new(),
                deferred: true,
            },
        }
    }

    /// Joins a result with its diagnostics and makes sure that Terraform can accept it.
    pub(super) fn conclude(
        schema: &Schema,
        result: Result<Object, Diagnostic>,
        mut diagnostics: Diagnostics,
    ) -> Self {
        match result {
            Ok(state) if state.is_wholly_known() => {
                let state = Some(storable(schema, state));
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
        let found = match self.registry.data_source(type_name) {
            Ok(found) => found,
            Err(diagnostic) => return DataRead::failed(diagnostic.into()),
        };
        let validate = |diagnostics: &mut _| found.item.validate(&config, diagnostics);
        let checked = self.ready(connection, capabilities).and_then(|context| {
            recheck::whole(&found.schema, &config, validate)?;
            Ok(context)
        });
        let context = match checked {
            Ok(context) => context,
            Err(stop) => return DataRead::stopped(stop, &found.schema, &config),
        };
        let mut diagnostics = Diagnostics::new();
        let reading = found.item.read(&context, config, &mut diagnostics);
        let result = attempt("read data", reading).await;
        DataRead::conclude(&found.schema, result, diagnostics)
    }
}
