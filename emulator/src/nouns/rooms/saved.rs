//! Rooms as the state file has them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Stored;
use super::room::Room;
use crate::changes::Part;

#[derive(Deserialize, Serialize)]
struct Saved {
    last_id: i32,
    rooms: Vec<Room>,
}

pub(super) fn save(stored: &Stored) -> Part {
    let (last_id, rooms) = (stored.last_id, stored.rooms.clone());
    Box::new(move || serde_json::to_value(Saved { last_id, rooms }))
}

pub(super) fn restore(part: Value) -> serde_json::Result<Stored> {
    let Saved { last_id, rooms } = serde_json::from_value(part)?;
    Ok(Stored {
        last_id,
        rooms,
        ..Stored::default()
    })
}
