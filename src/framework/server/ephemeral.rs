//! `ValidateEphemeralResourceConfig`, `OpenEphemeralResource` and `CloseEphemeralResource`, and what was never closed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::guard::attempt;
use super::{Capabilities, ConnectionKey, DataRead, Engine, recheck};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::private_state::PrivateState;
use crate::framework::provider::Provider;
use crate::framework::value::Object;

/// What ephemeral resources hold open.
#[derive(Debug)]
pub(super) struct Open<C>(Mutex<Vec<Held<C>>>);

/// What one of them holds.
#[derive(Debug)]
struct Held<C> {
    connection: ConnectionKey,
    type_name: String,
    context: Arc<C>,
    private: PrivateState,
}

impl<C> Default for Open<C> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<C> Open<C> {
    /// Takes out what matches; the caller closes it.
    fn take(&self, fits: impl Fn(&Held<C>) -> bool) -> Vec<Held<C>> {
        self.lock().extract_if(.., |held| fits(held)).collect()
    }

    fn add(&self, held: Held<C>) {
        self.lock().push(held);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Held<C>>> {
        // Each change is one step, so a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an ephemeral resource was opened to.
#[derive(Debug)]
pub struct OpenedEphemeral {
    /// The value, and what there is to say.
    pub read: DataRead,
    /// What the client passes back when it closes it; empty if nothing is held open.
    pub held: PrivateState,
}

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
    ) -> OpenedEphemeral {
        let nothing_held = |read| OpenedEphemeral {
            read,
            held: PrivateState::default(),
        };
        let found = match self.registry.ephemeral_resource(type_name) {
            Ok(found) => found,
            Err(diagnostic) => return nothing_held(DataRead::failed(diagnostic.into())),
        };
        let checked = self.ready(connection, capabilities).and_then(|context| {
            recheck::whole(&found.schema, &config, |_| ())?;
            Ok(context)
        });
        let context = match checked {
            Ok(context) => context,
            Err(stop) => {
                return nothing_held(DataRead::stopped(stop, &found.schema, &config));
            }
        };
        let mut diagnostics = Diagnostics::new();
        let opening = found.item.open(&context, config, &mut diagnostics);
        let result = attempt("open an ephemeral resource", opening).await;
        let mut held = PrivateState::default();
        let value = result.map(|opened| {
            held = opened.held;
            opened.value
        });
        if !held.is_empty() {
            self.open.add(Held {
                connection,
                type_name: type_name.to_owned(),
                context,
                private: held.clone(),
            });
        }
        OpenedEphemeral {
            read: DataRead::conclude(&found.schema, value, diagnostics),
            held,
        }
    }

    /// Closes an ephemeral resource. An interrupted client may do so twice.
    pub async fn close_ephemeral(
        &self,
        connection: ConnectionKey,
        type_name: &str,
        held: &PrivateState,
    ) -> Diagnostics {
        let is_it = |open: &Held<P::Context>| {
            open.connection == connection && open.type_name == type_name && open.private == *held
        };
        self.close(self.open.take(is_it)).await
    }

    /// Closes what a client that is gone has left open. What this returns can only be logged.
    pub async fn close_left_open(&self, connection: ConnectionKey) -> Diagnostics {
        let left = self.open.take(|held| held.connection == connection);
        self.close(left).await
    }

    /// Closes everything that is still open, because the process ends.
    pub async fn close_all(&self) -> Diagnostics {
        self.close(self.open.take(|_| true)).await
    }

    async fn close(&self, open: Vec<Held<P::Context>>) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        for held in open {
            if let Err(diagnostic) = self.close_one(&held).await {
                diagnostics.push(diagnostic);
                self.open.add(held);
            }
        }
        diagnostics
    }

    async fn close_one(&self, held: &Held<P::Context>) -> Result<(), Diagnostic> {
        let found = self.registry.ephemeral_resource(&held.type_name)?;
        let closing = found.item.close(&held.context, &held.private);
        attempt("close an ephemeral resource", closing).await
    }
}

#[cfg(test)]
mod tests;
