//! The clock of the portal's journal (API §4.4).
//!
//! Its dates are off by the portal's offset from UTC: ahead before 3.5, behind since, and correct if the database is
//! PostgreSQL, which cannot be seen from outside. So the portal's time zone does not help here. The body of a delivery
//! has the moment of its event in UTC: for the first entry that delivers an event, the difference is the offset.

use time::{Duration, OffsetDateTime};

use crate::api::{Delivery, Timestamp};

/// Time zone offsets are multiples of this.
const STEP: Duration = Duration::minutes(15);
/// Dates are in whole seconds, and a busy portal takes a moment.
const SLACK: Duration = Duration::seconds(10);

/// An entry, and how far its dates are ahead of UTC.
#[derive(Debug)]
pub(in crate::provider::webhook) struct Entry {
    pub(in crate::provider::webhook) delivery: Delivery,
    /// `None` if nothing tells.
    pub(super) ahead: Option<Duration>,
    /// Why the delivery failed, in the portal's words, which are not content and stay when payloads are dropped.
    pub(super) failure: Option<String>,
}

impl Entry {
    fn new(delivery: Delivery, ahead: Option<Duration>) -> Self {
        let failure = delivery.failure();
        Self {
            delivery,
            ahead,
            failure,
        }
    }

    #[cfg(test)]
    pub(in crate::provider::webhook) fn of_utc(delivery: Delivery) -> Self {
        let ahead = Some(Duration::ZERO);
        Self::new(delivery, ahead)
    }

    /// Returns when the entry was created, by the portal's own date if nothing better is known; `None` if its date
    /// cannot be read. Good enough to select entries.
    pub(in crate::provider::webhook) fn queued_on(&self) -> Option<OffsetDateTime> {
        queued_on(&self.delivery)?.checked_sub(self.ahead.unwrap_or_default())
    }
}

/// Returns how far each entry of a page is ahead of UTC; `earlier` is the offset of the page before.
///
/// The smallest difference is the portal's offset: those of redelivered events are greater by their age. A difference
/// that is greater by exactly an hour is that of the other half of the year.
pub(super) fn tell(page: Vec<Delivery>, earlier: Option<Duration>) -> Vec<Entry> {
    let offsets: Vec<Option<Duration>> = page.iter().map(offset).collect();
    let least = offsets.iter().flatten().min().copied().or(earlier);
    let entries = page.into_iter().zip(offsets);
    entries
        .map(|(delivery, own)| {
            let is_plausible =
                |own: &Duration| least.is_some_and(|least| *own - least == Duration::HOUR);
            let ahead = own.filter(is_plausible).or(least);
            Entry::new(delivery, ahead)
        })
        .collect()
}

/// Returns how much later than its event an entry was created by the portal's clock, if that can be a time zone offset:
/// an event is queued in the second in which it happens.
fn offset(delivery: &Delivery) -> Option<Duration> {
    let ahead = queued_on(delivery)? - delivery.sent?.queued_on?;
    let steps = (ahead + SLACK)
        .whole_seconds()
        .div_euclid(STEP.whole_seconds());
    let offset = STEP * i32::try_from(steps).ok()?;
    (ahead - offset <= SLACK).then_some(offset)
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

    /// An entry with this date for an event of noon.
    fn delivery(date: &str) -> Delivery {
        Delivery {
            id: DeliveryId::new(1).unwrap(),
            webhook_name: None,
            trigger: None,
            created_on: Some(Timestamp::new(date)),
            delivered_on: None,
            status: 503,
            request_headers: None,
            request_payload: None,
            sent: Some(SentBody {
                event: None,
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
            let found = offset(&delivery(date));
            assert_eq!(found, Some(Duration::minutes(minutes)), "{date}");
        }
        assert_eq!(offset(&delivery("2026-06-30T12:07:00Z")), None);
    }

    #[test]
    fn an_entry_that_delivers_again_goes_by_the_clock_of_the_others() {
        let page = vec![
            // Four hours after the event, to the second.
            delivery("2026-06-30T18:00:00Z"),
            delivery("2026-06-30T14:00:00Z"),
            delivery("2026-06-30T14:31:20Z"),
        ];
        let expected = [
            Some(datetime!(2026-06-30 16:00 UTC)),
            Some(NOON),
            Some(datetime!(2026-06-30 12:31:20 UTC)),
        ];
        assert_eq!(queued(page, None), expected);
        let alone = vec![delivery("2026-06-30T14:31:20Z")];
        let known = Some(Duration::hours(2));
        assert_eq!(queued(alone, known), expected[2..]);
    }

    #[test]
    fn the_clock_of_summer_is_not_that_of_winter() {
        let mut winter = delivery("2026-01-30T13:00:00Z");
        winter.sent.as_mut().unwrap().queued_on = Some(datetime!(2026-01-30 12:00 UTC));
        let page = vec![delivery("2026-06-30T14:00:00Z"), winter];
        let expected = [Some(NOON), Some(datetime!(2026-01-30 12:00 UTC))];
        assert_eq!(queued(page, None), expected);
    }

    #[test]
    fn without_any_body_an_entry_is_chosen_by_the_portals_word() {
        let mut unknown = delivery("2026-06-30T12:00:00Z");
        unknown.sent = None;
        let [entry] = &tell(vec![unknown], None)[..] else {
            panic!("one entry")
        };
        assert_eq!((entry.queued_on(), entry.ahead), (Some(NOON), None));
    }
}
