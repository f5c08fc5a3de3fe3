//! When a secret is sent, and what is stored of it (product §4.2): every change and every move between
//! the ways to give one, told from the request log.

mod late;
mod leaks;

use serde_json::{Value, json};

use super::{Portal, webhook, with};
use crate::commands::{Workspace, one};
use crate::host::core::Action;

const OLD: &str = "Old-secret-1";
const NEW: &str = "New-secret-2";

/// A configuration with these arguments about the secret, and no other.
fn config(secret: Value) -> Value {
    with(&with(&webhook(), json!({"secret_key": null})), secret)
}

fn nothing() -> Value {
    config(json!({}))
}

/// `secret_key`.
fn key(secret: &str) -> Value {
    config(json!({"secret_key": secret}))
}

/// Automatic mode: `secret_key_wo` alone.
fn automatic(secret: &str) -> Value {
    config(json!({"secret_key_wo": secret}))
}

/// Manual mode: `secret_key_wo` with a version.
fn manual(secret: &str, version: i64) -> Value {
    config(json!({"secret_key_wo": secret, "secret_key_wo_version": version}))
}

fn renamed(config: &Value) -> Value {
    with(config, json!({"name": "Renamed"}))
}

/// What a change leads to.
struct Outcome<'a> {
    /// The request that is sent, if any.
    request: Option<&'a str>,
    /// The secret in it, if any.
    sent: Option<&'a str>,
    /// What the state has afterwards.
    key: Option<&'a str>,
    version: Option<i64>,
}

const UNTOUCHED: Outcome<'_> = Outcome {
    request: None,
    sent: None,
    key: None,
    version: None,
};

/// One PUT with this secret.
const fn put(sent: Option<&str>) -> Outcome<'_> {
    Outcome {
        request: Some("PUT /webhook"),
        sent,
        ..UNTOUCHED
    }
}

impl<'a> Outcome<'a> {
    const fn key(self, key: &'a str) -> Self {
        Self {
            key: Some(key),
            ..self
        }
    }

    const fn version(self, version: i64) -> Self {
        Self {
            version: Some(version),
            ..self
        }
    }
}

/// Carries the change out, checks its outcome, and that it was the last of it.
async fn changes(
    label: &str,
    portal: &Portal,
    directory: &mut Workspace,
    to: &Value,
    outcome: &Outcome<'_>,
) {
    portal.take();
    let report = directory.apply(&one(to)).await;
    report.ok();
    is_outcome(label, portal, directory, outcome);
    let planned = directory.plan(&one(to)).await;
    assert_eq!(
        planned.only().action,
        Action::NoOp,
        "{label}: {:#?}",
        planned.only()
    );
    planned.report.quiet();
}

/// Compares what was requested and what is stored now.
fn is_outcome(label: &str, portal: &Portal, directory: &Workspace, outcome: &Outcome<'_>) {
    let writes: Vec<_> = portal
        .take()
        .into_iter()
        .filter(|sent| sent.method != "GET")
        .collect();
    let requests: Vec<_> = writes
        .iter()
        .map(|sent| sent.route.replace("/api/2.0/settings", ""))
        .collect();
    assert_eq!(requests, Vec::from_iter(outcome.request), "{label}");
    let has_secret = writes
        .iter()
        .any(|sent| sent.body.as_ref().unwrap().get("secretKey").is_some());
    assert_eq!(has_secret, outcome.sent.is_some(), "{label}: {writes:#?}");
    if let Some(sent) = outcome.sent {
        assert!(portal.emulator.secret_is(1, sent), "{label}");
    }
    assert_eq!(
        directory.attribute("secret_key"),
        &json!(outcome.key),
        "{label}"
    );
    assert_eq!(
        directory.attribute("secret_key_wo_version"),
        &json!(outcome.version),
        "{label}"
    );
    let private = String::from_utf8(directory.it().private.clone()).unwrap();
    assert!(
        !private.contains(OLD) && !private.contains(NEW),
        "{label}: {private}"
    );
}

/// Each row: a change, from what to what, and what it leads to.
async fn table<'a>(rows: impl IntoIterator<Item = (&'a str, Value, Value, Outcome<'a>)>) {
    for (label, from, to, outcome) in rows {
        let portal = Portal::start().await;
        let mut directory = portal.settled(&from).await;
        changes(label, &portal, &mut directory, &to, &outcome).await;
    }
}

#[tokio::test]
async fn a_stored_secret_is_sent_when_it_changes() {
    table([
        ("the same", key(OLD), key(OLD), UNTOUCHED.key(OLD)),
        ("another", key(OLD), key(NEW), put(Some(NEW)).key(NEW)),
        (
            "the same, renamed",
            key(OLD),
            renamed(&key(OLD)),
            put(None).key(OLD),
        ),
        (
            "another, renamed",
            key(OLD),
            renamed(&key(NEW)),
            put(Some(NEW)).key(NEW),
        ),
        (
            "generated, then given",
            nothing(),
            key(NEW),
            put(Some(NEW)).key(NEW),
        ),
    ])
    .await;
}

#[tokio::test]
async fn manual_mode_follows_the_number() {
    table([
        (
            "the same",
            manual(OLD, 1),
            manual(OLD, 1),
            UNTOUCHED.version(1),
        ),
        (
            "another secret of one number",
            manual(OLD, 1),
            manual(NEW, 1),
            UNTOUCHED.version(1),
        ),
        (
            "a greater number",
            manual(OLD, 1),
            manual(NEW, 2),
            put(Some(NEW)).version(2),
        ),
        (
            "a greater number alone",
            manual(OLD, 1),
            manual(OLD, 2),
            put(Some(OLD)).version(2),
        ),
        (
            "a smaller number",
            manual(OLD, 2),
            manual(NEW, 0),
            put(Some(NEW)).version(0),
        ),
        (
            "renamed",
            manual(OLD, 1),
            renamed(&manual(OLD, 1)),
            put(None).version(1),
        ),
        (
            "renamed, another secret",
            manual(OLD, 1),
            renamed(&manual(NEW, 1)),
            put(None).version(1),
        ),
    ])
    .await;
}

#[tokio::test]
async fn automatic_mode_recognizes_the_secret() {
    table([
        (
            "the same",
            automatic(OLD),
            automatic(OLD),
            UNTOUCHED.version(1),
        ),
        (
            "another",
            automatic(OLD),
            automatic(NEW),
            put(Some(NEW)).version(2),
        ),
        (
            "renamed",
            automatic(OLD),
            renamed(&automatic(OLD)),
            put(None).version(1),
        ),
        (
            "renamed, another",
            automatic(OLD),
            renamed(&automatic(NEW)),
            put(Some(NEW)).version(2),
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_secret_that_leaves_the_state_is_sent_only_if_it_changes() {
    table([
        (
            "to automatic",
            key(OLD),
            automatic(OLD),
            UNTOUCHED.version(1),
        ),
        (
            "to automatic, another",
            key(OLD),
            automatic(NEW),
            put(Some(NEW)).version(1),
        ),
        ("to manual", key(OLD), manual(OLD, 1), UNTOUCHED.version(1)),
        (
            "to manual, another",
            key(OLD),
            manual(NEW, 7),
            put(Some(NEW)).version(7),
        ),
        (
            "to automatic, renamed",
            key(OLD),
            renamed(&automatic(OLD)),
            put(None).version(1),
        ),
        (
            "generated to automatic",
            nothing(),
            automatic(NEW),
            put(Some(NEW)).version(1),
        ),
        (
            "generated to manual",
            nothing(),
            manual(NEW, 1),
            put(Some(NEW)).version(1),
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_secret_that_enters_the_state_is_sent_unless_it_is_recognized() {
    table([
        (
            "from automatic",
            automatic(OLD),
            key(OLD),
            UNTOUCHED.key(OLD),
        ),
        (
            "from automatic, another",
            automatic(OLD),
            key(NEW),
            put(Some(NEW)).key(NEW),
        ),
        (
            "from manual",
            manual(OLD, 1),
            key(OLD),
            put(Some(OLD)).key(OLD),
        ),
    ])
    .await;
}

#[tokio::test]
async fn between_automatic_and_manual_the_secret_is_sent_once() {
    table([
        // The number is the same, and a plan without a change cannot forget the hash.
        (
            "to manual, same number",
            automatic(OLD),
            manual(OLD, 1),
            UNTOUCHED.version(1),
        ),
        (
            "to manual, same number, another",
            automatic(OLD),
            manual(NEW, 1),
            UNTOUCHED.version(1),
        ),
        (
            "to manual",
            automatic(OLD),
            manual(OLD, 2),
            put(Some(OLD)).version(2),
        ),
        (
            "to manual, another",
            automatic(OLD),
            manual(NEW, 5),
            put(Some(NEW)).version(5),
        ),
        (
            "to automatic",
            manual(OLD, 1),
            automatic(OLD),
            put(Some(OLD)).version(2),
        ),
        (
            "to automatic, another",
            manual(OLD, 3),
            automatic(NEW),
            put(Some(NEW)).version(4),
        ),
    ])
    .await;
}

#[tokio::test]
async fn switching_off_carries_no_secret_and_a_new_secret_is_no_switch() {
    let off = |config: &Value| with(config, json!({"enabled": false}));
    let switched = Outcome {
        request: Some("PUT /webhook/enable"),
        ..UNTOUCHED
    };
    table([
        (
            "off",
            automatic(OLD),
            off(&automatic(OLD)),
            switched.version(1),
        ),
        (
            "off, another",
            automatic(OLD),
            off(&automatic(NEW)),
            put(Some(NEW)).version(2),
        ),
    ])
    .await;
}

#[tokio::test]
async fn manual_mode_stores_nothing_that_is_derived_from_the_secret() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&manual(OLD, 1)).await;
    let before = directory.it().private.clone();
    assert!(!String::from_utf8_lossy(&before).contains("hash"));
    directory.apply(&one(&manual(NEW, 2))).await.quiet();
    assert_eq!(directory.it().private, before);
    // The hash of automatic mode goes with the next change.
    let mut directory = portal.workspace();
    directory.import("1").await.quiet();
    directory.apply(&one(&automatic(OLD))).await.quiet();
    assert!(String::from_utf8_lossy(&directory.it().private).contains("hash"));
    directory.apply(&one(&manual(OLD, 2))).await.quiet();
    assert!(!String::from_utf8_lossy(&directory.it().private).contains("hash"));
}

#[tokio::test]
async fn a_configured_secret_that_is_removed_is_forgotten_with_one_warning_and_no_request() {
    for from in [key(OLD), manual(OLD, 1), automatic(OLD)] {
        let portal = Portal::start().await;
        let mut directory = portal.settled(&from).await;
        let report = directory.apply(&one(&nothing())).await;
        let warning = report.warning("Webhook \"CI events\" (1) keeps its old secret");
        assert!(
            warning.detail.contains("only the state forgets it"),
            "{warning:?}"
        );
        is_outcome("removed", &portal, &directory, &UNTOUCHED);
        directory.plan(&one(&nothing())).await.empty();
        assert!(portal.emulator.secret_is(1, OLD));
        // It was forgotten, so it is sent when it comes back.
        let back = put(Some(OLD)).version(1);
        changes("back", &portal, &mut directory, &automatic(OLD), &back).await;
    }
}

#[tokio::test]
async fn a_generated_secret_stays_without_a_word() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&nothing()).await;
    let secret = directory
        .attribute("secret_key")
        .as_str()
        .unwrap()
        .to_owned();
    let kept = put(None).key(&secret);
    changes(
        "renamed",
        &portal,
        &mut directory,
        &renamed(&nothing()),
        &kept,
    )
    .await;
    // Configured with the same value, it is a configured one from then on.
    changes(
        "taken over",
        &portal,
        &mut directory,
        &renamed(&key(&secret)),
        &UNTOUCHED.key(&secret),
    )
    .await;
    assert!(portal.emulator.secret_is(1, &secret));
}

#[tokio::test]
async fn after_an_import_a_secret_is_sent_once_and_none_is_generated() {
    for (label, to, outcome) in [
        ("none", nothing(), UNTOUCHED),
        ("renamed", renamed(&nothing()), put(None)),
        ("stored", key(NEW), put(Some(NEW)).key(NEW)),
        ("automatic", automatic(NEW), put(Some(NEW)).version(1)),
        ("manual", manual(NEW, 4), put(Some(NEW)).version(4)),
    ] {
        let portal = Portal::start().await;
        portal.settled(&key(OLD)).await;
        let mut directory = portal.workspace();
        directory.import("1").await.quiet();
        assert_eq!(directory.attribute("secret_key"), &Value::Null);
        changes(label, &portal, &mut directory, &to, &outcome).await;
    }
}
