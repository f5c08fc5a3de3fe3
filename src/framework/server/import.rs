//! `ImportResourceState`.

use super::guard::attempt;
use super::prelude::Stop;
use super::storable::storable;
use super::{Capabilities, ConnectionKey, Engine, Registered};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::private_state::PrivateState;
use crate::framework::provider::Provider;
use crate::framework::resource::{ImportRequest, Progress, Recorded, Resource};
use crate::framework::value::Object;

/// An imported object.
#[derive(Debug)]
pub struct Imported {
    /// The state; none only with an error or when deferred.
    pub state: Option<Object>,
    /// Its private state.
    pub private: PrivateState,
    /// Its identity.
    pub identity: Option<Object>,
    /// Diagnostics for the practitioner.
    pub diagnostics: Diagnostics,
    /// Whether the import is deferred because the provider's configuration is not known yet.
    pub deferred: bool,
}

impl Imported {
    pub(super) fn without_state(diagnostics: Diagnostics, deferred: bool) -> Self {
        let private = PrivateState::default();
        Self {
            state: None,
            private,
            identity: None,
            diagnostics,
            deferred,
        }
    }

    /// Joins what was recorded with how it ended. Without an error there is always a state: an empty
    /// answer would be a silent failure (TPP §7.5).
    pub(super) fn conclude<C: Send + Sync>(
        resource: &Registered<dyn Resource<C>>,
        recorded: Recorded,
        result: Result<(), Diagnostic>,
    ) -> Self {
        let Recorded {
            state,
            private,
            mut diagnostics,
        } = recorded;
        diagnostics.extend(result.err());
        match state {
            Some(mut state) if !diagnostics.has_errors() => {
                resource.schema.clear_write_only(&mut state);
                let state = storable(&resource.schema, state);
                Self {
                    identity: resource.identity_of(&state),
                    state: Some(state),
                    private,
                    diagnostics,
                    deferred: false,
                }
            }
            None if !diagnostics.has_errors() => {
                let bug = Diagnostic::bug("An object was taken over without a state.");
                Self::without_state(bug.into(), false)
            }
            _ => Self::without_state(diagnostics, false),
        }
    }
}

impl<P: Provider> Engine<P> {
    /// Imports an object.
    pub async fn import(
        &self,
        connection: ConnectionKey,
        type_name: &str,
        request: ImportRequest,
        capabilities: Capabilities,
    ) -> Imported {
        let imported = self
            .import_ready(connection, type_name, request, capabilities)
            .await;
        imported.unwrap_or_else(|stop| {
            let (diagnostics, deferred) = stop.into_parts();
            Imported::without_state(diagnostics, deferred)
        })
    }

    async fn import_ready(
        &self,
        connection: ConnectionKey,
        type_name: &str,
        request: ImportRequest,
        capabilities: Capabilities,
    ) -> Result<Imported, Stop> {
        let resource = self.registry.resource(type_name)?;
        let context = self.ready(connection, capabilities)?;
        let progress = Progress::default();
        let importing = resource.item.import(&context, request, &progress);
        let result = attempt("import an object", importing).await;
        Ok(Imported::conclude(resource, progress.take(), result))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::{CONNECTION, Fake, THING, engine};
    use super::*;

    /// The default import of a resource.
    #[tokio::test]
    async fn an_import_hands_the_id_or_the_identity_on_to_the_read() {
        let engine = engine(Fake::default()).await;
        for request in [
            ImportRequest::Id("7".to_owned()),
            ImportRequest::Identity(Object::new().with("id", "7")),
        ] {
            let capabilities = Capabilities::default();
            let imported = engine
                .import(CONNECTION, THING, request, capabilities)
                .await;
            assert!(imported.diagnostics.is_empty(), "{imported:?}");
            assert_eq!(imported.state.unwrap().get("id").as_str(), Some("7"));
            assert_eq!(imported.identity, Some(Object::new().with("id", "7")));
        }
    }
}
