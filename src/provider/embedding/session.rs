//! Whose turn it is to write, and what this run has set.

use std::collections::BTreeMap;

use tokio::sync::{Mutex, MutexGuard};

use super::model::Entries;
use crate::api::Client;
use crate::provider::mark::Mark;
use crate::provider::portal::{LivePortal, Session};

/// Nothing protects a write from another one, so this process makes one at a time.
///
/// With `create_before_destroy`, or where an entry goes from one resource to another, what is to be removed may just have
/// been set for another state. The turn therefore keeps what each state has set since a list was last read for one:
/// Terraform reads all of them before it changes any.
#[derive(Debug, Default)]
struct EmbeddingSession {
    turn: Mutex<Held>,
}

/// The entries that each state has set.
#[derive(Debug, Default)]
pub(super) struct Held(BTreeMap<Mark, Entries>);

impl Held {
    /// Returns the entries of other states than this one.
    pub(super) fn by_others(&self, own: Option<Mark>) -> Entries {
        let others = self.0.iter().filter(|(mark, _)| own != Some(**mark));
        others.flat_map(|(_, entries)| entries).cloned().collect()
    }

    /// Notes the entries of a state, in place of those that it had.
    pub(super) fn set(&mut self, own: Mark, entries: Entries) {
        self.0.insert(own, entries);
    }

    /// Forgets a state.
    pub(super) fn forget(&mut self, own: Option<Mark>) {
        self.0.retain(|mark, _| own != Some(*mark));
    }

    /// Forgets every state.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl Session for EmbeddingSession {
    fn new(_client: &Client) -> Self {
        Self::default()
    }
}

impl LivePortal {
    /// Waits for the turn to write the list, and returns what this run has set.
    pub(super) async fn embedding_turn(&self) -> MutexGuard<'_, Held> {
        self.session::<EmbeddingSession>().turn.lock().await
    }
}
