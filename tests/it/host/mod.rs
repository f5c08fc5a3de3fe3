//! A plugin host: it starts the built binary as Terraform does and plays Terraform's part.
//!
//! [`process`], [`handshake`], [`certificate`], [`transport`] and [`stderr`] are the outside of a
//! plugin process; [`Host`] joins them and holds what a host holds, one connection with its streams.
//! [`verbs`] has what tests mostly need: `configure`, `plan`, `apply`, `read`, `import` as core does
//! them, with [`value`]s written as JSON and with [`core`]'s rules checked at each step.
//!
//! No type of the library is used: a fault on its side cannot hide on ours.
//!
//! ```text
//! let mut host = Host::start().await;
//! host.configure(json!({"base_url": url, "api_key": "k"})).await.quiet();
//! let plan = host.plan_create("docspace_webhook", config).await.quiet();
//! let state = host.apply(&plan).await.quiet().unwrap();
//! assert_eq!(host.plan("docspace_webhook", Some(&state), config).await.quiet().action, Action::NoOp);
//! host.stop().await;
//! ```

pub mod certificate;
pub mod core;
pub mod diagnostics;
pub mod handshake;
pub mod process;
pub mod schema;
pub mod stderr;
pub mod transport;
pub mod value;
pub mod verbs;
pub mod wire;

use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;

use self::process::PATIENCE;
pub use self::process::{Exit, Launch, Process};
use self::stderr::Record;
use self::wire::plugin::grpc_broker_client::GrpcBrokerClient;
use self::wire::plugin::grpc_controller_client::GrpcControllerClient;
use self::wire::plugin::grpc_stdio_client::GrpcStdioClient;
use self::wire::plugin::{ConnInfo, Empty};
use self::wire::tfplugin6::ClientCapabilities;
use self::wire::tfplugin6::provider_client::ProviderClient;

/// How long Terraform waits for a plugin to end before it kills it (TPP §3.3).
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(2);

/// A running plugin and the host's connection to it.
pub struct Host {
    process: Process,
    channel: Channel,
    /// The streams that a host opens at once and keeps.
    streams: [JoinHandle<()>; 2],
    /// What this host says it can do.
    capabilities: Option<ClientCapabilities>,
    /// What it says it is.
    version: String,
    /// Keeps the request side of the broker's stream open; hanging up means dropping it too.
    _offers: mpsc::Sender<ConnInfo>,
}

impl Host {
    /// Starts the plugin as Terraform does and connects.
    pub async fn start() -> Self {
        Self::launch(Launch::as_host()).await
    }

    /// Starts the plugin in this way and connects.
    pub async fn launch(launch: Launch) -> Self {
        let mut process = launch.spawn();
        let handshake = process.handshake().await;
        assert_eq!(
            handshake.certificate.is_some(),
            process.certificate().is_some(),
            "TLS is on exactly when the host asks for it"
        );
        let channel = transport::connect(&handshake, process.certificate())
            .await
            .unwrap();
        let (offers, offered) = mpsc::channel(1);
        Self {
            streams: [
                tokio::spawn(keep_stdio(channel.clone())),
                tokio::spawn(keep_broker(channel.clone(), offered)),
            ],
            capabilities: Some(verbs::newest_core()),
            version: verbs::NEWEST.to_owned(),
            _offers: offers,
            process,
            channel,
        }
    }

    /// The provider's calls, raw, with the host's limits.
    pub fn provider(&self) -> ProviderClient<Channel> {
        ProviderClient::new(self.channel.clone())
            .max_decoding_message_size(i32::MAX as usize)
            .max_encoding_message_size(i32::MAX as usize)
    }

    /// The process, for signals and the like.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// The most memory that the process had resident so far, in KiB, where the system tells.
    pub fn peak_memory(&self) -> Option<u32> {
        self.process.peak_memory()
    }

    /// Hangs up without a word, as a killed host does.
    pub fn hang_up(self) -> Process {
        for stream in &self.streams {
            stream.abort();
        }
        self.process
    }

    /// Ends the plugin as Terraform does, and checks everything a host could complain of.
    pub async fn stop(self) -> Vec<Record> {
        self.end().await.0
    }

    /// The same. Returns whether the plugin ended before Terraform would kill it; on a busy machine it may be late.
    pub async fn stops_in_time(self) -> bool {
        self.end().await.1 < SHUTDOWN_LIMIT
    }

    /// Ends the plugin, and measures how long that takes.
    async fn end(self) -> (Vec<Record>, Duration) {
        let mut controller = GrpcControllerClient::new(self.channel.clone());
        controller.shutdown(Empty {}).await.unwrap();
        let mut process = self.hang_up();
        let told = Instant::now();
        let exit = process.exit_within(PATIENCE).await;
        let took = told.elapsed();
        assert_eq!(exit.code, Some(0), "{}", exit.stderr);
        assert_eq!(exit.stdout, "", "stdout carries the handshake only");
        assert_eq!(process.temporary_files(), Vec::<std::path::PathBuf>::new());
        (stderr::records(&exit.stderr), took)
    }
}

async fn keep_stdio(channel: Channel) {
    let mut client = GrpcStdioClient::new(channel);
    let mut stream = client.stream_stdio(()).await.unwrap().into_inner();
    if let Ok(Some(data)) = stream.message().await {
        panic!("the host would log unexpected data: {data:?}");
    }
}

async fn keep_broker(channel: Channel, offers: mpsc::Receiver<ConnInfo>) {
    let mut client = GrpcBrokerClient::new(channel);
    let offers = ReceiverStream::new(offers);
    let mut stream = client.start_stream(offers).await.unwrap().into_inner();
    if let Ok(Some(offer)) = stream.message().await {
        panic!("the host has no use for a brokered connection: {offer:?}");
    }
}
