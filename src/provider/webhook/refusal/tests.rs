use super::*;
use crate::api::{Cause, PortalMessage, Redactor};
use crate::provider::diagnose::Wording;
use crate::provider::diagnose::testing::{answer, cause, has};

const LIST_PATH: &str = "/api/2.0/settings/webhook";

fn wording() -> Wording {
    Wording::new(&[&WebhookRefusals])
}

fn said_of(operation: Operation, path: &str, cause: Cause) -> String {
    wording().detail(&api::Error::new(operation, "GET", path, cause))
}

/// API §16 O5.
#[test]
fn a_character_that_the_database_cannot_hold_is_not_blamed_on_the_receiver() {
    let mut failure = answer(500, ErrorShape::Handler);
    let message = "Illegal mix of collations (utf8mb3_general_ci,IMPLICIT) and (utf8mb4_general_ci,COERCIBLE) for \
                   operation '='";
    failure.message = Some(PortalMessage::new(message, &Redactor::new()));
    let error = api::Error::new(Operation::Create, "POST", LIST_PATH, cause(failure));
    let said = wording().explain("Could not create the webhook", &error);
    assert_eq!(said.path.unwrap().to_string(), "name");
    has(
        &said.detail,
        &["MySQL", "no emoji", message],
        &["receiver", "HEAD"],
    );
}

#[test]
fn only_what_makes_the_portal_probe_can_fail_for_the_receiver() {
    for (operation, path, wanted, unwanted) in [
        (Operation::Create, LIST_PATH, "receiver", "PostgreSQL"),
        (Operation::Replace, LIST_PATH, "receiver", "PostgreSQL"),
        (
            Operation::Replace,
            "/api/2.0/settings/webhook/enable",
            "The portal failed (500)",
            "receiver",
        ),
        (
            Operation::Remove,
            "/api/2.0/settings/webhook/7",
            "PostgreSQL",
            "receiver",
        ),
    ] {
        let failure = answer(500, ErrorShape::Handler);
        has(
            &said_of(operation, path, cause(failure)),
            &[wanted],
            &[unwanted],
        );
    }
}

#[test]
fn something_missing_beside_the_webhooks_is_named() {
    let path = "/api/2.0/settings/webhook/triggers";
    let text = said_of(Operation::Read, path, cause(answer(404, ErrorShape::Empty)));
    has(&text, &[path], &["says nothing about the webhook"]);
}

#[test]
fn a_refused_read_is_not_blamed_on_the_configuration() {
    let text = said_of(
        Operation::Read,
        LIST_PATH,
        cause(answer(400, ErrorShape::Empty)),
    );
    has(&text, &["base_url"], &["Correct the configuration"]);
    let log = "/api/2.0/settings/webhooks/log";
    let text = said_of(
        Operation::Read,
        log,
        cause(answer(400, ErrorShape::Validation)),
    );
    has(&text, &["Correct the configuration"], &["base_url"]);
}

#[test]
fn a_missing_scope_is_named_for_webhooks() {
    for (operation, scope) in [
        (Operation::Read, "read webhooks, the key needs *:read"),
        (Operation::Create, "change webhooks, the key needs *:write"),
    ] {
        let text = said_of(operation, LIST_PATH, cause(answer(403, ErrorShape::Empty)));
        has(&text, &[scope], &[]);
    }
}
