//! The engine: what happens in every call, whatever the resource (TPP §7).
//!
//! One file per group of calls. Requests and responses are our own types; nothing here knows of
//! protobuf or sockets. The engine keeps the classic mistakes impossible: write-only values are
//! nulled, unset answers do not exist, configurations are checked once more when they are used (`recheck`),
//! plans and results are checked before Terraform checks them, and a panic of a resource becomes a diagnostic that still carries what was created.

mod action;
mod apply;
mod configure;
mod data;
mod ephemeral;
#[cfg(test)]
mod fake;
mod function;
mod generate;
mod guard;
mod import;
mod list;
mod move_state;
mod plan;
mod prelude;
mod read;
mod recheck;
mod registry;
mod storable;
mod upgrade;
mod validate;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

pub use action::PlannedAction;
pub use apply::{Applied, ApplyRequest};
pub use configure::ConnectionKey;
pub use data::DataRead;
pub use ephemeral::OpenedEphemeral;
pub use import::Imported;
pub use list::{ListCall, Listed};
pub use plan::{PlanCall, Planned};
pub use read::{ReadCall, ReadResult};
pub use registry::{Registered, Registry};
pub use upgrade::{UpgradedIdentity, UpgradedState};

use super::provider::Provider;

/// The capabilities that the client announced in the request at hand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// The client accepts deferred answers.
    pub deferral_allowed: bool,
    /// The client knows write-only attributes.
    pub write_only_allowed: bool,
}

/// Serves one provider. Every method may run concurrently with every other.
pub struct Engine<P: Provider> {
    provider: P,
    registry: Registry<P::Context>,
    connections: Mutex<BTreeMap<ConnectionKey, Connection<P::Context>>>,
    open: ephemeral::Open<P::Context>,
}

/// What is known of a connection.
struct Connection<C> {
    /// What its configuration produced, once it is configured.
    context: Option<Arc<C>>,
    /// Fires when it is stopped, which can be before it is configured.
    stop: CancellationToken,
}

impl<C> Default for Connection<C> {
    fn default() -> Self {
        Self {
            context: None,
            stop: CancellationToken::new(),
        }
    }
}

impl<P: Provider> std::fmt::Debug for Engine<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl<P: Provider> Engine<P> {
    /// Builds the engine and checks every schema. What is wrong with them is reported at the first
    /// request for the schema, where a person sees it.
    pub fn new(provider: P) -> Self {
        let registry = Registry::new(&provider);
        Self {
            provider,
            registry,
            connections: Mutex::default(),
            open: ephemeral::Open::default(),
        }
    }

    /// Borrows everything the provider offers, with its schemas.
    pub fn registry(&self) -> &Registry<P::Context> {
        &self.registry
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<ConnectionKey, Connection<P::Context>>> {
        // Each change is one step, so a panic elsewhere leaves nothing half done.
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
