//! Replacing a webhook by force, and names that are taken.

use docspace_emulator::NewWebhook;
use serde_json::json;

use crate::harness::{Case, Webhook};

const ADDRESS: &str = "docspace_webhook.ci";

fn applied(webhook: &Webhook) -> Case {
    let case = Case::new();
    case.write("main.tf", webhook);
    case.apply().succeeds_silently();
    case
}

/// Demands that the portal has exactly these webhooks.
#[track_caller]
fn has_ids(case: &Case, ids: &[i32]) {
    let found: Vec<_> = case
        .portal
        .webhooks()
        .into_iter()
        .map(|webhook| webhook.id)
        .collect();
    assert_eq!(found, ids);
}

#[test]
fn forced_replacement_deletes_and_creates_without_a_warning() {
    let case = applied(&Webhook::new("ci"));
    let plan = case.saved_plan(&["-replace", ADDRESS]);
    assert_eq!(plan.actions(ADDRESS), ["delete", "create"]);
    case.apply_saved().succeeds_silently();
    has_ids(&case, &[2]);
    case.plan().finds_no_changes();
}

#[test]
fn a_tainted_webhook_is_replaced_without_a_warning() {
    let case = applied(&Webhook::new("ci"));
    case.run(&["taint", ADDRESS]).succeeds_silently();
    case.plan().proposes(1, 0, 1).has_no_warning();
    case.apply().succeeds_silently();
    has_ids(&case, &[2]);
    case.plan().finds_no_changes();
}

#[test]
fn a_replacement_gets_a_secret_of_its_own() {
    let case = applied(&Webhook::new("ci"));
    let before = case.attributes(ADDRESS)["secret_key"].clone();
    case.run(&["apply", "-auto-approve", "-replace", ADDRESS])
        .succeeds_silently();
    let after = case.attributes(ADDRESS)["secret_key"].clone();
    assert_ne!(before, after);
    assert!(case.portal.secret_is(2, after.as_str().unwrap()));
}

#[test]
fn create_before_destroy_is_answered_with_the_way_out() {
    let webhook = Webhook::new("ci").block("lifecycle", "create_before_destroy = true");
    let case = applied(&webhook);
    case.run(&["plan", "-replace", ADDRESS])
        .succeeds()
        .has_no_warning();
    case.run(&["apply", "-auto-approve", "-replace", ADDRESS])
        .fails()
        .errs("Webhook \"ci\" already exists (id 1)")
        .says("If the plan marks this resource with +/- (create_before_destroy), webhook 1 is the one that it replaces");
    has_ids(&case, &[1]);
    assert_eq!(case.attributes(ADDRESS)["id"], "1");
    case.plan().finds_no_changes();
}

#[test]
fn create_before_destroy_works_when_the_name_changes_too() {
    let lifecycle = "create_before_destroy = true";
    let case = applied(&Webhook::new("ci").block("lifecycle", lifecycle));
    case.write(
        "main.tf",
        Webhook::new("ci")
            .with("name", r#""new""#)
            .block("lifecycle", lifecycle),
    );
    case.run(&["apply", "-auto-approve", "-replace", ADDRESS])
        .succeeds_silently();
    has_ids(&case, &[2]);
    case.plan().finds_no_changes();
}

#[test]
fn a_name_and_uri_that_are_taken_are_warned_of_and_explained_with_an_import_block_that_works() {
    let case = Case::new();
    let taken = NewWebhook {
        name: "ci".to_owned(),
        uri: "https://example.com/ci".to_owned(),
        triggers: 256,
        ..NewWebhook::default()
    };
    case.portal.create_webhook(taken);
    case.write("main.tf", Webhook::new("ci"));
    let summary = "Webhook \"ci\" already exists (id 1)";
    let block = "import { to = docspace_webhook.example id = \"1\" }";
    case.plan().proposes(1, 0, 0).warns(summary).says(block);
    case.apply().fails().errs(summary).says(block);
    has_ids(&case, &[1]);
    assert_eq!(case.show_state()["values"], json!(null));
    case.write(
        "import.tf",
        "import {\n  to = docspace_webhook.ci\n  id = \"1\"\n}\n",
    );
    case.apply().succeeds_silently();
    case.plan().finds_no_changes();
}

/// A portal on MySQL does not tell these names apart; the plan says so, and imports nothing by itself.
#[test]
fn a_name_that_the_portal_probably_takes_for_another_is_warned_of() {
    let case = Case::new();
    let taken = NewWebhook {
        name: "CI".to_owned(),
        uri: "https://example.com/ci".to_owned(),
        triggers: 256,
        ..NewWebhook::default()
    };
    case.portal.create_webhook(taken);
    case.write("main.tf", Webhook::new("ci"));
    case.plan()
        .proposes(1, 0, 0)
        .warns("Webhook \"ci\" probably already exists (id 1)")
        .says("named \"CI\"");
    case.apply()
        .fails()
        .errs("Webhook \"ci\" already exists (id 1)")
        .says("this portal treats them as equal");
    has_ids(&case, &[1]);
}

#[test]
fn two_resources_of_one_name_and_uri_are_warned_of_and_only_one_is_created() {
    let case = Case::new();
    let twin = Webhook::new("twin")
        .with("name", r#""ci""#)
        .with("uri", r#""https://example.com/ci""#);
    case.write("main.tf", format!("{}{twin}", Webhook::new("ci")));
    case.plan()
        .proposes(2, 0, 0)
        .warns("Webhook \"ci\" is planned more than once");
    case.apply()
        .fails()
        .errs("Webhook \"ci\" is configured twice (id 1)");
    has_ids(&case, &[1]);
}

#[test]
fn a_name_and_uri_that_another_resource_gives_up_in_the_same_run_are_free_for_a_dependent() {
    let case = applied(&Webhook::new("ci"));
    let heir = Webhook::new("heir")
        .with("name", r#""ci""#)
        .with("uri", r#""https://example.com/ci""#)
        .with("depends_on", "[docspace_webhook.ci]");
    case.write(
        "main.tf",
        format!("{}{heir}", Webhook::new("ci").with("name", r#""old""#)),
    );
    case.plan().proposes(1, 1, 0).has_no_warning();
    case.apply().succeeds_silently();
    case.plan().finds_no_changes();
}

#[test]
fn a_rename_without_a_moved_block_says_what_is_lost_and_how_to_keep_it() {
    let case = applied(&Webhook::new("ci"));
    let renamed = Webhook::new("renamed")
        .with("name", r#""ci""#)
        .with("uri", r#""https://example.com/ci""#);
    case.write("main.tf", &renamed);
    case.plan()
        .proposes(1, 0, 1)
        .warns("Webhook \"ci\" (1) will be deleted and re-created")
        .says("moved { from = docspace_webhook.old to = docspace_webhook.new }");
    let moved = "moved {\n  from = docspace_webhook.ci\n  to   = docspace_webhook.renamed\n}\n";
    case.write("main.tf", format!("{renamed}{moved}"));
    case.plan().proposes(0, 0, 0).has_no_warning();
    case.apply().succeeds_silently();
    has_ids(&case, &[1]);
}
