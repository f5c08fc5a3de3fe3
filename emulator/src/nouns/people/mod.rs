//! People (API §3.3).

mod control;
pub(crate) mod employee;
pub(crate) mod endpoints;
mod handle;
mod routes;
pub(crate) mod users;

use std::sync::{Arc, Mutex};

use crate::changes::Changes;
use crate::config::Config;
use crate::locks::lock;
use crate::nouns::Noun;
use crate::nouns::people::users::Users;

/// The people, and those of the start, to whom a reset returns.
#[derive(Debug, Default)]
pub(crate) struct People {
    pub(crate) users: Mutex<Users>,
    initial: Users,
}

impl Noun for People {
    fn new(config: &Config, _changes: &Arc<Changes>) -> Self {
        let initial = Users::new(config.all_users());
        Self {
            users: Mutex::new(initial.clone()),
            initial,
        }
    }

    fn reset(&self) {
        *lock(&self.users) = self.initial.clone();
    }
}
