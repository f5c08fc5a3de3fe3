//! The data source `docspace_room`: one room, found by its number or by its title. A room by number costs a request;
//! any number of rooms by title share one list.

use async_trait::async_trait;

use super::model::{ARCHIVED, ID, TITLE, attributes, describe};
use crate::api::rooms::{Folder, Room, RoomId};
use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::value::{Object, Type, Value, normal_form};
use crate::provider::portal::{LivePortal, Portal};
use crate::provider::selection::check_one_of;

const SUMMARY: &str = "Could not read the room";

/// The data source `docspace_room`.
#[derive(Debug)]
pub(super) struct OneRoom;

#[async_trait]
impl DataSource<Portal> for OneRoom {
    fn type_name(&self) -> &'static str {
        "docspace_room"
    }

    fn schema(&self) -> Schema {
        let schema = Schema::new(
            "One room, found by `id`, or by `title` when exactly one room has it.\n\nBy `id` it costs one request; by \
             `title`, any number of these data sources costs one request for every hundred rooms. Administrators see \
             all rooms, others their own and those that they are members of. A restricted API key needs `rooms:read`. \
             Rooms on third-party storage have no number and are not found.\n\nA webhook whose `target_id` is a room \
             gets events of the room itself, never of its contents: see the resource `docspace_webhook`.",
        );
        let found_by = |description| Attribute::optional_computed(Type::String, description);
        schema
            .with_all(attributes())
            .with(
                ID,
                found_by(
                    "The room's number as text, as the `target_id` of a webhook expects it. Conflicts with `title`.",
                )
                .check(check_id),
            )
            .with(
                TITLE,
                found_by(
                    "The title, compared exactly with those of the active and the archived rooms. Conflicts with `id`.",
                ),
            )
            .with(
                ARCHIVED,
                Attribute::optional_computed(
                    Type::Bool,
                    "Whether the room is archived. Set it to find by its `title` only an archived room, or only an active \
                     one.",
                ),
            )
    }

    fn validate(&self, config: &Object, diagnostics: &mut Diagnostics) {
        diagnostics.extend(check(config).err());
    }

    async fn read(
        &self,
        context: &Portal,
        config: Object,
        diagnostics: &mut Diagnostics,
    ) -> Result<Object, Diagnostic> {
        let portal = context.live()?;
        check(&config)?;
        let read = match config.get(TITLE).as_str() {
            Some(title) => by_title(portal, title, config.get(ARCHIVED).as_bool()).await,
            None => by_id(portal, &config).await,
        };
        diagnostics.extend(portal.long_wait());
        read
    }
}

/// Checks the text of a room's number.
fn check_id(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(text) = value.as_str() else { return };
    if text.parse::<RoomId>().is_err() {
        diagnostics.push(
            Diagnostic::error(
                "Invalid room id",
                format!(
                    "{text:?} is not the number of a room. Expected a whole number from 1 to {} without leading zeros, \
                     such as \"17\". To find the room by its title, set title instead.",
                    RoomId::MAX
                ),
            )
            .at(path.clone()),
        );
    }
}

fn check(config: &Object) -> Result<(), Diagnostic> {
    check_one_of(config, "Room", [ID, TITLE])?;
    let archived = config.get(ARCHIVED);
    if config.get(ID).as_str().is_none() || archived.as_bool().is_none() {
        return Ok(());
    }
    Err(Diagnostic::error(
        "Room specified twice",
        "id alone identifies a room, so archived has no effect. Remove archived, or find the room by its title.",
    )
    .at_attribute(ARCHIVED))
}

async fn by_id(portal: &LivePortal, config: &Object) -> Result<Object, Diagnostic> {
    let id: Option<RoomId> = config.get(ID).as_str().and_then(|id| id.parse().ok());
    let Some(id) = id else {
        return Err(Diagnostic::bug(
            "A room to read has neither an id nor a title.",
        ));
    };
    match portal.client.room(id).await {
        Ok(Folder::Room(room)) => Ok(describe(portal, &room)),
        Ok(Folder::Template(title)) => Err(template(portal, id, &title)),
        Ok(Folder::Other(title)) => Err(no_room(portal, id, &title)),
        Err(error) if error.is_not_found() => Err(missing_id(id)),
        Err(error) => Err(portal.explain(SUMMARY, &error)),
    }
}

async fn by_title(
    portal: &LivePortal,
    title: &str,
    archived: Option<bool>,
) -> Result<Object, Diagnostic> {
    let list = portal.listed::<Room>().await;
    let list = list.map_err(|error| portal.explain(SUMMARY, &error))?;
    let rooms = list.items();
    let titled = rooms.filter(|room| normal_form(&room.title) == title);
    let (meant, others): (Vec<Room>, Vec<Room>) =
        titled.partition(|room| archived.is_none_or(|wanted| wanted == room.is_archived));
    match meant.as_slice() {
        [room] => Ok(describe(portal, room).with(TITLE, title)),
        [] => Err(missing_title(title, &others)),
        several => Err(ambiguous(title, several)),
    }
}

fn missing_id(id: RoomId) -> Diagnostic {
    Diagnostic::error(
        "No such room",
        format!(
            "The portal has no room with the id {id}; it may have been deleted. Correct id, or find the room by its title."
        ),
    )
    .at_attribute(ID)
}

/// Explains what the list has that was not meant, if anything.
fn missing_title(title: &str, others: &[Room]) -> Diagnostic {
    let detail = match others {
        [] => format!(
            "The portal shows no room with the title {title:?}. Titles are compared exactly, as the portal shows them: \
             it replaces characters such as : and / by _ in them. A key that is not an administrator's sees only rooms \
             that its owner owns or is a member of. Correct title, or use the key of someone who sees the room."
        ),
        others => format!(
            "No room with the title {title:?} matches archived; there is {}. Remove archived, or change it.",
            told(others)
        ),
    };
    Diagnostic::error("No such room", detail).at_attribute(TITLE)
}

fn no_room(portal: &LivePortal, id: RoomId, title: &str) -> Diagnostic {
    Diagnostic::error(
        "A folder is not a room",
        format!(
            "The number {id} is that of \"{}\", which is an ordinary folder and not a room. Give the number of the \
             room itself, or find it by its title. For a webhook on this folder, set target_id = \"{id}\" without a \
             data source.",
            portal.client.quote(title)
        ),
    )
    .at_attribute(ID)
}

fn template(portal: &LivePortal, id: RoomId, title: &str) -> Diagnostic {
    Diagnostic::error(
        "A template is not a room",
        format!(
            "The number {id} is that of \"{}\", a template that rooms are made from. Give the number of the room itself, or \
             find it by its title.",
            portal.client.quote(title)
        ),
    )
    .at_attribute(ID)
}

fn ambiguous(title: &str, rooms: &[Room]) -> Diagnostic {
    let is_mixed =
        rooms.iter().any(|room| room.is_archived) && rooms.iter().any(|room| !room.is_archived);
    let advice = if is_mixed {
        ", or set archived if that tells them apart"
    } else {
        ""
    };
    Diagnostic::error(
        "Several rooms match",
        format!(
            "The portal has {} rooms with the title {title:?}: {}. Give the id of the one you mean instead{advice}.",
            rooms.len(),
            told(rooms)
        ),
    )
    .at_attribute(TITLE)
}

/// Lists rooms by their numbers.
fn told(rooms: &[Room]) -> String {
    let told: Vec<String> = rooms
        .iter()
        .map(|room| {
            let state = if room.is_archived {
                "archived"
            } else {
                "active"
            };
            format!("{} ({state})", room.id)
        })
        .collect();
    told.join(", ")
}
