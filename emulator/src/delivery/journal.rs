//! The delivery journal: one entry for every delivery, queued, sent or failed (API §6.7).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use time::OffsetDateTime;

/// How many finished entries are kept.
const CAPACITY: usize = 10_000;

/// The state of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waiting for a sender, or between two attempts.
    Queued,
    /// Answered with 2xx.
    Delivered,
    /// Given up.
    Failed,
}

/// One entry of the journal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Delivery {
    /// The journal's number, increasing from 1.
    pub id: i32,
    /// The webhook it belongs to.
    pub webhook_id: i32,
    /// The trigger's value.
    pub trigger: i64,
    /// Its state.
    pub state: DeliveryState,
    /// How often it was sent.
    pub attempts: u32,
    /// When it was queued.
    #[serde(with = "time::serde::rfc3339")]
    pub created_on: OffsetDateTime,
    /// The headers of the last attempt as the journal shows them: JSON from name to values.
    pub request_headers: Option<String>,
    /// The body of the last attempt, or of the first one to come.
    pub request_payload: String,
    /// The headers of a 2xx answer, as JSON.
    pub response_headers: Option<String>,
    /// The body of a 2xx answer, or what the portal says about the failure.
    pub response_payload: Option<String>,
    /// The last answer's status; 0 until all is over and for connection failures, 500 for timeouts (API §10).
    pub status: u16,
    /// When it was accepted; failures have no such time (API §6.1).
    #[serde(with = "time::serde::rfc3339::option")]
    pub delivered_on: Option<OffsetDateTime>,
    /// What bodies are made from.
    #[serde(skip)]
    pub(crate) message: Arc<crate::delivery::payload::Message>,
}

/// Which entries a reader wants (API §6.7).
#[derive(Debug, Default)]
pub(crate) struct JournalFilter {
    pub(crate) delivered_from: Option<OffsetDateTime>,
    pub(crate) delivered_to: Option<OffsetDateTime>,
    pub(crate) id: Option<i32>,
    /// A set of status groups; 0 is all.
    pub(crate) groups: u32,
    /// One trigger; 0 is all.
    pub(crate) trigger: i64,
}

/// The status groups by which the journal is filtered (API §6.7).
pub(crate) const STATUS_GROUPS: [(&str, u32); 6] = [
    ("None", 0),
    ("NotSent", 1),
    ("Status2xx", 2),
    ("Status3xx", 4),
    ("Status4xx", 8),
    ("Status5xx", 16),
];

fn group_of(status: u16) -> u32 {
    match status {
        0 => 1,
        200..300 => 2,
        300..400 => 4,
        400..500 => 8,
        500..600 => 16,
        _ => 0,
    }
}

impl JournalFilter {
    pub(crate) fn accepts(&self, delivery: &Delivery) -> bool {
        let has_time_range = self.delivered_from.is_some() || self.delivered_to.is_some();
        let is_in_range = match delivery.delivered_on {
            // Entries without a delivery time drop out of every time range.
            None => !has_time_range,
            Some(at) => {
                self.delivered_from.is_none_or(|from| at >= from)
                    && self.delivered_to.is_none_or(|to| at <= to)
            }
        };
        is_in_range
            && self.id.is_none_or(|id| id == delivery.id)
            && (self.groups == 0 || self.groups & group_of(delivery.status) != 0)
            && (self.trigger == 0 || self.trigger == delivery.trigger)
    }
}

/// All entries by number.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    last_id: i32,
    entries: BTreeMap<i32, Arc<Delivery>>,
    waiting: Vec<i32>,
    open: usize,
}

impl Journal {
    /// Writes a new entry; `write` gets its number.
    pub(crate) fn add(&mut self, write: impl FnOnce(i32) -> Delivery) -> Arc<Delivery> {
        self.last_id += 1;
        let entry = Arc::new(write(self.last_id));
        if entry.state == DeliveryState::Queued {
            self.open += 1;
            self.waiting.push(entry.id);
        }
        self.entries.insert(self.last_id, Arc::clone(&entry));
        self.trim();
        entry
    }

    /// Hands out the entries that no sender has seen, oldest first.
    pub(crate) fn take_waiting(&mut self) -> Vec<i32> {
        std::mem::take(&mut self.waiting)
    }

    /// Changes an entry; false if it is gone, with its webhook or by a reset.
    pub(crate) fn change(&mut self, id: i32, change: impl FnOnce(&mut Delivery)) -> bool {
        let Some(entry) = self.entries.get_mut(&id) else {
            return false;
        };
        let was_open = entry.state == DeliveryState::Queued;
        change(Arc::make_mut(entry));
        let is_open = entry.state == DeliveryState::Queued;
        self.open = (self.open + usize::from(is_open)) - usize::from(was_open);
        true
    }

    pub(crate) fn find(&self, id: i32) -> Option<Arc<Delivery>> {
        self.entries.get(&id).map(Arc::clone)
    }

    /// Returns all entries, newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Arc<Delivery>> {
        self.entries.values().rev()
    }

    /// How many entries are still to be sent.
    pub(crate) fn open(&self) -> usize {
        self.open
    }

    pub(crate) fn has_entries_of(&self, webhook_id: i32) -> bool {
        self.entries
            .values()
            .any(|entry| entry.webhook_id == webhook_id)
    }

    /// Drops the entries of a removed webhook (API §6.5).
    pub(crate) fn forget_webhook(&mut self, webhook_id: i32) {
        self.entries
            .retain(|_, entry| entry.webhook_id != webhook_id);
        self.count_open();
    }

    /// Drops every entry. Numbers go on, so that a delivery under way finds nothing of its own.
    pub(crate) fn clear(&mut self) {
        *self = Self {
            last_id: self.last_id,
            ..Self::default()
        };
    }

    fn count_open(&mut self) {
        self.open = self
            .entries
            .values()
            .filter(|entry| entry.state == DeliveryState::Queued)
            .count();
    }

    fn trim(&mut self) {
        while self.entries.len() > CAPACITY {
            self.entries.pop_first();
            self.count_open();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn entry(id: i32, webhook_id: i32, status: u16) -> Delivery {
        Delivery {
            id,
            webhook_id,
            trigger: 256,
            state: if status == 0 {
                DeliveryState::Queued
            } else {
                DeliveryState::Delivered
            },
            attempts: 0,
            created_on: datetime!(2026-06-30 12:00 UTC),
            request_headers: None,
            request_payload: String::new(),
            response_headers: None,
            response_payload: None,
            status,
            delivered_on: (status == 200).then_some(datetime!(2026-06-30 12:00 UTC)),
            message: Arc::default(),
        }
    }

    #[test]
    fn entries_are_numbered_and_go_with_their_webhook() {
        let mut journal = Journal::default();
        journal.add(|id| entry(id, 1, 200));
        journal.add(|id| entry(id, 2, 0));
        assert_eq!(journal.open(), 1);
        let ids: Vec<_> = journal.newest_first().map(|entry| entry.id).collect();
        assert_eq!(ids, [2, 1]);
        journal.forget_webhook(2);
        assert_eq!(journal.open(), 0);
        assert!(journal.find(2).is_none());
        journal.change(2, |entry| entry.status = 200);
        assert_eq!(journal.add(|id| entry(id, 1, 0)).id, 3);
        journal.change(3, |entry| entry.state = DeliveryState::Failed);
        assert_eq!(journal.open(), 0);
    }

    #[test]
    fn entries_never_delivered_drop_out_of_time_ranges() {
        let mut filter = JournalFilter {
            delivered_from: Some(datetime!(2026-06-30 11:00 UTC)),
            ..JournalFilter::default()
        };
        assert!(filter.accepts(&entry(1, 1, 200)));
        assert!(!filter.accepts(&entry(1, 1, 503)));
        filter.delivered_to = Some(datetime!(2026-06-30 11:30 UTC));
        assert!(!filter.accepts(&entry(1, 1, 200)));
    }

    #[test]
    fn status_groups_are_flags() {
        let filter = JournalFilter {
            groups: 1 | 16,
            ..JournalFilter::default()
        };
        let accepted: Vec<u16> = [0, 200, 301, 404, 503]
            .into_iter()
            .filter(|status| filter.accepts(&entry(1, 1, *status)))
            .collect();
        assert_eq!(accepted, [0, 503]);
    }
}
