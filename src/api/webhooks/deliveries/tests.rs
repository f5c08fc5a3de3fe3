use serde_json::json;
use time::macros::datetime;

use super::*;
use crate::api::http::json::Path;

#[test]
fn only_filters_that_are_set_are_sent() {
    assert_eq!(
        DeliveryQuery::default().to_parameters(),
        [("startIndex", "0".to_owned())]
    );
    let query = DeliveryQuery {
        webhook: WebhookId::new(17),
        status_groups: Some(StatusGroups::STATUS_4XX | StatusGroups::STATUS_5XX),
        trigger: Some(TriggerMask::from_wire(256)),
        count: Some(100),
        start_index: 200,
    };
    let expected = [
        ("configId", "17"),
        ("groupStatus", "24"),
        ("trigger", "FileUploaded"),
        ("count", "100"),
        ("startIndex", "200"),
    ];
    let expected: Vec<_> = expected
        .map(|(name, value)| (name, value.to_owned()))
        .into();
    assert_eq!(query.to_parameters(), expected);
}

#[test]
fn a_journal_entry_is_read_and_its_contents_are_never_shown() {
    let value = json!({"id": 501, "configName": "CI events", "trigger": 256,
        "creationTime": "2026-06-30T12:40:01Z",
        "requestHeaders": "{\"x-docspace-signature-256\":[\"sha256=hunter2\"]}",
        "requestPayload": "hunter2", "responseHeaders": "hunter2", "responsePayload": "hunter2",
        "status": 200, "delivery": "2026-06-30T12:40:03Z"});
    let delivery = Delivery::decode(&Node::new(&value, Path::Root("response"))).unwrap();
    assert_eq!(delivery.id.get(), 501);
    assert_eq!(delivery.status, 200);
    assert_eq!(delivery.trigger, Some(TriggerMask::from_wire(256)));
    assert_eq!(
        delivery.request_payload.as_ref().unwrap().expose_secret(),
        "hunter2"
    );
    assert_eq!(
        delivery.delivered_on.as_ref().unwrap().as_str(),
        "2026-06-30T12:40:03Z"
    );
    assert!(!format!("{delivery:?}").contains("hunter2"));
}

#[test]
fn a_queued_entry_has_neither_name_nor_outcome() {
    let value =
        json!({"id": 502, "trigger": 256, "creationTime": "2026-06-30T12:40:01Z", "status": 0});
    let delivery = Delivery::decode(&Node::new(&value, Path::Root("response"))).unwrap();
    assert_eq!(
        (delivery.webhook_name, delivery.delivered_on.is_none()),
        (None, true)
    );
    let broken = json!({"trigger": 256});
    assert!(Delivery::decode(&Node::new(&broken, Path::Root("response"))).is_err());
}

#[test]
fn ids_are_sent_as_numbers() {
    let ids = [DeliveryId::new(501).unwrap(), DeliveryId::new(502).unwrap()];
    assert_eq!(
        serde_json::to_string(&RetryDeliveries { ids: &ids }).unwrap(),
        r#"{"ids":[501,502]}"#
    );
    assert_eq!(DeliveryId::new(0), None);
}

#[test]
fn the_body_tells_the_event_and_how_often_it_was_repeated() {
    let delivery = |body: serde_json::Value| {
        let value = json!({"id": 3, "requestPayload": body});
        Delivery::decode(&Node::new(&value, Path::Root("response"))).unwrap()
    };
    let first = r#"{"event":{"createOn":"2026-06-30T12:40:01Z","trigger":"file.uploaded"},
        "payload":{"id":5,"title":"a"},"webhook":{"id":17}}"#;
    let repeated = r#"{"event":{"id":2,"trigger":"file.uploaded","createOn":"2026-06-30T12:40:01Z"},
        "payload":{"title":"a","id":5},"webhook":{"id":17,"retryCount":5,"retryOn":"2026-06-30T12:40:05Z"}}"#;
    let (one, other) = (delivery(json!(first)), delivery(json!(repeated)));
    let sent = one.sent.unwrap();
    assert_eq!(sent.queued_on, Some(datetime!(2026-06-30 12:40:01 UTC)));
    assert_eq!(sent.webhook, WebhookId::new(17));
    assert_eq!((one.repeats(), other.repeats()), (0, 5));
    assert!(sent.event.is_some());
    assert_eq!(sent.event, other.sent.unwrap().event);
    for (from, to) in [
        ("\"id\":5", "\"id\":6"),
        ("12:40:01", "12:40:02"),
        ("uploaded", "updated"),
    ] {
        let different = delivery(json!(first.replace(from, to)));
        assert_ne!(sent.event, different.sent.unwrap().event, "{to}");
    }
    for unusable in [json!("hunter2"), json!("{}"), json!("[]"), json!(null)] {
        let delivery = delivery(unusable);
        assert_eq!(delivery.repeats(), 0);
        assert_eq!(delivery.sent.and_then(|sent| sent.event), None);
    }
    assert!(one.has_body_of(&one) && !one.has_body_of(&other));
    let none = delivery(json!(null));
    assert!(!none.has_body_of(&none), "nothing is known of either");
}

#[test]
fn why_a_delivery_failed_is_never_the_answer_of_the_receiver() {
    let refused = "Response status code does not indicate success: 503 (Service Unavailable).";
    let late = "The request was canceled due to the configured HttpClient.Timeout of 100 seconds elapsing.";
    for (status, payload, expected) in [
        (json!(200), json!("hunter2"), None),
        (json!(204), json!(null), None),
        (json!(0), json!(null), None),
        (
            json!(0),
            json!("Connection refused (ci.example.com:443)"),
            Some("Connection refused (ci.example.com:443)"),
        ),
        (json!(503), json!(refused), Some(refused)),
        (json!(500), json!(late), Some(late)),
        (
            json!(503),
            json!("hunter2"),
            Some("The receiver answered with HTTP status 503."),
        ),
        (
            json!(302),
            json!(null),
            Some("The receiver answered with HTTP status 302."),
        ),
    ] {
        let value = json!({"id": 501, "status": status, "responsePayload": payload});
        let delivery = Delivery::decode(&Node::new(&value, Path::Root("response"))).unwrap();
        assert_eq!(delivery.failure().as_deref(), expected, "{value}");
    }
}
