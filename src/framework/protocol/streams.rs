//! Calls that answer with a stream of events: list resources and actions.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::codegen::BoxStream;
use tonic::{Response, Status};
use tracing::Instrument;

use super::call::request_id;
use super::{decode, encode, shown};
use crate::framework::action::Reports;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::plugin::Calls;
use crate::framework::provider::Provider;
use crate::framework::server::{ConnectionKey, Engine, ListCall, Listed};
use crate::framework::value::Type;
use crate::wire::tfplugin6 as wire;
use wire::invoke_action::event::{Completed, Progress, Type as ActionEvent};

/// How many events wait for a slow reader.
const BUFFER: usize = 16;

/// Finds objects. The stream ends with the last one, or with an event that holds an error.
pub(super) fn list<P: Provider>(
    engine: Arc<Engine<P>>,
    calls: &Calls,
    connection: ConnectionKey,
    request: wire::list_resource::Request,
) -> Response<BoxStream<wire::list_resource::Event>> {
    let span = tracing::info_span!(
        "call",
        tf_rpc = "ListResource",
        tf_req_id = request_id(),
        tf_list_resource_type = request.type_name
    );
    let (sender, receiver) = mpsc::channel(BUFFER);
    let task = async move {
        if let Err(diagnostic) = run_list(engine, connection, request, &sender).await {
            let event = wire::list_resource::Event {
                diagnostic: vec![encode::diagnostic(diagnostic)],
                ..Default::default()
            };
            drop(sender.send(Ok(event)).await);
        }
    };
    drop(calls.spawn(task.instrument(span)));
    Response::new(Box::pin(ReceiverStream::new(receiver)))
}

async fn run_list<P: Provider>(
    engine: Arc<Engine<P>>,
    connection: ConnectionKey,
    request: wire::list_resource::Request,
    events: &mpsc::Sender<Result<wire::list_resource::Event, Status>>,
) -> Result<(), Diagnostic> {
    let registry = engine.registry();
    let list = registry.list_resources.get(request.type_name.as_str());
    let resource = registry.resources.get(request.type_name.as_str());
    let (Some(list), Some(resource)) = (list, resource) else {
        return Err(encode::missing(&request.type_name));
    };
    let (value, identity) = (&resource.ty, resource.identity_type.as_ref());
    let call = ListCall {
        config: decode::config(&list.ty, request.config)?,
        include_object: request.include_resource_object,
        limit: usize::try_from(request.limit)
            .ok()
            .filter(|limit| *limit > 0),
    };
    let (sender, mut receiver) = mpsc::channel(BUFFER);
    let listing = Arc::clone(&engine).list(connection, request.type_name, call, sender);
    let encoding = async {
        while let Some(listed) = receiver.recv().await {
            let event = encode_listed(value, identity, listed);
            if events.send(Ok(event)).await.is_err() {
                break;
            }
        }
    };
    let listing = async { tokio::join!(listing, encoding) };
    tokio::select! {
        _ = listing => {}
        // Nobody listens any more, whether there was something to send or not.
        () = events.closed() => {}
    }
    Ok(())
}

fn encode_listed(
    value: &Type,
    identity: Option<&Type>,
    listed: Listed,
) -> wire::list_resource::Event {
    let mut diagnostic = encode::diagnostics(listed.diagnostics);
    let resource_object = match listed.state {
        Some(object) => encode::state(value, Some(object), &mut diagnostic),
        None => None,
    };
    let identity = encode::identity(identity, listed.identity).unwrap_or_else(|bug| {
        diagnostic.push(encode::diagnostic(bug));
        None
    });
    wire::list_resource::Event {
        identity,
        display_name: shown::line(listed.display_name),
        resource_object,
        diagnostic,
    }
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
        let (reports, said) = Reports::channel();
        let doing = async {
            let diagnostics = run_action(&engine, connection, request, &reports).await;
            drop(reports);
            diagnostics
        };
        // An action goes on when nobody listens any more, because half of it can be worse than all. It learns of it
        // by the end of the channel of its reports.
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

/// Returns the next report; none when there will be no more, or nobody to tell it to.
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
    reports: &Reports,
) -> Diagnostics {
    let Some(action) = engine.registry().actions.get(request.action_type.as_str()) else {
        return encode::missing(&request.action_type).into();
    };
    match decode::config(&action.ty, request.config) {
        Ok(config) => {
            engine
                .invoke(connection, &request.action_type, config, reports)
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
