//! What the handle can do with events and deliveries.

use std::sync::Arc;
use std::time::Duration;

use crate::delivery::event::{Event, InvalidEvent};
use crate::delivery::journal::Delivery;
use crate::delivery::sending;
use crate::emulator::Emulator;
use crate::locks::lock;

impl Emulator {
    /// Lets something happen on the portal; returns the queued deliveries, one for each webhook that receives it.
    ///
    /// # Errors
    /// The trigger is none that this portal knows.
    pub fn raise_event(&self, event: &Event) -> Result<Vec<Delivery>, InvalidEvent> {
        let queued = sending::raise(&self.portal, event)?;
        Ok(queued.into_iter().map(Arc::unwrap_or_clone).collect())
    }

    /// The delivery journal, oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        let journal = lock(&self.portal.nouns.journal.entries);
        let mut entries: Vec<Delivery> = journal
            .newest_first()
            .map(|entry| Delivery::clone(entry))
            .collect();
        entries.reverse();
        entries
    }

    /// Waits until every delivery has ended; false if that takes longer than the limit.
    pub async fn deliveries_settled(&self, limit: Duration) -> bool {
        self.portal.nouns.journal.settled(limit).await
    }
}
