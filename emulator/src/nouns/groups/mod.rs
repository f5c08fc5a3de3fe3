//! Groups of people (IH §7). Tests and the control API add them; the API only reads them.

mod control;
mod described;
mod endpoints;
pub(crate) mod group;
mod handle;
mod routes;
mod saved;

use std::sync::{Arc, Mutex};

use serde_json::Value;

use self::group::Group;
use crate::changes::{Changes, Part};
use crate::config::Config;
use crate::locks::lock;
use crate::nouns::Noun;

/// The groups, in the order in which they were put.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    pub(crate) stored: Mutex<Vec<Group>>,
    changes: Arc<Changes>,
}

impl Groups {
    /// Adds a group, or replaces the one with the same id.
    fn put(&self, group: Group) {
        let mut stored = lock(&self.stored);
        stored.retain(|known| known.id != group.id);
        stored.push(group);
        self.changes.note();
    }

    fn replace(&self, groups: Vec<Group>) {
        let mut stored = lock(&self.stored);
        *stored = groups;
        self.changes.note();
    }
}

impl Noun for Groups {
    fn new(_config: &Config, changes: &Arc<Changes>) -> Self {
        Self {
            changes: Arc::clone(changes),
            ..Self::default()
        }
    }

    fn reset(&self) {
        self.replace(Vec::new());
    }

    fn save(&self) -> Option<Part> {
        Some(saved::save(lock(&self.stored).clone()))
    }

    fn restore(&self, part: Value) -> serde_json::Result<()> {
        self.replace(saved::restore(part)?);
        Ok(())
    }
}
