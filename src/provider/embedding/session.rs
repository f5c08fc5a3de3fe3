//! Whose turn it is to write, and what this run has set.

use tokio::sync::{Mutex, MutexGuard};

use super::model::Entries;
use crate::api::Client;
use crate::provider::portal::{LivePortal, Session};

/// Nothing protects a write from another one, so this process makes one at a time.
///
/// With `create_before_destroy`, or where an entry goes from one resource to another, what is to be removed may just have
/// been set. The turn therefore keeps the entries that were set since the list was last read for a state: Terraform
/// reads all of them before it changes any.
#[derive(Debug, Default)]
struct EmbeddingSession {
    turn: Mutex<Entries>,
}

impl Session for EmbeddingSession {
    fn new(_client: &Client) -> Self {
        Self::default()
    }
}

impl LivePortal {
    /// Waits for the turn to write the list, and returns the entries that this run has set.
    pub(super) async fn embedding_turn(&self) -> MutexGuard<'_, Entries> {
        self.session::<EmbeddingSession>().turn.lock().await
    }
}
