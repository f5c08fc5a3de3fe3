//! What data sources tell of the journal that the emulator keeps of what it really sends.

use docspace_emulator::{Config, Event, NewWebhook};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::Stage;
use crate::host::process::PATIENCE;

const NAME: &str = "docspace_webhook_deliveries";
const SECRET: &str = "S3cretKey-42";

/// Answers one request after the other with 200.
async fn receive(listener: TcpListener) {
    while let Ok((mut connection, _)) = listener.accept().await {
        let mut request = Vec::new();
        while !is_whole(&request) && connection.read_buf(&mut request).await.unwrap() > 0 {}
        let answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok";
        connection.write_all(answer).await.unwrap();
    }
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    length.is_none_or(|length| body.len() >= length.parse().unwrap())
}

/// A portal with a webhook that is received and one that is not, and one event for each.
async fn after_two_events() -> (Stage, [String; 2]) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let receiver = listener.local_addr().unwrap();
    tokio::spawn(receive(listener));
    let mut config = Config::offline();
    config.settings.blacklist.clear();
    config.settings.delivery_speed = 10_000.0;
    let stage = Stage::with(config).await;
    let (_taken, nowhere) = crate::portal::nobody();
    let ids = [receiver, nowhere].map(|address| {
        let webhook = NewWebhook {
            name: format!("To port {}", address.port()),
            uri: format!("http://{address}/"),
            ssl: false,
            secret: SECRET.to_owned().into(),
            triggers: 256,
            ..NewWebhook::default()
        };
        stage.portal.create_webhook(webhook).id.to_string()
    });
    let event = json!({"trigger": "FileUploaded", "payload": {"title": "R\u{e9}sum\u{e9}.docx"}});
    let event: Event = serde_json::from_value(event).unwrap();
    assert_eq!(stage.portal.raise_event(&event).unwrap().len(), 2);
    assert!(stage.portal.deliveries_settled(PATIENCE).await);
    (stage, ids)
}

fn deliveries(read: &Value) -> &[Value] {
    read["deliveries"].as_array().unwrap()
}

#[tokio::test]
async fn the_function_signs_as_the_portal_does() {
    let (stage, [received, _]) = after_two_events().await;
    let config = json!({"webhook_id": received, "include_payloads": true});
    let read = stage.read(NAME, config).await.quiet();
    let [delivery] = deliveries(&read) else {
        panic!("one delivery, not {read}");
    };
    assert_eq!(delivery["status"], 200);
    let headers = delivery["request_headers"].as_str().unwrap();
    let headers: Value = serde_json::from_str(headers).unwrap();
    let arguments = [json!(SECRET), delivery["request_payload"].clone()];
    let signature = stage
        .host
        .call_function("webhook_signature", &arguments)
        .await;
    assert_eq!(headers["x-docspace-signature-256"][0], signature.unwrap());
    stage.end().await;
}

#[tokio::test]
async fn failures_are_found_by_outcome_and_time() {
    let (stage, [_, refused]) = after_two_events().await;
    let failed = json!(["not_sent", "3xx", "4xx", "5xx"]);
    let config = json!({"from": "2020-01-01T00:00:00Z", "status_groups": failed});
    let read = stage.read(NAME, config).await.quiet();
    let [delivery] = deliveries(&read) else {
        panic!("one delivery, not {read}");
    };
    assert_eq!(delivery["trigger"], "FileUploaded");
    assert_eq!(delivery["status"], 0);
    assert_eq!(delivery["delivered_on"], Value::Null);
    assert_eq!(delivery["webhook_id"], refused.as_str());
    let reason = delivery["failure_reason"].as_str().unwrap();
    assert!(reason.starts_with("Connection refused"), "{reason}");

    let webhook = json!({"id": refused});
    let webhook = stage.read("docspace_webhook", webhook).await.quiet();
    assert_eq!(delivery["webhook_name"], webhook["name"]);
    assert_ne!(webhook["last_failure_on"], Value::Null);

    let config = json!({"from": "2099-01-01T00:00:00Z"});
    let read = stage.read(NAME, config).await.quiet();
    assert!(deliveries(&read).is_empty(), "{read}");
    stage.end().await;
}

/// The portal writes the journal's dates on its own clock, with a `Z` that is not true (API §4.4).
#[tokio::test]
async fn dates_are_utc_whatever_the_portals_clock_shows() {
    let (stage, [received, _]) = after_two_events().await;
    let config = json!({ "webhook_id": received });
    let expected = stage.read(NAME, config.clone()).await.quiet();
    for minutes in [330, -480] {
        stage
            .portal
            .change_settings(|settings| settings.portal_utc_offset_minutes = minutes);
        let read = stage.read(NAME, config.clone()).await.quiet();
        assert_eq!(read, expected, "UTC{minutes:+}");
        let event = stage.portal.deliveries()[0].created_on;
        for (after, count) in [(-2, 2), (2, 0)] {
            let from = (event + time::Duration::seconds(after)).format(&Rfc3339);
            let config = json!({ "from": from.unwrap() });
            let read = stage.read(NAME, config).await.quiet();
            assert_eq!(deliveries(&read).len(), count, "UTC{minutes:+}, {after} s");
        }
    }
    stage.end().await;
}

#[tokio::test]
async fn the_portal_understands_every_filter() {
    let (stage, [received, _]) = after_two_events().await;
    for (config, count) in [
        (json!({}), 2),
        (json!({"limit": 1}), 1),
        (json!({"webhook_id": received}), 1),
        (json!({"trigger": "FileUploaded"}), 2),
        (json!({"trigger": "256"}), 2),
        (json!({"trigger": "RoomCreated"}), 0),
        (json!({"status_groups": ["2xx"]}), 1),
        (json!({"status_groups": ["not_sent"]}), 1),
        (json!({"status_groups": ["5xx", "2xx"]}), 1),
        (json!({"to": "2020-01-01T00:00:00Z"}), 0),
    ] {
        let read = stage.read(NAME, config.clone()).await.quiet();
        assert_eq!(deliveries(&read).len(), count, "{config}");
    }
    let config = json!({"trigger": "1099511627776"});
    stage.read(NAME, config).await.refused_at("trigger");
    stage.end().await;
}
