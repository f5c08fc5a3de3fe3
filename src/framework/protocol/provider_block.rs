//! The provider block.

use std::sync::Arc;

use super::{decode, encode};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::{ConnectionKey, Engine};
use crate::wire::tfplugin6 as wire;

/// Checks the provider block.
pub(super) async fn validate<P: Provider>(
    engine: Arc<Engine<P>>,
    _connection: ConnectionKey,
    request: wire::validate_provider_config::Request,
) -> Result<wire::validate_provider_config::Response, Diagnostic> {
    let config = decode::config(&engine.registry().provider_type, request.config)?;
    let diagnostics = encode::diagnostics(engine.validate_provider(&config));
    Ok(wire::validate_provider_config::Response { diagnostics })
}

/// Puts a configuration into use.
pub(super) async fn configure<P: Provider>(
    engine: Arc<Engine<P>>,
    connection: ConnectionKey,
    request: wire::configure_provider::Request,
) -> Result<wire::configure_provider::Response, Diagnostic> {
    let config = decode::config(&engine.registry().provider_type, request.config)?;
    let diagnostics = engine
        .configure(connection, config, request.terraform_version)
        .await;
    let diagnostics = encode::diagnostics(diagnostics);
    Ok(wire::configure_provider::Response { diagnostics })
}
