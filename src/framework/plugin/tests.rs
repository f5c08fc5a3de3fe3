//! The life of the process, in process: a small provider behind the real listener and services.
//!
//! What needs the built binary (handshake, TLS, signals, exit status) is tested in `tests/it/plugin`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hyper_util::rt::TokioIo;
use tempfile::TempDir;
use tokio::net::UnixStream;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tonic::transport::{Channel, Endpoint, Uri};
use tonic::{Request, Response, Status};

use super::connection::ConnectionId;
use super::listen::{Bound, Place};
use super::shutdown::{Mode, serve_until_done};
use super::signals::Requests;
use super::{Calls, accept, listen};
use crate::wire::health::HealthCheckRequest;
use crate::wire::health::health_client::HealthClient;
use crate::wire::plugin::Empty;
use crate::wire::plugin::grpc_controller_client::GrpcControllerClient;
use crate::wire::plugin::grpc_stdio_client::GrpcStdioClient;
use crate::wire::tfplugin6::provider_client::ProviderClient;
use crate::wire::tfplugin6::provider_server::Provider;
use crate::wire::tfplugin6::{call_function, read_resource, stop_provider};

/// Signals sent by the test instead of the system.
struct Asked(mpsc::UnboundedReceiver<()>);

impl Requests for Asked {
    async fn terminated(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    async fn interrupted_or_terminated(&mut self) {
        self.terminated().await;
    }
}

/// One call that runs until the test lets it go.
#[derive(Default)]
struct SlowCall {
    started: Notify,
    released: Notify,
    finished: AtomicBool,
}

struct TestProvider {
    calls: Calls,
    slow: Arc<SlowCall>,
}

#[tonic::async_trait]
impl Provider for TestProvider {
    async fn read_resource(
        &self,
        _: Request<read_resource::Request>,
    ) -> Result<Response<read_resource::Response>, Status> {
        let slow = Arc::clone(&self.slow);
        let call = self.calls.spawn(async move {
            slow.started.notify_one();
            slow.released.notified().await;
            slow.finished.store(true, Ordering::SeqCst);
        });
        call.await.unwrap();
        Ok(Response::new(read_resource::Response::default()))
    }

    async fn call_function(
        &self,
        _: Request<call_function::Request>,
    ) -> Result<Response<call_function::Response>, Status> {
        let call = self.calls.spawn(async { panic!("a bug in the provider") });
        let error: tokio::task::JoinError = call.await.map(|(): ()| ()).unwrap_err();
        Err(Status::unknown(format!("panicked: {}", error.is_panic())))
    }

    async fn stop_provider(
        &self,
        request: Request<stop_provider::Request>,
    ) -> Result<Response<stop_provider::Response>, Status> {
        let ConnectionId(id) = request.extensions().get().copied().unwrap();
        let others = (1..id).filter(|other| self.calls.is_open(ConnectionId(*other)));
        let error = format!("connection {id}, {} older open", others.count());
        Ok(Response::new(stop_provider::Response { error }))
    }
}

/// A plugin that is being served.
struct Running {
    calls: Calls,
    slow: Arc<SlowCall>,
    ask: mpsc::UnboundedSender<()>,
    ended: JoinHandle<()>,
    address: String,
    _directory: (TempDir, Option<listen::PrivateDirectory>),
}

impl Running {
    fn start(mode: Mode) -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let place = Place {
            temp_dir: scratch.path().into(),
            ..Place::default()
        };
        let Bound {
            listener,
            address,
            directory,
        } = listen::bind(&place).unwrap();
        let calls = Calls::default();
        let slow = Arc::new(SlowCall::default());
        let service = TestProvider {
            calls: calls.clone(),
            slow: Arc::clone(&slow),
        };
        let incoming = accept::incoming(listener, None, calls.connections());
        let (ask, asked) = mpsc::unbounded_channel();
        let ended = serve_until_done(mode, service, incoming, calls.clone(), Asked(asked));
        Self {
            calls,
            slow,
            ask,
            ended: tokio::spawn(ended),
            address: address.text,
            _directory: (scratch, directory),
        }
    }

    async fn connect(&self) -> Channel {
        let path = self.address.clone();
        Endpoint::from_static("http://localhost")
            .connect_with_connector(Connector(path))
            .await
            .unwrap()
    }

    /// Starts the slow call and waits until it runs.
    async fn start_slow_call(&self, channel: &Channel) -> JoinHandle<Result<(), Status>> {
        let mut client = ProviderClient::new(channel.clone());
        let call = tokio::spawn(async move {
            let request = read_resource::Request::default();
            client.read_resource(request).await.map(|_| ())
        });
        self.slow.started.notified().await;
        call
    }

    fn slow_call_is_finished(&self) -> bool {
        self.slow.finished.load(Ordering::SeqCst)
    }

    async fn end(self) {
        self.ended.await.unwrap();
    }
}

#[derive(Clone)]
struct Connector(String);

impl tonic::codegen::Service<Uri> for Connector {
    type Response = TokioIo<UnixStream>;
    type Error = std::io::Error;
    type Future = tonic::codegen::BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(
        &mut self,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Self::Error>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let path = self.0.clone();
        Box::pin(async move { Ok(TokioIo::new(UnixStream::connect(path).await?)) })
    }
}

async fn shut_down(channel: &Channel) {
    let mut controller = GrpcControllerClient::new(channel.clone());
    controller.shutdown(Empty {}).await.unwrap();
}

async fn stop_provider(channel: &Channel) -> String {
    let mut client = ProviderClient::new(channel.clone());
    let request = stop_provider::Request {};
    client
        .stop_provider(request)
        .await
        .unwrap()
        .into_inner()
        .error
}

#[tokio::test]
async fn a_shutdown_is_answered_and_ends_the_silent_streams() {
    let plugin = Running::start(Mode::Child);
    let channel = plugin.connect().await;
    let mut stdio = GrpcStdioClient::new(channel.clone());
    let mut silence = stdio.stream_stdio(()).await.unwrap().into_inner();
    shut_down(&channel).await;
    assert!(silence.message().await.unwrap().is_none());
    plugin.end().await;
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_a_running_call() {
    let plugin = Running::start(Mode::Child);
    let channel = plugin.connect().await;
    let call = plugin.start_slow_call(&channel).await;
    // From here on, only the time limit of the clean-up can make progress.
    tokio::time::pause();
    shut_down(&channel).await;
    plugin.end().await;
    call.abort();
}

#[tokio::test]
async fn a_call_whose_connection_is_gone_runs_to_its_end() {
    let plugin = Running::start(Mode::Child);
    let channel = plugin.connect().await;
    let call = plugin.start_slow_call(&channel).await;
    call.abort();
    drop(channel);
    plugin.calls.connections().all_gone().await;
    assert!(!plugin.ended.is_finished());
    plugin.slow.released.notify_one();
    plugin.calls.idle().await;
    assert!(plugin.slow_call_is_finished());
    plugin.end().await;
}

#[tokio::test]
async fn a_call_that_runs_when_a_signal_comes_is_answered() {
    let plugin = Running::start(Mode::Child);
    let channel = plugin.connect().await;
    let call = plugin.start_slow_call(&channel).await;
    plugin.ask.send(()).unwrap();
    // The host may be ending too, and says so on the same connection.
    assert_eq!(stop_provider(&channel).await, "connection 1, 0 older open");
    plugin.slow.released.notify_one();
    call.await.unwrap().unwrap();
    plugin.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_plugin_that_no_host_connects_to_ends() {
    Running::start(Mode::Child).end().await;
}

#[tokio::test]
async fn a_panicking_call_is_told_to_the_service_and_harms_no_other() {
    let plugin = Running::start(Mode::Child);
    let channel = plugin.connect().await;
    let mut client = ProviderClient::new(channel.clone());
    let request = call_function::Request::default();
    let status = client.call_function(request).await.unwrap_err();
    assert_eq!(status.message(), "panicked: true");
    assert_eq!(stop_provider(&channel).await, "connection 1, 0 older open");
    shut_down(&channel).await;
    plugin.end().await;
}

#[tokio::test]
async fn debugging_outlives_its_hosts_and_tells_them_apart() {
    let plugin = Running::start(Mode::Debug);
    // Hosts first make a connection that closes without a byte.
    drop(UnixStream::connect(&plugin.address).await.unwrap());
    let first = plugin.connect().await;
    shut_down(&first).await;
    assert_eq!(stop_provider(&first).await, "connection 1, 0 older open");
    let second = plugin.connect().await;
    assert_eq!(stop_provider(&second).await, "connection 2, 1 older open");
    drop((first, second));
    plugin.calls.connections().all_gone().await;
    let third = plugin.connect().await;
    assert_eq!(stop_provider(&third).await, "connection 3, 0 older open");
    plugin.ask.send(()).unwrap();
    plugin.end().await;
}

#[tokio::test]
async fn debugging_ends_at_the_second_signal_even_if_a_call_hangs() {
    let plugin = Running::start(Mode::Debug);
    let channel = plugin.connect().await;
    let call = plugin.start_slow_call(&channel).await;
    plugin.ask.send(()).unwrap();
    plugin.ask.send(()).unwrap();
    plugin.end().await;
    call.abort();
}

#[tokio::test]
async fn a_plugin_says_that_it_is_well() {
    let plugin = Running::start(Mode::Child);
    let channel = plugin.connect().await;
    let mut health = HealthClient::new(channel.clone());
    for (service, known) in [("plugin", true), ("", true), ("other", false)] {
        let service = service.to_owned();
        let answer = health.check(HealthCheckRequest { service }).await;
        assert_eq!(answer.is_ok(), known);
        assert!(answer.is_err() || answer.unwrap().into_inner().status == 1);
    }
    let request = HealthCheckRequest::default();
    let mut watch = health.watch(request).await.unwrap().into_inner();
    assert_eq!(watch.message().await.unwrap().unwrap().status, 1);
    shut_down(&channel).await;
    assert!(watch.message().await.unwrap().is_none());
    plugin.end().await;
}
