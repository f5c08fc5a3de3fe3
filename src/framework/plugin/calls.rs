//! The provider calls that are running, each in a task of its own.
//!
//! A call must outlive its connection: when a user presses Ctrl-C twice the host hangs up, and a create that was cut
//! short there would leave an unknown object (TPP §3.4). And a call that panics must not look like a dead plugin: its
//! task's handle reports the panic, and the service makes a diagnostic of it.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use super::connection::{ConnectionId, Connections};

/// Starts provider calls and knows how many are running. Clones share one count.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calls {
    running: TaskTracker,
    connections: Arc<Connections>,
    last: Last,
}

/// What is done before the process ends.
#[derive(Clone, Default)]
struct Last(Arc<Mutex<Option<Work>>>);

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

impl fmt::Debug for Last {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Last").finish_non_exhaustive()
    }
}

impl Calls {
    /// Runs a call to its end, whatever becomes of the connection it came by.
    ///
    /// The handle's error tells of a panic; dropping the handle does not stop the call.
    pub(crate) fn spawn<F>(&self, call: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.running.spawn(call)
    }

    /// Returns whether the host may still send calls on this connection. What is kept per connection
    /// can be forgotten once it cannot.
    pub(crate) fn is_open(&self, connection: ConnectionId) -> bool {
        self.connections.is_open(connection)
    }

    /// Waits until the host can send no more calls on this connection, and get no more answers.
    pub(crate) async fn closed(&self, connection: ConnectionId) {
        self.connections.closed(connection).await;
    }

    /// Registers what to do when the process ends, after all calls.
    pub(crate) fn run_last(&self, work: impl Future<Output = ()> + Send + 'static) {
        *self.last.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::pin(work));
    }

    /// Waits for a moment at which no call is running, and then does the last work.
    pub(super) async fn wind_up(&self) {
        self.idle().await;
        let work = self
            .last
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(work) = work {
            work.await;
        }
        // The end of a connection can have begun something as well.
        self.idle().await;
    }

    pub(super) fn connections(&self) -> Arc<Connections> {
        Arc::clone(&self.connections)
    }

    /// Waits for a moment at which no call is running. More may start later.
    pub(super) async fn idle(&self) {
        // A closed tracker still takes tasks; it only lets `wait` end.
        self.running.close();
        self.running.wait().await;
    }
}
