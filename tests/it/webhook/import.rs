//! Import by number, by name and uri, and by identity (product §4.5).

use docspace_emulator::{Config, NewWebhook, Role, User, WebhookPatch};
use serde_json::{Value, json};

use super::{Portal, webhook, with};
use crate::commands::{Handle, Workspace, one};

/// A portal with the webhook that the configuration describes.
async fn populated() -> Portal {
    let portal = Portal::start().await;
    portal.settled(&webhook()).await;
    portal
}

#[tokio::test]
async fn a_webhook_is_imported_by_each_of_its_names() {
    for handle in [
        Handle::from("1"),
        Handle::from("CI events|https://hooks.example.com/docspace"),
        Handle::Identity(json!({"id": "1"})),
    ] {
        let portal = populated().await;
        let mut directory = portal.workspace();
        directory.import(handle.clone()).await.quiet();
        assert_eq!(portal.requests(), ["GET /webhook"], "{handle:?}");
        assert_eq!(
            directory.it().value,
            json!({
                "id": "1", "name": "CI events", "uri": "https://hooks.example.com/docspace",
                "triggers": ["FileUploaded"], "enabled": true, "ssl": true, "target_id": null,
                "secret_key": null, "secret_key_wo": null, "secret_key_wo_version": null,
            })
        );
        assert_eq!(directory.it().identity, Some(json!({"id": "1"})));
        let without_secret = one(&with(&webhook(), json!({"secret_key": null})));
        directory.plan(&without_secret).await.empty();
    }
}

/// Terraform composes what is written in a configuration and not what a shell hands over; a portal keeps either.
#[tokio::test]
async fn a_name_is_found_in_either_form_of_unicode() {
    let forms = ["caf\u{e9}", "cafe\u{301}"];
    for stored in forms {
        let portal = Portal::start().await;
        for name in [stored, "cafe"] {
            portal.emulator.create_webhook(NewWebhook {
                name: name.to_owned(),
                uri: "https://hooks.example.com/docspace".to_owned(),
                ..NewWebhook::default()
            });
        }
        for written in forms {
            let mut directory = portal.workspace();
            let id = format!("{written}|https://hooks.example.com/docspace");
            directory.import(id.as_str()).await.quiet();
            assert_eq!(directory.attribute("id"), "1", "{stored:?} {written:?}");
            assert_eq!(directory.attribute("name"), "caf\u{e9}");
        }
    }
}

#[tokio::test]
async fn everything_about_a_webhook_is_imported() {
    let portal = Portal::start().await;
    portal.emulator.create_webhook(NewWebhook {
        name: "a|b".to_owned(),
        uri: "http://example.com/?to=|https://x".to_owned(),
        enabled: false,
        ssl: false,
        triggers: 384,
        target_id: Some("7".to_owned()),
        ..NewWebhook::default()
    });
    let mut directory = portal.workspace();
    directory.import("1").await.quiet();
    let config = json!({
        "name": "a|b", "uri": "http://example.com/?to=|https://x", "enabled": false, "ssl": false,
        "triggers": ["FileCreated", "FileUploaded"], "target_id": "7",
    });
    directory.plan(&one(&config)).await.empty();
}

#[tokio::test]
async fn what_names_no_webhook_is_refused_with_both_forms() {
    let portal = populated().await;
    for id in [
        "",
        "0",
        "017",
        "+1",
        "-1",
        " 1",
        "1 ",
        "1.0",
        "1e0",
        "\u{661}",
        "2147483648",
        "CI events",
        "CI events|ftp://hooks.example.com",
        "CI events https://hooks.example.com/docspace",
    ] {
        let mut directory = portal.workspace();
        let report = directory.import(id).await;
        let error = report.error("Invalid import id");
        for form in [
            "such as \"17\"",
            "such as \"CI events|https://example.com/webhook\"",
        ] {
            assert!(error.detail.contains(form), "{id:?}: {error:?}");
        }
        assert!(directory.state.is_empty());
    }
}

#[tokio::test]
async fn an_identity_has_a_number_and_nothing_else() {
    let portal = populated().await;
    for id in [
        json!(null),
        json!("x"),
        json!("CI events|https://hooks.example.com/docspace"),
    ] {
        let mut directory = portal.workspace();
        let report = directory.import(Handle::Identity(json!({"id": id}))).await;
        report.error("Invalid import identity");
    }
}

#[tokio::test]
async fn a_webhook_that_does_not_exist_is_not_imported() {
    let portal = populated().await;
    for (id, words) in [
        ("2", "no webhook 2"),
        (
            "CI events|https://hooks.example.com/",
            "no webhook named \"CI events\"",
        ),
        (
            "ci events|https://hooks.example.com/docspace",
            "Both are compared exactly",
        ),
        (
            "|https://hooks.example.com/docspace",
            "no webhook named \"\"",
        ),
    ] {
        let mut directory = portal.workspace();
        let report = directory.import(id).await;
        let error = report.error("No such webhook");
        assert!(error.detail.contains(words), "{id}: {error:?}");
        assert!(
            error
                .detail
                .contains("a key that is not an administrator's"),
            "{id}: {error:?}"
        );
        assert!(directory.state.is_empty());
    }
}

#[tokio::test]
async fn of_several_webhooks_the_numbers_are_listed() {
    let portal = populated().await;
    // An update may make a pair that a create may not.
    let other = portal.emulator.create_webhook(NewWebhook::default());
    let patch = WebhookPatch {
        name: Some("CI events".to_owned()),
        uri: Some("https://hooks.example.com/docspace".to_owned()),
        ..WebhookPatch::default()
    };
    portal.emulator.patch_webhook(other.id, patch).unwrap();
    let mut directory = portal.workspace();
    let report = directory
        .import("CI events|https://hooks.example.com/docspace")
        .await;
    let error = report.error("Several webhooks match");
    assert!(error.detail.contains("1, 2"), "{error:?}");
    directory.import("2").await.quiet();
}

#[tokio::test]
async fn an_import_sees_what_the_key_sees() {
    let user = User::new("00000000-0000-0000-0000-000000000007", Role::User);
    let portal = Portal::with(Config::offline().with_caller(user, "sk-user", &[])).await;
    portal.settled(&webhook()).await;
    let mut directory = Workspace::new(portal.provider_with_key("sk-user"));
    let report = directory.import("1").await;
    report.error("No such webhook");
}

#[tokio::test]
async fn after_an_import_the_configured_secret_is_set_in_place() {
    let portal = populated().await;
    let mut directory = portal.workspace();
    directory.import("1").await.quiet();
    let config = with(
        &webhook(),
        json!({"secret_key": null, "secret_key_wo": "An0ther-Key"}),
    );
    directory.apply(&one(&config)).await.quiet();
    assert!(portal.emulator.secret_is(1, "An0ther-Key"));
    assert_eq!(directory.attribute("secret_key"), &Value::Null);
    directory.plan(&one(&config)).await.empty();
}
