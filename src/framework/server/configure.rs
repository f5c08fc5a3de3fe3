//! `ValidateProviderConfig`, `ConfigureProvider` and `StopProvider`.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::guard::catch_panic;
use super::{Configured, Engine, late};
use crate::framework::diagnostics::Diagnostics;
use crate::framework::provider::{ConfigureRequest, Provider};
use crate::framework::value::Object;

/// The connection that a call came over. One process has one connection, except in reattach mode
/// (TPP §11), where each connection keeps its own configuration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConnectionKey(pub u64);

impl<P: Provider> Engine<P> {
    /// Checks the provider block.
    pub fn validate_provider(&self, config: &Object) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        self.registry.provider.validate(config, &mut diagnostics);
        self.provider.validate(config, &mut diagnostics);
        diagnostics
    }

    /// Takes a configuration into use for a connection, in place of an earlier one.
    pub async fn configure(
        &self,
        connection: ConnectionKey,
        config: Object,
        terraform_version: String,
    ) -> Diagnostics {
        let validate = |diagnostics: &mut _| self.provider.validate(&config, diagnostics);
        if let Err(errors) = late::refuse_invalid(&self.registry.provider, &config, validate) {
            return errors;
        }
        let mut diagnostics = Diagnostics::new();
        let stop = CancellationToken::new();
        let request = ConfigureRequest {
            config,
            terraform_version,
            stop: stop.clone(),
        };
        match catch_panic(
            "configure itself",
            self.provider.configure(request, &mut diagnostics),
        )
        .await
        {
            Ok(Some(context)) => {
                let configured = Configured {
                    context: Arc::new(context),
                    stop,
                };
                self.lock().insert(connection, configured);
            }
            Ok(None) => {}
            Err(panicked) => diagnostics.push(panicked),
        }
        diagnostics
    }

    /// Forgets the configurations of connections that are gone.
    pub fn retain_connections(&self, is_open: impl Fn(ConnectionKey) -> bool) {
        self.lock().retain(|connection, _| is_open(*connection));
    }

    /// Tells what runs for a connection to stop waiting. Returns at once (TPP §3.4).
    pub fn stop(&self, connection: ConnectionKey) {
        if let Some(configured) = self.lock().get(&connection) {
            configured.stop.cancel();
        }
    }
}
