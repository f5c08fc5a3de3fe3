//! Secrets that are known late, differ from the plan, or whose traces are lost.

use secrecy::SecretString;
use serde_json::json;

use super::rows::{UNTOUCHED, put};
use super::{NEW, OLD, automatic, changes, config, is_outcome, key, manual, nothing, renamed};
use crate::commands::one;
use crate::host::core::Action;
use crate::host::value::unknown;
use crate::webhook::{Portal, fault, with};

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

/// A saved plan has no write-only value: whoever applies it has to give it again. Since 1.16 the provider hears what the
/// plan was given.
#[tokio::test]
async fn a_secret_that_only_the_plan_or_only_the_apply_has_is_an_error_of_ours() {
    for (from, planned, applied, now) in [
        (None, automatic(NEW), nothing(), "is null now"),
        (None, nothing(), automatic(NEW), "is set now"),
        (
            Some(automatic(OLD)),
            renamed(&automatic(OLD)),
            renamed(&nothing()),
            "is null now",
        ),
    ] {
        let portal = Portal::start().await;
        let mut directory = match &from {
            Some(from) => portal.settled(from).await,
            None => portal.workspace(),
        };
        let plan = directory.plan(&one(&planned)).await;
        plan.report.quiet();
        let before = portal.emulator.webhooks().len();
        let report = directory.carry_out_with(plan, &one(&applied)).await;
        let error = report.error("The secret is not what it was in the plan");
        assert_eq!(error.path, "secret_key_wo");
        assert!(error.detail.contains(now), "{error:?}");
        assert_eq!(portal.emulator.webhooks().len(), before);
    }
}

/// What tells plan and apply apart is in the plan alone.
#[tokio::test]
async fn whether_a_secret_was_given_is_not_stored() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&automatic(OLD)).await;
    directory
        .apply(&one(&renamed(&automatic(OLD))))
        .await
        .quiet();
    let private = String::from_utf8(directory.it().private.clone()).unwrap();
    assert!(!private.contains("\"wo\""), "{private}");
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

/// The portal may have stored a secret although the update failed. Going back to the old one would look
/// like no change at all, so it is sent again.
#[tokio::test]
async fn a_secret_that_may_not_be_the_portals_is_sent_again() {
    for (label, from, failed, version) in [
        ("secret_key", key(OLD), key(NEW), None),
        ("manual mode", manual(OLD, 1), manual(NEW, 2), Some(1)),
        ("automatic mode", automatic(OLD), automatic(NEW), Some(1)),
    ] {
        for fault_name in ["reset after", "500 after", "nothing in it after"] {
            let portal = Portal::start().await;
            let mut directory = portal.settled(&from).await;
            directory.set("max_retries", json!(0));
            let planned = directory.plan(&one(&failed)).await;
            let number = portal.fault(fault(fault_name, "PUT /webhook"));
            let report = directory.carry_out(planned).await;
            let error = report.errors()[0].clone();
            let doubt = "the next apply sends the configured one";
            assert!(error.detail.contains(doubt), "{label}: {error:?}");
            assert!(portal.emulator.fault_hits(number) > 0);
            assert!(portal.emulator.secret_is(1, NEW), "{label}");
            portal.emulator.clear_faults();
            let planned = directory.plan(&one(&from)).await;
            assert_eq!(planned.only().action, Action::Update, "{label}");
            let mut outcome = put(Some(OLD));
            outcome.version = version;
            outcome.key = (label == "secret_key").then_some(OLD);
            changes(label, &portal, &mut directory, &from, &outcome).await;
            assert!(portal.emulator.secret_is(1, OLD), "{label}");
        }
    }
}

/// What the portal refused before it stored anything leaves no doubt.
#[tokio::test]
async fn a_secret_that_was_refused_is_not_sent_again() {
    for fault_name in ["400", "429", "500 receiver"] {
        let portal = Portal::start().await;
        let mut directory = portal.settled(&key(OLD)).await;
        directory.set("max_retries", json!(0));
        let planned = directory.plan(&one(&key(NEW))).await;
        portal.fault(fault(fault_name, "PUT /webhook"));
        assert!(directory.carry_out(planned).await.has_errors());
        portal.emulator.clear_faults();
        let planned = directory.plan(&one(&key(OLD))).await;
        assert_eq!(planned.only().action, Action::NoOp, "{fault_name}");
    }
}

/// A receiver that is dead must not stand in the way of switching its webhook off.
#[tokio::test]
async fn switching_off_waits_for_no_secret() {
    for (from, failed) in [
        (key(OLD), key(NEW)),
        (automatic(OLD), automatic(NEW)),
        (manual(OLD, 1), manual(NEW, 2)),
    ] {
        let portal = Portal::start().await;
        let mut directory = portal.settled(&from).await;
        directory.set("max_retries", json!(0));
        let planned = directory.plan(&one(&failed)).await;
        portal.fault(fault("reset after", "PUT /webhook"));
        assert!(directory.carry_out(planned).await.has_errors());
        portal.emulator.clear_faults();
        portal.fault(fault("500 receiver", "PUT /webhook"));
        let off = with(&from, json!({"enabled": false}));
        directory.apply(&one(&off)).await.ok();
        assert!(!portal.only().enabled);
        portal.emulator.clear_faults();
        // The secret is still to come.
        let planned = directory.plan(&one(&off)).await;
        assert_eq!(planned.only().action, Action::Update);
        directory.carry_out(planned).await.quiet();
        assert!(portal.emulator.secret_is(1, OLD));
        directory.plan(&one(&off)).await.empty();
    }
}
