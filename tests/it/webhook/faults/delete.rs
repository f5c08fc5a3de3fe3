//! One fault of a DELETE.

use super::*;
use crate::commands::{Configuration, one};

const DELETE: &str = "DELETE /webhook/{id}";
const LIST: &str = "GET /webhook";
const ME: &str = "GET /people/@self";

/// What comes of a deletion.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    /// It succeeds and nobody notices.
    Gone,
    /// It fails with these words, and the state keeps the webhook.
    Kept(&'static str),
}

use Outcome::{Gone, Kept};

async fn row((name, requests, outcome): (&'static str, Vec<&'static str>, Outcome)) {
    let portal = Portal::start().await;
    let mut directory = directory(&portal, name);
    directory.apply(&one(&webhook())).await.ok();
    let before = directory.state.clone();
    let planned = directory.plan(&Configuration::new()).await;
    let id = portal.fault(fault(name, "DELETE /webhook/*"));
    portal.take();
    let report = without_limit_warnings(directory.carry_out(planned).await);
    assert_eq!(portal.emulator.fault_hits(id), 1, "{name}");
    assert_eq!(sequence(&portal, false), requests, "{name}: {report:#?}");
    match outcome {
        Gone => {
            report.quiet();
            assert!(
                directory.state.is_empty() && portal.emulator.webhooks().is_empty(),
                "{name}"
            );
        }
        Kept(words) => {
            let error = report.error("Could not delete the webhook");
            assert!(error.detail.contains(words), "{name}: {error:?}");
            assert!(
                error
                    .detail
                    .contains("Webhook \"CI events\" (1) stays in the state"),
                "{name}"
            );
            assert_eq!(directory.state, before, "{name}");
            assert_eq!(portal.emulator.webhooks().len(), 1, "{name}");
        }
    }
    let report = directory.apply(&Configuration::new()).await;
    without_limit_warnings(report).quiet();
    assert!(
        directory.state.is_empty() && portal.emulator.webhooks().is_empty(),
        "{name}"
    );
}

#[tokio::test]
async fn a_refused_deletion_is_sent_once_and_keeps_the_webhook() {
    let rows = [
        ("400", "refused the request (400)"),
        ("401", "refused the API key (401)"),
        ("402", "not paid for (402)"),
        ("403 scope", "the key needs *:write"),
        ("403 denied", "Use the key of a portal administrator"),
        ("404 route", "not as an active DocSpace portal (404)"),
        ("404 suspended", "says nothing about the webhook itself"),
        ("429 for an hour", "too many requests (429)"),
        ("500", "The portal failed (500)"),
        ("redirect", "answers with a redirect (301)"),
    ];
    each(
        rows.map(|(name, words)| (name, vec![DELETE], Kept(words))),
        row,
    )
    .await;
}

#[tokio::test]
async fn a_deletion_that_was_lost_on_either_way_is_sent_again() {
    let names = [
        "reset before",
        "reset after",
        "close before",
        "close after",
        "truncated",
        "429",
        "502 before",
        "502 after",
        "503 before",
        "503 after",
        "504 before",
        "504 after",
        "silence before",
        "silence after",
    ];
    each(names.map(|name| (name, vec![DELETE, DELETE], Gone)), row).await;
}

#[tokio::test]
async fn a_deletion_with_an_unusable_answer_is_looked_up() {
    let seen = [
        "garbage after",
        "web page after",
        "nothing in it after",
        "another id after",
        "500 proxy after",
    ];
    let seen = seen.map(|name| (name, vec![DELETE, ME, LIST], Gone));
    let unseen = [
        ("garbage before", "cannot be understood"),
        ("web page before", "a web page instead of the DocSpace API"),
        ("nothing in it before", "cannot be understood"),
        ("another id before", "cannot be understood"),
        ("500 proxy before", "The portal failed (500)"),
    ];
    let unseen = unseen.map(|(name, words)| (name, vec![DELETE, ME, LIST], Kept(words)));
    each(seen.into_iter().chain(unseen), row).await;
}

/// A portal that is silent for ever: the state keeps the webhook.
#[tokio::test]
async fn a_deletion_that_nobody_answers_keeps_the_webhook() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal, "silence");
    directory.apply(&one(&webhook())).await.ok();
    let planned = directory.plan(&Configuration::new()).await;
    portal.fault(on("DELETE /webhook/*").stall());
    portal.take();
    let report = without_limit_warnings(directory.carry_out(planned).await);
    let error = report.error("Could not delete the webhook");
    assert!(
        error.detail.contains("did not answer within 1 seconds"),
        "{error:?}"
    );
    assert_eq!(sequence(&portal, false), [DELETE, DELETE, ME, LIST]);
    assert_eq!(directory.state.len(), 1);
}
