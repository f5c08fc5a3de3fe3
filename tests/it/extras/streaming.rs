//! A list resource finds things before the portal's list is whole (product §4.5, TPP §8.11).

use docspace_emulator::{Fault, FaultAction, FaultTrickle, FaultTruncation};
use serde_json::{Value, json};

use super::{Portal, WEBHOOK, on};
use crate::host::Host;
use crate::host::verbs::{Found, Query};

const LIST: &str = "GET /webhook";

/// About this much of the list is needed for the first few webhooks.
const A_FEW: usize = 8 * 1024;

/// A portal with a thousand webhooks.
async fn a_thousand() -> Portal {
    let portal = Portal::start().await;
    let names: Vec<String> = (1..=1000).map(|number| format!("n{number}")).collect();
    portal.add(&names.iter().map(String::as_str).collect::<Vec<_>>());
    portal
}

/// From now on lists stop for an hour after their first few webhooks.
fn stop_after_a_few(portal: &Portal) {
    let trickle = FaultTrickle {
        bytes: A_FEW,
        pause_ms: 3_600_000,
    };
    portal.fault(on(LIST).action(FaultAction::Trickle(trickle)));
}

fn break_after_a_few(times: u64) -> Fault {
    let truncation = FaultTruncation {
        keep_bytes: Some(A_FEW),
    };
    on(LIST)
        .times(times)
        .action(FaultAction::Truncate(truncation))
}

fn at_most(limit: usize) -> Query {
    Query {
        limit,
        ..Query::default()
    }
}

fn ids(found: &[Found]) -> Vec<usize> {
    let ids = found
        .iter()
        .map(|found| found.identity["id"].as_str().unwrap());
    ids.map(|id| id.parse().unwrap()).collect()
}

#[tokio::test]
async fn the_first_is_found_before_the_last_has_arrived() {
    let portal = a_thousand().await;
    stop_after_a_few(&portal);
    let host = portal.host().await;
    let mut listing = host.start_list(WEBHOOK, &at_most(5000)).await;
    for id in ["1", "2", "3"] {
        let found = listing.next().await.unwrap().unwrap();
        assert_eq!(found.identity, json!({"id": id}));
        assert!(found.object.is_some());
    }
    assert_eq!(portal.requests(), [LIST]);
    drop(listing);
    // The search does not wait for the rest of the list when nobody waits for it.
    host.stop().await;
}

#[tokio::test]
async fn a_list_that_has_enough_does_not_wait_for_the_rest() {
    let portal = a_thousand().await;
    stop_after_a_few(&portal);
    let host = portal.host().await;
    let found = host.list(WEBHOOK, &at_most(2)).await.quiet();
    assert_eq!(ids(&found), [1, 2]);
    portal.emulator.clear_faults();
    // A part of a list is nothing to read from: it takes another one.
    let all = host.list(WEBHOOK, &at_most(5000)).await.quiet();
    assert_eq!(ids(&all), (1..=1000).collect::<Vec<_>>());
    assert_eq!(portal.requests(), [LIST, LIST]);
    host.stop().await;
}

#[tokio::test]
async fn a_list_that_breaks_off_gives_what_has_arrived_and_an_error() {
    let portal = a_thousand().await;
    portal.fault(break_after_a_few(1));
    let host = portal.host().await;
    let answer = host.list(WEBHOOK, &at_most(5000)).await;
    let found = ids(answer.result.as_ref().unwrap());
    assert!((3..1000).contains(&found.len()), "{found:?}");
    assert_eq!(found, (1..=found.len()).collect::<Vec<_>>());
    let error = answer.refused_at("");
    assert!(error.is_titled("Could not list the webhooks"), "{error:?}");
    // Nothing is taken for the whole list that was not.
    let all = host.list(WEBHOOK, &at_most(5000)).await.quiet();
    assert_eq!(all.len(), 1000);
    assert_eq!(portal.requests(), [LIST, LIST]);
    host.stop().await;
}

#[tokio::test]
async fn nothing_is_found_twice_when_the_list_is_requested_again() {
    let portal = a_thousand().await;
    portal.fault(break_after_a_few(2));
    let host = Host::start().await;
    let mut provider = portal.provider();
    provider["max_retries"] = Value::from(2);
    host.configure(provider).await.quiet();
    let found = host.list(WEBHOOK, &at_most(5000)).await.quiet();
    assert_eq!(ids(&found), (1..=1000).collect::<Vec<_>>());
    assert_eq!(portal.requests(), [LIST, LIST, LIST]);
    host.stop().await;
}

#[tokio::test]
async fn whoever_reads_meanwhile_waits_for_the_same_list() {
    let portal = a_thousand().await;
    let host = portal.host().await;
    let idle = host.start_list(WEBHOOK, &at_most(5000)).await;
    // The first one never reads what was found for it.
    let (one, other) = (at_most(5000), at_most(5000));
    let (one, other) = tokio::join!(host.list(WEBHOOK, &one), host.list(WEBHOOK, &other));
    assert_eq!(ids(&one.quiet()), ids(&other.quiet()));
    assert_eq!(portal.requests(), [LIST]);
    drop(idle);
    host.stop().await;
}

/// However long the list is, no more of it is in memory than its webhooks (product §8).
#[cfg(target_os = "linux")]
#[tokio::test]
async fn listing_thousands_takes_little_memory() {
    let portal = Portal::start().await;
    let names: Vec<String> = (1..=5000).map(|number| format!("n{number}")).collect();
    portal.add(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let host = portal.host().await;
    let found = host.list(WEBHOOK, &at_most(5000)).await.quiet();
    assert_eq!(found.len(), 5000);
    let peak = host.peak_memory().unwrap();
    assert!(peak < 40 * 1024, "{peak} KiB");
    host.stop().await;
}
