use docspace_emulator::{DeliveryState, RateLimits};
use serde_json::json;

use super::{JOURNAL, REDELIVER, RETRY, deliver_to, looks, only, retries, scene, upload};
use crate::extras::receiver::Receiver;
use crate::extras::{Portal, on};
use crate::host::Host;
use crate::host::process::eventually;

#[tokio::test]
async fn a_delivery_has_no_outcome_while_the_portal_still_tries() {
    let (portal, receiver, host) = scene(&[503]).await;
    let failed = upload(&portal, 1).await;
    receiver.hold_after(1);
    let invoking = host.invoke(REDELIVER, json!({ "delivery_ids": failed }));
    let watching = async {
        // The first attempt has failed and the second one is on its way, when the journal is read.
        eventually("a failed attempt", || {
            (attempts_of_last(&portal) == 1).then_some(())
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

fn attempts_of_last(portal: &Portal) -> u32 {
    let deliveries = portal.emulator.deliveries();
    let last = deliveries.last().unwrap();
    if last.id == 1 { 0 } else { last.attempts }
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
        "Deliveries 3, 4: refused by the receiver (500).",
        "invoke the action again",
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
    assert!(error.detail.contains("accepted 1 of 2"), "{error:?}");
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
    assert!(error.detail.contains("accepted 1 of 3"), "{error:?}");
    assert!(error.detail.contains("skipped 2 entries"), "{error:?}");
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
    assert!(error.is_titled("Could not redeliver"), "{error:?}");
    for words in [
        "5 redelivery calls in 15 minutes",
        "429",
        "Nothing was redelivered",
    ] {
        assert!(error.detail.contains(words), "{error:?}");
    }
    assert_eq!(portal.requests(), [RETRY]);
    assert_eq!(receiver.received(), delivered);
    host.stop().await;
}

#[tokio::test]
async fn a_call_that_may_have_queued_some_is_not_made_twice() {
    let (portal, _receiver, host) = scene(&[200]).await;
    let ids = upload(&portal, 1).await;
    for fault in [
        on(RETRY).times(1).reset().after_storing(),
        on(RETRY).times(1).respond(503, &[], ""),
        on(RETRY).times(1).respond(500, &[], ""),
    ] {
        portal.requests();
        let id = portal.fault(fault);
        let answer = host.invoke(REDELIVER, json!({ "delivery_ids": ids }));
        let error = only(answer.await.refused());
        for words in ["may have queued the deliveries", "twice"] {
            assert!(error.detail.contains(words), "{error:?}");
        }
        assert!(!error.detail.contains("Try again"), "{error:?}");
        assert_eq!(portal.emulator.fault_hits(id), 1);
        assert_eq!(retries(&portal), 1);
    }
    host.stop().await;
}

#[tokio::test]
async fn a_journal_that_cannot_be_read_for_a_moment_is_looked_at_again() {
    let (portal, _receiver, host) = scene(&[200]).await;
    let ids = upload(&portal, 1).await;
    let id = portal.fault(on(JOURNAL).respond(502, &[], "").times(2));
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
    for words in [
        "Delivery 2: no outcome yet",
        "The run was interrupted; the portal continues",
        "docspace_webhook_deliveries before you invoke the action again",
    ] {
        assert!(error.detail.contains(words), "{error:?}");
    }
    assert_eq!(receiver.received(), 1);
    host.stop().await;
}

#[tokio::test]
async fn a_webhook_that_its_receiver_wants_deleted_ends_the_waiting() {
    let (portal, receiver, host) = scene(&[503]).await;
    let failed = upload(&portal, 2).await;
    receiver.answer_with(410);
    let answer = host
        .invoke(REDELIVER, json!({ "delivery_ids": failed }))
        .await;
    let progress = answer.result.clone().unwrap();
    assert_eq!(progress.len(), 3, "{progress:?}");
    let error = only(answer.refused());
    assert_eq!(error.summary, "Not everything was redelivered");
    for words in [
        "0 of 2",
        "Deliveries 3, 4: not delivered, because webhook 1 is gone",
        "410 (Gone)",
    ] {
        assert!(error.detail.contains(words), "{error:?}");
    }
    assert!(
        !error.detail.contains("invoke the action again"),
        "{error:?}"
    );
    assert!(portal.emulator.webhooks().is_empty());
    host.stop().await;
}
