//! The check of *Drift and health*, as it stands there, while deliveries succeed and fail.

use std::fs;
use std::path::Path;
use std::time::Duration;

use docspace_emulator::{Config, Event, NewWebhook, WebhookPatch};
use time::OffsetDateTime;

use crate::harness::{Case, needs, wait_for};
use crate::receiver::Receiver;

/// How the plan names a check that fails.
const FAILED: &str = "Check block assertion failed";
const REFUSED: &str =
    "Deliveries fail: Response status code does not indicate success: 503 (Service Unavailable).";
const DISABLED: &str = "The webhook is disabled, by hand or by the portal.";

/// A webhook of a portal on this offset from UTC, and the check of an example, applied.
fn checked(example: &str, minutes: i32, receiver: &Receiver) -> Case {
    let mut config = Config::offline();
    config.settings.blacklist.clear();
    config.settings.delivery_speed = 1000.0;
    config.settings.portal_utc_offset_minutes = minutes;
    let case = Case::with(config);
    case.portal.create_webhook(NewWebhook {
        name: "My file upload webhook".to_owned(),
        uri: receiver.url(),
        ssl: false,
        triggers: 256,
        ..NewWebhook::default()
    });
    let example = format!("examples/data-sources/{example}/data-source.tf");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join(example);
    case.write("main.tf", fs::read_to_string(example).unwrap());
    case.apply().succeeds_silently();
    case
}

/// Raises an event and waits until the portal is done with it.
fn deliver(case: &Case) {
    case.portal.raise_event(&Event::new(256, "98765")).unwrap();
    let limit = Duration::from_secs(60);
    assert!(wait_for(
        "the delivery",
        case.portal.deliveries_settled(limit)
    ));
}

/// The plan warns of this and is empty all the same.
#[track_caller]
fn warns(case: &Case, text: &str) {
    case.plan().says("No changes.").warns(FAILED).says(text);
}

/// Failure, recovery and the switch-off, each seen by the next plan, whose exit code is 0.
#[track_caller]
fn is_right_at(minutes: i32) {
    let receiver = wait_for("a receiver", Receiver::start(&[503]));
    let case = checked("docspace_webhook", minutes, &receiver);
    case.plan().finds_no_changes();

    deliver(&case);
    warns(&case, REFUSED);
    case.apply().succeeds().warns(FAILED).says(REFUSED);

    receiver.answer_with(204);
    deliver(&case);
    case.plan().finds_no_changes();

    let long_ago = OffsetDateTime::now_utc() - time::Duration::days(4);
    let patch = WebhookPatch {
        last_success_on: Some(Some(long_ago)),
        ..WebhookPatch::default()
    };
    case.portal.patch_webhook(1, patch).unwrap();
    receiver.answer_with(503);
    deliver(&case);
    assert!(!case.portal.webhook(1).unwrap().enabled);
    warns(&case, REFUSED);
    warns(&case, DISABLED);
}

#[test]
fn the_check_is_right_at_utc() {
    needs!("1.5", "a check block");
    is_right_at(0);
}

#[test]
fn the_check_is_right_far_in_the_west() {
    needs!("1.5", "a check block");
    is_right_at(-12 * 60);
}

#[test]
fn the_check_is_right_where_an_offset_has_half_an_hour() {
    needs!("1.5", "a check block");
    is_right_at(5 * 60 + 30);
}

#[test]
fn the_check_is_right_far_in_the_east() {
    needs!("1.5", "a check block");
    is_right_at(14 * 60);
}

#[test]
fn the_check_of_all_webhooks_names_each_that_fails() {
    needs!("1.5", "a check block");
    let receiver = wait_for("a receiver", Receiver::start(&[503]));
    let case = checked("docspace_webhooks", 60, &receiver);
    case.plan().finds_no_changes();
    deliver(&case);
    warns(
        &case,
        "My file upload webhook (1): Response status code does not indicate success: 503",
    );
    receiver.answer_with(204);
    deliver(&case);
    case.plan().finds_no_changes();
}
