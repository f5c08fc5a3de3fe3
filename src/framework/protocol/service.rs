//! The gRPC service: look up the type, decode, call the engine, encode.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::call::{answer, connection, span};
use super::{decode, encode, encode_schema};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::plugin::{Calls, ConnectionId};
use crate::framework::private_state::PrivateState;
use crate::framework::provider::Provider;
use crate::framework::resource::ImportRequest;
use crate::framework::server::{ApplyRequest, Engine, PlanCall, ReadCall};
use crate::framework::value::{Object, Type};
use crate::wire::tfplugin6 as wire;
use wire::provider_server::Provider as Wire;

/// Serves one provider over protocol 6.
#[derive(Debug)]
pub(crate) struct Service<P: Provider> {
    engine: Arc<Engine<P>>,
    calls: Calls,
}

/// The types of a resource's values.
struct Types {
    value: Type,
    identity: Option<Type>,
}

type Answered<T> = Result<Response<T>, Status>;

impl<P: Provider> Service<P> {
    /// Wraps an engine; its calls run as tasks of `calls`.
    pub(crate) fn new(engine: Engine<P>, calls: Calls) -> Self {
        Self {
            engine: Arc::new(engine),
            calls,
        }
    }

    fn engine(&self) -> Arc<Engine<P>> {
        Arc::clone(&self.engine)
    }
}

fn resource_types<P: Provider>(engine: &Engine<P>, type_name: &str) -> Result<Types, Diagnostic> {
    let resource = engine
        .registry()
        .resources
        .get(type_name)
        .ok_or_else(|| missing(type_name))?;
    Ok(Types {
        value: resource.ty.clone(),
        identity: resource
            .identity
            .as_ref()
            .map(crate::framework::schema::IdentitySchema::ty),
    })
}

fn data_type<P: Provider>(engine: &Engine<P>, type_name: &str) -> Result<Type, Diagnostic> {
    let data_source = engine.registry().data_sources.get(type_name);
    data_source
        .map(|data_source| data_source.ty.clone())
        .ok_or_else(|| missing(type_name))
}

fn missing(type_name: &str) -> Diagnostic {
    Diagnostic::bug(format!("There is no {type_name:?} in this provider."))
}

fn capabilities() -> wire::ServerCapabilities {
    wire::ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: false,
        generate_resource_config: false,
    }
}

/// Encodes a state for an answer. A state that cannot be encoded must not fail the call, which
/// would lose the object: null and an error tell Terraform to keep what it had.
fn state(
    ty: &Type,
    object: Option<Object>,
    diagnostics: &mut Vec<wire::Diagnostic>,
) -> Option<wire::DynamicValue> {
    match encode::object(ty, object) {
        Ok(encoded) => Some(encoded),
        Err(diagnostic) => {
            diagnostics.push(encode::diagnostic(diagnostic));
            None
        }
    }
}

#[tonic::async_trait]
impl<P: Provider> Wire for Service<P> {
    async fn get_metadata(
        &self,
        _request: Request<wire::get_metadata::Request>,
    ) -> Answered<wire::get_metadata::Response> {
        use wire::get_metadata::{DataSourceMetadata, FunctionMetadata, ResourceMetadata};
        let engine = self.engine();
        answer(&self.calls, span("GetMetadata", "", ""), async move {
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
                functions: registry
                    .functions
                    .keys()
                    .map(|key| FunctionMetadata { name: name(key) })
                    .collect(),
                ..Default::default()
            })
        })
        .await
    }

    async fn get_provider_schema(
        &self,
        _request: Request<wire::get_provider_schema::Request>,
    ) -> Answered<wire::get_provider_schema::Response> {
        let engine = self.engine();
        answer(&self.calls, span("GetProviderSchema", "", ""), async move {
            let registry = engine.registry();
            Ok(wire::get_provider_schema::Response {
                provider: Some(encode_schema::schema(&registry.provider)),
                resource_schemas: registry
                    .resources
                    .iter()
                    .map(|(name, resource)| {
                        ((*name).to_owned(), encode_schema::schema(&resource.schema))
                    })
                    .collect(),
                data_source_schemas: registry
                    .data_sources
                    .iter()
                    .map(|(name, data)| ((*name).to_owned(), encode_schema::schema(&data.schema)))
                    .collect(),
                functions: functions(&engine),
                server_capabilities: Some(capabilities()),
                diagnostics: encode::diagnostics(registry.problems.clone()),
                ..Default::default()
            })
        })
        .await
    }

    async fn get_resource_identity_schemas(
        &self,
        _request: Request<wire::get_resource_identity_schemas::Request>,
    ) -> Answered<wire::get_resource_identity_schemas::Response> {
        let engine = self.engine();
        answer(
            &self.calls,
            span("GetResourceIdentitySchemas", "", ""),
            async move {
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
            },
        )
        .await
    }

    async fn get_functions(
        &self,
        _request: Request<wire::get_functions::Request>,
    ) -> Answered<wire::get_functions::Response> {
        let engine = self.engine();
        answer(&self.calls, span("GetFunctions", "", ""), async move {
            Ok(wire::get_functions::Response {
                functions: functions(&engine),
                diagnostics: Vec::new(),
            })
        })
        .await
    }

    async fn call_function(
        &self,
        request: Request<wire::call_function::Request>,
    ) -> Answered<wire::call_function::Response> {
        let engine = self.engine();
        let request = request.into_inner();
        let task = self
            .calls
            .spawn(async move { call_function(&engine, request) });
        let answer = task
            .await
            .unwrap_or_else(|_panic| wire::call_function::Response {
                result: None,
                error: Some(wire::FunctionError {
                    text: "The function failed unexpectedly. This is a bug in the provider."
                        .to_owned(),
                    function_argument: None,
                }),
            });
        Ok(Response::new(answer))
    }

    async fn validate_provider_config(
        &self,
        request: Request<wire::validate_provider_config::Request>,
    ) -> Answered<wire::validate_provider_config::Response> {
        let engine = self.engine();
        let request = request.into_inner();
        answer(
            &self.calls,
            span("ValidateProviderConfig", "", ""),
            async move {
                let config = decode::config(&engine.registry().provider_type, request.config)?;
                let diagnostics = encode::diagnostics(engine.validate_provider(&config));
                Ok(wire::validate_provider_config::Response { diagnostics })
            },
        )
        .await
    }

    async fn validate_resource_config(
        &self,
        request: Request<wire::validate_resource_config::Request>,
    ) -> Answered<wire::validate_resource_config::Response> {
        let engine = self.engine();
        let request = request.into_inner();
        let span = span("ValidateResourceConfig", "resource", &request.type_name);
        answer(&self.calls, span, async move {
            let types = resource_types(&engine, &request.type_name)?;
            let config = decode::config(&types.value, request.config)?;
            let capabilities = decode::capabilities(request.client_capabilities);
            let diagnostics = engine.validate_resource(&request.type_name, &config, capabilities);
            let diagnostics = encode::diagnostics(diagnostics);
            Ok(wire::validate_resource_config::Response { diagnostics })
        })
        .await
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<wire::validate_data_resource_config::Request>,
    ) -> Answered<wire::validate_data_resource_config::Response> {
        let engine = self.engine();
        let request = request.into_inner();
        let span = span(
            "ValidateDataResourceConfig",
            "data_source",
            &request.type_name,
        );
        answer(&self.calls, span, async move {
            let ty = data_type(&engine, &request.type_name)?;
            let config = decode::config(&ty, request.config)?;
            let diagnostics = engine.validate_data_source(&request.type_name, &config);
            let diagnostics = encode::diagnostics(diagnostics);
            Ok(wire::validate_data_resource_config::Response { diagnostics })
        })
        .await
    }

    async fn configure_provider(
        &self,
        request: Request<wire::configure_provider::Request>,
    ) -> Answered<wire::configure_provider::Response> {
        let engine = self.engine();
        let connection = connection(request.extensions());
        let request = request.into_inner();
        let calls = self.calls.clone();
        answer(&self.calls, span("ConfigureProvider", "", ""), async move {
            let config = decode::config(&engine.registry().provider_type, request.config)?;
            engine.retain_connections(|key| calls.is_open(ConnectionId(key.0)));
            let diagnostics = engine
                .configure(connection, config, request.terraform_version)
                .await;
            let diagnostics = encode::diagnostics(diagnostics);
            Ok(wire::configure_provider::Response { diagnostics })
        })
        .await
    }

    async fn stop_provider(
        &self,
        request: Request<wire::stop_provider::Request>,
    ) -> Answered<wire::stop_provider::Response> {
        tracing::debug!(tf_rpc = "StopProvider", "Winding down");
        self.engine.stop(connection(request.extensions()));
        Ok(Response::new(wire::stop_provider::Response::default()))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<wire::upgrade_resource_state::Request>,
    ) -> Answered<wire::upgrade_resource_state::Response> {
        let engine = self.engine();
        let connection = connection(request.extensions());
        let request = request.into_inner();
        let span = span("UpgradeResourceState", "resource", &request.type_name);
        answer(&self.calls, span, async move {
            let types = resource_types(&engine, &request.type_name)?;
            let raw = request.raw_state.unwrap_or_default();
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
                Some(object) => state(&types.value, Some(object), &mut diagnostics),
                None => None,
            };
            Ok(wire::upgrade_resource_state::Response {
                upgraded_state,
                diagnostics,
            })
        })
        .await
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<wire::upgrade_resource_identity::Request>,
    ) -> Answered<wire::upgrade_resource_identity::Response> {
        let engine = self.engine();
        let request = request.into_inner();
        let span = span("UpgradeResourceIdentity", "resource", &request.type_name);
        answer(&self.calls, span, async move {
            let types = resource_types(&engine, &request.type_name)?;
            let raw = request.raw_identity.unwrap_or_default();
            let upgraded = engine.upgrade_identity(&request.type_name, request.version, &raw.json);
            Ok(wire::upgrade_resource_identity::Response {
                upgraded_identity: encode::identity(types.identity.as_ref(), upgraded.identity)?,
                diagnostics: encode::diagnostics(upgraded.diagnostics),
            })
        })
        .await
    }

    async fn import_resource_state(
        &self,
        request: Request<wire::import_resource_state::Request>,
    ) -> Answered<wire::import_resource_state::Response> {
        let engine = self.engine();
        let connection = connection(request.extensions());
        let request = request.into_inner();
        let span = span("ImportResourceState", "resource", &request.type_name);
        answer(&self.calls, span, async move {
            import(&engine, connection, request).await
        })
        .await
    }

    async fn read_resource(
        &self,
        request: Request<wire::read_resource::Request>,
    ) -> Answered<wire::read_resource::Response> {
        let engine = self.engine();
        let connection = connection(request.extensions());
        let request = request.into_inner();
        let span = span("ReadResource", "resource", &request.type_name);
        answer(&self.calls, span, async move {
            let types = resource_types(&engine, &request.type_name)?;
            let call = ReadCall {
                state: decode::config(&types.value, request.current_state)?,
                private: PrivateState::from_bytes(request.private),
                identity: decode::identity(types.identity.as_ref(), request.current_identity),
                capabilities: decode::capabilities(request.client_capabilities),
            };
            let read = engine.read(connection, &request.type_name, call).await;
            let mut diagnostics = encode::diagnostics(read.diagnostics);
            Ok(wire::read_resource::Response {
                new_state: state(&types.value, read.state, &mut diagnostics),
                private: read.private.into_bytes(),
                new_identity: encode::identity(types.identity.as_ref(), read.identity)?,
                deferred: encode::deferred(read.deferred),
                diagnostics,
            })
        })
        .await
    }

    async fn plan_resource_change(
        &self,
        request: Request<wire::plan_resource_change::Request>,
    ) -> Answered<wire::plan_resource_change::Response> {
        let engine = self.engine();
        let connection = connection(request.extensions());
        let request = request.into_inner();
        let span = span("PlanResourceChange", "resource", &request.type_name);
        answer(&self.calls, span, async move {
            let types = resource_types(&engine, &request.type_name)?;
            let call = PlanCall {
                prior: decode::object(&types.value, request.prior_state)?,
                config: decode::object(&types.value, request.config)?,
                private: PrivateState::from_bytes(request.prior_private),
                identity: decode::identity(types.identity.as_ref(), request.prior_identity),
                capabilities: decode::capabilities(request.client_capabilities),
            };
            let planned = engine.plan(connection, &request.type_name, call).await;
            let mut diagnostics = encode::diagnostics(planned.diagnostics);
            Ok(wire::plan_resource_change::Response {
                planned_state: state(&types.value, planned.state, &mut diagnostics),
                planned_private: planned.private.into_bytes(),
                planned_identity: encode::identity(types.identity.as_ref(), planned.identity)?,
                deferred: encode::deferred(planned.deferred),
                diagnostics,
                ..Default::default()
            })
        })
        .await
    }

    async fn apply_resource_change(
        &self,
        request: Request<wire::apply_resource_change::Request>,
    ) -> Answered<wire::apply_resource_change::Response> {
        let engine = self.engine();
        let connection = connection(request.extensions());
        let request = request.into_inner();
        let span = span("ApplyResourceChange", "resource", &request.type_name);
        answer(&self.calls, span, async move {
            let types = resource_types(&engine, &request.type_name)?;
            let call = ApplyRequest {
                prior: decode::object(&types.value, request.prior_state)?,
                planned: decode::object(&types.value, request.planned_state)?,
                config: decode::object(&types.value, request.config)?,
                private: PrivateState::from_bytes(request.planned_private),
            };
            let applied = engine.apply(connection, &request.type_name, call).await;
            let mut diagnostics = encode::diagnostics(applied.diagnostics);
            Ok(wire::apply_resource_change::Response {
                new_state: state(&types.value, applied.state, &mut diagnostics),
                private: applied.private.into_bytes(),
                new_identity: encode::identity(types.identity.as_ref(), applied.identity)
                    .unwrap_or_default(),
                diagnostics,
                ..Default::default()
            })
        })
        .await
    }

    async fn read_data_source(
        &self,
        request: Request<wire::read_data_source::Request>,
    ) -> Answered<wire::read_data_source::Response> {
        let engine = self.engine();
        let connection = connection(request.extensions());
        let request = request.into_inner();
        let span = span("ReadDataSource", "data_source", &request.type_name);
        answer(&self.calls, span, async move {
            let ty = data_type(&engine, &request.type_name)?;
            let config = decode::config(&ty, request.config)?;
            let capabilities = decode::capabilities(request.client_capabilities);
            let read = engine
                .read_data(connection, &request.type_name, config, capabilities)
                .await;
            let mut diagnostics = encode::diagnostics(read.diagnostics);
            Ok(wire::read_data_source::Response {
                state: state(&ty, read.state, &mut diagnostics),
                deferred: encode::deferred(read.deferred),
                diagnostics,
            })
        })
        .await
    }
}

async fn import<P: Provider>(
    engine: &Engine<P>,
    connection: crate::framework::server::ConnectionKey,
    request: wire::import_resource_state::Request,
) -> Result<wire::import_resource_state::Response, Diagnostic> {
    let types = resource_types(engine, &request.type_name)?;
    let import = match decode::identity(types.identity.as_ref(), request.identity) {
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
            state: Some(encode::object(&types.value, Some(state))?),
            private: imported.private.into_bytes(),
            identity: encode::identity(types.identity.as_ref(), imported.identity)?,
        }],
        None => Vec::new(),
    };
    Ok(wire::import_resource_state::Response {
        imported_resources,
        diagnostics: encode::diagnostics(imported.diagnostics),
        deferred: encode::deferred(imported.deferred),
    })
}

fn functions<P: Provider>(
    engine: &Engine<P>,
) -> std::collections::BTreeMap<String, wire::Function> {
    engine
        .registry()
        .functions
        .iter()
        .map(|(name, (_, signature))| ((*name).to_owned(), encode_schema::function(signature)))
        .collect()
}

fn call_function<P: Provider>(
    engine: &Engine<P>,
    request: wire::call_function::Request,
) -> wire::call_function::Response {
    let failed = |error| wire::call_function::Response {
        result: None,
        error: Some(encode::function_error(error)),
    };
    let bug = |diagnostic: Diagnostic| crate::framework::function::FunctionError {
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
        (Ok(_), None) => failed(bug(missing(&request.name))),
    }
}
