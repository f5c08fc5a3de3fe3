//! The action `docspace_webhook_redeliver`.

use docspace_emulator::{Event, NewWebhook, RequestLogEntry, WebhookPatch};
use serde_json::{Value, json};

use super::page::Section;
use crate::extras::Portal as Fast;
use crate::extras::{scene, upload};
use crate::host::Host;
use crate::host::diagnostics::Diagnostic;
use crate::host::process::eventually;
use crate::webhook::{Portal, on};

const REDELIVER: &str = "docspace_webhook_redeliver";
const RETRY: &str = "PUT /webhook/retry";
const JOURNAL: &str = "GET /webhooks/log";

pub async fn section() -> Section {
    let mut section = Section::new("The action docspace_webhook_redeliver");
    let portal = Portal::start().await;
    portal.emulator.create_webhook(NewWebhook::default());
    let host = portal
        .workspace()
        .also("max_retries", json!(0))
        .process()
        .await;
    let since = "2026-06-30T12:00:00Z";
    for (when, config) in [
        ("Nothing says what to redeliver", json!({})),
        (
            "A number is not that of a delivery",
            json!({"delivery_ids": [0]}),
        ),
        (
            "An id is not that of a webhook",
            json!({"webhook_id": "CI events", "failed_since": since}),
        ),
        (
            "A moment is not a time",
            json!({"webhook_id": "1", "failed_since": "yesterday"}),
        ),
    ] {
        section.add(when, host.invoke(REDELIVER, config).await.diagnostics);
    }
    let by_time = json!({"webhook_id": "1", "failed_since": since});
    let nowhere = json!({"webhook_id": "17", "failed_since": since});
    let said = host.invoke(REDELIVER, nowhere).await.diagnostics;
    section.add("No webhook has the id", said);
    portal.fault(on(JOURNAL).times(1).respond(503, &[], ""));
    let said = host.invoke(REDELIVER, by_time.clone()).await.diagnostics;
    section.add("The journal cannot be read", said);
    let nothing = host.invoke(REDELIVER, by_time.clone()).await.ok();
    section.add_with_progress("Nothing has failed", nothing, Vec::new());
    host.stop().await;
    section.add(
        "More deliveries have failed than one call takes",
        journal_of(11, 503, &by_time).await,
    );
    section.add(
        "More deliveries were made than are read",
        journal_of(102, 200, &by_time).await,
    );
    under_way(&mut section).await;
    outcomes(&mut section).await;
    section.add("The portal deletes the webhook", gone().await);
    section.add(
        "Nothing is there to receive a delivery",
        unreachable().await,
    );
    section
}

/// What is said of a journal that has so many pages of entries with this status.
async fn journal_of(pages: u64, status: u16, config: &Value) -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    portal.emulator.create_webhook(NewWebhook::default());
    for page in 0..pages {
        let entry = |number| {
            json!({"id": (pages - page) * 100 - number, "status": status, "trigger": 256,
                   "creationTime": "2026-06-30T12:40:01Z"})
        };
        let entries: Vec<_> = (0..100).map(entry).collect();
        let body = json!({"response": entries, "count": 1, "total": pages * 100}).to_string();
        portal.fault(on(JOURNAL).respond(200, &[], &body).nth(page + 1));
    }
    let host = portal.workspace().process().await;
    let said = host.invoke(REDELIVER, config.clone()).await.diagnostics;
    host.stop().await;
    said
}

/// Deliveries whose first attempt has failed, and that the portal itself goes on repeating.
async fn under_way(section: &mut Section) {
    for (when, count) in [
        ("The portal may still be retrying a delivery", 1),
        ("The portal may still be retrying deliveries", 2),
    ] {
        let (portal, receiver, host) = scene(&[503]).await;
        receiver.hold_after(count);
        for number in 0..count {
            let event = Event::new(256, format!("9876{number}"));
            portal.emulator.raise_event(&event).unwrap();
        }
        eventually("a repeat", || (receiver.received() > count).then_some(())).await;
        let config = json!({"webhook_id": "1", "failed_since": "2020-01-01T00:00:00Z"});
        let said = host.invoke(REDELIVER, config).await.ok();
        section.add_with_progress(when, said, Vec::new());
        receiver.release();
        host.stop().await;
    }
}

/// With deliveries to a real receiver.
async fn outcomes(section: &mut Section) {
    let (portal, receiver, host) = scene(&[200]).await;
    let ids = upload(&portal, 1).await;
    let delivered = host
        .invoke(REDELIVER, json!({"delivery_ids": ids}))
        .await
        .ok();
    section.add_with_progress("Everything is delivered", delivered, Vec::new());
    let answer = host
        .invoke(REDELIVER, json!({"delivery_ids": [ids[0], 98, 99]}))
        .await;
    section.add_with_progress(
        "The portal skips deliveries",
        answer.result.unwrap_or_default(),
        answer.diagnostics,
    );
    receiver.answer_with(404);
    let answer = host.invoke(REDELIVER, json!({"delivery_ids": ids})).await;
    section.add_with_progress(
        "The receiver refuses a delivery",
        answer.result.unwrap_or_default(),
        answer.diagnostics,
    );
    // The emulator's journal shows a failure once all is over; others may show each attempt.
    receiver.hold_after(0);
    let next = portal.emulator.deliveries().last().unwrap().id + 1;
    let failing = json!({"response": [{"id": next, "status": 503, "trigger": 256}], "total": 1});
    portal.fault(on(JOURNAL).respond(200, &[], &failing.to_string()));
    let repeating = interrupted(&portal, &host, &ids).await;
    section.add(
        "The run is interrupted while the portal retries a delivery",
        repeating,
    );
    host.stop().await;

    let (portal, _receiver, host) = scene(&[200]).await;
    let ids = upload(&portal, 1).await;
    portal
        .emulator
        .change_settings(|settings| settings.delivery_speed = 0.001);
    let waiting = interrupted(&portal, &host, &ids).await;
    section.add(
        "The run is interrupted before the outcome is known",
        waiting,
    );
    host.stop().await;
    for (when, rule) in [
        (
            "The answer is lost",
            on(RETRY).times(1).reset().after_storing(),
        ),
        (
            "The portal fails, perhaps halfway",
            on(RETRY).times(1).respond(500, &[], ""),
        ),
        ("There are too many calls", on(RETRY).respond(429, &[], "")),
    ] {
        portal.emulator.add_fault(rule).unwrap();
        let host = portal.host().await;
        let answer = host.invoke(REDELIVER, json!({"delivery_ids": ids})).await;
        section.add(when, answer.diagnostics);
        host.stop().await;
    }
}

/// Redelivers, and is interrupted once the journal was looked at.
async fn interrupted(portal: &Fast, host: &Host, ids: &[i32]) -> Vec<Diagnostic> {
    let (answer, ()) = tokio::join!(
        host.invoke(REDELIVER, json!({"delivery_ids": ids})),
        async {
            portal.emulator.reset_log();
            eventually("a look at the journal", || {
                let log = portal.emulator.request_log();
                let answered =
                    |it: &RequestLogEntry| it.path.contains("/webhooks/log") && it.status.is_some();
                log.iter().any(answered).then_some(())
            })
            .await;
            host.interrupt().await;
        }
    );
    answer.diagnostics
}

/// A receiver that wants no more deliveries.
async fn gone() -> Vec<Diagnostic> {
    let (portal, receiver, host) = scene(&[503]).await;
    let ids = upload(&portal, 1).await;
    receiver.answer_with(410);
    let answer = host.invoke(REDELIVER, json!({"delivery_ids": ids})).await;
    host.stop().await;
    answer.diagnostics
}

/// A receiver that is not there at all.
async fn unreachable() -> Vec<Diagnostic> {
    let (portal, receiver, host) = scene(&[200]).await;
    drop(receiver);
    let (_taken, address) = crate::portal::nobody();
    let patch = WebhookPatch {
        uri: Some(format!("http://{address}/")),
        ..WebhookPatch::default()
    };
    portal.emulator.patch_webhook(1, patch).unwrap();
    let ids = upload(&portal, 1).await;
    let answer = host.invoke(REDELIVER, json!({"delivery_ids": ids})).await;
    host.stop().await;
    answer.diagnostics
}
