//! Values that are known only after apply, in the webhook and in the provider block.

use crate::harness::{Case, Webhook, needs};

const ADDRESS: &str = "docspace_webhook.ci";

/// A resource of the CLI itself whose output is unknown while it is planned.
fn later(label: &str, value: &str) -> String {
    format!("resource \"terraform_data\" {label:?} {{\n  input = {value}\n}}\n")
}

/// Plans a new webhook with one argument from another resource, and applies it. Demands that the
/// argument is unknown in the plan, and that nothing is left to do afterwards.
#[track_caller]
fn unknown_on_create(argument: &str, expression: &str, value: &str) -> Case {
    let case = Case::new();
    let webhook = Webhook::new("ci").with(argument, expression);
    case.write("main.tf", format!("{}{webhook}", later("later", value)));
    let plan = case.saved_plan(&[]);
    assert_eq!(plan.actions(ADDRESS), ["create"]);
    assert_eq!(plan.change(ADDRESS)["after_unknown"][argument], true);
    case.apply_saved().succeeds_silently();
    case.plan().finds_no_changes();
    case
}

#[test]
fn a_uri_from_another_resource_is_known_after_apply() {
    let value = r#""https://example.net/later""#;
    let case = unknown_on_create("uri", "terraform_data.later.output", value);
    assert_eq!(
        case.portal.webhook(1).unwrap().uri,
        "https://example.net/later"
    );
}

#[test]
fn a_name_from_another_resource_is_known_after_apply() {
    let case = unknown_on_create("name", "terraform_data.later.output", r#""later""#);
    assert_eq!(case.portal.webhook(1).unwrap().name, "later");
}

#[test]
fn triggers_from_another_resource_are_known_after_apply() {
    let expression = "toset(terraform_data.later.output)";
    let case = unknown_on_create("triggers", expression, r#"["RoomCreated"]"#);
    assert_eq!(case.portal.webhook(1).unwrap().triggers, 4_194_304);
}

#[test]
fn one_trigger_from_another_resource_makes_the_plan_no_error() {
    let case = Case::new();
    let webhook = Webhook::new("ci").with(
        "triggers",
        r#"["FileUploaded", terraform_data.later.output]"#,
    );
    case.write(
        "main.tf",
        format!("{}{webhook}", later("later", r#""RoomCreated""#)),
    );
    case.plan().proposes(2, 0, 0).has_no_warning();
    case.apply().succeeds_silently();
    assert_eq!(case.portal.webhook(1).unwrap().triggers, 256 + 4_194_304);
    case.plan().finds_no_changes();
}

#[test]
fn switches_from_another_resource_are_known_after_apply() {
    let case = unknown_on_create("enabled", "terraform_data.later.output", "false");
    assert!(!case.portal.webhook(1).unwrap().enabled);
    let case = unknown_on_create("ssl", "terraform_data.later.output", "false");
    assert!(!case.portal.webhook(1).unwrap().ssl);
}

#[test]
fn a_target_from_another_resource_may_turn_out_null() {
    let expression = "terraform_data.later.output ? null : \"1234\"";
    let case = unknown_on_create("target_id", expression, "true");
    assert_eq!(case.portal.webhook(1).unwrap().target_id, None);
}

#[test]
fn a_secret_from_another_resource_is_known_after_apply() {
    let case = unknown_on_create(
        "secret_key",
        "terraform_data.later.output",
        r#""correct-horse""#,
    );
    assert!(case.portal.secret_is(1, "correct-horse"));
}

#[test]
fn a_secret_that_turns_out_null_is_generated() {
    let expression = "terraform_data.later.output ? null : \"correct-horse\"";
    let case = Case::new();
    let webhook = Webhook::new("ci").with("secret_key", expression);
    case.write("main.tf", format!("{}{webhook}", later("later", "true")));
    case.plan().proposes(2, 0, 0).has_no_warning();
    case.apply().succeeds_silently();
    let secret = case.attributes(ADDRESS)["secret_key"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(secret.len(), 30);
    assert!(case.portal.secret_is(1, &secret));
    case.plan().finds_no_changes();
}

#[test]
fn a_write_only_secret_from_another_resource_is_sent() {
    needs!("1.11", "a write-only argument");
    let case = Case::new();
    let webhook = Webhook::new("ci").with("secret_key_wo", "terraform_data.later.output");
    case.write(
        "main.tf",
        format!("{}{webhook}", later("later", r#""correct-horse""#)),
    );
    case.plan().proposes(2, 0, 0).has_no_warning();
    case.apply().succeeds_silently();
    assert!(case.portal.secret_is(1, "correct-horse"));
    case.plan().finds_no_changes();
}

#[test]
fn a_secret_version_from_another_resource_is_known_after_apply() {
    needs!("1.11", "a write-only argument");
    let case = Case::new();
    let webhook = Webhook::new("ci")
        .with("secret_key_wo", r#""correct-horse""#)
        .with("secret_key_wo_version", "terraform_data.later.output");
    case.write("main.tf", format!("{}{webhook}", later("later", "7")));
    case.apply().succeeds_silently();
    assert_eq!(case.attributes(ADDRESS)["secret_key_wo_version"], 7);
    case.plan().finds_no_changes();
}

#[test]
fn every_argument_may_change_to_something_unknown() {
    let case = Case::new();
    let webhook = Webhook::new("ci").with("secret_key", r#""correct-horse""#);
    case.write(
        "main.tf",
        format!("{}{webhook}", later("later", r#"{ text = "one" }"#)),
    );
    case.apply().succeeds_silently();
    let unknown = Webhook::new("ci")
        .with("name", "terraform_data.later.output.text")
        .with(
            "uri",
            r#""https://example.net/${terraform_data.later.output.text}""#,
        )
        .with(
            "triggers",
            r#"[terraform_data.later.output.text == "two" ? "All" : "FileUploaded"]"#,
        )
        .with("enabled", r#"terraform_data.later.output.text != "two""#)
        .with("ssl", r#"terraform_data.later.output.text != "two""#)
        .with("target_id", "terraform_data.later.output.target")
        .with(
            "secret_key",
            r#""${terraform_data.later.output.text}-is-the-secret""#,
        );
    case.write(
        "main.tf",
        format!(
            "{}{unknown}",
            later("later", r#"{ text = "two", target = "2" }"#)
        ),
    );
    case.plan().proposes(0, 2, 0).has_no_warning();
    case.apply().succeeds_silently();
    let stored = case.portal.webhook(1).unwrap();
    assert_eq!(stored.name, "two");
    assert_eq!(stored.uri, "https://example.net/two");
    assert_eq!(stored.triggers, 0);
    assert!(!stored.enabled);
    assert!(!stored.ssl);
    assert_eq!(stored.target_id.as_deref(), Some("2"));
    assert!(stored.secret_is("two-is-the-secret"));
    case.plan().finds_no_changes();
}

#[test]
fn what_turns_out_wrong_is_refused_before_anything_is_sent() {
    let case = Case::new();
    let webhook = Webhook::new("ci").with("name", "terraform_data.later.output");
    case.write(
        "main.tf",
        format!(
            "{}{webhook}",
            later("later", &format!("{:?}", "n".repeat(51)))
        ),
    );
    case.plan().proposes(2, 0, 0).has_no_warning();
    case.apply()
        .fails()
        .errs("Webhook name is too long")
        .points_at("name");
    assert!(case.portal.webhooks().is_empty());
    assert_eq!(case.take_requests().get("POST webhook"), None);
}

/// A case whose portal's address comes from another resource.
fn with_unknown_portal() -> Case {
    let mut case = Case::new();
    let base_url = case.portal.base_url();
    case.set("DOCSPACE_BASE_URL", "");
    case.write(
        "provider.tf",
        "provider \"docspace\" {\n  base_url = terraform_data.portal.output.url\n}\n",
    );
    case.write(
        "portal.tf",
        later("portal", &format!("{{ url = {base_url:?}, version = 1 }}")),
    );
    case.write("main.tf", Webhook::new("ci"));
    case
}

#[test]
fn new_webhooks_are_planned_for_a_portal_that_is_not_known_yet() {
    let case = with_unknown_portal();
    case.plan().proposes(2, 0, 0).has_no_warning();
    case.has_requested(&[]);
    case.apply().succeeds_silently();
    assert_eq!(case.portal.webhooks().len(), 1);
    case.plan().finds_no_changes();
}

#[test]
fn existing_webhooks_cannot_be_read_from_a_portal_that_is_not_known_yet() {
    let case = with_unknown_portal();
    case.apply().succeeds_silently();
    let base_url = case.portal.base_url();
    case.write(
        "portal.tf",
        later("portal", &format!("{{ url = {base_url:?}, version = 2 }}")),
    );
    case.plan()
        .fails()
        .errs("Provider configuration is not known yet")
        .says("base_url of the provider block will be known only after apply")
        .says("with -target");
    case.run(&["apply", "-auto-approve", "-target=terraform_data.portal"])
        .succeeds();
    case.plan().finds_no_changes();
}
