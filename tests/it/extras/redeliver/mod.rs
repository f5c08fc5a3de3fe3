//! The action `docspace_webhook_redeliver`: ordinary calls and bad input.

/// Which deliveries it chooses.
mod choice;
/// Values that are known late, and clients that leave early.
mod late;
/// What it says about what became of them.
mod outcome;

use std::time::Duration;

use docspace_emulator::{Config, Event, NewWebhook, Role, User};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::Portal;
use super::receiver::Receiver;
use crate::host::Host;
use crate::host::diagnostics::Diagnostic;
use crate::host::process::eventually;
use crate::host::value::unknown;

const REDELIVER: &str = "docspace_webhook_redeliver";
const RETRY: &str = "PUT /webhook/retry";
const JOURNAL: &str = "GET /webhooks/log";

/// The portal's 31 seconds of retries in about 30 milliseconds.
const SPEED: f64 = 1000.0;
const LIMIT: Duration = Duration::from_secs(60);
const USER: &str = "11111111-1111-4111-8111-111111111111";

/// A portal whose deliveries are fast.
async fn portal() -> Portal {
    let mut config = Config::offline().with_caller(User::new(USER, Role::User), "sk-user", &[]);
    config.settings.blacklist.clear();
    config.settings.delivery_speed = SPEED;
    Portal::with(config).await
}

/// Puts a webhook on the portal that delivers uploads to this address.
fn deliver_to(portal: &Portal, uri: &str) -> i32 {
    let webhook = NewWebhook {
        uri: uri.to_owned(),
        ssl: false,
        triggers: 256,
        ..NewWebhook::default()
    };
    portal.emulator.create_webhook(webhook).id
}

/// Uploads files until each delivery has ended, and returns the journal's numbers.
///
/// What is sent on a repeat has the second of that repeat in it. Real repeats of an event and of its redelivery are
/// never in one second; with time this fast they would be, and could not be told apart.
pub async fn upload(portal: &Portal, count: usize) -> Vec<i32> {
    let mut ids = Vec::new();
    for number in 0..count {
        let file = (98_765 + number).to_string();
        let queued = portal.emulator.raise_event(&Event::new(256, &file));
        ids.extend(queued.unwrap().iter().map(|delivery| delivery.id));
    }
    assert!(portal.emulator.deliveries_settled(LIMIT).await);
    let second = || OffsetDateTime::now_utc().unix_timestamp();
    let last = second();
    eventually("another second", || (second() > last).then_some(())).await;
    ids
}

/// A portal with one webhook, and a receiver that answers so.
pub async fn scene(statuses: &[u16]) -> (Portal, Receiver, Host) {
    let portal = portal().await;
    let receiver = Receiver::start(statuses).await;
    deliver_to(&portal, &receiver.url());
    let host = portal.host().await;
    (portal, receiver, host)
}

fn long_ago() -> &'static str {
    "2020-01-01T00:00:00Z"
}

fn status(portal: &Portal, id: i32) -> u16 {
    let deliveries = portal.emulator.deliveries();
    let delivery = deliveries.iter().find(|delivery| delivery.id == id);
    delivery.unwrap().status
}

/// How often the journal was asked for and answered.
fn looks(portal: &Portal) -> usize {
    let log = portal.emulator.request_log();
    let looks = log
        .iter()
        .filter(|it| it.path.contains("/webhooks/log") && it.status.is_some());
    looks.count()
}

fn retries(portal: &Portal) -> usize {
    let requests = portal.requests();
    requests.iter().filter(|request| *request == RETRY).count()
}

#[track_caller]
fn only(errors: Vec<Diagnostic>) -> Diagnostic {
    match <[Diagnostic; 1]>::try_from(errors) {
        Ok([error]) => error,
        Err(errors) => panic!("one error, not {errors:#?}"),
    }
}

#[tokio::test]
async fn failed_deliveries_of_a_webhook_are_delivered_again() {
    let (portal, receiver, host) = scene(&[503]).await;
    let elsewhere = deliver_to(&portal, &Receiver::start(&[503]).await.url());
    let failed = upload(&portal, 3).await;
    assert_eq!(failed, [1, 2, 3, 4, 5, 6], "two webhooks hear of each");
    let before = receiver.received();
    receiver.answer_with(204);
    portal.requests();

    let config = json!({"webhook_id": "1", "failed_since": long_ago()});
    let mut progress = host.invoke(REDELIVER, config).await.quiet();
    progress.sort();
    assert_eq!(
        progress,
        [
            "Asking the portal to redeliver 3 deliveries.",
            "Delivery 7: delivered (204)",
            "Delivery 8: delivered (204)",
            "Delivery 9: delivered (204)",
        ]
    );
    assert_eq!(receiver.received() - before, 3);
    assert_eq!(retries(&portal), 1, "one call for all");
    let deliveries = portal.emulator.deliveries();
    let repeated = deliveries.iter().filter(|delivery| delivery.id > 6);
    assert!(
        repeated
            .clone()
            .all(|delivery| delivery.webhook_id != elsewhere)
    );
    host.stop().await;
}

#[tokio::test]
async fn chosen_deliveries_are_delivered_again_whatever_became_of_them() {
    let (portal, receiver, host) = scene(&[200]).await;
    let ids = upload(&portal, 3).await;
    let before = receiver.received();
    let config = json!({"delivery_ids": [ids[0], ids[2]]});
    let progress = host.invoke(REDELIVER, config).await.quiet();
    assert_eq!(progress.len(), 3, "{progress:?}");
    assert_eq!(receiver.received() - before, 2);
    let body = portal.emulator.request_log();
    let body = body.iter().find(|entry| entry.method == "PUT").unwrap();
    assert_eq!(body.body, Some(json!({"ids": [ids[0], ids[2]]})));
    host.stop().await;
}

#[tokio::test]
async fn neither_both_nor_half_of_a_choice_is_accepted() {
    let portal = portal().await;
    let host = portal.host().await;
    for config in [
        json!({}),
        json!({"webhook_id": "1"}),
        json!({"failed_since": long_ago()}),
        json!({"delivery_ids": [1], "webhook_id": "1", "failed_since": long_ago()}),
        json!({"delivery_ids": [1], "webhook_id": "1"}),
    ] {
        let error = host.invoke(REDELIVER, config.clone()).await;
        let error = error.refused_at("");
        assert_eq!(error.summary, "Unclear what to redeliver", "{config}");
    }
    assert_eq!(portal.requests(), Vec::<String>::new());
    host.stop().await;
}

#[tokio::test]
async fn what_names_no_delivery_is_refused_where_it_stands() {
    let portal = portal().await;
    let host = portal.host().await;
    let too_many: Vec<_> = (1..=1001).collect();
    for ids in [
        json!([]),
        json!([0]),
        json!([-1]),
        json!([1.5]),
        json!([2_147_483_648_i64]),
        json!([null]),
        json!(too_many),
    ] {
        let error = host.invoke(REDELIVER, json!({ "delivery_ids": ids })).await;
        let error = error.refused_at("delivery_ids");
        assert_eq!(error.summary, "Invalid delivery ids", "{ids}");
    }
    for (webhook, since, path, summary) in [
        ("CI events", long_ago(), "webhook_id", "Invalid webhook id"),
        ("0", long_ago(), "webhook_id", "Invalid webhook id"),
        ("1", "yesterday", "failed_since", "Invalid date"),
        ("1", "2026-06-30 12:00:00", "failed_since", "Invalid date"),
        ("1", "", "failed_since", "Invalid date"),
    ] {
        let config = json!({"webhook_id": webhook, "failed_since": since});
        let error = host.invoke(REDELIVER, config).await.refused_at(path);
        assert_eq!(error.summary, summary, "{webhook}, {since}");
    }
    assert_eq!(portal.requests(), Vec::<String>::new());
    host.stop().await;
}

#[tokio::test]
async fn what_is_not_known_yet_is_not_judged() {
    let host = Host::start().await;
    for config in [
        json!({"delivery_ids": unknown()}),
        json!({"delivery_ids": [1, unknown()]}),
        json!({"webhook_id": unknown(), "failed_since": unknown()}),
        json!({"webhook_id": "1", "failed_since": unknown()}),
    ] {
        host.validate_action(REDELIVER, &config).await.quiet();
        host.plan_action(REDELIVER, &config).await.quiet();
    }
    let both = json!({"delivery_ids": [1], "webhook_id": Value::Null, "failed_since": null});
    host.validate_action(REDELIVER, &both).await.quiet();
    host.stop().await;
}
