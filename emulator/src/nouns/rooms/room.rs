//! A room, which is a folder with a type, as it is stored and as it is answered (IH §4).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::account::{Caller, OWNER_ID};
use crate::dates::{Precision, now};
use crate::front::call::Call;
use crate::nouns::people::employee::Employee;
use crate::nouns::people::users::Users;

/// Where a room is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomArea {
    /// In use.
    #[default]
    Active,
    /// Archived.
    Archive,
    /// A template for other rooms.
    Template,
}

impl RoomArea {
    /// The number of the area's root.
    fn root(self) -> u8 {
        match self {
            Self::Active => 14,
            Self::Archive => 20,
            Self::Template => 30,
        }
    }
}

/// A room to be put on the portal, or an ordinary folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewRoom {
    /// The title; other rooms may have the same.
    pub title: String,
    /// The number of the room's type; `None` makes an ordinary folder.
    pub room_type: Option<i32>,
    /// The id of who owns it.
    pub owner: String,
    /// The ids of others who may see it.
    pub members: Vec<String>,
    /// Its tags, the newest first.
    pub tags: Vec<String>,
    /// Where it is.
    pub area: RoomArea,
    /// Whether it is on third-party storage, so that its id is a text.
    pub is_third_party: bool,
}

impl Default for NewRoom {
    fn default() -> Self {
        Self {
            title: "Room".to_owned(),
            room_type: Some(5),
            owner: OWNER_ID.to_owned(),
            members: Vec::new(),
            tags: Vec::new(),
            area: RoomArea::Active,
            is_third_party: false,
        }
    }
}

impl NewRoom {
    /// Makes a custom room of the owner's with this title.
    pub fn titled(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }
}

/// A room as the portal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// The portal's number for it.
    pub id: i32,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_on: OffsetDateTime,
    /// Everything else.
    #[serde(flatten)]
    pub room: NewRoom,
}

impl Room {
    pub(super) fn new(id: i32, room: NewRoom) -> Self {
        Self {
            id,
            created_on: now(),
            room,
        }
    }

    /// Whether the caller may read it (IH §4.4).
    pub(super) fn is_readable(&self, caller: Option<&Caller>) -> bool {
        caller.is_some_and(|caller| {
            let id = &caller.user.id;
            caller.is_admin() || self.room.owner == *id || self.room.members.contains(id)
        })
    }

    /// What the wire says of it.
    pub(super) fn described(&self, users: &Users, call: &Call) -> Value {
        let zones = call.settings.zones();
        let date = zones.key_date(self.created_on, Precision::Stored);
        let room = &self.room;
        let id = if room.is_third_party {
            json!(format!("sbox-{}", self.id))
        } else {
            json!(self.id)
        };
        let owner = users.find(&room.owner);
        let mut described = json!({
            "id": id,
            "title": room.title,
            "parentId": 2,
            "filesCount": 0,
            "foldersCount": 0,
            "new": 0,
            "rootFolderType": room.area.root(),
            "createdBy": owner.map(|user| Employee::new(user, call)),
            "created": date,
            "updated": date,
        });
        let of_rooms = room.room_type.map(|kind| {
            json!({
                "roomType": kind,
                "tags": room.tags,
                "private": false,
                "indexing": false,
                "denyDownload": false,
                "pinned": false,
                "logo": {"original": "", "large": "", "medium": "", "small": "", "color": "6191F2"},
            })
        });
        if let (Value::Object(members), Some(Value::Object(more))) = (&mut described, of_rooms) {
            members.extend(more);
        }
        described
    }
}
