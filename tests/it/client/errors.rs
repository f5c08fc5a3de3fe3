//! Error answers: each shape, each question an error answers.

use docspace_emulator::{
    Config as PortalConfig, DEFAULT_API_KEY, Emulator, Fault, FaultAction, FaultRedirect,
    FaultStatus, HostRule, PortalState, ProbeOutcome, Profile, Role, User,
};
use terraform_provider_docspace::api::{Cause, Client, Error, ErrorShape, NotJson};

use super::bench::{Bench, CREATE, DELETE, LIST, PATH, client_of, create, id, update};

const GUEST_KEY: &str = "sk-guest";
const READER_KEY: &str = "sk-reader";
const NARROW_KEY: &str = "sk-narrow";

/// A portal with callers of several ranks.
async fn portal() -> Emulator {
    let config = PortalConfig::offline()
        .with_caller(
            User::new("11111111-aaaa-4bbb-8ccc-000000000001", Role::Guest),
            GUEST_KEY,
            &[],
        )
        .with_caller(
            User::new("11111111-aaaa-4bbb-8ccc-000000000002", Role::Admin),
            READER_KEY,
            &["*:read"],
        )
        .with_caller(
            User::new("11111111-aaaa-4bbb-8ccc-000000000003", Role::Admin),
            NARROW_KEY,
            &["rooms:write"],
        );
    Emulator::start(config).await.unwrap()
}

fn caller(portal: &Emulator, key: &str) -> Client {
    client_of(&portal.base_url(), key, |_| {})
}

fn shape(error: &Error) -> (u16, ErrorShape) {
    let failure = error.status_failure().unwrap();
    (failure.status, failure.shape)
}

#[tokio::test]
async fn a_guest_is_denied_and_a_narrow_key_lacks_the_scope() {
    let portal = portal().await;
    let denied = caller(&portal, GUEST_KEY)
        .list_webhooks()
        .await
        .unwrap_err();
    assert!(denied.is_access_denied() && !denied.is_scope_refused());
    let narrow = caller(&portal, NARROW_KEY)
        .list_webhooks()
        .await
        .unwrap_err();
    assert!(narrow.is_scope_refused() && !narrow.is_access_denied());
}

#[tokio::test]
async fn a_reading_key_lists_but_does_not_write() {
    let portal = portal().await;
    let reader = caller(&portal, READER_KEY);
    assert!(reader.list_webhooks().await.unwrap().is_empty());
    let refused = reader
        .create_webhook(&create("a"), |_| true)
        .await
        .unwrap_err();
    assert!(refused.is_scope_refused() && !refused.outcome_unknown());
    assert!(portal.webhooks().is_empty());
}

#[tokio::test]
async fn portal_states_are_never_a_missing_webhook() {
    let bench = Bench::start().await;
    for (state, status, expected) in [
        (PortalState::Suspended, 404, ErrorShape::Problem),
        (PortalState::Busy, 403, ErrorShape::Problem),
        (PortalState::Unpaid, 402, ErrorShape::Problem),
        (PortalState::Unknown, 500, ErrorShape::Handler),
        (PortalState::IpRestricted, 403, ErrorShape::Text),
    ] {
        bench
            .portal
            .change_settings(|settings| settings.portal_state = state);
        let list = bench.client.list_webhooks().await.unwrap_err();
        let delete = bench.client.delete_webhook(id(1)).await.unwrap_err();
        for error in [list, delete] {
            assert_eq!(shape(&error), (status, expected), "{state:?}");
            assert!(
                !error.is_not_found() && !error.is_scope_refused() && !error.is_access_denied()
            );
        }
    }
}

#[tokio::test]
async fn a_refused_address_is_explained_by_its_message() {
    let bench = Bench::start().await;
    let error = bench.client.list_webhooks().await;
    assert!(error.is_ok());
    bench
        .portal
        .change_settings(|settings| settings.portal_state = PortalState::IpRestricted);
    let error = bench.client.list_webhooks().await.unwrap_err();
    assert_eq!(
        error.message().unwrap().as_str(),
        "The access to the portal is restricted"
    );
}

#[tokio::test]
async fn an_unreachable_receiver_is_told_from_a_broken_portal() {
    let bench = Bench::start().await;
    let outcome = |probe| {
        let rule = HostRule {
            resolve: None,
            probe: Some(probe),
        };
        bench.portal.change_settings(|settings| {
            settings.hosts.insert("hooks.example.com".to_owned(), rule);
        });
    };
    for probe in [
        ProbeOutcome::Refused,
        ProbeOutcome::TlsFailure,
        ProbeOutcome::Timeout,
    ] {
        outcome(probe);
        let error = bench
            .client
            .create_webhook(&create("a"), |_| true)
            .await
            .unwrap_err();
        assert_eq!(shape(&error), (500, ErrorShape::Handler), "{probe:?}");
        assert!(error.is_receiver_unreachable(), "{probe:?}: {error:?}");
        assert!(!error.outcome_unknown() && !error.is_retryable());
    }
    outcome(ProbeOutcome::Status(503));
    let error = bench
        .client
        .create_webhook(&create("a"), |_| true)
        .await
        .unwrap_err();
    assert_eq!(shape(&error), (400, ErrorShape::Handler));
    assert!(!error.is_receiver_unreachable());
    assert!(bench.portal.webhooks().is_empty());
}

#[tokio::test]
async fn a_500_is_not_repeated_on_writes_and_once_on_reads() {
    let bench = Bench::with(|config| config.max_retries = 4).await;
    let body = r#"{"error":{"message":"broken","type":"System.Exception","stack":"at X","hresult":-1},"status":1,"statusCode":500}"#;
    bench.fault(Fault::on("*", "/api/2.0/*").respond(500, &[], body));
    let created = bench
        .client
        .create_webhook(&create("a"), |_| true)
        .await
        .unwrap_err();
    assert_eq!(created.message().unwrap().as_str(), "broken");
    bench.client.delete_webhook(id(1)).await.unwrap_err();
    bench.client.list_webhooks().await.unwrap_err();
    assert_eq!(
        (bench.count(CREATE), bench.count(DELETE), bench.count(LIST)),
        (1, 1, 2)
    );
}

#[tokio::test]
async fn web_pages_are_recognized_with_any_status() {
    let bench = Bench::start().await;
    let page = |status| {
        FaultAction::Html(FaultStatus {
            status: Some(status),
        })
    };
    let fault = bench.fault(Fault::on("GET", PATH).action(page(200)));
    let error = bench.client.list_webhooks().await.unwrap_err();
    assert!(matches!(
        error.cause(),
        Cause::NotJson {
            found: NotJson::WebPage
        }
    ));
    bench.assert_hits(fault, 1);
    bench.portal.clear_faults();
    for status in [404, 502] {
        bench.fault(Fault::on("*", "/api/2.0/*").action(page(status)));
        let error = bench.client.delete_webhook(id(1)).await.unwrap_err();
        assert_eq!(shape(&error), (status, ErrorShape::Html));
        assert!(!error.is_not_found());
        assert!(error.message().is_none());
        bench.portal.clear_faults();
    }
}

#[tokio::test]
async fn a_success_that_is_no_portals_answer_removes_nothing() {
    let bench = Bench::start().await;
    bench.created("kept").await;
    for body in [
        "",
        "{}",
        "[]",
        "OK",
        "<html></html>",
        r#"{"response":{"id":99}}"#,
    ] {
        bench.fault(Fault::on("DELETE", "*").respond(200, &[], body));
        let error = bench.client.delete_webhook(id(1)).await.unwrap_err();
        assert!(error.outcome_unknown(), "{body:?}: {error}");
        bench.portal.clear_faults();
    }
    assert_eq!(bench.names(), ["kept"]);
}

#[tokio::test]
async fn an_error_in_a_success_keeps_the_portals_words() {
    let bench = Bench::start().await;
    let body = r#"{"error":{"message":"The key S3cretKey-42 is odd","type":"System.Exception"},"status":1}"#;
    bench.fault(Fault::on("POST", PATH).respond(200, &[], body));
    let error = bench
        .client
        .create_webhook(&create("a"), |_| true)
        .await
        .unwrap_err();
    assert_eq!(shape(&error), (200, ErrorShape::Handler));
    let said = error.message().unwrap().as_str();
    assert!(
        said.starts_with("The key ") && said.ends_with(" is odd") && !said.contains("S3cret"),
        "{said}"
    );
    assert!(error.outcome_unknown() && !error.is_not_found() && !error.is_retryable());
}

#[tokio::test]
async fn garbage_is_not_json_and_leaves_a_write_unknown() {
    let bench = Bench::start().await;
    let garbage = FaultAction::Garbage(FaultStatus { status: None });
    bench.fault(Fault::on("*", PATH).after_storing().action(garbage));
    let error = bench
        .client
        .create_webhook(&create("stored"), |_| true)
        .await
        .unwrap_err();
    assert!(matches!(
        error.cause(),
        Cause::NotJson {
            found: NotJson::Other
        }
    ));
    assert!(error.outcome_unknown());
    assert!(
        !bench
            .client
            .list_webhooks()
            .await
            .unwrap_err()
            .outcome_unknown()
    );
    assert_eq!(bench.names(), ["stored"]);
}

#[tokio::test]
async fn redirects_are_errors_that_name_the_host_and_are_never_followed() {
    let bench = Bench::with(|config| config.max_retries = 4).await;
    for status in [301, 302, 303, 307, 308] {
        for (location, expected) in [
            (
                "https://user:hunter2@portal.example.com:8443/login?token=hunter2#x",
                Some("https://portal.example.com:8443"),
            ),
            (
                "https://portal.example.com/api/2.0/settings/webhook",
                Some("https://portal.example.com"),
            ),
            ("mailto:hunter2", None),
        ] {
            bench.fault(Fault::on("*", "/api/2.0/*").action(FaultAction::Redirect(
                FaultRedirect {
                    status: Some(status),
                    location: Some(location.to_owned()),
                },
            )));
            let error = bench
                .client
                .create_webhook(&create("a"), |_| true)
                .await
                .unwrap_err();
            let Cause::Redirect {
                status: seen,
                location,
                is_inside: false,
            } = error.cause()
            else {
                panic!("{error:?}");
            };
            assert_eq!((*seen, location.as_deref()), (status, expected));
            assert!(!error.outcome_unknown());
            assert!(!format!("{error} {error:?}").contains("hunter2"));
            bench.portal.clear_faults();
        }
    }
    assert_eq!((bench.count(CREATE), bench.count(LIST)), (15, 0));
}

#[tokio::test]
async fn a_relative_redirect_points_to_the_portal_itself() {
    let bench = Bench::start().await;
    bench.fault(Fault::on("GET", PATH).respond(302, &[("Location", "/login?token=x")], ""));
    let error = bench.client.list_webhooks().await.unwrap_err();
    let Cause::Redirect {
        location,
        is_inside: true,
        ..
    } = error.cause()
    else {
        panic!("{error:?}");
    };
    assert_eq!(location.as_deref(), Some(bench.portal.base_url().as_str()));
}

#[tokio::test]
async fn older_and_stranger_portals_are_understood() {
    for profile in Profile::ALL {
        let bench = Bench::start().await;
        if profile == Profile::V3_0 {
            // Has no API keys: the key below is refused before anything else.
            continue;
        }
        bench
            .portal
            .change_settings(|settings| settings.profile = profile);
        let created = bench.created("a").await;
        let listed = bench.client.list_webhooks().await.unwrap();
        assert_eq!(listed[0].webhook.id, created.id, "{profile:?}");
        assert_eq!(listed[0].webhook.triggers, Some(create("a").triggers));
        let changed = update(&listed[0].webhook);
        let answered = bench.client.update_webhook(&changed).await.unwrap();
        assert_eq!(answered.id, created.id);
        let catalog = bench.client.trigger_catalog().await.unwrap();
        assert!(catalog.by_name("FileUploaded").is_some());
        bench.client.delete_webhook(created.id).await.unwrap();
        assert!(bench.portal.webhooks().is_empty());
    }
}

#[tokio::test]
async fn a_portal_before_3_1_has_no_catalog() {
    let bench = Bench::start().await;
    bench
        .portal
        .change_settings(|settings| settings.profile = Profile::V3_0);
    let error = caller(&bench.portal, DEFAULT_API_KEY)
        .trigger_catalog()
        .await
        .unwrap_err();
    assert!(matches!(error.status(), Some(401 | 404)), "{error}");
    assert!(!error.is_not_found());
}
