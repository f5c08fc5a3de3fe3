//! `/credentials`: what opens the portal. Credential values go in and never come out.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::account::{Credential, CredentialKind, OWNER_ID, yes};
use crate::control::exchange::{ControlError, ControlRoutes, Id, Shared, read, reply};
use crate::locks::lock;

/// A credential as given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewCredential {
    #[serde(default)]
    kind: CredentialKind,
    value: SecretString,
    #[serde(default = "owner")]
    user_id: String,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default = "yes")]
    active: bool,
    #[serde(default, with = "time::serde::rfc3339::option")]
    expires_at: Option<OffsetDateTime>,
    #[serde(default)]
    name: String,
}

fn owner() -> String {
    OWNER_ID.to_owned()
}

/// Changes to a credential; the value stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CredentialPatch {
    user_id: Option<String>,
    scopes: Option<Vec<String>>,
    active: Option<bool>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    expires_at: Option<OffsetDateTime>,
}

/// A credential as shown; ids count from 1, the key of the start.
#[derive(Serialize)]
struct Shown {
    id: i32,
    kind: CredentialKind,
    postfix: String,
    user_id: String,
    scopes: Vec<String>,
    active: bool,
    #[serde(with = "time::serde::rfc3339::option")]
    expires_at: Option<OffsetDateTime>,
    name: String,
}

fn shown(id: i32, credential: &Credential) -> Shown {
    Shown {
        id,
        kind: credential.kind,
        postfix: credential.postfix(),
        user_id: credential.user_id.clone(),
        scopes: credential.scopes.clone(),
        active: credential.active,
        expires_at: credential.expires_at,
        name: credential.name.clone(),
    }
}

/// The routes of this part.
pub(crate) fn routes() -> ControlRoutes {
    ControlRoutes::default()
        .at("/credentials", get(list).post(add))
        .at("/credentials/{id}", patch(change).delete(remove))
}

async fn list(State(portal): Shared) -> Response {
    let credentials = lock(&portal.nouns.keys.credentials);
    let list: Vec<Shown> = credentials
        .all_issued()
        .map(|issued| shown(issued.number, &issued.credential))
        .collect();
    reply(&list)
}

async fn add(State(portal): Shared, body: Bytes) -> Result<Response, ControlError> {
    let new: NewCredential = read(&body)?;
    if lock(&portal.nouns.people.users)
        .find(&new.user_id)
        .is_none()
    {
        let text = format!("no user {}: add it with POST /users first", new.user_id);
        return Err(ControlError::bad_request(&text));
    }
    let credential = Credential {
        kind: new.kind,
        value: new.value,
        user_id: new.user_id,
        scopes: new.scopes,
        active: new.active,
        expires_at: new.expires_at,
        name: new.name,
    };
    let id = lock(&portal.nouns.keys.credentials).add(credential.clone());
    Ok((StatusCode::CREATED, reply(&shown(id, &credential))).into_response())
}

async fn change(
    State(portal): Shared,
    Id(id): Id<i32>,
    body: Bytes,
) -> Result<Response, ControlError> {
    let patch: CredentialPatch = read(&body)?;
    let mut credentials = lock(&portal.nouns.keys.credentials);
    let credential = credentials.credential_mut(id).ok_or_else(|| missing(id))?;
    if let Some(user_id) = patch.user_id {
        credential.user_id = user_id;
    }
    if let Some(scopes) = patch.scopes {
        credential.scopes = scopes;
    }
    if let Some(active) = patch.active {
        credential.active = active;
    }
    if patch.expires_at.is_some() {
        credential.expires_at = patch.expires_at;
    }
    Ok(reply(&shown(id, credential)))
}

/// Withdraws a credential; the ids of the others stay as they are.
async fn remove(State(portal): Shared, Id(id): Id<i32>) -> Result<Response, ControlError> {
    if lock(&portal.nouns.keys.credentials).remove(id) {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(missing(id))
    }
}

fn missing(id: i32) -> ControlError {
    ControlError::not_found(format!("no credential {id}"))
}
