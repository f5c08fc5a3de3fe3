//! One connection from the host, and the list of those that are open.

use std::collections::BTreeSet;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;
use tonic::transport::server::Connected;

use super::listen::Socket;

/// Names a connection for the life of the process. Handlers find it in a request's extensions.
///
/// A child of Terraform has one connection. In reattach mode every process of every command has its
/// own, and a provider configured on one must not serve another (TPP §11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ConnectionId(pub(crate) u64);

/// The connections that are open, and how many there have been.
#[derive(Debug, Default)]
pub(super) struct Connections(watch::Sender<Census>);

#[derive(Debug, Default)]
struct Census {
    opened: u64,
    open: BTreeSet<ConnectionId>,
}

impl Connections {
    /// Counts a connection in until the returned value is dropped.
    pub(super) fn open(self: &Arc<Self>) -> Registration {
        let mut id = ConnectionId(0);
        self.0.send_modify(|census| {
            census.opened += 1;
            id = ConnectionId(census.opened);
            census.open.insert(id);
        });
        Registration {
            id,
            connections: Arc::clone(self),
        }
    }

    pub(super) fn is_open(&self, id: ConnectionId) -> bool {
        self.0.borrow().open.contains(&id)
    }

    pub(super) fn has_none(&self) -> bool {
        self.0.borrow().open.is_empty()
    }

    /// Waits until a connection is closed, or was never open.
    pub(super) async fn closed(&self, id: ConnectionId) {
        self.wait(|census| !census.open.contains(&id)).await;
    }

    /// Waits for the first connection.
    pub(super) async fn first(&self) {
        self.wait(|census| census.opened > 0).await;
    }

    /// Waits until there has been a connection and there is none.
    pub(super) async fn all_gone(&self) {
        self.wait(|census| census.opened > 0 && census.open.is_empty())
            .await;
    }

    async fn wait(&self, condition: impl FnMut(&Census) -> bool) {
        // The sender is ours, so the channel cannot be closed.
        drop(self.0.subscribe().wait_for(condition).await);
    }
}

/// An open connection's place in the list.
pub(super) struct Registration {
    id: ConnectionId,
    connections: Arc<Connections>,
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.connections.0.send_modify(|census| {
            census.open.remove(&self.id);
        });
    }
}

/// An authenticated peer, ready to be served.
pub(super) struct Connection {
    socket: Box<dyn Socket>,
    registration: Registration,
}

impl Connection {
    pub(super) fn new(socket: Box<dyn Socket>, connections: &Arc<Connections>) -> Self {
        Self {
            socket,
            registration: connections.open(),
        }
    }
}

impl Connected for Connection {
    type ConnectInfo = ConnectionId;

    fn connect_info(&self) -> ConnectionId {
        self.registration.id
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}
