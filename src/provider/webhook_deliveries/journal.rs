//! Reading the delivery journal page by page (API §6.7).
//!
//! The time range is ours. The portal could filter by time too, but it goes by the time of a
//! successful delivery, which a failed one does not have: asked for the failures of the last hour it
//! finds none. So entries are chosen by when the event was queued, which every entry has.
//!
//! The journal is newest first and pages are counted from its top, so an event that arrives between
//! two requests pushes entries from one page to the next: they are recognized by their id.

use std::collections::BTreeSet;

use time::OffsetDateTime;

use crate::api::{
    Client, Delivery, DeliveryId, DeliveryPage, DeliveryQuery, Error, StatusGroups, TriggerMask,
    WebhookId,
};

/// The most entries that the portal gives at once (API §6.7).
const PAGE: usize = 100;

/// Which entries are wanted; every condition that is set must hold.
#[derive(Debug, Clone, Default)]
pub(in crate::provider) struct JournalFilter {
    /// Of this webhook.
    pub(in crate::provider) webhook: Option<WebhookId>,
    /// Queued at this moment or later.
    pub(in crate::provider) from: Option<OffsetDateTime>,
    /// Queued at this moment or earlier.
    pub(in crate::provider) to: Option<OffsetDateTime>,
    /// Of this event.
    pub(in crate::provider) trigger: Option<TriggerMask>,
    /// With one of these outcomes.
    pub(in crate::provider) status_groups: Option<StatusGroups>,
    /// The most entries to return, the newest ones.
    pub(in crate::provider) limit: usize,
    /// Whether headers and bodies are kept; the portal sends them in any case.
    pub(in crate::provider) with_payloads: bool,
}

/// Returns the wanted entries, newest first: as many requests as it takes, and no more.
pub(in crate::provider) async fn read(
    client: &Client,
    filter: &JournalFilter,
) -> Result<Vec<Delivery>, Error> {
    let mut reading = Reading::new(filter);
    while let Some(query) = reading.next_query() {
        let page = client.list_deliveries(&query).await?;
        reading.take(page);
    }
    Ok(reading.found)
}

/// A journal that is being read.
#[derive(Debug)]
struct Reading<'a> {
    filter: &'a JournalFilter,
    found: Vec<Delivery>,
    seen: BTreeSet<DeliveryId>,
    /// How many entries were passed.
    position: usize,
    is_complete: bool,
}

impl<'a> Reading<'a> {
    fn new(filter: &'a JournalFilter) -> Self {
        Self {
            filter,
            found: Vec::new(),
            seen: BTreeSet::new(),
            position: 0,
            is_complete: false,
        }
    }

    /// Returns what to ask next; none when nothing is missing.
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
            ..DeliveryQuery::default()
        })
    }

    /// With a time range there is no telling how many entries of a page will do.
    fn page_size(&self) -> usize {
        let missing = self.filter.limit.saturating_sub(self.found.len());
        let has_range = self.filter.from.is_some() || self.filter.to.is_some();
        if has_range {
            PAGE
        } else {
            missing.clamp(1, PAGE)
        }
    }

    fn take(&mut self, page: DeliveryPage) {
        let DeliveryPage { deliveries, total } = page;
        let count = deliveries.len();
        let is_last = count < self.page_size();
        // A whole page: clocks that are set back mix up a few entries.
        let is_too_old = deliveries.iter().all(|delivery| self.is_too_old(delivery));
        self.position += count;
        let mut has_news = false;
        for delivery in deliveries {
            if self.seen.insert(delivery.id) {
                has_news = true;
                self.keep(delivery);
            }
        }
        // A portal that shows the same page again and again must not keep anybody busy for ever.
        let is_beyond = match total {
            Some(total) => u64::try_from(self.position).is_ok_and(|position| position >= total),
            None => !has_news,
        };
        self.is_complete =
            is_last || is_too_old || is_beyond || self.found.len() >= self.filter.limit;
    }

    fn keep(&mut self, mut delivery: Delivery) {
        let is_too_new = queued_on(&delivery)
            .zip(self.filter.to)
            .is_some_and(|(queued, to)| queued > to);
        let is_full = self.found.len() >= self.filter.limit;
        if is_too_new || is_full || self.is_too_old(&delivery) {
            return;
        }
        if !self.filter.with_payloads {
            delivery.request_headers = None;
            delivery.request_payload = None;
            delivery.response_headers = None;
            delivery.response_payload = None;
        }
        self.found.push(delivery);
    }

    /// An entry without a readable date is never too old: hiding a failure is worse than showing one
    /// too many.
    fn is_too_old(&self, delivery: &Delivery) -> bool {
        queued_on(delivery)
            .zip(self.filter.from)
            .is_some_and(|(queued, from)| queued < from)
    }
}

fn queued_on(delivery: &Delivery) -> Option<OffsetDateTime> {
    delivery.created_on.as_ref()?.to_offset_date_time()
}

#[cfg(test)]
mod tests;
