//! Real deliveries: queue, send, sign, retry, and what failures do to the webhook (API §10).

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use time::OffsetDateTime;
use tokio::sync::Semaphore;

use crate::account::SYSTEM_ID;
use crate::config::Settings;
use crate::event::{Event, InvalidEvent};
use crate::journal::{Delivery, DeliveryState};
use crate::locks::lock;
use crate::outbound::{CallFailure, Received};
use crate::payload::{Earlier, Message, signature};
use crate::portal::{Portal, now};
use crate::probe::verifies;
use crate::store::Webhook;
use crate::url_rules;

/// How often the queue is looked at, at real speed.
const POLL: Duration = Duration::from_secs(5);

/// Senders at work at once.
const SENDERS: usize = 10;

/// The wait before the first retry; it doubles each time.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// A webhook without success for longer than this is switched off by its next failure.
const TRUSTED: time::Duration = time::Duration::days(3);

/// Matches an event against all webhooks and queues a delivery for each that hears of it.
pub(crate) fn raise(portal: &Portal, event: &Event) -> Result<Vec<Arc<Delivery>>, InvalidEvent> {
    let profile = portal.settings.current().profile;
    let row = event.row(profile)?;
    let at = now();
    let webhooks = lock(&portal.store).snapshot();
    let mut journal = lock(&portal.journal);
    let queued = webhooks
        .iter()
        .filter(|webhook| event.matches(webhook))
        .map(|webhook| {
            journal.add(|id| {
                let message = Message::new(id, event, row.dotted, at);
                let body = message.body(webhook, profile, &Earlier::default());
                queued_entry(id, webhook.id, event.trigger, body, Arc::new(message))
            })
        })
        .collect();
    portal.deliveries_changed.notify_waiters();
    portal.queue.notify_one();
    Ok(queued)
}

/// Queues a journal entry's message again, under a new number.
pub(crate) fn repeat(portal: &Portal, earlier: &Delivery) -> Arc<Delivery> {
    let entry = lock(&portal.journal).add(|id| {
        queued_entry(
            id,
            earlier.webhook_id,
            earlier.trigger,
            earlier.request_payload.clone(),
            Arc::clone(&earlier.message),
        )
    });
    portal.queue.notify_one();
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
            () = portal.queue.notified() => {}
        }
        if wait(&portal, scaled(&portal.settings.current(), POLL))
            .await
            .is_err()
        {
            return;
        }
        let waiting = lock(&portal.journal).take_waiting();
        for id in waiting {
            let portal = Arc::clone(&portal);
            let senders = Arc::clone(&senders);
            drop(portal.tasks.clone().spawn(async move {
                if let Ok(_permit) = senders.acquire().await {
                    deliver(&portal, id).await;
                    portal.deliveries_changed.notify_waiters();
                }
            }));
        }
    }
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

/// How one attempt ended.
enum Attempt {
    Accepted,
    /// Any other answer.
    Answered(u16),
    /// No answer.
    Failed(CallFailure),
}

impl Attempt {
    fn content(&self) -> String {
        match self {
            Self::Accepted => String::new(),
            Self::Answered(status) => {
                let reason = StatusCode::from_u16(*status)
                    .ok()
                    .and_then(|status| status.canonical_reason())
                    .unwrap_or_default();
                format!("Response status code does not indicate success: {status} ({reason}).")
            }
            Self::Failed(failure) => failure.message(),
        }
    }

    /// What the journal shows (API §10).
    fn status(&self) -> u16 {
        match self {
            Self::Accepted => 200,
            Self::Answered(status) => *status,
            Self::Failed(CallFailure::Timeout { .. }) => 500,
            Self::Failed(_) => 0,
        }
    }
}

/// Sends one entry until it is accepted or given up.
async fn deliver(portal: &Arc<Portal>, id: i32) {
    let mut earlier = Earlier::default();
    loop {
        let settings = portal.settings.current();
        let Some((entry, webhook)) = load(portal, id) else {
            return;
        };
        if earlier.retries == 0 && !may_be_sent(portal, &settings, &entry, &webhook).await {
            return;
        }
        let attempt = attempt(portal, &settings, &entry, &webhook, &earlier).await;
        let at = now();
        if matches!(attempt, Attempt::Accepted) {
            return;
        }
        if earlier.retries >= settings.delivery_retries {
            give_up(portal, &entry, &attempt, at);
            return;
        }
        let pause = FIRST_WAIT * 2_u32.saturating_pow(earlier.retries.min(20));
        earlier = Earlier {
            retries: earlier.retries + 1,
            retry_on: None,
            last_failure_on: Some(at),
            last_failure_content: Some(attempt.content()),
        };
        if wait(portal, scaled(&settings, pause)).await.is_err() {
            return;
        }
        earlier.retry_on = Some(now());
    }
}

fn load(portal: &Portal, id: i32) -> Option<(Arc<Delivery>, Arc<Webhook>)> {
    let entry = lock(&portal.journal).find(id)?;
    let webhook = lock(&portal.store).find(entry.webhook_id)?;
    Some((entry, webhook))
}

/// Runs the URL rules again (3.7, API §10): blacklisted deletes, any other refusal switches off.
async fn may_be_sent(
    portal: &Portal,
    settings: &Settings,
    entry: &Delivery,
    webhook: &Webhook,
) -> bool {
    if !settings.profile.has_url_rules() {
        return true;
    }
    let Err(refusal) = url_rules::check(settings, &webhook.uri, webhook.ssl).await else {
        return true;
    };
    if refusal.is_blacklisted() {
        drop(portal.remove_webhook(webhook.id));
        return false;
    }
    let is_there =
        lock(&portal.journal).change(entry.id, |entry| entry.state = DeliveryState::Failed);
    if !is_there {
        return false;
    }
    let at = now();
    let changed = lock(&portal.store).change(webhook.id, |webhook| {
        webhook.enabled = false;
        webhook.last_failure_on = Some(at);
        webhook.last_failure_content = Some(refusal.to_string());
        mark_touched(webhook, at);
    });
    drop(changed);
    false
}

/// Sends once and records it.
async fn attempt(
    portal: &Portal,
    settings: &Settings,
    entry: &Delivery,
    webhook: &Webhook,
    earlier: &Earlier,
) -> Attempt {
    let body = if earlier.retries == 0 {
        entry.request_payload.clone()
    } else {
        entry.message.body(webhook, settings.profile, earlier)
    };
    let signature = signature(&webhook.secret, &body);
    let headers = serde_json::json!({
        "Accept": ["*/*"],
        "x-docspace-signature-256": [signature],
    });
    let limit = Duration::from_millis(settings.delivery_timeout_ms);
    let result = match url::Url::parse(&webhook.uri) {
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
    let attempt = match &result {
        Ok(received) if (200..300).contains(&received.status) => Attempt::Accepted,
        Ok(received) => Attempt::Answered(received.status),
        Err(failure) => Attempt::Failed(failure.clone()),
    };
    record(
        portal,
        entry,
        body,
        headers.to_string(),
        &attempt,
        result.ok(),
    );
    attempt
}

fn record(
    portal: &Portal,
    entry: &Delivery,
    body: String,
    headers: String,
    attempt: &Attempt,
    received: Option<Received>,
) {
    let at = now();
    let status = received
        .as_ref()
        .map_or_else(|| attempt.status(), |received| received.status);
    let is_accepted = matches!(attempt, Attempt::Accepted);
    let is_there = lock(&portal.journal).change(entry.id, |entry| {
        entry.attempts += 1;
        entry.request_payload = body;
        entry.request_headers = Some(headers);
        entry.status = status;
        (entry.response_headers, entry.response_payload) = match received {
            Some(received) => (Some(received.headers), Some(received.body)),
            None => (None, None),
        };
        if is_accepted {
            entry.state = DeliveryState::Delivered;
            entry.delivered_on = Some(at);
        }
    });
    if !is_there {
        return;
    }
    let changed = lock(&portal.store).change(entry.webhook_id, |webhook| {
        mark_touched(webhook, at);
        if is_accepted {
            webhook.last_success_on = Some(at);
            webhook.status = status;
        }
    });
    // The webhook may have been removed while it was delivered to.
    drop(changed);
}

/// Every attempt counts as a modification, by the system if nobody came first (API §4.2).
fn mark_touched(webhook: &mut Webhook, at: OffsetDateTime) {
    webhook
        .modified_by
        .get_or_insert_with(|| SYSTEM_ID.to_owned());
    webhook.modified_on = Some(at);
}

/// The end of a delivery that was never accepted.
fn give_up(portal: &Portal, entry: &Delivery, attempt: &Attempt, at: OffsetDateTime) {
    let is_there =
        lock(&portal.journal).change(entry.id, |entry| entry.state = DeliveryState::Failed);
    if !is_there {
        return;
    }
    if matches!(attempt, Attempt::Answered(410)) {
        drop(portal.remove_webhook(entry.webhook_id));
        return;
    }
    let is_timeout = matches!(attempt, Attempt::Failed(CallFailure::Timeout { .. }));
    let changed = lock(&portal.store).change(entry.webhook_id, |webhook| {
        webhook.last_failure_on = Some(at);
        webhook.last_failure_content = Some(attempt.content());
        let trusted_since = webhook.last_success_on.unwrap_or(webhook.created_on);
        if !is_timeout && at - trusted_since > TRUSTED {
            webhook.enabled = false;
        }
    });
    drop(changed);
}
