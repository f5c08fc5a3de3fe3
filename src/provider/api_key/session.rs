//! What one process knows of a portal's keys.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OnceCell, OwnedMutexGuard};

use crate::api::keys::{Allowance, KeyId, KeyList, KeySnapshot};
use crate::api::{Client, Error};
use crate::provider::portal::{LivePortal, Session};

/// What is known of a portal's keys.
#[derive(Debug)]
pub(super) struct KeySession {
    /// The one shared list.
    pub(super) list: KeyList<Client>,
    /// How many new keys the portal still allows.
    pub(super) allowance: Allowance,
    first_list: OnceCell<Arc<KeySnapshot>>,
    seen: Mutex<Seen>,
    creating: Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

/// What this process has seen of keys.
#[derive(Debug, Default)]
struct Seen {
    /// Keys that it created.
    created: BTreeSet<KeyId>,
    /// Keys that were recognized as those that the state was written for.
    recognized: BTreeSet<KeyId>,
}

impl Session for KeySession {
    fn new(client: &Client) -> Self {
        Self {
            list: KeyList::new(client.clone()),
            allowance: Allowance::default(),
            first_list: OnceCell::new(),
            seen: Mutex::default(),
            creating: Mutex::default(),
        }
    }
}

impl LivePortal {
    /// Returns what is known of the portal's keys.
    pub(super) fn keys(&self) -> &KeySession {
        self.session()
    }
}

impl KeySession {
    /// Returns the list that this process's first change is checked against. It is read once and does not expire; a
    /// failure is not remembered.
    pub(super) async fn first_list(&self) -> Result<Arc<KeySnapshot>, Error> {
        let list = self.first_list.get_or_try_init(|| self.list.read()).await?;
        Ok(Arc::clone(list))
    }

    /// Returns the list for reading: during an apply, one that was requested after this call.
    pub(super) async fn current_list(
        &self,
        portal: &LivePortal,
    ) -> Result<Arc<KeySnapshot>, Error> {
        if portal.is_applying() {
            self.list.fresh().await
        } else {
            self.list.read().await
        }
    }

    /// Waits for the turn to create a key of this name: what a lost create left behind is recognized by its name.
    pub(super) async fn turn_to_create(&self, name: &str) -> OwnedMutexGuard<()> {
        let turn = {
            let mut creating = self.creating.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(creating.entry(name.to_owned()).or_default())
        };
        turn.lock_owned().await
    }

    /// Notes that this process created a key.
    pub(super) fn mark_created(&self, id: KeyId) {
        self.seen().created.insert(id);
    }

    /// Returns whether this process created a key.
    pub(super) fn is_created(&self, id: KeyId) -> bool {
        self.seen().created.contains(&id)
    }

    /// Notes that a key is the one that the state was written for.
    pub(super) fn mark_recognized(&self, id: KeyId) {
        self.seen().recognized.insert(id);
    }

    /// Returns whether any key of the state was found on this portal, which is then probably the right one.
    pub(super) fn has_recognized_any(&self) -> bool {
        !self.seen().recognized.is_empty()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        // Sets stay intact, whatever panicked while they were locked.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
