//! `ValidateProviderConfig`, `ConfigureProvider` and `StopProvider`.

use std::sync::Arc;

use super::guard::catch_panic;
use super::{Engine, recheck};
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

    /// Puts a configuration into use for a connection, replacing an earlier one.
    pub async fn configure(
        &self,
        connection: ConnectionKey,
        config: Object,
        terraform_version: String,
    ) -> Diagnostics {
        let validate = |diagnostics: &mut _| self.provider.validate(&config, diagnostics);
        if let Err(errors) = recheck::known_parts(&self.registry.provider, &config, validate) {
            return errors;
        }
        let mut diagnostics = Diagnostics::new();
        let request = ConfigureRequest {
            config,
            terraform_version,
            // A stop may have come already, and may come until this is done.
            stop: self.lock().entry(connection).or_default().stop.clone(),
        };
        match catch_panic(
            "configure itself",
            self.provider.configure(request, &mut diagnostics),
        )
        .await
        {
            Ok(Some(context)) => {
                let mut connections = self.lock();
                connections.entry(connection).or_default().context = Some(Arc::new(context));
            }
            Ok(None) => {}
            Err(panicked) => diagnostics.push(panicked),
        }
        diagnostics
    }

    /// Forgets connections that are gone, and their configurations.
    pub fn retain_connections(&self, is_open: impl Fn(ConnectionKey) -> bool) {
        self.lock().retain(|connection, _| is_open(*connection));
    }

    /// Tells running calls of a connection to stop waiting, and later ones to begin nothing. Returns at once (TPP
    /// §3.4).
    ///
    /// It is permanent: a client that stops ends its whole command, even if the call overtakes `ConfigureProvider`.
    pub fn stop(&self, connection: ConnectionKey) {
        self.lock().entry(connection).or_default().stop.cancel();
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use tokio::sync::Notify;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::framework::schema::Schema;

    const ONE: ConnectionKey = ConnectionKey(1);
    const OTHER: ConnectionKey = ConnectionKey(2);

    /// A provider whose context is the stop signal, and whose configuration takes until it is let go.
    #[derive(Default)]
    struct Slow {
        begun: Notify,
        go: Notify,
    }

    #[async_trait]
    impl Provider for Slow {
        type Context = CancellationToken;

        fn schema(&self) -> Schema {
            Schema::new("A fake.")
        }

        async fn configure(
            &self,
            request: ConfigureRequest,
            _: &mut Diagnostics,
        ) -> Option<CancellationToken> {
            self.begun.notify_one();
            self.go.notified().await;
            Some(request.stop)
        }
    }

    impl Engine<Slow> {
        async fn configured(&self, connection: ConnectionKey) {
            self.provider.go.notify_one();
            let config = Object::new();
            let said = self.configure(connection, config, String::new()).await;
            assert!(said.is_empty());
        }

        fn is_stopped(&self, connection: ConnectionKey) -> bool {
            self.context(connection).unwrap().is_cancelled()
        }
    }

    #[tokio::test]
    async fn a_stop_concerns_one_connection() {
        let engine = Engine::new(Slow::default());
        engine.configured(ONE).await;
        engine.configured(OTHER).await;
        engine.stop(ONE);
        assert!(engine.is_stopped(ONE) && !engine.is_stopped(OTHER));
    }

    #[tokio::test]
    async fn a_stop_that_overtakes_the_configuration_is_not_lost() {
        let engine = Engine::new(Slow::default());
        engine.stop(ONE);
        engine.configured(ONE).await;
        engine.configured(OTHER).await;
        assert!(engine.is_stopped(ONE) && !engine.is_stopped(OTHER));
    }

    #[tokio::test]
    async fn a_stop_reaches_a_configuration_that_is_under_way() {
        let engine = Engine::new(Slow::default());
        let configuring = engine.configure(ONE, Object::new(), String::new());
        let stopping = async {
            engine.provider.begun.notified().await;
            engine.stop(ONE);
            engine.provider.go.notify_one();
        };
        tokio::join!(configuring, stopping);
        assert!(engine.is_stopped(ONE));
    }

    #[tokio::test]
    async fn nothing_is_kept_of_a_connection_that_is_gone() {
        let engine = Engine::new(Slow::default());
        engine.stop(ONE);
        engine.configured(OTHER).await;
        engine.retain_connections(|connection| connection == OTHER);
        assert!(engine.context(OTHER).is_some());
        assert_eq!(engine.lock().len(), 1);
    }
}
