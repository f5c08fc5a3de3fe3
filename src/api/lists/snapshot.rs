//! What one list request showed, with this process's own changes since.

use std::collections::BTreeSet;

use super::row::Row;
use super::rows::Rows;

/// The rows the caller could see at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot<R: Row> {
    /// Which list request of the process this was, from 1.
    pub(crate) fetch: u64,
    /// What the earlier list had that this one was requested to confirm, and this one has not; `None` if it was
    /// requested to confirm none.
    vanished: Option<BTreeSet<R::Id>>,
    rows: Rows<R>,
    max_id: Option<R::Id>,
}

impl<R: Row> Snapshot<R> {
    pub(crate) fn new(fetch: u64, rows: Rows<R>) -> Self {
        Self {
            fetch,
            vanished: None,
            max_id: rows.ids().max(),
            rows,
        }
    }

    /// Returns the list's item of this id.
    pub fn item(&self, id: R::Id) -> Option<R> {
        self.rows.get(id)
    }

    /// Returns whether the list has an item of this id.
    pub fn contains(&self, id: R::Id) -> bool {
        self.rows.contains(id)
    }

    /// Returns the items with this key, by ascending id.
    pub fn with_key(&self, key: R::Key) -> impl Iterator<Item = R> {
        self.rows.with_key(key)
    }

    /// Returns all items by ascending id.
    pub fn items(&self) -> impl Iterator<Item = R> {
        self.rows.all()
    }

    /// Returns how many items there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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

    /// Returns whether two lists in a row lack an item: this one, and the one it was requested to confirm.
    pub fn confirms_absence_of(&self, id: R::Id) -> bool {
        let was_absent = |vanished: &BTreeSet<R::Id>| !vanished.contains(&id);
        !self.contains(id) && self.vanished.as_ref().is_some_and(was_absent)
    }

    /// Notes that this list confirms an earlier one, unless it confirms another one already.
    pub(crate) fn confirm(&mut self, earlier: &Self) {
        if self.vanished.is_none() {
            let vanished = earlier.rows.ids().filter(|id| !self.contains(*id));
            self.vanished = Some(vanished.collect());
        }
    }

    /// Adds what the portal answered to a create or update.
    pub(crate) fn put(&mut self, written: R::Written) {
        let id = R::id_of(&written);
        let row = R::after(written, self.item(id).as_ref());
        self.rows.insert(&row);
        self.max_id = self.max_id.max(Some(id));
    }

    /// Takes out what was removed.
    pub(crate) fn remove(&mut self, id: R::Id) {
        self.rows.remove(id);
    }
}
