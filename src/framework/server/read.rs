//! `ReadResource`.

use super::apply::sound;
use super::guard::catch_panic;
use super::{Capabilities, ConnectionKey, Engine, unknown_type};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::private_state::PrivateState;
use crate::framework::provider::Provider;
use crate::framework::resource::{Progress, ReadRequest, Recorded};
use crate::framework::value::Object;

/// A request to read a resource.
#[derive(Debug)]
pub struct ReadCall {
    /// The state before.
    pub state: Object,
    /// The private state before.
    pub private: PrivateState,
    /// The identity before.
    pub identity: Option<Object>,
    /// What the client can do.
    pub capabilities: Capabilities,
}

/// What was read.
#[derive(Debug)]
pub struct ReadResult {
    /// The object; none when it is gone. Beside an error the state before.
    pub state: Option<Object>,
    /// Its private state.
    pub private: PrivateState,
    /// Its identity.
    pub identity: Option<Object>,
    /// What the practitioner is told.
    pub diagnostics: Diagnostics,
    /// Whether reading is put off because the provider's configuration is not known yet.
    pub deferred: bool,
}

impl<P: Provider> Engine<P> {
    /// Reads a resource. An error never makes Terraform believe that the object is gone.
    pub async fn read(
        &self,
        connection: ConnectionKey,
        type_name: &str,
        call: ReadCall,
    ) -> ReadResult {
        let ReadCall {
            state,
            private,
            identity,
            capabilities,
        } = call;
        let unchanged = |diagnostics, deferred| ReadResult {
            state: Some(state.clone()),
            private: private.clone(),
            identity: identity.clone(),
            diagnostics,
            deferred,
        };
        let Some(resource) = self.registry.resources.get(type_name) else {
            return unchanged(unknown_type("resource", type_name).into(), false);
        };
        let context = match self.configured_context(connection) {
            Ok(context) => context,
            Err(diagnostic) => return unchanged(diagnostic.into(), false),
        };
        if capabilities.deferral_allowed && self.provider.is_configuration_unknown(&context) {
            return unchanged(Diagnostics::new(), true);
        }
        let progress = Progress::default();
        let request = ReadRequest {
            state: state.clone(),
            private: private.clone(),
        };
        let reading = resource.item.read(&context, request, &progress);
        let result = catch_panic("read an object", reading)
            .await
            .and_then(|result| result);
        let Recorded {
            state: found,
            private: kept,
            mut diagnostics,
        } = progress.take();
        diagnostics.extend(result.err());
        if diagnostics.has_errors() {
            return unchanged(diagnostics, false);
        }
        let Some(mut found) = found else {
            let private = PrivateState::default();
            return ReadResult {
                state: None,
                private,
                identity: None,
                diagnostics,
                deferred: false,
            };
        };
        resource.schema.clear_write_only(&mut found);
        if !found.is_wholly_known() {
            return unchanged(
                Diagnostic::bug("Something read is still unknown.").into(),
                false,
            );
        }
        let schema = resource.identity.as_ref();
        let of = |object: &Object| schema.and_then(|schema| schema.of(object));
        let read = of(&found);
        if let (Some(stored), Some(read)) = (identity.as_ref().and_then(of), &read)
            && stored != *read
        {
            return unchanged(another_object(type_name).into(), false);
        }
        let identity = read.or(identity.clone());
        let state = Some(sound(&resource.schema, found));
        ReadResult {
            state,
            private: kept,
            identity,
            diagnostics,
            deferred: false,
        }
    }
}

/// An identity never changes: a state that has a new one is of another object (TPP §8.4).
fn another_object(type_name: &str) -> Diagnostic {
    Diagnostic::error(
        "Unexpected identity change",
        format!(
            "The state of this {type_name} and the identity that is stored beside it name two different objects. \
             Somebody has probably edited the state. Restore it from a backup, or remove the resource with \
             `terraform state rm` and import the right object. Nothing was changed."
        ),
    )
}
