//! Requests whose answer is lost, spoiled or late: what is sent again and what is not.

use docspace_emulator::{Fault, FaultAction, FaultTrickle, FaultTruncation};
use terraform_provider_docspace::api::{Cause, Client, EnableWebhook, Removal, Webhook};

use super::bench::{
    Bench, CREATE, DELETE, ENABLE, LIST, PATH, UPDATE, at_once, create, eventually, id, update,
};

fn truncated() -> FaultAction {
    FaultAction::Truncate(FaultTruncation { keep_bytes: None })
}

#[tokio::test]
async fn a_create_is_sent_once_whatever_happens_to_its_answer() {
    for (name, fault) in [
        ("reset before storing", Fault::on("POST", PATH).reset()),
        (
            "reset after storing",
            Fault::on("POST", PATH).after_storing().reset(),
        ),
        (
            "closed after storing",
            Fault::on("POST", PATH)
                .after_storing()
                .action(FaultAction::Close),
        ),
        ("truncated", Fault::on("POST", PATH).action(truncated())),
        ("502", Fault::on("POST", PATH).respond(502, &[], "<html>")),
        (
            "503",
            Fault::on("POST", PATH).respond(503, &[("Retry-After", "0")], ""),
        ),
        (
            "504 after storing",
            Fault::on("POST", PATH)
                .after_storing()
                .respond(504, &[], ""),
        ),
        (
            "cut JSON",
            Fault::on("POST", PATH)
                .after_storing()
                .respond(200, &[], "{\"response\":{\"id\":"),
        ),
        (
            "no id",
            Fault::on("POST", PATH)
                .after_storing()
                .respond(200, &[], "{\"response\":{}}"),
        ),
    ] {
        let bench = Bench::with(|config| config.max_retries = 4).await;
        let fault = bench.fault(fault);
        let error = bench
            .client
            .create_webhook(&create("a"), |_| true)
            .await
            .unwrap_err();
        assert!(error.outcome_unknown(), "{name}: {error}");
        assert_eq!(error.attempts(), 1, "{name}");
        assert_eq!(bench.count(CREATE), 1, "{name}");
        bench.assert_hits(fault, 1);
    }
}

#[tokio::test]
async fn a_create_is_sent_once_after_a_timeout() {
    let bench = Bench::impatient(4).await;
    let fault = bench.fault(Fault::on("POST", PATH).after_storing().stall());
    let error = bench
        .client
        .create_webhook(&create("a"), |_| true)
        .await
        .unwrap_err();
    assert!(matches!(error.cause(), Cause::Timeout { .. }), "{error}");
    assert!(error.outcome_unknown());
    assert_eq!(bench.count(CREATE), 1);
    assert_eq!(bench.names(), ["a"]);
    bench.assert_hits(fault, 1);
}

#[tokio::test]
async fn a_slow_answer_counts_against_the_time_limit_to_its_last_byte() {
    let bench = Bench::impatient(0).await;
    let trickle = FaultTrickle {
        bytes: 1,
        pause_ms: 20,
    };
    bench.fault(Fault::on("POST", PATH).action(FaultAction::Trickle(trickle)));
    let error = bench
        .client
        .create_webhook(&create("a"), |_| true)
        .await
        .unwrap_err();
    assert!(matches!(error.cause(), Cause::Timeout { .. }), "{error}");
    assert!(error.outcome_unknown());
}

#[tokio::test]
async fn a_timed_out_read_is_repeated_once() {
    let bench = Bench::impatient(4).await;
    bench.fault(Fault::on("GET", PATH).stall());
    let error = bench.client.list_webhooks().await.unwrap_err();
    assert!(matches!(error.cause(), Cause::Timeout { .. }), "{error}");
    assert!(!error.outcome_unknown());
    assert_eq!((error.attempts(), bench.count(LIST)), (2, 2));
}

/// Runs one call on a bench where its first attempt is spoiled, and checks that it was sent twice.
async fn repeats<F>(
    spoil: Fault,
    (method, path, route): (&str, &str, &str),
    call: impl FnOnce(Client, Webhook) -> F,
) where
    F: Future<Output = ()>,
{
    let bench = Bench::with(|config| config.max_retries = 1).await;
    let webhook = bench.created("a").await.webhook.unwrap();
    let on = Fault::on(method, path).times(1);
    let fault = bench.fault(Fault {
        when: on.when,
        ..spoil
    });
    call(bench.client.clone(), webhook).await;
    assert_eq!(bench.count(route), 2, "{route}");
    bench.assert_hits(fault, 1);
}

async fn everything_but_a_create_repeats(spoil: Fault) {
    let switch = "/api/2.0/settings/webhook/enable";
    let one = "/api/2.0/settings/webhook/*";
    tokio::join!(
        repeats(
            spoil.clone(),
            ("GET", PATH, LIST),
            async |client: Client, _| {
                assert_eq!(client.list_webhooks().await.unwrap().len(), 1);
            }
        ),
        repeats(
            spoil.clone(),
            ("PUT", PATH, UPDATE),
            async |client: Client, webhook: Webhook| {
                let mut change = update(&webhook);
                change.enabled = false;
                assert!(!client.update_webhook(&change).await.unwrap().enabled);
            }
        ),
        repeats(
            spoil.clone(),
            ("PUT", switch, ENABLE),
            async |client: Client, webhook: Webhook| {
                let switch = EnableWebhook {
                    id: webhook.id,
                    name: webhook.name,
                    uri: webhook.uri,
                    enabled: false,
                };
                assert!(!client.enable_webhook(&switch).await.unwrap().enabled);
            }
        ),
        repeats(
            spoil,
            ("DELETE", one, DELETE),
            async |client: Client, webhook: Webhook| {
                client.delete_webhook(webhook.id).await.unwrap();
                assert!(client.list_webhooks().await.unwrap().is_empty());
            }
        ),
    );
}

#[tokio::test]
async fn everything_but_a_create_is_repeated_after_a_reset() {
    Box::pin(everything_but_a_create_repeats(Fault::default().reset())).await;
}

#[tokio::test]
async fn everything_but_a_create_is_repeated_after_a_reset_that_came_too_late() {
    Box::pin(everything_but_a_create_repeats(
        Fault::default().after_storing().reset(),
    ))
    .await;
}

#[tokio::test]
async fn everything_but_a_create_is_repeated_after_a_cut_answer() {
    Box::pin(everything_but_a_create_repeats(
        Fault::default().action(truncated()),
    ))
    .await;
}

#[tokio::test]
async fn everything_but_a_create_is_repeated_after_a_503() {
    let unavailable = Fault::default().respond(503, &[("Retry-After", "0")], "");
    Box::pin(everything_but_a_create_repeats(unavailable)).await;
}

#[tokio::test]
async fn a_removal_whose_answer_was_lost_finds_nothing_and_has_succeeded() {
    let bench = Bench::with(|config| config.max_retries = 1).await;
    let webhook = bench.created("a").await;
    bench.fault(Fault::on("DELETE", "*").times(1).after_storing().reset());
    let removal = bench.client.delete_webhook(webhook.id).await.unwrap();
    assert_eq!(removal, Removal::AlreadyGone);
    assert_eq!(bench.count(DELETE), 2);
}

#[tokio::test]
async fn an_update_that_never_gets_an_answer_is_unknown() {
    let bench = Bench::with(|config| config.max_retries = 1).await;
    let webhook = bench.created("a").await.webhook.unwrap();
    bench.fault(Fault::on("PUT", PATH).reset());
    let error = bench
        .client
        .update_webhook(&update(&webhook))
        .await
        .unwrap_err();
    assert!(error.outcome_unknown());
    assert_eq!((error.attempts(), bench.count(UPDATE)), (2, 2));
}

#[tokio::test]
async fn a_create_that_reached_nobody_is_repeated() {
    let bench = Bench::with(|config| config.max_retries = 1).await;
    let fault = bench.fault(Fault::on("POST", PATH).times(1).respond(
        429,
        &[("Retry-After", "0")],
        "",
    ));
    bench
        .client
        .create_webhook(&create("a"), |_| true)
        .await
        .unwrap();
    bench.assert_hits(fault, 1);
    assert_eq!(bench.count(CREATE), 2);
    assert_eq!(bench.names(), ["a"]);
}

#[tokio::test]
async fn a_create_without_a_connection_is_repeated_and_its_outcome_is_known() {
    let (_taken, address) = crate::portal::nobody();
    let client = super::bench::client_of(&format!("http://{address}"), "sk-1", |config| {
        config.max_retries = 1;
    });
    let error = client
        .create_webhook(&create("a"), |_| true)
        .await
        .unwrap_err();
    assert!(matches!(error.cause(), Cause::Connect { .. }), "{error}");
    assert!(!error.outcome_unknown());
    assert_eq!(error.attempts(), 2);
}

#[tokio::test]
async fn zero_retries_send_every_request_once() {
    let bench = Bench::start().await;
    bench.fault(Fault::on("*", "/api/2.0/*").reset());
    bench.client.list_webhooks().await.unwrap_err();
    bench.client.delete_webhook(id(1)).await.unwrap_err();
    assert_eq!((bench.count(LIST), bench.count(DELETE)), (1, 1));
}

#[tokio::test]
async fn a_dropped_call_frees_its_place_among_the_writes() {
    let bench = Bench::with(|config| config.max_concurrent_writes = 1).await;
    let fault = bench.fault(Fault::on("POST", PATH).times(1).stall());
    let client = bench.client.clone();
    let stalled = tokio::spawn({
        let client = client.clone();
        async move { client.create_webhook(&create("a"), |_| true).await }
    });
    eventually(|| bench.portal.fault_hits(fault) == 1).await;
    stalled.abort();
    let created = at_once(1, |_| {
        let client = client.clone();
        async move { client.create_webhook(&create("b"), |_| true).await }
    });
    assert!(created.await.remove(0).is_ok());
}
