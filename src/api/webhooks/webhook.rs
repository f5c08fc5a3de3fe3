//! Webhooks: what the portal holds, what is sent, and the verbs (API §4, §6.1 to §6.5).
//!
//! No response type has a place for the secret: the portal does not return it, and the secret of one that did (3.0) is
//! not read.

use std::fmt;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::triggers::{TriggerCatalog, TriggerMask};
use crate::api::http::client::{Call, Client};
use crate::api::http::envelope::{self, BodyError};
use crate::api::http::error::Error;
use crate::api::http::json::{DecodeError, Node};
use crate::api::http::operation::Operation;
use crate::api::lists::{Arrivals, Rows};
use crate::api::people::UserId;
use crate::api::timestamp::Timestamp;

const WEBHOOKS: &str = "/settings/webhook";

/// The number of a webhook, unique per portal and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WebhookId(u32);

/// A text is not the number of a webhook: ASCII digits without leading zero, 1 to 2147483647.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a webhook id: a whole number from 1 to 2147483647 is expected")]
pub struct ParseWebhookIdError;

impl WebhookId {
    /// The smallest id.
    pub const MIN: Self = Self(1);
    /// The greatest id: the portal's numbers are signed, of 32 bits (API §4.2).
    pub const MAX: Self = Self(i32::MAX.cast_unsigned());

    /// Creates an id; `None` outside 1 to 2147483647.
    pub fn new(number: u32) -> Option<Self> {
        (Self::MIN.0..=Self::MAX.0)
            .contains(&number)
            .then_some(Self(number))
    }

    /// Returns the number.
    pub const fn get(self) -> u32 {
        self.0
    }

    pub(crate) fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
        u32::try_from(node.integer()?)
            .ok()
            .and_then(Self::new)
            .ok_or_else(|| node.mismatch("an id from 1 to 2147483647"))
    }
}

impl fmt::Display for WebhookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for WebhookId {
    type Err = ParseWebhookIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits_only = text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits_only || text.starts_with('0') {
            return Err(ParseWebhookIdError);
        }
        text.parse()
            .ok()
            .and_then(Self::new)
            .ok_or(ParseWebhookIdError)
    }
}

/// A webhook as the portal describes it (API §4.2).
///
/// `modified_on`, the `last_…` fields and the list's `status` change with every delivery: they are never
/// configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// The portal's number.
    pub id: WebhookId,
    /// The display name.
    pub name: String,
    /// The receiver's address, verbatim.
    pub uri: String,
    /// Whether events are delivered; the portal switches this off on its own (API §10).
    pub enabled: bool,
    /// Whether the receiver's certificate is verified.
    pub ssl: bool,
    /// The events; `None` on portals before 3.1, which have no such field.
    pub triggers: Option<TriggerMask>,
    /// The one entity it is for; the portal's `""` means none and is read as such.
    pub target_id: Option<String>,
    /// Who created it.
    pub created_by: Option<UserId>,
    /// When it was created; the answer to a create is more precise than later lists (API §4.4).
    pub created_on: Option<Timestamp>,
    /// Whether the portal itself was the first to change it, even by a delivery: `modifiedBy` keeps the first one
    /// forever (API §4.2).
    pub is_first_changed_by_portal: bool,
    /// When it was last changed or used.
    pub modified_on: Option<Timestamp>,
    /// When a delivery last failed.
    pub last_failure_on: Option<Timestamp>,
    /// What the portal recorded about that failure.
    pub last_failure_content: Option<String>,
    /// When a delivery last succeeded.
    pub last_success_on: Option<Timestamp>,
}

impl Webhook {
    pub(crate) fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
        let text = |name| Ok::<_, DecodeError>(node.required(name, "a string")?.text()?.to_owned());
        let switch = |name| node.required(name, "true or false")?.boolean();
        let triggers = node.optional("triggers")?;
        let target_id = node.optional("targetId")?;
        Ok(Self {
            id: decode_id(node)?,
            name: text("name")?,
            uri: text("uri")?,
            enabled: switch("enabled")?,
            ssl: switch("ssl")?,
            triggers: triggers
                .map(|node| TriggerMask::decode(&node))
                .transpose()?,
            target_id: target_id
                .map(|node| decode_target(&node))
                .transpose()?
                .filter(|target| !target.is_empty()),
            created_by: UserId::of_employee(node, "createdBy"),
            created_on: Timestamp::decode(node, "createdOn"),
            is_first_changed_by_portal: UserId::of_employee(node, "modifiedBy")
                .is_some_and(|user| user.is_system()),
            modified_on: Timestamp::decode(node, "modifiedOn"),
            last_failure_on: Timestamp::decode(node, "lastFailureOn"),
            last_failure_content: node.lenient_text("lastFailureContent").map(str::to_owned),
            last_success_on: Timestamp::decode(node, "lastSuccessOn"),
        })
    }
}

fn decode_id(node: &Node<'_>) -> Result<WebhookId, DecodeError> {
    WebhookId::decode(&node.required("id", "an id")?)
}

/// A target is a string; a portal that writes the number of a room as a number is understood.
fn decode_target(node: &Node<'_>) -> Result<String, DecodeError> {
    match node.value() {
        Value::Number(number) => Ok(number.to_string()),
        _ => Ok(node.text()?.to_owned()),
    }
}

/// A webhook of the list, with what the list adds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookListItem {
    /// The webhook.
    pub webhook: Webhook,
    /// The HTTP status of the latest delivery; 0 when there was none or it got no answer (API §6.1).
    pub status: i64,
}

impl WebhookListItem {
    /// Reads `{ "configs": {…}, "status": N }`, or the bare configuration.
    pub(crate) fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
        let configs = node.optional("configs")?;
        let status = node
            .optional("status")?
            .and_then(|node| node.integer().ok());
        Ok(Self {
            webhook: Webhook::decode(configs.as_ref().unwrap_or(node))?,
            status: status.unwrap_or_default(),
        })
    }
}

/// What the portal answered to a create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedWebhook {
    /// The new webhook's id, the one thing that must not be lost.
    pub id: WebhookId,
    /// Its creator, which is the caller.
    pub created_by: Option<UserId>,
    /// The whole webhook; `None` when another part of the answer could not be read.
    pub webhook: Option<Webhook>,
}

impl CreatedWebhook {
    fn decode(node: &Node<'_>, is_new: impl Fn(WebhookId) -> bool) -> Result<Self, DecodeError> {
        let id = decode_id(node)?;
        if !is_new(id) {
            return Err(DecodeError {
                found: "that of another one",
                ..node
                    .required("id", "an id")?
                    .mismatch("the id of a new webhook")
            });
        }
        Ok(Self {
            id,
            created_by: UserId::of_employee(node, "createdBy"),
            webhook: Webhook::decode(node).ok(),
        })
    }
}

/// The body of a create: every field is sent, `targetId` as null when unset (API §13.1).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateWebhook {
    /// At most 50 UTF-16 code units.
    pub name: String,
    /// An absolute http or https URL.
    pub uri: String,
    /// 8 to 30 printable ASCII characters by default; absent when `None`, which real portals refuse (API §4.1).
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "expose")]
    pub secret_key: Option<SecretString>,
    /// Whether events are delivered.
    pub enabled: bool,
    /// Whether the receiver's certificate is verified.
    pub ssl: bool,
    /// The events.
    pub triggers: TriggerMask,
    /// The one entity whose events to deliver.
    pub target_id: Option<String>,
}

/// The body of an update: a full replacement of everything but the secret (API §6.3).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateWebhook {
    /// Which webhook.
    pub id: WebhookId,
    /// At most 50 UTF-16 code units.
    pub name: String,
    /// An absolute http or https URL.
    pub uri: String,
    /// A new secret; absent when `None`, and the portal keeps its own.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "expose")]
    pub secret_key: Option<SecretString>,
    /// Whether events are delivered.
    pub enabled: bool,
    /// Whether the receiver's certificate is verified.
    pub ssl: bool,
    /// The events.
    pub triggers: TriggerMask,
    /// The one entity whose events to deliver.
    pub target_id: Option<String>,
}

/// The body of a switch: only `id` and `enabled` count, but the schema wants a valid name and address (API §6.4).
#[derive(Debug, Clone, Serialize)]
pub struct EnableWebhook {
    /// Which webhook.
    pub id: WebhookId,
    /// Any valid name; conventionally the stored one.
    pub name: String,
    /// Any valid address; conventionally the stored one.
    pub uri: String,
    /// The new state. Switching off is unchecked, switching on probes the receiver.
    pub enabled: bool,
}

/// How a removal ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// This call removed it.
    Removed,
    /// The portal has no such webhook, by an answer of the endpoint itself (API §8.2).
    ///
    /// An earlier attempt of the same call may have removed it.
    AlreadyGone,
}

#[expect(clippy::ref_option, reason = "the signature that serde calls")]
fn expose<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => serializer.serialize_str(secret.expose_secret()),
        None => serializer.serialize_none(),
    }
}

impl Client {
    /// Lists every webhook the caller may see: all for administrators, the caller's own for others (API §6.1).
    ///
    /// One request; the portal has no paging here. Most callers want [`WebhookList`](crate::api::WebhookList).
    ///
    /// # Errors
    ///
    /// One element that cannot be decoded fails the list and is named by its index.
    pub async fn list_webhooks(&self) -> Result<Vec<WebhookListItem>, Error> {
        let rows = self.read_webhooks(|_item| {}).await?;
        Ok(rows.all().collect())
    }

    /// Lists every webhook the caller may see, as [`Client::list_webhooks`] does, and passes each on as soon as it has
    /// arrived.
    ///
    /// # Errors
    ///
    /// As for [`Client::list_webhooks`]; what was already passed on is valid nevertheless.
    pub async fn list_webhooks_into(
        &self,
        arrivals: &Arrivals<WebhookListItem>,
    ) -> Result<Rows<WebhookListItem>, Error> {
        let arrivals = arrivals.clone();
        self.read_webhooks(move |item| arrivals.push(item)).await
    }

    pub(super) async fn read_webhooks(
        &self,
        arrived: impl Fn(&WebhookListItem) + Clone + Send + Sync + 'static,
    ) -> Result<Rows<WebhookListItem>, Error> {
        let call = Call::new(Operation::Read, "GET", WEBHOOKS);
        self.call_arriving(call, move |body| {
            let mut rows = Rows::default();
            envelope::decode_list_from(body, |node| {
                let item = WebhookListItem::decode(node)?;
                arrived(&item);
                rows.insert(&item);
                Ok(())
            })?;
            Ok(rows)
        })
        .await
    }

    /// Creates a webhook (API §6.2). Sent at most once, unless no attempt can have reached the portal.
    ///
    /// `is_new` returns whether an id can be that of a new webhook. An answer with any other id is not about it and
    /// counts as lost.
    ///
    /// # Errors
    ///
    /// Ask [`Error::outcome_unknown`]: the webhook may exist.
    pub async fn create_webhook(
        &self,
        webhook: &CreateWebhook,
        is_new: impl Fn(WebhookId) -> bool + Send + Sync,
    ) -> Result<CreatedWebhook, Error> {
        self.remember(webhook.secret_key.clone());
        let call = Call::new(Operation::Create, "POST", WEBHOOKS)
            .with_body(webhook)
            .commented_on();
        self.call(call, |body| {
            envelope::decode_value(body, |node| CreatedWebhook::decode(node, &is_new))
        })
        .await
    }

    /// Replaces a webhook's configuration (API §6.3) and returns what the portal holds now.
    pub async fn update_webhook(&self, webhook: &UpdateWebhook) -> Result<Webhook, Error> {
        self.remember(webhook.secret_key.clone());
        let call = Call::new(Operation::Replace, "PUT", WEBHOOKS)
            .with_body(webhook)
            .commented_on();
        self.call(call, |body| decode_webhook(body, webhook.id))
            .await
    }

    /// Switches a webhook on or off (API §6.4) and returns what the portal holds now.
    pub async fn enable_webhook(&self, webhook: &EnableWebhook) -> Result<Webhook, Error> {
        let call =
            Call::new(Operation::Replace, "PUT", "/settings/webhook/enable").with_body(webhook);
        self.call(call, |body| decode_webhook(body, webhook.id))
            .await
    }

    /// Removes a webhook (API §6.5); one that does not exist counts as removed.
    pub async fn delete_webhook(&self, id: WebhookId) -> Result<Removal, Error> {
        let call = Call::new(Operation::Remove, "DELETE", format!("{WEBHOOKS}/{id}"));
        // The answer is the removed webhook. A success from anything else, such as a login page, removed nothing.
        let is_removed = |body: &[u8]| envelope::decode_value(body, |node| expect_id(node, id));
        match self.call(call, is_removed).await {
            Ok(()) => Ok(Removal::Removed),
            Err(error) if error.is_not_found() => Ok(Removal::AlreadyGone),
            Err(error) => Err(error),
        }
    }

    /// Returns the portal's catalog of triggers (API §6.6).
    ///
    /// # Errors
    ///
    /// A status of 404 means a portal of version 3.0 or older, which has no triggers.
    pub async fn trigger_catalog(&self) -> Result<TriggerCatalog, Error> {
        let call = Call::new(Operation::Read, "GET", "/settings/webhook/triggers");
        self.call(call, |body| {
            envelope::decode_value(body, TriggerCatalog::decode)
        })
        .await
    }
}

/// Reads the answer to a change of `id`.
fn decode_webhook(body: &[u8], id: WebhookId) -> Result<Webhook, BodyError> {
    envelope::decode_value(body, |node| {
        expect_id(node, id)?;
        Webhook::decode(node)
    })
}

fn expect_id(node: &Node<'_>, id: WebhookId) -> Result<(), DecodeError> {
    let answered = node.required("id", "an id")?;
    if WebhookId::decode(&answered)? == id {
        Ok(())
    } else {
        Err(DecodeError {
            found: "another id",
            ..answered.mismatch("the id of the request")
        })
    }
}

#[cfg(test)]
mod tests;
