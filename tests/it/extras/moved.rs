use docspace_emulator::{NewWebhook, WebhookPatch};
use serde_json::{Value, json};

use super::{Portal, WEBHOOK, webhook, with};
use crate::host::Host;
use crate::host::core::Action;
use crate::host::verbs::State;
use crate::host::verbs::raw_state;
use crate::host::wire::tfplugin6::move_resource_state::Request;

const RESTAPI: (&str, &str) = ("registry.terraform.io/mastercard/restapi", "restapi_object");
const RESTFUL: (&str, &str) = ("registry.terraform.io/magodo/restful", "restful_resource");

/// The secret in the sources' states.
const SECRET: &str = "Old-S3cret-42";

/// Sources by name, each with a state that it wrote for webhook 1.
const SOURCES: [(&str, (&str, &str), &str); 5] = [
    (
        "restapi_search",
        RESTAPI,
        include_str!("../../fixtures/moved/restapi_search.json"),
    ),
    (
        "restapi_path",
        RESTAPI,
        include_str!("../../fixtures/moved/restapi_path.json"),
    ),
    (
        "restful_selector",
        RESTFUL,
        include_str!("../../fixtures/moved/restful_selector.json"),
    ),
    (
        "restful_path",
        RESTFUL,
        include_str!("../../fixtures/moved/restful_path.json"),
    ),
    (
        "restful_sensitive",
        RESTFUL,
        include_str!("../../fixtures/moved/restful_sensitive.json"),
    ),
];

fn source((provider, kind): (&str, &str), state: &str) -> Request {
    Request {
        source_provider_address: provider.to_owned(),
        source_type_name: kind.to_owned(),
        source_state: Some(raw_state(state)),
        ..Request::default()
    }
}

/// The portal on which the sources' webhook is.
async fn portal() -> Portal {
    let portal = Portal::start().await;
    portal.emulator.create_webhook(NewWebhook {
        name: "CI events".to_owned(),
        uri: "https://hooks.example.com/docspace".to_owned(),
        secret: SECRET.into(),
        triggers: 256,
        ..NewWebhook::default()
    });
    portal
}

/// What a process that is not configured makes of a source's state.
async fn moved(source: Request) -> State {
    let host = Host::start().await;
    let state = host.move_state(WEBHOOK, source).await.quiet();
    host.stop().await;
    state
}

/// The configuration of the webhook without any secret.
fn config() -> Value {
    with(&webhook(), json!({"secret_key": null}))
}

#[tokio::test]
async fn a_moved_webhook_is_planned_in_place_and_never_destroyed() {
    for (name, from, state) in SOURCES {
        let portal = portal().await;
        let state = moved(source(from, state)).await;
        assert_eq!(state.identity, Some(json!({"id": "1"})), "{name}");

        let host = portal.host().await;
        let read = host.read(&state).await.quiet().unwrap();
        assert_eq!(read.value["triggers"], json!(["FileUploaded"]), "{name}");
        let same = host.plan(WEBHOOK, Some(&read), config()).await.quiet();
        assert_eq!(same.action, Action::NoOp, "{name}: {:#?}", same.planned);

        let change = with(
            &config(),
            json!({"name": "Renamed", "secret_key": "N3w-S3cret-43"}),
        );
        let plan = host
            .plan(WEBHOOK, Some(&read), change.clone())
            .await
            .quiet();
        assert_eq!(
            (plan.action, plan.replacements.len()),
            (Action::Update, 0),
            "{name}"
        );
        let updated = host.apply(&plan).await.quiet().unwrap();
        let settled = host.plan(WEBHOOK, Some(&updated), change).await.quiet();
        assert_eq!(settled.action, Action::NoOp, "{name}");
        host.stop().await;

        assert_eq!(
            portal.requests(),
            ["GET /webhook", "GET /security/password", "PUT /webhook"],
            "{name}"
        );
        assert_eq!(portal.emulator.webhooks().len(), 1, "{name}");
        assert!(portal.emulator.secret_is(1, "N3w-S3cret-43"), "{name}");
    }
}

#[tokio::test]
async fn the_secret_of_the_source_is_not_taken_over() {
    for (name, from, state) in SOURCES {
        let portal = portal().await;
        let state = moved(source(from, state)).await;
        let private = String::from_utf8(state.private.clone()).unwrap();
        assert!(!state.value.to_string().contains(SECRET), "{name}");
        assert!(!private.contains(SECRET), "{name}");
        // The first apply with a secret in the configuration sends it, even if it is the same.
        let host = portal.host().await;
        let read = host.read(&state).await.quiet().unwrap();
        let same = with(&config(), json!({ "secret_key": SECRET }));
        let plan = host.plan(WEBHOOK, Some(&read), same).await.quiet();
        assert_eq!(plan.action, Action::Update, "{name}");
        host.apply(&plan).await.quiet();
        host.stop().await;
        let log = portal.emulator.request_log();
        let put = log.iter().find(|entry| entry.method == "PUT").unwrap();
        assert_eq!(put.body.as_ref().unwrap()["secretKey"], "<present>");
    }
}

#[tokio::test]
async fn a_webhook_of_another_portal_is_not_adopted() {
    for (name, from, state) in SOURCES {
        for (what, patch) in [
            (
                "another name",
                WebhookPatch {
                    name: Some("Somebody's".to_owned()),
                    ..WebhookPatch::default()
                },
            ),
            (
                "another uri",
                WebhookPatch {
                    uri: Some("https://somebody.example.com/".to_owned()),
                    ..WebhookPatch::default()
                },
            ),
        ] {
            let portal = portal().await;
            portal.emulator.patch_webhook(1, patch);
            let state = moved(source(from, state)).await;
            let host = portal.host().await;
            for _ in 0..2 {
                // Also the second time: the state is the same, and so is the doubt.
                let error = host.read(&state).await.refused_at("");
                assert_eq!(
                    error.summary, "Webhook 1 is not the one that was moved",
                    "{name}, {what}"
                );
                for word in ["somebody", "CI events", "base_url", "terraform state rm"] {
                    let detail = error.detail.to_lowercase();
                    assert!(
                        detail.contains(&word.to_lowercase()),
                        "{name}, {what}: {error:?}"
                    );
                }
            }
            host.stop().await;
        }
    }
}

#[tokio::test]
async fn once_it_has_been_read_a_moved_webhook_is_like_any_other() {
    let portal = portal().await;
    let (_, from, state) = SOURCES[0];
    let state = moved(source(from, state)).await;
    let host = portal.host().await;
    let read = host.read(&state).await.quiet().unwrap();
    host.stop().await;
    portal.emulator.patch_webhook(
        1,
        WebhookPatch {
            name: Some("Renamed in the portal".to_owned()),
            ..WebhookPatch::default()
        },
    );
    let host = portal.host().await;
    let drifted = host.read(&read).await.quiet().unwrap();
    assert_eq!(drifted.value["name"], "Renamed in the portal");
    host.stop().await;
}

/// With `-refresh=false` a change comes before the first read.
#[tokio::test]
async fn a_moved_webhook_is_compared_before_its_first_change_too() {
    let (_, from, state) = SOURCES[0];
    let renamed = with(&config(), json!({"name": "Renamed"}));
    for is_the_same in [true, false] {
        let portal = portal().await;
        let state = moved(source(from, state)).await;
        if !is_the_same {
            let patch = WebhookPatch {
                uri: Some("https://somebody.example.com/".to_owned()),
                ..WebhookPatch::default()
            };
            portal.emulator.patch_webhook(1, patch);
        }
        let host = portal.host().await;
        let plan = host.plan(WEBHOOK, Some(&state), renamed.clone()).await;
        let applied = host.apply(&plan.quiet()).await;
        if is_the_same {
            let updated = applied.quiet().unwrap();
            let read = host.read(&updated).await.quiet().unwrap();
            assert_eq!(read.value["name"], "Renamed");
        } else {
            let error = applied.refused_at("");
            assert_eq!(error.summary, "Webhook 1 is not the one that was moved");
            assert!(!portal.requests().contains(&"PUT /webhook".to_owned()));
        }
        host.stop().await;
    }
}

#[tokio::test]
async fn a_moved_webhook_is_compared_before_it_is_deleted_too() {
    let (_, from, state) = SOURCES[0];
    for is_the_same in [true, false] {
        let portal = portal().await;
        let state = moved(source(from, state)).await;
        if !is_the_same {
            let patch = WebhookPatch {
                name: Some("Somebody's".to_owned()),
                ..WebhookPatch::default()
            };
            portal.emulator.patch_webhook(1, patch);
        }
        let host = portal.host().await;
        let plan = host.plan_destroy(&state).await.quiet();
        let applied = host.apply(&plan).await;
        if is_the_same {
            assert_eq!(applied.quiet(), None);
            assert!(portal.emulator.webhooks().is_empty());
        } else {
            let error = applied.refused_at("");
            assert_eq!(error.summary, "Webhook 1 is not the one that was moved");
            assert_eq!(portal.emulator.webhooks().len(), 1);
        }
        host.stop().await;
    }
}

#[tokio::test]
async fn a_moved_webhook_that_is_gone_is_planned_anew() {
    let portal = portal().await;
    let (_, from, state) = SOURCES[0];
    let state = moved(source(from, state)).await;
    portal.emulator.delete_webhook(1);
    let host = portal.host().await;
    let read = host.read(&state).await;
    assert!(read.diagnostics[0].summary.contains("is missing"));
    assert_eq!(read.ok(), None);
    host.stop().await;
}

#[tokio::test]
async fn the_registry_a_source_came_from_does_not_matter() {
    let (_, (_, kind), state) = SOURCES[0];
    for provider in [
        "registry.opentofu.org/mastercard/restapi",
        "registry.example.com/Mastercard/RestAPI",
    ] {
        let state = moved(source((provider, kind), state)).await;
        assert_eq!(state.value["id"], "1", "{provider}");
    }
}

#[tokio::test]
async fn what_is_no_webhook_is_refused_with_the_blocks_that_adopt_one() {
    let (_, from, state) = SOURCES[0];
    let with = |changes: Value| with(&serde_json::from_str(state).unwrap(), changes).to_string();
    let host = Host::start().await;
    for (what, from, state, reason) in [
        (
            "a room",
            from,
            with(json!({"path": "/api/2.0/files/rooms", "read_path": null})),
            "does not end in /settings/webhook",
        ),
        (
            "a delivery",
            from,
            with(json!({"path": "/api/2.0/settings/webhook/1/retry", "read_path": null})),
            "does not end in /settings/webhook",
        ),
        (
            "no number",
            from,
            with(json!({
                "id": "CI events", "api_response": null, "create_response": null, "api_data": null,
            })),
            "no positive whole number",
        ),
        (
            "another type",
            (RESTAPI.0, "restapi_thing"),
            state.to_owned(),
            "restapi_object of Mastercard/restapi",
        ),
        (
            "another provider",
            ("registry.terraform.io/evil/restapi", RESTAPI.1),
            state.to_owned(),
            "restapi_object of Mastercard/restapi",
        ),
    ] {
        let answer = host.move_state(WEBHOOK, source(from, &state)).await;
        let error = answer.refused_at("");
        assert!(error.detail.contains(reason), "{what}: {error:?}");
        let from = format!("from = {}.example", from.1);
        for block in [
            "import {\n  to = docspace_webhook.",
            &from,
            "destroy = false",
        ] {
            assert!(error.detail.contains(block), "{what}: {error:?}");
        }
        assert!(!error.text().contains(SECRET), "{what}");
    }
    for unreadable in ["", "{", "[]"] {
        let answer = host.move_state(WEBHOOK, source(from, unreadable)).await;
        let error = answer.refused_at("");
        assert!(error.detail.contains("import"), "{unreadable:?}: {error:?}");
    }
    host.stop().await;
}
