//! What is not managed: data sources, ephemeral resources, functions.

use std::sync::Arc;

use super::{decode, encode};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::function::FunctionError;
use crate::framework::provider::Provider;
use crate::framework::server::{ConnectionKey, Engine};
use crate::framework::value::{Object, Type};
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
    let mut diagnostics = encode::diagnostics(opened.diagnostics);
    Ok(wire::open_ephemeral_resource::Response {
        result: encode::state(ty, opened.state, &mut diagnostics),
        deferred: encode::deferred(opened.deferred),
        diagnostics,
        ..Default::default()
    })
}

/// Checks the filters of a list resource.
pub(super) async fn validate_list<P: Provider>(
    engine: Arc<Engine<P>>,
    _connection: ConnectionKey,
    request: wire::validate_list_resource_config::Request,
) -> Result<wire::validate_list_resource_config::Response, Diagnostic> {
    let list = engine
        .registry()
        .list_resources
        .get(request.type_name.as_str());
    let list = list.ok_or_else(|| encode::missing(&request.type_name))?;
    let config = decode::config(&list.ty, request.config)?;
    let diagnostics = encode::diagnostics(engine.validate_list(&request.type_name, &config));
    Ok(wire::validate_list_resource_config::Response { diagnostics })
}

/// Checks an action's configuration.
pub(super) async fn validate_action<P: Provider>(
    engine: Arc<Engine<P>>,
    _connection: ConnectionKey,
    request: wire::validate_action_config::Request,
) -> Result<wire::validate_action_config::Response, Diagnostic> {
    let config = action_config(&engine, &request.type_name, request.config)?;
    let diagnostics = encode::diagnostics(engine.validate_action(&request.type_name, &config));
    Ok(wire::validate_action_config::Response { diagnostics })
}

/// Plans an action.
pub(super) async fn plan_action<P: Provider>(
    engine: Arc<Engine<P>>,
    connection: ConnectionKey,
    request: wire::plan_action::Request,
) -> Result<wire::plan_action::Response, Diagnostic> {
    let config = action_config(&engine, &request.action_type, request.config)?;
    let capabilities = decode::capabilities(request.client_capabilities);
    let planned = engine.plan_action(connection, &request.action_type, &config, capabilities);
    Ok(wire::plan_action::Response {
        diagnostics: encode::diagnostics(planned.diagnostics),
        deferred: encode::deferred(planned.deferred),
    })
}

fn action_config<P: Provider>(
    engine: &Engine<P>,
    type_name: &str,
    config: Option<wire::DynamicValue>,
) -> Result<Object, Diagnostic> {
    let action = engine.registry().actions.get(type_name);
    let action = action.ok_or_else(|| encode::missing(type_name))?;
    decode::config(&action.ty, config)
}

/// Computes a function.
pub(super) fn call_function<P: Provider>(
    engine: &Engine<P>,
    request: wire::call_function::Request,
) -> wire::call_function::Response {
    let failed = |error| wire::call_function::Response {
        result: None,
        error: Some(encode::function_error(error)),
    };
    let bug = |diagnostic: Diagnostic| FunctionError {
        text: diagnostic.detail,
        argument: None,
    };
    let parameters = engine.registry().functions.get(request.name.as_str());
    let parameters = parameters
        .map(|(_, signature)| signature.parameters.as_slice())
        .unwrap_or_default();
    let arguments: Result<Vec<_>, _> = request
        .arguments
        .into_iter()
        .enumerate()
        .map(|(index, argument)| {
            let ty = parameters
                .get(index)
                .map_or(&Type::Bool, |parameter| &parameter.ty);
            decode::value(ty, Some(argument))
        })
        .collect();
    let result = match arguments {
        Ok(arguments) => engine.call_function(&request.name, &arguments),
        Err(diagnostic) => Err(bug(diagnostic)),
    };
    let result_type = engine.registry().functions.get(request.name.as_str());
    match (result, result_type) {
        (Ok(value), Some((_, signature))) => match encode::value(&signature.result, &value) {
            Ok(result) => wire::call_function::Response {
                result: Some(result),
                error: None,
            },
            Err(diagnostic) => failed(bug(diagnostic)),
        },
        (Err(error), _) => failed(error),
        (Ok(_), None) => failed(bug(encode::missing(&request.name))),
    }
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
