use docspace_emulator::{Config, Emulator, Profile, Role, User, WebhookPatch};
use serde_json::{Value, json};
use time::macros::datetime;

use super::{LIST, SETTINGS, Stage};
use crate::host::value::unknown;

const NAME: &str = "docspace_webhook";

#[tokio::test]
async fn everything_but_the_secret_is_told() {
    let stage = Stage::new().await;
    let id = stage.webhook("CI events", "https://ci.example.com/hook", 384);
    let patch = WebhookPatch {
        enabled: Some(false),
        target_id: Some(Some("98765".to_owned())),
        created_on: Some(datetime!(2026-06-01 08:00:00.4 UTC)),
        modified_on: Some(Some(datetime!(2026-06-02 09:00 UTC))),
        last_success_on: Some(Some(datetime!(2026-06-01 10:00 UTC))),
        last_failure_on: Some(Some(datetime!(2026-06-02 09:00 UTC))),
        last_failure_content: Some(Some("503 (Service Unavailable)".to_owned())),
        status: Some(200),
        ..WebhookPatch::default()
    };
    stage.portal.patch_webhook(id.parse().unwrap(), patch);
    let read = stage.read(NAME, json!({"id": id})).await.quiet();
    assert_eq!(
        read,
        json!({
            "id": id,
            "name": "CI events",
            "uri": "https://ci.example.com/hook",
            "triggers": ["FileCreated", "FileUploaded"],
            "enabled": false,
            "ssl": true,
            "target_id": "98765",
            "created_by": docspace_emulator::OWNER_ID,
            "created_on": "2026-06-01T08:00:00Z",
            "modified_on": "2026-06-02T09:00:00Z",
            "last_success_on": "2026-06-01T10:00:00Z",
            "last_failure_on": "2026-06-02T09:00:00Z",
            "last_failure_content": "503 (Service Unavailable)",
            "last_status": 200,
            "healthy": false,
            "failure_reason": "503 (Service Unavailable). The webhook is disabled.",
        })
    );
    stage.end().await;
}

#[tokio::test]
async fn a_webhook_without_a_past_has_nulls() {
    let stage = Stage::new().await;
    let id = stage.webhook("CI events", "https://ci.example.com/hook", 0);
    let read = stage.read(NAME, json!({"id": id})).await.quiet();
    assert_eq!(read["triggers"], json!(["All"]));
    for name in [
        "target_id",
        "last_success_on",
        "last_failure_on",
        "last_failure_content",
        "healthy",
        "failure_reason",
    ] {
        assert_eq!(read[name], Value::Null, "{name}");
    }
    assert_eq!(read["last_status"], 0);
    stage.end().await;
}

#[tokio::test]
async fn bits_without_a_name_are_their_numbers() {
    let stage = Stage::new().await;
    let id = stage.webhook("CI events", "https://ci.example.com/hook", i64::MIN + 1);
    let read = stage.read(NAME, json!({"id": id})).await.quiet();
    assert_eq!(
        read["triggers"],
        json!(["9223372036854775808", "UserCreated"])
    );
    stage.end().await;
}

#[tokio::test]
async fn one_list_serves_every_way_to_name_a_webhook() {
    let stage = Stage::new().await;
    let id = stage.webhook("CI events", "https://ci.example.com/hook", 256);
    stage.webhook("Audit", "https://ci.example.com/hook", 256);
    let by_id = stage.read(NAME, json!({"id": id})).await.quiet();
    for config in [
        json!({"name": "CI events"}),
        json!({"name": "CI events", "uri": "https://ci.example.com/hook"}),
    ] {
        assert_eq!(stage.read(NAME, config).await.quiet(), by_id);
    }
    assert_eq!(stage.requests(), [LIST, SETTINGS]);
    stage.end().await;
}

#[tokio::test]
async fn a_name_that_is_not_unique_needs_the_uri() {
    let stage = Stage::new().await;
    let first = stage.webhook("CI events", "https://a.example.com/hook", 256);
    let second = stage.webhook("CI events", "https://b.example.com/hook", 256);
    let third = stage.webhook("CI events", "https://b.example.com/hook", 512);

    let error = stage.read(NAME, json!({"name": "CI events"})).await;
    let error = error.refused_at("name");
    assert!(
        error
            .detail
            .contains(&format!("{first}, {second}, {third}")),
        "{error:?}"
    );

    let config = json!({"name": "CI events", "uri": "https://a.example.com/hook"});
    assert_eq!(stage.read(NAME, config).await.quiet()["id"], first);

    let config = json!({"name": "CI events", "uri": "https://b.example.com/hook"});
    let error = stage.read(NAME, config).await.refused_at("name");
    assert!(
        error.detail.contains(&format!("{second}, {third}")),
        "{error:?}"
    );
    stage.end().await;
}

#[tokio::test]
async fn names_are_compared_as_terraform_writes_them() {
    let stage = Stage::new().await;
    let id = stage.webhook("Re\u{301}sume\u{301}", "https://ci.example.com/hook", 256);
    let config = json!({"name": "R\u{e9}sum\u{e9}"});
    assert_eq!(stage.read(NAME, config).await.quiet()["id"], id);
    stage.end().await;
}

#[tokio::test]
async fn what_is_missing_is_looked_for_once_more_and_then_an_error() {
    let stage = Stage::new().await;
    let error = stage.read(NAME, json!({"id": "17"})).await.refused_at("id");
    assert_eq!(error.summary, "No such webhook");
    assert_eq!(stage.requests(), [LIST, LIST]);
    let error = stage.read(NAME, json!({"name": "CI events"})).await;
    error.refused_at("name");
    assert_eq!(
        stage.requests(),
        [LIST, LIST],
        "what is absent costs one more list for all"
    );
    stage.end().await;
}

#[tokio::test]
async fn a_webhook_that_was_made_since_the_last_list_is_found() {
    let stage = Stage::new().await;
    let old = stage.webhook("Audit", "https://ci.example.com/hook", 256);
    stage.read(NAME, json!({"id": old})).await.quiet();
    let id = stage.webhook("CI events", "https://ci.example.com/hook", 256);
    let read = stage.read(NAME, json!({"name": "CI events"})).await.quiet();
    assert_eq!(read["id"], id);
    stage.end().await;
}

#[tokio::test]
async fn a_webhook_is_named_in_exactly_one_way() {
    let stage = Stage::new().await;
    for (config, path) in [
        (json!({}), ""),
        (json!({"uri": "https://ci.example.com/hook"}), "uri"),
        (json!({"id": "17", "name": "CI events"}), "name"),
        (json!({"id": "17", "uri": "https://x"}), "uri"),
        (
            json!({"id": "17", "name": unknown(), "uri": "https://x"}),
            "uri",
        ),
        (json!({"id": "017"}), "id"),
        (json!({"id": ""}), "id"),
        (json!({"name": " "}), "name"),
    ] {
        stage.validate(NAME, config).await.refused_at(path);
    }
    assert_eq!(stage.requests(), [""; 0]);
    stage.end().await;
}

#[tokio::test]
async fn nothing_is_said_about_what_is_not_known_yet() {
    let stage = Stage::new().await;
    for config in [
        json!({"id": unknown()}),
        json!({"name": unknown(), "uri": unknown()}),
        json!({"id": unknown(), "name": "CI events"}),
        json!({"id": "17", "name": unknown()}),
        json!({"id": unknown(), "uri": "https://ci.example.com/hook"}),
    ] {
        stage.validate(NAME, config).await.quiet();
    }
    stage.end().await;
}

#[tokio::test]
async fn a_failed_list_is_an_error_and_is_not_kept() {
    let stage = Stage::new().await;
    let id = stage.webhook("CI events", "https://ci.example.com/hook", 256);
    stage.fail_once(LIST);
    let error = stage.read(NAME, json!({"id": id})).await.refused_at("");
    assert!(error.is_titled("Could not read the webhook"), "{error:?}");
    stage.read(NAME, json!({"id": id})).await.quiet();
    assert_eq!(stage.requests(), [LIST, LIST, SETTINGS]);
    stage.end().await;
}

#[tokio::test]
async fn a_failed_second_look_proves_no_absence() {
    let stage = Stage::new().await;
    stage.webhook("CI events", "https://ci.example.com/hook", 256);
    stage.read(NAME, json!({"name": "CI events"})).await.quiet();
    stage.fail_once(LIST);
    let error = stage
        .read(NAME, json!({"name": "Audit"}))
        .await
        .refused_at("");
    assert!(error.is_titled("Could not read the webhook"), "{error:?}");
    stage.end().await;
}

#[tokio::test]
async fn a_caller_who_may_not_read_is_told_why() {
    let guest = User::new("66faa6e4-f133-11ea-b126-00ffeec8b4ef", Role::Guest);
    let admin = User::new("77faa6e4-f133-11ea-b126-00ffeec8b4ef", Role::Admin);
    for (user, scopes, words) in [
        (guest, &[][..], "Guests may not use webhooks"),
        (admin, &["rooms:read"][..], "*:read or *:write"),
    ] {
        let config = Config::offline().with_caller(user, "sk-caller", scopes);
        let portal = Emulator::start(config).await.unwrap();
        let stage = Stage::as_caller(portal, "sk-caller").await;
        let error = stage.read(NAME, json!({"id": "17"})).await.refused_at("");
        assert!(error.detail.contains(words), "{error:?}");
        assert_eq!(stage.requests(), [LIST]);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_portal_without_triggers_is_refused() {
    let mut config = Config::offline();
    config.settings.profile = Profile::V3_0;
    let stage = Stage::with(config).await;
    let id = stage.webhook("CI events", "https://ci.example.com/hook", 256);
    let error = stage.read(NAME, json!({"id": id})).await.refused_at("");
    assert!(error.text().contains("DocSpace 3.1 or later"), "{error:?}");
    stage.end().await;
}
