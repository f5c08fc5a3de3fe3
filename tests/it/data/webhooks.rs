use docspace_emulator::{Config, NewWebhook, Profile};
use serde_json::{Value, json};

use super::{CATALOG, LIST, SETTINGS, Stage, success};
use crate::host::value::unknown;

const NAME: &str = "docspace_webhooks";

/// A portal with four webhooks of ids 1 to 4.
async fn four() -> Stage {
    let stage = Stage::new().await;
    stage.webhook("CI uploads", "https://ci.example.com/uploads", 256);
    stage.webhook("CI rooms", "https://ci.example.com/rooms", 1 << 22);
    stage.webhook("Audit", "https://audit.example.com/", 0);
    let off = NewWebhook {
        name: "Old".to_owned(),
        enabled: false,
        triggers: 0x180 + (1 << 40),
        ..NewWebhook::default()
    };
    stage.portal.create_webhook(off);
    stage
}

fn ids(read: &Value) -> Vec<&str> {
    let webhooks = read["webhooks"].as_array().unwrap();
    webhooks
        .iter()
        .map(|webhook| webhook["id"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn every_filter_must_hold() {
    let stage = four().await;
    for (config, expected) in [
        (json!({}), &["1", "2", "3", "4"][..]),
        (json!({"enabled": true}), &["1", "2", "3"]),
        (json!({"enabled": false}), &["4"]),
        (json!({"name_prefix": "CI "}), &["1", "2"]),
        (json!({"name_prefix": "ci "}), &[]),
        (json!({"name_prefix": ""}), &["1", "2", "3", "4"]),
        (json!({"uri_prefix": "https://audit."}), &["3"]),
        (json!({"trigger": "FileUploaded"}), &["1", "3", "4"]),
        (json!({"trigger": "file.uploaded"}), &["1", "3", "4"]),
        (json!({"trigger": "1099511627776"}), &["3", "4"]),
        (json!({"trigger": "UserCreated"}), &["3"]),
        (json!({"trigger": "All"}), &["3"]),
        (
            json!({"enabled": true, "name_prefix": "CI", "trigger": "FileUploaded"}),
            &["1"],
        ),
    ] {
        let read = stage.read(NAME, config.clone()).await.quiet();
        assert_eq!(ids(&read), expected, "{config}");
    }
    assert_eq!(stage.requests(), [LIST, SETTINGS], "one list serves all");
    stage.end().await;
}

#[tokio::test]
async fn each_is_told_as_the_single_one_is() {
    let stage = four().await;
    let all = stage.read(NAME, json!({})).await.quiet();
    let one = stage.read("docspace_webhook", json!({"id": "4"})).await;
    assert_eq!(all["webhooks"][3], one.quiet());
    assert_eq!(stage.requests(), [LIST, SETTINGS]);
    stage.end().await;
}

#[tokio::test]
async fn a_portal_without_webhooks_has_an_empty_list() {
    let stage = Stage::new().await;
    let read = stage.read(NAME, json!({})).await.quiet();
    assert_eq!(read["webhooks"], json!([]));
    assert_eq!(stage.requests(), [LIST]);
    stage.end().await;
}

#[tokio::test]
async fn a_name_of_a_newer_portal_is_looked_up_there() {
    let stage = four().await;
    let catalog = json!([{"name": "moon.landed", "id": 1_u64 << 40, "available": true}]);
    stage.answer(CATALOG, 1, success(&catalog));
    let config = json!({"trigger": "MoonLanded"});
    let read = stage.read(NAME, config.clone()).await.quiet();
    assert_eq!(ids(&read), ["3", "4"]);
    stage.read(NAME, config).await.quiet();
    assert_eq!(stage.requests(), [CATALOG, LIST, SETTINGS]);
    stage.end().await;
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_an_error() {
    let stage = four().await;
    let error = stage.read(NAME, json!({"trigger": "MoonLanded"})).await;
    let error = error.refused_at("trigger");
    assert!(error.detail.contains("nor the portal"), "{error:?}");
    assert_eq!(stage.requests(), [CATALOG]);
    stage.end().await;
}

#[tokio::test]
async fn a_misspelled_trigger_is_an_error_before_anything_is_asked() {
    let stage = Stage::new().await;
    for name in ["FileUploadd", "file.uploadd", "384", ""] {
        let config = json!({"trigger": name});
        stage.validate(NAME, config).await.refused_at("trigger");
    }
    let config = json!({
        "enabled": unknown(),
        "name_prefix": unknown(),
        "uri_prefix": unknown(),
        "trigger": unknown(),
    });
    stage.validate(NAME, config).await.quiet();
    assert_eq!(stage.requests(), [""; 0]);
    stage.end().await;
}

#[tokio::test]
async fn a_failed_list_or_catalog_is_an_error() {
    let stage = four().await;
    stage.fail_once(LIST);
    let error = stage.read(NAME, json!({})).await.refused_at("");
    assert!(error.is_titled("Could not list the webhooks"), "{error:?}");
    stage.fail_once(CATALOG);
    let error = stage.read(NAME, json!({"trigger": "MoonLanded"})).await;
    let error = error.refused_at("");
    assert!(
        error.is_titled("Could not read the portal's triggers"),
        "{error:?}"
    );
    stage.end().await;
}

#[tokio::test]
async fn a_portal_without_triggers_is_refused() {
    let mut config = Config::offline();
    config.settings.profile = Profile::V3_0;
    let stage = Stage::with(config).await;
    stage.webhook("CI events", "https://ci.example.com/hook", 256);
    let error = stage.read(NAME, json!({})).await.refused_at("");
    assert!(error.text().contains("DocSpace 3.1 or later"), "{error:?}");
    stage.end().await;
}
