//! `/events` and `/deliveries`: letting things happen on the portal, and what became of it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;

use crate::control::exchange::{ControlError, ControlRoutes, Shared, read, reply};
use crate::delivery::event::Event;
use crate::delivery::journal::Delivery;
use crate::delivery::sending;
use crate::locks::lock;

/// The routes of this part.
pub(crate) fn routes() -> ControlRoutes {
    ControlRoutes::default()
        .at("/events", post(raise))
        .at("/deliveries", get(list))
}

/// Raises an event and returns which webhooks receive it, and the numbers of the queued deliveries.
async fn raise(State(portal): Shared, body: Bytes) -> Result<Response, ControlError> {
    let event: Event = read(&body)?;
    let queued =
        sending::raise(&portal, &event).map_err(|error| ControlError::bad_request(&error))?;
    let ids =
        |of: fn(&Delivery) -> i32| -> Vec<i32> { queued.iter().map(|entry| of(entry)).collect() };
    let answer = json!({
        "webhooks": ids(|entry| entry.webhook_id),
        "deliveries": ids(|entry| entry.id),
    });
    Ok((StatusCode::ACCEPTED, reply(&answer)).into_response())
}

/// Lists the journal, oldest first; with `?settled_within_ms=N` it first waits until every delivery has ended.
async fn list(State(portal): Shared, RawQuery(query): RawQuery) -> Result<Response, ControlError> {
    if let Some(limit) = settled_within(query.as_deref().unwrap_or_default())?
        && !portal.nouns.journal.settled(limit).await
    {
        return Err(ControlError {
            status: StatusCode::GATEWAY_TIMEOUT,
            text: "some deliveries have not ended yet".to_owned(),
        });
    }
    let mut entries: Vec<Arc<Delivery>> = lock(&portal.nouns.journal.entries)
        .newest_first()
        .map(Arc::clone)
        .collect();
    entries.reverse();
    let shown: Vec<&Delivery> = entries.iter().map(AsRef::as_ref).collect();
    Ok(reply(&shown))
}

fn settled_within(query: &str) -> Result<Option<Duration>, ControlError> {
    let given =
        url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "settled_within_ms");
    let Some((_, value)) = given else {
        return Ok(None);
    };
    let milliseconds = value
        .parse()
        .map_err(|_invalid| ControlError::bad_request(&"settled_within_ms must be a number"))?;
    Ok(Some(Duration::from_millis(milliseconds)))
}
