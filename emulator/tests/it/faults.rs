use docspace_emulator::{
    Emulator, Fault, FaultAction, FaultRedirect, FaultStatus, FaultTrickle, FaultTruncation,
};
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::client::{Client, WEBHOOKS, eventually, start_offline, webhook};

fn post() -> Fault {
    Fault::on("POST", WEBHOOKS)
}

async fn create(client: &Client, name: &str) -> std::io::Result<crate::client::Reply> {
    client.send("POST", WEBHOOKS, Some(&webhook(name))).await
}

/// The rule acted once, and the log says on which request.
fn assert_hit(emulator: &Emulator, id: u64) {
    assert_eq!(emulator.fault_hits(id), 1);
    let hit: Vec<_> = emulator
        .request_log()
        .iter()
        .map(|entry| entry.fault)
        .collect();
    assert_eq!(hit[0], Some(id));
}

#[tokio::test]
async fn a_status_with_headers_and_body_replaces_the_portal() {
    let (emulator, client) = start_offline().await;
    let id = emulator
        .add_fault(post().nth(1).respond(
            429,
            &[("Retry-After", "7"), ("X-Odd", "yes")],
            r#"{"slow":true}"#,
        ))
        .unwrap();
    let reply = create(&client, "a").await.unwrap();
    assert_eq!(reply.status, 429);
    assert_eq!(reply.header("retry-after"), Some("7"));
    assert_eq!(reply.header("x-odd"), Some("yes"));
    assert_eq!(reply.json(), json!({"slow": true}));
    assert!(emulator.webhooks().is_empty());
    assert_hit(&emulator, id);
    assert_eq!(create(&client, "a").await.unwrap().status, 200);
}

#[tokio::test]
async fn a_status_after_storing_hides_what_was_stored() {
    let (emulator, client) = start_offline().await;
    let id = emulator
        .add_fault(post().after_storing().respond(502, &[], ""))
        .unwrap();
    assert_eq!(create(&client, "a").await.unwrap().status, 502);
    assert_eq!(emulator.webhooks().len(), 1);
    assert_hit(&emulator, id);
}

#[tokio::test]
async fn a_reset_before_storing_stores_nothing() {
    let (emulator, client) = start_offline().await;
    let id = emulator.add_fault(post().times(1).reset()).unwrap();
    let error = create(&client, "a").await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert!(emulator.webhooks().is_empty());
    assert_hit(&emulator, id);
    assert_eq!(emulator.request_log()[0].status, None);
}

#[tokio::test]
async fn a_reset_after_storing_loses_only_the_answer() {
    let (emulator, client) = start_offline().await;
    let id = emulator.add_fault(post().after_storing().reset()).unwrap();
    let error = create(&client, "a").await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(emulator.webhooks()[0].name, "a");
    assert_hit(&emulator, id);
}

#[tokio::test]
async fn a_close_ends_the_connection_without_a_byte() {
    let (emulator, client) = start_offline().await;
    let id = emulator
        .add_fault(post().action(FaultAction::Close))
        .unwrap();
    let error = create(&client, "a").await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
    assert!(emulator.webhooks().is_empty());
    assert_hit(&emulator, id);
}

#[tokio::test]
async fn a_delay_after_storing_lets_the_client_give_up_in_vain() {
    let (emulator, client) = start_offline().await;
    emulator
        .add_fault(post().after_storing().delay_ms(600_000))
        .unwrap();
    let stream = begin_create(&client).await;
    eventually("the webhook is stored", || emulator.webhooks().len() == 1).await;
    assert_eq!(emulator.request_log()[0].status, None);
    drop(stream);
    assert_eq!(
        client.get(WEBHOOKS).await.json()["response"][0]["configs"]["name"],
        "a"
    );
}

#[tokio::test]
async fn work_goes_on_when_the_client_has_left() {
    let (emulator, client) = start_offline().await;
    emulator.add_fault(post().delay_ms(50)).unwrap();
    let stream = begin_create(&client).await;
    eventually("the request has arrived", || {
        !emulator.request_log().is_empty()
    })
    .await;
    drop(stream);
    eventually("the webhook is stored", || emulator.webhooks().len() == 1).await;
}

#[tokio::test]
async fn a_truncated_body_breaks_off_after_so_many_bytes() {
    let (emulator, client) = start_offline().await;
    let keep_bytes = Some(40);
    let truncate = FaultAction::Truncate(FaultTruncation { keep_bytes });
    let id = emulator.add_fault(post().action(truncate)).unwrap();
    let mut stream = begin_create(&client).await;
    let mut received = Vec::new();
    let end = stream.read_to_end(&mut received).await;
    drop(end);
    let text = String::from_utf8(received).unwrap();
    let (head, sent) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(sent.len(), 40);
    assert!(sent.starts_with(r#"{"response":{"id":1,"#));
    assert!(!head.contains("content-length: 40"), "{head}");
    assert_eq!(emulator.webhooks().len(), 1);
    assert_hit(&emulator, id);
    assert_eq!(emulator.request_log()[0].bytes_out, 40);
}

#[tokio::test]
async fn garbage_is_no_json_although_it_says_so() {
    let (emulator, client) = start_offline().await;
    let garbage = FaultAction::Garbage(FaultStatus::default());
    let id = emulator
        .add_fault(Fault::on("GET", WEBHOOKS).action(garbage))
        .unwrap();
    let reply = client.get(WEBHOOKS).await;
    assert_eq!(reply.status, 200);
    assert!(reply.header("content-type").unwrap().contains("json"));
    assert!(serde_json::from_slice::<serde_json::Value>(&reply.body).is_err());
    assert_hit(&emulator, id);
}

#[tokio::test]
async fn an_html_page_comes_from_a_proxy() {
    let (emulator, client) = start_offline().await;
    let html = FaultAction::Html(FaultStatus { status: Some(504) });
    let id = emulator
        .add_fault(Fault::on("GET", WEBHOOKS).action(html))
        .unwrap();
    let reply = client.get(WEBHOOKS).await;
    assert_eq!(reply.status, 504);
    assert_eq!(reply.header("content-type"), Some("text/html"));
    assert!(reply.text().contains("504 Gateway Timeout"));
    assert_hit(&emulator, id);
}

#[tokio::test]
async fn a_redirect_points_to_https_unless_told_otherwise() {
    let (emulator, client) = start_offline().await;
    let plain = FaultAction::Redirect(FaultRedirect::default());
    let id = emulator.add_fault(post().nth(1).action(plain)).unwrap();
    let reply = create(&client, "a").await.unwrap();
    assert_eq!(reply.status, 301);
    let expected = emulator.base_url().replace("http://", "https://") + WEBHOOKS;
    assert_eq!(reply.header("location"), Some(expected.as_str()));
    assert!(emulator.webhooks().is_empty());
    assert_hit(&emulator, id);
    let elsewhere = FaultAction::Redirect(FaultRedirect {
        status: Some(307),
        location: Some("https://other.example/".to_owned()),
    });
    emulator.add_fault(post().nth(1).action(elsewhere)).unwrap();
    let reply = create(&client, "a").await.unwrap();
    assert_eq!(reply.status, 307);
    assert_eq!(reply.header("location"), Some("https://other.example/"));
}

#[tokio::test]
async fn probability_with_a_seed_spoils_the_same_requests_every_time() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let (emulator, client) = start_offline().await;
        let rule = Fault::on("GET", WEBHOOKS).with_probability(0.5, 42);
        emulator.add_fault(rule.respond(503, &[], "")).unwrap();
        let mut statuses = Vec::new();
        for _ in 0..20 {
            statuses.push(client.get(WEBHOOKS).await.status);
        }
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
    assert!(runs[0].contains(&200) && runs[0].contains(&503));
}

#[tokio::test]
async fn a_prefix_matches_every_path_below() {
    let (emulator, client) = start_offline().await;
    emulator
        .add_fault(Fault::on("DELETE", "/api/2.0/settings/webhook/*").respond(503, &[], ""))
        .unwrap();
    client.post(WEBHOOKS, &webhook("a")).await;
    assert_eq!(
        client.delete("/api/2.0/settings/webhook/1").await.status,
        503
    );
    emulator.clear_faults();
    assert_eq!(
        client.delete("/api/2.0/settings/webhook/1").await.status,
        200
    );
}

/// Sends a create and returns the connection; the answer is not read.
async fn begin_create(client: &Client) -> TcpStream {
    let body = webhook("a").to_string();
    let headers = [("Content-Type", "application/json")];
    client
        .begin("POST", WEBHOOKS, &headers, body.as_bytes())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_delay_before_handling_holds_the_change_back() {
    let (emulator, client) = start_offline().await;
    let id = emulator.add_fault(post().delay_ms(600_000)).unwrap();
    let mut stream = begin_create(&client).await;
    eventually("the rule acts", || emulator.fault_hits(id) == 1).await;
    assert_eq!(client.get(WEBHOOKS).await.json()["response"], json!([]));
    assert_eq!(emulator.request_summary().in_flight, 1);
    // A shutdown ends the wait, and the portal does what it was asked.
    emulator.shutdown().await;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn a_short_delay_passes() {
    let (emulator, client) = start_offline().await;
    let id = emulator.add_fault(post().delay_ms(5)).unwrap();
    assert_eq!(create(&client, "a").await.unwrap().status, 200);
    assert_hit(&emulator, id);
}

#[tokio::test]
async fn a_stall_never_answers() {
    let (emulator, client) = start_offline().await;
    let id = emulator.add_fault(post().stall()).unwrap();
    let mut stream = begin_create(&client).await;
    eventually("the rule acts", || emulator.fault_hits(id) == 1).await;
    assert_eq!(client.get(WEBHOOKS).await.json()["response"], json!([]));
    emulator.shutdown().await;
    let mut received = Vec::new();
    stream.read_to_end(&mut received).await.unwrap();
    assert!(received.is_empty(), "not one byte until the very end");
}

#[tokio::test]
async fn a_trickle_sends_one_piece_after_another() {
    let (emulator, client) = start_offline().await;
    let trickle = FaultTrickle {
        bytes: 100,
        pause_ms: 600_000,
    };
    let id = emulator
        .add_fault(post().action(FaultAction::Trickle(trickle)))
        .unwrap();
    let mut stream = begin_create(&client).await;
    let mut received = Vec::new();
    let body_length = |received: &[u8]| {
        let text = String::from_utf8_lossy(received);
        text.split_once("\r\n\r\n")
            .map_or(0, |(_, body)| body.len())
    };
    while body_length(&received) < 100 {
        assert!(stream.read_buf(&mut received).await.unwrap() > 0);
    }
    assert_eq!(emulator.fault_hits(id), 1);
    emulator.shutdown().await;
    drop(stream.read_to_end(&mut received).await);
    assert_eq!(body_length(&received), 100, "the next piece was far away");
}

#[tokio::test]
async fn a_trickle_arrives_completely() {
    let (emulator, client) = start_offline().await;
    let trickle = FaultTrickle {
        bytes: 50,
        pause_ms: 1,
    };
    let id = emulator
        .add_fault(post().action(FaultAction::Trickle(trickle)))
        .unwrap();
    let reply = create(&client, "a").await.unwrap();
    assert_eq!(reply.json()["response"]["id"], 1);
    assert_hit(&emulator, id);
}
