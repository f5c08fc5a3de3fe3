//! The gRPC service: every call goes to the module of its group, in a task of its own.

use std::sync::Arc;

use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status};

use super::call::{Answer, Call, answer, connection};
use super::{action, data, function, list, managed, offer, provider_block};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::plugin::{Calls, ConnectionId};
use crate::framework::provider::Provider;
use crate::framework::server::{ConnectionKey, Engine};
use crate::wire::tfplugin6 as wire;
use wire::provider_server::Provider as Wire;

/// Serves one provider over protocol 6.
#[derive(Debug)]
pub(crate) struct Service<P: Provider> {
    engine: Arc<Engine<P>>,
    calls: Calls,
}

type Answered<T> = Result<Response<T>, Status>;

impl<P: Provider> Service<P> {
    /// Wraps an engine; its calls run as tasks of `calls`. What is left open at the end is closed.
    pub(crate) fn new(engine: Engine<P>, calls: Calls) -> Self {
        let engine = Arc::new(engine);
        let last = Arc::clone(&engine);
        calls.run_last(async move { log_diagnostics(&last.close_all().await) });
        Self { engine, calls }
    }

    /// Stops a connection once it is closed. A host that was killed sends nothing, and the outcome of a write started
    /// afterwards could not be recorded (TPP §3.3).
    ///
    /// No call waits for this, so that the process does not wait for it either.
    fn stop_when_closed(&self, connection: ConnectionKey) {
        let (engine, calls) = (Arc::clone(&self.engine), self.calls.clone());
        let watch = async move {
            calls.closed(ConnectionId(connection.0)).await;
            tracing::debug!("the connection is closed; calls that wait are not started");
            engine.stop(connection);
            let left = async move { log_diagnostics(&engine.close_left_open(connection).await) };
            drop(calls.spawn(left));
        };
        drop(tokio::spawn(watch));
    }

    /// Runs the body of a call.
    async fn answer<Q: Call, A: Answer, F>(
        &self,
        request: Request<Q>,
        body: impl FnOnce(Arc<Engine<P>>, ConnectionKey, Q) -> F,
    ) -> Answered<A>
    where
        F: Future<Output = Result<A, Diagnostic>> + Send + 'static,
    {
        let connection = connection(request.extensions());
        let request = request.into_inner();
        let span = request.span();
        answer(
            &self.calls,
            span,
            body(Arc::clone(&self.engine), connection, request),
        )
        .await
    }
}

/// Logs what can no longer be reported.
fn log_diagnostics(diagnostics: &Diagnostics) {
    for diagnostic in diagnostics {
        tracing::warn!(
            diagnostic_summary = diagnostic.summary,
            diagnostic_detail = diagnostic.detail,
            "What was open could not be closed"
        );
    }
}

#[tonic::async_trait]
impl<P: Provider> Wire for Service<P> {
    async fn get_metadata(
        &self,
        request: Request<wire::get_metadata::Request>,
    ) -> Answered<wire::get_metadata::Response> {
        self.answer(request, offer::metadata).await
    }

    async fn get_provider_schema(
        &self,
        request: Request<wire::get_provider_schema::Request>,
    ) -> Answered<wire::get_provider_schema::Response> {
        self.answer(request, offer::schema).await
    }

    async fn get_resource_identity_schemas(
        &self,
        request: Request<wire::get_resource_identity_schemas::Request>,
    ) -> Answered<wire::get_resource_identity_schemas::Response> {
        self.answer(request, offer::identity_schemas).await
    }

    async fn get_functions(
        &self,
        request: Request<wire::get_functions::Request>,
    ) -> Answered<wire::get_functions::Response> {
        self.answer(request, offer::functions).await
    }

    async fn call_function(
        &self,
        request: Request<wire::call_function::Request>,
    ) -> Answered<wire::call_function::Response> {
        let engine = Arc::clone(&self.engine);
        let request = request.into_inner();
        let task = self
            .calls
            .spawn(async move { function::call(&engine, request) });
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
        self.answer(request, provider_block::validate).await
    }

    async fn configure_provider(
        &self,
        request: Request<wire::configure_provider::Request>,
    ) -> Answered<wire::configure_provider::Response> {
        self.engine
            .retain_connections(|key| self.calls.is_open(ConnectionId(key.0)));
        self.stop_when_closed(connection(request.extensions()));
        self.answer(request, provider_block::configure).await
    }

    /// Answers at once: the client calls one provider after another while it holds a lock (TPP §3.4).
    async fn stop_provider(
        &self,
        request: Request<wire::stop_provider::Request>,
    ) -> Answered<wire::stop_provider::Response> {
        tracing::debug!(tf_rpc = "StopProvider", "Winding down");
        self.engine.stop(connection(request.extensions()));
        Ok(Response::new(wire::stop_provider::Response::default()))
    }

    async fn validate_resource_config(
        &self,
        request: Request<wire::validate_resource_config::Request>,
    ) -> Answered<wire::validate_resource_config::Response> {
        self.answer(request, managed::validate).await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<wire::upgrade_resource_state::Request>,
    ) -> Answered<wire::upgrade_resource_state::Response> {
        self.answer(request, managed::upgrade_state).await
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<wire::upgrade_resource_identity::Request>,
    ) -> Answered<wire::upgrade_resource_identity::Response> {
        self.answer(request, managed::upgrade_identity).await
    }

    async fn import_resource_state(
        &self,
        request: Request<wire::import_resource_state::Request>,
    ) -> Answered<wire::import_resource_state::Response> {
        self.answer(request, managed::import).await
    }

    async fn read_resource(
        &self,
        request: Request<wire::read_resource::Request>,
    ) -> Answered<wire::read_resource::Response> {
        self.answer(request, managed::read).await
    }

    async fn plan_resource_change(
        &self,
        request: Request<wire::plan_resource_change::Request>,
    ) -> Answered<wire::plan_resource_change::Response> {
        self.answer(request, managed::plan).await
    }

    async fn apply_resource_change(
        &self,
        request: Request<wire::apply_resource_change::Request>,
    ) -> Answered<wire::apply_resource_change::Response> {
        self.answer(request, managed::apply).await
    }

    async fn move_resource_state(
        &self,
        request: Request<wire::move_resource_state::Request>,
    ) -> Answered<wire::move_resource_state::Response> {
        self.answer(request, managed::move_state).await
    }

    async fn generate_resource_config(
        &self,
        request: Request<wire::generate_resource_config::Request>,
    ) -> Answered<wire::generate_resource_config::Response> {
        self.answer(request, managed::generate_config).await
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<wire::validate_list_resource_config::Request>,
    ) -> Answered<wire::validate_list_resource_config::Response> {
        self.answer(request, list::validate).await
    }

    async fn list_resource(
        &self,
        request: Request<wire::list_resource::Request>,
    ) -> Answered<BoxStream<wire::list_resource::Event>> {
        let connection = connection(request.extensions());
        Ok(list::list(
            Arc::clone(&self.engine),
            &self.calls,
            connection,
            request.into_inner(),
        ))
    }

    async fn validate_action_config(
        &self,
        request: Request<wire::validate_action_config::Request>,
    ) -> Answered<wire::validate_action_config::Response> {
        self.answer(request, action::validate).await
    }

    async fn plan_action(
        &self,
        request: Request<wire::plan_action::Request>,
    ) -> Answered<wire::plan_action::Response> {
        self.answer(request, action::plan).await
    }

    async fn invoke_action(
        &self,
        request: Request<wire::invoke_action::Request>,
    ) -> Answered<BoxStream<wire::invoke_action::Event>> {
        let connection = connection(request.extensions());
        Ok(action::invoke(
            Arc::clone(&self.engine),
            &self.calls,
            connection,
            request.into_inner(),
        ))
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<wire::validate_data_resource_config::Request>,
    ) -> Answered<wire::validate_data_resource_config::Response> {
        self.answer(request, data::validate_data).await
    }

    async fn read_data_source(
        &self,
        request: Request<wire::read_data_source::Request>,
    ) -> Answered<wire::read_data_source::Response> {
        self.answer(request, data::read_data).await
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<wire::validate_ephemeral_resource_config::Request>,
    ) -> Answered<wire::validate_ephemeral_resource_config::Response> {
        self.answer(request, data::validate_ephemeral).await
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<wire::open_ephemeral_resource::Request>,
    ) -> Answered<wire::open_ephemeral_resource::Response> {
        self.answer(request, data::open_ephemeral).await
    }

    /// Never called: nothing that is opened here announces a renewal.
    async fn renew_ephemeral_resource(
        &self,
        _request: Request<wire::renew_ephemeral_resource::Request>,
    ) -> Answered<wire::renew_ephemeral_resource::Response> {
        Ok(Response::new(
            wire::renew_ephemeral_resource::Response::default(),
        ))
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<wire::close_ephemeral_resource::Request>,
    ) -> Answered<wire::close_ephemeral_resource::Response> {
        self.answer(request, data::close_ephemeral).await
    }
}
