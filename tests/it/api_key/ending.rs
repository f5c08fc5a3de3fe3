//! When a key is replaced: because it has ended, because it soon will, and because of its days.

use std::time::Duration;

use serde_json::{Value, json};

use super::{LIST, changed, directory, made, only, settled};
use crate::commands::{Configuration, Workspace};
use crate::host::core::Action;
use crate::portal::Portal;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn days(count: u32) -> Configuration {
    changed(json!({ "expires_in_days": count }))
}

/// A directory with a key of 30 days that was made so long ago.
async fn aged(portal: &Portal, config: &Configuration, days: u32) -> Workspace {
    let mut directory = settled(portal, config).await;
    portal.emulator.age_api_key(&only(portal).id, DAY * days);
    // Its date of creation tells the key from others, so the state was written as long ago.
    let state = directory.state.get_mut("it").unwrap();
    let mut private: Value = serde_json::from_slice(&state.private).unwrap();
    private.as_object_mut().unwrap().remove("on");
    state.private = private.to_string().into_bytes();
    directory.refresh().await.quiet();
    portal.take();
    directory
}

#[tokio::test]
async fn an_expired_key_is_replaced_and_never_updated() {
    let portal = Portal::start().await;
    let mut directory = aged(&portal, &days(30), 31).await;
    assert_eq!(directory.attribute("expired"), true);
    assert_eq!(
        directory.attribute("is_active"),
        false,
        "the portal's doing"
    );
    let planned = directory.plan(&days(30)).await;
    assert_eq!(planned.actions(), [Action::Replace]);
    assert_eq!(planned.only().replacements, ["expired"]);
    assert_eq!(planned.only().planned["expired"], false, "its successor");
    let old = only(&portal).id;
    directory.carry_out(planned).await.quiet();
    assert_ne!(only(&portal).id, old);
    directory.plan(&days(30)).await.empty();
}

#[tokio::test]
async fn a_key_is_replaced_some_days_before_its_end() {
    let portal = Portal::start().await;
    let config = changed(json!({"expires_in_days": 30, "rotate_before_days": 7}));
    let mut directory = aged(&portal, &config, 22).await;
    directory.plan(&config).await.empty();
    assert_eq!(directory.attribute("expired"), false);

    let portal = Portal::start().await;
    let mut directory = aged(&portal, &config, 23).await;
    assert_eq!(directory.attribute("expired"), true);
    assert_eq!(directory.attribute("is_active"), true, "it still works");
    let planned = directory.plan(&config).await;
    assert_eq!(planned.actions(), [Action::Replace]);
    assert_eq!(planned.only().replacements, ["expired"]);
    directory.carry_out(planned).await.quiet();
    directory.plan(&config).await.empty();
}

/// Planning looks at what the last read judged, so that the plan is the same in every process and at any time.
#[tokio::test]
async fn a_plan_without_a_refresh_looks_at_no_clock() {
    let portal = Portal::start().await;
    let directory = settled(&portal, &days(30)).await;
    let state = directory.it().clone();
    portal.emulator.age_api_key(&only(&portal).id, DAY * 31);
    let host = portal.host().await;
    let config = days(30)["it"].clone();
    let plan = host
        .plan(super::API_KEY, Some(&state), config)
        .await
        .quiet();
    assert_eq!(plan.action, Action::NoOp);
    assert_eq!(portal.all_requests(), [""; 0]);
    host.stop().await;
}

#[tokio::test]
async fn an_expired_key_answers_an_update_with_the_reason() {
    let portal = Portal::start().await;
    let mut directory = settled(&portal, &days(30)).await;
    let planned = directory
        .plan(&changed(json!({"expires_in_days": 30, "name": "CD"})))
        .await;
    assert_eq!(planned.actions(), [Action::Update]);
    portal.emulator.change_api_key(&only(&portal).id, |key| {
        key.expires_at = key.expires_at.map(|end| end - DAY * 31);
    });
    let report = directory.carry_out(planned).await;
    let error = report.error("Key \"CI\" was not changed");
    assert!(error.detail.contains("It has expired"), "{error:?}");
    assert_eq!(directory.attribute("name"), "CI");
}

#[tokio::test]
async fn other_days_are_another_key() {
    let portal = Portal::start().await;
    let mut directory = settled(&portal, &days(30)).await;
    for (config, action) in [
        (days(30), Action::NoOp),
        (changed(json!({})), Action::NoOp),
        (days(60), Action::Replace),
    ] {
        let planned = directory.plan(&config).await;
        planned.report.quiet();
        assert_eq!(planned.only().action, action, "{config:?}");
    }
    // Removed from the configuration, they stay in the state.
    assert_eq!(directory.attribute("expires_in_days"), 30);
    directory.apply(&days(60)).await.quiet();
    assert_eq!(directory.attribute("expires_in_days"), 60);
    assert_eq!(made(&portal).len(), 1);
}

/// It was made here, so a missing number is a configured one.
#[tokio::test]
async fn a_key_that_never_ends_is_replaced_by_one_that_does() {
    let portal = Portal::start().await;
    let mut directory = settled(&portal, &changed(json!({}))).await;
    let planned = directory.plan(&days(30)).await;
    assert_eq!(planned.actions(), [Action::Replace]);
    assert_eq!(planned.only().replacements, ["expires_in_days"]);
}

#[tokio::test]
async fn the_margin_is_the_providers_own() {
    let portal = Portal::start().await;
    let mut directory = settled(&portal, &days(30)).await;
    let config = changed(json!({"expires_in_days": 30, "rotate_before_days": 7}));
    directory.apply(&config).await.quiet();
    assert_eq!(
        portal.all_requests(),
        [LIST],
        "the portal does not know of it"
    );
    directory.plan(&config).await.empty();
}

/// Where the days come with the margin, the key is replaced by one that ends.
#[tokio::test]
async fn a_margin_before_no_end_is_warned_of() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    let summary = "rotate_before_days has no effect";
    for _creation_and_change in 0..2 {
        let endless = changed(json!({"rotate_before_days": 7}));
        directory.apply(&endless).await.warning(summary);
    }
    let ending = changed(json!({"expires_in_days": 30, "rotate_before_days": 7}));
    directory.apply(&ending).await.quiet();
}

#[tokio::test]
async fn a_key_that_the_portal_switched_off_before_its_end_is_switched_on() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    directory.apply(&days(30)).await.quiet();
    let id = only(&portal).id;
    portal
        .emulator
        .change_api_key(&id, |key| key.active = false);
    directory.apply(&days(30)).await.quiet();
    assert!(only(&portal).credential.active);
}
