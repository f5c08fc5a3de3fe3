//! The delivery journal and delivering again.

use docspace_emulator::{Fault, RequestLogEntry};
use secrecy::ExposeSecret as _;
use serde_json::json;
use terraform_provider_docspace::api::{DeliveryId, DeliveryQuery, StatusGroups, WebhookId};

use super::bench::Bench;

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
        format!("{LOG}?configId=17&groupStatus=17&count=10&startIndex=0")
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
