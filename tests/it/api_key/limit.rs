//! A portal lets a person make a few keys in a quarter of an hour, and does not say when the next one may come.

use docspace_emulator::{Config, RateLimits};
use serde_json::json;

use super::{API_KEY, DELETE, ON_POST, POST, directory, key, made};
use crate::commands::{Configuration, one};
use crate::host::process::eventually;
use crate::portal::{Portal, on, with};

/// A portal with a short quarter of an hour.
async fn limited(keys: u32, quarter_hour_ms: u64) -> Portal {
    let mut config = Config::offline();
    config.settings.rate_limits = Some(RateLimits {
        sensitive_per_quarter_hour: keys,
        quarter_hour_ms,
        ..RateLimits::default()
    });
    Portal::with(config).await
}

#[tokio::test]
async fn keys_are_waited_for_until_the_portal_allows_them() {
    // It has passed when the third is asked for again for the second time, after six seconds.
    let portal = limited(2, 5_000).await;
    let mut directory = directory(&portal).env("TF_LOG", "INFO");
    let four: Configuration = (0..4)
        .map(|n| {
            (
                format!("it{n}"),
                with(&key(), json!({"name": format!("Key {n}")})),
            )
        })
        .collect();
    let report = directory.apply(&four).await;
    assert!(!report.has_errors(), "{report:?}");
    assert_eq!(made(&portal).len(), 4);
    // Once a minute, of which this wait lasts a part.
    let waits = "waiting for the next one";
    assert!(
        directory
            .log
            .iter()
            .any(|record| record.message.contains(waits))
    );
    directory.plan(&four).await.empty();
}

/// The wait concerns nobody else, in the same run too.
#[tokio::test]
async fn other_requests_go_on_meanwhile() {
    let portal = limited(1, 900_000).await;
    let host = directory(&portal).process().await;
    let first = host.plan_create(API_KEY, key()).await.quiet();
    let state = host.apply(&first).await.quiet().unwrap();
    let second = host
        .plan_create(API_KEY, with(&key(), json!({"name": "Second"})))
        .await
        .quiet();
    let doomed = host.plan_destroy(&state).await.quiet();
    let (applied, ()) = tokio::join!(host.apply(&second), async {
        eventually("a refusal", || {
            let log = portal.emulator.request_log();
            log.iter()
                .any(|entry| entry.status == Some(429))
                .then_some(())
        })
        .await;
        host.apply(&doomed).await.quiet();
        host.interrupt().await;
    });
    let error = &applied.refused()[0];
    assert!(
        error.detail.contains("five API keys in 15 minutes"),
        "{error:?}"
    );
    assert!(portal.all_requests().contains(&DELETE.to_owned()));
    assert!(
        made(&portal).is_empty(),
        "nothing was made after the interrupt"
    );
    host.stop().await;
}

#[tokio::test]
async fn without_retries_the_limit_is_an_error_that_explains_it() {
    let portal = limited(1, 900_000).await;
    let mut directory = directory(&portal).also("max_retries", json!(0));
    directory.apply(&one(&key())).await.quiet();
    portal.take();
    let mut second = super::directory(&portal).also("max_retries", json!(0));
    let report = second.apply(&one(&key())).await;
    let error = report.error("Could not create the API key: too many requests (429)");
    assert!(
        error.detail.contains("five API keys in 15 minutes"),
        "{error:?}"
    );
    let posts = portal.all_requests();
    assert_eq!(posts.iter().filter(|request| *request == POST).count(), 1);
}

/// What says when to come back is another limit, which is waited out as for every request.
#[tokio::test]
async fn a_refusal_with_a_time_is_waited_out_at_the_gate() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    portal.fault(
        on(ON_POST)
            .times(1)
            .respond(429, &[("Retry-After", "1")], ""),
    );
    directory.apply(&one(&key())).await.quiet();
    assert_eq!(made(&portal).len(), 1);
}
