use std::time::Duration;

use super::testing::{answer, cause, has};
use super::*;
use crate::api::{ErrorShape, Operation, TlsFault};

const LIST_PATH: &str = "/api/2.0/settings/webhook";

fn said_of(operation: Operation, path: &str, cause: Cause) -> String {
    Wording::default().detail(&api::Error::new(operation, "GET", path, cause))
}

#[test]
fn each_fault_of_tls_has_its_own_next_step() {
    for (fault, next) in [
        (
            TlsFault::UnknownIssuer,
            "Set ca_certificate (or DOCSPACE_CA_CERTIFICATE)",
        ),
        (TlsFault::OutOfDate, "Have it renewed, and check the clock"),
        (TlsFault::WrongName, "subject alternative names"),
        (TlsFault::BadCertificate, "Have another one issued"),
        (TlsFault::NotTls, "does not speak TLS"),
        (TlsFault::Version, "TLS 1.2 or later"),
    ] {
        let cause = Cause::Connect {
            host: "portal.example.com".into(),
            detail: "the reason".into(),
            reason: ConnectReason::Tls(fault),
            through: None,
        };
        let text = said_of(Operation::Read, LIST_PATH, cause);
        has(&text, &["portal.example.com", next], &["HTTPS_PROXY"]);
    }
}

#[test]
fn the_wait_that_the_portal_asks_for_is_named() {
    for (seconds, wait) in [
        (0, "a second"),
        (90, "90 seconds"),
        (600, "10 minutes"),
        (86_400, "24 hours"),
    ] {
        let mut failure = answer(429, ErrorShape::Empty);
        failure.retry_after = Some(Duration::from_secs(seconds));
        let text = said_of(Operation::Create, LIST_PATH, cause(failure));
        let asked = format!("Wait {wait}, as the portal asks,");
        has(&text, &[&asked], &["a minute", "max_concurrent_writes"]);
    }
    let text = said_of(
        Operation::Read,
        LIST_PATH,
        cause(answer(429, ErrorShape::Empty)),
    );
    has(&text, &["Wait a minute"], &["writes"]);
}

#[test]
fn one_cause_is_explained_once_and_each_title_stands_alone() {
    let wording = Wording::default();
    let refused = |operation| {
        api::Error::new(
            operation,
            "GET",
            LIST_PATH,
            cause(answer(401, ErrorShape::Empty)),
        )
    };
    let first = wording.explain("Could not read", &refused(Operation::Read));
    assert_eq!(first.summary, "Could not read: API key refused (401)");
    has(&first.detail, &["wrong, expired"], &["explained once"]);
    let again = wording.explain("Could not read", &refused(Operation::Read));
    assert_eq!(again.summary, first.summary);
    let short = "The portal answered 401 (Unauthorized). This is explained once per run: see the ";
    assert_eq!(again.detail, format!("{short}first error with this title."));
    let other = wording.explain("Could not create", &refused(Operation::Create));
    assert_eq!(other.summary, "Could not create: API key refused (401)");
    assert_eq!(other.detail, format!("{short}error \"{}\".", first.summary));
}

/// Two explanations can share the same title.
#[test]
fn what_is_to_be_done_otherwise_is_explained_again() {
    let wording = Wording::default();
    for (operation, scope) in [(Operation::Read, "*:read"), (Operation::Create, "*:write")] {
        let refused = cause(answer(403, ErrorShape::Empty));
        let error = api::Error::new(operation, "GET", LIST_PATH, refused);
        let said = wording.explain("Could not", &error);
        has(&said.detail, &[scope], &["explained once"]);
    }
}

/// The refusal of one object says nothing about another.
#[test]
fn what_is_about_one_object_is_explained_for_each() {
    let wording = Wording::default();
    for failure in [
        answer(400, ErrorShape::Handler),
        answer(404, ErrorShape::Handler),
        answer(500, ErrorShape::Handler),
    ] {
        let error = api::Error::new(Operation::Create, "POST", LIST_PATH, cause(failure));
        let first = wording.explain("Could not create", &error);
        assert_eq!(wording.explain("Could not create", &error), first);
    }
}

#[test]
fn a_redirect_inside_the_address_is_no_other_address() {
    let redirect = |is_inside| Cause::Redirect {
        status: 302,
        location: Some("https://portal.example.com".into()),
        is_inside,
    };
    let text = said_of(Operation::Read, LIST_PATH, redirect(true));
    has(&text, &["usually to sign in"], &["set base_url"]);
    let text = said_of(Operation::Read, LIST_PATH, redirect(false));
    has(
        &text,
        &["set base_url = \"https://portal.example.com\""],
        &["sign in"],
    );
}

#[test]
fn a_status_that_no_portal_uses_is_not_a_matter_of_time() {
    for status in [405, 418] {
        let text = said_of(
            Operation::Read,
            LIST_PATH,
            cause(answer(status, ErrorShape::Text)),
        );
        has(&text, &["Check base_url"], &["later"]);
    }
}

#[test]
fn answers_that_are_no_json_are_told_apart() {
    for (found, wanted) in [
        (NotJson::WebPage, "a web page"),
        (NotJson::Compressed, "is compressed"),
        (NotJson::Other, "cannot be understood: it is not JSON."),
    ] {
        let text = said_of(Operation::Read, LIST_PATH, Cause::NotJson { found });
        has(&text, &[wanted], &[]);
    }
}

#[test]
fn a_machine_without_certificates_is_told_which_package_and_variables_matter() {
    let cause = |variables: &[&'static str]| Cause::NoAuthorities {
        detail: "the reason".into(),
        variables: variables.to_vec(),
    };
    let general = ["ca-certificates", "ca_certificate", "the reason"];
    let text = said_of(Operation::Read, LIST_PATH, cause(&[]));
    has(&text, &general, &["SSL_CERT"]);
    let text = said_of(Operation::Read, LIST_PATH, cause(&["SSL_CERT_FILE"]));
    has(&text, &["SSL_CERT_FILE is set in the"], &["SSL_CERT_DIR"]);
    let both = cause(&["SSL_CERT_FILE", "SSL_CERT_DIR"]);
    let text = said_of(Operation::Read, LIST_PATH, both);
    has(&text, &["SSL_CERT_FILE and SSL_CERT_DIR are set"], &[]);
}

#[test]
fn a_refused_read_is_not_blamed_on_the_configuration() {
    let refused = || cause(answer(400, ErrorShape::Empty));
    let text = said_of(Operation::Read, "/api/2.0/people/@self", refused());
    has(&text, &["base_url"], &["Correct the configuration"]);
    let text = said_of(Operation::Create, "/api/2.0/security/csp", refused());
    has(&text, &["Correct the configuration"], &["base_url"]);
}

#[test]
fn a_missing_scope_is_named_for_what_was_asked() {
    for (operation, path, scope) in [
        (
            Operation::Read,
            "/api/2.0/security/csp",
            "read this, the key needs *:read",
        ),
        (
            Operation::Create,
            "/api/2.0/security/csp",
            "change this, the key needs *:write",
        ),
        (
            Operation::Read,
            "/api/2.0/people/@self",
            "identify its owner, the key needs accounts.self:read",
        ),
    ] {
        let text = said_of(operation, path, cause(answer(403, ErrorShape::Empty)));
        has(&text, &[scope], &[]);
    }
}

/// What a noun gives no meaning of its own keeps its general meaning, and a noun covers only its own requests.
#[test]
fn a_noun_words_its_own_answers_alone() {
    #[derive(Debug)]
    struct Doors;
    impl Refusals for Doors {
        fn cover(&self, error: &api::Error) -> bool {
            error.path().ends_with("/doors")
        }
        fn objects(&self) -> &'static str {
            "doors"
        }
        fn explain(&self, _: &api::Error, failure: &StatusFailure, said: &str) -> Option<String> {
            (failure.status == 400).then(|| format!("The door is locked{said}."))
        }
        fn attribute(&self, _: &api::Error) -> Option<&'static str> {
            Some("door")
        }
    }
    let wording = Wording::new(&[&Doors]);
    let said = |path: &str, status, shape| {
        let cause = cause(answer(status, shape));
        wording.explain(
            "Could not",
            &api::Error::new(Operation::Create, "POST", path, cause),
        )
    };
    let own = said("/doors", 400, ErrorShape::Handler);
    assert_eq!(own.detail, "The door is locked.");
    assert_eq!(own.path.unwrap().to_string(), "door");
    let foreign = said("/windows", 400, ErrorShape::Handler);
    has(&foreign.detail, &["Correct the configuration"], &["door"]);
    assert!(foreign.path.is_none());
    let common = said("/doors", 403, ErrorShape::Empty);
    has(&common.detail, &["To change doors, the key needs"], &[]);
}
