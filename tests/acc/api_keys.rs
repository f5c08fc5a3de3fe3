//! API keys, with the real CLI: their life, their rotation, and keys for one run.

use docspace_emulator::{Emulator, Fault};
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::harness::{Case, cli_is_terraform, needs, wait_until};

const ADDRESS: &str = "docspace_api_key.ci";
const PATH: &str = "/api/2.0/keys";

/// A key with these arguments beside its name and its permissions.
fn configured(arguments: &str) -> String {
    format!(
        "resource \"docspace_api_key\" \"ci\" {{\n  name        = \"CI\"\n  permissions = [\"rooms:read\"]\n{arguments}}}\n"
    )
}

/// The names of the keys beside the one of the start.
fn names(portal: &Emulator) -> Vec<String> {
    let keys = portal.api_keys().into_iter().skip(1);
    keys.map(|key| key.credential.name).collect()
}

#[test]
fn a_key_lives_from_its_creation_to_its_end() {
    let case = Case::new();
    let output = "output \"key\" {\n  value     = docspace_api_key.ci.key\n  sensitive = true\n}\n";
    case.write("output.tf", output);
    case.write("main.tf", configured("  expires_in_days = 30\n"));
    case.plan().proposes(1, 0, 0).has_no_warning();
    let made = case.apply().succeeds_silently();
    let key = case.portal.api_keys().pop().unwrap();
    let value = key.credential.value.expose_secret().to_owned();
    made.hides(&value);
    let state = case.attributes(ADDRESS);
    assert_eq!(state["id"], key.id.as_str());
    assert_eq!(state["key"], value.as_str());
    case.plan().finds_no_changes();

    case.write(
        "main.tf",
        configured("  expires_in_days = 30\n  is_active       = false\n"),
    );
    case.apply().succeeds_silently().hides(&value);
    assert!(!case.portal.api_keys()[1].credential.active);

    // What somebody else changes is shown and changed back.
    case.portal
        .change_api_key(&key.id, |key| key.name = "Other".to_owned());
    case.plan().proposes(0, 1, 0).says("\"Other\" -> \"CI\"");
    case.apply().succeeds_silently();

    case.run(&["state", "rm", ADDRESS]).succeeds();
    case.remove("output.tf");
    case.import(ADDRESS, &key.id).succeeds_silently();
    assert_eq!(case.attributes(ADDRESS)["key"], json!(null));
    assert_eq!(case.attributes(ADDRESS)["expires_in_days"], 30);
    case.plan().finds_no_changes();
    case.destroy().succeeds_silently().says("1 destroyed");
    assert!(names(&case.portal).is_empty());
}

#[test]
fn an_import_block_takes_a_key_over() {
    needs!("1.5", "an import block");
    let case = Case::new();
    case.write("main.tf", configured(""));
    case.apply().succeeds_silently();
    let id = case.attributes(ADDRESS)["id"].as_str().unwrap().to_owned();
    case.run(&["state", "rm", ADDRESS]).succeeds();
    let block = format!("import {{\n  to = {ADDRESS}\n  id = {id:?}\n}}\n");
    case.write("import.tf", block);
    case.apply().succeeds_silently().says("1 imported");
    case.plan().finds_no_changes();
}

/// The new key is there before the old one goes.
#[test]
fn a_key_is_rotated_without_a_gap() {
    let case = Case::new();
    let rotated = |quarter: u32| {
        configured(&format!(
            "  rotation = {{ quarter = \"{quarter}\" }}\n  lifecycle {{\n    create_before_destroy = true\n  }}\n"
        ))
    };
    case.write("main.tf", rotated(1));
    case.apply().succeeds_silently();
    let old = case.portal.api_keys().pop().unwrap();
    case.portal.reset_log();
    case.write("main.tf", rotated(2));
    case.plan().proposes(1, 0, 1).says("forces replacement");
    case.apply().succeeds_silently();
    let log = case.portal.request_log().into_iter();
    let writes: Vec<String> = log
        .filter(|entry| entry.method != "GET")
        .map(|entry| entry.method)
        .collect();
    assert_eq!(writes, ["POST", "DELETE"]);
    assert_ne!(case.portal.api_keys().pop().unwrap().id, old.id);
    case.plan().finds_no_changes();
}

#[test]
fn the_providers_own_key_is_not_destroyed() {
    let case = Case::new();
    let own = case.portal.api_keys()[0].clone();
    let config = format!(
        "resource \"docspace_api_key\" \"ci\" {{\n  name        = {:?}\n  permissions = [\"*\"]\n}}\n",
        own.credential.name
    );
    case.write("main.tf", config);
    case.import(ADDRESS, &own.id).succeeds_silently();
    case.plan().finds_no_changes();
    case.destroy()
        .fails()
        .errs("Key \"Emulator key\" is the one the provider runs with");
    case.remove("main.tf");
    case.run(&["plan"])
        .fails()
        .errs("Key \"Emulator key\" is the one the provider runs with");
    assert_eq!(case.portal.api_keys().len(), 1);
}

/// A configuration that uses a key for one run.
const EPHEMERAL: &str = r#"
ephemeral "docspace_api_key" "job" {
  permissions = ["rooms:read"]
}

provider "docspace" {
  alias   = "job"
  api_key = ephemeral.docspace_api_key.job.key
}

data "docspace_current_key" "job" {
  provider = docspace.job
}

output "permissions" {
  value = data.docspace_current_key.job.permissions
}
"#;

fn made(portal: &Emulator) -> u64 {
    portal.request_summary().count(&format!("POST {PATH}"))
}

#[test]
fn an_ephemeral_key_is_gone_after_plan_and_apply() {
    needs!("1.10", "an ephemeral resource");
    let case = Case::new();
    case.write("main.tf", EPHEMERAL);
    case.run(&["plan"]).succeeds().has_no_warning();
    assert_eq!(made(&case.portal), 1);
    assert!(names(&case.portal).is_empty());
    case.portal.reset_log();
    let apply = case.apply().succeeds_silently();
    // One for the plan, and one for the apply, which OpenTofu does without if nothing in it needs the key.
    let opens_again = cli_is_terraform("a key in every apply");
    assert_eq!(made(&case.portal), if opens_again { 2 } else { 1 });
    assert!(names(&case.portal).is_empty());
    let text = apply.stdout().to_owned();
    assert!(
        text.contains("rooms:read") && !text.contains("sk-"),
        "{text}"
    );
    let state = String::from_utf8(case.read("terraform.tfstate")).unwrap();
    assert!(!state.contains("sk-"), "{state}");
    case.destroy().succeeds();
    assert!(names(&case.portal).is_empty());
}

/// A webhook that is made while the key is open.
const WEBHOOK: &str = r#"
resource "docspace_webhook" "ci" {
  name     = "ci"
  uri      = "https://example.com/ci"
  triggers = ["FileUploaded"]
}
"#;

/// A case in which the key is open until the webhook is made.
fn holding() -> Case {
    let case = Case::new();
    let begins = "data \"docspace_current_key\" \"job\" {";
    let waits = format!("{begins}\n  depends_on = [docspace_webhook.ci]");
    case.write("main.tf", EPHEMERAL.replace(begins, &waits));
    case.write("webhook.tf", WEBHOOK);
    case
}

#[test]
fn an_ephemeral_key_is_gone_after_a_failed_apply() {
    needs!("1.10", "an ephemeral resource");
    let case = holding();
    let path = "/api/2.0/settings/webhook";
    let refused = Fault::on("POST", path).respond(403, &[], "");
    case.portal.add_fault(refused).unwrap();
    case.apply().fails();
    assert!(made(&case.portal) > 0);
    assert!(names(&case.portal).is_empty());
}

#[cfg(unix)]
#[test]
fn an_ephemeral_key_is_gone_after_an_interrupt_and_after_a_kill() {
    needs!("1.10", "an ephemeral resource");
    for signal in ["INT", "KILL"] {
        let case = holding();
        let path = "/api/2.0/settings/webhook";
        let slow = Fault::on("POST", path).after_storing().delay_ms(3_000);
        case.portal.add_fault(slow).unwrap();
        let apply = case.start(&["apply", "-auto-approve"]);
        wait_until("the webhook's create to reach the portal", || {
            case.portal.request_summary().count(&format!("POST {path}")) == 1
        });
        if signal == "KILL" {
            apply.kill();
            case.has_no_plugin();
        } else {
            apply.signal(signal);
            apply.finish();
        }
        assert!(made(&case.portal) > 0, "{signal}");
        assert!(names(&case.portal).is_empty(), "{signal}");
    }
}
