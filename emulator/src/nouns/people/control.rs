//! `/users`: who is on the portal.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::account::User;
use crate::control::exchange::{ControlError, ControlRoutes, Shared, read, reply};
use crate::locks::lock;

/// The routes of this part.
pub(crate) fn routes() -> ControlRoutes {
    ControlRoutes::default().at("/users", get(list).post(put))
}

async fn list(State(portal): Shared) -> Response {
    reply(&lock(&portal.nouns.people.users).all())
}

async fn put(State(portal): Shared, body: Bytes) -> Result<Response, ControlError> {
    let user: User = read(&body)?;
    portal.nouns.people.put(user.clone());
    Ok((StatusCode::CREATED, reply(&user)).into_response())
}
