//! Taking over a key that nobody can read any more.

use docspace_emulator::{Credential, OWNER_ID};
use serde_json::{Value, json};

use super::{LIST, changed, directory, made, only};
use crate::commands::{Handle, Workspace};
use crate::host::core::Action;
use crate::portal::Portal;

/// Makes a key as a person does, and returns its id.
async fn by_hand(portal: &Portal, days: Option<u32>) -> String {
    let config = changed(json!({ "expires_in_days": days }));
    let mut theirs = directory(portal);
    theirs.apply(&config).await.quiet();
    portal.take();
    only(portal).id
}

async fn imported(portal: &Portal, id: &str) -> Workspace {
    let mut directory = directory(portal);
    directory.import(id).await.quiet();
    directory
}

#[tokio::test]
async fn a_key_is_imported_by_its_id_and_by_its_identity() {
    let portal = Portal::start().await;
    let id = by_hand(&portal, Some(30)).await;
    for handle in [
        Handle::from(id.as_str()),
        Handle::Identity(json!({ "id": id })),
    ] {
        let mut directory = directory(&portal);
        directory.import(handle).await.quiet();
        assert_eq!(portal.all_requests(), [LIST]);
        let state = &directory.it().value;
        assert_eq!(state["id"], id.as_str());
        assert_eq!(state["key"], Value::Null, "nobody can read it");
        assert_eq!(state["expires_in_days"], 30, "from the key's dates");
        assert_eq!(state["created_by"], OWNER_ID);
        directory
            .plan(&changed(json!({"expires_in_days": 30})))
            .await
            .empty();
        directory.plan(&changed(json!({}))).await.empty();
        portal.take();
    }
    let mut directory = directory(&portal);
    directory.import(id.to_uppercase().as_str()).await.quiet();
    assert_eq!(directory.attribute("id"), id.as_str());
}

#[tokio::test]
async fn an_imported_key_that_does_not_fit_is_taken_as_it_is() {
    let portal = Portal::start().await;
    let id = by_hand(&portal, None).await;
    let mut directory = imported(&portal, &id).await;
    assert_eq!(directory.attribute("expires_in_days"), &Value::Null);
    let config = changed(json!({"expires_in_days": 30}));
    let planned = directory.plan(&config).await;
    assert_eq!(planned.actions(), [Action::Update]);
    let warning = planned
        .report
        .warning("Imported key \"CI\" keeps its own expiry");
    assert!(warning.detail.contains("never expires"), "{warning:?}");
    portal.take();
    let report = directory.carry_out(planned).await;
    assert!(!report.has_errors());
    assert_eq!(
        portal.all_requests(),
        [""; 0],
        "nothing of it is the portal's"
    );
    assert_eq!(directory.attribute("expires_in_days"), 30);
    directory.plan(&config).await.empty();
    // From here on it is a value like any other.
    let other = directory
        .plan(&changed(json!({"expires_in_days": 60})))
        .await;
    assert_eq!(other.actions(), [Action::Replace]);
}

#[tokio::test]
async fn an_imported_key_is_a_key_like_any_other() {
    let portal = Portal::start().await;
    let id = by_hand(&portal, Some(30)).await;
    let mut directory = imported(&portal, &id).await;
    let other = changed(json!({"name": "Taken over", "permissions": ["*"]}));
    directory.apply(&other).await.quiet();
    assert_eq!(only(&portal).credential.name, "Taken over");
    assert_eq!(directory.attribute("key"), &Value::Null);
    let rotated = changed(json!({"rotation": {"now": "yes"}}));
    let planned = directory.plan(&rotated).await;
    assert_eq!(planned.actions(), [Action::Replace]);
    directory.carry_out(planned).await.quiet();
    assert!(directory.attribute("key").is_string());
    directory.destroy(&rotated).await.quiet();
    assert!(made(&portal).is_empty());
}

#[tokio::test]
async fn what_is_no_key_is_refused() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    for text in ["", "17", "CI", "0d3f2f5e-6a41-4c57-9b1a"] {
        let report = directory.import(text).await;
        let error = report.error("Invalid import id");
        assert!(error.detail.contains("Expected a GUID"), "{error:?}");
        let report = directory
            .import(Handle::Identity(json!({ "id": text })))
            .await;
        report.error("Invalid import identity");
    }
    assert_eq!(portal.all_requests(), [""; 0]);
    let report = directory
        .import("0d3f2f5e-6a41-4c57-9b1a-00000000ffff")
        .await;
    report.error("No such API key");
    assert_eq!(portal.all_requests(), [LIST, LIST], "one list may be wrong");
    assert!(directory.state.is_empty());
}

/// An expired key is shown as what it is, and the next apply makes another one.
#[tokio::test]
async fn an_expired_key_can_be_imported() {
    let portal = Portal::start().await;
    let expired = Credential {
        name: "Old".to_owned(),
        ..Credential::api_key("sk-old", OWNER_ID)
    };
    portal.emulator.add_credential(expired);
    let made = only(&portal);
    let hour = std::time::Duration::from_secs(3600);
    let id = made.id;
    portal.emulator.change_api_key(&id, |key| {
        key.expires_at = Some(made.created_on - hour);
    });
    let directory = imported(&portal, &id).await;
    assert_eq!(directory.attribute("expired"), true);
}
