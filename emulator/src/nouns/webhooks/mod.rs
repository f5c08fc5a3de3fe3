//! Webhooks: what is stored, the checks before it, and the answers about it (API §6).

pub(crate) mod body;
pub(crate) mod caller;
pub(crate) mod checks;
mod control;
pub(crate) mod endpoints;
mod handle;
pub(crate) mod probe;
pub(crate) mod races;
pub(crate) mod removal;
pub(crate) mod route_hooks;
mod routes;
mod saved;
pub(crate) mod shape;
pub(crate) mod store;
pub(crate) mod url_rules;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::changes::{Changes, Part};
use crate::config::Config;
use crate::locks::lock;
use crate::nouns::Noun;
use crate::nouns::webhooks::races::Races;
use crate::nouns::webhooks::store::Store;

/// The webhooks.
#[derive(Debug, Default)]
pub(crate) struct Webhooks {
    pub(crate) store: Mutex<Store>,
    pub(crate) races: Races,
    /// The built-in hooks that were switched off, in profile 3.0.
    pub(crate) disabled_route_hooks: Mutex<BTreeSet<i32>>,
}

impl Noun for Webhooks {
    fn new(_config: &Config, changes: &Arc<Changes>) -> Self {
        Self {
            store: Mutex::new(Store::new(changes)),
            ..Self::default()
        }
    }

    fn reset(&self) {
        lock(&self.store).clear();
        lock(&self.disabled_route_hooks).clear();
    }

    fn save(&self) -> Option<Part> {
        Some(saved::save(&self.store))
    }

    fn restore(&self, part: Value) -> serde_json::Result<()> {
        saved::restore(&self.store, part)
    }
}
