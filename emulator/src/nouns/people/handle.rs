//! What the handle can do with people.

use crate::account::User;
use crate::emulator::Emulator;

impl Emulator {
    /// Adds a user, or replaces the one with the same id.
    pub fn put_user(&self, user: User) {
        self.portal.nouns.people.put(user);
    }
}
