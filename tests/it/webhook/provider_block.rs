//! Every rule about the provider block (product §3).

use serde_json::{Value, json};

use super::{Portal, webhook, with};
use crate::commands::{Workspace, one};
use crate::host::value::unknown;
use crate::host::{Host, Launch};

fn block(changes: Value) -> Value {
    with(
        &json!({"base_url": "https://portal.example.com", "api_key": "sk-0123"}),
        changes,
    )
}

/// Each row: what is configured, where the only error points, its summary and words of its detail.
async fn refuses(rows: impl IntoIterator<Item = (Value, &str, &str, &str)>) {
    let host = Host::start().await;
    for (changes, path, summary, detail) in rows {
        let error = host
            .validate_provider(&block(changes.clone()))
            .await
            .refused_at(path);
        assert_eq!(error.summary, summary, "{changes}");
        assert!(error.detail.contains(detail), "{changes}: {error:?}");
    }
    host.stop().await;
}

/// Each row is accepted by validation and configuration without a word.
async fn accepts(rows: impl IntoIterator<Item = Value>) {
    let host = Host::start().await;
    for changes in rows {
        let configured = host.configure(block(changes.clone())).await;
        assert_eq!(configured.diagnostics, [], "{changes}");
    }
    host.stop().await;
}

#[tokio::test]
async fn the_address_is_that_of_a_portal() {
    let summary = "Invalid portal address";
    let rows = [
        ("", "the address is empty"),
        ("portal.example.com", "does not start with https://"),
        (
            "https://portal.example.com\n",
            "contains a blank or a control character",
        ),
        (
            "https://por tal.example.com",
            "contains a blank or a control character",
        ),
        (
            "ftp://portal.example.com",
            "the scheme \"ftp\" is not supported",
        ),
        (
            "https://me:pw@portal.example.com",
            "contains a user name or password",
        ),
        ("https://portal.example.com/?a=b", "contains a query"),
        ("https://portal.example.com/#a", "contains a fragment"),
        ("https://", "not a valid URL"),
        (
            "https://portal.example.com/rooms",
            "the portal's address is https://portal.example.com.",
        ),
        ("http://portal.example.com", "set allow_plain_http = true"),
        (
            "http://portal.localhost",
            "plain http would send the API key unprotected",
        ),
    ];
    refuses(
        rows.map(|(address, detail)| (json!({"base_url": address}), "base_url", summary, detail)),
    )
    .await;
    accepts([
        json!({"base_url": "https://portal.example.com/"}),
        json!({"base_url": "https://portal.example.com/api/2.0"}),
        json!({"base_url": "https://portal.example.com:8443/api/2.0/"}),
        json!({"base_url": "http://portal.example.com", "allow_plain_http": true}),
        json!({"base_url": "http://portal.example.com", "allow_plain_http": unknown()}),
        json!({"base_url": "http://127.0.0.1:8080"}),
        json!({"base_url": "http://[::1]:8080"}),
        json!({"base_url": "http://localhost"}),
        json!({"base_url": unknown()}),
    ])
    .await;
}

#[tokio::test]
async fn allowed_portals_are_hosts_with_or_without_a_port() {
    let rows = [
        (json!([]), "The set is empty, so no portal could be used."),
        (json!([null]), "An element of the set is null."),
        (json!([""]), "is empty"),
        (json!([" portal.example.com"]), "contains a blank"),
        (json!(["portal.example.com\n"]), "a control character"),
        (
            json!(["https://portal.example.com"]),
            "is an address with a scheme",
        ),
        (
            json!(["portal.example.com", "other.example.com/rooms"]),
            "Write \"other.example.com\".",
        ),
        (json!(["portal.example.com?a"]), "contains a path, a query"),
        (json!(["me:pw@portal.example.com"]), "contains an @"),
        (json!(["*.example.com"]), "contains a wildcard"),
        (json!([".example.com"]), "contains a wildcard"),
        (json!(["portal.example.com:https"]), "from 1 to 65535"),
        (json!(["portal.example.com:0"]), "from 1 to 65535"),
        (json!(["portal.example.com:"]), "from 1 to 65535"),
        (json!(["::1"]), "Write \"[::1]\"."),
        (json!(["a^b"]), "has no valid host"),
        (
            json!(["https://", unknown()]),
            "is an address with a scheme",
        ),
    ];
    let summary = "Invalid allowed_portals";
    refuses(rows.map(|(portals, detail)| {
        let changes = json!({"allowed_portals": portals});
        (changes, "allowed_portals", summary, detail)
    }))
    .await;
    accepts(
        [
            json!(null),
            json!(["portal.example.com"]),
            json!(["PORTAL.example.com."]),
            json!(["other.example.com", "portal.example.com:443"]),
            json!(["portal.example.com", "[::1]:8080"]),
            json!([unknown()]),
            unknown(),
        ]
        .map(|portals| json!({"allowed_portals": portals})),
    )
    .await;
}

#[tokio::test]
async fn a_portal_that_is_not_allowed_is_refused_by_validation_already() {
    let summary = "Portal is not allowed";
    let rows = [
        json!(["other.example.com"]),
        json!(["portal.example.com:8443"]),
        json!(["example.com"]),
    ];
    refuses(rows.map(|portals| {
        let detail = "add \"portal.example.com\" to allowed_portals";
        let changes = json!({"allowed_portals": portals});
        (changes, "base_url", summary, detail)
    }))
    .await;
}

#[tokio::test]
async fn a_portal_that_is_not_allowed_gets_no_request_wherever_its_address_came_from() {
    let portal = Portal::start().await;
    let elsewhere = json!({"allowed_portals": ["portal.example.com", "127.0.0.1"]});
    for directory in [
        Workspace::new(with(&portal.provider(), elsewhere.clone())),
        Workspace::new(elsewhere)
            .env("DOCSPACE_BASE_URL", &portal.emulator.base_url())
            .env("DOCSPACE_API_KEY", portal.emulator.api_key()),
    ] {
        let mut directory = directory;
        let report = directory.apply(&one(&webhook())).await;
        report.error("Portal is not allowed");
        assert!(directory.state.is_empty());
        assert_eq!(portal.requests(), [""; 0]);
    }
    let address = portal.emulator.base_url();
    let here = address.strip_prefix("http://").unwrap();
    let allowed = json!({"allowed_portals": ["portal.example.com", here]});
    let mut directory = Workspace::new(with(&portal.provider(), allowed));
    directory.apply(&one(&webhook())).await.quiet();
}

/// What is allowed may be known after apply only. Until then nothing is sent.
#[tokio::test]
async fn while_the_allowed_portals_are_unknown_nothing_is_asked() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    directory.set("allowed_portals", json!(["127.0.0.1", unknown()]));
    let report = directory.plan(&one(&webhook())).await.report;
    let error = report.error("Provider configuration is not known yet");
    assert!(error.detail.starts_with("allowed_portals of"), "{error:?}");
    assert_eq!(portal.requests(), [""; 0]);
}

#[tokio::test]
async fn a_key_is_fit_for_a_header_and_never_shown() {
    let summary = "Invalid API key";
    let rows = [
        ("", "is empty"),
        ("sk-sentinel 0123", "contains a blank"),
        ("sk-sentinel\n", "contains a control character"),
        ("Bearer sk-sentinel", "starts with the word `Bearer`"),
        ("sk-s\u{e9}ntinel", "not ASCII"),
    ];
    refuses(rows.map(|(key, detail)| (json!({"api_key": key}), "", summary, detail))).await;
    let host = Host::start().await;
    for (key, _) in rows {
        let said = host
            .validate_provider(&block(json!({"api_key": key})))
            .await;
        assert!(!format!("{said:?}").contains("ntinel"), "{said:?}");
    }
    host.stop().await;
    accepts([json!({"api_key": "sk-0123"}), json!({"api_key": unknown()})]).await;
}

#[tokio::test]
async fn limits_are_kept() {
    let mut rows = Vec::new();
    for text in [
        "", "60", "0s", "500ms", "1d", "1.5s", "-1s", "1h1s", "61m", "s",
    ] {
        let detail = "is not a duration from 1s to 1h";
        rows.push((
            json!({"request_timeout": text}),
            "request_timeout",
            "Invalid request_timeout",
            detail,
        ));
    }
    for number in [json!(-1), json!(21), json!(1.5)] {
        let detail = "Expected a whole number from 0 to 20.";
        rows.push((
            json!({"max_retries": number}),
            "max_retries",
            "Invalid max_retries",
            detail,
        ));
    }
    for number in [json!(0), json!(16), json!(7.5)] {
        let (name, detail) = (
            "max_concurrent_writes",
            "Expected a whole number from 1 to 15.",
        );
        rows.push((
            json!({name: number}),
            name,
            "Invalid max_concurrent_writes",
            detail,
        ));
    }
    refuses(rows).await;
    let mut rows: Vec<Value> = ["15s", "60s", "1m30s", "1h", "3600s", "90000ms"]
        .map(|text| json!({"request_timeout": text}))
        .into();
    rows.extend([0, 20].map(|n| json!({"max_retries": n})));
    rows.extend([1, 15].map(|n| json!({"max_concurrent_writes": n})));
    rows.push(json!({"insecure_skip_tls_verify": false, "allow_plain_http": false}));
    accepts(rows).await;
}

#[tokio::test]
async fn what_is_risky_is_warned_of_once_per_walk() {
    for (changes, path, summary) in [
        (
            json!({"insecure_skip_tls_verify": true}),
            "insecure_skip_tls_verify",
            "TLS certificates are not verified",
        ),
        (
            json!({"request_timeout": "14s"}),
            "request_timeout",
            "request_timeout is short",
        ),
    ] {
        let host = Host::start().await;
        host.validate_provider(&block(changes.clone()))
            .await
            .quiet();
        let warnings = host.configure(block(changes)).await.warned();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert_eq!(
            (warnings[0].path.as_str(), warnings[0].summary.as_str()),
            (path, summary)
        );
        host.stop().await;
    }
}

#[tokio::test]
async fn what_is_missing_names_both_ways_to_set_it() {
    let host = Host::start().await;
    let errors = host.configure(json!({})).await.refused();
    let texts: Vec<_> = errors
        .iter()
        .map(|error| (error.path.as_str(), error.summary.as_str()))
        .collect();
    assert_eq!(
        texts,
        [
            ("base_url", "Missing base_url"),
            ("api_key", "Missing api_key")
        ]
    );
    for (error, variable) in errors.iter().zip(["DOCSPACE_BASE_URL", "DOCSPACE_API_KEY"]) {
        assert!(error.detail.contains(variable), "{error:?}");
    }
    host.stop().await;
}

#[tokio::test]
async fn the_environment_is_enough_and_the_configuration_wins() {
    let portal = Portal::start().await;
    let from_environment = |block: Value, key: &str| {
        Workspace::new(block)
            .env(
                "DOCSPACE_BASE_URL",
                &format!("{}/api/2.0/", portal.emulator.base_url()),
            )
            .env("DOCSPACE_API_KEY", key)
    };
    let mut directory = from_environment(json!({}), portal.emulator.api_key());
    directory.apply(&one(&webhook())).await.quiet();
    let mut directory = from_environment(json!({"api_key": portal.emulator.api_key()}), "sk-wrong");
    directory.import("1").await.quiet();
    let mut directory = from_environment(json!({}), "sk-wrong");
    directory
        .import("1")
        .await
        .error("Could not import the webhook");
}

#[tokio::test]
async fn a_key_of_the_environment_is_not_sent_to_another_portal_than_the_environment_names() {
    let [portal, other] = [Portal::start().await, Portal::start().await];
    let (here, elsewhere) = (portal.emulator.base_url(), other.emulator.base_url());
    let directory = |base_url: &str, key: Value| {
        let block = json!({"base_url": here, "api_key": key});
        let directory = Workspace::new(block).env("DOCSPACE_BASE_URL", base_url);
        directory.env("DOCSPACE_API_KEY", portal.emulator.api_key())
    };
    for base_url in [elsewhere.as_str(), "https://portal.example.com", "portal"] {
        let mut directory = directory(base_url, json!(null));
        let report = directory.apply(&one(&webhook())).await;
        let error = report.error("API key may belong to another portal");
        assert_eq!(error.path, "base_url");
        for way in [
            "Set api_key in the provider block",
            "unset DOCSPACE_BASE_URL",
        ] {
            assert!(error.detail.contains(way), "{error:?}");
        }
        assert!(portal.take().is_empty() && other.take().is_empty());
    }
    let key = json!(portal.emulator.api_key());
    directory(&elsewhere, key)
        .apply(&one(&webhook()))
        .await
        .quiet();
    for base_url in ["", &here, &format!("{here}/api/2.0")] {
        let mut directory = directory(base_url, json!(null));
        directory.import("1").await.quiet();
    }
}

#[tokio::test]
async fn a_bad_value_in_the_environment_names_its_variable() {
    let host = Host::launch(
        Launch::as_host()
            .env("DOCSPACE_BASE_URL", "portal.example.com")
            .env("DOCSPACE_API_KEY", "sk-senti nel"),
    )
    .await;
    let errors = host.configure(json!({})).await.refused();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(
        errors[0]
            .detail
            .contains("environment variable DOCSPACE_BASE_URL"),
        "{errors:?}"
    );
    assert!(
        errors[1]
            .detail
            .contains("environment variable DOCSPACE_API_KEY"),
        "{errors:?}"
    );
    assert!(!format!("{errors:?}").contains("senti"), "{errors:?}");
    host.stop().await;
}

#[tokio::test]
async fn certificates_must_be_pem() {
    let host = Host::start().await;
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (pem, detail) in [
        ("", "PEM"),
        ("certificate", "PEM"),
        (broken, "certificate 1"),
    ] {
        let error = host
            .configure(block(json!({"ca_certificate": pem})))
            .await
            .refused_at("ca_certificate");
        assert_eq!(error.summary, "Invalid CA certificate");
        assert!(error.detail.contains(detail), "{pem:?}: {error:?}");
    }
    host.stop().await;
}

#[tokio::test]
async fn the_portal_learns_who_is_asking() {
    let portal = Portal::start().await;
    portal.workspace().apply(&one(&webhook())).await.quiet();
    for entry in portal.take() {
        let agent = entry.user_agent.unwrap();
        assert!(agent.starts_with("terraform-provider-docspace/"), "{agent}");
        assert!(agent.ends_with(" Terraform/1.16.0"), "{agent}");
    }
}
