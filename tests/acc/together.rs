//! One configuration of everything: a key for a monitoring job, a webhook on a room found by its title, and a domain that
//! may embed the portal.

use docspace_emulator::NewRoom;
use secrecy::ExposeSecret as _;
use serde_json::Value;

use crate::harness::{Case, needs};

const KEY: &str = "docspace_api_key.monitoring";
const WEBHOOK: &str = "docspace_webhook.room";
const EMBEDDING: &str = "docspace_embedding.portal";
const SECRET: &str = "Together-Secret-1";

fn configured(domain: &str, triggers: &str, permission: &str) -> String {
    format!(
        r#"
variable "webhook_secret" {{
  type      = string
  ephemeral = true
}}

data "docspace_room" "design" {{
  title = "Design"
}}

resource "docspace_api_key" "monitoring" {{
  name            = "Monitoring"
  permissions     = [{permission:?}]
  expires_in_days = 90
}}

resource "docspace_webhook" "room" {{
  name                  = "Design room"
  uri                   = "https://hooks.example.com/docspace/rooms"
  triggers              = [{triggers}]
  target_id             = data.docspace_room.design.id
  secret_key_wo         = var.webhook_secret
  secret_key_wo_version = 1
}}

resource "docspace_embedding" "portal" {{
  domains = [{domain:?}]
}}
"#
    )
}

/// The state as it lies on the disk, plans as they are saved, and everything that is logged.
fn has_no_secret(place: &str, bytes: &[u8], secrets: &[&str]) {
    let text = String::from_utf8_lossy(bytes);
    for secret in secrets {
        assert!(!text.contains(secret), "{place} has a secret");
    }
}

#[test]
fn a_key_a_webhook_and_a_domain_live_together() {
    needs!("1.11", "a write-only argument");
    let mut case = Case::new();
    case.set("TF_VAR_webhook_secret", SECRET);
    let log = case.home().join("terraform.log");
    case.set("TF_LOG", "TRACE");
    case.set("TF_LOG_PATH", &log.to_string_lossy());
    for title in ["Audit", "Design"] {
        case.portal.create_room(NewRoom::titled(title));
    }
    let start = configured("intranet.example.com", r#""RoomUpdated""#, "rooms:read");
    case.write("main.tf", &start);

    // Apply, and nothing left to do.
    let plan = case.saved_plan(&[]);
    assert_eq!(plan.actions(KEY), ["create"]);
    has_no_secret("the plan", &case.read("saved.tfplan"), &[SECRET]);
    case.apply_saved().succeeds().hides(SECRET);
    let issued = case.portal.api_keys().pop().unwrap();
    let key = issued.credential.value.expose_secret().to_owned();
    assert_eq!(case.portal.webhooks()[0].target_id.as_deref(), Some("2"));
    assert_eq!(case.portal.embedding_domains(), ["intranet.example.com"]);
    case.plan().finds_no_changes().hides(&key);

    // Change.
    let changed = configured(
        "apps.example.com",
        r#""RoomUpdated", "RoomArchived""#,
        "rooms:write",
    );
    case.write("main.tf", &changed);
    case.plan().proposes(0, 3, 0).has_no_warning().hides(&key);
    case.apply().succeeds().hides(&key).hides(SECRET);
    case.plan().finds_no_changes();
    assert_eq!(case.portal.embedding_domains(), ["apps.example.com"]);

    // Drift: all of it is shown, and put back.
    case.portal
        .change_api_key(&issued.id, |key| key.name = "Renamed".to_owned());
    let id = case.portal.webhooks()[0].id;
    case.portal.delete_webhook(id);
    case.portal
        .set_embedding_domains(["plugin.example.com", "apps.example.com"]);
    case.plan().proposes(1, 2, 0).hides(&key);
    case.apply().succeeds().hides(&key);
    case.plan().finds_no_changes();

    // Import into an empty state, which then knows no secret at all.
    let ids: Vec<(&str, String)> = [KEY, WEBHOOK, EMBEDDING]
        .map(|address| {
            let id = case.attributes(address)["id"].as_str().unwrap().to_owned();
            (address, id)
        })
        .into();
    case.remove("terraform.tfstate");
    case.remove("terraform.tfstate.backup");
    for (address, id) in &ids {
        case.import(address, id).succeeds().hides(&key);
    }
    assert_eq!(case.attributes(KEY)["key"], Value::Null);
    case.apply().succeeds().hides(&key).hides(SECRET);
    case.plan().finds_no_changes();
    has_no_secret(
        "the state",
        &case.read("terraform.tfstate"),
        &[&key, SECRET],
    );

    // Destroy.
    case.destroy().succeeds().says("3 destroyed").hides(&key);
    assert_eq!(case.portal.api_keys().len(), 1);
    assert!(case.portal.webhooks().is_empty());
    assert!(case.portal.embedding_domains().is_empty());
    // The CLI itself logs a state when it writes it, so what the provider says is looked at alone.
    let log = std::fs::read_to_string(log).unwrap();
    let ours: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("provider.terraform-provider-docspace"))
        .collect();
    assert!(!ours.is_empty());
    has_no_secret(
        "the log",
        ours.join("\n").as_bytes(),
        &[&key, SECRET, case.portal.api_key()],
    );
}
