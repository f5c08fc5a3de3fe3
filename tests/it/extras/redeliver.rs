use std::time::Duration;

use docspace_emulator::{Config, DeliveryState, Event, NewWebhook, RateLimits, Role, User};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

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
    for _ in 0..count {
        let queued = portal.emulator.raise_event(&Event::new(256, "98765"));
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
            "Asking the portal to repeat 3 deliveries.",
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
async fn only_failures_since_the_given_time_count() {
    let (portal, receiver, host) = scene(&[503]).await;
    let failed = upload(&portal, 1).await;
    let queued = portal.emulator.deliveries()[0].created_on;
    let after = (queued + time::Duration::seconds(1))
        .format(&Rfc3339)
        .unwrap();
    let since = json!({"webhook_id": "1", "failed_since": after});
    let progress = host.invoke(REDELIVER, since).await.quiet();
    assert_eq!(
        progress,
        ["Nothing to redeliver: no delivery has failed since then."]
    );
    assert_eq!(retries(&portal), 0);

    receiver.answer_with(200);
    // The same moment in another zone, and written with an offset.
    let zone = time::UtcOffset::from_hms(5, 30, 0).unwrap();
    let before = (queued - time::Duration::seconds(1)).to_offset(zone);
    let since = json!({"webhook_id": "1", "failed_since": before.format(&Rfc3339).unwrap()});
    host.invoke(REDELIVER, since).await.quiet();
    assert_eq!(retries(&portal), 1);
    assert_eq!(status(&portal, failed[0]), 503, "its entry stays as it was");
    host.stop().await;
}

#[tokio::test]
async fn deliveries_without_any_answer_are_failures_too() {
    let portal = portal().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    deliver_to(&portal, &format!("http://{address}/hook"));
    let failed = upload(&portal, 1).await;
    assert_eq!(status(&portal, failed[0]), 0);
    let host = portal.host().await;
    let config = json!({"webhook_id": "1", "failed_since": long_ago()});
    let error = only(host.invoke(REDELIVER, config).await.refused());
    assert!(
        error
            .detail
            .contains("Delivery 2: no answer from the receiver"),
        "{error:?}"
    );
    assert_eq!(retries(&portal), 1);
    host.stop().await;
}

#[tokio::test]
async fn nothing_failed_is_nothing_to_do() {
    let (portal, _receiver, host) = scene(&[200]).await;
    upload(&portal, 2).await;
    portal.requests();
    let config = json!({"webhook_id": "1", "failed_since": long_ago()});
    let progress = host.invoke(REDELIVER, config).await.quiet();
    assert_eq!(
        progress,
        ["Nothing to redeliver: no delivery has failed since then."]
    );
    assert_eq!(portal.requests(), [JOURNAL]);
    host.stop().await;
}

#[tokio::test]
async fn a_delivery_has_no_outcome_while_the_portal_still_tries() {
    let (portal, receiver, host) = scene(&[503]).await;
    let failed = upload(&portal, 1).await;
    receiver.hold_after(1);
    let invoking = host.invoke(REDELIVER, json!({ "delivery_ids": failed }));
    let watching = async {
        // The first attempt has failed and the second one is on its way, when the journal is read.
        eventually("a failed attempt", || {
            (status_of_last(&portal) == 503).then_some(())
        })
        .await;
        let seen = looks(&portal);
        eventually("a look at the journal", || {
            (looks(&portal) > seen + 1).then_some(())
        })
        .await;
        receiver.answer_with(200);
        receiver.release();
    };
    let (invoked, ()) = tokio::join!(invoking, watching);
    let progress = invoked.quiet();
    assert_eq!(progress[1], "Delivery 2: delivered (200)", "{progress:?}");
    host.stop().await;
}

fn status_of_last(portal: &Portal) -> u16 {
    let deliveries = portal.emulator.deliveries();
    let last = deliveries.last().unwrap();
    if last.id == 1 { 0 } else { last.status }
}

#[tokio::test]
async fn what_is_still_being_tried_is_not_repeated() {
    let (portal, receiver, host) = scene(&[503]).await;
    receiver.hold_after(1);
    portal
        .emulator
        .raise_event(&Event::new(256, "98765"))
        .unwrap();
    eventually("a second attempt", || {
        (receiver.received() == 2).then_some(())
    })
    .await;
    let config = json!({"webhook_id": "1", "failed_since": long_ago()});
    let progress = host.invoke(REDELIVER, config).await.quiet();
    assert_eq!(
        progress,
        ["Nothing to redeliver: no delivery has failed since then."]
    );
    assert_eq!(retries(&portal), 0);
    receiver.release();
    host.stop().await;
}

#[tokio::test]
async fn a_receiver_that_still_fails_is_one_error_that_names_each_delivery() {
    let (portal, receiver, host) = scene(&[503]).await;
    let failed = upload(&portal, 2).await;
    receiver.answer_with(500);
    let answer = host
        .invoke(REDELIVER, json!({ "delivery_ids": failed }))
        .await;
    let progress = answer.result.clone().unwrap();
    assert_eq!(progress.len(), 3, "{progress:?}");
    let error = only(answer.refused());
    assert_eq!(error.summary, "Not everything was redelivered");
    for words in [
        "0 of 2",
        "Delivery 3: refused by the receiver (500)",
        "Delivery 4: refused by the receiver (500)",
    ] {
        assert!(error.detail.contains(words), "{error:?}");
    }
    // Each was given up by the portal, and none was cut short.
    let deliveries = portal.emulator.deliveries();
    assert!(
        deliveries
            .iter()
            .all(|it| it.state == DeliveryState::Failed && it.attempts == 6)
    );
    host.stop().await;
}

#[tokio::test]
async fn some_delivered_and_some_not_are_told_apart() {
    let (portal, good, host) = scene(&[200]).await;
    let bad = Receiver::start(&[404]).await;
    deliver_to(&portal, &bad.url());
    let ids = upload(&portal, 1).await;
    let answer = host.invoke(REDELIVER, json!({ "delivery_ids": ids })).await;
    let error = only(answer.refused());
    assert!(error.detail.starts_with("1 of 2"), "{error:?}");
    assert!(
        error.detail.contains("refused by the receiver (404)"),
        "{error:?}"
    );
    assert!(!error.detail.contains("(200)"), "{error:?}");
    assert_eq!(good.received(), 2);
    host.stop().await;
}

#[tokio::test]
async fn entries_that_the_portal_does_not_know_are_skipped_and_counted() {
    let (portal, receiver, host) = scene(&[200]).await;
    let ids = upload(&portal, 1).await;
    let config = json!({"delivery_ids": [ids[0], 98, 99]});
    let answer = host.invoke(REDELIVER, config).await;
    let progress = answer.result.clone().unwrap();
    assert!(progress[1].contains("accepted 1 of 3"), "{progress:?}");
    let error = only(answer.refused());
    assert!(error.detail.starts_with("1 of 3"), "{error:?}");
    assert!(error.detail.contains("2 entries were skipped"), "{error:?}");
    assert_eq!(receiver.received(), 2, "the known one is delivered");
    host.stop().await;
}

#[tokio::test]
async fn entries_of_other_users_are_skipped() {
    let (portal, receiver, owner) = scene(&[200]).await;
    let ids = upload(&portal, 1).await;
    owner.stop().await;
    let host = Host::start().await;
    let configured = host.configure(portal.provider_with_key("sk-user")).await;
    configured.quiet();
    let answer = host.invoke(REDELIVER, json!({ "delivery_ids": ids })).await;
    let error = only(answer.refused());
    assert!(error.detail.contains("not this user's"), "{error:?}");
    assert_eq!(receiver.received(), 1);
    host.stop().await;
}

#[tokio::test]
async fn the_portals_limit_of_calls_is_explained_and_nothing_is_tried_again() {
    let (portal, receiver, host) = scene(&[200]).await;
    let ids = upload(&portal, 1).await;
    portal.emulator.change_settings(|settings| {
        settings.rate_limits = Some(RateLimits {
            sensitive_per_quarter_hour: 1,
            ..RateLimits::default()
        });
    });
    let config = json!({ "delivery_ids": ids });
    host.invoke(REDELIVER, config.clone()).await.quiet();
    let delivered = receiver.received();
    portal.requests();
    let error = only(host.invoke(REDELIVER, config).await.refused());
    assert_eq!(error.summary, "Could not redeliver");
    for words in [
        "5 redelivery calls in 15 minutes",
        "429",
        "Nothing was repeated",
    ] {
        assert!(error.detail.contains(words), "{error:?}");
    }
    assert_eq!(portal.requests(), [RETRY]);
    assert_eq!(receiver.received(), delivered);
    host.stop().await;
}

#[tokio::test]
async fn a_call_whose_answer_is_lost_is_not_made_twice() {
    let (portal, _receiver, host) = scene(&[200]).await;
    let ids = upload(&portal, 1).await;
    let id = portal.fault(RETRY, |fault| fault.reset().after_storing());
    let error = only(
        host.invoke(REDELIVER, json!({ "delivery_ids": ids }))
            .await
            .refused(),
    );
    assert!(
        error.detail.contains("may have queued the deliveries"),
        "{error:?}"
    );
    assert!(error.detail.contains("twice"), "{error:?}");
    assert_eq!(portal.emulator.fault_hits(id), 1);
    assert_eq!(retries(&portal), 1);
    host.stop().await;
}

#[tokio::test]
async fn a_page_of_the_journal_that_cannot_be_read_is_an_error_before_anything_is_sent() {
    let (portal, _receiver, host) = scene(&[503]).await;
    upload(&portal, 120).await;
    let id = portal.fault(JOURNAL, |fault| fault.respond(500, &[], "{}").nth(2));
    let config = json!({"webhook_id": "1", "failed_since": long_ago()});
    let answer = host.invoke(REDELIVER, config.clone()).await;
    assert_eq!(answer.result.as_deref(), Some(&[][..]), "nothing was begun");
    let error = only(answer.refused());
    assert_eq!(error.summary, "Could not read the delivery journal");
    assert_eq!(portal.emulator.fault_hits(id), 1);
    assert_eq!(retries(&portal), 0);
    host.stop().await;
}

#[tokio::test]
async fn all_pages_of_the_journal_are_searched() {
    let (portal, receiver, host) = scene(&[503]).await;
    let failed = upload(&portal, 120).await;
    receiver.answer_with(200);
    let config = json!({"webhook_id": "1", "failed_since": long_ago()});
    let progress = host.invoke(REDELIVER, config).await.quiet();
    assert_eq!(progress.len(), 1 + failed.len());
    assert_eq!(retries(&portal), 1);
    host.stop().await;
}

#[tokio::test]
async fn more_failures_than_one_call_takes_are_refused_before_anything_is_sent() {
    let portal = portal().await;
    for page in 0..11_u64 {
        let entry = |number| {
            json!({"id": 1100 - page * 100 - number, "status": 503, "trigger": 256,
                   "creationTime": "2026-06-30T12:40:01Z"})
        };
        let entries: Vec<_> = (0..100).map(entry).collect();
        let body = json!({"response": entries, "count": 1, "total": 5000}).to_string();
        portal.fault(JOURNAL, |fault| {
            fault.respond(200, &[], &body).nth(page + 1)
        });
    }
    let host = portal.host().await;
    let config = json!({"webhook_id": "1", "failed_since": long_ago()});
    let error = host.invoke(REDELIVER, config).await;
    let error = error.refused_at("failed_since");
    assert_eq!(error.summary, "Too many failed deliveries");
    assert!(error.detail.contains("Nothing was repeated"), "{error:?}");
    let requests = portal.requests();
    assert_eq!(
        (requests.len(), requests.contains(&RETRY.to_owned())),
        (11, false)
    );
    host.stop().await;
}

#[tokio::test]
async fn a_journal_that_cannot_be_read_for_a_moment_is_looked_at_again() {
    let (portal, _receiver, host) = scene(&[200]).await;
    let ids = upload(&portal, 1).await;
    let id = portal.fault(JOURNAL, |fault| fault.respond(502, &[], "").times(2));
    let progress = host
        .invoke(REDELIVER, json!({ "delivery_ids": ids }))
        .await
        .quiet();
    assert_eq!(progress[1], "Delivery 2: delivered (200)");
    assert_eq!(portal.emulator.fault_hits(id), 2);
    host.stop().await;
}

#[tokio::test]
async fn an_interrupt_ends_the_waiting_and_says_what_is_open() {
    let (portal, receiver, host) = scene(&[200]).await;
    let ids = upload(&portal, 1).await;
    // The portal does not look into its queue for as long as this test may last.
    portal
        .emulator
        .change_settings(|settings| settings.delivery_speed = 0.001);
    let seen = looks(&portal);
    let invoking = host.invoke(REDELIVER, json!({ "delivery_ids": ids }));
    let interrupting = async {
        eventually("a look at the journal", || {
            (looks(&portal) > seen).then_some(())
        })
        .await;
        host.interrupt().await;
    };
    let (invoked, ()) = tokio::join!(invoking, interrupting);
    let error = only(invoked.refused());
    assert!(
        error.detail.contains("Delivery 2: no outcome yet"),
        "{error:?}"
    );
    assert_eq!(receiver.received(), 1);
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
        ("1", "yesterday", "failed_since", "Invalid time"),
        ("1", "2026-06-30 12:00:00", "failed_since", "Invalid time"),
        ("1", "", "failed_since", "Invalid time"),
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
