//! The listener of the control API, and what is not about one noun.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::ORIGIN;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;
use tokio::net::TcpListener;

use crate::control::exchange::{ControlError, ControlRoutes, Shared, reply};
use crate::control::{faults, requests, settings};
use crate::nouns::served;
use crate::portal::Portal;

/// Answers the control API until shutdown.
pub(crate) async fn serve(portal: Arc<Portal>, listener: TcpListener) {
    let shutdown = portal.shutdown.clone();
    let served = axum::serve(listener, router(portal))
        .with_graceful_shutdown(async move { shutdown.cancelled().await });
    // Serving ends with the shutdown; there is no one left to tell about an error.
    drop(served.await);
}

fn router(portal: Arc<Portal>) -> Router {
    let own = ControlRoutes::default()
        .at("/health", get(health))
        .at("/reset", post(reset));
    let parts = [
        own,
        requests::routes(),
        faults::routes(),
        settings::routes(),
    ];
    let all = parts.into_iter().chain(served::control(&portal.nouns));
    let (paths, routes) = all
        .fold(ControlRoutes::default(), ControlRoutes::with)
        .into_parts();
    let beginnings = paths.join(", ");
    routes
        .fallback(|uri: Uri| async move { unknown(&uri, &beginnings) })
        .layer(from_fn_with_state(Arc::clone(&portal), catch_up))
        .layer(from_fn(refuse_browsers))
        .method_not_allowed_fallback(wrong_method)
        .with_state(portal)
}

/// Refuses requests from web pages: a page in a browser must not use this port.
async fn refuse_browsers(request: Request, next: Next) -> Response {
    if request.headers().contains_key(ORIGIN) {
        let status = StatusCode::FORBIDDEN;
        let text = "the control API does not answer web pages".to_owned();
        return ControlError { status, text }.into_response();
    }
    next.run(request).await
}

/// No answer goes out before the state file has what it tells of.
async fn catch_up(State(portal): Shared, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    portal.catch_up().await;
    response
}

async fn health(State(portal): Shared) -> Response {
    reply(&json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "profile": portal.settings.current().profile,
    }))
}

async fn reset(State(portal): Shared) -> Response {
    portal.reset();
    StatusCode::NO_CONTENT.into_response()
}

fn unknown(uri: &Uri, beginnings: &str) -> ControlError {
    ControlError::not_found(format!(
        "no such path in the control API: {}; paths begin with {beginnings}",
        uri.path()
    ))
}

async fn wrong_method(method: Method, uri: Uri) -> ControlError {
    ControlError {
        status: StatusCode::METHOD_NOT_ALLOWED,
        text: format!("{method} is not possible on {}", uri.path()),
    }
}
