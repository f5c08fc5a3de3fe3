//! Data sources, check blocks and functions, as a practitioner meets them.

use docspace_emulator::NewWebhook;

use crate::harness::{Case, Webhook, needs};

/// A case whose portal has a webhook that Terraform does not manage.
fn existing() -> Case {
    let case = Case::new();
    case.portal.create_webhook(NewWebhook {
        name: "Existing".to_owned(),
        triggers: 256,
        ..NewWebhook::default()
    });
    case
}

#[test]
fn what_a_data_source_needs_to_know_first_is_read_in_the_apply() {
    let case = existing();
    let data = r#"
data "docspace_webhook" "new" {
  id = docspace_webhook.ci.id
}
data "docspace_webhook_deliveries" "new" {
  webhook_id = docspace_webhook.ci.id
}
output "name" {
  value = data.docspace_webhook.new.name
}
output "deliveries" {
  value = length(data.docspace_webhook_deliveries.new.deliveries)
}
"#;
    case.write("main.tf", format!("{}{data}", Webhook::new("ci")));
    case.plan()
        .proposes(1, 0, 0)
        .says("data.docspace_webhook.new will be read during apply")
        .says("data.docspace_webhook_deliveries.new will be read during apply");
    case.apply()
        .succeeds_silently()
        .says("name = \"ci\"")
        .says("deliveries = 0");
    case.plan().finds_no_changes();
}

/// A script of the apply switches the webhook off, and a data source that depends on it sees that.
#[cfg(unix)]
#[test]
fn a_data_source_sees_what_a_script_of_the_same_apply_has_changed() {
    let case = Case::new();
    let address = case.portal.base_url().replace("http://", "");
    let (host, port) = address.split_once(':').unwrap();
    let configuration = format!(
        r#"
resource "terraform_data" "script" {{
  provisioner "local-exec" {{
    interpreter = ["bash", "-c"]
    command     = <<-EOT
      body='{{"id": ${{docspace_webhook.ci.id}}, "name": "ci", "uri": "${{docspace_webhook.ci.uri}}", "enabled": false}}'
      exec 3<>/dev/tcp/{host}/{port}
      printf 'PUT /api/2.0/settings/webhook/enable HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' "$DOCSPACE_API_KEY" "$${{#body}}" "$body" >&3
      grep -q '200 OK' <&3
    EOT
  }}
}}
data "docspace_webhook" "after" {{
  id         = docspace_webhook.ci.id
  depends_on = [terraform_data.script]
}}
data "docspace_webhooks" "after" {{
  enabled    = false
  depends_on = [terraform_data.script]
}}
output "enabled" {{
  value = data.docspace_webhook.after.enabled
}}
output "off" {{
  value = length(data.docspace_webhooks.after.webhooks)
}}
"#
    );
    case.write("main.tf", format!("{}{configuration}", Webhook::new("ci")));
    case.apply()
        .succeeds()
        .says("enabled = false")
        .says("off = 1");
}

#[test]
fn a_check_that_finds_nothing_warns_and_stops_nothing() {
    needs!("1.5", "a check block");
    let case = existing();
    let check = r#"
check "is_there" {
  data "docspace_webhook" "gone" {
    name = "Gone"
  }
  assert {
    condition     = data.docspace_webhook.gone.enabled
    error_message = "It is off."
  }
}
"#;
    case.write("main.tf", format!("{}{check}", Webhook::new("ci")));
    case.apply()
        .succeeds()
        .warns("No such webhook")
        .says("The portal shows no webhook with the name \"Gone\".");
    assert_eq!(case.portal.webhooks().len(), 2);
}

#[test]
fn a_read_that_fails_stops_the_plan_at_its_data_source() {
    let case = existing();
    case.write(
        "main.tf",
        "data \"docspace_webhook\" \"gone\" {\n  name = \"Gone\"\n}\n",
    );
    case.plan()
        .fails()
        .errs("No such webhook")
        .points_at("name");
}

#[test]
fn arguments_that_make_no_sense_are_found_without_a_portal() {
    let case = existing();
    for (source, arguments, summary, at) in [
        (
            "docspace_webhook",
            "id = \"017\"",
            "Invalid webhook id",
            "id",
        ),
        (
            "docspace_webhook",
            "id = \"1\"\n  name = \"Existing\"",
            "Webhook specified twice",
            "name",
        ),
        (
            "docspace_webhooks",
            "trigger = \"FileUploadd\"",
            "Unknown trigger",
            "trigger",
        ),
        (
            "docspace_webhook_deliveries",
            "from = \"yesterday\"",
            "Invalid date",
            "from",
        ),
        (
            "docspace_webhook_deliveries",
            "limit = 0",
            "Invalid limit",
            "limit",
        ),
    ] {
        let data = format!("data {source:?} \"it\" {{\n  {arguments}\n}}\n");
        case.write("main.tf", data);
        case.run(&["validate"]).fails().errs(summary).points_at(at);
    }
    case.has_requested(&[]);
}

#[test]
fn functions_count_exactly_and_name_the_argument_that_is_wrong() {
    needs!("1.8", "a provider function");
    let case = existing();
    let outputs = r#"
output "decoded" {
  value = join(" ", provider::docspace::triggers_decode(9007199254740993))
}
output "encoded" {
  value = provider::docspace::triggers_encode(["9223372036854775808", "UserCreated"])
}
output "signed" {
  value = provider::docspace::webhook_signature("S3cret-Key", terraform_data.body.id)
}
resource "terraform_data" "body" {}
"#;
    case.write("main.tf", outputs);
    case.plan().says("signed = (known after apply)");
    case.apply()
        .succeeds_silently()
        .says("decoded = \"9007199254740992 UserCreated\"")
        .says("encoded = 9223372036854775809")
        .says("signed = \"sha256=");
    case.plan().finds_no_changes();
    case.write(
        "main.tf",
        "output \"n\" {\n  value = provider::docspace::triggers_decode(1.5)\n}\n",
    );
    case.run(&["validate"])
        .fails()
        .errs("Invalid function argument")
        .says("Invalid value for \"mask\" parameter");
}
