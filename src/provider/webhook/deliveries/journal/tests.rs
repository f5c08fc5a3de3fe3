use std::ops::Range;

use time::format_description::well_known::Rfc3339;
use time::macros::datetime;

use super::*;
use crate::api::{Delivery, SentBody, Timestamp};

/// When the event of the entry with id 0 would have been queued; each later one came a minute later.
const START: OffsetDateTime = datetime!(2026-06-30 12:00 UTC);

fn minute(number: u32) -> OffsetDateTime {
    START + Duration::minutes(i64::from(number))
}

fn delivery(id: u32) -> Delivery {
    let queued = minute(id).format(&Rfc3339).unwrap();
    Delivery {
        id: DeliveryId::new(id).unwrap(),
        webhook_name: None,
        trigger: None,
        created_on: Some(Timestamp::new(&queued)),
        delivered_on: None,
        status: 503,
        request_headers: Some("{}".to_owned().into()),
        request_payload: Some("{}".to_owned().into()),
        sent: None,
        response_headers: Some("{}".to_owned().into()),
        response_payload: Some("{}".to_owned().into()),
    }
}

/// A page with these ids, newest first.
fn page(ids: Range<u32>, total: Option<u64>) -> DeliveryPage {
    DeliveryPage {
        deliveries: ids.rev().map(delivery).collect(),
        total,
    }
}

fn ids(found: &[Entry]) -> Vec<u32> {
    found.iter().map(|entry| entry.delivery.id.get()).collect()
}

fn up_to(limit: usize) -> JournalFilter {
    JournalFilter {
        limit,
        ..JournalFilter::default()
    }
}

/// What was asked, as count and start, and what was found.
struct Outcome {
    asked: Vec<(u32, u32)>,
    found: Vec<u32>,
}

/// Reads from a portal that answers with these pages.
#[track_caller]
fn read_pages(filter: &JournalFilter, pages: impl IntoIterator<Item = DeliveryPage>) -> Outcome {
    let mut pages = pages.into_iter();
    let mut reading = Reading::new(filter);
    let mut asked = Vec::new();
    while let Some(query) = reading.next_query() {
        asked.push((query.count.unwrap(), query.start_index));
        reading.take(pages.next().expect("one more page was asked for"));
    }
    assert!(pages.next().is_none(), "a page was not asked for");
    Outcome {
        asked,
        found: ids(&reading.conclude().entries),
    }
}

/// Whether reading these pages shows that more entries match than the limit allows.
#[track_caller]
fn is_truncated(filter: &JournalFilter, pages: impl IntoIterator<Item = DeliveryPage>) -> bool {
    let mut pages = pages.into_iter();
    let mut reading = Reading::new(filter);
    while reading.next_query().is_some() {
        reading.take(pages.next().expect("one more page was asked for"));
    }
    assert!(pages.next().is_none(), "a page was not asked for");
    reading.conclude().is_truncated
}

#[test]
fn no_more_is_asked_than_is_wanted() {
    let outcome = read_pages(&up_to(3), [page(7..10, Some(9))]);
    assert_eq!(
        (outcome.asked, outcome.found),
        (vec![(3, 0)], vec![9, 8, 7])
    );
    let outcome = read_pages(
        &up_to(150),
        [page(101..201, Some(200)), page(51..101, Some(200))],
    );
    assert_eq!(outcome.asked, [(100, 0), (50, 100)]);
    assert_eq!(outcome.found, (51..201).rev().collect::<Vec<_>>());
}

#[test]
fn the_end_of_the_journal_ends_the_reading() {
    assert_eq!(
        read_pages(&up_to(100), [page(1..1, Some(0))]).found,
        [0_u32; 0]
    );
    assert_eq!(read_pages(&up_to(100), [page(1..3, None)]).found, [2, 1]);
    let outcome = read_pages(&up_to(200), [page(1..101, Some(100))]);
    assert_eq!(outcome.found.len(), 100);
}

/// Something in front of a portal may allow fewer entries than are requested, and a total may count entries that are
/// not shown.
#[test]
fn a_short_page_before_the_total_is_read_on() {
    let pages = || [page(26..51, Some(50)), page(1..26, Some(50))];
    let outcome = read_pages(&up_to(100), pages());
    assert_eq!(outcome.asked, [(100, 0), (75, 25)]);
    assert_eq!(outcome.found, (1..51).rev().collect::<Vec<_>>());
    assert!(!is_truncated(&up_to(100), pages()));
    assert!(is_truncated(&up_to(25), [page(26..51, Some(50))]));
    assert!(!is_truncated(
        &up_to(100),
        [page(26..51, Some(26)), page(1..1, Some(26))]
    ));
}

#[test]
fn entries_that_were_pushed_to_the_next_page_count_once() {
    // Two events arrive between the two requests.
    let outcome = read_pages(
        &up_to(150),
        [
            page(101..201, Some(200)),
            page(53..103, Some(202)),
            page(51..53, Some(202)),
        ],
    );
    assert_eq!(outcome.asked, [(100, 0), (50, 100), (2, 150)]);
    assert_eq!(outcome.found, (51..201).rev().collect::<Vec<_>>());
}

/// Between the two requests, two of the first page are delivered and no longer match, so entries 99 and 100 are where
/// nothing has looked.
#[test]
fn entries_that_were_pulled_to_the_page_before_are_looked_for() {
    let outcome = read_pages(
        &up_to(150),
        [
            page(101..201, Some(200)),
            page(49..99, Some(198)),
            page(1..101, Some(198)),
        ],
    );
    assert_eq!(outcome.asked, [(100, 0), (50, 100), (100, 98)]);
    assert_eq!(outcome.found, (51..201).rev().collect::<Vec<_>>());
}

#[test]
fn a_portal_that_counts_at_random_is_left() {
    let mut totals = [1000, 500].into_iter().cycle();
    let filter = up_to(300);
    let mut reading = Reading::new(&filter);
    let mut asked = 0;
    while reading.next_query().is_some() && asked < 100 {
        reading.take(page(1..101, totals.next()));
        asked += 1;
    }
    assert!(asked < 100, "still asking");
    assert_eq!(reading.conclude().entries.len(), 100);
}

#[test]
fn a_time_range_is_one_of_utc_whatever_the_portals_clock_shows() {
    let shifted = |range: Range<u32>| {
        let mut page = page(range, Some(200));
        for delivery in &mut page.deliveries {
            let queued = minute(delivery.id.get());
            let shown = (queued + Duration::hours(5)).format(&Rfc3339).unwrap();
            delivery.created_on = Some(Timestamp::new(&shown));
            delivery.sent = Some(SentBody {
                event: None,
                queued_on: Some(queued),
                webhook: None,
                repeats: 0,
            });
        }
        page
    };
    let filter = JournalFilter {
        from: Some(minute(90)),
        to: Some(minute(110)),
        ..up_to(100)
    };
    let outcome = read_pages(&filter, [shifted(101..201), shifted(1..101)]);
    assert_eq!(outcome.found, (90..111).rev().collect::<Vec<_>>());
}

#[test]
fn a_portal_that_shows_one_page_for_ever_is_left() {
    let outcome = read_pages(&up_to(300), [page(1..101, None), page(1..101, None)]);
    assert_eq!(outcome.found.len(), 100);
    let outcome = read_pages(
        &up_to(300),
        [page(1..101, Some(150)), page(1..101, Some(150))],
    );
    assert_eq!(outcome.found.len(), 100);
}

#[test]
fn a_time_range_goes_by_when_events_were_queued() {
    let filter = JournalFilter {
        from: Some(minute(90)),
        to: Some(minute(110)),
        ..up_to(100)
    };
    let outcome = read_pages(
        &filter,
        [page(101..201, Some(200)), page(1..101, Some(200))],
    );
    assert_eq!(outcome.asked, [(100, 0), (100, 100)]);
    assert_eq!(outcome.found, (90..111).rev().collect::<Vec<_>>());
}

#[test]
fn a_page_that_is_wholly_older_than_the_range_is_the_last() {
    let filter = JournalFilter {
        from: Some(minute(250)),
        ..up_to(100)
    };
    // The second page is wholly older; a clock that was set back may have mixed up a few entries.
    let outcome = read_pages(
        &filter,
        [page(201..301, Some(300)), page(101..201, Some(300))],
    );
    assert_eq!(outcome.found, (250..301).rev().collect::<Vec<_>>());
    let filter = JournalFilter {
        from: Some(minute(301)),
        ..up_to(100)
    };
    assert_eq!(
        read_pages(&filter, [page(201..301, Some(300))]).found,
        [0_u32; 0]
    );
}

#[test]
fn an_entry_without_a_date_is_in_every_range() {
    let filter = JournalFilter {
        from: Some(minute(1000)),
        to: Some(minute(1001)),
        ..up_to(100)
    };
    let mut undated = page(1..3, Some(2));
    undated.deliveries[0].created_on = None;
    assert_eq!(read_pages(&filter, [undated]).found, [2]);
}

#[test]
fn payloads_are_dropped_unless_they_are_wanted() {
    for with_payloads in [false, true] {
        let filter = JournalFilter {
            with_payloads,
            ..up_to(1)
        };
        let mut reading = Reading::new(&filter);
        reading.take(page(1..2, Some(1)));
        let found = &reading.found[0].delivery;
        assert_eq!(found.request_payload.is_some(), with_payloads);
        assert_eq!(found.response_headers.is_some(), with_payloads);
    }
}

#[test]
fn whether_there_is_more_is_told_by_the_total() {
    assert!(!is_truncated(&up_to(3), [page(1..3, Some(2))]));
    assert!(!is_truncated(&up_to(3), [page(1..4, Some(3))]));
    assert!(is_truncated(&up_to(3), [page(2..5, Some(4))]));
}

#[test]
fn without_a_total_one_more_entry_is_looked_for() {
    assert!(is_truncated(
        &up_to(3),
        [page(2..5, None), page(1..2, None)]
    ));
    assert!(!is_truncated(
        &up_to(3),
        [page(2..5, None), page(1..1, None)]
    ));
}

#[test]
fn with_a_time_range_only_what_is_in_it_is_more() {
    let since = |number| JournalFilter {
        from: Some(minute(number)),
        ..up_to(100)
    };
    let pages = || [page(101..201, Some(200)), page(1..101, Some(200))];
    assert!(is_truncated(&since(100), pages()));
    assert!(!is_truncated(&since(101), pages()));
    assert!(is_truncated(
        &since(50),
        [page(51..151, Some(150)), page(1..51, Some(150))]
    ));
    let few = JournalFilter {
        limit: 3,
        ..since(100)
    };
    assert!(is_truncated(&few, [page(101..201, Some(200))]));
}
