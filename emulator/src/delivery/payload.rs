//! The body of a delivery and its signature (API §10).

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::Sha256;
use time::OffsetDateTime;

use crate::dates::payload_date;
use crate::delivery::event::Event;
use crate::nouns::catalogue::trigger;
use crate::nouns::webhooks::store::Webhook;
use crate::profile::Profile;

/// What stays the same over all attempts of a delivery: the event, and the webhook as it was then.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Message {
    created_on: Option<OffsetDateTime>,
    created_by: String,
    trigger: i64,
    trigger_name: &'static str,
    payload: Value,
    webhook_id: i32,
    name: String,
    url: String,
    triggers: Vec<&'static str>,
    /// The id of the changed entity, where the webhook has a target.
    target: Option<Value>,
}

/// What earlier attempts came to; shown in the body from the first retry on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Earlier {
    pub(crate) retries: u32,
    pub(crate) retry_on: Option<OffsetDateTime>,
    pub(crate) last_failure_on: Option<OffsetDateTime>,
    pub(crate) last_failure_content: Option<String>,
    pub(crate) last_success_on: Option<OffsetDateTime>,
}

#[derive(Serialize)]
struct Body<'a> {
    event: EventPart<'a>,
    payload: &'a Value,
    webhook: WebhookPart<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventPart<'a> {
    /// The number of the journal entry that is sent; the portal does not know it while it queues.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    create_on: Option<String>,
    create_by: &'a str,
    trigger: &'a str,
    trigger_id: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WebhookPart<'a> {
    id: i32,
    name: &'a str,
    url: &'a str,
    triggers: &'a [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<Target<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_failure_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_failure_content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_success_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_on: Option<String>,
}

#[derive(Serialize)]
struct Target<'a> {
    id: &'a Value,
    #[serde(rename = "type")]
    kind: &'a str,
}

impl Message {
    pub(crate) fn new(
        event: &Event,
        trigger_name: &'static str,
        webhook: &Webhook,
        profile: Profile,
        at: OffsetDateTime,
    ) -> Self {
        let mut payload = event
            .payload
            .clone()
            .unwrap_or_else(|| invented_entity(event, trigger_name, at));
        drop_defaults(&mut payload);
        let has_target = webhook
            .target_id
            .as_deref()
            .is_some_and(|target| !target.is_empty());
        Self {
            created_on: Some(at),
            created_by: event.actor.clone(),
            trigger: event.trigger,
            trigger_name,
            payload,
            webhook_id: webhook.id,
            name: webhook.name.clone(),
            url: webhook.uri.clone(),
            triggers: trigger::dotted_names(webhook.triggers, profile),
            target: has_target.then(|| id_value(&event.entity_id)),
        }
    }

    /// Writes the body of one attempt; without a number it is the body that waits in the queue.
    pub(crate) fn body(&self, event_id: Option<i32>, earlier: &Earlier) -> String {
        let body = Body {
            event: EventPart {
                id: event_id,
                create_on: self.created_on.map(payload_date),
                create_by: &self.created_by,
                trigger: self.trigger_name,
                trigger_id: self.trigger,
            },
            payload: &self.payload,
            webhook: WebhookPart {
                id: self.webhook_id,
                name: &self.name,
                url: &self.url,
                triggers: &self.triggers,
                target: self.target.as_ref().map(|id| Target {
                    id,
                    kind: entity_kind(self.trigger_name),
                }),
                last_failure_on: earlier.last_failure_on.map(payload_date),
                last_failure_content: earlier.last_failure_content.as_deref(),
                last_success_on: earlier.last_success_on.map(payload_date),
                retry_count: (earlier.retries > 0).then_some(earlier.retries),
                retry_on: earlier.retry_on.map(payload_date),
            },
        };
        // These shapes have text keys only, which always serializes.
        ascii_only(&serde_json::to_string(&body).unwrap_or_default())
    }
}

/// Signs a body as the portal does: `sha256=` and upper-case hex of HMAC-SHA256.
pub(crate) fn signature(secret: &SecretString, body: &str) -> String {
    let mut text = "sha256=".to_owned();
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) {
        mac.update(body.as_bytes());
        for byte in mac.finalize().into_bytes() {
            push_hex(&mut text, u32::from(byte), 2);
        }
    }
    text
}

/// Appends that many upper-case hexadecimal digits of a number.
fn push_hex(text: &mut String, number: u32, digits: u32) {
    for place in (0..digits).rev() {
        let digit = char::from_digit((number >> (4 * place)) & 0xf, 16);
        text.extend(digit.map(|digit| digit.to_ascii_uppercase()));
    }
}

/// `file`, `folder`, `room`, `agent`, `user` or `group`; forms are files.
fn entity_kind(trigger_name: &str) -> &str {
    match trigger_name.split('.').next() {
        Some("form") | None => "file",
        Some(kind) => kind,
    }
}

fn id_value(id: &str) -> Value {
    id.parse::<i64>()
        .map_or_else(|_| Value::from(id), Value::from)
}

fn invented_entity(event: &Event, trigger_name: &str, at: OffsetDateTime) -> Value {
    let at = payload_date(at);
    let kind = entity_kind(trigger_name);
    match kind {
        "user" | "group" => json!({
            "id": event.entity_id,
            "displayName": format!("Some {kind}"),
            "createOn": at,
        }),
        _ => json!({
            "id": id_value(&event.entity_id),
            "parentId": 1201,
            "folderIdDisplay": 1201,
            "rootId": 1200,
            "title": if kind == "file" { "Report.docx".to_owned() } else { format!("Some {kind}") },
            "createBy": event.actor,
            "modifiedBy": event.actor,
            "createOn": at,
            "modifiedOn": at,
            "rootFolderType": 14,
            "rootCreateBy": event.actor,
            "fileEntryType": if kind == "file" { 2 } else { 1 },
        }),
    }
}

/// The portal leaves out null, 0 and false.
fn drop_defaults(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| {
                let is_zero = member.as_f64() == Some(0.0);
                !(member.is_null() || is_zero || *member == Value::Bool(false))
            });
            members.values_mut().for_each(drop_defaults);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_defaults),
        _ => {}
    }
}

/// Escapes what the portal's JSON writer escapes: everything beyond ASCII, and characters with a meaning in HTML.
///
/// All of these occur inside strings only, so the finished text can be rewritten.
fn ascii_only(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() && !matches!(character, '<' | '>' | '&' | '\'' | '+' | '`') {
            text.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            text.push_str("\\u");
            push_hex(&mut text, u32::from(*unit), 4);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nouns::webhooks::store::NewWebhook;
    use time::macros::datetime;

    const AT: OffsetDateTime = datetime!(2026-06-30 12:40:01 UTC);

    fn webhook(target: Option<&str>) -> Webhook {
        let mut webhook = NewWebhook {
            name: "CI <événements> 😀".to_owned(),
            triggers: 384,
            target_id: target.map(str::to_owned),
            ..NewWebhook::default()
        }
        .into_webhook();
        webhook.id = 17;
        webhook
    }

    fn message(target: Option<&str>) -> Message {
        let event = Event::new(256, "98765");
        Message::new(&event, "file.uploaded", &webhook(target), Profile::V3_7, AT)
    }

    #[test]
    fn the_first_attempt_has_no_retry_fields() {
        let body = message(None).body(Some(501), &Earlier::default());
        assert!(body.starts_with(
            r#"{"event":{"id":501,"createOn":"2026-06-30T12:40:01Z","createBy":"4c65a238-ca50-4374-b904-0d51d4c1822b","trigger":"file.uploaded","triggerId":256},"payload":{"#
        ));
        assert!(body.ends_with(
            r#""webhook":{"id":17,"name":"CI \u003C\u00E9v\u00E9nements\u003E \uD83D\uDE00","url":"https://example.com/somebody","triggers":["file.created","file.uploaded"]}}"#
        ), "{body}");
    }

    #[test]
    fn the_queued_body_does_not_know_its_number() {
        let body = message(None).body(None, &Earlier::default());
        assert!(body.starts_with(r#"{"event":{"createOn":"#), "{body}");
    }

    #[test]
    fn a_retry_says_what_happened_before() {
        let earlier = Earlier {
            retries: 1,
            retry_on: Some(AT + time::Duration::SECOND),
            last_failure_on: Some(AT),
            last_failure_content: Some("no".to_owned()),
            last_success_on: Some(AT - time::Duration::HOUR),
        };
        let body = message(Some("98765")).body(Some(501), &earlier);
        assert!(body.ends_with(
            r#""target":{"id":98765,"type":"file"},"lastFailureOn":"2026-06-30T12:40:01Z","lastFailureContent":"no","lastSuccessOn":"2026-06-30T11:40:01Z","retryCount":1,"retryOn":"2026-06-30T12:40:02Z"}}"#
        ), "{body}");
    }

    #[test]
    fn defaults_in_a_given_payload_are_left_out() {
        let mut event = Event::new(1, "9b1a");
        event.payload = Some(json!({"a": null, "b": 0, "c": false, "d": {"e": 0.0, "f": 1}}));
        let message = Message::new(&event, "user.created", &webhook(None), Profile::V3_7, AT);
        assert_eq!(message.payload, json!({"d": {"f": 1}}));
    }

    #[test]
    fn signatures_agree_with_the_published_test_vector() {
        // RFC 4231, test case 2.
        assert_eq!(
            signature(&SecretString::from("Jefe"), "what do ya want for nothing?"),
            "sha256=5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843"
        );
    }
}
