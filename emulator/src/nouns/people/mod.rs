//! People (API §3.3, IH §8).

mod control;
pub(crate) mod employee;
mod endpoints;
mod handle;
pub(crate) mod person;
mod routes;
mod saved;
pub(crate) mod users;

use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::account::User;
use crate::changes::{Changes, Part};
use crate::config::Config;
use crate::locks::lock;
use crate::nouns::Noun;
use crate::nouns::people::users::Users;

/// The people, and those of the start, to whom a reset returns.
#[derive(Debug, Default)]
pub(crate) struct People {
    pub(crate) users: Mutex<Users>,
    initial: Users,
    changes: Arc<Changes>,
}

impl People {
    /// Adds a user, or replaces the one with the same id.
    fn put(&self, user: User) {
        let mut users = lock(&self.users);
        users.put(user);
        self.changes.note();
    }
}

impl Noun for People {
    fn new(config: &Config, changes: &Arc<Changes>) -> Self {
        let initial = Users::new(config.all_users());
        Self {
            users: Mutex::new(initial.clone()),
            initial,
            changes: Arc::clone(changes),
        }
    }

    fn reset(&self) {
        *lock(&self.users) = self.initial.clone();
        self.changes.note();
    }

    fn save(&self) -> Option<Part> {
        Some(saved::save(&lock(&self.users), &self.initial))
    }

    fn restore(&self, part: Value) -> serde_json::Result<()> {
        saved::restore(&mut lock(&self.users), part)
    }
}
