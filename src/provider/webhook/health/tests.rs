use super::*;
use crate::api::{Timestamp, WebhookId};

const EARLY: &str = "2026-06-30T12:00:00+00:00";
const LATE: &str = "2026-06-30T12:00:01+00:00";

fn webhook(failure: Option<&str>, success: Option<&str>) -> Webhook {
    Webhook {
        id: WebhookId::MIN,
        name: "CI".to_owned(),
        uri: "https://ci.example.com/".to_owned(),
        enabled: true,
        ssl: true,
        triggers: None,
        target_id: None,
        created_by: None,
        created_on: None,
        is_first_changed_by_portal: true,
        modified_on: None,
        last_failure_on: failure.map(Timestamp::new),
        last_failure_content: None,
        last_success_on: success.map(Timestamp::new),
    }
}

fn health(webhook: &Webhook) -> Health {
    Health::of(webhook, &Zone::named("Europe/Berlin"))
}

#[track_caller]
fn is(failure: Option<&str>, success: Option<&str>, expected: Health) {
    assert_eq!(health(&webhook(failure, success)), expected);
}

#[test]
fn what_ended_last_counts() {
    is(None, None, Health::Unknown);
    is(None, Some(EARLY), Health::Healthy);
    is(Some(EARLY), None, Health::Failing);
    is(Some(LATE), Some(EARLY), Health::Failing);
    is(Some(EARLY), Some(LATE), Health::Healthy);
}

#[test]
fn a_success_in_the_second_of_a_failure_is_a_recovery() {
    is(Some(LATE), Some(LATE), Health::Healthy);
}

/// The offset is that of the server's operating system, whose clock may be set back at any time.
#[test]
fn the_printed_offset_does_not_count() {
    let (summer, winter) = ("2026-10-25T02:59:00+02:00", "2026-10-25T03:01:00+01:00");
    is(Some(summer), Some(winter), Health::Healthy);
    is(
        Some("2026-10-25T03:01:00+02:00"),
        Some("2026-10-25T02:59:00+01:00"),
        Health::Failing,
    );
}

/// Europe/Berlin: 02:30 can be forty minutes after 02:50, or twenty minutes before it.
#[test]
fn two_dates_of_the_hour_that_came_twice_leave_it_open() {
    let (half_past, ten_to) = ("2026-10-25T02:30:00+01:00", "2026-10-25T02:50:00+01:00");
    is(Some(half_past), Some(ten_to), Health::Unknown);
    is(Some(ten_to), Some(half_past), Health::Unknown);
    is(
        Some(ten_to),
        Some("2026-10-25T03:00:00+01:00"),
        Health::Healthy,
    );
    is(
        Some(ten_to),
        Some("2026-10-25T01:59:59+01:00"),
        Health::Failing,
    );
}

#[test]
fn dates_that_cannot_be_read_leave_it_open() {
    is(Some("yesterday"), Some(EARLY), Health::Unknown);
    is(Some(EARLY), Some("yesterday"), Health::Unknown);
}

#[test]
fn a_webhook_that_the_portal_disabled_before_its_first_delivery_is_not_healthy() {
    let disabled = |by_portal| Webhook {
        enabled: false,
        is_first_changed_by_portal: by_portal,
        ..webhook(None, None)
    };
    assert_eq!(health(&disabled(true)), Health::Disabled);
    assert_eq!(health(&disabled(false)), Health::Unknown);
}
