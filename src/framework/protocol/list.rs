//! List resources, which answer with a stream of events.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::codegen::BoxStream;
use tonic::{Response, Status};
use tracing::Instrument;

use super::call::{BUFFER, request_id};
use super::{decode, encode, shown};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::plugin::Calls;
use crate::framework::provider::Provider;
use crate::framework::server::{ConnectionKey, Engine, ListCall, Listed};
use crate::framework::value::Type;
use crate::wire::tfplugin6 as wire;

/// Checks the filters of a list resource.
pub(super) async fn validate<P: Provider>(
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
        // Nothing listens any more, whether there was something to send or not.
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
