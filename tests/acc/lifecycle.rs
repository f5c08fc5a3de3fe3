//! The ordinary life of a webhook: create, plan again, destroy, and what the configuration of
//! several does.

use serde_json::json;

use crate::harness::{Case, Webhook, needs};

/// Everything that a webhook can be told.
fn full() -> Webhook {
    Webhook::new("ci")
        .with("triggers", r#"["FileUploaded", "RoomCreated"]"#)
        .with("enabled", "false")
        .with("ssl", "false")
        .with("secret_key", r#""correct-horse-battery""#)
        .with("target_id", r#""1234""#)
}

#[test]
fn a_new_webhook_is_stored_as_configured_and_plans_empty() {
    let case = Case::new();
    case.write("main.tf", full());
    case.plan().proposes(1, 0, 0).has_no_warning();
    case.apply().succeeds_silently();
    let stored = case.portal.webhook(1).unwrap();
    assert_eq!(stored.name, "ci");
    assert_eq!(stored.uri, "https://example.com/ci");
    assert_eq!(stored.triggers, 256 + 4_194_304);
    assert!(!stored.enabled);
    assert!(!stored.ssl);
    assert_eq!(stored.target_id.as_deref(), Some("1234"));
    assert!(stored.secret_is("correct-horse-battery"));
    case.plan().finds_no_changes();
}

#[test]
fn what_is_omitted_has_its_default_on_the_portal_and_in_state() {
    let case = Case::new();
    case.write("main.tf", Webhook::new("ci"));
    case.apply().succeeds_silently();
    let stored = case.portal.webhook(1).unwrap();
    assert!(stored.enabled);
    assert!(stored.ssl);
    assert_eq!(stored.target_id, None);
    let state = case.attributes("docspace_webhook.ci");
    assert_eq!(state["id"], "1");
    assert_eq!(state["enabled"], true);
    assert_eq!(state["ssl"], true);
    assert_eq!(state["target_id"], json!(null));
    case.plan().finds_no_changes();
}

#[test]
fn destroy_leaves_portal_and_state_empty() {
    let case = Case::new();
    case.write("main.tf", format!("{}{}", full(), Webhook::new("cd")));
    case.apply().succeeds_silently();
    case.destroy().succeeds_silently().says("2 destroyed");
    assert!(case.portal.webhooks().is_empty());
    assert_eq!(case.show_state()["values"], json!(null));
}

#[test]
fn destroy_of_a_webhook_that_is_gone_succeeds() {
    let case = Case::new();
    case.write("main.tf", Webhook::new("ci"));
    case.apply().succeeds_silently();
    case.portal.delete_webhook(1).unwrap();
    case.run(&["destroy", "-auto-approve", "-refresh=false"])
        .succeeds()
        .says("1 destroyed");
    assert_eq!(case.show_state()["values"], json!(null));
}

#[test]
fn a_webhook_removed_from_the_configuration_is_deleted() {
    let case = Case::new();
    case.write("main.tf", Webhook::new("ci"));
    case.write("cd.tf", Webhook::new("cd"));
    case.apply().succeeds_silently();
    case.remove("cd.tf");
    case.plan().proposes(0, 0, 1);
    case.apply().succeeds_silently();
    let names: Vec<_> = case
        .portal
        .webhooks()
        .into_iter()
        .map(|webhook| webhook.name)
        .collect();
    assert_eq!(names, ["ci"]);
    case.plan().finds_no_changes();
}

#[test]
fn a_removed_block_forgets_the_webhook_without_deleting_it() {
    needs!("1.7", "a removed block");
    let case = Case::new();
    case.write("main.tf", Webhook::new("ci"));
    case.apply().succeeds_silently();
    case.write(
        "main.tf",
        "removed {\n  from = docspace_webhook.ci\n  lifecycle {\n    destroy = false\n  }\n}\n",
    );
    case.apply().succeeds();
    assert_eq!(case.attributes("docspace_webhook.ci"), json!(null));
    assert!(case.portal.webhook(1).is_some());
}

#[test]
fn a_webhook_that_moves_to_another_address_is_left_alone() {
    let case = Case::new();
    case.write("main.tf", Webhook::new("ci"));
    case.apply().succeeds_silently();
    let moved = Webhook::new("renamed")
        .with("name", r#""ci""#)
        .with("uri", r#""https://example.com/ci""#);
    let block = "moved {\n  from = docspace_webhook.ci\n  to   = docspace_webhook.renamed\n}\n";
    case.write("main.tf", format!("{moved}{block}"));
    case.apply()
        .succeeds_silently()
        .says("0 added, 0 changed, 0 destroyed");
    assert_eq!(case.attributes("docspace_webhook.renamed")["id"], "1");
    case.plan().finds_no_changes();
}
