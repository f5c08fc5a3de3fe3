//! What one list request showed, with this process's own changes since.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use super::collation::PairKey;
use super::webhooks::{Webhook, WebhookId, WebhookListItem};

/// The webhooks the caller could see at one moment.
///
/// Cloning copies the indexes but no webhook.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Which list request of the process this was, from 1.
    pub(crate) fetch: u64,
    /// What the earlier list had that this one was requested to confirm, and this one has not; `None` if it was
    /// requested to confirm none.
    vanished: Option<BTreeSet<WebhookId>>,
    items: BTreeMap<WebhookId, Arc<WebhookListItem>>,
    /// Hashes of the keys of name and address, which need not be unique.
    pairs: BTreeSet<(u64, WebhookId)>,
    max_id: Option<WebhookId>,
}

impl Snapshot {
    pub(crate) fn new(fetch: u64, items: Vec<WebhookListItem>) -> Self {
        let mut snapshot = Self {
            fetch,
            vanished: None,
            items: BTreeMap::new(),
            pairs: BTreeSet::new(),
            max_id: None,
        };
        for item in items {
            snapshot.insert(item);
        }
        snapshot
    }

    /// Returns the webhook with this id.
    pub fn webhook(&self, id: WebhookId) -> Option<&Webhook> {
        Some(&self.items.get(&id)?.webhook)
    }

    /// Returns the list's item of this id.
    pub fn item(&self, id: WebhookId) -> Option<&WebhookListItem> {
        self.items.get(&id).map(Arc::as_ref)
    }

    /// Returns the webhooks with exactly this name and address, by ascending id.
    ///
    /// Creates keep the pair unique but updates do not (API §7 E).
    pub fn with_pair<'a>(
        &'a self,
        name: &'a str,
        uri: &'a str,
    ) -> impl Iterator<Item = &'a Webhook> {
        self.with_key(PairKey::new(name, uri))
            .filter(move |webhook| webhook.name == name && webhook.uri == uri)
    }

    /// Returns the webhooks whose name and address are probably the same to the portal, by ascending id.
    pub fn with_key(&self, key: PairKey) -> impl Iterator<Item = &Webhook> {
        let hash = hash(&key);
        self.pairs
            .range((hash, WebhookId::MIN)..=(hash, WebhookId::MAX))
            .filter_map(|(_, id)| self.webhook(*id))
            .filter(move |webhook| PairKey::new(&webhook.name, &webhook.uri) == key)
    }

    /// Returns all items by ascending id.
    pub fn items(&self) -> impl Iterator<Item = &WebhookListItem> {
        self.items.values().map(Arc::as_ref)
    }

    /// Returns how many webhooks there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Returns whether there is no webhook.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Returns the greatest id that was ever in it, also of a webhook this process has removed since.
    pub fn max_id(&self) -> Option<WebhookId> {
        self.max_id
    }

    /// Returns whether this list was requested to confirm what an earlier one did not show; see
    /// [`SharedList::confirm`](super::SharedList::confirm).
    pub fn is_confirming(&self) -> bool {
        self.vanished.is_some()
    }

    /// Returns whether two lists in a row do not show a webhook: this one, and the one it was requested to confirm.
    pub fn confirms_absence_of(&self, id: WebhookId) -> bool {
        let was_absent = |vanished: &BTreeSet<WebhookId>| !vanished.contains(&id);
        self.webhook(id).is_none() && self.vanished.as_ref().is_some_and(was_absent)
    }

    /// Notes that this list confirms an earlier one, unless it confirms another one already.
    pub(crate) fn confirm(&mut self, earlier: &Self) {
        if self.vanished.is_none() {
            let vanished = earlier
                .items
                .keys()
                .filter(|id| self.webhook(**id).is_none());
            self.vanished = Some(vanished.copied().collect());
        }
    }

    fn insert(&mut self, item: WebhookListItem) {
        let webhook = &item.webhook;
        let id = webhook.id;
        let pair = (hash(&PairKey::new(&webhook.name, &webhook.uri)), id);
        self.remove(id);
        self.pairs.insert(pair);
        self.max_id = self.max_id.max(Some(id));
        self.items.insert(id, Arc::new(item));
    }

    /// Puts in what the portal answered to a create or update; the status of the latest delivery stays.
    pub(crate) fn put(&mut self, webhook: Webhook) {
        let status = self.items.get(&webhook.id).map(|item| item.status);
        self.insert(WebhookListItem {
            webhook,
            status: status.unwrap_or_default(),
        });
    }

    /// Takes out a webhook that was removed.
    pub(crate) fn remove(&mut self, id: WebhookId) {
        if let Some(item) = self.items.remove(&id) {
            let key = PairKey::new(&item.webhook.name, &item.webhook.uri);
            self.pairs.remove(&(hash(&key), id));
        }
    }
}

fn hash(key: &PairKey) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}
