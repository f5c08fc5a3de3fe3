//! The journal of deliveries (API §6.7, §6.8).

pub(crate) mod body;
mod control;
pub(crate) mod endpoints;
mod handle;
mod routes;

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::Notify;

use crate::delivery::journal::Journal;
use crate::locks::lock;
use crate::nouns::Noun;

/// What was delivered, as the portal tells it.
#[derive(Debug, Default)]
pub(crate) struct DeliveryJournal {
    pub(crate) entries: Mutex<Journal>,
    /// Wakes the senders.
    pub(crate) queue: Notify,
    /// Signals that a delivery was queued or has ended.
    pub(crate) changed: Notify,
}

impl DeliveryJournal {
    /// Waits until no delivery is queued or between attempts; false if that takes longer than the limit.
    pub(crate) async fn settled(&self, limit: Duration) -> bool {
        let settled = async {
            loop {
                let changed = self.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                if lock(&self.entries).open() == 0 {
                    return;
                }
                changed.await;
            }
        };
        tokio::time::timeout(limit, settled).await.is_ok()
    }
}

impl Noun for DeliveryJournal {
    fn reset(&self) {
        lock(&self.entries).clear();
    }
}
