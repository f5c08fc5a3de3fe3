//! Many webhooks, the portal's limits, and one request in twenty spoiled (product §9).
//!
//! Whatever happens on the way, a few plain applies, and an import where one was asked for, end with
//! each webhook exactly once; and after each apply the user knows of everything on the portal.
//!
//! An ordinary run takes few webhooks, so that it is over in a minute. With `DOCSPACE_TEST_FULL=1` it
//! takes 300.

use std::collections::BTreeSet;
use std::io::Write as _;

use docspace_emulator::{Config, RateLimits};

use super::*;
use crate::commands::Configuration;
use crate::webhook::with;

/// The faults that requests meet at random; each as often as any other.
const FAULTS: [&str; 14] = [
    "reset",
    "reset after",
    "close after",
    "502",
    "503 after",
    "504 after",
    "429",
    "500",
    "500 proxy after",
    "garbage after",
    "nothing in it after",
    "403 page after",
    "truncated",
    "silence",
];

/// How many of a hundred requests meet one.
const PERCENT: f64 = 5.0;

/// The time limit for a request, in milliseconds; a request that takes longer is only one more trouble.
const SHORT_LIMIT_MS: u64 = 3_000;

/// More applies than this are no convergence.
const APPLIES: usize = 12;

/// How long one seed may take, on a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(900);

fn is_full() -> bool {
    std::env::var_os("DOCSPACE_TEST_FULL").is_some()
}

fn webhooks() -> usize {
    if is_full() { 300 } else { 30 }
}

/// A portal with the limits of the hosted service, its minute of 1 500 requests compressed to 2 seconds.
async fn limited_portal() -> Portal {
    let mut config = Config::offline();
    config.settings.rate_limits = Some(RateLimits {
        per_minute: 50,
        minute_ms: 2_000,
        writes_per_day: 0,
        ..RateLimits::default()
    });
    Portal::with(config).await
}

fn spoil(portal: &Portal, seed: u64) {
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let probability = PERCENT / 100.0 / FAULTS.len() as f64;
    for (n, name) in (1..).zip(FAULTS) {
        let rule = kinds::fault(name, Fault::on("*", "/*"), SHORT_LIMIT_MS, "");
        portal.fault(rule.with_probability(probability, seed * 100 + n));
    }
}

/// What one provider configuration manages: every webhook or every second one.
fn configuration(alias: usize, aliases: usize, generation: &str) -> Configuration {
    let mine = (0..webhooks()).filter(|n| n % aliases == alias);
    mine.map(|n| {
        let changes = json!({"name": format!("Webhook {n}"), "target_id": generation});
        (format!("it{n}"), with(&webhook(), changes))
    })
    .collect()
}

/// Applies until nothing fails any more. Returns how often that was.
async fn converge(portal: &Portal, directory: &mut Workspace, wanted: &Configuration) -> usize {
    for apply in 1..=APPLIES {
        let report = directory.apply(wanted).await;
        knows_everything(portal, directory, wanted, &report);
        if !report.has_errors() {
            return apply;
        }
        import_what_is_named(portal, directory, wanted).await;
    }
    panic!("{APPLIES} applies are not enough");
}

/// Insists that what is configured here and on the portal is in the state, or was told of.
fn knows_everything(
    portal: &Portal,
    directory: &Workspace,
    wanted: &Configuration,
    report: &Report,
) {
    let text = report.text();
    let names: BTreeSet<&str> = wanted.values().filter_map(|c| c["name"].as_str()).collect();
    for webhook in portal.emulator.webhooks() {
        let id = webhook.id.to_string();
        let is_stored = directory
            .state
            .values()
            .any(|state| state.value["id"] == id.as_str());
        if !names.contains(webhook.name.as_str()) || is_stored {
            continue;
        }
        let is_named = text.contains(&format!("id = \"{id}\""))
            || text.contains(&format!("did create a webhook named \"{}\"", webhook.name));
        assert!(is_named, "nobody knows of {webhook:#?}: {report:#?}");
    }
}

/// Follows the advice of the messages.
async fn import_what_is_named(portal: &Portal, directory: &mut Workspace, wanted: &Configuration) {
    for (address, config) in wanted {
        let found = portal.emulator.webhooks().into_iter();
        let mut found = found.filter(|webhook| config["name"] == webhook.name.as_str());
        if let (Some(webhook), false) = (found.next(), directory.state.contains_key(address)) {
            // It may meet a fault too; then the next apply asks for it again.
            let id = webhook.id.to_string();
            directory.import_to(address, id.as_str()).await;
        }
    }
}

/// The life of all webhooks of one provider configuration.
async fn live(portal: &Portal, alias: usize, aliases: usize) -> usize {
    let mut directory = portal.workspace();
    directory.set("request_timeout", json!(format!("{SHORT_LIMIT_MS}ms")));
    let mut applies = 0;
    for generation in ["1", "2"] {
        let wanted = configuration(alias, aliases, generation);
        applies += converge(portal, &mut directory, &wanted).await;
        let mut ids: Vec<_> = directory
            .state
            .values()
            .map(|s| s.value["id"].to_string())
            .collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), wanted.len(), "each has a webhook of its own");
        for state in directory.state.values() {
            let id = state.value["id"].as_str().unwrap().parse().unwrap();
            let webhook = portal.emulator.webhook(id).unwrap();
            assert_eq!(webhook.target_id.as_deref(), Some(generation));
            assert!(portal.emulator.secret_is(id, "S3cret-Key-42"));
        }
    }
    applies += converge(portal, &mut directory, &Configuration::new()).await;
    assert!(directory.state.is_empty());
    applies
}

async fn seed((seed, aliases): (u64, usize)) {
    let portal = limited_portal().await;
    spoil(&portal, seed);
    let applies = if aliases == 1 {
        vec![live(&portal, 0, 1).await]
    } else {
        let (one, other) = tokio::join!(live(&portal, 0, 2), live(&portal, 1, 2));
        vec![one, other]
    };
    assert!(portal.emulator.webhooks().is_empty(), "seed {seed}");
    let hits: u64 = portal.emulator.faults().iter().map(|rule| rule.hits).sum();
    let figures = format!("seed {seed}, {aliases} aliases: {hits} faults, applies {applies:?}");
    // The macros for printing are captured, and a full run is made for its figures.
    if is_full() {
        let mut stderr = std::io::stderr();
        writeln!(stderr, "{figures}").unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_trouble_ends_with_each_webhook_exactly_once() {
    let seeds = (1..=20).flat_map(|seed| [(seed, 1), (seed, 2)]);
    // The portal's limits make them wait, so in an ordinary run many fit on a small machine.
    let at_a_time = if is_full() { 6 } else { 20 };
    each_within(at_a_time, PATIENCE, seeds, seed).await;
}
