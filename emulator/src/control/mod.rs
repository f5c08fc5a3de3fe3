//! The control API on its own port: what [`crate::Emulator`] offers in process, for other languages and programs.
//!
//! Bodies are JSON; names are in snake case. Errors are `{"error": "a sentence"}`. The crate's README lists the routes.

mod deliveries;
mod faults;
mod people;
mod requests;
mod settings;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::header::{CONTENT_TYPE, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::net::TcpListener;

use crate::portal::Portal;

type Shared = State<Arc<Portal>>;

/// Answers the control API until shutdown.
pub(crate) async fn serve(portal: Arc<Portal>, listener: TcpListener) {
    let shutdown = portal.shutdown.clone();
    let served = axum::serve(listener, router(portal))
        .with_graceful_shutdown(async move { shutdown.cancelled().await });
    // Serving ends with the shutdown; there is nobody left to tell about an error.
    drop(served.await);
}

fn router(portal: Arc<Portal>) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/reset", post(reset))
        .route("/requests", get(requests::list).delete(requests::clear))
        .route("/requests/summary", get(requests::summary))
        .route(
            "/faults",
            get(faults::list).post(faults::add).delete(faults::clear),
        )
        .route("/faults/{id}", get(faults::show).delete(faults::remove))
        .route("/webhooks", get(webhooks::list).post(webhooks::create))
        .route(
            "/webhooks/{id}",
            get(webhooks::show)
                .patch(webhooks::change)
                .delete(webhooks::remove),
        )
        .route("/webhooks/{id}/secret", post(webhooks::compare_secret))
        .route("/events", post(deliveries::raise))
        .route("/deliveries", get(deliveries::list))
        .route("/settings", get(settings::show).patch(settings::change))
        .route("/users", get(people::users).post(people::put_user))
        .route(
            "/credentials",
            get(people::credentials).post(people::add_credential),
        )
        .route("/credentials/{id}", patch(people::change_credential))
        .route("/credentials/{id}", delete(people::remove_credential))
        .fallback(unknown)
        .layer(from_fn_with_state(Arc::clone(&portal), catch_up))
        .layer(from_fn(refuse_browsers))
        .method_not_allowed_fallback(wrong_method)
        .with_state(portal)
}

/// Refuses what a web page sent: whoever reads a page must not lend it this port.
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

async fn unknown(uri: Uri) -> ControlError {
    ControlError::not_found(format!(
        "no such path in the control API: {}; begin with /health, /webhooks, /events, /deliveries, /faults, /requests, \
         /settings, /users or /credentials",
        uri.path()
    ))
}

async fn wrong_method(method: Method, uri: Uri) -> ControlError {
    ControlError {
        status: StatusCode::METHOD_NOT_ALLOWED,
        text: format!("{method} is not possible on {}", uri.path()),
    }
}

/// A refused control request.
struct ControlError {
    status: StatusCode,
    text: String,
}

impl ControlError {
    fn not_found(text: impl Into<String>) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            text: text.into(),
        }
    }

    fn bad_request(text: &impl ToString) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            text: text.to_string(),
        }
    }
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let mut response = reply(&json!({ "error": self.text }));
        *response.status_mut() = self.status;
        response
    }
}

/// The number in a path.
struct Id<T>(T);

impl<T, S> FromRequestParts<S> for Id<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = ControlError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ControlError> {
        let path = parts.uri.path().to_owned();
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(ControlError::not_found(format!(
                "{path} does not name anything by its number"
            ))),
        }
    }
}

/// A JSON answer.
fn reply(body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(text) => {
            let mut response = text.into_response();
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(CONTENT_TYPE, json);
            response
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// A request body; the content type is not looked at, so that `curl -d` is enough.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, ControlError> {
    let text: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(text).map_err(|error| ControlError::bad_request(&error))
}
