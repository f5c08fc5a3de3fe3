//! What newer CLIs than 1.11 can do. The plugin host plays them where there is none; here the real
//! ones speak, on a machine that has one.

use std::time::Duration;

use docspace_emulator::{Config, Event, NewWebhook};
use serde_json::{Value, json};

use crate::harness::{Case, Webhook, needs, wait_for};
use crate::receiver::Receiver;

/// The state file, parsed.
fn state(case: &Case) -> Value {
    serde_json::from_slice(&case.read("terraform.tfstate")).unwrap()
}

fn identity(case: &Case) -> Value {
    state(case)["resources"][0]["instances"][0]["identity"].clone()
}

#[test]
fn a_webhook_has_its_number_for_an_identity() {
    needs!("1.12", "an identity");
    let case = Case::new();
    case.write("main.tf", Webhook::new("ci"));
    case.apply().succeeds_silently();
    assert_eq!(identity(&case), json!({"id": "1"}));
    case.write(
        "main.tf",
        Webhook::new("ci").with("name", r#""renamed in place""#),
    );
    case.apply().succeeds_silently().says("1 changed");
    assert_eq!(identity(&case), json!({"id": "1"}));
}

#[test]
fn a_state_from_before_identities_gets_one_without_a_change() {
    needs!("1.12", "an identity");
    let case = Case::new();
    case.write("main.tf", Webhook::new("ci"));
    case.apply().succeeds_silently();
    let mut old = state(&case);
    let instance = old["resources"][0]["instances"][0].as_object_mut().unwrap();
    instance.remove("identity").unwrap();
    instance.remove("identity_schema_version").unwrap();
    case.write("terraform.tfstate", old);
    case.plan().finds_no_changes();
    case.run(&["apply", "-refresh-only", "-auto-approve"])
        .succeeds_silently();
    assert_eq!(identity(&case), json!({"id": "1"}));
}

#[test]
fn what_a_query_finds_is_adopted_with_the_configuration_that_it_writes() {
    needs!(Terraform, "1.14", "the command query");
    let case = Case::new();
    for (name, enabled) in [("CI events", false), ("CI on", true), ("Audit", false)] {
        case.portal.create_webhook(NewWebhook {
            name: name.to_owned(),
            triggers: 384,
            enabled,
            ..NewWebhook::default()
        });
    }
    let list = r#"
list "docspace_webhook" "off" {
  provider = docspace

  config {
    enabled     = false
    name_prefix = "CI"
  }
}
"#;
    case.write("find.tfquery.hcl", list);
    case.run(&["query", "-generate-config-out=found.tf"])
        .succeeds_silently()
        .says("list.docspace_webhook.off id=1 CI events")
        .does_not_say("CI on")
        .does_not_say("Audit");
    case.has_requested(&[("GET webhook", 1)]);
    case.plan()
        .proposes(0, 0, 0)
        .says("1 to import")
        .has_no_warning();
    case.apply().succeeds_silently().says("1 imported");
    case.plan().finds_no_changes();
    assert_eq!(case.attributes("docspace_webhook.off_0")["enabled"], false);
}

#[test]
fn a_query_finds_a_hundred_unless_its_block_says_more() {
    needs!(Terraform, "1.14", "the command query");
    let case = Case::new();
    for number in 0..101 {
        case.portal.create_webhook(NewWebhook {
            name: format!("CI {number}"),
            ..NewWebhook::default()
        });
    }
    for (limit, found) in [("", 100), ("limit = 1000", 101)] {
        let list =
            format!("list \"docspace_webhook\" \"all\" {{\n  provider = docspace\n  {limit}\n}}\n");
        case.write("find.tfquery.hcl", list);
        let query = case.run(&["query"]).succeeds();
        let lines = query.stdout().lines();
        let told = lines.filter(|line| line.starts_with("list.docspace_webhook.all"));
        assert_eq!(told.count(), found, "{}", query.text());
    }
}

#[test]
fn a_filter_that_cannot_be_ends_a_query_before_a_request() {
    needs!(Terraform, "1.14", "the command query");
    let case = Case::new();
    let list = r#"
list "docspace_webhook" "all" {
  provider = docspace

  config {
    trigger = "FileUplaoded"
  }
}
"#;
    case.write("find.tfquery.hcl", list);
    case.run(&["query"])
        .fails()
        .errs("Unknown trigger")
        .says(r#"Did you mean "FileUploaded"?"#);
    case.has_requested(&[]);
}

/// An action that delivers again what one webhook has missed.
const ACTION: &str = r#"
action "docspace_webhook_redeliver" "missed" {
  config {
    webhook_id   = docspace_webhook.ci.id
    failed_since = "2020-01-01T00:00:00Z"
  }
}
"#;

fn webhook(receiver: &Receiver) -> Webhook {
    Webhook::new("ci")
        .with("uri", &format!("{:?}", receiver.url()))
        .with("ssl", "false")
}

/// A case whose portal delivers to this receiver, and a webhook that has missed an event.
fn with_a_missed_delivery(receiver: &Receiver) -> Case {
    let mut config = Config::offline();
    config.settings.blacklist.clear();
    config.settings.delivery_speed = 1000.0;
    let case = Case::with(config);
    case.write("main.tf", format!("{}{ACTION}", webhook(receiver)));
    case.apply().succeeds_silently();
    case.portal.raise_event(&Event::new(256, "98765")).unwrap();
    settle(&case);
    case
}

fn settle(case: &Case) {
    let limit = Duration::from_secs(60);
    let settled = wait_for("the deliveries", case.portal.deliveries_settled(limit));
    assert!(settled);
}

/// What the receiver has answered to each delivery.
fn outcomes(case: &Case) -> Vec<u16> {
    let deliveries = case.portal.deliveries();
    deliveries.iter().map(|delivery| delivery.status).collect()
}

#[test]
fn an_action_delivers_again_and_tells_what_became_of_it() {
    needs!(Terraform, "1.14", "an action");
    let receiver = wait_for("a receiver", Receiver::start(&[503]));
    let case = with_a_missed_delivery(&receiver);
    let invoke = "-invoke=action.docspace_webhook_redeliver.missed";

    receiver.answer_with(204);
    case.run(&["apply", "-auto-approve", invoke])
        .succeeds_silently()
        .says("Actions: 1 invoked.");
    settle(&case);
    assert_eq!(outcomes(&case), [503, 204]);

    // Nothing is missed any more.
    let before = receiver.received();
    case.run(&["apply", "-auto-approve", invoke])
        .succeeds_silently();
    assert_eq!(receiver.received(), before);
}

#[test]
fn an_action_that_a_change_triggers_runs_after_it() {
    needs!(Terraform, "1.14", "an action");
    let receiver = wait_for("a receiver", Receiver::start(&[503]));
    let case = with_a_missed_delivery(&receiver);
    receiver.answer_with(204);
    let trigger = "action_trigger {
      events  = [after_update]
      actions = [action.docspace_webhook_redeliver.missed]
    }";
    let mended = webhook(&receiver)
        .with("name", r#""mended""#)
        .block("lifecycle", trigger);
    case.write("main.tf", format!("{mended}{ACTION}"));
    // From 1.16 on, the CLI warns of naming the resource that triggers an action.
    case.apply()
        .succeeds()
        .says("1 changed")
        .says("Actions: 1 invoked.");
    settle(&case);
    assert_eq!(outcomes(&case), [503, 204]);
}
