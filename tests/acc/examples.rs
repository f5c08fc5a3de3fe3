//! Every example, as it stands in the documentation: applied, planned again, destroyed.

use std::fs;
use std::path::{Path, PathBuf};

use docspace_emulator::{Group, NewRoom, NewWebhook, Role, User};

use crate::harness::{Case, needs};

/// The webhook that the examples of imports and of data sources speak of.
const NAME: &str = "My file upload webhook";
const URI: &str = "https://hooks.example.com/docspace/uploads";
const ID: i32 = 17;

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(path)
}

fn example(path: &str) -> String {
    fs::read_to_string(folder(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every folder of one kind, such as `data-sources`.
fn folders(kind: &str) -> Vec<String> {
    let entries = fs::read_dir(folder(kind)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.map(|name| format!("{kind}/{name}")).collect()
}

/// A case with one file of the examples, and with a value for each of their variables.
fn case(file: &str) -> Case {
    let mut case = Case::new();
    case.set("TF_VAR_webhook_secret", "Example-Secret-1");
    case.set(
        "TF_VAR_webhook_secrets",
        r#"{ uploads = "Example-Secret-2", rooms = "Example-Secret-3" }"#,
    );
    case.set(
        "TF_VAR_receiver_uri",
        "https://example.com/webhook-endpoint",
    );
    case.write("main.tf", example(file));
    case
}

/// Lets the portal have the webhook that already exists, under the number that is written down.
fn with_existing_webhook(case: &Case) {
    for number in 1..ID {
        case.portal.create_webhook(NewWebhook {
            name: format!("Webhook {number}"),
            ..NewWebhook::default()
        });
    }
    let webhook = case.portal.create_webhook(NewWebhook {
        name: NAME.to_owned(),
        uri: URI.to_owned(),
        triggers: 256,
        ..NewWebhook::default()
    });
    assert_eq!(webhook.id, ID);
}

/// Lets the portal have the people, the group and the rooms that the examples look up.
fn with_people_and_rooms(case: &Case) {
    const JANE: &str = "5d76b349-db61-4485-a15e-1e62e5d2933c";
    case.portal.put_user(User {
        email: "jane@example.com".to_owned(),
        ..User::new(JANE, Role::User)
    });
    let group = Group::new("8b2f3a0e-6f4e-4d43-9a57-0c1d2e3f4a5b", "Design", [JANE]);
    case.portal.put_group(group);
    case.portal.create_room(NewRoom::titled("Design"));
    case.portal.create_room(NewRoom {
        room_type: Some(6),
        ..NewRoom::titled("Press")
    });
}

#[track_caller]
fn lives(case: &Case) {
    case.apply().succeeds();
    case.plan().finds_no_changes();
    case.destroy().succeeds();
}

#[test]
fn the_quickstart_is_applied() {
    let case = case("quickstart/main.tf");
    case.remove("versions.tf");
    lives(&case);
    assert!(case.portal.webhooks().is_empty());
}

#[test]
fn the_provider_block_is_valid() {
    let case = case("provider/provider.tf");
    case.remove("versions.tf");
    case.run(&["validate"]).succeeds();
}

#[test]
fn resources_are_applied() {
    needs!("1.11", "a write-only argument");
    for folder in folders("resources") {
        let case = case(&format!("{folder}/resource.tf"));
        lives(&case);
        assert!(case.portal.webhooks().is_empty(), "{folder}");
    }
}

#[test]
fn each_of_several_webhooks_has_the_secret_of_its_key() {
    needs!("1.11", "a write-only argument");
    let case = case("resources/docspace_webhook/several.tf");
    case.apply().succeeds();
    case.plan().finds_no_changes();
    let has = |name: &str, secret: &str| {
        let webhooks = case.portal.webhooks();
        let webhook = webhooks.into_iter().find(|webhook| webhook.name == name);
        webhook.is_some_and(|webhook| webhook.secret_is(secret))
    };
    assert!(has("uploads", "Example-Secret-2"));
    assert!(has("rooms", "Example-Secret-3"));
    case.write(
        "terraform.tfvars",
        r#"webhooks = { rooms = { uri = "https://hooks.example.com/docspace/rooms", triggers = ["RoomCreated"] } }"#,
    );
    case.plan().proposes(0, 1, 1);
    case.apply().succeeds();
    assert!(has("rooms", "Example-Secret-3"));
    assert_eq!(case.portal.webhooks().len(), 1);
}

#[test]
fn ephemeral_resources_are_applied() {
    needs!("1.11", "a write-only argument");
    for folder in folders("ephemeral-resources") {
        lives(&case(&format!("{folder}/ephemeral-resource.tf")));
    }
}

#[test]
fn data_sources_are_read() {
    needs!("1.5", "a check block");
    for folder in folders("data-sources") {
        let case = case(&format!("{folder}/data-source.tf"));
        with_existing_webhook(&case);
        with_people_and_rooms(&case);
        lives(&case);
    }
}

#[test]
fn functions_are_called() {
    needs!("1.8", "a provider function");
    for folder in folders("functions") {
        lives(&case(&format!("{folder}/function.tf")));
    }
}

#[test]
fn an_import_block_takes_the_webhook_over() {
    needs!("1.11", "a write-only argument");
    check_import("import-by-string-id.tf");
}

#[test]
fn an_import_block_with_an_identity_takes_the_webhook_over() {
    needs!("1.12", "an import by identity");
    check_import("import-by-identity.tf");
}

fn check_import(file: &str) {
    let case = case("resources/docspace_webhook/resource.tf");
    case.write(
        "import.tf",
        example(&format!("resources/docspace_webhook/{file}")),
    );
    with_existing_webhook(&case);
    case.apply().succeeds().says("1 imported, 2 added");
    assert_eq!(case.attributes("docspace_webhook.uploads")["id"], "17");
    case.plan().finds_no_changes();
}

#[test]
fn both_import_commands_take_the_webhook_over() {
    needs!("1.11", "a write-only argument");
    let script = example("resources/docspace_webhook/import.sh");
    let commands: Vec<&str> = script
        .lines()
        .filter_map(|line| line.strip_prefix("terraform import docspace_webhook.uploads "))
        .collect();
    assert_eq!(commands.len(), 2, "{script}");
    for id in commands {
        let case = case("resources/docspace_webhook/resource.tf");
        with_existing_webhook(&case);
        case.import("docspace_webhook.uploads", id.trim_matches('\''))
            .succeeds();
        assert_eq!(case.attributes("docspace_webhook.uploads")["id"], "17");
    }
}

#[test]
fn actions_wait_in_silence_until_they_are_invoked() {
    needs!(Terraform, "1.14", "an action");
    let case = case("actions/docspace_webhook_redeliver/action.tf");
    case.apply().succeeds_silently();
    case.plan().finds_no_changes();
    let invoke = "-invoke=action.docspace_webhook_redeliver.after_outage";
    let began = "outage_began=2026-06-30T12:00:00Z";
    case.run(&["apply", "-auto-approve", invoke])
        .fails()
        .errs("Unclear what to redeliver");
    case.run(&["apply", "-auto-approve", invoke, "-var", began])
        .succeeds_silently()
        .says("Actions: 1 invoked.");
    case.destroy().succeeds();
}

#[test]
fn every_action_has_a_test_that_invokes_it() {
    assert_eq!(folders("actions"), ["actions/docspace_webhook_redeliver"]);
}

#[test]
fn lists_are_queried() {
    needs!("1.14", "the command query");
    for folder in folders("list-resources") {
        let case = Case::new();
        case.write(
            "main.tfquery.hcl",
            example(&format!("{folder}/list-resource.tfquery.hcl")),
        );
        case.run(&["query"]).succeeds();
    }
}
