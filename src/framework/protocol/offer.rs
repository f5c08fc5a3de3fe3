//! What the provider offers: metadata and schemas.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{encode, encode_schema};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::{ConnectionKey, Engine};
use crate::wire::tfplugin6 as wire;
use wire::get_metadata::{
    ActionMetadata, DataSourceMetadata, EphemeralMetadata, FunctionMetadata, ListResourceMetadata,
    ResourceMetadata,
};

/// Lists what the provider offers, by name.
pub(super) async fn metadata<P: Provider>(
    engine: Arc<Engine<P>>,
    _connection: ConnectionKey,
    _request: wire::get_metadata::Request,
) -> Result<wire::get_metadata::Response, Diagnostic> {
    let registry = engine.registry();
    let name = |name: &&'static str| (*name).to_owned();
    Ok(wire::get_metadata::Response {
        server_capabilities: Some(capabilities()),
        resources: registry
            .resources
            .keys()
            .map(|key| ResourceMetadata {
                type_name: name(key),
            })
            .collect(),
        data_sources: registry
            .data_sources
            .keys()
            .map(|key| DataSourceMetadata {
                type_name: name(key),
            })
            .collect(),
        ephemeral_resources: registry
            .ephemeral_resources
            .keys()
            .map(|key| EphemeralMetadata {
                type_name: name(key),
            })
            .collect(),
        list_resources: registry
            .list_resources
            .keys()
            .map(|key| ListResourceMetadata {
                type_name: name(key),
            })
            .collect(),
        actions: registry
            .actions
            .keys()
            .map(|key| ActionMetadata {
                type_name: name(key),
            })
            .collect(),
        functions: registry
            .functions
            .keys()
            .map(|key| FunctionMetadata { name: name(key) })
            .collect(),
        ..Default::default()
    })
}

/// Describes what the provider offers.
pub(super) async fn schema<P: Provider>(
    engine: Arc<Engine<P>>,
    _connection: ConnectionKey,
    _request: wire::get_provider_schema::Request,
) -> Result<wire::get_provider_schema::Response, Diagnostic> {
    let registry = engine.registry();
    Ok(wire::get_provider_schema::Response {
        provider: Some(encode_schema::schema(&registry.provider)),
        resource_schemas: registry
            .resources
            .iter()
            .map(|(name, resource)| ((*name).to_owned(), encode_schema::schema(&resource.schema)))
            .collect(),
        data_source_schemas: registry
            .data_sources
            .iter()
            .map(|(name, data)| ((*name).to_owned(), encode_schema::schema(&data.schema)))
            .collect(),
        ephemeral_resource_schemas: registry
            .ephemeral_resources
            .iter()
            .map(|(name, found)| ((*name).to_owned(), encode_schema::schema(&found.schema)))
            .collect(),
        list_resource_schemas: registry
            .list_resources
            .iter()
            .map(|(name, found)| ((*name).to_owned(), encode_schema::schema(&found.schema)))
            .collect(),
        action_schemas: registry
            .actions
            .iter()
            .map(|(name, found)| ((*name).to_owned(), encode_schema::action(&found.schema)))
            .collect(),
        functions: function_schemas(&engine),
        server_capabilities: Some(capabilities()),
        diagnostics: encode::diagnostics(registry.problems.clone()),
        ..Default::default()
    })
}

/// Describes the resources' identities.
pub(super) async fn identity_schemas<P: Provider>(
    engine: Arc<Engine<P>>,
    _connection: ConnectionKey,
    _request: wire::get_resource_identity_schemas::Request,
) -> Result<wire::get_resource_identity_schemas::Response, Diagnostic> {
    let identity_schemas = engine
        .registry()
        .resources
        .iter()
        .filter_map(|(name, resource)| {
            let identity = resource.identity.as_ref()?;
            Some(((*name).to_owned(), encode_schema::identity(identity)))
        })
        .collect();
    Ok(wire::get_resource_identity_schemas::Response {
        identity_schemas,
        diagnostics: Vec::new(),
    })
}

/// Describes the functions.
pub(super) async fn functions<P: Provider>(
    engine: Arc<Engine<P>>,
    _connection: ConnectionKey,
    _request: wire::get_functions::Request,
) -> Result<wire::get_functions::Response, Diagnostic> {
    Ok(wire::get_functions::Response {
        functions: function_schemas(&engine),
        diagnostics: Vec::new(),
    })
}

fn function_schemas<P: Provider>(engine: &Engine<P>) -> BTreeMap<String, wire::Function> {
    engine
        .registry()
        .functions
        .iter()
        .map(|(name, (_, signature))| ((*name).to_owned(), encode_schema::function(signature)))
        .collect()
}

fn capabilities() -> wire::ServerCapabilities {
    wire::ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: true,
    }
}
