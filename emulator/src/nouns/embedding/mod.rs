//! The domains that may embed the portal (IH §9).

mod body;
mod control;
mod endpoints;
mod handle;
mod header;
mod routes;
mod saved;

use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::changes::{Changes, Part};
use crate::config::Config;
use crate::locks::lock;
use crate::nouns::Noun;

/// The one list of domains, as it was sent: order, spelling and duplicates count.
#[derive(Debug, Default)]
pub(crate) struct Embedding {
    domains: Mutex<Vec<String>>,
    changes: Arc<Changes>,
}

impl Embedding {
    fn domains(&self) -> Vec<String> {
        lock(&self.domains).clone()
    }

    fn replace(&self, domains: Vec<String>) {
        let mut stored = lock(&self.domains);
        *stored = domains;
        self.changes.note();
    }
}

impl Noun for Embedding {
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
        Some(saved::save(self.domains()))
    }

    fn restore(&self, part: Value) -> serde_json::Result<()> {
        self.replace(saved::restore(part)?);
        Ok(())
    }
}
