//! `/webhooks`: the stored webhooks, read and changed behind the API's back.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use crate::control::exchange::{ControlError, ControlRoutes, Id, Shared, read, reply};
use crate::locks::lock;
use crate::nouns::webhooks::removal;
use crate::nouns::webhooks::store::{NewWebhook, Webhook, WebhookPatch};

/// The routes of this part.
pub(crate) fn routes() -> ControlRoutes {
    ControlRoutes::default()
        .at("/webhooks", get(list).post(create))
        .at("/webhooks/{id}", get(show).patch(change).delete(remove))
        .at("/webhooks/{id}/secret", post(compare_secret))
}

async fn list(State(portal): Shared) -> Response {
    let webhooks = lock(&portal.nouns.webhooks.store).snapshot();
    let shown: Vec<&Webhook> = webhooks.iter().map(AsRef::as_ref).collect();
    reply(&shown)
}

async fn create(State(portal): Shared, body: Bytes) -> Result<Response, ControlError> {
    let webhook: NewWebhook = read(&body)?;
    let mut response = reply(
        &lock(&portal.nouns.webhooks.store)
            .insert(webhook.into_webhook())
            .as_ref(),
    );
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

async fn show(State(portal): Shared, Id(id): Id<i32>) -> Result<Response, ControlError> {
    let webhook = lock(&portal.nouns.webhooks.store).find(id);
    Ok(reply(webhook.ok_or_else(|| missing(id))?.as_ref()))
}

async fn change(
    State(portal): Shared,
    Id(id): Id<i32>,
    body: Bytes,
) -> Result<Response, ControlError> {
    let patch: WebhookPatch = read(&body)?;
    let changed = lock(&portal.nouns.webhooks.store).patch(id, patch);
    Ok(reply(changed.ok_or_else(|| missing(id))?.as_ref()))
}

async fn remove(State(portal): Shared, Id(id): Id<i32>) -> Result<Response, ControlError> {
    let removed = removal::remove(&portal, id);
    Ok(reply(removed.ok_or_else(|| missing(id))?.as_ref()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Comparison {
    secret: SecretString,
}

/// Returns whether the stored secret is the given one, without showing it.
async fn compare_secret(
    State(portal): Shared,
    Id(id): Id<i32>,
    body: Bytes,
) -> Result<Response, ControlError> {
    let Comparison { secret } = read(&body)?;
    let webhook = lock(&portal.nouns.webhooks.store).find(id);
    let webhook = webhook.ok_or_else(|| missing(id))?;
    Ok(reply(
        &json!({ "matches": webhook.secret_is(secret.expose_secret()) }),
    ))
}

fn missing(id: i32) -> ControlError {
    ControlError::not_found(format!("no webhook {id}"))
}
