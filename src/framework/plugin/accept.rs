//! From sockets to served connections: each newcomer authenticates in a task of its own.
//!
//! With TLS the proof is the host's certificate; without it, the preface of HTTP/2. Neither silence nor noise from any
//! other peer may keep the host out: a newcomer has [`PROOF_TIMEOUT`], there is room for [`NEWCOMERS`] at a time, and
//! when it is full, the one that has waited longest is dropped. The host's own proof takes milliseconds.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io::{self, Cursor};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time;
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::UnboundedReceiverStream;

use super::connection::{Connection, Connections};
use super::listen::{Listener, Socket};

/// How long a newcomer may take to prove itself.
const PROOF_TIMEOUT: Duration = Duration::from_secs(10);

/// How many newcomers are waited for at a time; each costs a file descriptor.
const NEWCOMERS: usize = 32;

/// How long to rest when the system refuses to accept, as it does when descriptors run out.
const REST: Duration = Duration::from_millis(50);

/// How every HTTP/2 client begins (RFC 9113 §3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The connections to serve, in the shape tonic takes them.
pub(super) type Incoming = UnboundedReceiverStream<Result<Connection, Infallible>>;

/// Accepts until the returned stream is dropped.
pub(super) fn incoming(
    listener: Listener,
    tls: Option<TlsAcceptor>,
    connections: Arc<Connections>,
) -> Incoming {
    // Unbounded: a peer that has authenticated never waits, and is never dropped while it waits.
    let (proven, incoming) = mpsc::unbounded_channel();
    let door = Door {
        tls,
        connections,
        proven,
    };
    tokio::spawn(door.accept(listener));
    UnboundedReceiverStream::new(incoming)
}

#[derive(Clone)]
struct Door {
    tls: Option<TlsAcceptor>,
    connections: Arc<Connections>,
    proven: mpsc::UnboundedSender<Result<Connection, Infallible>>,
}

impl Door {
    async fn accept(self, listener: Listener) {
        let mut newcomers = Newcomers::default();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = self.proven.closed() => return,
            };
            match accepted {
                Ok(socket) => newcomers.add(tokio::spawn(self.clone().admit(socket))),
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection");
                    time::sleep(REST).await;
                }
            }
        }
    }

    async fn admit(self, socket: Box<dyn Socket>) {
        match time::timeout(PROOF_TIMEOUT, prove(socket, self.tls)).await {
            Ok(Ok(socket)) => {
                let connection = Connection::new(socket, &self.connections);
                // Connections are no longer taken once the process is ending.
                drop(self.proven.send(Ok(connection)));
            }
            Ok(Err(error)) => tracing::debug!(%error, "refused a connection"),
            Err(_) => tracing::debug!("refused a connection that stayed silent"),
        }
    }
}

async fn prove(
    mut socket: Box<dyn Socket>,
    tls: Option<TlsAcceptor>,
) -> io::Result<Box<dyn Socket>> {
    if let Some(tls) = tls {
        return Ok(Box::new(tls.accept(socket).await?));
    }
    let mut preface = [0; PREFACE.len()];
    socket.read_exact(&mut preface).await?;
    if preface != *PREFACE {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the peer does not speak HTTP/2",
        ));
    }
    let (reader, writer) = tokio::io::split(socket);
    let replayed = Cursor::new(PREFACE).chain(reader);
    Ok(Box::new(tokio::io::join(replayed, writer)))
}

/// Peers that have connected but not yet authenticated, longest waiting first.
#[derive(Default)]
struct Newcomers(VecDeque<JoinHandle<()>>);

impl Newcomers {
    fn add(&mut self, newcomer: JoinHandle<()>) {
        self.0.retain(|other| !other.is_finished());
        if self.0.len() >= NEWCOMERS
            && let Some(oldest) = self.0.pop_front()
        {
            oldest.abort();
        }
        self.0.push_back(newcomer);
    }
}
