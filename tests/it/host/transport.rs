//! From a handshake to a gRPC channel, as Terraform connects (TPP §2.2).

use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixStream;
use tokio_rustls::TlsConnector;
use tonic::codegen::{BoxFuture, Service};
use tonic::transport::{Channel, Endpoint, Uri};

use super::certificate::ClientCertificate;
use super::handshake::Handshake;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Connects as the host: TLS with this certificate if the plugin has one itself, else without.
pub async fn connect(
    handshake: &Handshake,
    client: Option<&ClientCertificate>,
) -> Result<Channel, tonic::transport::Error> {
    let tls = handshake
        .certificate
        .as_ref()
        .map(|server| tls_config(server, client, rustls::ALL_VERSIONS));
    connect_with(&handshake.socket, tls).await
}

/// Connects with TLS of one's own making, or none.
pub async fn connect_with(
    socket: &Path,
    tls: Option<ClientConfig>,
) -> Result<Channel, tonic::transport::Error> {
    let connector = Connector {
        socket: socket.to_path_buf(),
        tls: tls.map(|config| TlsConnector::from(Arc::new(config))),
    };
    Endpoint::from_static("http://localhost")
        .connect_with_connector(connector)
        .await
}

/// Trusts exactly this server certificate and presents the client's, if there is one.
pub fn tls_config(
    server: &CertificateDer<'static>,
    client: Option<&ClientCertificate>,
    versions: &[&'static SupportedProtocolVersion],
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(server.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match client {
        Some(client) => builder
            .with_client_auth_cert(client.chain(), client.key())
            .unwrap(),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    config
}

#[derive(Clone)]
struct Connector {
    socket: PathBuf,
    tls: Option<TlsConnector>,
}

impl Connector {
    async fn open(self) -> io::Result<TokioIo<Pin<Box<dyn Stream>>>> {
        let stream = UnixStream::connect(&self.socket).await?;
        let Some(tls) = self.tls else {
            return Ok(TokioIo::new(Box::pin(stream)));
        };
        let name = ServerName::try_from("localhost").unwrap();
        let stream = tls.connect(name, stream).await?;
        if stream.get_ref().1.alpn_protocol() != Some(b"h2") {
            // Terraform 1.12 and later refuse such a peer.
            return Err(io::Error::other("the plugin did not choose h2"));
        }
        Ok(TokioIo::new(Box::pin(stream)))
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Pin<Box<dyn Stream>>>;
    type Error = io::Error;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        Box::pin(self.clone().open())
    }
}
