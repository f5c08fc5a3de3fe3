//! Managed resources.

use std::sync::Arc;

use super::{decode, encode};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::private_state::PrivateState;
use crate::framework::provider::Provider;
use crate::framework::resource::{ImportRequest, MoveRequest};
use crate::framework::server::{ApplyRequest, ConnectionKey, Engine, PlanCall, ReadCall};
use crate::framework::value::Type;
use crate::wire::tfplugin6 as wire;

/// The types of a resource's values.
struct Types<'a> {
    value: &'a Type,
    identity: Option<&'a Type>,
}

/// Checks a resource's configuration.
pub(super) async fn validate<P: Provider>(
    engine: Arc<Engine<P>>,
    _connection: ConnectionKey,
    request: wire::validate_resource_config::Request,
) -> Result<wire::validate_resource_config::Response, Diagnostic> {
    let types = resource_types(&engine, &request.type_name)?;
    let config = decode::config(types.value, request.config)?;
    let capabilities = decode::capabilities(request.client_capabilities);
    let diagnostics = engine.validate_resource(&request.type_name, &config, capabilities);
    let diagnostics = encode::diagnostics(diagnostics);
    Ok(wire::validate_resource_config::Response { diagnostics })
}

/// Converts a stored state.
pub(super) async fn upgrade_state<P: Provider>(
    engine: Arc<Engine<P>>,
    connection: ConnectionKey,
    request: wire::upgrade_resource_state::Request,
) -> Result<wire::upgrade_resource_state::Response, Diagnostic> {
    let types = resource_types(&engine, &request.type_name)?;
    let Some(raw) = request.raw_state else {
        // Nothing is stored, so there is nothing to convert.
        return Ok(wire::upgrade_resource_state::Response {
            upgraded_state: encode::state(types.value, None, &mut Vec::new()),
            diagnostics: Vec::new(),
        });
    };
    if raw.json.is_empty() {
        return Err(Diagnostic::error(
            "State of an unsupported format",
            "The stored state has the format of Terraform 0.11 or older, which this \
             provider never wrote. Import the object instead.",
        ));
    }
    let (name, version) = (&request.type_name, request.version);
    let upgraded = engine.upgrade_state(connection, name, version, &raw.json);
    let mut diagnostics = encode::diagnostics(upgraded.diagnostics);
    let upgraded_state = match upgraded.state {
        Some(object) => encode::state(types.value, Some(object), &mut diagnostics),
        None => None,
    };
    Ok(wire::upgrade_resource_state::Response {
        upgraded_state,
        diagnostics,
    })
}

/// Converts a stored identity.
pub(super) async fn upgrade_identity<P: Provider>(
    engine: Arc<Engine<P>>,
    _connection: ConnectionKey,
    request: wire::upgrade_resource_identity::Request,
) -> Result<wire::upgrade_resource_identity::Response, Diagnostic> {
    let types = resource_types(&engine, &request.type_name)?;
    let raw = request.raw_identity.unwrap_or_default();
    let upgraded = engine.upgrade_identity(&request.type_name, request.version, &raw.json);
    Ok(wire::upgrade_resource_identity::Response {
        upgraded_identity: encode::identity(types.identity, upgraded.identity)?,
        diagnostics: encode::diagnostics(upgraded.diagnostics),
    })
}

/// Reads a resource.
pub(super) async fn read<P: Provider>(
    engine: Arc<Engine<P>>,
    connection: ConnectionKey,
    request: wire::read_resource::Request,
) -> Result<wire::read_resource::Response, Diagnostic> {
    let types = resource_types(&engine, &request.type_name)?;
    let Some(state) = decode::object(types.value, request.current_state)? else {
        // An absent object is still absent.
        return Ok(wire::read_resource::Response {
            new_state: encode::state(types.value, None, &mut Vec::new()),
            ..Default::default()
        });
    };
    let call = ReadCall {
        state,
        private: PrivateState::from_bytes(request.private),
        identity: decode::identity(types.identity, request.current_identity),
        capabilities: decode::capabilities(request.client_capabilities),
    };
    let read = engine.read(connection, &request.type_name, call).await;
    let mut diagnostics = encode::diagnostics(read.diagnostics);
    Ok(wire::read_resource::Response {
        new_state: encode::state(types.value, read.state, &mut diagnostics),
        private: read.private.into_bytes(),
        new_identity: encode::identity(types.identity, read.identity)?,
        deferred: encode::deferred(read.deferred),
        diagnostics,
    })
}

/// Plans a change.
pub(super) async fn plan<P: Provider>(
    engine: Arc<Engine<P>>,
    connection: ConnectionKey,
    request: wire::plan_resource_change::Request,
) -> Result<wire::plan_resource_change::Response, Diagnostic> {
    let types = resource_types(&engine, &request.type_name)?;
    let prior = decode::object(types.value, request.prior_state)?;
    // Since 1.16, the creation of an object's successor gets in the apply walk what its plan knew of the object.
    let private = if prior.is_none() && request.prior_private.is_empty() {
        request.planned_private.clone()
    } else {
        request.prior_private
    };
    let call = PlanCall {
        prior,
        config: decode::object(types.value, request.config)?,
        private: PrivateState::from_bytes(private),
        planned: PrivateState::from_bytes(request.planned_private),
        identity: decode::identity(types.identity, request.prior_identity),
        capabilities: decode::capabilities(request.client_capabilities),
    };
    let planned = engine.plan(connection, &request.type_name, call).await;
    let mut diagnostics = encode::diagnostics(planned.diagnostics);
    Ok(wire::plan_resource_change::Response {
        planned_state: encode::state(types.value, planned.state, &mut diagnostics),
        planned_private: planned.private.into_bytes(),
        planned_identity: encode::identity(types.identity, planned.identity)?,
        requires_replace: planned.replacements.iter().map(encode::path).collect(),
        deferred: encode::deferred(planned.deferred),
        diagnostics,
        ..Default::default()
    })
}

/// Carries out a change.
pub(super) async fn apply<P: Provider>(
    engine: Arc<Engine<P>>,
    connection: ConnectionKey,
    request: wire::apply_resource_change::Request,
) -> Result<wire::apply_resource_change::Response, Diagnostic> {
    let types = resource_types(&engine, &request.type_name)?;
    let call = ApplyRequest {
        prior: decode::object(types.value, request.prior_state)?,
        planned: decode::object(types.value, request.planned_state)?,
        config: decode::object(types.value, request.config)?,
        private: PrivateState::from_bytes(request.planned_private),
    };
    let applied = engine.apply(connection, &request.type_name, call).await;
    let mut diagnostics = encode::diagnostics(applied.diagnostics);
    Ok(wire::apply_resource_change::Response {
        new_state: encode::state(types.value, applied.state, &mut diagnostics),
        private: applied.private.into_bytes(),
        new_identity: encode::identity(types.identity, applied.identity).unwrap_or_default(),
        diagnostics,
        ..Default::default()
    })
}

/// Takes over the state of another resource type.
pub(super) async fn move_state<P: Provider>(
    engine: Arc<Engine<P>>,
    _connection: ConnectionKey,
    request: wire::move_resource_state::Request,
) -> Result<wire::move_resource_state::Response, Diagnostic> {
    let types = resource_types(&engine, &request.target_type_name)?;
    let raw = request.source_state.unwrap_or_default();
    let source_state = serde_json::from_slice(&raw.json).map_err(|_syntax| {
        Diagnostic::error(
            "Unsupported move",
            "The state of the source cannot be read. Remove the moved block, and import the object instead.",
        )
    })?;
    let call = MoveRequest {
        source_provider: request.source_provider_address,
        source_type: request.source_type_name,
        source_version: request.source_schema_version,
        source_state,
        source_private: PrivateState::from_bytes(request.source_private),
    };
    let moved = engine.move_state(&request.target_type_name, &call);
    let mut diagnostics = encode::diagnostics(moved.diagnostics);
    Ok(wire::move_resource_state::Response {
        target_state: match moved.state {
            Some(object) => encode::state(types.value, Some(object), &mut diagnostics),
            None => None,
        },
        target_private: moved.private.into_bytes(),
        target_identity: encode::identity(types.identity, moved.identity)?,
        diagnostics,
    })
}

/// Writes a configuration for an object.
pub(super) async fn generate_config<P: Provider>(
    engine: Arc<Engine<P>>,
    _connection: ConnectionKey,
    request: wire::generate_resource_config::Request,
) -> Result<wire::generate_resource_config::Response, Diagnostic> {
    let types = resource_types(&engine, &request.type_name)?;
    let state = decode::config(types.value, request.state)?;
    Ok(match engine.generate_config(&request.type_name, &state) {
        Ok(config) => wire::generate_resource_config::Response {
            config: Some(encode::object(types.value, Some(config))?),
            diagnostics: Vec::new(),
        },
        Err(diagnostics) => wire::generate_resource_config::Response {
            config: None,
            diagnostics: encode::diagnostics(diagnostics),
        },
    })
}

/// Imports an existing object.
pub(super) async fn import<P: Provider>(
    engine: Arc<Engine<P>>,
    connection: ConnectionKey,
    request: wire::import_resource_state::Request,
) -> Result<wire::import_resource_state::Response, Diagnostic> {
    let types = resource_types(&engine, &request.type_name)?;
    let import = match decode::identity(types.identity, request.identity) {
        Some(identity) if request.id.is_empty() => ImportRequest::Identity(identity),
        _ => ImportRequest::Id(request.id),
    };
    let capabilities = decode::capabilities(request.client_capabilities);
    let imported = engine
        .import(connection, &request.type_name, import, capabilities)
        .await;
    let imported_resources = match imported.state {
        Some(state) => vec![wire::import_resource_state::ImportedResource {
            type_name: request.type_name,
            state: Some(encode::object(types.value, Some(state))?),
            private: imported.private.into_bytes(),
            identity: encode::identity(types.identity, imported.identity)?,
        }],
        None => Vec::new(),
    };
    Ok(wire::import_resource_state::Response {
        imported_resources,
        diagnostics: encode::diagnostics(imported.diagnostics),
        deferred: encode::deferred(imported.deferred),
    })
}

fn resource_types<'a, P: Provider>(
    engine: &'a Engine<P>,
    type_name: &str,
) -> Result<Types<'a>, Diagnostic> {
    let resource = engine
        .registry()
        .resources
        .get(type_name)
        .ok_or_else(|| encode::missing(type_name))?;
    Ok(Types {
        value: &resource.ty,
        identity: resource.identity_type.as_ref(),
    })
}
