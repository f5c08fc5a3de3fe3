//! Rooms (IH §4). Tests and the control API add them; the API only reads them.

mod control;
mod endpoints;
mod handle;
pub(crate) mod room;
mod routes;
mod saved;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use self::room::{NewRoom, Room};
use crate::changes::{Changes, Part};
use crate::config::Config;
use crate::locks::lock;
use crate::nouns::Noun;

/// The rooms, and other folders.
#[derive(Debug, Default)]
pub(crate) struct Rooms {
    pub(crate) stored: Mutex<Stored>,
    changes: Arc<Changes>,
}

/// What is kept of them.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    last_id: i32,
    rooms: Vec<Room>,
    /// In which order people last asked to see the rooms, by their ids.
    views: BTreeMap<String, String>,
}

impl Rooms {
    fn add(&self, room: NewRoom) -> Room {
        let mut stored = lock(&self.stored);
        stored.last_id += 1;
        let room = Room::new(stored.last_id, room);
        stored.rooms.push(room.clone());
        self.changes.note();
        room
    }

    /// Changes a room; `None` if there is none of this number.
    fn change(&self, id: i32, change: impl FnOnce(&mut NewRoom)) -> Option<Room> {
        let mut stored = lock(&self.stored);
        let room = stored.rooms.iter_mut().find(|room| room.id == id)?;
        change(&mut room.room);
        self.changes.note();
        Some(room.clone())
    }

    /// Removes a room; false if there is none of this number. Numbers are never reused.
    fn remove(&self, id: i32) -> bool {
        let mut stored = lock(&self.stored);
        let before = stored.rooms.len();
        stored.rooms.retain(|room| room.id != id);
        self.changes.note();
        stored.rooms.len() < before
    }

    fn replace(&self, new: Stored) {
        let mut stored = lock(&self.stored);
        *stored = new;
        self.changes.note();
    }
}

impl Noun for Rooms {
    fn new(_config: &Config, changes: &Arc<Changes>) -> Self {
        Self {
            changes: Arc::clone(changes),
            ..Self::default()
        }
    }

    fn reset(&self) {
        self.replace(Stored::default());
    }

    fn save(&self) -> Option<Part> {
        Some(saved::save(&lock(&self.stored)))
    }

    fn restore(&self, part: Value) -> serde_json::Result<()> {
        self.replace(saved::restore(part)?);
        Ok(())
    }
}
