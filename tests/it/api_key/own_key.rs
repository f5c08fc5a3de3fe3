//! The key that the provider itself runs with is an ordinary key of the portal, and is left alone.

use docspace_emulator::{Credential, OWNER_ID, Profile};
use serde_json::json;

use super::{API_KEY, DELETE, ON_OWN, OWN, PUT, changed, directory, made};
use crate::commands::{Configuration, Report, Workspace, one};
use crate::portal::{Portal, on, with};

/// A directory that has taken over the key it runs with.
async fn owning(portal: &Portal) -> (Workspace, Configuration) {
    let mut directory = directory(portal);
    let own = portal.emulator.api_keys()[0].clone();
    directory.import(own.id.as_str()).await.quiet();
    let config = one(&json!({"name": own.credential.name, "permissions": ["*"]}));
    directory.plan(&config).await.empty();
    portal.take();
    (directory, config)
}

#[track_caller]
fn is_protected(report: &Report, verb: &str) {
    let error = report.error("Key \"Emulator key\" is the one the provider runs with");
    assert!(error.detail.contains(verb), "{error:?}");
}

/// What would harm it, and how that is called.
fn harm(config: &Configuration) -> Vec<(Configuration, &'static str)> {
    let changed = |changes| one(&with(&config["it"], changes));
    vec![
        (Configuration::new(), "This would delete"),
        (
            changed(json!({"is_active": false})),
            "This would switch off",
        ),
        (
            changed(json!({"permissions": ["*:read"]})),
            "This would take permissions from",
        ),
        (
            changed(json!({"rotation": {"now": "yes"}})),
            "This would replace",
        ),
    ]
}

#[tokio::test]
async fn nothing_that_harms_it_is_planned() {
    let portal = Portal::start().await;
    let (mut directory, config) = owning(&portal).await;
    for (harmful, verb) in harm(&config) {
        let report = directory.plan(&harmful).await.report;
        is_protected(&report, verb);
    }
    let report = directory.destroy(&config).await;
    is_protected(&report, "This would delete");
    let counts = portal.counts();
    assert!(
        !counts.iter().any(|count| count.contains("{guid}")),
        "{counts:?}"
    );
}

/// A plan that was made with another key is checked again.
#[tokio::test]
async fn nothing_that_harms_it_is_applied() {
    let portal = Portal::start().await;
    let (mut directory, config) = owning(&portal).await;
    let own = json!(portal.emulator.api_key());
    let mut other = super::settled(&portal, &changed(json!({"permissions": ["*"]}))).await;
    let other_key = other.attribute("key").clone();
    for (harmful, verb) in harm(&config) {
        directory.set("api_key", other_key.clone());
        let planned = directory.plan(&harmful).await;
        planned.report.quiet();
        directory.set("api_key", own.clone());
        portal.take();
        let report = directory.carry_out(planned).await;
        // A replacement begins with a deletion.
        is_protected(&report, &verb.replace("replace", "delete"));
        let requests = portal.all_requests();
        let harmed = |request: &&String| [DELETE, PUT].contains(&request.as_str());
        assert_eq!(requests.iter().find(harmed), None, "{requests:?}");
        assert_eq!(directory.state.len(), 1);
    }
    let own = portal.emulator.api_keys()[0].credential.clone();
    assert!(own.active && own.scopes.is_empty());
    other.destroy(&one(&super::key())).await.quiet();
}

#[tokio::test]
async fn what_does_it_no_harm_is_done() {
    let portal = Portal::start().await;
    let (mut directory, config) = owning(&portal).await;
    for changes in [
        json!({"name": "Terraform"}),
        json!({"name": "Terraform", "permissions": ["*:write"]}),
        json!({"name": "Terraform", "permissions": ["*"]}),
    ] {
        let harmless = one(&with(&config["it"], changes));
        directory.apply(&harmless).await.quiet();
        directory.plan(&harmless).await.empty();
    }
    assert_eq!(portal.emulator.api_keys()[0].credential.name, "Terraform");
}

#[tokio::test]
async fn nothing_is_deleted_while_nobody_knows_which_key_it_is() {
    let portal = Portal::start().await;
    let mut directory = super::settled(&portal, &one(&super::key())).await;
    directory.set("max_retries", json!(0));
    let planned = directory.plan(&Configuration::new()).await;
    portal.take();
    portal.fault(on(ON_OWN).times(2).respond(503, &[], ""));
    let report = directory.carry_out(planned).await;
    report.error("Could not delete the API key");
    assert_eq!(made(&portal).len(), 1);
    assert!(portal.all_requests().contains(&OWN.to_owned()));
    directory.destroy(&one(&super::key())).await.quiet();
    assert!(made(&portal).is_empty());
}

/// A permission that is missing is told before anything is sent, and at apply alone: the plan may be for somebody else.
#[tokio::test]
async fn a_key_that_may_only_read_plans_and_writes_nothing() {
    let portal = Portal::start().await;
    let reader = Credential::api_key("sk-reader-0000", OWNER_ID).with_scopes(["*:read"]);
    portal.emulator.add_credential(reader);
    let mut writer = super::settled(&portal, &one(&super::key())).await;
    let state = writer.state.clone();
    for (config, prior) in [
        (one(&super::key()), None),
        (changed(json!({"name": "CD"})), Some(&state)),
        (Configuration::new(), Some(&state)),
    ] {
        let provider = portal.provider_with_key("sk-reader-0000");
        let mut directory = Workspace::new(provider).of(API_KEY);
        directory.state = prior.cloned().unwrap_or_default();
        let planned = directory.plan(&config).await;
        planned.report.quiet();
        portal.take();
        let report = directory.carry_out(planned).await;
        let errors = report.errors();
        assert_eq!(errors.len(), 1);
        assert!(
            errors[0].summary.ends_with(": key lacks the scope"),
            "{errors:?}"
        );
        for part in ["ending in 0000", "*:read", "*:write"] {
            assert!(errors[0].detail.contains(part), "{part}: {errors:?}");
        }
        let requests = portal.all_requests();
        let is_read = |request: &String| request.starts_with("GET ");
        assert!(requests.iter().all(is_read), "{requests:?}");
    }
    writer.destroy(&one(&super::key())).await.quiet();
}

#[tokio::test]
async fn a_key_that_ends_soon_is_told_once_by_runs_that_write() {
    const DAY: time::Duration = time::Duration::DAY;
    for (rest, is_told) in [(DAY * 13, true), (DAY * 15, false)] {
        let portal = Portal::start().await;
        let own = portal.emulator.api_keys()[0].clone();
        let end = own.created_on + rest;
        portal
            .emulator
            .change_api_key(&own.id, |key| key.expires_at = Some(end));
        let three: Configuration = ["a", "b", "c"]
            .map(|name| {
                (
                    name.to_owned(),
                    with(&super::key(), json!({ "name": name })),
                )
            })
            .into();
        let mut directory = directory(&portal);
        let planned = directory.plan(&three).await;
        planned.report.quiet();
        let report = directory.carry_out(planned).await;
        if is_told {
            let warning = report.warning("The provider's own API key expires soon");
            assert!(warning.detail.contains("api_key"), "{warning:?}");
        } else {
            report.quiet();
        }
        directory.plan(&three).await.empty();
    }
}

/// DocSpace 3.1.0 cannot tell which key is presented (IH §12), but its list shows how each one ends.
#[tokio::test]
async fn it_is_known_by_its_end_where_the_portal_cannot_tell() {
    let portal = Portal::of(Profile::V3_1).await;
    let (mut directory, config) = owning(&portal).await;
    let report = directory.plan(&Configuration::new()).await.report;
    is_protected(&report, "This would delete");
    let mut other = super::settled(&portal, &one(&super::key())).await;
    other.destroy(&one(&super::key())).await.quiet();
    directory.plan(&config).await.empty();
}
