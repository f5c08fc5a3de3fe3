//! The channel for readers that can begin before they have all of a list.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use super::Row;

/// Where the rows of a list go one by one while it is read. Each goes there once, however often the list is requested
/// again because an answer broke off.
#[derive(Debug, Clone)]
pub struct Arrivals<R: Row> {
    sender: mpsc::UnboundedSender<R>,
    arrived: Arc<Mutex<BTreeSet<R::Id>>>,
}

impl<R: Row> Arrivals<R> {
    /// Opens a channel for rows. It is unbounded: a reader that is slow or gone must not hold up a list that others
    /// wait for.
    pub fn channel() -> (Self, mpsc::UnboundedReceiver<R>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let arrived = Arc::default();
        (Self { sender, arrived }, receiver)
    }

    /// Passes on a row that was not passed on before.
    pub fn push(&self, row: &R) {
        let mut arrived = self.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        if arrived.insert(row.id()) {
            // The reader may be gone; the list is still worth reading.
            drop(self.sender.send(row.clone()));
        }
    }
}
