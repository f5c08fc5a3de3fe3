//! What the handle can do with people.

use crate::account::User;
use crate::emulator::Emulator;
use crate::locks::lock;

impl Emulator {
    /// Adds a user, or replaces the one with the same id.
    pub fn put_user(&self, user: User) {
        lock(&self.portal.nouns.people.users).put(user);
    }
}
