//! How long the process lives, and how it ends (TPP §3.3, §3.4).
//!
//! A child ends when the host says so, when it is asked to by a signal and has nothing left to do, or when its host is
//! gone. Only the host's own request cuts a running call short, and the host follows it with a kill two seconds later.
//! A plugin started for debugging ends only by a signal.

use std::time::Duration;

use tokio::time;
use tokio_util::sync::CancellationToken;
use tonic::transport::server::{Router, Server};

use super::accept::Incoming;
use super::calls::Calls;
use super::services::{Broker, Controller, Healthy, Stdio};
use super::signals::Requests;
use crate::wire::health::health_server::HealthServer;
use crate::wire::plugin::grpc_broker_server::GrpcBrokerServer;
use crate::wire::plugin::grpc_controller_server::GrpcControllerServer;
use crate::wire::plugin::grpc_stdio_server::GrpcStdioServer;
use crate::wire::tfplugin6::provider_server::{Provider, ProviderServer};

/// Longest message in bytes in either direction: states and configurations outgrow tonic's 4 MiB.
const MESSAGE_LIMIT: usize = 256 << 20;

/// How long clean-up may take once the end is decided; the host kills after two seconds.
const CLEANUP_LIMIT: Duration = Duration::from_secs(1);

/// How long it may take to close what a host has left open: with a waiting host, and without one.
const LAST_WORK_BEFORE_KILL: Duration = Duration::from_millis(1_700);
const LAST_WORK: Duration = Duration::from_secs(30);

/// How long to wait for the first connection. The host gives up on us after one minute.
const FIRST_CONNECTION_LIMIT: Duration = Duration::from_secs(120);

/// Who started the process, and thus who ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A plugin host, which holds one connection for as long as it needs us.
    Child,
    /// A developer; hosts come and go.
    Debug,
}

/// Why the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The host asked for it and does not wait for running calls.
    Shutdown,
    /// There is nothing left to do.
    Idle,
    /// A developer insisted.
    Forced,
}

/// Serves until there is a reason to end, then ends cleanly.
pub(super) async fn serve_until_done<S: Provider, R: Requests>(
    mode: Mode,
    service: S,
    incoming: Incoming,
    calls: Calls,
    mut signals: R,
) {
    let requested = CancellationToken::new();
    let closing = CancellationToken::new();
    let server = tokio::spawn(
        router(service, &requested, &closing)
            .serve_with_incoming_shutdown(incoming, closing.clone().cancelled_owned()),
    );

    let end = match mode {
        Mode::Child => tokio::select! {
            () = requested.cancelled() => End::Shutdown,
            () = told_to_end(&mut signals, &calls) => End::Idle,
            () = abandoned(&calls) => End::Idle,
        },
        Mode::Debug => {
            signals.interrupted_or_terminated().await;
            tokio::select! {
                () = calls.idle() => End::Idle,
                () = signals.interrupted_or_terminated() => End::Forced,
            }
        }
    };
    tracing::debug!(?end, "the plugin ends");

    closing.cancel();
    let closed = async {
        // The server fails only if it never served; then nothing has to be closed.
        drop(server.await);
        calls.idle().await;
    };
    match end {
        // Answers that are ready still go out, and a call that began at the last moment finishes.
        End::Idle => {
            calls.idle().await;
            drop(time::timeout(LAST_WORK, calls.wind_up()).await);
            drop(time::timeout(CLEANUP_LIMIT, closed).await);
        }
        End::Shutdown => {
            let closing = time::timeout(CLEANUP_LIMIT, closed);
            let winding_up = time::timeout(LAST_WORK_BEFORE_KILL, calls.wind_up());
            drop(tokio::join!(closing, winding_up));
        }
        End::Forced => {}
    }
}

fn router<S: Provider>(
    service: S,
    requested: &CancellationToken,
    closing: &CancellationToken,
) -> Router {
    let provider = ProviderServer::new(service)
        .max_decoding_message_size(MESSAGE_LIMIT)
        .max_encoding_message_size(MESSAGE_LIMIT);
    let controller = Controller {
        requested: requested.clone(),
    };
    let (closing, silent) = (closing.clone(), closing.clone());
    Server::builder()
        .add_service(provider)
        .add_service(GrpcControllerServer::new(controller))
        .add_service(GrpcStdioServer::new(Stdio {
            closing: silent.clone(),
        }))
        .add_service(GrpcBrokerServer::new(Broker { closing: silent }))
        .add_service(HealthServer::new(Healthy { closing }))
}

/// Waits for a signal to end and then for the running calls. The host may be ending too: it is still served meanwhile,
/// so that its `StopProvider` arrives.
async fn told_to_end(signals: &mut impl Requests, calls: &Calls) {
    signals.terminated().await;
    tracing::info!("asked to stop; running calls finish first");
    calls.idle().await;
}

/// Waits until the process is no longer needed: its host is gone and nothing is running, or no host ever came. A host
/// that was killed sends nothing; the service, which knows what may be left undone, stops waiting work itself when a
/// connection closes.
async fn abandoned(calls: &Calls) {
    let connections = calls.connections();
    if time::timeout(FIRST_CONNECTION_LIMIT, connections.first())
        .await
        .is_err()
    {
        tracing::warn!("no host has connected");
        return;
    }
    loop {
        connections.all_gone().await;
        calls.idle().await;
        if connections.has_none() {
            return;
        }
    }
}
