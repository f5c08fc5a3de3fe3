//! The domains that may embed the portal (IH §9).

mod body;
mod control;
mod endpoints;
mod handle;
mod header;
mod saved;

use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::changes::{Changes, Part};
use crate::config::Config;
use crate::control::exchange::ControlRoutes;
use crate::front::route::{Access::Anonymous, Handler::Now, Route};
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

    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn control(&self) -> ControlRoutes {
        control::routes()
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

#[rustfmt::skip]
static ROUTES: [Route; 2] = [
    Route::get("security/csp", Now(|call| Ok(endpoints::show(call)))).open_to(Anonymous),
    Route::post("security/csp", Now(endpoints::replace)),
];
