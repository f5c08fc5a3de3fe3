use docspace_emulator::{Fault, FaultAction, FaultResponse};
use serde_json::{Value, json};

use super::{JOURNAL, LIST, Stage, success};
use crate::host::process::eventually;
use crate::host::schema::Shape;
use crate::host::value::unknown;

const NAME: &str = "docspace_webhook_deliveries";

/// An entry of the journal as the portal writes it (API §6.7): one a minute, failed if its id is even.
fn entry(id: u32) -> Value {
    let queued = format!("2026-06-30T{:02}:{:02}:00Z", id / 60, id % 60);
    let mut entry = json!({
        "id": id,
        "configName": "CI events",
        "trigger": 256,
        "creationTime": queued,
        "requestHeaders": "{\"x-docspace-signature-256\":[\"sha256=0D4C\"]}",
        "requestPayload": body(&queued),
        "responseHeaders": "{\"Server\":[\"nginx\"]}",
        "responsePayload": "ok",
        "status": 503,
    });
    if id % 2 == 1 {
        entry["status"] = json!(200);
        entry["delivery"] = json!(queued);
    }
    entry
}

/// What was sent of an event that was queued then.
fn body(queued: &str) -> String {
    json!({"event": {"createOn": queued}, "webhook": {"id": 17}}).to_string()
}

/// A page from the first to the last id, newest first.
fn page(newest: u32, oldest: u32, total: u32) -> FaultResponse {
    let entries: Vec<Value> = (oldest..=newest).rev().map(entry).collect();
    FaultResponse {
        status: 200,
        body: json!({
            "response": entries, "count": 1, "total": total, "status": 0, "statusCode": 200,
        })
        .to_string(),
        ..FaultResponse::default()
    }
}

fn ids(read: &Value) -> Vec<u32> {
    let deliveries = read["deliveries"].as_array().unwrap();
    deliveries
        .iter()
        .map(|delivery| delivery["id"].as_str().unwrap().parse().unwrap())
        .collect()
}

#[tokio::test]
async fn a_delivery_is_told_without_its_payloads() {
    let stage = Stage::new().await;
    stage.answer(JOURNAL, 1, page(2, 1, 2));
    let read = stage.read(NAME, json!({})).await.quiet();
    assert_eq!(read["limit"], 100);
    assert_eq!(read["include_payloads"], false);
    assert_eq!(read["truncated"], false);
    assert_eq!(
        read["deliveries"],
        json!([
            {
                "id": "2",
                "webhook_id": "17",
                "webhook_name": "CI events",
                "trigger": "FileUploaded",
                "created_on": "2026-06-30T00:02:00Z",
                "delivered_on": null,
                "status": 503,
                "failure_reason": "The receiver answered with HTTP status 503.",
                "request_headers": null,
                "request_payload": null,
                "response_headers": null,
                "response_payload": null,
            },
            {
                "id": "1",
                "webhook_id": "17",
                "webhook_name": "CI events",
                "trigger": "FileUploaded",
                "created_on": "2026-06-30T00:01:00Z",
                "delivered_on": "2026-06-30T00:01:00Z",
                "status": 200,
                "failure_reason": null,
                "request_headers": null,
                "request_payload": null,
                "response_headers": null,
                "response_payload": null,
            },
        ])
    );
    assert_eq!(
        stage.requests(),
        [format!("{JOURNAL}?count=100&startIndex=0")]
    );
    stage.end().await;
}

/// Nothing tells what the portal's dates mean, nor whose delivery it is.
#[tokio::test]
async fn what_no_body_tells_is_null() {
    let stage = Stage::new().await;
    let mut mute = entry(1);
    mute["requestPayload"] = json!("{}");
    stage.answer(JOURNAL, 1, success(&json!([mute])));
    let read = stage.read(NAME, json!({})).await.quiet();
    for name in ["created_on", "delivered_on", "webhook_id"] {
        assert_eq!(read["deliveries"][0][name], Value::Null, "{name}");
    }
    stage.end().await;
}

#[tokio::test]
async fn more_than_the_limit_is_told() {
    let stage = Stage::new().await;
    stage.answer(JOURNAL, 1, page(9, 7, 9));
    let read = stage.read(NAME, json!({"limit": 3})).await.quiet();
    assert_eq!(
        (ids(&read), &read["truncated"]),
        (vec![9, 8, 7], &json!(true))
    );
    stage.end().await;
}

#[tokio::test]
async fn payloads_are_told_on_request_and_are_sensitive() {
    let stage = Stage::new().await;
    stage.answer(JOURNAL, 1, page(1, 1, 1));
    let read = stage
        .read(NAME, json!({"include_payloads": true}))
        .await
        .quiet();
    let delivery = &read["deliveries"][0];
    assert_eq!(delivery["request_payload"], body("2026-06-30T00:01:00Z"));
    assert_eq!(delivery["response_payload"], "ok");
    assert_eq!(delivery["response_headers"], "{\"Server\":[\"nginx\"]}");

    let schemas = stage.host.schemas().await;
    let Shape::List(entry) = &schemas.data_sources[NAME].attributes["deliveries"].shape else {
        panic!("deliveries are a list of nested attributes");
    };
    for (name, attribute) in &entry.attributes {
        let is_payload = name.starts_with("request_") || name.starts_with("response_");
        assert_eq!(attribute.sensitive, is_payload, "{name}");
    }
    stage.end().await;
}

#[tokio::test]
async fn the_portal_filters_by_webhook_trigger_and_outcome() {
    let stage = Stage::new().await;
    let id = stage.webhook("CI events", "https://ci.example.com/hook", 256);
    stage.answer(JOURNAL, 1, page(2, 1, 2));
    let config = json!({
        "webhook_id": id,
        "trigger": "FileUploaded",
        "status_groups": ["not_sent", "4xx", "5xx"],
        "limit": 10,
    });
    assert_eq!(ids(&stage.read(NAME, config).await.quiet()), [2, 1]);
    let query = format!("configId={id}&groupStatus=25&trigger=FileUploaded&count=10&startIndex=0");
    assert_eq!(stage.requests(), [format!("{JOURNAL}?{query}")]);
    stage.end().await;
}

#[tokio::test]
async fn pages_are_read_until_the_limit() {
    let stage = Stage::new().await;
    stage.answer(JOURNAL, 1, page(300, 201, 300));
    // Two events arrive before the second request and push two entries to the next page.
    stage.answer(JOURNAL, 2, page(202, 153, 302));
    stage.answer(JOURNAL, 3, page(152, 151, 302));
    let read = stage.read(NAME, json!({"limit": 150})).await.quiet();
    assert_eq!(ids(&read), (151..=300).rev().collect::<Vec<_>>());
    assert_eq!(
        stage.requests(),
        [
            format!("{JOURNAL}?count=100&startIndex=0"),
            format!("{JOURNAL}?count=50&startIndex=100"),
            format!("{JOURNAL}?count=2&startIndex=150"),
        ]
    );
    stage.end().await;
}

#[tokio::test]
async fn failures_are_in_a_time_range_too() {
    let stage = Stage::new().await;
    stage.answer(JOURNAL, 1, page(200, 101, 200));
    stage.answer(JOURNAL, 2, page(100, 1, 200));
    let config = json!({"from": "2026-06-30T01:30:00Z", "to": "2026-06-30T03:50:00+02:00"});
    let read = stage.read(NAME, config).await.quiet();
    assert_eq!(ids(&read), (90..=110).rev().collect::<Vec<_>>());
    let requests = stage.requests();
    assert!(
        requests.iter().all(|request| !request.contains("delivery")),
        "the portal's own filter hides failures: {requests:?}"
    );
    stage.end().await;
}

#[tokio::test]
async fn a_page_that_is_lost_is_an_error_and_nothing_is_told() {
    let stage = Stage::new().await;
    stage.answer(JOURNAL, 1, page(300, 201, 300));
    let lost = FaultResponse {
        status: 502,
        ..FaultResponse::default()
    };
    stage.answer(JOURNAL, 2, lost);
    let error = stage.read(NAME, json!({"limit": 150})).await.refused_at("");
    assert!(
        error.is_titled("Could not read the deliveries"),
        "{error:?}"
    );
    stage.end().await;
}

/// Each page is a read, which an interrupt does not refuse; 100 of them would keep a person waiting.
#[tokio::test]
async fn an_interrupt_ends_a_journal_between_two_pages() {
    let stage = Stage::new().await;
    let first = Fault::on("GET", JOURNAL).delay_ms(2_000);
    let first = first.action(FaultAction::Respond(page(300, 201, 300)));
    stage.portal.add_fault(first.times(1)).unwrap();
    let (read, ()) = tokio::join!(stage.read(NAME, json!({"limit": 250})), async {
        eventually("the journal to be asked for", || {
            (!stage.requests().is_empty()).then_some(())
        })
        .await;
        stage.host.interrupt().await;
    });
    let error = read.refused_at("");
    assert!(
        error.is_titled("Could not read the deliveries"),
        "{error:?}"
    );
    let reason = "interrupted before the portal answered";
    assert!(error.detail.contains(reason), "{error:?}");
    assert_eq!(
        stage.requests(),
        [format!("{JOURNAL}?count=100&startIndex=0")]
    );
    stage.end().await;
}

#[tokio::test]
async fn an_empty_journal_is_told_from_a_webhook_that_does_not_exist() {
    let stage = Stage::new().await;
    let id = stage.webhook("CI events", "https://ci.example.com/hook", 256);
    for nth in 1..=3 {
        stage.answer(JOURNAL, nth, page(0, 1, 0));
    }
    let read = stage.read(NAME, json!({"webhook_id": id})).await.quiet();
    assert_eq!(read["deliveries"], json!([]));
    let error = stage.read(NAME, json!({"webhook_id": "17"})).await;
    assert_eq!(error.refused_at("webhook_id").summary, "No such webhook");
    let read = stage.read(NAME, json!({})).await.quiet();
    assert_eq!(read["deliveries"], json!([]));
    let lists = stage.requests();
    let lists = lists.iter().filter(|request| *request == LIST).count();
    assert_eq!(lists, 2, "one, and one to confirm the absence");
    stage.end().await;
}

#[tokio::test]
async fn a_trigger_that_the_portal_does_not_know_is_its_refusal_of_that_argument() {
    let stage = Stage::new().await;
    let refusal = json!({
        "response": {
            "title": "One or more validation errors occurred.",
            "status": 400,
            "errors": {"trigger": ["The value '1099511627776' is invalid."]},
        },
        "count": 1, "status": 1, "statusCode": 400,
    });
    let refusal = FaultResponse {
        status: 400,
        body: refusal.to_string(),
        ..FaultResponse::default()
    };
    stage.answer(JOURNAL, 1, refusal);
    let error = stage.read(NAME, json!({"trigger": "1099511627776"})).await;
    let error = error.refused_at("trigger");
    assert!(error.detail.contains("rejects this trigger"), "{error:?}");
    stage.end().await;
}

#[tokio::test]
async fn bad_arguments_are_refused_before_anything_is_asked() {
    let stage = Stage::new().await;
    for (config, path) in [
        (json!({"webhook_id": "CI events"}), "webhook_id"),
        (json!({"from": "yesterday"}), "from"),
        (json!({"to": "2026-06-30"}), "to"),
        (
            json!({"from": "2026-06-30T12:00:00Z", "to": "2026-06-30T12:00:00+02:00"}),
            "from",
        ),
        (json!({"trigger": "FileUploadd"}), "trigger"),
        (json!({"trigger": "All"}), "trigger"),
        (json!({"status_groups": []}), "status_groups"),
        (json!({"status_groups": ["failed"]}), "status_groups"),
        (json!({"status_groups": [null]}), "status_groups"),
        (json!({"limit": 0}), "limit"),
        (json!({"limit": 10_001}), "limit"),
        (json!({"limit": 1.5}), "limit"),
    ] {
        stage.validate(NAME, config).await.refused_at(path);
    }
    assert_eq!(stage.requests(), [""; 0]);
    stage.end().await;
}

#[tokio::test]
async fn nothing_is_said_about_what_is_not_known_yet() {
    let stage = Stage::new().await;
    let config = json!({
        "webhook_id": unknown(),
        "from": unknown(),
        "to": "2026-06-30T12:00:00Z",
        "trigger": unknown(),
        "status_groups": [unknown(), "5xx"],
        "limit": unknown(),
        "include_payloads": unknown(),
    });
    stage.validate(NAME, config).await.quiet();
    stage.end().await;
}
