//! One fault of a PUT.

use super::*;
use crate::commands::{Configuration, one};
use crate::host::core::Action;
use crate::webhook::with;

const PUT: &str = "PUT /webhook";
const ENABLE: &str = "PUT /webhook/enable";
const LIST: &str = "GET /webhook";

/// What comes of an update.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    /// It succeeds and nobody notices.
    Done,
    /// It fails with these words, and the state has what the portal has: nothing changed.
    Unchanged(&'static str),
    /// It fails with these words, and the state has what the portal has: everything but the secret.
    Changed(&'static str),
}

use Outcome::{Changed, Done, Unchanged};

/// Which update.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Rename,
    Rotate,
    SwitchOff,
}

use Kind::{Rename, Rotate, SwitchOff};

impl Kind {
    fn request(self) -> &'static str {
        match self {
            SwitchOff => ENABLE,
            Rename | Rotate => PUT,
        }
    }

    fn after(self) -> Configuration {
        one(&with(
            &webhook(),
            match self {
                Rename => json!({"name": "Renamed", "target_id": "7"}),
                Rotate => json!({"name": "Renamed", "secret_key": "An0ther-Key"}),
                SwitchOff => json!({"enabled": false}),
            },
        ))
    }
}

type Row = (Kind, &'static str, Vec<&'static str>, Outcome);

async fn row((kind, name, requests, outcome): Row) {
    let label = format!("{kind:?} {name}");
    let portal = Portal::start().await;
    let mut directory = directory(&portal, name);
    directory.apply(&one(&webhook())).await.ok();
    let before = directory.it().clone();
    let planned = directory.plan(&kind.after()).await;
    let id = portal.fault(fault(name, kind.request()));
    portal.take();
    let report = without_limit_warnings(directory.carry_out(planned).await);
    assert_eq!(portal.emulator.fault_hits(id), 1, "{label}");
    let log = portal.emulator.request_log();
    let sent = log.iter().filter_map(|entry| entry.body.as_ref());
    let has_secret = sent.clone().any(|body| body.get("secretKey").is_some());
    assert_eq!(has_secret, kind == Rotate, "{label}");
    assert_eq!(sequence(&portal, false), requests, "{label}: {report:#?}");
    let told = match outcome {
        Done => {
            report.quiet();
            None
        }
        Unchanged(words) => {
            assert_eq!(directory.it(), &before, "{label}");
            Some(words)
        }
        Changed(words) => {
            assert_eq!(directory.attribute("name"), "Renamed", "{label}");
            assert_eq!(
                directory.attribute("secret_key"),
                "S3cret-Key-42",
                "{label}"
            );
            assert_eq!(directory.it().private, before.private, "{label}");
            Some(words)
        }
    };
    if let Some(words) = told {
        let error = report.error("Could not update the webhook");
        assert!(error.detail.contains(words), "{label}: {error:?}");
    }
    assert_eq!(directory.it().identity, Some(json!({"id": "1"})), "{label}");
    assert!(!directory.it().tainted, "{label}");
    assert_eq!(portal.emulator.webhooks().len(), 1, "{label}");
    // The fault is over: everything converges.
    without_limit_warnings(directory.apply(&kind.after()).await).quiet();
    let planned = directory.plan(&kind.after()).await;
    assert_eq!(planned.only().action, Action::NoOp, "{label}");
    assert!(
        portal.emulator.secret_is(1, "An0ther-Key") == (kind == Rotate),
        "{label}"
    );
}

#[tokio::test]
async fn a_refused_update_is_sent_once_and_the_state_has_what_is_there() {
    let rows = [
        ("400", "refused the request (400)"),
        ("401", "refused the API key (401)"),
        ("402", "not paid for (402)"),
        ("403 scope", "the key needs *:write"),
        ("403 denied", "Use the key of a portal administrator"),
        ("404 suspended", "suspended or removed"),
        ("404 gone", "it was deleted since it was last read"),
        ("429 for an hour", "too many requests (429)"),
        ("500 receiver", "could not reach your receiver"),
        ("500", "The portal failed (500)"),
        ("redirect", "answers with a redirect (301)"),
    ];
    let rename = rows.map(|(name, words)| (Rename, name, vec![PUT, LIST], Unchanged(words)));
    let off = [
        ("403 denied", "Use the key"),
        ("500", "failed (500)"),
        ("redirect", "redirect (301)"),
    ];
    let off = off.map(|(name, words)| (SwitchOff, name, vec![ENABLE, LIST], Unchanged(words)));
    each(rename.into_iter().chain(off), row).await;
}

#[tokio::test]
async fn an_update_that_was_lost_on_either_way_is_sent_again() {
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
    let rename = names
        .map(|name| (Rename, name, vec![PUT, PUT], Done))
        .into_iter()
        .chain([(Rename, "trickle", vec![PUT], Done)]);
    let off = ["reset before", "reset after", "503 after", "429"];
    let off = off.map(|name| (SwitchOff, name, vec![ENABLE, ENABLE], Done));
    let rotate = ["reset before", "reset after"].map(|name| (Rotate, name, vec![PUT, PUT], Done));
    each(rename.chain(off).chain(rotate), row).await;
}

#[tokio::test]
async fn an_update_with_an_unusable_answer_is_looked_up() {
    let seen = [
        "garbage after",
        "web page after",
        "nothing in it after",
        "another id after",
        "500 proxy after",
    ];
    let rename = seen.map(|name| (Rename, name, vec![PUT, LIST], Done));
    let off = ["garbage after", "another id after"]
        .map(|name| (SwitchOff, name, vec![ENABLE, LIST], Done));
    // The second look records what is there.
    let unseen = [
        "garbage before",
        "web page before",
        "nothing in it before",
        "500 proxy before",
    ];
    let unchanged = Unchanged("Whether the portal made the change is not certain");
    let unseen = unseen.map(|name| (Rename, name, vec![PUT, LIST, LIST], unchanged));
    each(rename.into_iter().chain(off).chain(unseen), row).await;
}

/// A secret cannot be looked up: the state keeps the old one, and the next apply sends the new one.
#[tokio::test]
async fn a_rotation_with_an_unusable_answer_stays_open() {
    let words = "Whether the portal took the new secret over cannot be seen; the next apply sends it again.";
    let rows = [
        (Rotate, "garbage after", vec![PUT, LIST], Changed(words)),
        (Rotate, "500 proxy after", vec![PUT, LIST], Changed(words)),
        (Rotate, "garbage before", vec![PUT, LIST], Unchanged(words)),
    ];
    each(rows, row).await;
}

/// A refusal after the change was stored: the state has what the portal has, not what was planned.
#[tokio::test]
async fn a_refusal_that_lies_is_found_out() {
    row((
        Rotate,
        "500 after",
        vec![PUT, LIST],
        Changed("The portal failed (500)"),
    ))
    .await;
}

#[tokio::test]
async fn a_failed_update_of_a_portal_that_cannot_be_read_keeps_the_prior_state() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal, "").also("max_retries", json!(0));
    directory.apply(&one(&webhook())).await.quiet();
    let before = directory.it().clone();
    let planned = directory.plan(&Rename.after()).await;
    portal.fault(on("* /*").respond(503, &[], ""));
    let report = directory.carry_out(planned).await;
    let error = report.error("Could not update the webhook");
    assert!(
        error.detail.contains("The portal failed (503)"),
        "{error:?}"
    );
    assert_eq!(directory.it(), &before);
    portal.emulator.clear_faults();
    directory.apply(&Rename.after()).await.quiet();
}

#[tokio::test]
async fn an_update_that_fails_for_good_is_tried_so_often_and_says_so() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal, "").also("max_retries", json!(1));
    directory.apply(&one(&webhook())).await.quiet();
    let planned = directory.plan(&Rename.after()).await;
    portal.fault(on(PUT).respond(503, &[], ""));
    portal.take();
    let report = directory.carry_out(planned).await;
    let error = report.error("Could not update the webhook");
    assert!(
        error.detail.contains("The request was tried 2 times."),
        "{error:?}"
    );
    assert_eq!(sequence(&portal, false), [PUT, PUT, LIST, LIST]);
}
