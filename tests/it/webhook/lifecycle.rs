//! The ordinary life of a webhook: created, changed, repaired, replaced, deleted.

use docspace_emulator::{Profile, WebhookPatch};
use serde_json::{Value, json};

use super::{Portal, webhook, with};
use crate::commands::{Configuration, one};
use crate::host::core::Action;
use crate::portal::on;

#[tokio::test]
async fn a_webhook_is_created_by_one_request_and_nothing_is_read_back() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let planned = directory.plan(&one(&webhook())).await;
    planned.report.quiet();
    assert_eq!(planned.only().action, Action::Create);
    portal.take();
    directory.carry_out(planned).await.quiet();
    let requests = portal.take();
    let last = requests.last().unwrap();
    assert_eq!(last.route, "POST /api/2.0/settings/webhook");
    assert_eq!(last.content_type.as_deref(), Some("application/json"));
    assert_eq!(
        directory.it().value,
        json!({
            "id": "1", "name": "CI events", "uri": "https://hooks.example.com/docspace",
            "triggers": ["FileUploaded"], "enabled": true, "ssl": true, "target_id": null,
            "secret_key": "S3cret-Key-42", "secret_key_wo": null, "secret_key_wo_version": null,
        })
    );
    assert_eq!(directory.it().identity, Some(json!({"id": "1"})));
    assert!(portal.emulator.secret_is(1, "S3cret-Key-42"));
    directory.plan(&one(&webhook())).await.empty();
}

/// The two examples of the portal's own tutorial, as the portal really wants them.
#[tokio::test]
async fn the_tutorials_webhooks_are_sent_as_real_portals_take_them() {
    for (triggers, mask) in [(["FileUploaded"], 256), (["All"], 0)] {
        let portal = Portal::start().await;
        let config = json!({
            "name": "My file upload webhook",
            "uri": "https://example.com/webhook-endpoint",
            "triggers": triggers,
            "secret_key": "S3cret-Key-42",
        });
        portal.workspace().apply(&one(&config)).await.quiet();
        assert_eq!(
            portal.take().last().unwrap().body,
            Some(json!({
                "name": "My file upload webhook", "uri": "https://example.com/webhook-endpoint",
                "secretKey": "<present>", "enabled": true, "ssl": true, "triggers": mask, "targetId": null,
            }))
        );
    }
}

#[tokio::test]
async fn each_attribute_is_changed_in_place_by_one_request() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let mut config = webhook();
    directory.apply(&one(&config)).await.quiet();
    let put = |changes: Value| {
        let body = json!({
            "id": 1, "name": "CI events", "uri": "https://hooks.example.com/docspace", "enabled": true,
            "ssl": true, "triggers": 256, "targetId": null,
        });
        ("PUT /webhook", with(&body, changes))
    };
    let switch = json!({
        "id": 1, "name": "CI events", "uri": "https://hooks.example.com/docspace", "enabled": false,
    });
    for (change, back, (request, body)) in [
        (
            json!({"name": "Other"}),
            None,
            put(json!({"name": "Other"})),
        ),
        (
            json!({"uri": "https://b.example.com/"}),
            None,
            put(json!({"uri": "https://b.example.com/"})),
        ),
        (
            json!({"triggers": ["All"]}),
            None,
            put(json!({"triggers": 0})),
        ),
        (
            json!({"triggers": ["FolderDownloaded", "UserCreated"]}),
            None,
            put(json!({"triggers": 34_359_738_369_i64})),
        ),
        (json!({"ssl": false}), None, put(json!({"ssl": false}))),
        (
            json!({"target_id": "1234"}),
            None,
            put(json!({"targetId": "1234"})),
        ),
        (
            json!({"secret_key": "An0ther-Key"}),
            None,
            put(json!({"secretKey": "<present>"})),
        ),
        (
            json!({"enabled": false}),
            Some(put(json!({}))),
            ("PUT /webhook/enable", switch),
        ),
    ] {
        let changed = with(&config, change.clone());
        let planned = directory.plan(&one(&changed)).await;
        assert_eq!(planned.only().action, Action::Update, "{change}");
        portal.take();
        directory.carry_out(planned).await.quiet();
        let sent = portal.take();
        let writes: Vec<_> = sent.iter().filter(|sent| sent.method != "GET").collect();
        assert_eq!(writes.len(), 1, "{change}");
        assert!(
            writes[0]
                .route
                .ends_with(request.trim_start_matches("PUT ")),
            "{change}"
        );
        assert_eq!(writes[0].body, Some(body), "{change}");
        directory.plan(&one(&changed)).await.empty();
        assert_eq!(directory.attribute("id"), "1");
        directory.apply(&one(&config)).await.quiet();
        if let Some((_, body)) = back {
            assert_eq!(
                portal.take().last().unwrap().body,
                Some(body),
                "back: {change}"
            );
        }
        config = webhook();
    }
}

#[tokio::test]
async fn an_argument_that_is_left_out_goes_back_to_its_default() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let set = json!({"enabled": false, "ssl": false, "target_id": "7"});
    directory.apply(&one(&with(&webhook(), set))).await.quiet();
    directory.apply(&one(&webhook())).await.quiet();
    let stored = portal.only();
    assert!(stored.enabled && stored.ssl && stored.target_id.is_none());
    directory.plan(&one(&webhook())).await.empty();
}

#[tokio::test]
async fn what_was_changed_in_the_portal_is_repaired_by_one_request() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let config = one(&with(&webhook(), json!({"target_id": "7"})));
    directory.apply(&config).await.quiet();
    let patch = WebhookPatch {
        name: Some("Renamed".to_owned()),
        uri: Some("https://elsewhere.example.com/".to_owned()),
        enabled: Some(false),
        ssl: Some(false),
        triggers: Some(0),
        target_id: Some(None),
        ..WebhookPatch::default()
    };
    portal.emulator.patch_webhook(1, patch).unwrap();
    directory.refresh().await.quiet();
    assert_eq!(directory.attribute("name"), "Renamed");
    assert_eq!(directory.attribute("triggers"), &json!(["All"]));
    assert_eq!(directory.attribute("target_id"), &Value::Null);
    portal.take();
    directory.apply(&config).await.quiet();
    let writes = portal
        .take()
        .into_iter()
        .filter(|sent| sent.method != "GET")
        .count();
    assert_eq!(writes, 1);
    assert_eq!(portal.only().name, "CI events");
    assert_eq!(portal.only().target_id.as_deref(), Some("7"));
    directory.plan(&config).await.empty();
}

#[tokio::test]
async fn an_empty_target_on_the_portal_is_no_target() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    directory.apply(&one(&webhook())).await.quiet();
    let patch = WebhookPatch {
        target_id: Some(Some(String::new())),
        ..WebhookPatch::default()
    };
    portal.emulator.patch_webhook(1, patch).unwrap();
    directory.plan(&one(&webhook())).await.empty();
}

#[tokio::test]
async fn a_webhook_that_was_deleted_in_the_portal_is_created_again() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    directory.apply(&one(&webhook())).await.quiet();
    portal.emulator.delete_webhook(1).unwrap();
    let planned = directory.plan(&one(&webhook())).await;
    planned
        .report
        .warning("A webhook is missing: does base_url name the right portal?");
    assert_eq!(planned.only().action, Action::Create);
    directory.carry_out(planned).await.quiet();
    assert_eq!(directory.attribute("id"), "2");
    directory.plan(&one(&webhook())).await.empty();
}

#[tokio::test]
async fn what_is_not_configured_any_more_is_deleted() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    directory.apply(&one(&webhook())).await.quiet();
    portal.take();
    directory.apply(&Configuration::new()).await.quiet();
    // One list to refresh, and one that the deletion is checked against.
    let requests = ["GET /webhook", "GET /webhook", "DELETE /webhook/{id}"];
    assert_eq!(portal.requests(), requests);
    assert!(directory.state.is_empty() && portal.emulator.webhooks().is_empty());
}

#[tokio::test]
async fn destroying_what_somebody_deleted_meanwhile_succeeds() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    directory.apply(&one(&webhook())).await.quiet();
    let planned = directory.plan(&Configuration::new()).await;
    portal.emulator.delete_webhook(1).unwrap();
    directory.carry_out(planned).await.quiet();
    assert!(directory.state.is_empty());
}

#[tokio::test]
async fn updating_what_somebody_deleted_meanwhile_fails_and_the_next_apply_creates_it() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    let renamed = one(&with(&webhook(), json!({"name": "Other"})));
    let planned = directory.plan(&renamed).await;
    portal.emulator.delete_webhook(1).unwrap();
    let report = directory.carry_out(planned).await;
    let error = report.error("Could not update the webhook");
    assert!(
        error.detail.contains("the plan will propose to create it"),
        "{error:?}"
    );
    assert_eq!(directory.attribute("name"), "CI events");
    let report = directory.apply(&renamed).await;
    report.warning("A webhook is missing: does base_url name the right portal?");
    assert_eq!(directory.attribute("id"), "2");
    directory.plan(&renamed).await.empty();
}

/// Core knows texts in one Unicode form only (TPP §6.7), the portal keeps what it got.
#[tokio::test]
async fn a_name_in_another_unicode_form_is_the_same_name() {
    let portal = Portal::start().await;
    let config = one(&with(&webhook(), json!({"name": "Caf\u{e9}"})));
    let mut directory = portal.settled(&config["it"]).await;
    let patch = WebhookPatch {
        name: Some("Cafe\u{301}".to_owned()),
        ..WebhookPatch::default()
    };
    portal.emulator.patch_webhook(1, patch).unwrap();
    directory.plan(&config).await.empty();
    directory.refresh().await.quiet();
    directory.plan(&config).await.empty();
}

#[tokio::test]
async fn refreshing_keeps_private_state_and_identity() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let config = with(
        &webhook(),
        json!({"secret_key": null, "secret_key_wo": "S3cret-Key-42"}),
    );
    directory.apply(&one(&config)).await.quiet();
    let before = directory.state.clone();
    assert!(!directory.it().private.is_empty());
    directory.refresh().await.quiet();
    assert_eq!(directory.state, before);
    // A state from before identities existed gets one.
    directory.state.get_mut("it").unwrap().identity = None;
    directory.refresh().await.quiet();
    assert_eq!(directory.state, before);
}

#[tokio::test]
async fn a_secret_is_generated_once_when_none_is_configured() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let config = with(&webhook(), json!({"secret_key": null}));
    directory.apply(&one(&config)).await.quiet();
    let secret = directory
        .attribute("secret_key")
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(secret.len(), 30);
    assert!(portal.emulator.secret_is(1, &secret));
    directory.plan(&one(&config)).await.empty();
    directory
        .apply(&one(&with(&config, json!({"name": "Other"}))))
        .await
        .quiet();
    assert_eq!(directory.attribute("secret_key"), secret.as_str());
    assert!(portal.emulator.secret_is(1, &secret));
}

/// The portal may answer a create with whatever it likes as long as it names the id.
#[tokio::test]
async fn creating_answers_what_was_planned_whatever_the_portal_echoes() {
    let whole = json!({"response": {
        "id": 1, "name": "x", "uri": "y", "enabled": false, "ssl": false, "triggers": 1,
    }});
    let bare = json!({"id": 1});
    let text = json!({"response": {"id": "1", "triggers": "FileUploaded", "enabled": "no"}});
    for (echo, is_different) in [(whole, true), (bare, false), (text, false)] {
        let portal = Portal::start().await;
        portal.fault(
            on("POST /webhook")
                .after_storing()
                .respond(200, &[], &echo.to_string()),
        );
        let mut directory = portal.workspace();
        let report = directory.apply(&one(&webhook())).await;
        if is_different {
            report.warning("Webhook \"CI events\" (1) was stored differently");
        } else {
            report.quiet();
        }
        assert!(
            portal.counts().contains(&"1 POST /webhook".to_owned()),
            "{echo}"
        );
        assert_eq!(directory.attribute("name"), "CI events", "{echo}");
        directory.plan(&one(&webhook())).await.empty();
    }
}

/// The same of a change: the user is told when the portal says that it stored something else.
#[tokio::test]
async fn updating_warns_of_an_answer_that_shows_something_else() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    let echo = json!({"response": {
        "id": 1, "name": "x", "uri": "y", "enabled": false, "ssl": false, "triggers": 1,
    }});
    portal.fault(
        on("PUT /webhook")
            .after_storing()
            .respond(200, &[], &echo.to_string()),
    );
    let changed = with(&webhook(), json!({"name": "Other"}));
    let report = directory.apply(&one(&changed)).await;
    report.warning("Webhook \"Other\" (1) was stored differently");
    assert_eq!(directory.attribute("name"), "Other");
    directory.plan(&one(&changed)).await.empty();
}

#[tokio::test]
async fn a_tainted_webhook_is_deleted_before_its_successor_is_created() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    directory.apply(&one(&webhook())).await.quiet();
    directory.taint("it");
    let planned = directory.plan(&one(&webhook())).await;
    planned.report.quiet();
    assert_eq!(planned.only().action, Action::Replace);
    portal.take();
    directory.carry_out(planned).await.quiet();
    let requests = portal.requests();
    assert_eq!(requests[..2], ["GET /webhook", "DELETE /webhook/{id}"]);
    assert_eq!(requests.last().unwrap(), "POST /webhook");
    assert_eq!(directory.attribute("id"), "2");
    directory.plan(&one(&webhook())).await.empty();
}

#[tokio::test]
async fn a_successor_that_comes_first_is_told_to_wait_for_its_predecessor() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    directory.apply(&one(&webhook())).await.quiet();
    let prior = directory.it().clone();
    let host = directory.process().await;
    host.upgrade("docspace_webhook", 0, &prior.value.to_string())
        .await
        .quiet();
    let plan = host
        .plan_create("docspace_webhook", webhook())
        .await
        .quiet();
    let applied = host.apply(&plan).await;
    assert_eq!(applied.result, Some(None));
    let error = applied.refused_at("");
    assert_eq!(
        error.summary,
        "Webhook \"CI events\" is still in use (id 1)"
    );
    assert!(error.detail.contains("create_before_destroy"), "{error:?}");
    host.stop().await;
    assert_eq!(portal.emulator.webhooks().len(), 1);
}

#[tokio::test]
async fn many_webhooks_live_side_by_side() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let config: Configuration = (0..20)
        .map(|n| {
            (
                format!("it{n}"),
                with(&webhook(), json!({"name": format!("Webhook {n}")})),
            )
        })
        .collect();
    directory.apply(&config).await.quiet();
    assert_eq!(portal.emulator.webhooks().len(), 20);
    directory.plan(&config).await.empty();
    directory.destroy(&config).await.quiet();
    assert!(portal.emulator.webhooks().is_empty() && directory.state.is_empty());
}

#[tokio::test]
async fn portals_of_every_kind_are_served_alike() {
    for profile in [Profile::V3_1, Profile::V3_6, Profile::Tutorial] {
        let portal = Portal::of(profile).await;
        let mut directory = portal.workspace();
        directory.apply(&one(&webhook())).await.quiet();
        directory.plan(&one(&webhook())).await.empty();
        let changed = one(&with(
            &webhook(),
            json!({"triggers": ["All"], "enabled": false}),
        ));
        directory.apply(&changed).await.quiet();
        directory.plan(&changed).await.empty();
        directory.destroy(&changed).await.quiet();
        assert!(portal.emulator.webhooks().is_empty(), "{profile}");
    }
}

#[tokio::test]
async fn a_portal_without_triggers_gets_one_clear_error_before_anything_is_written() {
    let portal = Portal::of(Profile::V3_0).await;
    // Portals of that time had no API keys.
    portal
        .emulator
        .add_credential(docspace_emulator::Credential {
            kind: docspace_emulator::CredentialKind::Session,
            ..docspace_emulator::Credential::api_key("session-token", docspace_emulator::OWNER_ID)
        });
    let mut directory = crate::commands::Workspace::new(portal.provider_with_key("session-token"));
    let report = directory.apply(&one(&webhook())).await;
    let error = report.error("DocSpace 3.1 or later is required");
    assert!(error.detail.contains("DocSpace 3.0.4"), "{error:?}");
    assert!(
        portal
            .requests()
            .iter()
            .all(|request| request.starts_with("GET "))
    );
}

/// Product §8: a webhook takes less than a kilobyte of the state.
#[tokio::test]
async fn the_state_of_a_webhook_is_small() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let config = json!({
        "name": "n".repeat(50),
        "uri": format!("https://hooks.example.com/{}", "u".repeat(38)),
        "triggers": ["FileUploaded"],
        "secret_key_wo": "S3cret-Key-42", "secret_key_wo_version": 1,
    });
    directory.apply(&one(&config)).await.quiet();
    let state = directory.it();
    let private = state.private.len().div_ceil(3) * 4;
    let identity = state.identity.as_ref().unwrap().to_string().len();
    let total = state.value.to_string().len() + private + identity;
    assert!(total < 600, "{total} bytes without the indentation");
}
