//! Each attribute changed alone: an in-place update, and an empty plan after it.

use docspace_emulator::Webhook as Stored;

use crate::harness::{Case, Webhook};

const ADDRESS: &str = "docspace_webhook.ci";

fn base() -> Webhook {
    Webhook::new("ci").with("secret_key", r#""correct-horse-battery""#)
}

/// Applies one configuration after another. Demands that the second is an in-place update of this
/// attribute alone, with one request, and that the next plan is empty; returns what the portal has.
#[track_caller]
fn change(before: Webhook, after: Webhook, attribute: &str, request: &str) -> (Case, Stored) {
    let case = Case::new();
    case.write("main.tf", before);
    case.apply().succeeds_silently();
    case.plan().finds_no_changes();
    case.write("main.tf", after);
    let plan = case.saved_plan(&[]);
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    assert_eq!(plan.changed(ADDRESS), [attribute]);
    case.take_requests();
    case.apply_saved().succeeds_silently();
    let requests = case.take_requests();
    let writes = requests.iter().filter(|(name, _)| !name.starts_with("GET"));
    assert_eq!(writes.collect::<Vec<_>>(), [(&request.to_owned(), &1)]);
    case.plan().finds_no_changes();
    let stored = case.portal.webhook(1).unwrap();
    (case, stored)
}

#[test]
fn name_changes_in_place() {
    let (_case, stored) = change(
        base(),
        base().with("name", r#""Build & deploy""#),
        "name",
        "PUT webhook",
    );
    assert_eq!(stored.name, "Build & deploy");
}

#[test]
fn uri_changes_in_place() {
    let after = base().with("uri", r#""https://example.com/other?x=1#y""#);
    let (_case, stored) = change(base(), after, "uri", "PUT webhook");
    assert_eq!(stored.uri, "https://example.com/other?x=1#y");
}

#[test]
fn triggers_change_in_place() {
    let after = base().with("triggers", r#"["FolderDownloaded", "FileUploaded"]"#);
    let (_case, stored) = change(base(), after, "triggers", "PUT webhook");
    assert_eq!(stored.triggers, (1 << 35) + 256);
}

#[test]
fn triggers_change_to_all_in_place() {
    let after = base().with("triggers", r#"["All"]"#);
    let (_case, stored) = change(base(), after, "triggers", "PUT webhook");
    assert_eq!(stored.triggers, 0);
}

#[test]
fn enabled_is_switched_off_without_probing_the_receiver() {
    let after = base().with("enabled", "false");
    let (_case, stored) = change(base(), after, "enabled", "PUT webhook/enable");
    assert!(!stored.enabled);
}

#[test]
fn enabled_is_switched_on_when_the_argument_is_removed() {
    let before = base().with("enabled", "false");
    let (_case, stored) = change(before, base(), "enabled", "PUT webhook");
    assert!(stored.enabled);
}

#[test]
fn ssl_changes_in_place() {
    let (_case, stored) = change(base(), base().with("ssl", "false"), "ssl", "PUT webhook");
    assert!(!stored.ssl);
}

#[test]
fn target_id_is_set_in_place() {
    let after = base().with("target_id", r#""1234""#);
    let (_case, stored) = change(base(), after, "target_id", "PUT webhook");
    assert_eq!(stored.target_id.as_deref(), Some("1234"));
}

#[test]
fn target_id_is_removed_in_place() {
    let before = base().with("target_id", r#""1234""#);
    let (_case, stored) = change(before, base(), "target_id", "PUT webhook");
    assert_eq!(stored.target_id, None);
}

#[test]
fn secret_key_changes_in_place() {
    let after = base().with("secret_key", r#""another-secret""#);
    let (case, stored) = change(base(), after, "secret_key", "PUT webhook");
    assert!(stored.secret_is("another-secret"));
    assert_eq!(case.attributes(ADDRESS)["secret_key"], "another-secret");
}

#[test]
fn a_change_of_something_else_leaves_the_secret_alone() {
    let (case, stored) = change(
        base(),
        base().with("name", r#""new""#),
        "name",
        "PUT webhook",
    );
    assert!(stored.secret_is("correct-horse-battery"));
    assert_eq!(
        case.attributes(ADDRESS)["secret_key"],
        "correct-horse-battery"
    );
}

#[test]
fn another_spelling_of_the_same_triggers_is_no_change() {
    let case = Case::new();
    case.write(
        "main.tf",
        base().with("triggers", r#"["FileUploaded", "RoomCreated"]"#),
    );
    case.apply().succeeds_silently();
    case.write(
        "main.tf",
        base().with("triggers", r#"["4194304", "FileUploaded"]"#),
    );
    case.plan().finds_no_changes();
    case.write(
        "main.tf",
        base().with("triggers", r#"["RoomCreated", "256"]"#),
    );
    case.plan().finds_no_changes();
}

#[test]
fn several_attributes_change_with_one_request() {
    let case = Case::new();
    case.write("main.tf", base());
    case.apply().succeeds_silently();
    let after = base()
        .with("name", r#""new""#)
        .with("uri", r#""https://example.com/new""#)
        .with("enabled", "false")
        .with("secret_key", r#""another-secret""#);
    case.write("main.tf", after);
    case.take_requests();
    case.apply()
        .succeeds_silently()
        .says("0 added, 1 changed, 0 destroyed");
    assert_eq!(case.take_requests()["PUT webhook"], 1);
    case.plan().finds_no_changes();
}
