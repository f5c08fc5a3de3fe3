//! The delivery journal, which the API calls "log", and redelivery (API §6.7, §6.8).

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::ops::BitOr;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::triggers::TriggerMask;
use crate::api::http::client::{Call, Client};
use crate::api::http::envelope;
use crate::api::http::error::{Cause, Error};
use crate::api::http::json::{DecodeError, Node};
use crate::api::http::operation::Operation;
use crate::api::timestamp::Timestamp;
use crate::api::webhooks::WebhookId;

/// The beginnings of the portal's sentences about an answer that was not 2xx, or did not come in time (API §8.2, §16
/// O15).
const PORTALS_OWN: [&str; 2] = [
    "Response status code does not indicate success: ",
    "The request was canceled due to the configured HttpClient.Timeout ",
];

/// The number of a journal entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId(u32);

impl DeliveryId {
    /// Creates an id; `None` outside 1 to 2147483647.
    pub fn new(number: u32) -> Option<Self> {
        (1..=i32::MAX.cast_unsigned())
            .contains(&number)
            .then_some(Self(number))
    }

    /// Returns the number.
    pub const fn get(self) -> u32 {
        self.0
    }

    fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
        u32::try_from(node.integer()?)
            .ok()
            .and_then(Self::new)
            .ok_or_else(|| node.mismatch("an id from 1 to 2147483647"))
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for DeliveryId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

/// Groups of delivery outcomes to filter by; several may be joined with `|`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusGroups(u8);

impl StatusGroups {
    /// Not delivered yet, or no HTTP answer.
    pub const NOT_SENT: Self = Self(1);
    /// Answered with 2xx.
    pub const STATUS_2XX: Self = Self(2);
    /// Answered with 3xx.
    pub const STATUS_3XX: Self = Self(4);
    /// Answered with 4xx.
    pub const STATUS_4XX: Self = Self(8);
    /// Answered with 5xx.
    pub const STATUS_5XX: Self = Self(16);
}

impl BitOr for StatusGroups {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Which entries of the journal to return; every filter that is set must match.
#[derive(Debug, Clone, Default)]
pub struct DeliveryQuery {
    /// Of this webhook.
    pub webhook: Option<WebhookId>,
    /// With one of these outcomes.
    pub status_groups: Option<StatusGroups>,
    /// Of this event: one trigger, not a combination.
    pub trigger: Option<TriggerMask>,
    /// The size of a page, 1 to 100; the portal's default is 100.
    pub count: Option<u32>,
    /// How many entries to skip.
    pub start_index: u32,
}

impl DeliveryQuery {
    fn to_parameters(&self) -> Vec<(&'static str, String)> {
        [
            ("configId", self.webhook.map(|id| id.to_string())),
            (
                "groupStatus",
                self.status_groups.map(|groups| groups.0.to_string()),
            ),
            ("trigger", self.trigger.map(TriggerMask::to_word)),
            ("count", self.count.map(|count| count.to_string())),
            ("startIndex", Some(self.start_index.to_string())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }
}

/// One entry of the journal.
///
/// Headers and bodies are typed as secrets: they carry portal content and the signature.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The entry's number; a redelivery creates a new entry.
    pub id: DeliveryId,
    /// The webhook's name; missing from the answer to a redelivery.
    pub webhook_name: Option<String>,
    /// The event.
    pub trigger: Option<TriggerMask>,
    /// When the entry was created, by the portal's clock: the `Z` at its end is wrong for a portal that is not on UTC
    /// (API §4.4). [`SentBody::queued_on`] is right.
    pub created_on: Option<Timestamp>,
    /// When the receiver accepted it, on the portal's clock; `None` while queued and for failures.
    pub delivered_on: Option<Timestamp>,
    /// The receiver's HTTP status; 0 while queued and when there was no answer.
    pub status: i64,
    /// What was sent, as JSON of lists.
    pub request_headers: Option<SecretString>,
    /// What was sent.
    pub request_payload: Option<SecretString>,
    /// What the body says about itself; `None` if it is missing or has another shape.
    pub sent: Option<SentBody>,
    /// What the receiver answered, as JSON of lists.
    pub response_headers: Option<SecretString>,
    /// What the receiver answered.
    pub response_payload: Option<SecretString>,
}

impl Delivery {
    /// Returns how often the portal had retried the delivery when it last sent it; 0 for a first attempt.
    ///
    /// A queued redelivery has the body of the entry it repeats, and thus that entry's number of retries.
    pub fn repeats(&self) -> u32 {
        self.sent.map_or(0, |sent| sent.repeats)
    }

    /// Returns why the delivery failed, in the portal's words or by its status; `None` if it succeeded or is queued.
    ///
    /// After a failure, the portal keeps its own sentence in place of the receiver's answer (API §10). It is quoted
    /// only if it cannot be such an answer: no HTTP answer came, or the sentence is one of the portal's.
    pub fn failure(&self) -> Option<String> {
        let noted = self.response_payload.as_ref();
        let noted = noted.map(ExposeSecret::expose_secret);
        match self.status {
            200..300 => None,
            0 => noted.map(str::to_owned),
            status => {
                let noted =
                    noted.filter(|text| PORTALS_OWN.iter().any(|own| text.starts_with(own)));
                Some(noted.map_or_else(
                    || format!("The receiver answered with HTTP status {status}."),
                    str::to_owned,
                ))
            }
        }
    }

    /// Returns whether both entries have the same body; false when one has none.
    pub fn has_body_of(&self, other: &Self) -> bool {
        match (&self.request_payload, &other.request_payload) {
            (Some(one), Some(other)) => one.expose_secret() == other.expose_secret(),
            _ => false,
        }
    }

    pub(crate) fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
        let trigger = node.optional("trigger")?;
        let status = node.optional("status")?;
        let secret = |name| node.lenient_text(name).map(SecretString::from);
        let sent = node.lenient_text("requestPayload");
        Ok(Self {
            id: DeliveryId::decode(&node.required("id", "an id")?)?,
            webhook_name: node.lenient_text("configName").map(str::to_owned),
            trigger: trigger.map(|node| TriggerMask::decode(&node)).transpose()?,
            created_on: Timestamp::decode(node, "creationTime"),
            delivered_on: Timestamp::decode(node, "delivery"),
            status: status
                .map(|node| node.integer())
                .transpose()?
                .unwrap_or_default(),
            request_headers: secret("requestHeaders"),
            request_payload: secret("requestPayload"),
            sent: sent.and_then(SentBody::parse),
            response_headers: secret("responseHeaders"),
            response_payload: secret("responsePayload"),
        })
    }
}

/// What the body of a delivery says about itself (API §10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentBody {
    /// Which event it reports. The number in the body is that of the entry, so a redelivered event has another one;
    /// what it reports stays the same.
    pub event: Option<EventKey>,
    /// When the event was queued, in UTC whatever the portal's clock shows; a redelivery does not change it.
    pub queued_on: Option<OffsetDateTime>,
    /// The webhook it was sent for.
    pub webhook: Option<WebhookId>,
    /// How often the portal itself had retried it.
    pub repeats: u32,
}

/// Identifies an event by its moment, author, trigger and content. Two messages that agree in all of these, to the
/// second, are about one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey(u64);

impl EventKey {
    /// Creates a key from a number that is equal for equal events.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }
}

impl SentBody {
    fn parse(text: &str) -> Option<Self> {
        let body: WireBody = serde_json::from_str(text).ok()?;
        let queued_on = body.event.create_on.as_deref();
        Some(Self {
            event: body.key(),
            queued_on: queued_on.and_then(|date| OffsetDateTime::parse(date, &Rfc3339).ok()),
            webhook: body.webhook.id.and_then(WebhookId::new),
            repeats: body.webhook.retry_count,
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireBody {
    event: WireEvent,
    payload: serde_json::Value,
    webhook: WireWebhook,
}

impl WireBody {
    fn key(&self) -> Option<EventKey> {
        self.event.create_on.as_ref()?;
        let mut hasher = DefaultHasher::new();
        self.event.hash(&mut hasher);
        // Parsed, so that neither blanks nor the order of members matter.
        self.payload.to_string().hash(&mut hasher);
        Some(EventKey(hasher.finish()))
    }
}

#[derive(Default, Deserialize, Hash)]
#[serde(default, rename_all = "camelCase")]
struct WireEvent {
    create_on: Option<String>,
    create_by: Option<String>,
    trigger: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireWebhook {
    id: Option<u32>,
    retry_count: u32,
}

/// A page of the journal, newest entry first.
#[derive(Debug, Clone)]
pub struct DeliveryPage {
    /// The entries.
    pub deliveries: Vec<Delivery>,
    /// How many entries match on all pages.
    pub total: Option<u64>,
}

#[derive(Serialize)]
struct RetryDeliveries<'a> {
    ids: &'a [DeliveryId],
}

fn journal(query: &DeliveryQuery) -> Call {
    Call::new(Operation::Read, "GET", "/settings/webhooks/log").with_query(query.to_parameters())
}

impl Client {
    /// Returns one page of the journal.
    pub async fn list_deliveries(&self, query: &DeliveryQuery) -> Result<DeliveryPage, Error> {
        self.page(journal(query)).await
    }

    /// Returns one page of the journal, unless this client was stopped: reading a journal of many pages ends between
    /// two of them, each of which is a read and would still be possible.
    ///
    /// # Errors
    ///
    /// After a stop the cause is [`Cause::Stopped`], as that of a read which a stop ended.
    pub async fn list_deliveries_until_stopped(
        &self,
        query: &DeliveryQuery,
    ) -> Result<DeliveryPage, Error> {
        let call = journal(query);
        if self.stop_signal().is_cancelled() {
            return Err(call.error(Cause::Stopped));
        }
        self.page(call).await
    }

    async fn page(&self, call: Call) -> Result<DeliveryPage, Error> {
        self.call(call, |body| {
            let list = envelope::decode_list(body, Delivery::decode)?;
            Ok(DeliveryPage {
                deliveries: list.items,
                total: list.total,
            })
        })
        .await
    }

    /// Redelivers several events in one call and returns their new journal entries, which are still queued.
    ///
    /// Ids that are unknown or not the caller's are skipped silently. At most 5 calls in 15 minutes where rate limits
    /// are on (API §9). Never repeated automatically.
    pub async fn retry_deliveries(&self, ids: &[DeliveryId]) -> Result<Vec<Delivery>, Error> {
        let call = Call::new(Operation::RetryDelivery, "PUT", "/settings/webhook/retry")
            .with_body(&RetryDeliveries { ids });
        self.call(call, |body| {
            Ok(envelope::decode_list(body, Delivery::decode)?.items)
        })
        .await
    }
}

#[cfg(test)]
mod tests;
