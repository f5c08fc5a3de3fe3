//! `ReadResource`.

use super::guard::attempt;
use super::prelude::Stop;
use super::storable::storable;
use super::{Capabilities, ConnectionKey, Engine};
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
    /// The object; none if it is gone. With an error, the state before.
    pub state: Option<Object>,
    /// Its private state.
    pub private: PrivateState,
    /// Its identity.
    pub identity: Option<Object>,
    /// Diagnostics for the practitioner.
    pub diagnostics: Diagnostics,
    /// Whether reading is deferred because the provider's configuration is not known yet.
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
        let read = self.read_ready(connection, type_name, &call).await;
        read.unwrap_or_else(|stop| {
            let (diagnostics, deferred) = stop.into_parts();
            ReadResult {
                state: Some(call.state),
                private: call.private,
                identity: call.identity,
                diagnostics,
                deferred,
            }
        })
    }

    async fn read_ready(
        &self,
        connection: ConnectionKey,
        type_name: &str,
        call: &ReadCall,
    ) -> Result<ReadResult, Stop> {
        let resource = self.registry.resource(type_name)?;
        let context = self.ready(connection, call.capabilities)?;
        let progress = Progress::default();
        let request = ReadRequest {
            state: call.state.clone(),
            private: call.private.clone(),
        };
        let reading = resource.item.read(&context, request, &progress);
        let result = attempt("read an object", reading).await;
        let Recorded {
            state: found,
            private,
            mut diagnostics,
        } = progress.take();
        diagnostics.extend(result.err());
        if diagnostics.has_errors() {
            return Err(diagnostics.into());
        }
        let Some(mut found) = found else {
            return Ok(ReadResult {
                state: None,
                private: PrivateState::default(),
                identity: None,
                diagnostics,
                deferred: false,
            });
        };
        resource.schema.clear_write_only(&mut found);
        if !found.is_wholly_known() {
            return Err(Diagnostic::bug("Something read is still unknown.").into());
        }
        let read = resource.identity_of(&found);
        let stored = call.identity.as_ref();
        let stored = stored.and_then(|identity| resource.identity_of(identity));
        if let (Some(stored), Some(read)) = (stored, &read)
            && stored != *read
        {
            return Err(another_object(type_name).into());
        }
        Ok(ReadResult {
            state: Some(storable(&resource.schema, found)),
            private,
            identity: read.or_else(|| call.identity.clone()),
            diagnostics,
            deferred: false,
        })
    }
}

/// An identity never changes: a state with a new one belongs to another object (TPP §8.4).
fn another_object(type_name: &str) -> Diagnostic {
    Diagnostic::error(
        "Unexpected identity change",
        format!(
            "The state of this {type_name} and the identity stored with it name two different objects. Someone has \
             probably edited the state. Restore it from a backup, or remove the resource with `terraform state rm` and \
             import the right object. Nothing was changed."
        ),
    )
}
