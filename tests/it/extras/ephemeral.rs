use std::collections::BTreeSet;

use docspace_emulator::{Config, PasswordPolicy};
use serde_json::{Value, json};

use super::{Portal, WEBHOOK, on, webhook, with};
use crate::host::Host;
use crate::host::value::unknown;

const SECRET: &str = "docspace_webhook_secret";
const POLICY: &str = "GET /security/password";

/// A policy that demands everything a portal can demand of a secret of this length.
fn strict(min_length: usize) -> PasswordPolicy {
    PasswordPolicy {
        min_length,
        upper_case: true,
        digits: true,
        spec_symbols: true,
    }
}

async fn portal(policy: PasswordPolicy) -> Portal {
    let mut config = Config::offline();
    config.settings.password_policy = policy;
    Portal::with(config).await
}

async fn make(host: &Host, config: Value) -> String {
    let opened = host.open(SECRET, config).await.quiet();
    opened.value["secret_key"].as_str().unwrap().to_owned()
}

/// Whether a secret has letters of both cases, digits and others, all of them printable ASCII.
fn has_all_classes(secret: &str) -> bool {
    let has = |class: fn(&u8) -> bool| secret.bytes().any(|byte| class(&byte));
    secret.bytes().all(|byte| byte.is_ascii_graphic())
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_punctuation)
}

#[tokio::test]
async fn a_secret_is_as_long_as_a_portal_accepts_and_has_all_classes() {
    let portal = Portal::start().await;
    let host = portal.host().await;
    let opened = host.open(SECRET, json!({})).await.quiet();
    assert_eq!(opened.value["length"], 30);
    let secret = opened.value["secret_key"].as_str().unwrap();
    assert_eq!(secret.len(), 30);
    assert!(has_all_classes(secret), "{secret}");
    host.stop().await;
}

#[tokio::test]
async fn the_length_is_what_was_configured() {
    let portal = Portal::start().await;
    let host = portal.host().await;
    for length in [8, 9, 20, 29, 30] {
        for _ in 0..20 {
            let opened = host.open(SECRET, json!({ "length": length })).await.quiet();
            assert_eq!(opened.value["length"], length);
            let secret = opened.value["secret_key"].as_str().unwrap();
            assert_eq!(u64::try_from(secret.len()).unwrap(), length);
            assert!(has_all_classes(secret), "{secret}");
        }
    }
    assert_eq!(portal.requests(), [POLICY], "once in a process");
    host.stop().await;
}

#[tokio::test]
async fn a_length_that_no_portal_accepts_is_refused_where_it_stands() {
    let portal = Portal::start().await;
    let host = portal.host().await;
    for length in ["7", "31", "0", "-8", "8.5", "1e3", "18446744073709551624"] {
        let length: Value = serde_json::from_str(length).unwrap();
        let answer = host.open(SECRET, json!({ "length": length })).await;
        let error = answer.refused_at("length");
        assert_eq!(error.summary, "Invalid secret length", "{length}");
        assert!(error.detail.contains("from 8 to 30"), "{error:?}");
    }
    let unknowns = json!({ "length": unknown() });
    host.validate_ephemeral(SECRET, &unknowns).await.quiet();
    assert_eq!(portal.requests(), Vec::<String>::new());
    host.stop().await;
}

#[tokio::test]
async fn no_secret_is_made_twice() {
    let portal = Portal::start().await;
    let mut secrets = BTreeSet::new();
    for _ in 0..3 {
        // Terraform opens it in the plan and in the apply, each in a process of its own.
        let host = portal.host().await;
        for _ in 0..10 {
            secrets.insert(make(&host, json!({"length": 8})).await);
        }
        host.stop().await;
    }
    assert_eq!(secrets.len(), 30);
}

#[tokio::test]
async fn the_portals_policy_is_satisfied() {
    let portal = portal(strict(12)).await;
    let host = portal.host().await;
    for (number, config) in [json!({}), json!({"length": 12}), json!({"length": 13})]
        .into_iter()
        .enumerate()
    {
        let secret = make(&host, config).await;
        assert!(strict(12).accepts(&secret), "{secret}");
        // The portal itself says so.
        let config = with(
            &webhook(),
            json!({"name": format!("n{number}"), "secret_key": null, "secret_key_wo": secret,
                   "secret_key_wo_version": 1}),
        );
        let plan = host.plan_create(WEBHOOK, config).await.quiet();
        host.apply(&plan).await.quiet();
    }
    assert_eq!(portal.emulator.webhooks().len(), 3);
    host.stop().await;
}

#[tokio::test]
async fn a_length_below_the_portals_policy_is_refused_where_it_stands() {
    let portal = portal(strict(20)).await;
    let host = portal.host().await;
    let error = host.open(SECRET, json!({"length": 19})).await;
    let error = error.refused_at("length");
    assert_eq!(error.summary, "Secret is too short for the portal");
    assert!(error.detail.contains("at least 20 characters"), "{error:?}");
    assert_eq!(make(&host, json!({"length": 20})).await.len(), 20);
    assert_eq!(make(&host, json!({})).await.len(), 30);
    host.stop().await;
}

#[tokio::test]
async fn a_policy_that_cannot_be_read_is_no_obstacle() {
    for (status, body) in [
        (500, "{}"),
        (403, ""),
        (404, ""),
        (200, "<html>"),
        (200, "[]"),
    ] {
        let portal = portal(strict(20)).await;
        let id = portal.fault(on(POLICY).respond(status, &[], body));
        let host = portal.host().await;
        let secret = make(&host, json!({})).await;
        assert_eq!(secret.len(), 30, "{status}");
        assert!(has_all_classes(&secret), "{secret}");
        assert_eq!(make(&host, json!({"length": 8})).await.len(), 8);
        assert_eq!(portal.emulator.fault_hits(id), 1, "asked once, {status}");
        host.stop().await;
    }
}

#[tokio::test]
async fn renewing_and_closing_change_nothing() {
    let portal = Portal::start().await;
    let host = portal.host().await;
    let opened = host.open(SECRET, json!({})).await.quiet();
    assert!(!opened.expires);
    // OpenTofu passes on what the latest call gave, Terraform what the first one gave; both may be
    // nothing, and an interrupted walk may close twice.
    for _ in 0..2 {
        assert!(!host.renew(SECRET, &opened).await.quiet());
        host.close(SECRET, &opened).await.quiet();
    }
    assert_ne!(make(&host, json!({})).await, opened.value["secret_key"]);
    host.stop().await;
}

#[tokio::test]
async fn the_secret_is_sensitive_and_made_by_the_provider() {
    let host = Host::start().await;
    let schemas = host.schemas().await;
    let attributes = &schemas.ephemeral_resources[SECRET].attributes;
    let names: Vec<&String> = attributes.keys().collect();
    assert_eq!(names, ["length", "secret_key"]);
    let (length, secret) = (&attributes["length"], &attributes["secret_key"]);
    assert!(length.optional && length.computed && !length.sensitive);
    assert!(secret.sensitive && secret.computed && !secret.optional);
    host.stop().await;
}
