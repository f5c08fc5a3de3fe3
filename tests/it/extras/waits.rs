//! A long wait is warned of in whatever call it happens, and once per process (product §9).

use serde_json::json;
use tokio::task::JoinSet;

use super::{Portal, WEBHOOK, on, webhook};
use crate::host::Host;
use crate::host::diagnostics::Diagnostic;
use crate::host::verbs::Query;

const LONG_WAIT: &str = "The portal slowed this run down";

/// A portal with two webhooks that lets the first request of this name wait for ten seconds, and a process that does.
async fn slow(request: &str) -> (Portal, Host) {
    let portal = Portal::start().await;
    portal.add(&["one", "two"]);
    let wait = [("Retry-After", "10")];
    portal.fault(on(request).times(1).respond(429, &wait, ""));
    let host = Host::start().await;
    host.configure(portal.provider()).await.quiet();
    (portal, host)
}

#[track_caller]
fn says(said: &[Diagnostic], summaries: &[&str]) {
    let summary = |said: &Diagnostic| said.summary.clone();
    assert_eq!(said.iter().map(summary).collect::<Vec<_>>(), summaries);
}

async fn in_a_plan() {
    let (_portal, host) = slow("GET /webhook/triggers").await;
    let planned = host.plan_create(WEBHOOK, webhook()).await;
    says(&planned.diagnostics, &[LONG_WAIT]);
    host.plan_create(WEBHOOK, webhook()).await.ok();
    let imported = host.import(WEBHOOK, "1").await;
    let listed = host.list(WEBHOOK, &Query::default()).await;
    says(&imported.diagnostics, &[]);
    says(&listed.diagnostics, &[]);
    host.stop().await;
}

async fn in_an_import() {
    let (_portal, host) = slow("GET /webhook").await;
    let missing = host.import(WEBHOOK, "17").await;
    says(&missing.diagnostics, &[LONG_WAIT, "No such webhook"]);
    host.stop().await;
}

async fn in_a_list() {
    let (_portal, host) = slow("GET /webhook").await;
    let query = Query {
        limit: 1,
        ..Query::default()
    };
    let found = host.list(WEBHOOK, &query).await;
    says(&found.diagnostics, &[LONG_WAIT]);
    assert_eq!(found.result.unwrap().len(), 1);
    host.stop().await;
}

async fn in_a_list_of_nothing() {
    let (_portal, host) = slow("GET /webhook").await;
    let query = Query {
        filters: json!({"name_prefix": "three"}),
        ..Query::default()
    };
    let found = host.list(WEBHOOK, &query).await;
    says(&found.diagnostics, &[LONG_WAIT]);
    host.stop().await;
}

async fn in_an_ephemeral_resource() {
    let (_portal, host) = slow("GET /security/password").await;
    let opened = host.open("docspace_webhook_secret", json!({})).await;
    says(&opened.diagnostics, &[LONG_WAIT]);
    host.stop().await;
}

async fn in_an_action() {
    let (_portal, host) = slow("GET /webhooks/log").await;
    let config = json!({"webhook_id": "1", "failed_since": "2020-01-01T00:00:00Z"});
    let invoked = host.invoke("docspace_webhook_redeliver", config).await;
    says(&invoked.diagnostics, &[LONG_WAIT]);
    host.stop().await;
}

async fn in_the_filter_of_a_data_source(name: &'static str) {
    let (_portal, host) = slow("GET /webhook/triggers").await;
    let read = host.read_data(name, json!({"trigger": "Nothing"})).await;
    says(&read.diagnostics, &[LONG_WAIT, "Unknown trigger"]);
    host.stop().await;
}

/// At the same time, because each takes ten seconds; none that fails hides another.
#[tokio::test]
async fn a_long_wait_is_warned_of_in_every_call() {
    let mut calls = JoinSet::new();
    calls.spawn(in_a_plan());
    calls.spawn(in_an_import());
    calls.spawn(in_a_list());
    calls.spawn(in_a_list_of_nothing());
    calls.spawn(in_an_ephemeral_resource());
    calls.spawn(in_an_action());
    for name in ["docspace_webhooks", "docspace_webhook_deliveries"] {
        calls.spawn(in_the_filter_of_a_data_source(name));
    }
    let mut failed = 0;
    while let Some(call) = calls.join_next().await {
        failed += usize::from(call.is_err());
    }
    assert_eq!(failed, 0, "their messages stand above");
}
