use super::*;
use crate::api::http::redaction::Redactor;

const OPERATIONS: [Operation; 6] = [
    Operation::Read,
    Operation::Replace,
    Operation::Remove,
    Operation::Create,
    Operation::CreateKey,
    Operation::RetryDelivery,
];

fn error(operation: Operation, cause: Cause) -> Error {
    Error::new(operation, "PUT", "/api/2.0/settings/webhook", cause)
}

fn status(operation: Operation, status: u16, shape: ErrorShape) -> Error {
    error(
        operation,
        Cause::Status(Box::new(StatusFailure::new(status, shape))),
    )
}

fn connect() -> Cause {
    Cause::Connect {
        host: "portal.example.com".into(),
        detail: "Connection refused (os error 111)".into(),
        reason: ConnectReason::Other,
        through: None,
    }
}

fn timeout() -> Cause {
    Cause::Timeout {
        after: Duration::from_secs(60),
    }
}

fn transport() -> Cause {
    Cause::Transport {
        detail: "connection reset".into(),
    }
}

fn decode() -> Cause {
    Cause::Decode {
        path: "response[3].configs.id".into(),
        expected: "a whole number",
        found: "a string",
    }
}

#[test]
fn not_found_needs_the_endpoints_own_answer() {
    let shapes = [
        ErrorShape::Empty,
        ErrorShape::Validation,
        ErrorShape::Problem,
        ErrorShape::Html,
        ErrorShape::Text,
        ErrorShape::Other,
    ];
    for shape in shapes {
        assert!(!status(Operation::Remove, 404, shape).is_not_found());
    }
    assert!(status(Operation::Remove, 404, ErrorShape::Handler).is_not_found());
    assert!(!status(Operation::Remove, 400, ErrorShape::Handler).is_not_found());
}

#[test]
fn the_three_refusals_are_told_apart() {
    let unauthorized = status(Operation::Read, 401, ErrorShape::Empty);
    let scope = status(Operation::Read, 403, ErrorShape::Empty);
    let denied = status(Operation::Read, 403, ErrorShape::Handler);
    let busy = status(Operation::Read, 403, ErrorShape::Problem);
    let questions = |error: &Error| {
        (
            error.is_unauthorized(),
            error.is_scope_refused(),
            error.is_access_denied(),
        )
    };
    assert_eq!(questions(&unauthorized), (true, false, false));
    assert_eq!(questions(&scope), (false, true, false));
    assert_eq!(questions(&denied), (false, false, true));
    assert_eq!(questions(&busy), (false, false, false));
}

#[test]
fn only_a_change_that_may_have_happened_has_an_unknown_outcome() {
    let unknown = |cause: fn() -> Cause| error(Operation::Create, cause()).outcome_unknown();
    assert!(unknown(timeout));
    assert!(unknown(transport));
    assert!(unknown(decode));
    assert!(unknown(|| Cause::NotJson {
        found: NotJson::WebPage
    }));
    assert!(unknown(|| Cause::TooLarge { limit: 1 }));
    assert!(!unknown(connect));
    assert!(!unknown(|| Cause::Stopped));
    assert!(!unknown(|| Cause::Setup {
        detail: String::new()
    }));
    assert!(!unknown(|| Cause::Redirect {
        status: 301,
        location: None,
        is_inside: false,
    }));
    for (code, shape, expected) in [
        (400, ErrorShape::Handler, false),
        (401, ErrorShape::Empty, false),
        (404, ErrorShape::Html, false),
        (429, ErrorShape::Empty, false),
        (500, ErrorShape::Handler, false),
        (500, ErrorShape::Html, false),
        (500, ErrorShape::Empty, false),
        (502, ErrorShape::Html, true),
        (503, ErrorShape::Handler, true),
        (504, ErrorShape::Empty, true),
        (524, ErrorShape::Html, true),
    ] {
        for operation in OPERATIONS {
            let error = status(operation, code, shape);
            // A batch that fails halfway has queued what came before.
            let is_batch = operation == Operation::RetryDelivery && code == 500;
            let expected = is_batch || expected && operation != Operation::Read;
            assert_eq!(
                error.outcome_unknown(),
                expected,
                "{operation:?} {code} {shape:?}"
            );
        }
    }
    assert!(!error(Operation::Read, timeout()).outcome_unknown());
}

#[test]
fn an_earlier_attempt_makes_the_outcome_unknown_for_good() {
    let last = error(Operation::Replace, connect());
    assert!(!last.outcome_unknown());
    let whole = last.after_attempts(3, true);
    assert!(whole.outcome_unknown());
    assert_eq!(whole.attempts(), 3);
    assert!(whole.to_string().ends_with("(after 3 attempts)"));
}

#[test]
fn a_500_is_worth_another_try_for_reads_only() {
    for operation in OPERATIONS {
        let error = status(operation, 500, ErrorShape::Handler);
        assert_eq!(error.is_retryable(), operation == Operation::Read);
        for code in [429, 502, 503, 504] {
            assert!(status(operation, code, ErrorShape::Empty).is_retryable());
        }
        for code in [400, 401, 402, 403, 404, 405, 415, 501] {
            assert!(!status(operation, code, ErrorShape::Empty).is_retryable());
        }
    }
}

#[test]
fn a_taken_pair_and_an_unreachable_receiver_are_recognized() {
    let message = |text| Some(PortalMessage::new(text, &Redactor::new()));
    let failure = |status, text, exception| {
        let mut failure = StatusFailure::new(status, ErrorShape::Handler);
        failure.message = message(text);
        failure.exception = message(exception);
        error(Operation::Create, Cause::Status(Box::new(failure)))
    };
    let duplicate = failure(
        400,
        "Webhook with the same name and payload URL already exists",
        "System.ArgumentException",
    );
    assert!(duplicate.is_duplicate());
    assert!(!duplicate.is_receiver_unreachable());
    for exception in [
        "System.Net.Http.HttpRequestException",
        "System.Threading.Tasks.TaskCanceledException",
    ] {
        let probe = failure(500, "Connection refused (receiver:443)", exception);
        assert!(probe.is_receiver_unreachable());
        assert!(!probe.is_duplicate());
    }
    assert!(!failure(500, "broken", "System.Exception").is_receiver_unreachable());
    assert!(!failure(400, "Trigger is not available", "System.ArgumentException").is_duplicate());
}

/// API §16 O5.
#[test]
fn a_character_that_the_database_cannot_compare_is_recognized() {
    let message = "Illegal mix of collations (utf8mb3_general_ci,IMPLICIT) and (utf8mb4_general_ci,COERCIBLE) for \
                   operation '='";
    for (status, text, expected) in [
        (500, message, true),
        (500, "Unknown database", false),
        (400, message, false),
    ] {
        let mut failure = StatusFailure::new(status, ErrorShape::Handler);
        failure.message = Some(PortalMessage::new(text, &Redactor::new()));
        let error = error(Operation::Create, Cause::Status(Box::new(failure)));
        assert_eq!(error.is_uncomparable(), expected, "{status} {text}");
    }
}

#[test]
fn texts_are_plain_english_with_the_request_in_front() {
    let mut failure = StatusFailure::new(400, ErrorShape::Validation);
    failure.message = Some(PortalMessage::new("One or more errors.", &Redactor::new()));
    failure.validation.insert(
        "Name".into(),
        vec![PortalMessage::new(
            "The Name field is required.",
            &Redactor::new(),
        )],
    );
    for (cause, expected) in [
        (timeout(), "the portal did not answer within 60 s"),
        (
            connect(),
            "could not connect to portal.example.com: Connection refused (os error 111)",
        ),
        (
            transport(),
            "the connection broke before the answer was complete: connection reset",
        ),
        (
            decode(),
            "the answer has an unexpected shape: at `response[3].configs.id` expected a whole number, found a string",
        ),
        (
            Cause::NotJson {
                found: NotJson::WebPage,
            },
            "the answer is a web page, not JSON",
        ),
        (
            Cause::TooLarge {
                limit: 64 * 1024 * 1024,
            },
            "the answer is larger than 64 MiB",
        ),
        (
            Cause::Redirect {
                status: 301,
                location: Some("https://portal.example.com".into()),
                is_inside: false,
            },
            "the answer is a redirect (301) to https://portal.example.com",
        ),
        (
            Cause::Status(Box::new(failure)),
            "the portal answered 400 (Bad Request): One or more errors.; Name: The Name field is required.",
        ),
    ] {
        let text = error(Operation::Replace, cause).to_string();
        assert_eq!(text, format!("PUT /api/2.0/settings/webhook: {expected}"));
    }
}

#[test]
fn clones_share_one_failure() {
    let error = error(Operation::Read, timeout());
    assert!(Arc::ptr_eq(&error.0, &error.clone().0));
    assert_eq!(error.status(), None);
    assert_eq!(
        status(Operation::Read, 404, ErrorShape::Empty).status(),
        Some(404)
    );
}
