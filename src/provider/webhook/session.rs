//! What this process knows of a portal's webhooks: the shared list, and which webhooks it has seen.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OnceCell, OwnedMutexGuard};

use super::renames::Renames;
use crate::api::{Client, Error, PairKey, Webhook, WebhookId, WebhookList, WebhookSnapshot};
use crate::provider::portal::{LivePortal, Session};

/// What is known of a portal's webhooks.
#[derive(Debug)]
pub(super) struct WebhookSession {
    /// The one shared list.
    pub(super) list: WebhookList<Client>,
    first_list: OnceCell<Arc<WebhookSnapshot>>,
    seen: Mutex<Seen>,
    creating: Mutex<BTreeMap<PairKey, Arc<tokio::sync::Mutex<()>>>>,
    /// What is planned to be deleted and created.
    pub(super) renames: Renames,
    is_gap_reported: AtomicBool,
    refuses_creations: AtomicBool,
}

/// Name and uri, which are unique together.
pub(super) type Pair = (String, String);

/// What this process has seen of webhooks.
#[derive(Debug, Default)]
struct Seen {
    /// Webhooks that Terraform manages: in its state, or created or adopted by this process.
    managed: BTreeSet<WebhookId>,
    /// Those of them that this process created, with name and uri.
    created: BTreeMap<WebhookId, PairKey>,
    /// Those of them that were recognized as the ones that the state was written for.
    recognized: BTreeSet<WebhookId>,
    /// Of the pairs that were planned to be created and are probably equal to the portal, the first.
    planned: BTreeMap<PairKey, Pair>,
}

impl Session for WebhookSession {
    fn new(client: &Client) -> Self {
        Self {
            list: WebhookList::new(client.clone()),
            first_list: OnceCell::new(),
            seen: Mutex::default(),
            creating: Mutex::default(),
            renames: Renames::default(),
            is_gap_reported: AtomicBool::new(false),
            refuses_creations: AtomicBool::new(false),
        }
    }
}

impl LivePortal {
    /// Returns what is known of the portal's webhooks.
    pub(super) fn webhooks(&self) -> &WebhookSession {
        self.session()
    }

    /// Returns the list for reading: during an apply, one that was requested after this call, because scripts that run
    /// between the resources may have changed anything. Concurrent callers share it.
    pub(super) async fn current_list(&self) -> Result<Arc<WebhookSnapshot>, Error> {
        let list = &self.webhooks().list;
        if self.is_applying() {
            list.fresh().await
        } else {
            list.read().await
        }
    }
}

impl WebhookSession {
    /// Returns the list that this process's first change is checked against. It is read once and does not expire; a
    /// failure is not remembered.
    pub(super) async fn first_list(&self) -> Result<Arc<WebhookSnapshot>, Error> {
        let list = self.first_list.get_or_try_init(|| self.list.read()).await?;
        Ok(Arc::clone(list))
    }

    /// Notes that a webhook is the one that the state was written for.
    pub(super) fn mark_recognized(&self, id: WebhookId) {
        self.seen().recognized.insert(id);
    }

    /// Returns whether a webhook is known to be the one that the state was written for, or was created by this process.
    pub(super) fn is_recognized(&self, id: WebhookId) -> bool {
        let seen = self.seen();
        seen.recognized.contains(&id) || seen.created.contains_key(&id)
    }

    /// Returns whether any webhook of the state was found on this portal, which is then probably the right one.
    pub(super) fn has_recognized_any(&self) -> bool {
        !self.seen().recognized.is_empty()
    }

    /// Notes that Terraform manages a webhook.
    pub(super) fn mark_managed(&self, id: WebhookId) {
        self.seen().managed.insert(id);
    }

    /// Notes that this process created a webhook of this name and uri.
    pub(super) fn mark_created(&self, id: WebhookId, name: &str, uri: &str) {
        let mut seen = self.seen();
        seen.managed.insert(id);
        seen.created.insert(id, PairKey::new(name, uri));
    }

    /// Returns whether this process created a webhook with this number.
    pub(super) fn is_created(&self, id: WebhookId) -> bool {
        self.seen().created.contains_key(&id)
    }

    /// Returns whether this process created this webhook. A portal can reuse a number for a webhook of another name.
    pub(super) fn has_created(&self, webhook: &Webhook) -> bool {
        let seen = self.seen();
        let created = seen.created.get(&webhook.id);
        created.is_some_and(|key| *key == PairKey::new(&webhook.name, &webhook.uri))
    }

    /// Returns whether Terraform manages a webhook, as far as this process knows.
    pub(super) fn manages(&self, webhook: &Webhook) -> bool {
        let is_managed = self.seen().managed.contains(&webhook.id);
        is_managed && (!self.is_created(webhook.id) || self.has_created(webhook))
    }

    /// Notes that Terraform manages a webhook, unless that was noted before: an id is adopted at most once.
    pub(super) fn claim(&self, id: WebhookId) -> bool {
        self.seen().managed.insert(id)
    }

    /// Notes a planned creation. Returns the pair of an earlier one that is probably equal to the portal.
    pub(super) fn note_planned(&self, name: &str, uri: &str) -> Option<Pair> {
        match self.seen().planned.entry(PairKey::new(name, uri)) {
            Entry::Occupied(earlier) => Some(earlier.get().clone()),
            Entry::Vacant(entry) => {
                entry.insert((name.to_owned(), uri.to_owned()));
                None
            }
        }
    }

    /// Forgets planned creations of this name and uri, because one is being carried out: a process that serves several
    /// runs plans again later.
    pub(super) fn forget_planned(&self, name: &str, uri: &str) {
        self.seen().planned.remove(&PairKey::new(name, uri));
    }

    /// Waits for the turn to create a webhook of this name and uri: creations of pairs that are probably equal to the
    /// portal are serialized (product §4.3).
    pub(super) async fn turn_to_create(&self, name: &str, uri: &str) -> OwnedMutexGuard<()> {
        let key = PairKey::new(name, uri);
        let turn = {
            let mut creating = self.creating.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(creating.entry(key).or_default())
        };
        turn.lock_owned().await
    }

    /// Notes that a question was not answered while planning. Returns whether it is the first time.
    pub(super) fn note_gap(&self) -> bool {
        !self.is_gap_reported.swap(true, Ordering::Relaxed)
    }

    /// Returns whether the last creation that was sent repeatedly was refused to the end.
    pub(super) fn refuses_creations(&self) -> bool {
        self.refuses_creations.load(Ordering::Relaxed)
    }

    /// Notes how a creation ended that was sent again.
    pub(super) fn note_refused_creations(&self, is_refused: bool) {
        self.refuses_creations.store(is_refused, Ordering::Relaxed);
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        // Sets stay intact, whatever panicked while they were locked.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
