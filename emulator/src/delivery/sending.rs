//! Real deliveries: queue, send, sign, retry, and what failures do to the webhook (API §10).

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use time::OffsetDateTime;
use tokio::sync::Semaphore;

use crate::account::SYSTEM_ID;
use crate::config::Settings;
use crate::dates::now;
use crate::delivery::event::{Event, InvalidEvent};
use crate::delivery::journal::{Delivery, DeliveryState};
use crate::delivery::outbound::{CallFailure, Received};
use crate::delivery::payload::{Earlier, Message, signature};
use crate::locks::lock;
use crate::nouns::webhooks::probe::verifies;
use crate::nouns::webhooks::removal::remove_as_api;
use crate::nouns::webhooks::store::Webhook;
use crate::nouns::webhooks::url_rules;
use crate::portal::Portal;

/// How often the queue is looked at, at real speed.
const POLL: Duration = Duration::from_secs(5);

/// Senders that work at the same time.
const SENDERS: usize = 10;

/// The wait before the first retry; it doubles each time.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// A webhook without success for longer than this is switched off by its next failure.
const TRUSTED: time::Duration = time::Duration::days(3);

/// Matches an event against all webhooks and queues a delivery for each that receives it.
pub(crate) fn raise(portal: &Portal, event: &Event) -> Result<Vec<Arc<Delivery>>, InvalidEvent> {
    let profile = portal.settings.current().profile;
    let row = event.row(profile)?;
    let at = now();
    let webhooks = lock(&portal.nouns.webhooks.store).snapshot();
    let mut journal = lock(&portal.nouns.journal.entries);
    let queued = webhooks
        .iter()
        .filter(|webhook| event.matches(webhook))
        .map(|webhook| {
            journal.add(|id| {
                let message = Message::new(event, row.dotted, webhook, profile, at);
                let body = message.body(None, &Earlier::default());
                queued_entry(id, webhook.id, event.trigger, body, Arc::new(message))
            })
        })
        .collect();
    portal.nouns.journal.changed.notify_waiters();
    portal.nouns.journal.queue.notify_one();
    Ok(queued)
}

/// Queues a journal entry's message again, under a new number and as it was last sent.
pub(crate) fn repeat(portal: &Portal, earlier: &Delivery) -> Arc<Delivery> {
    let entry = lock(&portal.nouns.journal.entries).add(|id| {
        queued_entry(
            id,
            earlier.webhook_id,
            earlier.trigger,
            earlier.request_payload.clone(),
            Arc::clone(&earlier.message),
        )
    });
    portal.nouns.journal.queue.notify_one();
    entry
}

fn queued_entry(
    id: i32,
    webhook_id: i32,
    trigger: i64,
    request_payload: String,
    message: Arc<Message>,
) -> Delivery {
    Delivery {
        id,
        webhook_id,
        trigger,
        state: DeliveryState::Queued,
        attempts: 0,
        created_on: now(),
        request_headers: None,
        request_payload,
        response_headers: None,
        response_payload: None,
        status: 0,
        delivered_on: None,
        message,
    }
}

/// Looks at the queue at intervals and hands entries to the senders, until shutdown.
pub(crate) async fn run(portal: Arc<Portal>) {
    let senders = Arc::new(Semaphore::new(SENDERS));
    loop {
        tokio::select! {
            () = portal.shutdown.cancelled() => return,
            () = portal.nouns.journal.queue.notified() => {}
        }
        if wait(&portal, scaled(&portal.settings.current(), POLL))
            .await
            .is_err()
        {
            return;
        }
        let waiting = lock(&portal.nouns.journal.entries).take_waiting();
        let width = portal.settings.current().sender_batch;
        if width == 0 {
            send_apart(&portal, &senders, waiting);
        } else {
            for batch in waiting.chunks(width) {
                send_together(&portal, batch).await;
            }
        }
    }
}

/// Gives each entry to the next free sender.
fn send_apart(portal: &Arc<Portal>, senders: &Arc<Semaphore>, entries: Vec<i32>) {
    for id in entries {
        let portal = Arc::clone(portal);
        let senders = Arc::clone(senders);
        drop(portal.tasks.clone().spawn(async move {
            if let Ok(_permit) = senders.acquire().await {
                send(&portal, id).await;
            }
        }));
    }
}

/// Sends entries at once and waits for the slowest (API §16 O6).
async fn send_together(portal: &Arc<Portal>, entries: &[i32]) {
    let senders: Vec<_> = entries
        .iter()
        .map(|id| {
            let (portal, id) = (Arc::clone(portal), *id);
            portal
                .tasks
                .clone()
                .spawn(async move { send(&portal, id).await })
        })
        .collect();
    for sender in senders {
        // A panic of one sender has been printed already, and must not stop the others.
        drop(sender.await);
    }
}

async fn send(portal: &Arc<Portal>, id: i32) {
    deliver(portal, id).await;
    portal.nouns.journal.changed.notify_waiters();
}

fn scaled(settings: &Settings, real: Duration) -> Duration {
    real.div_f64(settings.delivery_speed.max(1e-3))
}

/// The emulator is shutting down.
struct Ending;

async fn wait(portal: &Portal, duration: Duration) -> Result<(), Ending> {
    tokio::select! {
        () = tokio::time::sleep(duration) => Ok(()),
        () = portal.shutdown.cancelled() => Err(Ending),
    }
}

/// Sends one entry until it is accepted or given up.
///
/// The webhook is read once: what it was then is used for every attempt. Journal and webhook learn of the outcome
/// when all is over, so an entry between two attempts looks like one that was never sent.
async fn deliver(portal: &Arc<Portal>, id: i32) {
    let Some((entry, webhook)) = load(portal, id) else {
        return;
    };
    if !may_be_sent(portal, &entry, &webhook).await {
        return;
    }
    let mut last_touch = now();
    let mut earlier = Earlier::default();
    loop {
        let settings = portal.settings.current();
        let attempt = attempt(portal, &settings, &entry, &webhook, &earlier).await;
        let is_there = lock(&portal.nouns.journal.entries).change(id, |entry| entry.attempts += 1);
        if !is_there {
            return;
        }
        if attempt.is_accepted() || earlier.retries >= settings.delivery_retries {
            conclude(portal, &entry, attempt);
            return;
        }
        if wait(portal, scaled(&settings, pause_after(earlier.retries)))
            .await
            .is_err()
        {
            return;
        }
        let at = now();
        earlier = Earlier {
            retries: earlier.retries + 1,
            retry_on: Some(at),
            last_failure_on: Some(last_touch),
            last_failure_content: attempt.failure(),
            last_success_on: webhook.last_success_on,
        };
        last_touch = at;
    }
}

/// 1, 2, 4, 8 and 16 seconds (API §10).
fn pause_after(retries: u32) -> Duration {
    FIRST_WAIT * 2_u32.saturating_pow(retries.min(20))
}

fn load(portal: &Portal, id: i32) -> Option<(Arc<Delivery>, Arc<Webhook>)> {
    let entry = lock(&portal.nouns.journal.entries).find(id)?;
    let webhook = lock(&portal.nouns.webhooks.store).find(entry.webhook_id)?;
    Some((entry, webhook))
}

/// Runs the URL rules again (3.7, API §10): blacklisted deletes, any other refusal switches off. Neither is journalled.
async fn may_be_sent(portal: &Portal, entry: &Delivery, webhook: &Webhook) -> bool {
    let settings = portal.settings.current();
    if !settings.profile.has_url_rules() {
        return true;
    }
    let Err(refusal) = url_rules::check(&settings, &webhook.uri, webhook.ssl).await else {
        return true;
    };
    let changed = if refusal.is_blacklisted() {
        remove_as_api(portal, webhook.id).is_ok()
    } else {
        let at = now();
        let changed = lock(&portal.nouns.webhooks.store).change(webhook.id, |webhook| {
            webhook.enabled = false;
            mark_touched(webhook, at);
        });
        changed.is_some()
    };
    if changed {
        settle(portal, entry.id);
    }
    false
}

/// Marks an entry as given up without telling the portal's readers.
fn settle(portal: &Portal, id: i32) {
    // An entry that went with its webhook needs no mark.
    lock(&portal.nouns.journal.entries).change(id, |entry| entry.state = DeliveryState::Failed);
}

/// One attempt: what was sent and what came back.
struct Attempt {
    body: String,
    headers: String,
    outcome: Result<Received, CallFailure>,
}

impl Attempt {
    fn is_accepted(&self) -> bool {
        self.failure().is_none()
    }

    /// What the portal says about a failure; `None` for a 2xx.
    fn failure(&self) -> Option<String> {
        match &self.outcome {
            Ok(received) if (200..300).contains(&received.status) => None,
            Ok(Received { status, .. }) => {
                let reason = StatusCode::from_u16(*status)
                    .ok()
                    .and_then(|status| status.canonical_reason())
                    .unwrap_or_default();
                Some(format!(
                    "Response status code does not indicate success: {status} ({reason})."
                ))
            }
            Err(failure) => Some(failure.message()),
        }
    }

    /// What the journal shows (API §10).
    fn status(&self) -> u16 {
        match &self.outcome {
            Ok(received) => received.status,
            Err(CallFailure::Timeout { .. }) => 500,
            Err(_) => 0,
        }
    }

    fn is_timeout(&self) -> bool {
        matches!(self.outcome, Err(CallFailure::Timeout { .. }))
    }
}

async fn attempt(
    portal: &Portal,
    settings: &Settings,
    entry: &Delivery,
    webhook: &Webhook,
    earlier: &Earlier,
) -> Attempt {
    let body = entry.message.body(Some(entry.id), earlier);
    let signature = signature(&webhook.secret, &body);
    let headers = serde_json::json!({
        "Accept": ["*/*"],
        "x-docspace-signature-256": [signature],
    });
    let limit = Duration::from_millis(settings.delivery_timeout_ms);
    let outcome = match url::Url::parse(&webhook.uri) {
        Ok(url) => {
            let verifies = verifies(&url, webhook.ssl);
            portal
                .outbound
                .post(&url, verifies, limit, &signature, body.clone())
                .await
        }
        Err(error) => Err(CallFailure::Connect {
            text: error.to_string(),
        }),
    };
    Attempt {
        body,
        headers: headers.to_string(),
        outcome,
    }
}

/// Writes the end of a delivery to the journal and to the webhook (API §10).
fn conclude(portal: &Portal, entry: &Delivery, attempt: Attempt) {
    if attempt.status() == StatusCode::GONE.as_u16() {
        // Where the database restricts removal, the webhook stays and nothing is journalled.
        if remove_as_api(portal, entry.webhook_id).is_err() {
            settle(portal, entry.id);
        }
        return;
    }
    let at = now();
    let status = attempt.status();
    let failure = attempt.failure();
    let is_timeout = attempt.is_timeout();
    let changed = lock(&portal.nouns.webhooks.store).change(entry.webhook_id, |webhook| {
        mark_touched(webhook, at);
        let Some(failure) = &failure else {
            webhook.last_success_on = Some(at);
            webhook.status = status;
            return;
        };
        webhook.last_failure_on = Some(at);
        webhook.last_failure_content = Some(failure.clone());
        let trusted_since = webhook.last_success_on.unwrap_or(webhook.created_on);
        if !is_timeout && at - trusted_since > TRUSTED {
            webhook.enabled = false;
        }
    });
    // The webhook may have been removed while it was delivered to.
    drop(changed);
    lock(&portal.nouns.journal.entries).change(entry.id, |entry| {
        entry.status = status;
        entry.request_payload = attempt.body;
        entry.request_headers = Some(attempt.headers);
        match (failure, attempt.outcome) {
            (None, Ok(received)) => {
                entry.state = DeliveryState::Delivered;
                entry.delivered_on = Some(at);
                entry.response_headers = Some(received.headers);
                entry.response_payload = Some(received.body);
            }
            // For a refusal, the journal keeps what the portal says about it, not what the receiver said.
            (failure, _) => {
                entry.state = DeliveryState::Failed;
                entry.response_payload = failure;
            }
        }
    });
}

/// Every delivery counts as a modification, by the system if it is the first (API §4.2).
fn mark_touched(webhook: &mut Webhook, at: OffsetDateTime) {
    webhook
        .modified_by
        .get_or_insert_with(|| SYSTEM_ID.to_owned());
    webhook.modified_on = Some(at);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// O15: attempts come at 0, 1, 3, 7, 15 and 31 seconds.
    #[test]
    fn the_waits_double_from_one_second() {
        let mut at = 0;
        let attempts: Vec<u64> = (0..5)
            .map(|retries| {
                at += pause_after(retries).as_secs();
                at
            })
            .collect();
        assert_eq!(attempts, [1, 3, 7, 15, 31]);
    }
}
