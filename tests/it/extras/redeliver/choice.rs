use docspace_emulator::Event;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use super::{
    JOURNAL, REDELIVER, RETRY, deliver_to, long_ago, only, portal, retries, scene, status, upload,
};
use crate::extras::{Portal, on};
use crate::host::process::eventually;

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
    assert_eq!(portal.requests(), ["GET /webhook/triggers", JOURNAL]);
    host.stop().await;
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
        ["Nothing to redeliver yet: the portal itself may still be retrying 1 delivery."]
    );
    assert_eq!(retries(&portal), 0);
    receiver.release();
    host.stop().await;
}

#[tokio::test]
async fn a_page_of_the_journal_that_cannot_be_read_is_an_error_before_anything_is_sent() {
    let (portal, _receiver, host) = scene(&[503]).await;
    upload(&portal, 120).await;
    let id = portal.fault(on(JOURNAL).respond(500, &[], "{}").nth(2));
    let config = json!({"webhook_id": "1", "failed_since": long_ago()});
    let answer = host.invoke(REDELIVER, config.clone()).await;
    assert_eq!(answer.result.as_deref(), Some(&[][..]), "nothing was begun");
    let error = only(answer.refused());
    assert!(
        error.is_titled("Could not read the delivery journal"),
        "{error:?}"
    );
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

/// Lets the journal have so many pages of entries with this status.
fn full_pages(portal: &Portal, count: u64, status: u16) {
    for page in 0..count {
        let last = (count - page) * 100;
        let entry = |number| {
            json!({"id": last - number, "status": status, "trigger": 256,
                   "creationTime": "2026-06-30T12:40:01Z"})
        };
        let entries: Vec<_> = (0..100).map(entry).collect();
        let body = json!({"response": entries, "count": 1, "total": count * 100}).to_string();
        portal.fault(on(JOURNAL).respond(200, &[], &body).nth(page + 1));
    }
}

#[tokio::test]
async fn a_journal_that_is_too_long_to_read_is_refused_before_anything_is_sent() {
    let portal = portal().await;
    full_pages(&portal, 102, 200);
    let host = portal.host().await;
    let config = json!({"webhook_id": "1", "failed_since": long_ago()});
    let error = host.invoke(REDELIVER, config).await;
    let error = error.refused_at("failed_since");
    assert!(error.detail.contains("More than 10000"), "{error:?}");
    assert_eq!((portal.requests().len(), retries(&portal)), (102, 0));
    host.stop().await;
}

#[tokio::test]
async fn more_failures_than_one_call_takes_are_refused_before_anything_is_sent() {
    let portal = portal().await;
    full_pages(&portal, 11, 503);
    let host = portal.host().await;
    let config = json!({"webhook_id": "1", "failed_since": long_ago()});
    let error = host.invoke(REDELIVER, config).await;
    let error = error.refused_at("failed_since");
    assert_eq!(error.summary, "Too many failed deliveries");
    assert!(
        error.detail.contains("Nothing was redelivered"),
        "{error:?}"
    );
    let requests = portal.requests();
    assert_eq!(
        (requests.len(), requests.contains(&RETRY.to_owned())),
        (12, false)
    );
    host.stop().await;
}

/// A page of the journal with these entries, as number and minutes after noon; all have failed.
fn page(entries: &[(u32, u32)]) -> String {
    let entry = |(id, minutes): &(u32, u32)| {
        let queued = format!("2026-06-30T12:{minutes:02}:00Z");
        json!({"id": id, "status": 503, "trigger": 256, "creationTime": queued,
               "requestPayload": json!({"event": {"createOn": queued}, "payload": {"id": id}}).to_string()})
    };
    let entries: Vec<_> = entries.iter().map(entry).collect();
    json!({"response": entries, "count": 1, "total": 200}).to_string()
}

/// Which entries the portal is asked to repeat when its journal has these pages.
async fn asked_for(pages: &[String]) -> Value {
    let portal = portal().await;
    for (nth, page) in (1..).zip(pages) {
        portal.fault(on(JOURNAL).respond(200, &[], page).nth(nth));
    }
    portal.fault(on(RETRY).respond(429, &[], ""));
    let host = portal.host().await;
    let config = json!({"webhook_id": "1", "failed_since": "2026-06-30T12:10:00Z"});
    only(host.invoke(REDELIVER, config).await.refused());
    host.stop().await;
    let log = portal.emulator.request_log();
    let call = log.iter().find(|entry| entry.method == "PUT").unwrap();
    call.body.clone().unwrap()["ids"].clone()
}

#[tokio::test]
async fn entries_that_stand_on_two_pages_are_repeated_once() {
    let newest: Vec<(u32, u32)> = (101..=200).rev().map(|id| (id, 30)).collect();
    // Two events arrive before the second page is read.
    let older: Vec<(u32, u32)> = (99..=102).rev().map(|id| (id, 30)).collect();
    let ids = asked_for(&[page(&newest), page(&older)]).await;
    assert_eq!(ids, json!((99..=200).collect::<Vec<_>>()));
}

#[tokio::test]
async fn an_old_entry_hides_no_newer_one_behind_it() {
    let ids = asked_for(&[page(&[(9, 20), (8, 5), (7, 15), (6, 5)])]).await;
    assert_eq!(ids, json!([7, 9]));
}

#[tokio::test]
async fn what_was_delivered_again_is_not_delivered_a_third_time() {
    let (portal, receiver, host) = scene(&[503]).await;
    upload(&portal, 2).await;
    receiver.answer_with(200);
    let config = json!({"webhook_id": "1", "failed_since": long_ago()});
    host.invoke(REDELIVER, config.clone()).await.quiet();
    let before = receiver.received();
    let progress = host.invoke(REDELIVER, config).await.quiet();
    assert_eq!(
        progress,
        ["Nothing to redeliver: no delivery has failed since then."]
    );
    assert_eq!((receiver.received(), retries(&portal)), (before, 1));
    host.stop().await;
}

#[tokio::test]
async fn an_event_that_failed_again_is_repeated_once() {
    let (portal, receiver, host) = scene(&[503]).await;
    let failed = upload(&portal, 1).await;
    let again = host
        .invoke(REDELIVER, json!({ "delivery_ids": failed }))
        .await;
    only(again.refused());
    receiver.answer_with(200);
    let before = receiver.received();
    let config = json!({"webhook_id": "1", "failed_since": long_ago()});
    let progress = host.invoke(REDELIVER, config).await.quiet();
    assert_eq!(progress[1..], ["Delivery 3: delivered (200)"]);
    assert_eq!(receiver.received(), before + 1);
    host.stop().await;
}

#[tokio::test]
async fn the_time_zone_of_the_portal_moves_no_delivery() {
    for minutes in [120, -480, 345, 840] {
        let (portal, receiver, host) = scene(&[503]).await;
        portal
            .emulator
            .change_settings(|settings| settings.portal_utc_offset_minutes = minutes);
        upload(&portal, 1).await;
        let queued = portal.emulator.deliveries()[0].created_on;
        let since = |offset: i64| {
            let since = queued + time::Duration::seconds(offset);
            json!({"webhook_id": "1", "failed_since": since.format(&Rfc3339).unwrap()})
        };
        let progress = host.invoke(REDELIVER, since(1)).await.quiet();
        assert_eq!(progress.len(), 1, "UTC{minutes:+}: {progress:?}");
        assert_eq!(retries(&portal), 0, "UTC{minutes:+}");
        receiver.answer_with(200);
        let progress = host.invoke(REDELIVER, since(-1)).await.quiet();
        assert_eq!(progress.len(), 2, "UTC{minutes:+}: {progress:?}");
        host.stop().await;
    }
}

/// On a clock that is behind, a delivery under way looks as if it had ended long ago.
#[tokio::test]
async fn the_time_zone_of_the_portal_ends_no_delivery() {
    let (portal, receiver, host) = scene(&[503]).await;
    portal
        .emulator
        .change_settings(|settings| settings.portal_utc_offset_minutes = -300);
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
    assert_eq!(progress.len(), 1, "{progress:?}");
    assert_eq!(retries(&portal), 0);
    receiver.release();
    host.stop().await;
}

#[tokio::test]
async fn a_webhook_that_does_not_exist_has_not_just_no_failures() {
    let portal = portal().await;
    let host = portal.host().await;
    let config = json!({"webhook_id": "17", "failed_since": long_ago()});
    let error = host
        .invoke(REDELIVER, config)
        .await
        .refused_at("webhook_id");
    assert_eq!(error.summary, "No such webhook");
    host.stop().await;
}
