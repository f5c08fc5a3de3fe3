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

/// How many instances a counted source has.
const COUNT: usize = 3;

/// What instances of a resource are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Count,
    Key,
}

impl By {
    /// The index of an instance, as a state and an address have it.
    fn index(self, number: usize) -> Value {
        match self {
            Self::Count => json!(number),
            Self::Key => json!(format!("team-{number}")),
        }
    }
}

/// The attributes of an instance: those of a fixture, for the webhook of its own number.
fn instance(fixture_name: &str, number: usize) -> Value {
    let id = number + 1;
    let text = fixture(fixture_name).to_string();
    let text = text
        .replace("CI events", &format!("CI events {id}"))
        .replace(URI, &format!("{URI}/{id}"))
        .replace("settings/webhook/1", &format!("settings/webhook/{id}"))
        .replace(r#""id":1,"#, &format!(r#""id":{id},"#))
        .replace(r#"\"id\":1,"#, &format!(r#"\"id\":{id},"#))
        .replace(r#""id":"1""#, &format!(r#""id":"{id}""#))
        .replace(r#""object_id":"1""#, &format!(r#""object_id":"{id}""#));
    serde_json::from_str(&text).unwrap()
}

/// A case with a source of several instances, and the configuration that takes its place, with keys.
fn several(fixture_name: &str, provider: &str, by: By, moves: &str) -> Case {
    let case = Case::new();
    for id in 1..=COUNT {
        case.portal.create_webhook(NewWebhook {
            name: format!("CI events {id}"),
            uri: format!("{URI}/{id}"),
            secret: SECRET.into(),
            triggers: 256,
            ..NewWebhook::default()
        });
    }
    case.stand_in_for(provider);
    let instances: Vec<Value> = (0..COUNT)
        .map(|number| {
            let attributes = instance(fixture_name, number);
            json!({"schema_version": 0, "index_key": by.index(number), "attributes": attributes})
        })
        .collect();
    let state = json!({
        "version": 4,
        "serial": 3,
        "lineage": "a3f1c1d0-8b3e-4a56-9a39-0d3b1f5c2e11",
        "terraform_version": "1.8.0",
        "resources": [{
            "mode": "managed",
            "type": source_type(provider),
            "name": "uploads",
            "provider": format!("provider[\"registry.terraform.io/{provider}\"]"),
            "instances": instances,
        }],
    });
    case.write("terraform.tfstate", state);
    case.write("moved.tf", moves);
    case.write(
        "main.tf",
        format!(
            r#"
resource "docspace_webhook" "uploads" {{
  for_each = {{ a = 1, b = 2, c = 3 }}
  name     = "CI events ${{each.value}}"
  uri      = "{URI}/${{each.value}}"
  triggers = ["FileUploaded"]
}}
"#
        ),
    );
    case
}

/// Demands that all webhooks are taken over with one request for each phase.
#[track_caller]
fn takes_all_over(case: &Case, what: &str) {
    let plan = case.saved_plan(&[]);
    for key in ["a", "b", "c"] {
        let address = format!("{TO}[\"{key}\"]");
        assert_eq!(plan.actions(&address), ["no-op"], "{what}");
    }
    case.apply_saved().succeeds_silently();
    case.has_requested(&[("GET webhook", 1)]);
    case.plan().finds_no_changes();
    for (key, id) in [("a", "1"), ("b", "2"), ("c", "3")] {
        let address = format!("{TO}[\"{key}\"]");
        assert_eq!(case.attributes(&address)["id"], id, "{what}");
    }
    let state = String::from_utf8(case.read("terraform.tfstate")).unwrap();
    assert!(!state.contains(SECRET), "{what}");
    assert_eq!(case.portal.webhooks().len(), COUNT, "{what}");
}

#[test]
fn instances_are_moved_one_by_one() {
    needs!("1.8", "a move between types");
    for (fixture_name, provider) in SOURCES {
        for by in [By::Count, By::Key] {
            let kind = source_type(provider);
            let moves: Vec<String> = ["a", "b", "c"]
                .iter()
                .enumerate()
                .map(|(number, key)| {
                    let from = by.index(number);
                    format!(
                        "moved {{\n  from = {kind}.uploads[{from}]\n  to   = {TO}[\"{key}\"]\n}}\n"
                    )
                })
                .collect();
            let case = several(fixture_name, provider, by, &moves.concat());
            takes_all_over(&case, &format!("{fixture_name} by {by:?}"));
        }
    }
}

#[test]
fn a_whole_resource_is_moved_and_then_its_instances() {
    needs!("1.8", "a move between types");
    for (fixture_name, provider) in [SOURCES[1], SOURCES[3]] {
        let kind = source_type(provider);
        let whole = format!("moved {{\n  from = {kind}.uploads\n  to   = {TO}\n}}\n");
        let rest = [(0, "a"), (1, "b"), (2, "c")].map(|(number, key)| {
            format!("moved {{\n  from = {TO}[{number}]\n  to   = {TO}[\"{key}\"]\n}}\n")
        });
        let case = several(fixture_name, provider, By::Count, &(whole + &rest.concat()));
        takes_all_over(&case, fixture_name);
    }
}

/// The one instance in the state.
fn stored(case: &Case) -> Value {
    let state: Value = serde_json::from_slice(&case.read("terraform.tfstate")).unwrap();
    let resource = state["resources"][0].clone();
    assert_eq!(resource["instances"].as_array().unwrap().len(), 1);
    resource["instances"][0].clone()
}

#[test]
fn a_webhook_under_another_address_of_this_provider_keeps_everything() {
    needs!("1.8", "a move between providers");
    let case = Case::new();
    case.write("main.tf", webhook());
    case.apply().succeeds();
    let before = stored(&case);
    assert!(before["private"].is_string(), "{before}");

    case.stand_in_for("acme/docspace");
    let state = String::from_utf8(case.read("terraform.tfstate")).unwrap();
    assert!(state.contains("/onlyoffice/docspace"));
    case.write(
        "terraform.tfstate",
        state.replace("/onlyoffice/docspace", "/acme/docspace"),
    );
    case.write("main.tf", webhook().with("count", "1"));
    case.take_requests();
    let plan = case.saved_plan(&[]);
    assert_eq!(plan.actions(&format!("{TO}[0]")), ["no-op"]);
    case.apply_saved().succeeds_silently();
    case.has_requested(&[("GET webhook", 1)]);
    let after = stored(&case);
    for what in ["attributes", "private", "identity"] {
        assert_eq!(after[what], before[what], "{what}");
    }
    let state = String::from_utf8(case.read("terraform.tfstate")).unwrap();
    assert!(
        state.contains("/onlyoffice/docspace") && !state.contains("/acme/"),
        "{state}"
    );
    case.plan().finds_no_changes();
}

/// The registries of both CLIs: what the other one has written names the second.
const REGISTRIES: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

/// A mirror's host.
const MIRROR: &str = "providers.example.com";

/// What becomes of two counted webhooks, with their addresses before and after.
const REARRANGED: [(&str, &str, [&str; 2]); 3] = [
    (
        "by key",
        r#"
moved {
  from = docspace_webhook.uploads[0]
  to   = docspace_webhook.uploads["a"]
}

moved {
  from = docspace_webhook.uploads[1]
  to   = docspace_webhook.uploads["b"]
}
"#,
        [
            r#"docspace_webhook.uploads["a"]"#,
            r#"docspace_webhook.uploads["b"]"#,
        ],
    ),
    (
        "renamed",
        "moved {\n  from = docspace_webhook.uploads\n  to = docspace_webhook.renamed\n}\n",
        ["docspace_webhook.renamed[0]", "docspace_webhook.renamed[1]"],
    ),
    (
        "in a module",
        "module \"ci\" {\n  source = \"./ci\"\n}\n\nmoved {\n  from = docspace_webhook.uploads\n  to = \
         module.ci.docspace_webhook.uploads\n}\n",
        [
            "module.ci.docspace_webhook.uploads[0]",
            "module.ci.docspace_webhook.uploads[1]",
        ],
    ),
];

/// Two webhooks, told apart by their number or by a key.
fn two(label: &str, by: By) -> Webhook {
    let (argument, instances, which) = match by {
        By::Count => ("count", "2", "count.index"),
        By::Key => ("for_each", "{ a = 0, b = 1 }", "each.value"),
    };
    Webhook::new(label)
        .with(argument, instances)
        .with("name", &format!("\"CI events ${{{which}}}\""))
        .with("uri", &format!("\"{URI}/${{{which}}}\""))
}

/// All instances in the state, in the order of their numbers on the portal.
fn instances(case: &Case) -> Vec<Value> {
    let state: Value = serde_json::from_slice(&case.read("terraform.tfstate")).unwrap();
    let resources = state["resources"].as_array().unwrap().iter();
    let all = resources.flat_map(|resource| resource["instances"].as_array().unwrap().clone());
    let mut all: Vec<Value> = all.collect();
    all.sort_by_key(|instance| instance["attributes"]["id"].to_string());
    all
}

/// Writes the configuration that takes the place of the counted one.
fn rearrange(case: &Case, what: &str, moves: &str) {
    let new = match what {
        "by key" => two("uploads", By::Key),
        "renamed" => two("renamed", By::Count),
        _ => {
            fs::create_dir(case.path("ci")).unwrap();
            fs::copy(case.path("versions.tf"), case.path("ci/versions.tf")).unwrap();
            case.write("ci/main.tf", two("uploads", By::Count));
            case.remove("main.tf");
            case.write("moved.tf", moves);
            case.run(&["get"]).succeeds();
            return;
        }
    };
    case.write("main.tf", format!("{new}{moves}"));
}

#[test]
fn counted_webhooks_under_another_host_keep_everything_wherever_they_move() {
    needs!("1.8", "a move between providers");
    for (what, moves, addresses) in REARRANGED {
        for is_mirror in [false, true] {
            let case = Case::new();
            case.write("main.tf", two("uploads", By::Count));
            case.apply().succeeds();
            let before = instances(&case);
            let text = String::from_utf8(case.read("terraform.tfstate")).unwrap();
            let (own, other) = match REGISTRIES {
                [own, other] | [other, own] if text.contains(own) => (own, other),
                _ => panic!("{text}"),
            };
            let host = if is_mirror { MIRROR } else { other };
            case.stand_in_at(host, "onlyoffice/docspace");
            case.write("terraform.tfstate", text.replace(own, host));
            rearrange(&case, what, moves);
            case.take_requests();
            let plan = case.saved_plan(&[]);
            for address in addresses {
                assert_eq!(plan.actions(address), ["no-op"], "{what} from {host}");
            }
            case.apply_saved().succeeds_silently();
            case.has_requested(&[("GET webhook", 1)]);
            for (after, before) in instances(&case).iter().zip(&before) {
                for kept in ["attributes", "private", "identity"] {
                    assert_eq!(after[kept], before[kept], "{kept}, {what} from {host}");
                }
            }
            let text = String::from_utf8(case.read("terraform.tfstate")).unwrap();
            assert!(text.contains(own) && !text.contains(host), "{text}");
            case.plan().finds_no_changes();
        }
    }
}
