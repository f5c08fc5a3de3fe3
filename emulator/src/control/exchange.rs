//! What the routes of the control API have in common: how they are declared, read and answered.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::portal::Portal;

pub(crate) type Shared = State<Arc<Portal>>;

/// Some routes, and the paths of them that others begin with.
#[derive(Default)]
pub(crate) struct ControlRoutes {
    beginnings: Vec<&'static str>,
    router: Router<Arc<Portal>>,
}

impl ControlRoutes {
    /// Adds what answers at a path.
    pub(crate) fn at(mut self, path: &'static str, methods: MethodRouter<Arc<Portal>>) -> Self {
        if path.rfind('/') == Some(0) {
            self.beginnings.push(path);
        }
        self.router = self.router.route(path, methods);
        self
    }

    /// Adds other routes.
    pub(crate) fn with(mut self, others: Self) -> Self {
        self.beginnings.extend(others.beginnings);
        self.router = self.router.merge(others.router);
        self
    }

    pub(crate) fn into_parts(self) -> (Vec<&'static str>, Router<Arc<Portal>>) {
        (self.beginnings, self.router)
    }
}

/// A refused control request.
pub(crate) struct ControlError {
    pub(crate) status: StatusCode,
    pub(crate) text: String,
}

impl ControlError {
    pub(crate) fn not_found(text: impl Into<String>) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            text: text.into(),
        }
    }

    pub(crate) fn bad_request(text: &impl ToString) -> Self {
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
pub(crate) struct Id<T>(pub(crate) T);

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
pub(crate) fn reply(body: &impl Serialize) -> Response {
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
pub(crate) fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, ControlError> {
    let text: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(text).map_err(|error| ControlError::bad_request(&error))
}
