//! `/faults`: the fault rules.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::control::exchange::{ControlError, ControlRoutes, Id, Shared, read, reply};
use crate::faults::rules::Fault;

/// The routes of this part.
pub(crate) fn routes() -> ControlRoutes {
    ControlRoutes::default()
        .at("/faults", get(list).post(add).delete(clear))
        .at("/faults/{id}", get(show).delete(remove))
}

async fn list(State(portal): Shared) -> Response {
    reply(&portal.faults.reports())
}

async fn add(State(portal): Shared, body: Bytes) -> Result<Response, ControlError> {
    let fault: Fault = read(&body)?;
    let id = portal
        .faults
        .add(fault)
        .map_err(|error| ControlError::bad_request(&error))?;
    let mut response = find(&portal, id)?;
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

async fn show(State(portal): Shared, Id(id): Id<u64>) -> Result<Response, ControlError> {
    find(&portal, id)
}

async fn remove(State(portal): Shared, Id(id): Id<u64>) -> Result<Response, ControlError> {
    let removed = portal.faults.remove(id).ok_or_else(|| missing(id))?;
    Ok(reply(&removed))
}

async fn clear(State(portal): Shared) -> Response {
    portal.faults.clear();
    StatusCode::NO_CONTENT.into_response()
}

fn find(portal: &crate::portal::Portal, id: u64) -> Result<Response, ControlError> {
    let reports = portal.faults.reports();
    let report = reports.iter().find(|report| report.id == id);
    Ok(reply(report.ok_or_else(|| missing(id))?))
}

fn missing(id: u64) -> ControlError {
    ControlError::not_found(format!("no fault {id}"))
}
