//! What the handle can do with groups.

use super::group::Group;
use crate::emulator::Emulator;

impl Emulator {
    /// Adds a group, or replaces the one with the same id.
    pub fn put_group(&self, group: Group) {
        self.portal.nouns.groups.put(group);
    }
}
