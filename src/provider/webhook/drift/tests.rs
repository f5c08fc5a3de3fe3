use super::*;
use crate::api::{Timestamp, UserId};

fn model(name: &str, enabled: bool) -> WebhookModel {
    WebhookModel {
        name: name.to_owned(),
        uri: "https://example.com/ci".to_owned(),
        triggers: vec!["FileUploaded".to_owned()],
        enabled,
        ssl: true,
        target_id: None,
    }
}

fn mask(bits: u64) -> TriggerMask {
    TriggerMask::from_bits(bits)
}

/// The webhook that the portal has now.
fn now(model: &WebhookModel, triggers: TriggerMask) -> Webhook {
    Webhook {
        id: WebhookId::MIN,
        name: model.name.clone(),
        uri: model.uri.clone(),
        enabled: model.enabled,
        ssl: model.ssl,
        triggers: Some(triggers),
        target_id: model.target_id.clone(),
        created_by: None::<UserId>,
        created_on: None::<Timestamp>,
        is_first_changed_by_portal: false,
        modified_on: None,
        last_failure_on: None,
        last_failure_content: None,
        last_success_on: None,
    }
}

fn over(now: &Webhook, prior: &WebhookModel, planned: &WebhookModel) -> Outgoing {
    let prior = Side {
        model: prior,
        triggers: Some(mask(256)),
    };
    Outgoing::over(now, prior, planned, mask(256))
}

#[test]
fn what_the_plan_does_not_change_is_sent_as_the_portal_has_it() {
    let (prior, planned) = (model("ci", true), model("renamed", true));
    let off = now(&model("ci", false), mask(384));
    let outgoing = over(&off, &prior, &planned);
    assert_eq!(outgoing.model, model("renamed", false));
    assert_eq!(outgoing.triggers, mask(384));
    let warning = outgoing.warning("renamed", WebhookId::MIN).unwrap();
    assert!(warning.detail.contains("enabled, triggers"), "{warning:?}");
    assert!(!warning.detail.contains("overwritten"), "{warning:?}");
}

#[test]
fn what_the_plan_changes_is_sent_as_planned() {
    let (prior, planned) = (model("ci", true), model("renamed", true));
    let elsewhere = now(&model("by hand", true), mask(256));
    let outgoing = over(&elsewhere, &prior, &planned);
    assert_eq!(outgoing.model, planned);
    let warning = outgoing.warning("renamed", WebhookId::MIN).unwrap();
    assert!(warning.detail.contains("changes name"), "{warning:?}");
}

#[test]
fn a_webhook_as_it_was_planned_from_or_as_it_is_planned_to_be_is_nothing_to_tell() {
    let (prior, planned) = (model("ci", true), model("renamed", true));
    for found in [&prior, &planned] {
        let outgoing = over(&now(found, mask(256)), &prior, &planned);
        assert_eq!(outgoing.model, planned);
        assert_eq!(outgoing.warning("renamed", WebhookId::MIN), None);
    }
}
