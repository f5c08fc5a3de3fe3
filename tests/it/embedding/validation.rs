//! Which entries are refused: by themselves, together, and beside what the portal has.

use docspace_emulator::{Config, Profile};
use serde_json::{Value, json};

use super::{GET, POST, directory, list, listing, set, settled};
use crate::commands::{Workspace, one};
use crate::host::value::unknown;
use crate::portal::Portal;

/// So many entries of 26 characters, which take 216 bytes of the header each.
fn many(count: usize) -> String {
    let entries: Vec<String> = (0..count)
        .map(|n| format!("host-{n:04}.apps.example.com"))
        .collect();
    entries.join(" ")
}

#[tokio::test]
async fn an_entry_that_the_portal_would_refuse_is_refused_without_it() {
    let portal = Portal::start().await;
    for (entry, words) in [
        (json!(""), "An entry is empty"),
        (json!(null), "An entry is null"),
        (json!("b\u{fc}cher.example"), "Punycode"),
        (json!("a.example b.example"), "contains ' '"),
        (json!("a.example\n"), "contains '\\n'"),
        (json!("https://"), "\"https://\" is not the address"),
        (json!("*."), "is not the address"),
        (json!("a.example:port"), "is not the address"),
    ] {
        let config = one(&json!({"domains": ["good.example", unknown(), entry]}));
        let report = directory(&portal).validate(&config).await;
        let error = report.error("Invalid embedding domain");
        assert_eq!(error.path, "domains");
        assert!(error.detail.contains(words), "{entry}: {error:?}");
        let report = directory(&portal).plan(&config).await.report;
        report.error("Invalid embedding domain");
    }
    assert_eq!(portal.requests(), [""; 0]);
}

#[tokio::test]
async fn what_the_provider_accepts_the_portal_accepts() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    let domains = "*.a.example 10.0.0.1 a.example a.example:8443/x https://*.a.example https://a.example localhost";
    directory.apply(&listing(domains)).await.quiet();
    assert_eq!(list(&portal), domains);
}

#[tokio::test]
async fn entries_that_are_unknown_are_checked_when_they_are_known() {
    let portal = Portal::start().await;
    set(&portal, "z.example");
    let unknowns: [Value; 2] = [unknown(), json!(["a.example", unknown()])];
    for domains in unknowns {
        let mut directory = directory(&portal);
        let planned = directory.plan(&one(&json!({"domains": domains}))).await;
        planned.report.quiet();
        assert_eq!(portal.requests(), [""; 0]);
        for (entry, summary) in [
            ("b b", "Invalid embedding domain"),
            ("b.example", "The portal already has embedding domains"),
        ] {
            let known = one(&json!({"domains": ["a.example", entry]}));
            let report = directory.carry_out_with(planned.clone(), &known).await;
            assert_eq!(report.errors()[0].summary, summary, "{report:?}");
        }
        portal.take();
    }
    assert_eq!(list(&portal), "z.example");
}

#[tokio::test]
async fn entries_that_never_fit_into_the_header_are_refused_without_the_portal() {
    let portal = Portal::start().await;
    let report = directory(&portal).validate(&listing(&many(72))).await;
    let error = report.error("Too many embedding domains");
    assert_eq!(error.path, "domains");
    assert!(error.detail.contains("15360"), "{error:?}");
    directory(&portal)
        .validate(&listing(&many(71)))
        .await
        .quiet();
}

/// The most of these entries that a plan accepts on an empty portal.
async fn most(directory: &mut Workspace) -> usize {
    let mut most = 71;
    while directory
        .plan(&listing(&many(most)))
        .await
        .report
        .has_errors()
    {
        most -= 1;
    }
    most
}

/// What the portal itself writes into the header is known from what it answers.
#[tokio::test]
async fn a_plan_knows_exactly_what_fits() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    let most = most(&mut directory).await;
    assert!((60..71).contains(&most), "{most}");
    directory.apply(&listing(&many(most))).await.quiet();
    assert_eq!(list(&portal), many(most));
    portal.take();
    let report = directory.plan(&listing(&many(most + 1))).await.report;
    assert_eq!(report.error("Too many embedding domains").path, "domains");
    assert_eq!(portal.requests(), [GET]);
}

#[tokio::test]
async fn a_change_that_does_not_fit_beside_what_came_since_is_not_sent() {
    let portal = Portal::start().await;
    let full = many(most(&mut directory(&portal)).await);
    let mut directory = settled(&portal, "a.example").await;
    let wanted = "longer-than-any-of-the-others.example";
    let planned = directory.plan(&listing(wanted)).await;
    set(&portal, &full);
    portal.take();
    let report = directory.carry_out(planned).await;
    assert_eq!(report.error("Too many embedding domains").path, "domains");
    assert_eq!(portal.requests(), [GET]);
    assert_eq!(list(&portal), full);
}

#[tokio::test]
async fn a_portal_without_a_limit_takes_what_fits_into_no_other() {
    let mut config = Config::offline();
    config.settings.profile = Profile::V3_1;
    let portal = Portal::with(config).await;
    set(&portal, &many(80));
    let mut directory = directory(&portal);
    directory.import("embedding").await.quiet();
    directory.apply(&listing(&many(71))).await.quiet();
    assert!(portal.requests().iter().any(|request| request == POST));
    assert_eq!(portal.emulator.embedding_domains().len(), 71);
}
