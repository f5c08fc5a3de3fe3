//! What somebody else did to a webhook: shown in the plan, and repaired by the next apply.

use docspace_emulator::WebhookPatch;
use serde_json::json;
use time::macros::datetime;

use crate::harness::{Case, Webhook};

const ADDRESS: &str = "docspace_webhook.ci";

/// A case with one applied webhook, `ci`, number 1.
fn applied(webhook: Webhook) -> Case {
    let case = Case::new();
    case.write("main.tf", webhook);
    case.apply().succeeds_silently();
    case
}

/// Changes the webhook by hand, and demands that the plan shows exactly this drift and takes it back.
#[track_caller]
fn drifts(patch: WebhookPatch, attribute: &str, seen: &serde_json::Value) {
    let webhook = Webhook::new("ci").with("target_id", r#""1234""#);
    let case = applied(webhook);
    let before = case.attributes(ADDRESS);
    case.portal.patch_webhook(1, patch).unwrap();
    let plan = case.saved_plan(&[]);
    assert_eq!(&plan.drift(ADDRESS).unwrap()["after"][attribute], seen);
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    assert_eq!(plan.changed(ADDRESS), [attribute]);
    case.apply_saved().succeeds_silently();
    case.plan().finds_no_changes();
    assert_eq!(case.attributes(ADDRESS), before);
}

#[test]
fn enabled_flipped_by_hand_is_shown_and_repaired() {
    let patch = WebhookPatch {
        enabled: Some(false),
        ..WebhookPatch::default()
    };
    drifts(patch, "enabled", &json!(false));
}

#[test]
fn name_changed_by_hand_is_shown_and_repaired() {
    let patch = WebhookPatch {
        name: Some("Somebody was here".to_owned()),
        ..WebhookPatch::default()
    };
    drifts(patch, "name", &json!("Somebody was here"));
}

#[test]
fn uri_changed_by_hand_is_shown_and_repaired() {
    let patch = WebhookPatch {
        uri: Some("https://example.net/other".to_owned()),
        ..WebhookPatch::default()
    };
    drifts(patch, "uri", &json!("https://example.net/other"));
}

#[test]
fn ssl_changed_by_hand_is_shown_and_repaired() {
    let patch = WebhookPatch {
        ssl: Some(false),
        ..WebhookPatch::default()
    };
    drifts(patch, "ssl", &json!(false));
}

#[test]
fn target_id_removed_by_hand_is_shown_and_repaired() {
    let patch = WebhookPatch {
        target_id: Some(None),
        ..WebhookPatch::default()
    };
    drifts(patch, "target_id", &json!(null));
}

#[test]
fn triggers_changed_by_hand_are_shown_with_names_and_unknown_bits_as_numbers() {
    let patch = WebhookPatch {
        triggers: Some(512 + (1 << 40)),
        ..WebhookPatch::default()
    };
    drifts(patch, "triggers", &json!(["1099511627776", "FileUpdated"]));
}

#[test]
fn triggers_set_to_everything_by_hand_are_shown_as_all() {
    let patch = WebhookPatch {
        triggers: Some(0),
        ..WebhookPatch::default()
    };
    drifts(patch, "triggers", &json!(["All"]));
}

#[test]
fn a_webhook_deleted_by_hand_is_named_and_created_again() {
    let case = applied(Webhook::new("ci"));
    case.portal.delete_webhook(1).unwrap();
    case.plan()
        .proposes(1, 0, 0)
        .warns("A webhook is missing: does base_url name the right portal?")
        .says("Apply to re-create it");
    case.apply().succeeds();
    assert_eq!(case.attributes(ADDRESS)["id"], "2");
    case.plan().finds_no_changes();
}

#[test]
fn many_webhooks_deleted_by_hand_cost_one_more_list() {
    let case = Case::new();
    let several: String = (0..20)
        .map(|number| Webhook::new(&format!("w{number}")).to_string())
        .collect();
    case.write("main.tf", several);
    case.apply().succeeds_silently();
    for webhook in case.portal.webhooks() {
        case.portal.delete_webhook(webhook.id).unwrap();
    }
    case.take_requests();
    case.run(&["plan", "-refresh-only"]).succeeds();
    case.has_requested(&[("GET webhook", 2), ("GET people/@self", 1)]);
}

#[test]
fn a_webhook_switched_off_by_the_portal_is_explained() {
    let case = applied(Webhook::new("ci"));
    let patch = WebhookPatch {
        enabled: Some(false),
        last_failure_on: Some(Some(datetime!(2026-03-04 05:06:07 UTC))),
        last_failure_content: Some(Some("Response status code 503".to_owned())),
        ..WebhookPatch::default()
    };
    case.portal.patch_webhook(1, patch).unwrap();
    case.plan()
        .proposes(0, 1, 0)
        .warns("Webhook \"ci\" (1) was switched off")
        .says("2026-03-04 05:06:07 by the portal's clock: Response status code 503.");
    case.apply().succeeds();
    assert!(case.portal.webhook(1).unwrap().enabled);
    case.plan().finds_no_changes();
}

#[test]
fn drift_can_be_accepted_into_the_state() {
    let case = applied(Webhook::new("ci"));
    let patch = WebhookPatch {
        enabled: Some(false),
        ..WebhookPatch::default()
    };
    case.portal.patch_webhook(1, patch).unwrap();
    case.run(&["apply", "-refresh-only", "-auto-approve"])
        .succeeds_silently();
    assert_eq!(case.attributes(ADDRESS)["enabled"], false);
    case.write("main.tf", Webhook::new("ci").with("enabled", "false"));
    case.plan().finds_no_changes();
}

#[test]
fn what_changes_with_every_delivery_is_no_drift() {
    let case = applied(Webhook::new("ci"));
    let patch = WebhookPatch {
        modified_on: Some(Some(datetime!(2026-03-04 05:06:07 UTC))),
        last_success_on: Some(Some(datetime!(2026-03-04 05:06:07 UTC))),
        last_failure_on: Some(Some(datetime!(2026-03-03 05:06:07 UTC))),
        status: Some(200),
        ..WebhookPatch::default()
    };
    case.portal.patch_webhook(1, patch).unwrap();
    case.plan()
        .finds_no_changes()
        .does_not_say("changed outside");
}

#[test]
fn ignored_drift_is_left_alone() {
    let lifecycle = "ignore_changes = [enabled]";
    let case = applied(Webhook::new("ci").block("lifecycle", lifecycle));
    let patch = WebhookPatch {
        enabled: Some(false),
        ..WebhookPatch::default()
    };
    case.portal.patch_webhook(1, patch).unwrap();
    case.plan().finds_no_changes();
    case.write(
        "main.tf",
        Webhook::new("ci")
            .with("name", r#""new""#)
            .block("lifecycle", lifecycle),
    );
    case.apply().succeeds_silently();
    let stored = case.portal.webhook(1).unwrap();
    assert_eq!(stored.name, "new");
    assert!(!stored.enabled);
}
