//! Which numbers are those of rooms: a number by itself does not say what it identifies (IH §11).

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use super::portal::{LivePortal, Session};
use crate::api::Client;
use crate::api::rooms::RoomId;

/// The rooms that this process has looked up.
#[derive(Debug)]
struct KnownRooms(Mutex<BTreeSet<RoomId>>);

impl Session for KnownRooms {
    fn new(_client: &Client) -> Self {
        Self(Mutex::default())
    }
}

impl LivePortal {
    /// Notes that a number is that of a room.
    pub(super) fn note_room(&self, id: RoomId) {
        let KnownRooms(rooms) = self.session();
        // A set stays intact, whatever panicked while it was locked.
        let mut rooms = rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.insert(id);
    }

    /// Returns whether a text is the number of a room that this process has looked up.
    pub(super) fn knows_room(&self, text: &str) -> bool {
        let KnownRooms(rooms) = self.session();
        let rooms = rooms.lock().unwrap_or_else(PoisonError::into_inner);
        text.parse().is_ok_and(|id| rooms.contains(&id))
    }
}
