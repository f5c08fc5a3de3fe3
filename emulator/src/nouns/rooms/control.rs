//! `/rooms`: what rooms there are, put, changed and removed without the portal's operations.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};

use super::room::NewRoom;
use crate::control::exchange::{ControlError, ControlRoutes, Id, Shared, read, reply};
use crate::locks::lock;

pub(super) fn routes() -> ControlRoutes {
    ControlRoutes::default()
        .at("/rooms", get(list).post(add))
        .at("/rooms/{id}", put(replace).delete(remove))
}

async fn list(State(portal): Shared) -> Response {
    reply(&lock(&portal.nouns.rooms.stored).rooms)
}

async fn add(State(portal): Shared, body: Bytes) -> Result<Response, ControlError> {
    let room = portal.nouns.rooms.add(read(&body)?);
    Ok((StatusCode::CREATED, reply(&room)).into_response())
}

async fn replace(
    State(portal): Shared,
    Id(id): Id<i32>,
    body: Bytes,
) -> Result<Response, ControlError> {
    let new: NewRoom = read(&body)?;
    let changed = portal.nouns.rooms.change(id, |room| *room = new);
    changed.map(|room| reply(&room)).ok_or_else(|| missing(id))
}

async fn remove(State(portal): Shared, Id(id): Id<i32>) -> Result<Response, ControlError> {
    if portal.nouns.rooms.remove(id) {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(missing(id))
    }
}

fn missing(id: i32) -> ControlError {
    ControlError::not_found(format!("no room {id}"))
}
