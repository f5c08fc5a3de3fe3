//! What one list request showed, with this process's own changes since.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::sync::Arc;

use super::row::{Row, RowId as _};

/// The rows the caller could see at one moment.
///
/// Cloning copies the indexes but no row.
#[derive(Debug, Clone)]
pub struct Snapshot<R: Row> {
    /// Which list request of the process this was, from 1.
    pub(crate) fetch: u64,
    /// What the earlier list had that this one was requested to confirm, and this one has not; `None` if it was
    /// requested to confirm none.
    vanished: Option<BTreeSet<R::Id>>,
    items: BTreeMap<R::Id, Arc<R>>,
    /// Hashes of the keys, which need not be unique.
    keys: BTreeSet<(u64, R::Id)>,
    max_id: Option<R::Id>,
}

impl<R: Row> Snapshot<R> {
    pub(crate) fn new(fetch: u64, items: Vec<R>) -> Self {
        let mut snapshot = Self {
            fetch,
            vanished: None,
            items: BTreeMap::new(),
            keys: BTreeSet::new(),
            max_id: None,
        };
        for item in items {
            snapshot.insert(item);
        }
        snapshot
    }

    /// Returns the list's item of this id.
    pub fn item(&self, id: R::Id) -> Option<&R> {
        self.items.get(&id).map(Arc::as_ref)
    }

    /// Returns the items with this key, by ascending id.
    pub fn with_key(&self, key: R::Key) -> impl Iterator<Item = &R> {
        let hash = hash(&key);
        self.keys
            .range((hash, R::Id::MIN)..=(hash, R::Id::MAX))
            .filter_map(|(_, id)| self.item(*id))
            .filter(move |item| item.key() == key)
    }

    /// Returns all items by ascending id.
    pub fn items(&self) -> impl Iterator<Item = &R> {
        self.items.values().map(Arc::as_ref)
    }

    /// Returns how many items there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Returns whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Returns the greatest id that was ever in it, even of an item that this process has removed since.
    pub fn max_id(&self) -> Option<R::Id> {
        self.max_id
    }

    /// Returns whether this list was requested to confirm what an earlier one did not show; see
    /// [`SharedList::confirm`](crate::api::SharedList::confirm).
    pub fn is_confirming(&self) -> bool {
        self.vanished.is_some()
    }

    /// Returns whether two lists in a row do not show an item: this one, and the one it was requested to confirm.
    pub fn confirms_absence_of(&self, id: R::Id) -> bool {
        let was_absent = |vanished: &BTreeSet<R::Id>| !vanished.contains(&id);
        self.item(id).is_none() && self.vanished.as_ref().is_some_and(was_absent)
    }

    /// Notes that this list confirms an earlier one, unless it confirms another one already.
    pub(crate) fn confirm(&mut self, earlier: &Self) {
        if self.vanished.is_none() {
            let vanished = earlier.items.keys().filter(|id| self.item(**id).is_none());
            self.vanished = Some(vanished.copied().collect());
        }
    }

    fn insert(&mut self, item: R) {
        let id = item.id();
        self.remove(id);
        self.keys.insert((hash(&item.key()), id));
        self.max_id = self.max_id.max(Some(id));
        self.items.insert(id, Arc::new(item));
    }

    /// Puts in what the portal answered to a create or update.
    pub(crate) fn put(&mut self, written: R::Written) {
        let earlier = self.item(R::id_of(&written));
        self.insert(R::after(written, earlier));
    }

    /// Takes out what was removed.
    pub(crate) fn remove(&mut self, id: R::Id) {
        if let Some(item) = self.items.remove(&id) {
            self.keys.remove(&(hash(&item.key()), id));
        }
    }
}

fn hash(key: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}
