//! Reading the delivery journal page by page (API §6.7).
//!
//! The provider applies the time range itself. The portal can filter by time too, but by the time of a successful
//! delivery, which a failed one does not have: asked for the failures of the last hour, it finds none. So entries are
//! selected by when the event was queued, which every entry has.
//!
//! The journal is newest first and pages are counted from its top. An event that arrives between two requests pushes
//! entries to the next page: they are recognized by their id. An entry that no longer matches a filter by outcome,
//! because its delivery has succeeded meanwhile, pulls entries to the page before, where they would be missed: the
//! total reveals it, and that many are read again.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeSet;

use time::{Duration, OffsetDateTime};

use super::clock;
pub(in crate::provider::webhook) use super::clock::Entry;
use crate::api::{
    Client, DeliveryId, DeliveryPage, DeliveryQuery, Error, StatusGroups, TriggerMask, WebhookId,
};

/// The most entries that the portal returns at once (API §6.7).
const PAGE: usize = 100;

/// How often a page is read again at most: a portal whose counts are random must not keep the provider busy.
const MOST_REREADS: usize = 10;

/// Which entries are wanted; every condition that is set must hold.
#[derive(Debug, Clone, Default)]
pub(in crate::provider::webhook) struct JournalFilter {
    /// Of this webhook.
    pub(in crate::provider::webhook) webhook: Option<WebhookId>,
    /// Queued at this moment or later.
    pub(in crate::provider::webhook) from: Option<OffsetDateTime>,
    /// Queued at this moment or earlier.
    pub(in crate::provider::webhook) to: Option<OffsetDateTime>,
    /// Of this event.
    pub(in crate::provider::webhook) trigger: Option<TriggerMask>,
    /// With one of these outcomes.
    pub(in crate::provider::webhook) status_groups: Option<StatusGroups>,
    /// The most entries to return, the newest ones.
    pub(in crate::provider::webhook) limit: usize,
    /// Whether headers and bodies are kept; the portal sends them in any case.
    pub(in crate::provider::webhook) with_payloads: bool,
}

/// What was found.
#[derive(Debug)]
pub(in crate::provider::webhook) struct Found {
    /// The wanted entries, newest first.
    pub(in crate::provider::webhook) entries: Vec<Entry>,
    /// Whether more are wanted than the limit allows.
    pub(in crate::provider::webhook) is_truncated: bool,
}

/// Returns the wanted entries, with as many requests as it takes and no more. An interrupt ends it.
pub(in crate::provider::webhook) async fn read(
    client: &Client,
    filter: &JournalFilter,
) -> Result<Found, Error> {
    let mut reading = Reading::new(filter);
    while let Some(query) = reading.next_query() {
        let page = client.list_deliveries_until_stopped(&query).await?;
        reading.take(page);
    }
    Ok(reading.conclude())
}

/// A journal that is being read.
#[derive(Debug)]
struct Reading<'a> {
    filter: &'a JournalFilter,
    found: Vec<Entry>,
    seen: BTreeSet<DeliveryId>,
    /// How many entries were passed.
    position: usize,
    /// How many entries matched when the last page was read.
    total: Option<u64>,
    /// How far the last entry was ahead of UTC.
    ahead: Option<Duration>,
    /// How often pages were read again.
    rereads: usize,
    is_rereading: bool,
    /// Whether no later page can have a wanted entry.
    is_exhausted: bool,
    is_complete: bool,
}

impl<'a> Reading<'a> {
    fn new(filter: &'a JournalFilter) -> Self {
        Self {
            filter,
            found: Vec::new(),
            seen: BTreeSet::new(),
            position: 0,
            total: None,
            ahead: None,
            rereads: 0,
            is_rereading: false,
            is_exhausted: false,
            is_complete: false,
        }
    }

    /// Returns what to request next; none if nothing is missing.
    fn next_query(&self) -> Option<DeliveryQuery> {
        if self.is_complete {
            return None;
        }
        Some(DeliveryQuery {
            webhook: self.filter.webhook,
            trigger: self.filter.trigger,
            status_groups: self.filter.status_groups,
            count: u32::try_from(self.page_size()).ok(),
            start_index: u32::try_from(self.position).ok()?,
        })
    }

    /// With a time range, it is unknown how many entries of a page will match.
    fn page_size(&self) -> usize {
        let missing = self.filter.limit.saturating_sub(self.found.len());
        if self.has_range() || self.is_rereading {
            PAGE
        } else {
            missing.clamp(1, PAGE)
        }
    }

    fn has_range(&self) -> bool {
        self.filter.from.is_some() || self.filter.to.is_some()
    }

    /// Returns whether enough was found: the limit, and whether there is more, which the total tells if every entry
    /// matches.
    fn is_satisfied(&self) -> bool {
        match self.found.len().cmp(&self.filter.limit) {
            Ordering::Less => false,
            Ordering::Equal => self.total.is_some() && !self.has_range(),
            Ordering::Greater => true,
        }
    }

    fn take(&mut self, page: DeliveryPage) {
        let DeliveryPage { deliveries, total } = page;
        let count = deliveries.len();
        // A page may be short because of something in front of the portal; its total is the portal's own.
        let is_last = count == 0 || total.is_none() && count < self.page_size();
        let pulled = self.pulled_since(total);
        self.position += count;
        let entries = clock::tell(deliveries, self.ahead);
        self.ahead = entries.last().and_then(|entry| entry.ahead).or(self.ahead);
        // A whole page: a clock that is set back mixes up a few entries.
        let is_too_old = entries.iter().all(|entry| self.is_too_old(entry));
        let mut has_news = false;
        for entry in entries {
            if self.seen.insert(entry.delivery.id) {
                has_news = true;
                self.keep(entry);
            }
        }
        // A portal that shows the same page again and again must not keep the provider busy forever.
        let is_beyond = match total {
            Some(total) => u64::try_from(self.position).is_ok_and(|position| position >= total),
            None => !has_news,
        };
        self.is_exhausted = is_last || is_too_old || is_beyond;
        self.is_complete = self.is_exhausted || self.is_satisfied();
        self.is_rereading = pulled > 0 && self.rereads < MOST_REREADS;
        if self.is_rereading {
            self.rereads += 1;
            self.position = self.position.saturating_sub(count + pulled);
            self.is_complete = false;
        }
    }

    /// Returns how many entries may have been pulled to the page before since it was read.
    fn pulled_since(&mut self, total: Option<u64>) -> usize {
        let before = std::mem::replace(&mut self.total, total);
        let pulled = before
            .zip(total)
            .map(|(before, now)| before.saturating_sub(now));
        usize::try_from(pulled.unwrap_or_default()).unwrap_or_default()
    }

    fn keep(&mut self, mut entry: Entry) {
        let is_too_new = entry
            .queued_on()
            .zip(self.filter.to)
            .is_some_and(|(queued, to)| queued > to);
        if is_too_new || self.is_too_old(&entry) {
            return;
        }
        if !self.filter.with_payloads {
            let delivery = &mut entry.delivery;
            delivery.request_headers = None;
            delivery.request_payload = None;
            delivery.response_headers = None;
            delivery.response_payload = None;
        }
        self.found.push(entry);
    }

    /// Returns what was found, in the journal's order whatever was read again.
    fn conclude(mut self) -> Found {
        if self.rereads > 0 {
            self.found.sort_by_key(|entry| Reverse(entry.delivery.id));
        }
        let is_truncated = self.found.len() > self.filter.limit || !self.is_exhausted;
        self.found.truncate(self.filter.limit);
        Found {
            entries: self.found,
            is_truncated,
        }
    }

    /// An entry without a readable date is never too old: hiding a failure is worse than showing one too many.
    fn is_too_old(&self, entry: &Entry) -> bool {
        entry
            .queued_on()
            .zip(self.filter.from)
            .is_some_and(|(queued, from)| queued < from)
    }
}

#[cfg(test)]
mod tests;
