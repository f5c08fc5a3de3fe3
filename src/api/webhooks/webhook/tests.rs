use serde_json::{Value, json};

use super::*;
use crate::api::http::json::Path;

fn decode(value: &Value) -> Result<Webhook, DecodeError> {
    Webhook::decode(&Node::new(value, Path::Root("response")))
}

fn full() -> Value {
    json!({
        "id": 18, "name": "All events", "uri": "https://hooks.example.com/all",
        "enabled": false, "ssl": true, "triggers": 34_359_738_624_i64, "targetId": "1234",
        "createdBy": {"id": "4c65a238-ca50-4374-b904-0d51d4c1822b", "displayName": "Jane &amp; Co"},
        "createdOn": "2026-06-01T08:00:00.1234567+00:00",
        "modifiedBy": {"id": "00000000-0000-0000-0000-000000000000"},
        "modifiedOn": "2026-06-02T09:00:00+00:00",
        "lastFailureOn": "2026-06-02T09:00:00Z",
        "lastFailureContent": "503 (Service Unavailable)",
        "lastSuccessOn": "2026-06-01T10:00:00+03:00"
    })
}

fn without(mut value: Value, name: &str) -> Value {
    value.as_object_mut().unwrap().remove(name);
    value
}

fn with(mut value: Value, name: &str, member: Value) -> Value {
    value[name] = member;
    value
}

fn create(name: &str, uri: &str, secret: &str, mask: TriggerMask, target: &str) -> CreateWebhook {
    CreateWebhook {
        name: name.into(),
        uri: uri.into(),
        secret_key: Some(SecretString::from(secret)),
        enabled: true,
        ssl: true,
        triggers: mask,
        target_id: Some(target.into()),
    }
}

#[test]
fn the_tutorials_two_examples_are_sent_byte_for_byte() {
    let uploads = create(
        "My file upload webhook",
        "https://example.com/webhook-endpoint",
        "my-secret",
        TriggerMask::from_wire(256),
        "files-system",
    );
    assert_eq!(
        serde_json::to_string(&uploads).unwrap(),
        r#"{"name":"My file upload webhook","uri":"https://example.com/webhook-endpoint","secretKey":"my-secret","enabled":true,"ssl":true,"triggers":256,"targetId":"files-system"}"#
    );
    let all = create(
        "All events webhook",
        "https://example.com/webhook-all",
        "another-secret",
        TriggerMask::ALL,
        "all-events",
    );
    assert_eq!(
        serde_json::to_string(&all).unwrap(),
        r#"{"name":"All events webhook","uri":"https://example.com/webhook-all","secretKey":"another-secret","enabled":true,"ssl":true,"triggers":0,"targetId":"all-events"}"#
    );
}

#[test]
fn unset_fields_are_sent_as_null_and_an_unset_secret_is_not_sent() {
    let mut webhook = create("n", "https://u", "s", TriggerMask::from_wire(-1), "t");
    webhook.secret_key = None;
    webhook.target_id = None;
    webhook.enabled = false;
    assert_eq!(
        serde_json::to_string(&webhook).unwrap(),
        r#"{"name":"n","uri":"https://u","enabled":false,"ssl":true,"triggers":-1,"targetId":null}"#
    );
    let update = UpdateWebhook {
        id: WebhookId::MAX,
        name: "n".into(),
        uri: "https://u".into(),
        secret_key: None,
        enabled: true,
        ssl: false,
        triggers: TriggerMask::from_wire(1 << 35),
        target_id: None,
    };
    assert_eq!(
        serde_json::to_string(&update).unwrap(),
        r#"{"id":2147483647,"name":"n","uri":"https://u","enabled":true,"ssl":false,"triggers":34359738368,"targetId":null}"#
    );
    let update = UpdateWebhook {
        secret_key: Some(SecretString::from("new")),
        ..update
    };
    let body = serde_json::to_string(&update).unwrap();
    assert!(body.contains(r#""uri":"https://u","secretKey":"new","enabled""#));
    assert!(!format!("{update:?}").contains("\"new\""));
    let enable = EnableWebhook {
        id: WebhookId::MIN,
        name: "n".into(),
        uri: "https://u".into(),
        enabled: false,
    };
    assert_eq!(
        serde_json::to_string(&enable).unwrap(),
        r#"{"id":1,"name":"n","uri":"https://u","enabled":false}"#
    );
}

#[test]
fn every_field_of_a_webhook_is_read() {
    let webhook = decode(&full()).unwrap();
    assert_eq!(webhook.id.get(), 18);
    assert_eq!(webhook.name, "All events");
    assert_eq!(webhook.uri, "https://hooks.example.com/all");
    assert!(!webhook.enabled && webhook.ssl);
    assert_eq!(
        webhook.triggers,
        Some(TriggerMask::from_wire(34_359_738_624))
    );
    assert_eq!(webhook.target_id.as_deref(), Some("1234"));
    let creator = webhook.created_by.unwrap();
    assert_eq!(creator.as_str(), "4c65a238-ca50-4374-b904-0d51d4c1822b");
    assert_eq!(
        webhook.created_on.unwrap().shown().unwrap().to_string(),
        "2026-06-01 8:00:00.1234567"
    );
    assert_eq!(
        webhook.modified_on.unwrap().as_str(),
        "2026-06-02T09:00:00+00:00"
    );
    assert!(
        webhook
            .last_failure_on
            .unwrap()
            .to_offset_date_time()
            .is_some()
    );
    assert_eq!(
        webhook.last_failure_content.as_deref(),
        Some("503 (Service Unavailable)")
    );
    assert_eq!(
        webhook.last_success_on.unwrap().as_str(),
        "2026-06-01T10:00:00+03:00"
    );
}

#[test]
fn who_changed_it_first_matters_only_if_it_was_the_portal() {
    for (who, is_portal) in [
        (json!({"id": "a37ee56e-3302-4a7b-b67e-ddbea64cd032"}), true),
        (json!({"id": "4c65a238-ca50-4374-b904-0d51d4c1822b"}), false),
        (json!("System"), false),
        (Value::Null, false),
    ] {
        let webhook = decode(&with(full(), "modifiedBy", who.clone())).unwrap();
        assert_eq!(webhook.is_first_changed_by_portal, is_portal, "{who}");
    }
}

#[test]
fn what_the_portal_omits_is_none() {
    let minimal = json!({"id": 1, "name": "", "uri": "u", "enabled": true, "ssl": false});
    let webhook = decode(&minimal).unwrap();
    assert_eq!(webhook.triggers, None);
    assert_eq!(webhook.target_id, None);
    assert_eq!(webhook.created_by, None);
    assert_eq!(webhook.last_success_on, None);
    assert_eq!(
        decode(&with(full(), "targetId", json!("")))
            .unwrap()
            .target_id,
        None
    );
    assert_eq!(
        decode(&with(full(), "targetId", json!(1234)))
            .unwrap()
            .target_id
            .as_deref(),
        Some("1234")
    );
    assert_eq!(
        decode(&with(full(), "triggers", Value::Null))
            .unwrap()
            .triggers,
        None
    );
}

#[test]
fn a_strange_date_or_creator_never_fails_a_webhook() {
    for date in [
        json!("yesterday"),
        json!(5),
        json!(null),
        json!({}),
        json!(""),
    ] {
        let webhook = decode(&with(full(), "createdOn", date)).unwrap();
        assert!(webhook.created_on.is_none_or(|date| date.shown().is_none()));
    }
    for creator in [json!("x"), json!({}), json!({"id": 5}), json!(null)] {
        assert_eq!(
            decode(&with(full(), "createdBy", creator))
                .unwrap()
                .created_by,
            None
        );
    }
}

#[test]
fn what_a_webhook_cannot_be_without_is_an_error_with_its_path() {
    for name in ["id", "name", "uri", "enabled", "ssl"] {
        let error = decode(&without(full(), name)).unwrap_err();
        assert_eq!(error.path, format!("response.{name}"));
        assert_eq!(error.found, "nothing");
    }
    for (name, member) in [
        ("id", json!(0)),
        ("id", json!(-1)),
        ("id", json!(2_147_483_648_u32)),
        ("id", json!("x")),
        ("name", json!(5)),
        ("enabled", json!("true")),
        ("ssl", json!(1)),
        ("triggers", json!("Unheard")),
        ("targetId", json!({})),
    ] {
        let error = decode(&with(full(), name, member.clone())).unwrap_err();
        assert!(error.path.starts_with("response."), "{name}: {member}");
    }
}

#[test]
fn list_items_are_read_with_and_without_configs() {
    let item = |value: &Value| WebhookListItem::decode(&Node::new(value, Path::Root("[0]")));
    let wrapped = item(&json!({"configs": full(), "status": 503})).unwrap();
    assert_eq!((wrapped.webhook.id.get(), wrapped.status), (18, 503));
    let bare = item(&full()).unwrap();
    assert_eq!((bare.webhook, bare.status), (wrapped.webhook, 0));
    let error = item(&json!({"configs": without(full(), "id"), "status": 0})).unwrap_err();
    assert_eq!(error.path, "[0].configs.id");
    assert!(item(&json!({"status": 0})).is_err());
    assert!(item(&json!(null)).is_err());
}

#[test]
fn a_secret_that_a_portal_returns_is_not_kept() {
    let value = with(full(), "secretKey", json!("S3cretKey-42"));
    assert!(!format!("{:?}", decode(&value).unwrap()).contains("S3cret"));
}

#[test]
fn the_id_of_a_create_survives_an_otherwise_unreadable_answer() {
    let created =
        |value: &Value| CreatedWebhook::decode(&Node::new(value, Path::Root("")), |_| true);
    let whole = created(&full()).unwrap();
    assert_eq!(whole.webhook.unwrap().id, whole.id);
    let broken = created(&with(full(), "enabled", json!("yes"))).unwrap();
    assert_eq!(broken.id.get(), 18);
    assert_eq!(broken.webhook, None);
    assert!(broken.created_by.is_some());
    assert!(created(&without(full(), "id")).is_err());
}

#[test]
fn ids_are_ascii_digits_in_the_portals_range() {
    for (text, expected) in [
        ("1", Some(1)),
        ("17", Some(17)),
        ("2147483647", Some(2_147_483_647)),
        ("2147483648", None),
        ("99999999999999999999", None),
        ("0", None),
        ("017", None),
        ("+17", None),
        ("-17", None),
        (" 17", None),
        ("1_7", None),
        ("１７", None),
        ("", None),
    ] {
        let parsed = text.parse::<WebhookId>().ok().map(WebhookId::get);
        assert_eq!(parsed, expected, "{text:?}");
    }
    assert_eq!(WebhookId::new(0), None);
    assert_eq!(WebhookId::new(5).unwrap().to_string(), "5");
}

#[test]
fn an_answer_to_a_change_must_be_about_that_webhook() {
    let body = json!({"response": full()}).to_string();
    let other = decode_webhook(body.as_bytes(), WebhookId::MIN).unwrap_err();
    assert_eq!(
        other,
        BodyError::Decode(DecodeError {
            path: "response.id".into(),
            expected: "the id of the request",
            found: "another id",
        })
    );
    let id = WebhookId::new(18).unwrap();
    assert_eq!(decode_webhook(body.as_bytes(), id).unwrap().id, id);
}
