//! Secrets that are known late, differ from the plan, or whose traces are lost.

use secrecy::SecretString;
use serde_json::json;

use super::rows::{UNTOUCHED, put};
use super::{NEW, OLD, automatic, changes, config, is_outcome, key, manual, nothing, renamed};
use crate::commands::one;
use crate::host::core::Action;
use crate::host::value::unknown;
use crate::webhook::Portal;

#[tokio::test]
async fn a_lost_or_damaged_hash_costs_one_rotation() {
    for private in [
        "",
        "\u{0}",
        "{\"secret_hash\":{\"salt\":\"!\",\"hash\":\"\"}}",
        "{\"secret_hash\":7}",
    ] {
        let portal = Portal::start().await;
        let mut directory = portal.settled(&automatic(OLD)).await;
        directory.state.get_mut("it").unwrap().private = private.as_bytes().to_vec();
        let outcome = put(Some(OLD)).version(2);
        changes(private, &portal, &mut directory, &automatic(OLD), &outcome).await;
    }
}

/// A write-only value may come from somewhere that gives another one each time it is asked.
#[tokio::test]
async fn a_secret_may_differ_between_plan_and_apply() {
    for (label, from, planned, applied, outcome) in [
        (
            "as stored after all",
            automatic(OLD),
            automatic(NEW),
            automatic(OLD),
            UNTOUCHED.version(1),
        ),
        (
            "yet another",
            automatic(OLD),
            automatic(NEW),
            automatic("Third-secret-3"),
            put(Some("Third-secret-3")).version(2),
        ),
        (
            "another after all",
            automatic(OLD),
            renamed(&automatic(OLD)),
            renamed(&automatic(NEW)),
            put(Some(NEW)).version(2),
        ),
        (
            "in manual mode",
            manual(OLD, 1),
            manual(OLD, 2),
            manual(NEW, 2),
            put(Some(NEW)).version(2),
        ),
        (
            "on the way out of the state",
            key(OLD),
            automatic(NEW),
            automatic(OLD),
            UNTOUCHED.version(1),
        ),
    ] {
        let portal = Portal::start().await;
        let mut directory = portal.settled(&from).await;
        let plan = directory.plan(&one(&planned)).await;
        assert_eq!(plan.only().action, Action::Update, "{label}");
        portal.take();
        directory.carry_out_with(plan, &one(&applied)).await.quiet();
        is_outcome(label, &portal, &directory, &outcome);
        directory.plan(&one(&applied)).await.empty();
    }
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let plan = directory.plan(&one(&automatic(OLD))).await;
    directory
        .carry_out_with(plan, &one(&automatic(NEW)))
        .await
        .quiet();
    assert!(portal.emulator.secret_is(1, NEW));
    directory.plan(&one(&automatic(NEW))).await.empty();
}

#[tokio::test]
async fn a_secret_that_is_not_known_while_planning_is_decided_on_when_it_is() {
    let key_later = || config(json!({"secret_key": unknown()}));
    let wo_later = || config(json!({"secret_key_wo": unknown()}));
    for (label, from, early, late, outcome) in [
        (
            "the same",
            key(OLD),
            key_later(),
            key(OLD),
            UNTOUCHED.key(OLD),
        ),
        (
            "another",
            key(OLD),
            key_later(),
            key(NEW),
            put(Some(NEW)).key(NEW),
        ),
        (
            "the same, automatic",
            automatic(OLD),
            wo_later(),
            automatic(OLD),
            UNTOUCHED.version(1),
        ),
        (
            "another, automatic",
            automatic(OLD),
            wo_later(),
            automatic(NEW),
            put(Some(NEW)).version(2),
        ),
        (
            "out of the state",
            key(OLD),
            wo_later(),
            automatic(OLD),
            UNTOUCHED.version(1),
        ),
        (
            "out of the state, another",
            key(OLD),
            wo_later(),
            automatic(NEW),
            put(Some(NEW)).version(1),
        ),
        ("none after all", key(OLD), wo_later(), nothing(), UNTOUCHED),
        (
            "none after all, automatic",
            automatic(OLD),
            wo_later(),
            nothing(),
            UNTOUCHED,
        ),
    ] {
        let portal = Portal::start().await;
        let mut directory = portal.settled(&from).await;
        let plan = directory.plan(&one(&early)).await;
        plan.report.quiet();
        assert_eq!(plan.only().action, Action::Update, "{label}");
        portal.take();
        directory.carry_out_with(plan, &one(&late)).await.ok();
        is_outcome(label, &portal, &directory, &outcome);
        directory.plan(&one(&late)).await.empty();
    }
}

#[tokio::test]
async fn a_secret_that_was_changed_in_the_portal_cannot_be_seen() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&key(OLD)).await;
    let patch = docspace_emulator::WebhookPatch {
        secret: Some(SecretString::from("Somebody-elses-1")),
        ..Default::default()
    };
    portal.emulator.patch_webhook(1, patch).unwrap();
    directory.plan(&one(&key(OLD))).await.empty();
}
