//! What the handle can do with rooms.

use super::room::{NewRoom, Room};
use crate::emulator::Emulator;
use crate::locks::lock;

impl Emulator {
    /// Puts a room, or an ordinary folder, on the portal.
    pub fn create_room(&self, room: NewRoom) -> Room {
        self.portal.nouns.rooms.add(room)
    }

    /// Changes a room out of band; `None` if there is none of this number.
    pub fn change_room(&self, id: i32, change: impl FnOnce(&mut NewRoom)) -> Option<Room> {
        self.portal.nouns.rooms.change(id, change)
    }

    /// Removes a room out of band; false if there is none of this number.
    pub fn remove_room(&self, id: i32) -> bool {
        self.portal.nouns.rooms.remove(id)
    }

    /// In which order a person last asked to see the rooms, which the portal remembers as that person's own view.
    pub fn room_order_of(&self, user_id: &str) -> Option<String> {
        let stored = lock(&self.portal.nouns.rooms.stored);
        stored.views.get(user_id).cloned()
    }
}
