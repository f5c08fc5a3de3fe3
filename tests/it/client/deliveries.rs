//! The delivery journal and delivering again.

use docspace_emulator::{Fault, RequestLogEntry};
use secrecy::ExposeSecret as _;
use serde_json::json;
use terraform_provider_docspace::api::{DeliveryId, DeliveryQuery, StatusGroups, WebhookId};

use super::bench::{Bench, client_of};
use super::scripted::{Scripted, Step};

/// An entry of the journal as API §6.7 shows it.
const ENTRY: &str = r#"{"id":501,"configName":"CI events","trigger":256,"creationTime":"2026-06-30T12:40:01Z",
    "requestHeaders":"{}","requestPayload":"{\"event\":{}}","responseHeaders":"{}","responsePayload":"ok",
    "status":200,"delivery":"2026-06-30T12:40:03Z"}"#;

const LOG: &str = "/api/2.0/settings/webhooks/log";
const RETRY: &str = "/api/2.0/settings/webhook/retry";

fn delivery(number: u32) -> DeliveryId {
    DeliveryId::new(number).unwrap()
}

fn only_request(bench: &Bench) -> RequestLogEntry {
    let mut log = bench.portal.request_log();
    assert_eq!(log.len(), 1);
    log.remove(0)
}

#[tokio::test]
async fn a_page_of_the_journal_is_asked_for_by_its_filters_and_read_whole() {
    let bench = Bench::start().await;
    let body = format!(r#"{{"response":[{ENTRY}],"count":1,"total":7,"status":0}}"#);
    bench.fault(Fault::on("GET", LOG).respond(200, &[], &body));
    let query = DeliveryQuery {
        webhook: WebhookId::new(17),
        status_groups: Some(StatusGroups::NOT_SENT | StatusGroups::STATUS_5XX),
        uri: Some("https://hooks.example.com/?a=b&c".to_owned()),
        count: Some(10),
        ..DeliveryQuery::default()
    };
    let page = bench.client.list_deliveries(&query).await.unwrap();
    assert_eq!(page.total, Some(7));
    assert_eq!(page.deliveries.len(), 1);
    let entry = &page.deliveries[0];
    assert_eq!((entry.id, entry.status), (delivery(501), 200));
    let payload = entry.request_payload.as_ref().unwrap();
    assert_eq!(payload.expose_secret(), r#"{"event":{}}"#);
    assert_eq!(
        only_request(&bench).path,
        format!(
            "{LOG}?hookUri=https%3A%2F%2Fhooks.example.com%2F%3Fa%3Db%26c&configId=17&groupStatus=17&count=10&startIndex=0"
        )
    );
}

#[tokio::test]
async fn several_deliveries_are_repeated_in_one_call() {
    let bench = Bench::start().await;
    let body = format!(r#"{{"response":[{ENTRY}],"count":1,"status":0}}"#);
    bench.fault(Fault::on("PUT", RETRY).respond(200, &[], &body));
    let ids = [delivery(501), delivery(502)];
    let entries = bench.client.retry_deliveries(&ids).await.unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(only_request(&bench).body, Some(json!({"ids": [501, 502]})));
}

#[tokio::test]
async fn a_redelivery_is_sent_once_whatever_happens_to_its_answer() {
    for fault in [
        Fault::on("PUT", RETRY).reset(),
        Fault::on("PUT", RETRY).respond(503, &[("Retry-After", "0")], ""),
        Fault::on("PUT", RETRY).respond(429, &[], ""),
    ] {
        let bench = Bench::with(|config| config.max_retries = 4).await;
        let fault = bench.fault(fault);
        let result = bench.client.retry_deliveries(&[delivery(501)]).await;
        assert_eq!(result.unwrap_err().attempts(), 1);
        bench.assert_hits(fault, 1);
    }
}

#[tokio::test]
async fn one_delivery_is_repeated_by_its_path_without_a_body() {
    let body = format!(r#"{{"response":{ENTRY}}}"#);
    let server = Scripted::start([Step::json("200 OK", &body)]).await;
    let client = client_of(&server.base_url(), "sk-1", |_| {});
    let entry = client.retry_delivery(delivery(501)).await.unwrap();
    assert_eq!(entry.id, delivery(501));
    let request = server.requests().remove(0);
    assert!(request.starts_with("PUT /api/2.0/settings/webhook/501/retry HTTP/1.1\r\n"));
    let head = request.to_lowercase();
    assert!(head.contains("content-length: 0\r\n"), "{head}");
    assert!(!head.contains("content-type"), "{head}");
}
