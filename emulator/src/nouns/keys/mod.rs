//! API keys (API §3.2, IH §3).

pub(crate) mod body;
mod control;
pub(crate) mod credentials;
pub(crate) mod endpoints;
pub(crate) mod handle;
mod routes;
mod saved;

use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::account::Credential;
use crate::changes::{Changes, Part};
use crate::config::Config;
use crate::locks::lock;
use crate::nouns::Noun;
use crate::nouns::keys::credentials::Credentials;

/// The keys and other credentials, and those of the start, to which a reset returns.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    pub(crate) credentials: Mutex<Credentials>,
    initial: Vec<Credential>,
    changes: Arc<Changes>,
}

impl Noun for Keys {
    fn new(config: &Config, changes: &Arc<Changes>) -> Self {
        let initial = config.all_credentials();
        Self {
            credentials: Mutex::new(Credentials::new(initial.clone(), changes)),
            initial,
            changes: Arc::clone(changes),
        }
    }

    fn reset(&self) {
        *lock(&self.credentials) = Credentials::new(self.initial.clone(), &self.changes);
    }

    fn save(&self) -> Option<Part> {
        Some(saved::save(&lock(&self.credentials), self.initial.len()))
    }

    fn restore(&self, part: Value) -> serde_json::Result<()> {
        saved::restore(&mut lock(&self.credentials), part)
    }
}
