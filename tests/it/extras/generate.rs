use docspace_emulator::NewWebhook;
use serde_json::{Value, json};

use super::{Portal, WEBHOOK, webhook, with};
use crate::host::core::Action;
use crate::host::verbs::Query;

/// Webhooks of every kind, each with the configuration that a person would have written for it.
fn webhooks() -> Vec<(NewWebhook, Value)> {
    let uri = "https://hooks.example.com/x".to_owned();
    let plain = NewWebhook {
        name: "plain".to_owned(),
        uri: uri.clone(),
        triggers: 256,
        ..NewWebhook::default()
    };
    let wanted = |changes: Value| {
        let least = json!({"name": "plain", "uri": uri.clone(), "triggers": ["FileUploaded"]});
        with(&least, changes)
    };
    vec![
        (plain.clone(), wanted(json!({}))),
        (
            NewWebhook {
                name: "off".to_owned(),
                enabled: false,
                ..plain.clone()
            },
            wanted(json!({"name": "off", "enabled": false})),
        ),
        (
            NewWebhook {
                name: "in the clear".to_owned(),
                uri: "http://hooks.example.com/x".to_owned(),
                ssl: false,
                ..plain.clone()
            },
            wanted(json!({
                "name": "in the clear", "uri": "http://hooks.example.com/x", "ssl": false,
            })),
        ),
        (
            NewWebhook {
                name: "every event".to_owned(),
                triggers: 0,
                ..plain.clone()
            },
            wanted(json!({"name": "every event", "triggers": ["All"]})),
        ),
        (
            NewWebhook {
                name: "several".to_owned(),
                triggers: 384 + (1 << 50),
                target_id: Some("98765".to_owned()),
                ..plain.clone()
            },
            wanted(json!({
                "name": "several", "target_id": "98765",
                "triggers": ["1125899906842624", "FileCreated", "FileUploaded"],
            })),
        ),
        (
            NewWebhook {
                name: "no \"target\" ${here}".to_owned(),
                target_id: Some(String::new()),
                ..plain
            },
            wanted(json!({"name": "no \"target\" ${here}"})),
        ),
    ]
}

#[tokio::test]
async fn what_is_found_is_written_imported_and_planned_without_changes() {
    let portal = Portal::start().await;
    let webhooks = webhooks();
    for (webhook, _) in &webhooks {
        portal.emulator.create_webhook(webhook.clone());
    }
    let host = portal.host().await;
    let found = host.list(WEBHOOK, &Query::default()).await.quiet();
    assert_eq!(found.len(), webhooks.len());
    for (found, (_, wanted)) in found.iter().zip(&webhooks) {
        let object = found.object.as_ref().unwrap();
        let config = host.generate_config(WEBHOOK, object).await.quiet();
        assert_eq!(config, *wanted);
        let state = host.import_by_identity(WEBHOOK, &found.identity).await;
        let state = state.quiet();
        let again = host.generate_config(WEBHOOK, &state.value).await.quiet();
        assert_eq!(again, config, "listed and imported objects are the same");
        let plan = host.plan(WEBHOOK, Some(&state), config).await.quiet();
        assert_eq!(plan.action, Action::NoOp, "{:#?}", plan.planned);
    }
    assert_eq!(portal.requests(), ["GET /webhook"]);
    host.stop().await;
}

#[tokio::test]
async fn no_secret_is_ever_written() {
    let portal = Portal::start().await;
    let host = portal.host().await;
    for (name, secret) in [
        ("given", json!({"secret_key": "S3cret-Key-42"})),
        ("made", json!({"secret_key": null})),
        (
            "write-only",
            json!({"secret_key": null, "secret_key_wo": "S3cret-Key-42"}),
        ),
    ] {
        let config = with(&with(&webhook(), json!({ "name": name })), secret);
        let plan = host.plan_create(WEBHOOK, config).await.quiet();
        let state = host.apply(&plan).await.quiet().unwrap();
        let config = host.generate_config(WEBHOOK, &state.value).await.quiet();
        let written: Vec<&String> = config.as_object().unwrap().keys().collect();
        assert_eq!(written, ["name", "triggers", "uri"], "{name}");
        assert!(!config.to_string().contains("S3cret"), "{name}");
    }
    host.stop().await;
}

#[tokio::test]
async fn writing_needs_no_portal() {
    let host = crate::host::Host::start().await;
    let object = json!({
        "id": "17", "name": "n", "uri": "https://a.example.com", "triggers": ["All"],
        "enabled": true, "ssl": true,
    });
    let config = host.generate_config(WEBHOOK, &object).await.quiet();
    assert_eq!(
        config,
        json!({"name": "n", "uri": "https://a.example.com", "triggers": ["All"]})
    );
    host.stop().await;
}
