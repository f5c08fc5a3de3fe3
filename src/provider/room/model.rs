//! What is told of a room.

use crate::api::rooms::Room;
use crate::framework::schema::Attribute;
use crate::framework::value::{Object, Type, Value};
use crate::provider::portal::LivePortal;
use crate::provider::selection::described;

pub(super) const ID: &str = "id";
pub(super) const TITLE: &str = "title";
pub(super) const TYPE: &str = "type";
pub(super) const ARCHIVED: &str = "archived";
pub(super) const OWNER_ID: &str = "owner_id";

const TAGS: &str = "tags";

/// The names of the types, and the portal's numbers for them (IH §4.2).
pub(super) const TYPES: [(i64, &str); 6] = [
    (1, "form_filling"),
    (2, "collaboration"),
    (5, "custom"),
    (6, "public"),
    (8, "virtual_data"),
    (9, "ai"),
];

/// The names alone.
pub(super) fn type_names() -> [&'static str; 6] {
    TYPES.map(|(_, name)| name)
}

/// Returns everything that is told of a room.
pub(super) fn attributes() -> [(&'static str, Attribute); 6] {
    let text = |description: &str| Attribute::computed(Type::String, description);
    [
        (
            ID,
            text("The room's number as text, as the `target_id` of a webhook expects it."),
        ),
        (TITLE, text("The title; other rooms may have the same.")),
        (
            TYPE,
            text(&format!(
                "The type: {}. A type that this provider does not know appears as the portal's number.",
                described(&type_names())
            )),
        ),
        (
            ARCHIVED,
            Attribute::computed(Type::Bool, "Whether the room is archived."),
        ),
        (
            OWNER_ID,
            text("The id of the person who owns the room, a GUID."),
        ),
        (
            TAGS,
            Attribute::computed(Type::set(Type::String), "The room's tags."),
        ),
    ]
}

/// Names a room's type.
pub(super) fn type_of(room: &Room) -> String {
    let mut known = TYPES.into_iter();
    let known = known.find(|(number, _)| *number == room.kind);
    known.map_or_else(|| room.kind.to_string(), |(_, name)| name.to_owned())
}

/// Describes a room by these attributes, and notes that its number is that of a room.
pub(super) fn describe(portal: &LivePortal, room: &Room) -> Object {
    portal.note_room(room.id);
    let tags = room.tags.iter().map(|tag| Value::from(tag.as_str()));
    Object::new()
        .with(ID, room.id.to_string())
        .with(TITLE, room.title.as_str())
        .with(TYPE, type_of(room))
        .with(ARCHIVED, room.is_archived)
        .with(OWNER_ID, room.owner.map(|id| id.to_string()))
        .with(TAGS, Value::set(tags))
}
