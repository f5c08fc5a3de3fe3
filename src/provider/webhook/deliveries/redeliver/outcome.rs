//! What becomes of redeliveries, as the journal shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep};

use super::REPEATS;
use crate::api::{Delivery, DeliveryId, DeliveryQuery, WebhookId};
use crate::framework::action::ActionProgress;
use crate::framework::diagnostics::Diagnostic;
use crate::provider::portal::LivePortal;

/// The largest page of the journal (API §6.7).
const PAGE: u32 = 100;
const PAGE_LENGTH: usize = 100;
/// The portal retries a failed delivery for 31 s and checks its queue every 5 s (API §10).
const PATIENCE: Duration = Duration::from_secs(90);
/// How long to wait between looks at the journal: at first, and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(5));
/// How often to report what is still pending.
const REMINDER: Duration = Duration::from_secs(10);

/// The deliveries that the portal has queued, as its answer showed them.
pub(super) type Queued = BTreeMap<DeliveryId, Delivery>;

/// What is known of each of them.
pub(super) type Outcomes = BTreeMap<DeliveryId, Outcome>;

/// What is known of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    /// The receiver accepted it with this status.
    Delivered(i64),
    /// The portal has given up; this was the last status, 0 for no answer.
    Failed(i64),
    /// The portal may still be retrying it; this was the status so far, 0 for none.
    Trying(i64),
    /// The portal has removed the webhook, and with it what its journal showed.
    Gone(WebhookId),
}

impl Outcome {
    /// Reads it from a journal entry. A failure is final only after the last retry; the first attempt has the body of
    /// the entry that is redelivered, and so says nothing about retries.
    fn of(delivery: &Delivery, queued: &Delivery) -> Self {
        let status = delivery.status;
        let is_repeated = queued.request_payload.is_some() && !delivery.has_body_of(queued);
        if (200..300).contains(&status) {
            Self::Delivered(status)
        } else if delivery.delivered_on.is_some() || (is_repeated && delivery.repeats() >= REPEATS)
        {
            Self::Failed(status)
        } else {
            Self::Trying(status)
        }
    }

    fn is_final(self) -> bool {
        !matches!(self, Self::Trying(_))
    }

    fn describe(self) -> String {
        match self {
            Self::Delivered(status) => format!("delivered ({status})"),
            Self::Failed(0) => "no answer from the receiver".to_owned(),
            Self::Failed(status) => format!("refused by the receiver ({status})"),
            Self::Trying(0) => "no outcome yet".to_owned(),
            Self::Trying(status) => {
                let seen = Self::Failed(status).describe();
                format!("{seen}, and the portal may still be retrying it")
            }
            Self::Gone(webhook) => format!(
                "not delivered, because webhook {webhook} is gone: the portal deletes a webhook whose receiver answers \
                 410 (Gone) or has a forbidden address"
            ),
        }
    }
}

/// Why the waiting for deliveries has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// Each has its final outcome.
    Settled,
    /// The longest wait is over.
    TimeUp,
    /// The run was interrupted, or the client no longer listens.
    Interrupted,
}

impl Ending {
    /// Explains why some have no final outcome, as the beginning of a sentence.
    fn describe(self) -> Option<String> {
        match self {
            Self::Settled => None,
            Self::TimeUp => Some(format!(
                "The {} seconds of waiting are over",
                PATIENCE.as_secs()
            )),
            Self::Interrupted => Some("The run was interrupted".to_owned()),
        }
    }
}

/// Waits until each delivery has its final outcome, and reports each as it comes. When time is up, or the client no
/// longer listens, what the journal has shown by then is all there is.
pub(super) async fn wait(
    portal: &LivePortal,
    queued: &Queued,
    progress: &ActionProgress,
) -> (Outcomes, Ending) {
    let mut outcomes = queued.keys().map(|id| (*id, Outcome::Trying(0))).collect();
    let look = |pending| look(portal, queued, pending);
    let stop = || portal.client.stop_signal().cancelled();
    let ending = follow(look, stop, progress, &mut outcomes).await;
    (outcomes, ending)
}

/// Fills in outcomes as looks at the journal show them.
async fn follow<F: Future<Output = Outcomes>, S: Future<Output = ()>>(
    look: impl Fn(BTreeSet<DeliveryId>) -> F,
    stop: impl Fn() -> S,
    progress: &ActionProgress,
    outcomes: &mut Outcomes,
) -> Ending {
    tokio::select! {
        biased;
        ending = settle(look, stop, progress, outcomes) => ending,
        () = progress.abandoned() => {
            let pending = pending(outcomes).len();
            tracing::warn!(pending, "the action was cancelled; the portal continues with what it has queued");
            Ending::Interrupted
        }
        () = sleep(PATIENCE) => Ending::TimeUp,
    }
}

/// Looks until nothing is pending. A stop ends a pause; a running look then ends by itself, and may still show
/// something.
async fn settle<F: Future<Output = Outcomes>, S: Future<Output = ()>>(
    look: impl Fn(BTreeSet<DeliveryId>) -> F,
    stop: impl Fn() -> S,
    progress: &ActionProgress,
    outcomes: &mut Outcomes,
) -> Ending {
    let mut reminders = interval_at(Instant::now() + REMINDER, REMINDER);
    reminders.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut pause, longest) = PAUSES;
    loop {
        let remind = || progress.say(reminder(outcomes));
        let seen = reminding(look(pending(outcomes)), &mut reminders, remind).await;
        for (id, outcome) in seen {
            if outcome.is_final() {
                progress.say(format!("Delivery {id}: {}", outcome.describe()));
            }
            outcomes.insert(id, outcome);
        }
        if pending(outcomes).is_empty() {
            return Ending::Settled;
        }
        let remind = || progress.say(reminder(outcomes));
        tokio::select! {
            biased;
            () = stop() => return Ending::Interrupted,
            () = reminding(sleep(pause), &mut reminders, remind) => {}
        }
        pause = (pause * 2).min(longest);
    }
}

/// Does something that takes long, with a progress message from time to time.
async fn reminding<T>(
    work: impl Future<Output = T>,
    reminders: &mut Interval,
    remind: impl Fn(),
) -> T {
    tokio::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            _ = reminders.tick() => remind(),
        }
    }
}

fn pending(outcomes: &Outcomes) -> BTreeSet<DeliveryId> {
    let pending = outcomes.iter().filter(|(_, outcome)| !outcome.is_final());
    pending.map(|(id, _)| *id).collect()
}

fn reminder(outcomes: &Outcomes) -> String {
    match outcomes.len() {
        1 => "Still waiting for the delivery.".to_owned(),
        all => format!(
            "Still waiting for {} of {all} deliveries.",
            pending(outcomes).len()
        ),
    }
}

/// Looks for pending deliveries in the newest pages of the journal, and for the webhooks of those that it lacks. What
/// cannot be read is read again next time.
async fn look(portal: &LivePortal, queued: &Queued, pending: BTreeSet<DeliveryId>) -> Outcomes {
    let mut seen = Outcomes::new();
    let mut query = DeliveryQuery {
        count: Some(PAGE),
        ..DeliveryQuery::default()
    };
    // Entries of other webhooks come between ours; two extra pages usually find them all.
    for _ in 0..pending.len() / PAGE_LENGTH + 3 {
        let Ok(page) = portal.client.list_deliveries(&query).await else {
            return seen;
        };
        for delivery in &page.deliveries {
            if let Some(queued) = queued.get(&delivery.id)
                && pending.contains(&delivery.id)
            {
                seen.insert(delivery.id, Outcome::of(delivery, queued));
            }
        }
        if seen.len() >= pending.len() || page.deliveries.len() < PAGE_LENGTH {
            break;
        }
        query.start_index += PAGE;
    }
    let hidden = pending.iter().filter(|id| !seen.contains_key(id));
    let hidden: Vec<&Delivery> = hidden.filter_map(|id| queued.get(id)).collect();
    if !hidden.is_empty() {
        seen.extend(gone(portal, &hidden).await);
    }
    seen
}

/// Finds the deliveries whose webhook the portal no longer has. One list that lacks it proves nothing.
async fn gone(portal: &LivePortal, hidden: &[&Delivery]) -> Outcomes {
    let webhook = |delivery: &Delivery| delivery.sent.and_then(|sent| sent.webhook);
    let mut absent: BTreeSet<WebhookId> = hidden.iter().filter_map(|it| webhook(it)).collect();
    for _ in 0..2 {
        // The shared list may be older than the removal.
        let Ok(items) = portal.client.list_webhooks().await else {
            return Outcomes::new();
        };
        for item in items {
            absent.remove(&item.webhook.id);
        }
        if absent.is_empty() {
            return Outcomes::new();
        }
    }
    let of_absent = hidden.iter().filter_map(|delivery| {
        let webhook = webhook(delivery).filter(|id| absent.contains(id))?;
        Some((delivery.id, Outcome::Gone(webhook)))
    });
    of_absent.collect()
}

/// Fails, in one diagnostic, when a delivery was not accepted, failed, or has no outcome yet.
pub(super) fn conclude(
    asked: usize,
    queued: &Queued,
    outcomes: &Outcomes,
    ending: Ending,
) -> Result<(), Diagnostic> {
    let is_delivered = |outcome: &Outcome| matches!(outcome, Outcome::Delivered(_));
    let delivered = outcomes.values().filter(|it| is_delivered(it)).count();
    let skipped = asked.saturating_sub(queued.len());
    if delivered == queued.len() && skipped == 0 {
        return Ok(());
    }
    let mut alike: BTreeMap<Outcome, Vec<String>> = BTreeMap::new();
    for (id, outcome) in outcomes.iter().filter(|(_, it)| !is_delivered(it)) {
        alike.entry(*outcome).or_default().push(id.to_string());
    }
    let mut problems: Vec<String> = alike
        .iter()
        .map(|(outcome, ids)| account(*outcome, ids))
        .collect();
    if skipped > 0 {
        let entries = if skipped == 1 { "entry" } else { "entries" };
        problems.push(format!(
            "The portal skipped {skipped} {entries}: unknown, or not this user's. Look them up in the data source \
             docspace_webhook_deliveries."
        ));
    }
    problems.extend(advice(alike.keys().copied(), ending));
    Err(Diagnostic::error(
        "Not everything was redelivered",
        format!(
            "The receiver accepted {delivered} of {asked} deliveries. {}",
            problems.join(" ")
        ),
    ))
}

/// Describes what to do about outcomes like these.
fn advice(outcomes: impl Iterator<Item = Outcome>, ending: Ending) -> Vec<String> {
    let (mut is_gone, mut is_failed) = (false, false);
    for outcome in outcomes {
        is_gone |= matches!(outcome, Outcome::Gone(_));
        is_failed |= matches!(outcome, Outcome::Failed(_));
    }
    let gone = is_gone.then(|| {
        "Repair the receiver, then plan again: a webhook that Terraform manages is re-created."
            .to_owned()
    });
    let failed = is_failed.then(|| {
        "Every attempt is in the delivery journal; check the receiver, then invoke the action again for what is left."
            .to_owned()
    });
    let open = ending.describe().map(|cause| {
        format!(
            "{cause}; the portal continues with what it has queued and may still deliver it. Check the data source \
             docspace_webhook_deliveries before you invoke the action again: with delivery_ids, the receiver can get \
             twice what the portal delivers in the meantime."
        )
    });
    [gone, failed, open].into_iter().flatten().collect()
}

/// Describes the outcome of deliveries that share it.
fn account(outcome: Outcome, ids: &[String]) -> String {
    let noun = if ids.len() == 1 {
        "Delivery"
    } else {
        "Deliveries"
    };
    format!("{noun} {}: {}.", ids.join(", "), outcome.describe())
}

#[cfg(test)]
mod tests;
