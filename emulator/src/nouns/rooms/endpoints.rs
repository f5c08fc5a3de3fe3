//! `/files/rooms`: what rooms there are, and one of them (IH §4).

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::room::{Room, RoomArea};
use crate::front::answer::{Answer, Counts, HandlerError, Refusal};
use crate::front::call::Call;
use crate::front::paging::Page;
use crate::locks::lock;

/// `GET /files/rooms`: a page of what the caller may see. A wanted order is stored as the caller's own view (IH §2.4).
pub(super) fn list(call: &Call) -> Result<Answer, Refusal> {
    let page = Page::asked(call)?;
    let caller = call.caller()?;
    let areas = areas(call)?;
    let kind = call.parameter("type");
    let users = lock(&call.portal.nouns.people.users).clone();
    let mut stored = lock(&call.portal.nouns.rooms.stored);
    if let Some(order) = call.parameter("sortBy") {
        let views = &mut stored.views;
        views.insert(caller.user.id.clone(), order.to_owned());
    }
    let is_wanted = |room: &&Room| {
        let owner = call.parameter("subjectOwnerId");
        let text = call.parameter("filterValue").map(str::to_lowercase);
        let title = room.room.title.to_lowercase();
        let number = room.room.room_type.map(|number| number.to_string());
        number.is_some()
            && areas.contains(&room.room.area)
            && room.is_readable(Some(caller))
            && kind.is_none_or(|kind| number.as_deref() == Some(kind))
            && owner.is_none_or(|id| room.room.owner.eq_ignore_ascii_case(id))
            && text.is_none_or(|text| title.contains(&text))
    };
    // The newest first, which is inferred.
    let found: Vec<&Room> = stored.rooms.iter().rev().filter(is_wanted).collect();
    let folders: Vec<Value> = page
        .of(&found, |_, _| false)
        .into_iter()
        .map(|room| room.described(&users, call))
        .collect();
    let answer = json!({
        "files": [],
        "count": folders.len(),
        "folders": folders,
        "current": {"id": 2, "title": "Rooms", "rootFolderType": 14},
        "pathParts": [],
        "startIndex": page.start,
        "total": found.len(),
        "new": 0,
    });
    Ok(call.success_with(Some(&answer), Counts::default()))
}

fn areas(call: &Call) -> Result<&'static [RoomArea], Refusal> {
    let area = call.parameter("searchArea").unwrap_or("0");
    match area.to_ascii_lowercase().as_str() {
        "0" | "active" => Ok(&[RoomArea::Active]),
        "1" | "archive" => Ok(&[RoomArea::Archive]),
        "2" | "any" => Ok(&[RoomArea::Active, RoomArea::Archive]),
        "4" | "templates" => Ok(&[RoomArea::Template]),
        _ => {
            let message = format!("The value '{area}' is not valid for SearchArea.");
            Err(vec![("searchArea".to_owned(), message)].into())
        }
    }
}

/// `GET /files/rooms/{id}`: a room, and any other folder just as well.
pub(super) fn show(call: &Call) -> Result<Answer, Refusal> {
    let users = lock(&call.portal.nouns.people.users).clone();
    let stored = lock(&call.portal.nouns.rooms.stored);
    let mut rooms = stored.rooms.iter();
    let room = rooms
        .find(|room| room.id == call.number() && !room.room.is_third_party)
        .ok_or_else(|| HandlerError::no_such("The required folder was not found"))?;
    if room.is_readable(call.caller.as_ref()) {
        Ok(call.success(&room.described(&users, call)))
    } else if call.caller.is_some() {
        let message = "You don't have enough permission to view the folder content";
        Err(HandlerError::invalid_operation(message).into())
    } else {
        Err(Refusal::Empty(StatusCode::UNAUTHORIZED))
    }
}
