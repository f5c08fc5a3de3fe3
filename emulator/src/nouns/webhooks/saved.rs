//! Webhooks as the state file has them, secrets included.

use std::sync::Mutex;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::changes::Part;
use crate::locks::lock;
use crate::nouns::webhooks::store::{Store, Webhook};

#[derive(Deserialize, Serialize)]
struct Saved {
    last_id: i32,
    webhooks: Vec<Stored>,
}

#[derive(Deserialize, Serialize)]
struct Stored {
    id: i32,
    name: String,
    uri: String,
    secret: String,
    enabled: bool,
    ssl: bool,
    triggers: i64,
    trigger_text: Option<String>,
    target_id: Option<String>,
    created_by: String,
    #[serde(with = "time::serde::rfc3339")]
    created_on: OffsetDateTime,
    modified_by: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    modified_on: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    last_failure_on: Option<OffsetDateTime>,
    last_failure_content: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    last_success_on: Option<OffsetDateTime>,
    status: u16,
}

impl From<&Webhook> for Stored {
    fn from(webhook: &Webhook) -> Self {
        let webhook = webhook.clone();
        Self {
            id: webhook.id,
            name: webhook.name,
            uri: webhook.uri,
            secret: webhook.secret.expose_secret().to_owned(),
            enabled: webhook.enabled,
            ssl: webhook.ssl,
            triggers: webhook.triggers,
            trigger_text: webhook.trigger_text,
            target_id: webhook.target_id,
            created_by: webhook.created_by,
            created_on: webhook.created_on,
            modified_by: webhook.modified_by,
            modified_on: webhook.modified_on,
            last_failure_on: webhook.last_failure_on,
            last_failure_content: webhook.last_failure_content,
            last_success_on: webhook.last_success_on,
            status: webhook.status,
        }
    }
}

impl From<Stored> for Webhook {
    fn from(stored: Stored) -> Self {
        Self {
            id: stored.id,
            name: stored.name,
            uri: stored.uri,
            secret: SecretString::from(stored.secret),
            enabled: stored.enabled,
            ssl: stored.ssl,
            triggers: stored.triggers,
            trigger_text: stored.trigger_text,
            target_id: stored.target_id,
            created_by: stored.created_by,
            created_on: stored.created_on,
            modified_by: stored.modified_by,
            modified_on: stored.modified_on,
            last_failure_on: stored.last_failure_on,
            last_failure_content: stored.last_failure_content,
            last_success_on: stored.last_success_on,
            status: stored.status,
        }
    }
}

/// The webhooks at this moment.
pub(crate) fn save(store: &Mutex<Store>) -> Part {
    let (last_id, webhooks) = {
        let store = lock(store);
        (store.last_id(), store.snapshot())
    };
    Box::new(move || {
        let webhooks = webhooks.iter();
        serde_json::to_value(Saved {
            last_id,
            webhooks: webhooks.map(|webhook| Stored::from(&**webhook)).collect(),
        })
    })
}

/// Takes over what an earlier portal saved.
pub(crate) fn restore(store: &Mutex<Store>, part: serde_json::Value) -> serde_json::Result<()> {
    let saved: Saved = serde_json::from_value(part)?;
    let webhooks = saved.webhooks.into_iter().map(Webhook::from);
    lock(store).restore(saved.last_id, webhooks);
    Ok(())
}
