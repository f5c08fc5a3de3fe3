//! Which deliveries of a webhook have failed since a time, each event once.
//!
//! The journal never forgets a failure: a redelivery adds a new entry to the failed one. So an event counts as failed
//! only if none of its entries was accepted or may still be, and then its newest entry is the one to redeliver.
//! Otherwise a second call would deliver again what the first one delivered.

use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};

use super::{FAILED_SINCE, MOST, REPEATS, WEBHOOK_ID};
use crate::api::{Delivery, DeliveryId, EventKey, WebhookId};
use crate::framework::diagnostics::Diagnostic;
use crate::provider::portal::LivePortal;
use crate::provider::webhook::data_source::require;
use crate::provider::webhook::deliveries::journal::{self, Entry, JournalFilter};

/// The most entries that are read, 100 at once; for more, the time must be narrowed.
const MOST_READ: usize = 10_000;
/// How long the portal may be busy with a delivery: it checks its queue every 5 s and retries for 31 s (API §10).
const BUSY: Duration = Duration::minutes(2);

/// What there is to redeliver.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Choice {
    /// Entries whose events were not delivered, one for each event.
    pub(super) failed: Vec<DeliveryId>,
    /// How many events the portal may still be delivering.
    pub(super) busy: usize,
}

/// Reads the journal since a time. It is not filtered by outcome, because delivered entries count too.
pub(super) async fn choose(
    portal: &LivePortal,
    webhook: WebhookId,
    since: OffsetDateTime,
) -> Result<Choice, Diagnostic> {
    let filter = JournalFilter {
        webhook: Some(webhook),
        from: Some(since),
        limit: MOST_READ + 1,
        ..JournalFilter::default()
    };
    let found = journal::read(&portal.client, &filter)
        .await
        .map_err(|error| portal.explain("Could not read the delivery journal", &error))?;
    let entries = found.entries;
    if entries.is_empty() {
        // The empty journal of a webhook that does not exist must not pass for one without failures.
        require(portal, webhook, WEBHOOK_ID).await?;
    }
    let choice = sift(&entries, OffsetDateTime::now_utc());
    if entries.len() > MOST_READ {
        return Err(too_many(&format!(
            "More than {MOST_READ} deliveries were made"
        )));
    }
    if choice.failed.len() > MOST {
        return Err(too_many(&format!(
            "More than {MOST} deliveries have failed"
        )));
    }
    Ok(choice)
}

/// What became of an event, best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Failed,
    Busy,
    Delivered,
}

impl Fate {
    /// The journal shows the outcome of every attempt, so a failure is not final while the portal may still be retrying
    /// it: the receiver would get it twice. An entry without a readable date counts as new.
    fn of(entry: &Entry, now: OffsetDateTime) -> Self {
        let is_old = |queued: OffsetDateTime| now - queued > BUSY;
        if (200..300).contains(&entry.delivery.status) {
            Self::Delivered
        } else if entry.delivery.repeats() >= REPEATS || entry.queued_on().is_some_and(is_old) {
            Self::Failed
        } else {
            Self::Busy
        }
    }
}

/// Which event an entry delivers: an entry that does not say has an event of its own.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Told(EventKey),
    Own(DeliveryId),
}

impl Event {
    fn of(delivery: &Delivery) -> Self {
        let told = delivery.sent.and_then(|sent| sent.event);
        told.map_or(Self::Own(delivery.id), Self::Told)
    }
}

fn sift(entries: &[Entry], now: OffsetDateTime) -> Choice {
    let mut events: BTreeMap<Event, (Fate, DeliveryId)> = BTreeMap::new();
    for entry in entries {
        let fate = Fate::of(entry, now);
        let id = entry.delivery.id;
        events
            .entry(Event::of(&entry.delivery))
            .and_modify(|(best, newest)| {
                *best = fate.max(*best);
                *newest = id.max(*newest);
            })
            .or_insert((fate, id));
    }
    let count = |wanted| events.values().filter(|(fate, _)| *fate == wanted).count();
    let failed = events.values().filter(|(fate, _)| *fate == Fate::Failed);
    let mut failed: Vec<DeliveryId> = failed.map(|(_, id)| *id).collect();
    failed.sort_unstable();
    Choice {
        failed,
        busy: count(Fate::Busy),
    }
}

fn too_many(what: &str) -> Diagnostic {
    Diagnostic::error(
        "Too many failed deliveries",
        format!(
            "{what} since then. Choose a later time, or redeliver them in parts with delivery_ids. Nothing was \
             redelivered."
        ),
    )
    .at_attribute(FAILED_SINCE)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::api::{SentBody, Timestamp};

    const NOON: OffsetDateTime = datetime!(2026-06-30 12:00 UTC);

    /// An entry that was queued at noon for an event, and shows this status after this many retries.
    fn entry(id: u32, event: u64, status: i64, repeats: u32) -> Entry {
        Entry::of_utc(Delivery {
            id: DeliveryId::new(id).unwrap(),
            webhook_name: None,
            trigger: None,
            created_on: Some(Timestamp::new("2026-06-30T12:00:00Z")),
            delivered_on: None,
            status,
            request_headers: None,
            request_payload: None,
            sent: Some(SentBody {
                event: Some(EventKey::new(event)),
                queued_on: None,
                webhook: None,
                repeats,
            }),
            response_headers: None,
            response_payload: None,
        })
    }

    #[track_caller]
    fn sifts(after: Duration, entries: &[Entry], failed: &[u32], busy: usize) {
        let choice = sift(entries, NOON + after);
        let found: Vec<u32> = choice.failed.iter().map(|id| id.get()).collect();
        assert_eq!((found.as_slice(), choice.busy), (failed, busy));
    }

    #[test]
    fn an_event_that_was_delivered_again_is_not_repeated() {
        let entries = [
            entry(5, 1, 200, 0),
            entry(2, 2, 503, 5),
            entry(1, 1, 503, 5),
        ];
        sifts(Duration::HOUR, &entries, &[2], 0);
    }

    #[test]
    fn an_event_that_failed_again_is_repeated_once() {
        let entries = [entry(5, 1, 503, 5), entry(1, 1, 503, 5)];
        sifts(Duration::HOUR, &entries, &[5], 0);
    }

    #[test]
    fn what_the_portal_may_still_be_repeating_is_left_to_it() {
        let entries = [entry(5, 1, 0, 0), entry(2, 2, 503, 3), entry(1, 1, 503, 5)];
        sifts(Duration::MINUTE, &entries, &[], 2);
        sifts(BUSY + Duration::SECOND, &entries, &[2, 5], 0);
    }

    #[test]
    fn an_entry_that_does_not_tell_its_event_is_an_event() {
        let untold = |id| {
            let mut entry = entry(id, 1, 503, 5);
            entry.delivery.sent.as_mut().unwrap().event = None;
            entry
        };
        let entries = [entry(3, 1, 200, 0), untold(2), untold(1)];
        sifts(Duration::HOUR, &entries, &[1, 2], 0);
    }

    #[test]
    fn an_entry_without_a_readable_date_is_new() {
        let mut undated = entry(1, 1, 503, 4);
        undated.delivery.created_on = None;
        sifts(Duration::HOUR, &[undated], &[], 1);
    }
}
