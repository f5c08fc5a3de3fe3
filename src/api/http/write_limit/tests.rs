//! How the number of writes follows what the answers say.

use proptest::prelude::*;

use super::Operation::{Create, Remove, Replace};
use super::*;

const QUICK: Duration = Duration::from_millis(200);

/// Sends as many writes of one kind as may be in flight, all of which are answered after this time.
fn round(limit: &mut WriteLimit, kind: Operation, latency: Duration, load: Load) {
    let now = Instant::now();
    let places: Vec<Place> = std::iter::from_fn(|| limit.try_enter(kind, now)).collect();
    for place in places {
        limit.leave(place, load, now + latency);
    }
}

/// Returns how many writes may be in flight after each of these rounds of answers.
fn after_rounds<const N: usize>(
    limit: &mut WriteLimit,
    kind: Operation,
    latencies: [Duration; N],
) -> [usize; N] {
    latencies.map(|latency| {
        round(limit, kind, latency, Load::Accepted);
        limit.allowed()
    })
}

#[test]
fn a_ceiling_of_zero_still_lets_one_write_pass() {
    let mut limit = WriteLimit::new(0);
    assert!(limit.try_enter(Create, Instant::now()).is_some());
    assert!(limit.try_enter(Create, Instant::now()).is_none());
}

#[test]
fn it_begins_with_seven_and_grows_by_one_a_round_up_to_the_ceiling() {
    for (ceiling, expected) in [
        (10, [8, 9, 10, 10]),
        (15, [8, 9, 10, 11]),
        (7, [7; 4]),
        (3, [3; 4]),
    ] {
        let mut limit = WriteLimit::new(ceiling);
        assert_eq!(limit.allowed(), ceiling.min(FIRST));
        assert_eq!(after_rounds(&mut limit, Create, [QUICK; 4]), expected);
    }
}

#[test]
fn a_burst_of_429s_halves_once_and_rounds_win_back_one_by_one() {
    let mut limit = WriteLimit::new(7);
    let allowed = [(); 3].map(|()| {
        round(&mut limit, Create, QUICK, Load::Throttled);
        limit.allowed()
    });
    assert_eq!(allowed, [3, 1, 1]);
    let won_back = after_rounds(&mut limit, Create, [QUICK; 7]);
    assert_eq!(won_back, [2, 3, 4, 5, 6, 7, 7]);
}

#[test]
fn it_stays_while_latency_rises_and_is_halved_when_it_has_doubled() {
    let mut limit = WriteLimit::new(15);
    let latencies = [
        QUICK,
        QUICK * 5 / 4,
        QUICK * 3 / 2,
        QUICK * 19 / 10,
        QUICK * 2,
    ];
    let allowed = after_rounds(&mut limit, Create, latencies);
    assert_eq!(allowed, [8, 9, 9, 9, 4]);
}

#[test]
fn what_stays_slow_with_fewer_writes_is_what_is_usual_now() {
    let mut limit = WriteLimit::new(10);
    let latencies = [QUICK, QUICK * 3, QUICK * 3, QUICK * 3, QUICK];
    let allowed = after_rounds(&mut limit, Create, latencies);
    assert_eq!(allowed, [8, 4, 5, 6, 7]);
}

/// A latency in proportion to the writes in flight.
#[test]
fn a_portal_that_is_one_queue_is_sent_little_more_than_at_first() {
    let mut limit = WriteLimit::new(15);
    let allowed = [(); 8].map(|()| {
        let in_flight = u32::try_from(limit.allowed()).unwrap();
        round(&mut limit, Create, QUICK * in_flight, Load::Accepted);
        limit.allowed()
    });
    assert_eq!(allowed, [8, 9, 9, 9, 9, 9, 9, 9]);
}

#[test]
fn what_refusals_took_is_won_back_at_a_latency_that_has_risen() {
    let mut limit = WriteLimit::new(10);
    round(&mut limit, Create, QUICK, Load::Accepted);
    for _ in 0..3 {
        round(&mut limit, Create, QUICK, Load::Throttled);
    }
    assert_eq!(limit.allowed(), 1);
    let won_back = after_rounds(&mut limit, Create, [QUICK * 9 / 5; 8]);
    assert_eq!(won_back, [2, 3, 4, 5, 6, 7, 7, 7]);
}

#[test]
fn latency_alone_leaves_three() {
    let mut limit = WriteLimit::new(10);
    let latencies = [1, 3, 9, 27, 81].map(|times| QUICK * times);
    let allowed = after_rounds(&mut limit, Create, latencies);
    assert!(allowed.iter().all(|allowed| *allowed >= 3), "{allowed:?}");
}

#[test]
fn a_portal_nearby_may_take_twice_as_long_without_a_reason() {
    let mut limit = WriteLimit::new(10);
    let latencies = [1, 50, 3, 49].map(Duration::from_millis);
    assert_eq!(after_rounds(&mut limit, Create, latencies), [8, 9, 10, 10]);
}

/// The portal probes the receiver before it answers (API §7), and that can take ten seconds.
#[test]
fn a_few_slow_receivers_say_nothing_about_the_portal() {
    let mut limit = WriteLimit::new(10);
    let began = Instant::now();
    for _ in 0..3 {
        let places: Vec<Place> = std::iter::from_fn(|| limit.try_enter(Replace, began)).collect();
        for (number, place) in places.into_iter().enumerate() {
            let latency = if number < 3 { QUICK * 50 } else { QUICK };
            limit.leave(place, Load::Accepted, began + latency);
        }
    }
    assert_eq!(limit.allowed(), 10);
}

#[test]
fn kinds_of_writes_are_not_compared_with_each_other() {
    let mut limit = WriteLimit::new(10);
    let removed = after_rounds(&mut limit, Remove, [QUICK / 10]);
    let created = after_rounds(&mut limit, Create, [QUICK * 10]);
    assert_eq!((removed, created), ([8], [9]));
}

#[test]
fn what_was_sent_before_a_halving_and_other_errors_say_nothing() {
    let mut limit = WriteLimit::new(7);
    let now = Instant::now();
    let mut places: Vec<Place> = std::iter::from_fn(|| limit.try_enter(Create, now)).collect();
    limit.leave(places.pop().unwrap(), Load::Throttled, now);
    for place in places {
        limit.leave(place, Load::Accepted, now);
    }
    assert_eq!((limit.allowed(), limit.in_flight), (3, 0));
    for _ in 0..9 {
        round(&mut limit, Create, QUICK, Load::Unknown);
    }
    assert_eq!((limit.allowed(), limit.in_flight), (3, 0));
}

proptest! {
    #[test]
    fn never_more_in_flight_than_the_ceiling_and_never_stuck(
        max in 1..16_usize,
        steps in prop::collection::vec((0..4_usize, 0..500_u64), 1..200),
    ) {
        let mut limit = WriteLimit::new(max);
        let now = Instant::now();
        let mut held = Vec::new();
        for (step, millis) in steps {
            let load = [Load::Accepted, Load::Throttled, Load::Unknown].get(step);
            match load {
                None => held.extend(limit.try_enter(Create, now)),
                Some(load) => if let Some(place) = held.pop() {
                    limit.leave(place, *load, now + Duration::from_millis(millis));
                },
            }
            prop_assert_eq!(limit.in_flight, held.len());
            prop_assert!(limit.in_flight <= max);
            prop_assert!((1..=max).contains(&limit.allowed()));
        }
        for place in held {
            limit.leave(place, Load::Unknown, now);
        }
        prop_assert!(limit.try_enter(Create, now).is_some());
    }
}
