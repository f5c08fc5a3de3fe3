//! The clock that the portal's journal goes by (API §4.4).
//!
//! Its dates end with `Z` but show the portal's wall clock, so they are wrong by the portal's offset
//! from UTC, which no endpoint tells for a moment in the past. The body of a delivery has the moment of
//! its event in UTC: on the entry that was the first to deliver the event, the difference is the offset.

use time::{Duration, OffsetDateTime};

use crate::api::{Delivery, Timestamp};

/// Offsets of time zones are multiples of this.
const STEP: Duration = Duration::minutes(15);

/// An entry, and how far its dates are ahead of UTC.
#[derive(Debug)]
pub(in crate::provider) struct Entry {
    pub(in crate::provider) delivery: Delivery,
    /// `None` when nothing tells.
    pub(super) ahead: Option<Duration>,
}

impl Entry {
    #[cfg(test)]
    pub(in crate::provider) fn of_utc(delivery: Delivery) -> Self {
        let ahead = Some(Duration::ZERO);
        Self { delivery, ahead }
    }

    /// Returns when the entry was made; `None` if its date cannot be read.
    pub(in crate::provider) fn queued_on(&self) -> Option<OffsetDateTime> {
        queued_on(&self.delivery)?.checked_sub(self.ahead.unwrap_or_default())
    }
}

/// Tells how far each entry of a page is ahead of UTC. One that delivers an event again, and so has a
/// later date than its event, goes by the entry next to it: offsets change twice a year at most.
/// `earlier` is the offset of the page before.
pub(super) fn tell(page: Vec<Delivery>, earlier: Option<Duration>) -> Vec<Entry> {
    let mut offsets: Vec<Option<Duration>> = page.iter().map(offset).collect();
    let first = offsets.iter().flatten().next().copied();
    let mut last = earlier.or(first);
    for offset in &mut offsets {
        last = offset.or(last);
        *offset = last;
    }
    let entries = page.into_iter().zip(offsets);
    entries
        .map(|(delivery, ahead)| Entry { delivery, ahead })
        .collect()
}

/// Reads the offset off an entry that was the first to deliver its event.
fn offset(delivery: &Delivery) -> Option<Duration> {
    let sent = delivery.sent?;
    if sent.event != Some(delivery.id) {
        return None;
    }
    let ahead = queued_on(delivery)? - sent.queued_on?;
    // An entry is made within seconds of its event.
    let steps = (ahead.whole_seconds() + STEP.whole_seconds() / 2).div_euclid(STEP.whole_seconds());
    i32::try_from(steps).ok().map(|steps| STEP * steps)
}

fn queued_on(delivery: &Delivery) -> Option<OffsetDateTime> {
    delivery
        .created_on
        .as_ref()
        .and_then(Timestamp::to_offset_date_time)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::api::{DeliveryId, SentBody};

    const NOON: OffsetDateTime = datetime!(2026-06-30 12:00 UTC);

    /// An entry with this date for an event of noon, first queued as entry `event`.
    fn delivery(id: u32, event: u32, date: &str) -> Delivery {
        Delivery {
            id: DeliveryId::new(id).unwrap(),
            webhook_name: None,
            trigger: None,
            created_on: Some(Timestamp::new(date)),
            delivered_on: None,
            status: 503,
            request_headers: None,
            request_payload: None,
            sent: Some(SentBody {
                event: DeliveryId::new(event),
                queued_on: Some(NOON),
                webhook: None,
                repeats: 0,
            }),
            response_headers: None,
            response_payload: None,
        }
    }

    fn queued(page: Vec<Delivery>, earlier: Option<Duration>) -> Vec<Option<OffsetDateTime>> {
        tell(page, earlier).iter().map(Entry::queued_on).collect()
    }

    #[test]
    fn the_offset_is_what_an_entry_differs_from_its_event() {
        for (date, minutes) in [
            ("2026-06-30T12:00:00Z", 0),
            ("2026-06-30T12:00:04Z", 0),
            ("2026-06-30T14:00:03Z", 120),
            ("2026-06-30T17:44:59Z", 345),
            ("2026-06-30T04:30:00Z", -450),
            ("2026-07-01T02:00:00Z", 840),
        ] {
            let found = offset(&delivery(1, 1, date));
            assert_eq!(found, Some(Duration::minutes(minutes)), "{date}");
        }
    }

    #[test]
    fn an_entry_that_delivers_again_goes_by_the_clock_of_its_neighbors() {
        let page = vec![
            delivery(9, 1, "2026-06-30T18:00:00Z"),
            delivery(8, 8, "2026-06-30T14:00:00Z"),
            delivery(7, 1, "2026-06-30T13:30:00Z"),
        ];
        let half_past_eleven = datetime!(2026-06-30 11:30 UTC);
        let expected = [
            Some(datetime!(2026-06-30 16:00 UTC)),
            Some(NOON),
            Some(half_past_eleven),
        ];
        assert_eq!(queued(page, None), expected);
        let alone = vec![delivery(7, 1, "2026-06-30T13:30:00Z")];
        let known = Some(Duration::hours(2));
        assert_eq!(queued(alone, known), [Some(half_past_eleven)]);
    }

    #[test]
    fn the_clock_of_summer_is_not_that_of_winter() {
        let mut winter = delivery(1, 1, "2026-01-30T13:00:00Z");
        winter.sent.as_mut().unwrap().queued_on = Some(datetime!(2026-01-30 12:00 UTC));
        let page = vec![delivery(2, 2, "2026-06-30T14:00:00Z"), winter];
        let expected = [Some(NOON), Some(datetime!(2026-01-30 12:00 UTC))];
        assert_eq!(queued(page, None), expected);
    }

    #[test]
    fn without_any_body_the_portals_word_is_taken() {
        let mut unknown = delivery(1, 1, "2026-06-30T12:00:00Z");
        unknown.sent = None;
        assert_eq!(queued(vec![unknown], None), [Some(NOON)]);
    }
}
