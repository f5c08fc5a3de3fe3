//! Portals that lack what is asked beside the webhook API, and servers that are no portal.
//!
//! The list decides: whoever lists webhooks can be worked with, and whoever does not is sent nothing.

use docspace_emulator::{NewWebhook, Profile};
use serde_json::json;

use super::{Portal, webhook, with};
use crate::commands::{Workspace, one};
use crate::portal::on;

const CATALOG: &str = "GET /webhook/triggers";
const POLICY: &str = "GET /security/password";
const VERSION: &str = "GET /version/build";
const CALLER: &str = "GET /people/@self";

/// A portal that answers these requests like this.
async fn answering(status: u16, requests: &[&str]) -> Portal {
    let portal = Portal::start().await;
    for request in requests {
        portal.fault(on(request).respond(status, &[], ""));
    }
    portal
}

/// Creates, changes and destroys a webhook, which must cause no word.
async fn lives_in_silence(portal: &Portal) {
    let mut directory = portal.workspace();
    directory.apply(&one(&webhook())).await.quiet();
    directory.plan(&one(&webhook())).await.empty();
    let other = json!({"triggers": ["RoomCreated"], "secret_key": "An0ther-Key"});
    let changed = one(&with(&webhook(), other));
    directory.apply(&changed).await.quiet();
    directory.plan(&changed).await.empty();
    directory.destroy(&changed).await.quiet();
    assert!(portal.emulator.webhooks().is_empty());
}

#[tokio::test]
async fn a_portal_needs_nothing_but_its_webhooks() {
    for status in [404, 405] {
        for missing in [
            &[CATALOG, POLICY, VERSION, CALLER] as &[&str],
            &[CATALOG],
            &[POLICY],
            &[CALLER],
        ] {
            let portal = answering(status, missing).await;
            lives_in_silence(&portal).await;
        }
    }
}

#[tokio::test]
async fn a_deletion_that_is_answered_with_nothing_is_looked_up() {
    let portal = answering(404, &[CALLER]).await;
    let mut directory = portal.settled(&webhook()).await;
    portal.fault(
        on("DELETE /webhook/*")
            .after_storing()
            .respond(204, &[], ""),
    );
    directory.destroy(&one(&webhook())).await.quiet();
    assert!(portal.emulator.webhooks().is_empty());
}

#[tokio::test]
async fn what_a_portal_refuses_to_tell_is_one_warning() {
    let portal = answering(403, &[CATALOG, POLICY]).await;
    let mut directory = portal.workspace();
    let planned = directory.plan(&one(&webhook())).await;
    let warning = planned
        .report
        .warning("A check against the portal was skipped while planning");
    assert!(warning.detail.contains("apply will show"), "{warning:?}");
    directory.carry_out(planned).await.ok();
    portal.emulator.clear_faults();
    directory.plan(&one(&webhook())).await.empty();
}

#[tokio::test]
async fn a_catalog_without_entries_says_nothing_about_a_trigger() {
    let portal = Portal::start().await;
    portal.fault(on(CATALOG).respond(200, &[], "[]"));
    lives_in_silence(&portal).await;
}

#[tokio::test]
async fn webhooks_without_triggers_are_those_of_a_portal_before_3_1() {
    let portal = Portal::of(Profile::V3_0).await;
    portal.emulator.create_webhook(NewWebhook {
        name: "Old".to_owned(),
        uri: "https://hooks.example.com/old".to_owned(),
        ..NewWebhook::default()
    });
    portal.fault(on(VERSION).respond(404, &[], ""));
    let planned = portal.workspace().plan(&one(&webhook())).await;
    planned.report.error("DocSpace 3.1 or later is required");
    assert_eq!(portal.emulator.webhooks().len(), 1);
}

#[tokio::test]
async fn a_server_that_is_no_portal_is_an_error_and_is_sent_nothing() {
    let elsewhere = [("Location", "/login")];
    for (status, headers, body) in [
        (200, &[] as &[(&str, &str)], r#"{"ok":true}"#),
        (200, &[], ""),
        (204, &[], ""),
        (200, &[], r#"{"data":[],"meta":{}}"#),
        (200, &[], "OK"),
        (200, &[], "null"),
        (200, &[], r#"{"error":{"message":"no"}}"#),
        (302, &elsewhere, ""),
        (400, &[], ""),
        (404, &[], "not found"),
        (405, &[], ""),
        (418, &[], "I am a teapot"),
    ] {
        let portal = Portal::start().await;
        let mut directory = portal.workspace();
        let planned = directory.plan(&one(&webhook())).await;
        planned.report.quiet();
        for request in ["* /*", "* /people/@self"] {
            portal.fault(on(request).respond(status, headers, body));
        }
        let report = portal.workspace().plan(&one(&webhook())).await.report;
        report.error("The portal cannot be used");
        let report = directory.carry_out(planned).await;
        assert_eq!(report.errors().len(), 1, "{status} {body:?}: {report:#?}");
        let requests = portal.requests();
        assert!(
            requests.iter().all(|request| request.starts_with("GET ")),
            "{status} {body:?}: {requests:?}"
        );
    }
}

#[tokio::test]
async fn a_server_that_fails_now_is_no_reason_to_stop_planning() {
    for status in [429, 500, 503] {
        let portal = Portal::start().await;
        portal.fault(on("GET /*").respond(status, &[], ""));
        let mut directory = Workspace::new(with(&portal.provider(), json!({"max_retries": 0})));
        let planned = directory.plan(&one(&webhook())).await;
        planned
            .report
            .warning("The plan was not checked against the portal");
        portal.emulator.clear_faults();
        directory.carry_out(planned).await.quiet();
    }
}
