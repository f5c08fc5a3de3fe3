//! Rooms, which are looked up (IH §4).
//!
//! | module | holds |
//! | --- | --- |
//! | `model` | what is told of a room |
//! | `one` | one room, by id or by title |
//! | `many` | all rooms, and choosing among them |
//! | `refusal` | what the portal means by an error status |

mod many;
mod model;
mod one;
mod refusal;

use self::many::Rooms;
use self::one::OneRoom;
use self::refusal::RoomRefusals;
use super::diagnose::Refusals;
use super::portal::Portal;
use crate::framework::provider::Offer;

/// What the endpoints of rooms mean by an error status.
pub(super) const REFUSALS: &dyn Refusals = &RoomRefusals;

/// Returns everything about rooms.
pub(super) fn offer() -> Offer<Portal> {
    Offer::default().data_source(OneRoom).data_source(Rooms)
}
