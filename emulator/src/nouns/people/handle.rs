//! What the handle can do with people.

use crate::account::User;
use crate::emulator::Emulator;
use crate::locks::lock;

impl Emulator {
    /// Adds a user, or replaces the one with the same id.
    pub fn put_user(&self, user: User) {
        let mut directory = lock(&self.portal.directory);
        directory.users.retain(|known| known.id != user.id);
        directory.users.push(user);
    }
}
