//! Faults that take more than a row of the table to tell.

use super::*;
use crate::commands::{Configuration, one};
use crate::webhook::with;

const PUT: &str = "PUT /webhook";
const DELETE: &str = "DELETE /webhook/{id}";
const LIST: &str = "GET /webhook";
const ME: &str = "GET /people/@self";

fn renamed() -> Configuration {
    one(&with(
        &webhook(),
        json!({"name": "Renamed", "target_id": "7"}),
    ))
}

#[tokio::test]
async fn a_success_that_is_no_list_removes_nothing_either() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().also("max_retries", json!(2));
    directory.apply(&one(&webhook())).await.quiet();
    let before = directory.state.clone();
    for body in [
        "null",
        "\"\"",
        r#"{"response":null}"#,
        r#"{"response":{}}"#,
        r#"{"response":""}"#,
        r#"{"count":0,"status":0}"#,
        r#"{"error":{"message":"Access denied"},"status":1,"statusCode":403}"#,
        r#"{"response":[{"status":0}]}"#,
        r#"{"response":[{"configs":null}]}"#,
        r#"{"response":[null]}"#,
        r#"{"response":[{"configs":{"id":1,"name":"n"}}]}"#,
        r#"{"response":[{"configs":{"id":0,"name":"n","uri":"u","enabled":true,"ssl":true}}]}"#,
        r#"{"response":["#,
    ] {
        portal.fault(on(LIST).respond(200, &[], body));
        let report = directory.refresh().await;
        report.error("Could not read the webhook");
        assert_eq!(directory.state, before, "{body}");
        portal.emulator.clear_faults();
    }
}

#[tokio::test]
async fn an_import_of_a_portal_that_cannot_be_read_imports_nothing() {
    let portal = Portal::start().await;
    portal.settled(&webhook()).await;
    for id in ["1", "CI events|https://hooks.example.com/docspace"] {
        for name in [
            "401",
            "404 suspended",
            "garbage before",
            "empty object before",
        ] {
            let mut directory = portal.workspace().also("max_retries", json!(2));
            portal.fault(fault(name, LIST));
            let report = directory.import(id).await;
            assert_eq!(report.errors().len(), 1, "{id} {name}: {report:#?}");
            assert!(directory.state.is_empty());
            portal.emulator.clear_faults();
        }
    }
}

#[tokio::test]
async fn a_failed_update_of_a_portal_that_cannot_be_read_keeps_the_prior_state() {
    let portal = Portal::start().await;
    let mut directory = portal
        .workspace()
        .also("max_retries", json!(2))
        .also("max_retries", json!(0));
    directory.apply(&one(&webhook())).await.quiet();
    let before = directory.it().clone();
    let planned = directory.plan(&renamed()).await;
    portal.fault(on("* /*").respond(503, &[], ""));
    let report = directory.carry_out(planned).await;
    let error = report.error("Could not update the webhook");
    assert!(
        error.detail.contains("The portal failed (503)"),
        "{error:?}"
    );
    assert_eq!(directory.it(), &before);
    portal.emulator.clear_faults();
    directory.apply(&renamed()).await.quiet();
}

#[tokio::test]
async fn an_update_that_fails_for_good_is_tried_so_often_and_says_so() {
    let portal = Portal::start().await;
    let mut directory = portal
        .workspace()
        .also("max_retries", json!(2))
        .also("max_retries", json!(1));
    directory.apply(&one(&webhook())).await.quiet();
    let planned = directory.plan(&renamed()).await;
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

/// A portal that is silent for ever: the state keeps the webhook.
#[tokio::test]
async fn a_deletion_that_nobody_answers_keeps_the_webhook() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().also("request_timeout", json!("3s"));
    directory.apply(&one(&webhook())).await.ok();
    let planned = directory.plan(&Configuration::new()).await;
    portal.fault(on("DELETE /webhook/*").stall());
    portal.take();
    let report = without_limit_warnings(directory.carry_out(planned).await);
    let error = report.error("Could not delete the webhook");
    assert!(
        error.detail.contains("did not answer within 3 seconds"),
        "{error:?}"
    );
    assert_eq!(sequence(&portal, false), [DELETE, DELETE, ME, LIST]);
    assert_eq!(directory.state.len(), 1);
}
