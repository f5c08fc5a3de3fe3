//! One fault of the list, on which every read depends.

use super::*;
use crate::commands::one;
use crate::host::core::Action;

const LIST: &str = "GET /webhook";
const SUMMARY: &str = "Could not read the webhook";

async fn is_read((name, count): (&'static str, usize)) {
    let portal = Portal::start().await;
    let mut directory = directory(&portal, name);
    directory.apply(&one(&webhook())).await.ok();
    let id = portal.fault(fault(name, LIST));
    portal.take();
    let planned = directory.plan(&one(&webhook())).await;
    assert_eq!(portal.emulator.fault_hits(id), 1, "{name}");
    assert_eq!(portal.requests(), vec![LIST; count], "{name}");
    without_limit_warnings(planned.report.clone()).quiet();
    assert_eq!(planned.only().action, Action::NoOp, "{name}");
}

/// Nothing that a list request can end with removes a webhook from the state.
async fn is_refused((name, words): (&'static str, &'static str)) {
    let portal = Portal::start().await;
    let mut directory = directory(&portal, name).also("max_retries", json!(0));
    directory.apply(&one(&webhook())).await.ok();
    let before = directory.state.clone();
    for request in [LIST, "* /*"] {
        let mut rule = fault(name, request);
        rule.when.times = None;
        portal.fault(rule);
        portal.take();
        let report = without_limit_warnings(directory.refresh().await);
        let error = report.error(SUMMARY);
        assert!(error.detail.contains(words), "{name}: {error:?}");
        assert_eq!(portal.requests(), [LIST], "{name}");
        assert_eq!(directory.state, before, "{name}");
        let planned = directory.plan(&one(&webhook())).await;
        without_limit_warnings(planned.report.clone()).error(SUMMARY);
        assert!(planned.plans.is_empty(), "{name}");
        portal.emulator.clear_faults();
    }
    without_limit_warnings(directory.apply(&one(&webhook())).await).quiet();
    assert_eq!(directory.state, before, "{name}");
}

#[tokio::test]
async fn a_list_that_fails_for_the_moment_is_asked_for_again() {
    let names = [
        "reset before",
        "close before",
        "truncated",
        "429",
        "500",
        "502 before",
        "503 before",
        "504 before",
        "silence before",
    ];
    each(names.map(|name| (name, 2)), is_read).await;
}

#[tokio::test]
async fn a_list_in_small_pieces_is_a_list() {
    is_read(("trickle", 1)).await;
}

#[tokio::test]
async fn no_failure_of_the_list_ever_removes_a_webhook() {
    let rows = [
        ("401", "refused the API key (401)"),
        ("402", "not paid for (402)"),
        ("403 scope", "the key needs *:read or *:write"),
        ("403 denied", "refused access (403)"),
        ("403 busy", "busy with a transfer"),
        ("404 route", "not as an active DocSpace portal (404)"),
        ("404 suspended", "suspended or removed"),
        ("404 gone", "no such object (404)"),
        ("429", "too many requests (429)"),
        ("500", "The portal failed (500)"),
        ("500 proxy", "The portal failed (500)"),
        ("502 before", "The portal failed (502)"),
        ("503 before", "The portal failed (503)"),
        ("504 before", "The portal failed (504)"),
        ("redirect", "answers with a redirect (301)"),
        ("garbage before", "cannot be understood"),
        ("web page before", "a web page instead of the DocSpace API"),
        ("nothing in it before", "cannot be understood"),
        ("empty object before", "cannot be understood"),
        ("another id before", "cannot be understood"),
        ("reset before", "broke before its answer was complete"),
        ("silence before", "did not answer within 1 seconds"),
    ];
    each(rows, is_refused).await;
}

#[tokio::test]
async fn a_success_that_is_no_list_removes_nothing_either() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal, "");
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
        report.error(SUMMARY);
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
            let mut directory = directory(&portal, "");
            portal.fault(fault(name, LIST));
            let report = directory.import(id).await;
            assert_eq!(report.errors().len(), 1, "{id} {name}: {report:#?}");
            assert!(directory.state.is_empty());
            portal.emulator.clear_faults();
        }
    }
}
