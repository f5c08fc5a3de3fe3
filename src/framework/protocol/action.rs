//! Actions, which answer with a stream of events when they are carried out.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Response;
use tonic::codegen::BoxStream;
use tracing::Instrument;

use super::call::{BUFFER, request_id};
use super::{decode, encode, shown};
use crate::framework::action::ActionProgress;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::plugin::Calls;
use crate::framework::provider::Provider;
use crate::framework::server::{ConnectionKey, Engine};
use crate::framework::value::Object;
use crate::wire::tfplugin6 as wire;
use wire::invoke_action::event::{Completed, Progress, Type as ActionEvent};

/// Checks an action's configuration.
pub(super) async fn validate<P: Provider>(
    engine: Arc<Engine<P>>,
    _connection: ConnectionKey,
    request: wire::validate_action_config::Request,
) -> Result<wire::validate_action_config::Response, Diagnostic> {
    let config = action_config(&engine, &request.type_name, request.config)?;
    let diagnostics = encode::diagnostics(engine.validate_action(&request.type_name, &config));
    Ok(wire::validate_action_config::Response { diagnostics })
}

/// Plans an action.
pub(super) async fn plan<P: Provider>(
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

/// Does an action. The stream ends with exactly one event of completion.
pub(super) fn invoke<P: Provider>(
    engine: Arc<Engine<P>>,
    calls: &Calls,
    connection: ConnectionKey,
    request: wire::invoke_action::Request,
) -> Response<BoxStream<wire::invoke_action::Event>> {
    let span = tracing::info_span!(
        "call",
        tf_rpc = "InvokeAction",
        tf_req_id = request_id(),
        tf_action_type = request.action_type
    );
    let (sender, receiver) = mpsc::channel(BUFFER);
    let task = async move {
        let (progress, said) = ActionProgress::channel();
        let doing = async {
            let diagnostics = run_action(&engine, connection, request, &progress).await;
            drop(progress);
            diagnostics
        };
        // An action continues when nothing listens any more, because half of it can be worse than all of it. The end of
        // its progress channel tells it.
        let telling = async {
            let mut said = said;
            while let Some(message) = heard(&mut said, &sender).await {
                let message = shown::lines(message);
                let progress = event(ActionEvent::Progress(Progress { message }));
                drop(sender.send(Ok(progress)).await);
            }
        };
        let (diagnostics, ()) = tokio::join!(doing, telling);
        let completed = Completed {
            diagnostics: encode::diagnostics(diagnostics),
        };
        drop(
            sender
                .send(Ok(event(ActionEvent::Completed(completed))))
                .await,
        );
    };
    drop(calls.spawn(task.instrument(span)));
    Response::new(Box::pin(ReceiverStream::new(receiver)))
}

/// Returns the next report; none if there are no more, or nothing listens.
async fn heard<T>(
    said: &mut mpsc::UnboundedReceiver<String>,
    listener: &mpsc::Sender<T>,
) -> Option<String> {
    tokio::select! {
        message = said.recv() => message,
        () = listener.closed() => None,
    }
}

async fn run_action<P: Provider>(
    engine: &Engine<P>,
    connection: ConnectionKey,
    request: wire::invoke_action::Request,
    progress: &ActionProgress,
) -> Diagnostics {
    let Some(action) = engine.registry().actions.get(request.action_type.as_str()) else {
        return encode::missing(&request.action_type).into();
    };
    match decode::config(&action.ty, request.config) {
        Ok(config) => {
            engine
                .invoke(connection, &request.action_type, config, progress)
                .await
        }
        Err(diagnostic) => diagnostic.into(),
    }
}

fn event(event: ActionEvent) -> wire::invoke_action::Event {
    wire::invoke_action::Event {
        r#type: Some(event),
    }
}
