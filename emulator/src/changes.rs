//! What the state file follows: the parts of the nouns, and how often something in them has changed.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use tokio::sync::Notify;

/// What a noun has at one moment, converted to JSON where nothing waits for it.
pub(crate) type Part = Box<dyn FnOnce() -> serde_json::Result<Value> + Send>;

/// How many changes there were, in all nouns.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    count: AtomicU64,
    noted: Notify,
}

impl Changes {
    /// Counts a change, under the lock that guards what has changed: taking that lock after reading the count shows the
    /// change.
    pub(crate) fn note(&self) {
        self.count.fetch_add(1, Ordering::AcqRel);
        self.noted.notify_one();
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Acquire)
    }

    /// Waits for a change.
    pub(crate) async fn noted(&self) {
        self.noted.notified().await;
    }
}
