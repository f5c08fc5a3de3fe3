//! One request for N webhooks (product §8): the requests of each command, counted by the portal.

use std::time::Instant;

use serde_json::{Value, json};

use super::{Portal, webhook, with};
use crate::commands::{Configuration, Workspace};
use crate::portal::OWN_KEY;

fn many(count: usize, changes: &Value) -> Configuration {
    let configs = (0..count).map(|n| {
        let named = with(&webhook(), json!({"name": format!("Webhook {n}")}));
        (format!("it{n}"), with(&named, changes.clone()))
    });
    configs.collect()
}

/// The writes that may be under way at once, unless configured otherwise (product §3).
const MOST_WRITES: u32 = 10;

/// The most webhooks that product §8 speaks of.
const MOST: usize = 5_000;

/// The most memory that a process may have resident with so many of them, in KiB (product §8).
const MOST_MEMORY: u32 = 40 * 1024;

/// How many webhooks the tests have whose number the environment can raise to [`MOST`].
fn very_many() -> usize {
    match std::env::var("DOCSPACE_TEST_WEBHOOKS") {
        Ok(count) => count.parse().unwrap(),
        Err(_) => 300,
    }
}

/// What a plan asks at once: the list, the catalog, the password policy and which key it has.
const QUESTIONS: u64 = 4;

/// The requests since the last command, by kind, of which so many are lists that became stale meanwhile. Each of its two
/// processes connects about as often as it has requests in flight at most. A request that finds no connection free opens
/// one, and takes another that becomes free earlier: where opening is slow, twice as many are open in the end.
fn spent(portal: &Portal, more: usize) -> Vec<String> {
    let summary = portal.emulator.request_summary();
    let at_once = summary.writes_high_water;
    assert!(at_once <= MOST_WRITES, "{at_once} writes at once");
    let most = 2 * (QUESTIONS + u64::from(MOST_WRITES)) + u64::try_from(more).unwrap();
    assert!(summary.connections <= most, "{summary:?}");
    portal.counts()
}

/// What a command may spend: so many lists, and one more for each further 30 seconds that it lasts.
fn is_spent(portal: &Portal, began: Instant, expected: &[String], lists: usize) {
    let more = usize::try_from(began.elapsed().as_secs() / 30).unwrap();
    let mut requests = spent(portal, more);
    let allowed: Vec<String> = (lists..=lists + more)
        .map(|count| format!("{count} GET /webhook"))
        .collect();
    let before = requests.len();
    requests.retain(|request| !allowed.contains(request));
    assert_eq!(
        requests.len() + 1,
        before,
        "{requests:?} beside {allowed:?}"
    );
    // A process asks once which key it is, to write and to plan a creation.
    let has = |verb: &str| expected.iter().any(|request| request.contains(verb));
    let own_key = match (has(" POST "), has(" PUT ") || has(" DELETE ")) {
        (true, _) => Some(format!("2 {OWN_KEY}")),
        (false, true) => Some(format!("1 {OWN_KEY}")),
        (false, false) => None,
    };
    let mut expected: Vec<String> = own_key
        .into_iter()
        .chain(expected.iter().cloned())
        .collect();
    expected.sort_by_key(|count| count.split_once(' ').map(|(_, kind)| kind.to_owned()));
    assert_eq!(requests, expected);
}

/// Counts the requests of a whole life of so many webhooks.
async fn is_in_budget(count: usize, parallelism: usize) {
    let portal = Portal::start().await;
    let mut directory = Workspace::new(portal.provider()).with_parallelism(parallelism);
    let config = many(count, &json!({}));

    let began = Instant::now();
    directory.apply(&config).await.quiet();
    // One each while planning, one each while applying.
    let created = [
        "2 GET /security/password".to_owned(),
        "2 GET /webhook/triggers".to_owned(),
        format!("{count} POST /webhook"),
    ];
    is_spent(&portal, began, &created, 2);

    let began = Instant::now();
    directory.plan(&config).await.empty();
    is_spent(&portal, began, &[], 1);
    let began = Instant::now();
    directory.refresh().await.quiet();
    is_spent(&portal, began, &[], 1);

    // One list to refresh, and one that the changes are checked against.
    let changed = many(count, &json!({"target_id": "7"}));
    let began = Instant::now();
    directory.apply(&changed).await.quiet();
    is_spent(&portal, began, &[format!("{count} PUT /webhook")], 2);

    let off = many(count, &json!({"target_id": "7", "enabled": false}));
    let began = Instant::now();
    directory.apply(&off).await.quiet();
    let put = format!("{count} PUT /webhook/enable");
    is_spent(&portal, began, &[put], 2);

    let began = Instant::now();
    directory.destroy(&off).await.quiet();
    let delete = format!("{count} DELETE /webhook/{{id}}");
    is_spent(&portal, began, &[delete], 2);

    let peak = directory.peak_memory;
    assert_eq!(peak.is_some(), cfg!(target_os = "linux"));
    assert!(peak < Some(MOST_MEMORY), "{peak:?} KiB");
}

#[tokio::test]
async fn one_webhook_is_in_budget() {
    for parallelism in [1, 10, 50] {
        is_in_budget(1, parallelism).await;
    }
}

/// A portal stores each new webhook switched on (API §16 O1).
#[tokio::test]
async fn very_many_webhooks_that_are_switched_off_cost_one_more_write_each() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let off = many(300, &json!({"enabled": false}));
    let began = Instant::now();
    directory.apply(&off).await.quiet();
    let expected = [
        "2 GET /security/password",
        "2 GET /webhook/triggers",
        "300 POST /webhook",
        "300 PUT /webhook/enable",
    ]
    .map(str::to_owned);
    is_spent(&portal, began, &expected, 2);
    directory.plan(&off).await.empty();
}

#[tokio::test]
async fn very_many_webhooks_one_at_a_time_are_in_budget() {
    is_in_budget(very_many(), 1).await;
}

#[tokio::test]
async fn very_many_webhooks_are_in_budget() {
    is_in_budget(MOST, 10).await;
}

#[tokio::test]
async fn very_many_webhooks_at_once_are_in_budget() {
    is_in_budget(very_many(), 50).await;
}

#[tokio::test]
async fn writes_in_flight_never_exceed_the_limit() {
    for (limit, most) in [(None, 10), (Some(3), 3), (Some(1), 1)] {
        let portal = Portal::start().await;
        portal
            .emulator
            .change_settings(|settings| settings.latency_ms = 100);
        let mut directory = portal.workspace().with_parallelism(50);
        if let Some(limit) = limit {
            directory.set("max_concurrent_writes", json!(limit));
        }
        let config = many(24, &json!({}));
        directory.apply(&config).await.quiet();
        directory
            .apply(&many(24, &json!({"ssl": false})))
            .await
            .quiet();
        directory.destroy(&Configuration::new()).await.quiet();
        let high = portal.emulator.request_summary().writes_high_water;
        // With all operations at a time the limit is what holds them back.
        assert!(
            (most / 2 + 1..=most).contains(&high),
            "{high} with a limit of {limit:?}"
        );
    }
}

/// The portal's own limits (API §9): nothing is refused, so nothing has to be repeated.
#[tokio::test]
async fn the_limits_of_a_real_portal_are_never_touched() {
    let portal = Portal::start().await;
    portal.emulator.change_settings(|settings| {
        settings.rate_limits = Some(docspace_emulator::RateLimits::default());
        settings.latency_ms = 5;
    });
    let mut directory = portal.workspace().with_parallelism(50);
    let config = many(100, &json!({}));
    directory.apply(&config).await.quiet();
    directory.destroy(&config).await.quiet();
    let statuses = portal.emulator.request_summary().by_status;
    assert_eq!(statuses.keys().collect::<Vec<_>>(), ["200"], "{statuses:?}");
}

/// Two directories of one user share the portal's 15 writes; each slows down when it is told to.
#[tokio::test]
async fn two_runs_of_one_user_get_along() {
    let portal = Portal::start().await;
    portal.emulator.change_settings(|settings| {
        settings.latency_ms = 20;
        settings.rate_limits = Some(docspace_emulator::RateLimits {
            concurrent_writes: 4,
            ..Default::default()
        });
    });
    let mut one = portal.workspace().also("max_retries", json!(10));
    let mut other = portal.workspace().also("max_retries", json!(10));
    let named = |prefix: &str| -> Configuration {
        let config = many(12, &json!({})).into_iter();
        let config = config.map(|(address, config)| {
            let name = format!("{prefix} {}", config["name"].as_str().unwrap());
            (address, with(&config, json!({"name": name})))
        });
        config.collect()
    };
    let (left, right) = (named("left"), named("right"));
    let (left, right) = tokio::join!(one.apply(&left), other.apply(&right));
    left.ok();
    right.ok();
    assert_eq!(portal.emulator.webhooks().len(), 24);
    assert_eq!((one.state.len(), other.state.len()), (12, 12));
}

/// One hash takes 8 MiB (product §4.2); many at once must not take as much each.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_memory_of_hashes_does_not_pile_up() {
    use std::sync::Arc;

    let portal = Portal::start().await;
    let host = Arc::new(portal.workspace().process().await);
    let mut creates = tokio::task::JoinSet::new();
    for n in 0..40 {
        let host = Arc::clone(&host);
        let secret = json!({"secret_key": null, "secret_key_wo": "S3cret-Key-42"});
        let config = with(&webhook(), json!({"name": format!("Webhook {n}")}));
        creates.spawn(async move {
            let plan = host.plan_create("docspace_webhook", with(&config, secret));
            host.apply(&plan.await.quiet()).await.quiet();
        });
    }
    creates.join_all().await;
    let peak = host.peak_memory().unwrap();
    assert!(peak < 64 * 1024, "{peak} KiB");
    Arc::into_inner(host).unwrap().stop().await;
}
