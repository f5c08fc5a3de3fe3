//! `/embedding`: the domains, read and changed behind the API's back, as plugins do.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use serde_json::json;

use crate::control::exchange::{ControlError, ControlRoutes, Shared, read, reply};

pub(super) fn routes() -> ControlRoutes {
    ControlRoutes::default().at("/embedding", get(show).put(replace))
}

async fn show(State(portal): Shared) -> Response {
    reply(&json!({ "domains": portal.nouns.embedding.domains() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Replacement {
    domains: Vec<String>,
}

async fn replace(State(portal): Shared, body: Bytes) -> Result<Response, ControlError> {
    let Replacement { domains } = read(&body)?;
    portal.nouns.embedding.replace(domains);
    Ok(show(State(portal)).await)
}
