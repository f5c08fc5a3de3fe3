//! What is reported while outcomes are pending, and when the waiting ends. Time is paused.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::{pending as never, ready as at_once};

use super::*;

fn id(number: u32) -> DeliveryId {
    DeliveryId::new(number).unwrap()
}

/// Outcomes that are all pending.
fn open(numbers: std::ops::RangeInclusive<u32>) -> Outcomes {
    numbers
        .map(|number| (id(number), Outcome::Trying(0)))
        .collect()
}

/// How the waiting for this many deliveries ends, what is known then, and what was reported, when looks at the journal
/// take 5 seconds and show these outcomes one after the other, then nothing.
async fn follows(
    count: u32,
    looks: &[&[(u32, Outcome)]],
    stop: impl Future<Output = ()> + Clone,
) -> (Ending, Outcomes, Vec<String>) {
    let looks: RefCell<VecDeque<_>> = RefCell::new(looks.iter().copied().collect());
    let look = |_| async {
        sleep(Duration::from_secs(5)).await;
        let seen = looks.borrow_mut().pop_front().unwrap_or_default();
        seen.iter()
            .map(|(number, outcome)| (id(*number), *outcome))
            .collect()
    };
    let (progress, mut said) = ActionProgress::channel();
    let mut outcomes = open(1..=count);
    let ending = follow(look, || stop.clone(), &progress, &mut outcomes).await;
    drop(progress);
    let mut words = Vec::new();
    while let Some(message) = said.recv().await {
        words.push(message);
    }
    (ending, outcomes, words)
}

fn refusal(asked: usize, outcomes: &Outcomes, ending: Ending) -> String {
    let entry = |id: &DeliveryId| Delivery {
        id: *id,
        webhook_name: None,
        trigger: None,
        created_on: None,
        delivered_on: None,
        status: 0,
        request_headers: None,
        request_payload: None,
        sent: None,
        response_headers: None,
        response_payload: None,
    };
    let queued = outcomes.keys().map(|id| (*id, entry(id))).collect();
    conclude(asked, &queued, outcomes, ending)
        .unwrap_err()
        .detail
}

#[tokio::test(start_paused = true)]
async fn while_it_waits_it_says_for_what() {
    let looks: [&[_]; 5] = [
        &[],
        &[(2, Outcome::Delivered(200))],
        &[(3, Outcome::Trying(503))],
        &[],
        &[(1, Outcome::Delivered(200)), (3, Outcome::Failed(503))],
    ];
    let (ending, _, said) = follows(3, &looks, never()).await;
    assert_eq!(ending, Ending::Settled);
    assert_eq!(
        said,
        [
            "Still waiting for 3 of 3 deliveries.",
            "Delivery 2: delivered (200)",
            "Still waiting for 2 of 3 deliveries.",
            "Still waiting for 2 of 3 deliveries.",
            "Delivery 1: delivered (200)",
            "Delivery 3: refused by the receiver (503)",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn one_delivery_is_not_counted() {
    let looks: [&[_]; 3] = [&[], &[], &[(1, Outcome::Delivered(200))]];
    let (_, _, said) = follows(1, &looks, never()).await;
    assert_eq!(
        said,
        [
            "Still waiting for the delivery.",
            "Delivery 1: delivered (200)"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn after_the_longest_wait_it_says_that_the_portal_goes_on() {
    let looks: [&[_]; 1] = [&[(1, Outcome::Delivered(200))]];
    let (ending, outcomes, said) = follows(2, &looks, never()).await;
    assert_eq!(ending, Ending::TimeUp);
    assert!(said.contains(&"Still waiting for 1 of 2 deliveries.".to_owned()));
    assert_eq!(
        refusal(2, &outcomes, ending),
        "The receiver accepted 1 of 2 deliveries. Delivery 2: no outcome yet. The 90 seconds of waiting are over; the \
         portal continues with what it has queued and may still deliver it. Check the data source \
         docspace_webhook_deliveries before you invoke the action again: with delivery_ids, the receiver can get twice \
         what the portal delivers in the meantime."
    );
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_the_wait_with_what_the_look_under_way_shows() {
    let looks: [&[_]; 1] = [&[(1, Outcome::Failed(503))]];
    let (ending, outcomes, _) = follows(2, &looks, at_once(())).await;
    assert_eq!(ending, Ending::Interrupted);
    let detail = refusal(2, &outcomes, ending);
    for words in [
        "Delivery 1: refused by the receiver (503).",
        "check the receiver",
        "The run was interrupted; the portal continues",
    ] {
        assert!(detail.contains(words), "{detail}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_after_the_last_outcome_changes_nothing() {
    let looks: [&[_]; 1] = [&[(1, Outcome::Delivered(200))]];
    let (ending, _, _) = follows(1, &looks, at_once(())).await;
    assert_eq!(ending, Ending::Settled);
}
