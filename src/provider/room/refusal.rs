//! What the portal means by an error status at the endpoints of rooms (IH §4).

use crate::api::{self, StatusFailure};
use crate::provider::diagnose::Refusals;

const ROOMS: &str = "/files/rooms";

/// The answers to requests about rooms.
#[derive(Debug)]
pub(super) struct RoomRefusals;

impl Refusals for RoomRefusals {
    fn cover(&self, error: &api::Error) -> bool {
        error.path().contains(ROOMS)
    }

    fn objects(&self) -> &'static str {
        "rooms"
    }

    fn read_scopes(&self) -> &'static str {
        "rooms:read, rooms:write, *:read or *:write"
    }

    fn explain(&self, _error: &api::Error, failure: &StatusFailure, said: &str) -> Option<String> {
        (failure.status == 403).then(|| {
            format!(
                "The portal has this room and does not show it to the owner of the API key (403){said}. Rooms are \
                 shown to administrators, to their owner and to their members. Use the key of one of them, or have \
                 someone invite the owner of this key to the room."
            )
        })
    }

    fn title(&self, error: &api::Error) -> Option<&'static str> {
        error.is_access_denied().then_some("not visible")
    }
}
