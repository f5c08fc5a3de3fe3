//! Rate limits, the cap on writes, and stopping.

use std::sync::Arc;
use std::time::Duration;

use docspace_emulator::{Fault, LimitReq, RetryAfter};
use terraform_provider_docspace::api::{Cause, Waits};

use super::bench::{Bench, CREATE, LIST, PATH, at_once, create, eventually};

#[tokio::test]
async fn writes_in_flight_never_exceed_the_cap() {
    let bench = Bench::with(|config| config.max_concurrent_writes = 3).await;
    bench
        .portal
        .change_settings(|settings| settings.latency_ms = 2);
    let client = bench.client.clone();
    let created = at_once(60, |index| {
        let client = client.clone();
        async move {
            client
                .create_webhook(&create(&format!("w{index}")), |_| true)
                .await
        }
    });
    assert!(created.await.iter().all(Result::is_ok));
    let summary = bench.portal.request_summary();
    assert_eq!(summary.count(CREATE), 60);
    assert_eq!(summary.writes_high_water, 3);
}

#[tokio::test]
async fn a_limiter_is_waited_out_and_still_gets_every_create_once() {
    for retry_after in [RetryAfter::Seconds(0), RetryAfter::Date(0)] {
        let bench = Bench::with(|config| config.max_retries = 1).await;
        bench.portal.change_settings(|settings| {
            settings.limit_req = Some(LimitReq {
                rate: 20.0,
                burst: 2,
                nodelay: true,
                status: 429,
                retry_after,
            });
        });
        let client = bench.client.clone();
        let created = at_once(60, |index| {
            let client = client.clone();
            async move {
                client
                    .create_webhook(&create(&format!("w{index}")), |_| true)
                    .await
            }
        });
        assert!(created.await.iter().all(Result::is_ok));
        let refused = bench.portal.request_summary().by_status["429"];
        assert!(refused > 0);
        assert_eq!(bench.portal.webhooks().len(), 60);
        assert_eq!(bench.count(CREATE), 60 + refused);
        assert!(bench.client.waits().total() > Duration::ZERO);
    }
}

/// Whoever was refused goes before whoever was not sent yet, and reads wait too.
///
/// The portal knows of its refusal before the client does, so on a busy machine the list can be asked for in between.
#[tokio::test]
async fn a_refusal_holds_everything_back() {
    for _attempt in 0..10 {
        if is_list_held_back().await {
            return;
        }
    }
    panic!("the list is never asked for after the create was let in");
}

/// Asks for the list while a create is held back. Returns whether the list shows what was created.
async fn is_list_held_back() -> bool {
    let bench = Bench::with(|config| config.max_retries = 1).await;
    let wait = [("Retry-After", "1")];
    bench.fault(Fault::on("POST", PATH).times(1).respond(429, &wait, ""));
    let first = {
        let client = bench.client.clone();
        tokio::spawn(async move { client.create_webhook(&create("first"), |_| true).await })
    };
    eventually(|| bench.portal.request_summary().by_status.contains_key("429")).await;
    let seen = bench.client.list_webhooks().await.unwrap();
    first.await.unwrap().unwrap();
    assert_eq!((bench.count(CREATE), bench.count(LIST)), (2, 1));
    seen.len() == 1
}

#[tokio::test]
async fn a_wait_of_hours_ends_all_who_wait_at_once() {
    let bench = Bench::with(|config| {
        config.max_retries = 4;
        config.max_concurrent_writes = 1;
    })
    .await;
    let hours = [("Retry-After", "7200")];
    let held = Fault::on("POST", PATH).times(1).delay_ms(200);
    let fault = bench.fault(held.respond(429, &hours, ""));
    let create = |name: &'static str| {
        let client = bench.client.clone();
        tokio::spawn(async move { client.create_webhook(&create(name), |_| true).await })
    };
    let sent = create("sent");
    eventually(|| bench.portal.fault_hits(fault) == 1).await;
    let waiting = create("waiting");
    tokio::task::yield_now().await;
    for ended in [sent, waiting] {
        let error = ended.await.unwrap().unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7200)));
    }
    assert_eq!(bench.count(CREATE), 1);
}

#[tokio::test]
async fn a_429_without_a_time_is_an_error_without_a_time() {
    let bench = Bench::start().await;
    bench.fault(Fault::on("GET", PATH).respond(429, &[("X-RateLimit-Limit", "50")], ""));
    let error = bench.client.list_webhooks().await.unwrap_err();
    assert_eq!((error.status(), error.retry_after()), (Some(429), None));
    assert!(error.is_retryable() && !error.outcome_unknown());
}

#[tokio::test]
async fn a_portal_that_asks_for_hours_is_reported_at_once() {
    let bench = Bench::with(|config| config.max_retries = 4).await;
    bench.fault(Fault::on("GET", PATH).respond(429, &[("Retry-After", "7200")], ""));
    let error = bench.client.list_webhooks().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7200)));
    assert_eq!((error.attempts(), bench.count(LIST)), (1, 1));
}

/// This machine's clock may be years away from the portal's, or jump while a request is under way.
#[tokio::test]
async fn a_date_to_wait_for_is_read_by_the_portals_clock() {
    let bench = Bench::with(|config| config.max_retries = 1).await;
    let dates = [
        ("Date", "Mon, 01 Jan 2024 00:00:00 GMT"),
        ("Retry-After", "Mon, 01 Jan 2024 02:00:00 GMT"),
    ];
    bench.fault(Fault::on("GET", PATH).respond(429, &dates, ""));
    let error = bench.client.list_webhooks().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7200)));
    assert_eq!(bench.count(LIST), 1);
}

#[tokio::test]
async fn a_date_in_the_past_is_no_wait() {
    // On a busy machine no wait may last a second too.
    for _attempt in 0..5 {
        let bench = Bench::with(|config| config.max_retries = 1).await;
        let past = [("Retry-After", "Mon, 01 Jan 2024 00:00:00 GMT")];
        let fault = bench.fault(Fault::on("GET", PATH).times(1).respond(503, &past, ""));
        bench.client.list_webhooks().await.unwrap();
        bench.assert_hits(fault, 1);
        if bench.client.waits().longest() < Duration::from_secs(1) {
            return;
        }
    }
    panic!("each request was waited for");
}

#[tokio::test]
async fn each_observer_sees_its_own_waits_only() {
    let bench = Bench::with(|config| config.max_retries = 1).await;
    let (mine, others) = (Arc::new(Waits::default()), Arc::new(Waits::default()));
    let retry = [("Retry-After", "0")];
    bench.fault(Fault::on("GET", PATH).times(1).respond(503, &retry, ""));
    let client = bench.client.with_waits(Arc::clone(&mine));
    client.list_webhooks().await.unwrap();
    bench
        .client
        .with_waits(Arc::clone(&others))
        .list_webhooks()
        .await
        .unwrap();
    assert!(mine.total() > Duration::ZERO);
    assert_eq!(others.total(), Duration::ZERO);
    assert_eq!(bench.client.waits().total(), Duration::ZERO);
}

#[tokio::test]
async fn after_a_stop_running_writes_finish_and_waiting_ones_never_start() {
    let bench = Bench::with(|config| {
        config.max_concurrent_writes = 1;
        config.max_retries = 4;
    })
    .await;
    bench.fault(
        Fault::on("POST", PATH)
            .times(1)
            .after_storing()
            .delay_ms(200),
    );
    let start = |name: &'static str| {
        let client = bench.client.clone();
        tokio::spawn(async move { client.create_webhook(&create(name), |_| true).await })
    };
    let running = start("running");
    eventually(|| bench.portal.request_summary().in_flight == 1).await;
    let waiting = start("waiting");
    bench.client.stop();
    let late = start("late");
    assert!(running.await.unwrap().is_ok());
    for refused in [waiting, late] {
        let error = refused.await.unwrap().unwrap_err();
        assert!(matches!(error.cause(), Cause::Stopped), "{error}");
        assert!(!error.outcome_unknown());
    }
    assert_eq!(bench.names(), ["running"]);
    assert_eq!(bench.client.list_webhooks().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_stop_ends_a_wait_with_the_error_that_caused_it() {
    let bench = Bench::with(|config| config.max_retries = 4).await;
    let wait = [("Retry-After", "59")];
    bench.fault(Fault::on("POST", PATH).respond(429, &wait, ""));
    let client = bench.client.clone();
    let waiting = tokio::spawn(async move { client.create_webhook(&create("a"), |_| true).await });
    eventually(|| bench.portal.request_summary().by_status.contains_key("429")).await;
    bench.client.stop();
    let error = waiting.await.unwrap().unwrap_err();
    assert_eq!((error.status(), error.attempts()), (Some(429), 1));
}
