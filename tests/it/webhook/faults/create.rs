//! One fault of the POST that creates a webhook.

use super::*;
use crate::commands::one;
use crate::host::core::Action;

const POST: &str = "POST /webhook";
const LIST: &str = "GET /webhook";
const ME: &str = "GET /people/@self";

/// What comes of a create.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    /// It succeeds and nobody notices.
    Created,
    /// The webhook is found, and taken over with a warning.
    Adopted,
    /// It fails with these words, and there is no webhook.
    Refused(&'static str),
}

use Outcome::{Adopted, Created, Refused};

async fn row((name, requests, polls, outcome): (&'static str, Vec<&'static str>, bool, Outcome)) {
    let portal = Portal::start().await;
    let mut directory = directory(&portal, name);
    let planned = directory.plan(&one(&webhook())).await;
    let id = portal.fault(match name {
        "late" => on(POST).times(1).delay_ms(2_000),
        name => fault(name, POST),
    });
    portal.take();
    let report = without_limit_warnings(directory.carry_out(planned).await);
    assert_eq!(portal.emulator.fault_hits(id), 1, "{name}");
    assert_eq!(sequence(&portal, polls), requests, "{name}: {report:#?}");
    match outcome {
        Created => report.quiet(),
        Adopted => {
            let warning =
                report.warning("Webhook \"CI events\" was adopted after a lost answer (id 1)");
            assert!(
                warning
                    .detail
                    .contains("check that the portal has this webhook once"),
                "{name}"
            );
        }
        Refused(words) => {
            let error = report.error("Could not create the webhook");
            assert!(error.detail.contains(words), "{name}: {error:?}");
        }
    }
    let count = usize::from(!matches!(outcome, Refused(_)));
    assert_eq!(portal.emulator.webhooks().len(), count, "{name}");
    assert_eq!(directory.state.len(), count, "{name}");
    portal.is_accounted_for(&directory, &report);
    // The fault is over: everything converges.
    without_limit_warnings(directory.apply(&one(&webhook())).await).quiet();
    assert!(
        !directory.it().tainted && portal.emulator.secret_is(portal.only().id, "S3cret-Key-42")
    );
    let planned = directory.plan(&one(&webhook())).await;
    assert_eq!(planned.only().action, Action::NoOp, "{name}");
}

#[tokio::test]
async fn a_refused_create_is_sent_once_and_leaves_nothing() {
    let rows = [
        (
            "400",
            "The portal refused the request (400), saying: \"Invalid URL format\"",
        ),
        ("401", "refused the API key (401)"),
        ("402", "not paid for (402)"),
        ("403 scope", "the key needs *:write"),
        ("403 denied", "Use the key of a portal administrator"),
        ("403 busy", "busy with a transfer"),
        ("404 route", "not as an active DocSpace portal (404)"),
        ("404 suspended", "the portal is suspended or removed"),
        ("404 gone", "has no such object (404)"),
        ("429 for an hour", "too many requests (429)"),
        ("500 receiver", "could not reach your receiver"),
        ("500", "The portal failed (500), saying: \"Disk full\""),
        ("redirect", "The address answers with a redirect (301)"),
    ];
    each(
        rows.map(|(name, words)| (name, vec![POST], false, Refused(words))),
        row,
    )
    .await;
}

#[tokio::test]
async fn a_create_that_was_held_back_is_sent_again() {
    row(("429", vec![POST, POST], false, Created)).await;
}

#[tokio::test]
async fn an_answer_in_small_pieces_is_an_answer() {
    row(("trickle", vec![POST], false, Created)).await;
}

#[tokio::test]
async fn a_created_webhook_whose_answer_was_lost_is_adopted() {
    let names = [
        "reset after",
        "close after",
        "garbage after",
        "web page after",
        "truncated",
        "nothing in it after",
        "empty object after",
        "500 proxy after",
        "502 after",
        "503 after",
        "504 after",
        "silence after",
    ];
    each(
        names.map(|name| (name, vec![POST, LIST, ME], false, Adopted)),
        row,
    )
    .await;
}

/// The portal goes on working although nobody waits for its answer any more.
#[tokio::test]
async fn a_webhook_that_is_created_late_is_adopted_too() {
    row(("late", vec![POST, LIST, ME], true, Adopted)).await;
}

/// Absence counts only when the portal can no longer be working on the request; that takes 15 s.
#[tokio::test]
async fn a_create_that_never_arrived_is_sent_again_when_that_is_certain() {
    let names = [
        "reset before",
        "502 before",
        "garbage before",
        "silence before",
    ];
    each(
        names.map(|name| (name, vec![POST, LIST, POST], true, Created)),
        row,
    )
    .await;
}
