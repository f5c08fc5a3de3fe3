//! The examples that need a newer command line tool than the one that applies the others: their own
//! configuration, through the plugin host.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::{Portal, WEBHOOK, with};
use crate::host::verbs::Query;

/// Reads what stands in the first block that begins with this line, as argument and expression.
fn block(file: &str, first: &str) -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(file);
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(str::trim);
    assert!(lines.any(|line| line == first), "{file} has no {first}");
    let lines = lines.take_while(|line| *line != "}");
    let arguments = lines.filter_map(|line| line.split_once('='));
    arguments
        .map(|(name, expression)| (name.trim().to_owned(), expression.trim().to_owned()))
        .collect()
}

/// Takes a block of literals, which are written as in JSON, for a configuration.
fn literals(arguments: BTreeMap<String, String>) -> Value {
    let values = arguments.into_iter();
    values
        .map(|(name, text)| (name, serde_json::from_str::<Value>(&text).unwrap()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[tokio::test]
async fn the_list_of_the_example_finds_what_it_says() {
    let file = "list-resources/docspace_webhook/list-resource.tfquery.hcl";
    let filters = literals(block(file, "config {"));
    let portal = Portal::start().await;
    portal.add(&["on"]);
    let off = portal.add(&["off"]);
    let patch = docspace_emulator::WebhookPatch {
        enabled: Some(false),
        ..docspace_emulator::WebhookPatch::default()
    };
    portal.emulator.patch_webhook(2, patch);
    let host = portal.host().await;
    let query = Query {
        filters,
        ..Query::default()
    };
    let found = host.list(WEBHOOK, &query).await.quiet();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].identity, json!({"id": off[0]}));
    host.stop().await;
}

#[tokio::test]
async fn the_import_of_the_example_takes_the_webhook_over() {
    let file = "resources/docspace_webhook/import-by-identity.tf";
    let identity = literals(block(file, "identity = {"));
    let portal = Portal::start().await;
    let names: Vec<String> = (1..=17).map(|number| number.to_string()).collect();
    portal.add(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let host = portal.host().await;
    let state = host.import_by_identity(WEBHOOK, &identity).await.quiet();
    assert_eq!(state.value["name"], "17");
    host.stop().await;
}

#[tokio::test]
async fn the_action_of_the_example_is_invoked() {
    let file = "actions/docspace_webhook_redeliver/action.tf";
    let webhook = literals(block(file, r#"resource "docspace_webhook" "uploads" {"#));
    let portal = Portal::start().await;
    let host = portal.host().await;
    let plan = host.plan_create(WEBHOOK, webhook).await.quiet();
    let state = host.apply(&plan).await.quiet().unwrap();
    let config = block(file, "config {");
    let mut known = json!({});
    for (name, expression) in config {
        let value = match expression.as_str() {
            "docspace_webhook.uploads.id" => state.value["id"].clone(),
            "var.outage_began" => json!("2026-06-30T12:00:00Z"),
            other => panic!("{name} = {other} is not known to this test"),
        };
        known = with(&known, json!({ name: value }));
    }
    let progress = host.invoke("docspace_webhook_redeliver", known).await;
    assert_eq!(
        progress.quiet(),
        ["Nothing to redeliver: no delivery has failed since then."]
    );
    host.stop().await;
}
