//! Objects that one plan deletes under one address and creates under another: usually a resource was renamed without a
//! `moved` block.
//!
//! Addresses are not on the wire, and either half can be planned first. A replacement is not such a pair: its deletion
//! is not planned by a call of its own (TPP §5.1).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::api::WebhookId;

/// Name and uri, which are unique together.
type Pair = (String, String);

/// What a process has been asked to plan.
#[derive(Debug, Default)]
pub(super) struct Renames(Mutex<Halves>);

#[derive(Debug, Default)]
struct Halves {
    created: BTreeSet<Pair>,
    deleted: BTreeMap<Pair, WebhookId>,
}

impl Renames {
    /// Notes a planned creation. Returns the webhook of this name and uri whose deletion is planned.
    pub(super) fn note_creation(&self, name: &str, uri: &str) -> Option<WebhookId> {
        let mut halves = self.halves();
        let pair = (name.to_owned(), uri.to_owned());
        let deleted = halves.deleted.get(&pair).copied();
        halves.created.insert(pair);
        deleted
    }

    /// Notes a planned deletion. Returns whether a creation of this name and uri is planned.
    pub(super) fn note_deletion(&self, id: WebhookId, name: &str, uri: &str) -> bool {
        let mut halves = self.halves();
        let pair = (name.to_owned(), uri.to_owned());
        let is_created = halves.created.contains(&pair);
        halves.deleted.insert(pair, id);
        is_created
    }

    /// Forgets what was planned for this name and uri, because it is being carried out: a process that keeps running
    /// plans again later.
    pub(super) fn forget(&self, name: &str, uri: &str) {
        let mut halves = self.halves();
        let pair = (name.to_owned(), uri.to_owned());
        halves.created.remove(&pair);
        halves.deleted.remove(&pair);
    }

    fn halves(&self) -> MutexGuard<'_, Halves> {
        // Sets stay intact, whatever panicked while they were locked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URI: &str = "https://ci.example.com/";

    #[test]
    fn whichever_half_comes_second_hears_of_the_first() {
        let id = WebhookId::MIN;
        let renames = Renames::default();
        assert_eq!(renames.note_creation("ci", URI), None);
        assert!(renames.note_deletion(id, "ci", URI));
        let renames = Renames::default();
        assert!(!renames.note_deletion(id, "ci", URI));
        assert_eq!(renames.note_creation("ci", URI), Some(id));
    }

    #[test]
    fn what_was_carried_out_is_not_a_plan_any_more() {
        let renames = Renames::default();
        renames.note_creation("ci", URI);
        renames.forget("ci", URI);
        assert!(!renames.note_deletion(WebhookId::MIN, "ci", URI));
        renames.forget("ci", URI);
        assert_eq!(renames.note_creation("ci", URI), None);
    }

    #[test]
    fn another_name_or_uri_is_another_webhook() {
        let renames = Renames::default();
        assert!(!renames.note_deletion(WebhookId::MIN, "ci", URI));
        assert_eq!(renames.note_creation("CI", URI), None);
        assert_eq!(renames.note_creation("ci", "https://x/"), None);
    }
}
