use docspace_emulator::Fault;
use serde_json::json;

use crate::client::{WEBHOOKS, eventually, start_offline, webhook};

const LIST: &str = "GET /api/2.0/settings/webhook";

#[tokio::test]
async fn requests_are_logged_without_secrets() {
    let (emulator, client) = start_offline().await;
    let created = client.post(WEBHOOKS, &webhook("a")).await;
    client
        .put(
            WEBHOOKS,
            &json!({"id": 1, "name": "a", "uri": "https://example.com/a", "secretKey": ""}),
        )
        .await;
    client
        .send_raw(
            "GET",
            "/api/2.0/settings/webhook?fields=x",
            &[("User-Agent", "me/1")],
            b"",
        )
        .await
        .unwrap();
    let log = emulator.request_log();
    assert_eq!(
        log.iter().map(|entry| entry.sequence).collect::<Vec<_>>(),
        [1, 2, 3]
    );
    let first = &log[0];
    assert_eq!((first.method.as_str(), first.status), ("POST", Some(200)));
    assert_eq!(first.bytes_in, webhook("a").to_string().len());
    assert_eq!(first.bytes_out, created.body.len());
    assert_eq!(first.body.as_ref().unwrap()["secretKey"], "<present>");
    assert_eq!(log[1].body.as_ref().unwrap()["secretKey"], "");
    assert_eq!(log[2].path, "/api/2.0/settings/webhook?fields=x");
    assert_eq!(log[2].route, LIST);
    assert_eq!(log[2].user_agent.as_deref(), Some("me/1"));
    let shown = format!("{log:?}") + &serde_json::to_string(&log).unwrap();
    assert!(!shown.contains("S3cretKey-42"));
    assert!(!shown.contains(emulator.api_key()));
}

#[tokio::test]
async fn the_summary_counts_by_route_and_status() {
    let (emulator, client) = start_offline().await;
    for name in ["a", "b", "a"] {
        client.post(WEBHOOKS, &webhook(name)).await;
    }
    client.delete("/api/2.0/settings/webhook/1").await;
    client.delete("/api/2.0/settings/webhook/2").await;
    client.get(WEBHOOKS).await;
    let summary = emulator.request_summary();
    assert_eq!(summary.total, 6);
    assert_eq!(summary.count(LIST), 1);
    assert_eq!(summary.count("DELETE /api/2.0/settings/webhook/{id}"), 2);
    assert_eq!(summary.by_status["200"], 5);
    assert_eq!(summary.by_status["400"], 1);
    assert!((1..=6).contains(&summary.connections), "{summary:?}");
    emulator.reset_log();
    let summary = emulator.request_summary();
    assert_eq!((summary.total, summary.connections), (0, 0));
    assert!(emulator.request_log().is_empty());
}

#[tokio::test]
async fn marks_show_how_many_reads_and_writes_were_in_flight_at_once() {
    let (emulator, client) = start_offline().await;
    let slow = Fault::on("*", "/*").delay_ms(600_000);
    let id = emulator.add_fault(slow).unwrap();
    let mut held = Vec::new();
    for method in ["GET", "GET", "DELETE"] {
        held.push(client.begin(method, WEBHOOKS, &[], b"").await.unwrap());
    }
    eventually("all are held", || emulator.fault_hits(id) == 3).await;
    emulator.clear_faults();
    client.post(WEBHOOKS, &webhook("a")).await;
    client.get(WEBHOOKS).await;
    let summary = emulator.request_summary();
    assert_eq!(summary.in_flight, 3);
    assert_eq!(summary.reads_high_water, 3);
    assert_eq!(summary.writes_high_water, 2);
}
