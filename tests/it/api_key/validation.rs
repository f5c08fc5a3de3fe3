//! Which arguments are refused, when and in which words.

use serde_json::{Value, json};

use super::{API_KEY, changed, directory, key};
use crate::host::value::unknown;
use crate::portal::{Portal, with};

/// Insists that this configuration is refused before anything is asked.
async fn is_refused(changes: Value, path: &str, summary: &str, words: &str) {
    let portal = Portal::start().await;
    let report = directory(&portal).validate(&changed(changes.clone())).await;
    let error = report.error(summary);
    assert_eq!(error.path, path, "{changes}");
    assert!(error.detail.contains(words), "{changes}: {error:?}");
    assert_eq!(portal.all_requests(), [""; 0]);
}

#[tokio::test]
async fn a_name_has_one_to_thirty_characters() {
    for name in ["", " ", "\t"] {
        is_refused(
            json!({ "name": name }),
            "name",
            "Key name is blank",
            "1 to 30",
        )
        .await;
    }
    for name in ["x".repeat(31), "\u{1f511}".repeat(16)] {
        let changes = json!({ "name": name });
        is_refused(changes, "name", "Key name is too long", "at most 30").await;
    }
    let portal = Portal::start().await;
    for name in ["x".repeat(30), "\u{1f511}".repeat(15)] {
        let config = changed(json!({ "name": name }));
        directory(&portal).apply(&config).await.quiet();
    }
}

#[tokio::test]
async fn permissions_are_names_of_the_portal() {
    for (set, summary, words) in [
        (json!([]), "No permissions", "a key for everything"),
        (json!([null]), "Permission is null", "Remove it"),
        (
            json!(["*", "files:read"]),
            "Permission * must stand alone",
            "Keep only [\"*\"]",
        ),
        (
            json!(["rooms:raed"]),
            "Unknown permission",
            "Did you mean \"rooms:read\"?",
        ),
        (
            json!(["webhooks:write"]),
            "Unknown permission",
            "\"accounts.self:write\"",
        ),
    ] {
        is_refused(json!({ "permissions": set }), "permissions", summary, words).await;
    }
}

#[tokio::test]
async fn days_are_whole_and_in_the_portals_range() {
    for days in ["0", "366", "-1", "1.5", "1e3", "18446744073709551616"] {
        let days: Value = serde_json::from_str(days).unwrap();
        let changes = json!({ "expires_in_days": days });
        let summary = "Invalid number of days";
        is_refused(changes, "expires_in_days", summary, "from 1 to 365").await;
    }
    for margin in [0, 365] {
        let changes = json!({ "rotate_before_days": margin });
        let summary = "Invalid number of days";
        is_refused(changes, "rotate_before_days", summary, "from 1 to 364").await;
    }
    for (life, margin) in [(30, 30), (7, 30)] {
        let changes = json!({"expires_in_days": life, "rotate_before_days": margin});
        let summary = "Key is replaced in every plan";
        is_refused(changes, "rotate_before_days", summary, "less than").await;
    }
}

#[tokio::test]
async fn what_is_not_known_yet_is_judged_later() {
    let portal = Portal::start().await;
    let mut unknowns = with(
        &key(),
        json!({"name": unknown(), "expires_in_days": unknown()}),
    );
    unknowns["permissions"] = json!([unknown(), "*"]);
    unknowns["rotate_before_days"] = json!(7);
    let directory = directory(&portal);
    let host = directory.process().await;
    host.validate_resource(API_KEY, &unknowns).await;
    let plan = host
        .plan_create(API_KEY, with(&key(), json!({"name": unknown()})))
        .await
        .quiet();
    let late = host
        .apply_with(&plan, changed(json!({"name": "  "}))["it"].clone())
        .await;
    let error = late.refused_at("name");
    assert_eq!(error.summary, "Key name is blank");
    assert!(
        !portal
            .requests()
            .iter()
            .any(|request| request.starts_with("POST"))
    );
    host.stop().await;
}

#[tokio::test]
async fn the_key_is_sensitive_and_the_portals_to_give() {
    let portal = Portal::start().await;
    let host = portal.host().await;
    let schemas = host.schemas().await;
    let attributes = &schemas.resources[API_KEY].object.attributes;
    let sensitive: Vec<&String> = attributes
        .iter()
        .filter(|(_, attribute)| attribute.sensitive)
        .map(|(name, _)| name)
        .collect();
    assert_eq!(sensitive, ["key"]);
    assert!(attributes["key"].computed && !attributes["key"].optional);
    host.stop().await;
}
