//! `moved` blocks: webhooks that a generic REST provider manages are taken over and never destroyed.
//!
//! The states are those of `tests/fixtures/moved`, written by hand. Terraform wants every provider that
//! a state names, if only for its schema: the program under test stands in for the others.

use std::fs;
use std::path::Path;

use docspace_emulator::{NewWebhook, WebhookPatch};
use serde_json::{Value, json};

use crate::harness::{Case, Webhook, needs};

const TO: &str = "docspace_webhook.uploads";
const URI: &str = "https://hooks.example.com/docspace";

/// The secret in the sources' states.
const SECRET: &str = "Old-S3cret-42";

/// The fixtures, each with the provider that would have written it.
const SOURCES: [(&str, &str); 5] = [
    ("restapi_search", "mastercard/restapi"),
    ("restapi_path", "mastercard/restapi"),
    ("restful_selector", "magodo/restful"),
    ("restful_path", "magodo/restful"),
    ("restful_sensitive", "magodo/restful"),
];

fn fixture(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/moved");
    let text = fs::read(folder.join(name).with_extension("json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn source_type(provider: &str) -> &'static str {
    match provider {
        "mastercard/restapi" => "restapi_object",
        _ => "restful_resource",
    }
}

/// A case with the state of a source, a block that moves it, and the webhook on the portal.
fn case(provider: &str, attributes: &Value) -> Case {
    let case = Case::new();
    case.portal.create_webhook(NewWebhook {
        name: "CI events".to_owned(),
        uri: URI.to_owned(),
        secret: SECRET.into(),
        triggers: 256,
        ..NewWebhook::default()
    });
    case.stand_in_for(provider);
    let kind = source_type(provider);
    let state = json!({
        "version": 4,
        "serial": 3,
        "lineage": "a3f1c1d0-8b3e-4a56-9a39-0d3b1f5c2e11",
        "terraform_version": "1.8.0",
        "resources": [{
            "mode": "managed",
            "type": kind,
            "name": "uploads",
            "provider": format!("provider[\"registry.terraform.io/{provider}\"]"),
            "instances": [{"schema_version": 0, "attributes": attributes}],
        }],
    });
    case.write("terraform.tfstate", state);
    case.write(
        "moved.tf",
        format!("moved {{\n  from = {kind}.uploads\n  to   = {TO}\n}}\n"),
    );
    case.write("main.tf", webhook());
    case
}

/// The configuration that the sources' webhook has.
fn webhook() -> Webhook {
    Webhook::new("uploads")
        .with("name", r#""CI events""#)
        .with("uri", &format!("{URI:?}"))
}

#[test]
fn a_moved_webhook_is_taken_over_as_it_is() {
    needs!("1.8", "a move between types");
    for (fixture_name, provider) in SOURCES {
        let case = case(provider, &fixture(fixture_name));
        let plan = case.saved_plan(&[]);
        assert_eq!(plan.actions(TO), ["no-op"], "{fixture_name}");
        case.apply_saved().succeeds_silently();
        case.has_requested(&[("GET webhook", 1)]);
        case.plan().finds_no_changes();
        assert_eq!(case.attributes(TO)["id"], "1", "{fixture_name}");
        let state = String::from_utf8(case.read("terraform.tfstate")).unwrap();
        assert!(!state.contains(SECRET), "{fixture_name}: {state}");
        assert!(!state.contains(source_type(provider)), "{fixture_name}");
        assert!(case.portal.secret_is(1, SECRET), "{fixture_name}");
    }
}

#[test]
fn a_moved_webhook_is_changed_in_place() {
    needs!("1.8", "a move between types");
    for (fixture_name, provider) in SOURCES {
        let case = case(provider, &fixture(fixture_name));
        let renamed = webhook()
            .with("name", r#""Renamed""#)
            .with("secret_key", r#""N3w-S3cret-43""#);
        case.write("main.tf", renamed);
        let plan = case.saved_plan(&[]);
        assert_eq!(plan.actions(TO), ["update"], "{fixture_name}");
        assert_eq!(plan.changed(TO), ["name", "secret_key"], "{fixture_name}");
        case.apply_saved().succeeds_silently();
        let webhooks = case.portal.webhooks();
        assert_eq!((webhooks.len(), webhooks[0].id), (1, 1), "{fixture_name}");
        assert!(case.portal.secret_is(1, "N3w-S3cret-43"), "{fixture_name}");
        case.plan().finds_no_changes();
    }
}

#[test]
fn what_is_no_webhook_is_refused_with_the_blocks_that_adopt_one() {
    needs!("1.8", "a move between types");
    for (fixture_name, provider) in SOURCES {
        let mut room = fixture(fixture_name);
        room["path"] = json!("/api/2.0/files/rooms");
        room["id"] = json!("/api/2.0/files/rooms/1");
        room["read_path"] = json!(null);
        let case = case(provider, &room);
        let kind = source_type(provider);
        case.plan()
            .fails()
            .errs("This object cannot be moved to docspace_webhook")
            .says("its path does not end in /settings/webhook")
            .says(&format!("removed {{ from = {kind}.example"))
            .says(r#"import { to = docspace_webhook.example id = "17" }"#)
            .hides(SECRET);
        case.has_requested(&[]);
    }
}

#[test]
fn a_webhook_of_another_portal_is_not_taken_over() {
    needs!("1.8", "a move between types");
    let (fixture_name, provider) = SOURCES[0];
    let case = case(provider, &fixture(fixture_name));
    let somebody = WebhookPatch {
        name: Some("Somebody's".to_owned()),
        ..WebhookPatch::default()
    };
    case.portal.patch_webhook(1, somebody);
    case.plan()
        .fails()
        .errs("Webhook 1 is not the one that was moved")
        .says("Check base_url");
    case.has_requested(&[("GET webhook", 1)]);
}
