//! Data sources and ephemeral resources: what is read or made, and not managed.

use std::sync::Arc;

use super::{decode, encode};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::private_state::PrivateState;
use crate::framework::provider::Provider;
use crate::framework::server::{ConnectionKey, Engine, OpenedEphemeral};
use crate::framework::value::Type;
use crate::wire::tfplugin6 as wire;

/// Checks a data source's configuration.
pub(super) async fn validate_data<P: Provider>(
    engine: Arc<Engine<P>>,
    _connection: ConnectionKey,
    request: wire::validate_data_resource_config::Request,
) -> Result<wire::validate_data_resource_config::Response, Diagnostic> {
    let ty = data_type(&engine, &request.type_name)?;
    let config = decode::config(ty, request.config)?;
    let diagnostics = engine.validate_data_source(&request.type_name, &config);
    let diagnostics = encode::diagnostics(diagnostics);
    Ok(wire::validate_data_resource_config::Response { diagnostics })
}

/// Reads a data source.
pub(super) async fn read_data<P: Provider>(
    engine: Arc<Engine<P>>,
    connection: ConnectionKey,
    request: wire::read_data_source::Request,
) -> Result<wire::read_data_source::Response, Diagnostic> {
    let ty = data_type(&engine, &request.type_name)?;
    let config = decode::config(ty, request.config)?;
    let capabilities = decode::capabilities(request.client_capabilities);
    let read = engine
        .read_data(connection, &request.type_name, config, capabilities)
        .await;
    let mut diagnostics = encode::diagnostics(read.diagnostics);
    Ok(wire::read_data_source::Response {
        state: encode::state(ty, read.state, &mut diagnostics),
        deferred: encode::deferred(read.deferred),
        diagnostics,
    })
}

/// Checks an ephemeral resource's configuration.
pub(super) async fn validate_ephemeral<P: Provider>(
    engine: Arc<Engine<P>>,
    _connection: ConnectionKey,
    request: wire::validate_ephemeral_resource_config::Request,
) -> Result<wire::validate_ephemeral_resource_config::Response, Diagnostic> {
    let ty = ephemeral_type(&engine, &request.type_name)?;
    let config = decode::config(ty, request.config)?;
    let diagnostics = engine.validate_ephemeral(&request.type_name, &config);
    let diagnostics = encode::diagnostics(diagnostics);
    Ok(wire::validate_ephemeral_resource_config::Response { diagnostics })
}

/// Closes an ephemeral resource.
pub(super) async fn close_ephemeral<P: Provider>(
    engine: Arc<Engine<P>>,
    connection: ConnectionKey,
    request: wire::close_ephemeral_resource::Request,
) -> Result<wire::close_ephemeral_resource::Response, Diagnostic> {
    let held = PrivateState::from_bytes(request.private.unwrap_or_default());
    let closing = engine.close_ephemeral(connection, &request.type_name, &held);
    let diagnostics = encode::diagnostics(closing.await);
    Ok(wire::close_ephemeral_resource::Response { diagnostics })
}

/// Opens an ephemeral resource, which is never renewed.
pub(super) async fn open_ephemeral<P: Provider>(
    engine: Arc<Engine<P>>,
    connection: ConnectionKey,
    request: wire::open_ephemeral_resource::Request,
) -> Result<wire::open_ephemeral_resource::Response, Diagnostic> {
    let ty = ephemeral_type(&engine, &request.type_name)?;
    let config = decode::config(ty, request.config)?;
    let capabilities = decode::capabilities(request.client_capabilities);
    let opened = engine
        .open_ephemeral(connection, &request.type_name, config, capabilities)
        .await;
    let OpenedEphemeral { read, held } = opened;
    let mut diagnostics = encode::diagnostics(read.diagnostics);
    Ok(wire::open_ephemeral_resource::Response {
        result: encode::state(ty, read.state, &mut diagnostics),
        deferred: encode::deferred(read.deferred),
        private: Some(held.into_bytes()).filter(|held| !held.is_empty()),
        renew_at: None,
        diagnostics,
    })
}

fn data_type<'a, P: Provider>(
    engine: &'a Engine<P>,
    type_name: &str,
) -> Result<&'a Type, Diagnostic> {
    let data_source = engine.registry().data_sources.get(type_name);
    data_source
        .map(|data_source| &data_source.ty)
        .ok_or_else(|| encode::missing(type_name))
}

fn ephemeral_type<'a, P: Provider>(
    engine: &'a Engine<P>,
    type_name: &str,
) -> Result<&'a Type, Diagnostic> {
    let ephemeral = engine.registry().ephemeral_resources.get(type_name);
    ephemeral
        .map(|found| &found.ty)
        .ok_or_else(|| encode::missing(type_name))
}
