//! Rooms, which are folders with a type (IH §4).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::guid::Guid;
use super::http::client::{Call, Client};
use super::http::envelope::{self, BodyError, List};
use super::http::error::Error;
use super::http::json::{DecodeError, Node};
use super::http::operation::Operation;
use super::lists::{ListSource, Row, RowId, Rows};
use super::people::UserId;

const PATH: &str = "/files/rooms";

/// The area of the active rooms and of the archived ones.
const BOTH_AREAS: &str = "2";

/// The root of what is archived.
const ARCHIVE: i64 = 20;

/// The root of the templates that rooms are made from.
const TEMPLATES: i64 = 30;

/// The number of a room, which is positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RoomId(i32);

/// A text is not the number of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the number of a room")]
pub struct ParseRoomIdError;

impl RoomId {
    /// The greatest number.
    pub const MAX: Self = Self(i32::MAX);
}

impl RowId for RoomId {
    const MIN: Self = Self(1);
    const MAX: Self = Self::MAX;
}

impl fmt::Display for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RoomId {
    type Err = ParseRoomIdError;

    /// Reads a number as the portal writes it: without a sign, and without leading zeros.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.parse().ok().filter(|number| *number > 0);
        number
            .filter(|number: &i32| number.to_string() == text)
            .map(Self)
            .ok_or(ParseRoomIdError)
    }
}

/// A room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// The portal's number for it.
    pub id: RoomId,
    /// Its title; several rooms may have the same.
    pub title: String,
    /// The number of its type.
    pub kind: i64,
    /// Whether it is archived.
    pub is_archived: bool,
    /// Who owns it.
    pub owner: Option<Guid>,
    /// Its tags.
    pub tags: Vec<String>,
}

/// What the portal has under a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Folder {
    /// A room.
    Room(Room),
    /// A template that rooms are made from, with its title. It has a type, as rooms have.
    Template(String),
    /// Any other folder, with its title.
    Other(String),
}

impl Folder {
    fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
        let title = node.required("title", "a title")?.text()?.to_owned();
        let Some(kind) = node.optional("roomType")? else {
            return Ok(Self::Other(title));
        };
        let id = node.required("id", "a number")?;
        let root = node.required("rootFolderType", "the number of an area")?;
        let root = root.integer()?;
        if root == TEMPLATES {
            return Ok(Self::Template(title));
        }
        let tags = match node.optional("tags")? {
            Some(tags) => tags
                .elements()?
                .map(|tag| Ok(tag.text()?.to_owned()))
                .collect(),
            None => Ok(Vec::new()),
        };
        let owner = UserId::of_employee(node, "createdBy");
        Ok(Self::Room(Room {
            id: room_id(&id).ok_or_else(|| id.mismatch("the number of a room"))?,
            title,
            kind: kind.integer()?,
            is_archived: root == ARCHIVE,
            owner: owner.and_then(|owner| owner.as_str().parse().ok()),
            tags: tags?,
        }))
    }

    /// Reads the object in an answer, which must be the one that was asked for.
    fn decode_asked(node: &Node<'_>, asked: RoomId) -> Result<Self, DecodeError> {
        match Self::decode(node)? {
            Self::Room(room) if room.id != asked => Err(DecodeError {
                found: "another one",
                ..node.mismatch("the room that was asked for")
            }),
            folder => Ok(folder),
        }
    }
}

fn room_id(node: &Node<'_>) -> Option<RoomId> {
    let number = node.integer().ok()?;
    let number = i32::try_from(number).ok().filter(|number| *number > 0);
    number.map(RoomId)
}

/// A row of the list. A room whose id is a text is on third-party storage: it has no number.
struct Listed {
    id: String,
    room: Option<Room>,
}

impl Listed {
    fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
        let id = node.required("id", "an id")?;
        let Some(number) = room_id(&id) else {
            return Ok(Self {
                id: id.text()?.to_owned(),
                room: None,
            });
        };
        let room = match Folder::decode(node)? {
            Folder::Room(room) => Some(room),
            Folder::Template(_) | Folder::Other(_) => None,
        };
        Ok(Self {
            id: number.to_string(),
            room,
        })
    }
}

/// Reads a page, which is an object with the rooms in it.
fn decode_page(body: &[u8]) -> Result<List<Listed>, BodyError> {
    envelope::decode_value(body, |node| {
        let folders = node.required("folders", "an array")?;
        let rooms = folders.elements()?.map(|row| Listed::decode(&row));
        let total = node.optional("total")?.map(|total| total.integer());
        let total = total.transpose()?;
        Ok(List {
            items: rooms.collect::<Result<_, _>>()?,
            total: total.and_then(|total| u64::try_from(total).ok()),
        })
    })
}

impl Row for Room {
    type Id = RoomId;
    type Key = String;
    type Written = Self;

    fn id(&self) -> RoomId {
        self.id
    }

    fn key(&self) -> String {
        self.title.clone()
    }

    fn id_of(written: &Self) -> RoomId {
        written.id
    }

    fn after(written: Self, _earlier: Option<&Self>) -> Self {
        written
    }
}

impl ListSource<Room> for Client {
    /// Lists active and archived rooms. No order is requested: the portal would store it as the caller's preference (IH
    /// §2.4).
    async fn fetch(&self) -> Result<Rows<Room>, Error> {
        let query = [("searchArea", BOTH_AREAS.to_owned())];
        let rows = self
            .all_pages(PATH, &query, decode_page, |row| row.id.clone())
            .await?;
        Ok(rows.into_iter().filter_map(|row| row.room).collect())
    }
}

impl Client {
    /// Returns the room of this number, or that it is the number of another folder.
    ///
    /// # Errors
    ///
    /// Ask [`Error::is_not_found`], and [`Error::is_access_denied`] for a room that the caller does not see.
    pub async fn room(&self, id: RoomId) -> Result<Folder, Error> {
        let call = Call::new(Operation::Read, "GET", format!("{PATH}/{id}"));
        self.call(call, |body| {
            envelope::decode_value(body, |node| Folder::decode_asked(node, id))
        })
        .await
    }
}

/// Decodes an answer with every decoder of rooms.
#[cfg(feature = "fuzzing")]
pub(super) fn fuzzing(bytes: &[u8]) {
    drop(envelope::decode_value(bytes, Folder::decode));
    drop(decode_page(bytes));
}

#[cfg(test)]
mod tests;
