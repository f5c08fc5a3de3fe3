//! `/groups`: what groups there are.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::group::Group;
use crate::control::exchange::{ControlError, ControlRoutes, Shared, read, reply};
use crate::locks::lock;

pub(super) fn routes() -> ControlRoutes {
    ControlRoutes::default().at("/groups", get(list).post(put))
}

async fn list(State(portal): Shared) -> Response {
    reply(&*lock(&portal.nouns.groups.stored))
}

async fn put(State(portal): Shared, body: Bytes) -> Result<Response, ControlError> {
    let group: Group = read(&body)?;
    portal.nouns.groups.put(group.clone());
    Ok((StatusCode::CREATED, reply(&group)).into_response())
}
