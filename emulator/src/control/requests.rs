//! `/requests`: what reached the portal.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{Shared, reply};

pub(super) async fn list(State(portal): Shared) -> Response {
    reply(&portal.log.entries())
}

pub(super) async fn summary(State(portal): Shared) -> Response {
    reply(&portal.log.summary())
}

pub(super) async fn clear(State(portal): Shared) -> Response {
    portal.log.reset();
    StatusCode::NO_CONTENT.into_response()
}
