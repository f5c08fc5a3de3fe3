//! Taking over webhooks that exist: by id, by name and uri, and with generated configuration.

use docspace_emulator::NewWebhook;
use serde_json::json;

use crate::harness::{Case, Webhook};

const ADDRESS: &str = "docspace_webhook.ci";
const URI: &str = "https://example.com/ci";

/// A case whose portal has a webhook `ci`, number 1, that Terraform does not know, and another one.
fn existing() -> Case {
    let case = Case::new();
    let webhook = |name: &str| NewWebhook {
        name: name.to_owned(),
        uri: URI.to_owned(),
        triggers: 256,
        target_id: Some("1234".to_owned()),
        ..NewWebhook::default()
    };
    case.portal.create_webhook(webhook("ci"));
    case.portal.create_webhook(webhook("other"));
    case.write("main.tf", configured());
    case
}

/// The configuration that fits the existing webhook.
fn configured() -> Webhook {
    Webhook::new("ci").with("target_id", r#""1234""#)
}

fn import_block(id: &str) -> String {
    format!("import {{\n  to = {ADDRESS}\n  id = {id:?}\n}}\n")
}

#[test]
fn import_by_id_takes_everything_over_but_the_secret() {
    let case = existing();
    case.import(ADDRESS, "1").succeeds_silently();
    let state = case.attributes(ADDRESS);
    assert_eq!(state["id"], "1");
    assert_eq!(state["name"], "ci");
    assert_eq!(state["uri"], URI);
    assert_eq!(state["triggers"], json!(["FileUploaded"]));
    assert_eq!(state["enabled"], true);
    assert_eq!(state["ssl"], true);
    assert_eq!(state["target_id"], "1234");
    assert_eq!(state["secret_key"], json!(null));
    case.plan().finds_no_changes();
}

#[test]
fn import_by_name_and_uri_finds_the_number() {
    let case = existing();
    case.import(ADDRESS, &format!("ci|{URI}"))
        .succeeds_silently();
    assert_eq!(case.attributes(ADDRESS)["id"], "1");
    case.plan().finds_no_changes();
}

/// The command hands over what the shell does, the block what the CLI has composed.
#[test]
fn import_by_name_finds_a_decomposed_name() {
    let case = Case::new();
    case.portal.create_webhook(NewWebhook {
        name: "cafe\u{301}".to_owned(),
        uri: URI.to_owned(),
        triggers: 256,
        ..NewWebhook::default()
    });
    let name = "\"caf\u{e9}\"";
    case.write("main.tf", Webhook::new("ci").with("name", name));
    let block = import_block("NAME").replace("NAME", &format!("cafe\u{301}|{URI}"));
    case.write("import.tf", block);
    case.plan()
        .proposes(0, 0, 0)
        .says("1 to import")
        .has_no_warning();
    case.remove("import.tf");
    case.import(ADDRESS, &format!("caf\u{e9}|{URI}"))
        .succeeds_silently();
    case.plan().finds_no_changes();
}

#[test]
fn an_import_block_by_id_changes_nothing_on_the_portal() {
    let case = existing();
    case.write("import.tf", import_block("1"));
    case.plan()
        .proposes(0, 0, 0)
        .says("1 to import")
        .has_no_warning();
    case.take_requests();
    case.apply().succeeds_silently();
    case.has_requested(&[("GET webhook", 1)]);
    case.plan().finds_no_changes();
}

#[test]
fn an_import_block_by_name_and_uri_changes_nothing_on_the_portal() {
    let case = existing();
    case.write("import.tf", import_block(&format!("ci|{URI}")));
    case.plan()
        .proposes(0, 0, 0)
        .says("1 to import")
        .has_no_warning();
    case.take_requests();
    case.apply().succeeds_silently();
    case.has_requested(&[("GET webhook", 1)]);
    assert_eq!(case.attributes(ADDRESS)["id"], "1");
    case.plan().finds_no_changes();
}

#[test]
fn a_configured_secret_is_sent_once_after_import() {
    let case = existing();
    case.write(
        "main.tf",
        configured().with("secret_key", r#""correct-horse""#),
    );
    case.import(ADDRESS, "1").succeeds_silently();
    let plan = case.saved_plan(&[]);
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    assert_eq!(plan.changed(ADDRESS), ["secret_key"]);
    assert!(case.portal.secret_is(1, "somebodys-secret"));
    case.apply_saved().succeeds_silently();
    assert!(case.portal.secret_is(1, "correct-horse"));
    case.plan().finds_no_changes();
}

#[test]
fn without_a_configured_secret_the_portal_keeps_its_own_after_import() {
    let case = existing();
    case.import(ADDRESS, "1").succeeds_silently();
    case.write("main.tf", configured().with("enabled", "false"));
    case.apply().succeeds_silently();
    assert!(case.portal.secret_is(1, "somebodys-secret"));
    assert_eq!(case.attributes(ADDRESS)["secret_key"], json!(null));
}

/// Lets the CLI write the configuration of the webhook that this names, formats it, and plans.
#[track_caller]
fn generates(case: &Case, id: &str) -> String {
    case.write("import.tf", import_block(id));
    case.run(&["plan", "-generate-config-out=generated.tf"])
        .succeeds()
        .says("1 to import, 0 to add, 0 to change, 0 to destroy.");
    case.run(&["fmt"]).succeeds();
    case.plan()
        .proposes(0, 0, 0)
        .says("1 to import")
        .has_no_warning();
    case.apply().succeeds_silently();
    case.plan().finds_no_changes();
    String::from_utf8(case.read("generated.tf")).unwrap()
}

#[test]
fn generated_configuration_of_an_imported_webhook_plans_empty() {
    for id in ["1".to_owned(), format!("ci|{URI}")] {
        let case = existing();
        case.remove("main.tf");
        generates(&case, &id);
        assert!(case.portal.secret_is(1, "somebodys-secret"), "{id}");
    }
}

#[test]
fn a_secret_is_all_that_a_generated_configuration_lacks() {
    let case = existing();
    case.remove("main.tf");
    let generated = generates(&case, "1");
    // Before 1.14 the CLI writes the configuration itself, with a null for each argument.
    let mut lines: Vec<&str> = generated
        .lines()
        .filter(|line| line.split_whitespace().next() != Some("secret_key"))
        .collect();
    let end = lines.iter().rposition(|line| *line == "}").unwrap();
    lines.insert(end, r#"  secret_key = "correct-horse""#);
    case.write("generated.tf", lines.join("\n"));
    let plan = case.saved_plan(&[]);
    assert_eq!(plan.changed(ADDRESS), ["secret_key"]);
    case.apply_saved().succeeds_silently();
    assert!(case.portal.secret_is(1, "correct-horse"));
    case.plan().finds_no_changes();
}

#[test]
fn generated_configuration_holds_whatever_the_portal_holds() {
    for webhook in [
        NewWebhook {
            name: r#"100 % "quoted" ${not.interpolated} %{ if }"#.to_owned(),
            enabled: false,
            triggers: 0,
            ..NewWebhook::default()
        },
        NewWebhook {
            name: "Pr\u{fc}fung \u{4e2d}\u{6587}".to_owned(),
            uri: "http://example.com/plain?to=|https://x".to_owned(),
            ssl: false,
            // A trigger of a newer portal beside one that has a name.
            triggers: (1 << 40) | 256,
            ..NewWebhook::default()
        },
    ] {
        let case = Case::new();
        let id = case.portal.create_webhook(webhook.clone()).id.to_string();
        generates(&case, &id);
        let state = case.attributes(ADDRESS);
        assert_eq!(state["name"], webhook.name.as_str());
        assert_eq!(state["uri"], webhook.uri.as_str());
    }
}

#[test]
fn an_id_that_the_portal_does_not_have_imports_nothing() {
    let case = existing();
    case.import(ADDRESS, "99")
        .fails()
        .errs("No such webhook")
        .says("The portal shows no webhook 99.");
    assert_eq!(case.show_state()["values"], json!(null));
}

#[test]
fn a_name_and_uri_that_the_portal_does_not_have_import_nothing() {
    let case = existing();
    case.import(ADDRESS, "CI|https://example.com/ci")
        .fails()
        .errs("No such webhook")
        .says("Both are compared exactly.");
    assert_eq!(case.show_state()["values"], json!(null));
}

#[test]
fn a_name_and_uri_of_several_webhooks_name_their_ids() {
    let case = existing();
    let twin = NewWebhook {
        name: "ci".to_owned(),
        uri: URI.to_owned(),
        ..NewWebhook::default()
    };
    case.portal.create_webhook(twin);
    case.import(ADDRESS, &format!("ci|{URI}"))
        .fails()
        .errs("Several webhooks match")
        .says("with this uri: 1, 3.");
}

#[test]
fn an_import_id_of_another_form_is_answered_with_both_forms() {
    let case = existing();
    case.import(ADDRESS, "017")
        .fails()
        .errs("Invalid import id")
        .says("such as \"17\", or its name and uri joined by a bar");
}
