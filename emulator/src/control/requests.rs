//! `/requests`: what reached the portal.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::control::exchange::{ControlRoutes, Shared, reply};

/// The routes of this part.
pub(crate) fn routes() -> ControlRoutes {
    ControlRoutes::default()
        .at("/requests", get(list).delete(clear))
        .at("/requests/summary", get(summary))
}

async fn list(State(portal): Shared) -> Response {
    reply(&portal.log.entries())
}

async fn summary(State(portal): Shared) -> Response {
    reply(&portal.log.summary())
}

async fn clear(State(portal): Shared) -> Response {
    portal.log.reset();
    StatusCode::NO_CONTENT.into_response()
}
