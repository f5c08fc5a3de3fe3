//! One list request for many readers.

use std::sync::Arc;

use docspace_emulator::{Fault, NewWebhook};
use terraform_provider_docspace::api::{Client, WebhookList};

use super::bench::{Bench, CREATE, LIST, PATH, at_once, create, id};

fn list(bench: &Bench) -> Arc<WebhookList<Client>> {
    Arc::new(WebhookList::new(bench.client.clone()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_concurrent_readers_cost_one_request() {
    let bench = Bench::start().await;
    for number in 0..300 {
        bench.portal.create_webhook(NewWebhook {
            name: format!("w{number}"),
            ..NewWebhook::default()
        });
    }
    let list = list(&bench);
    let snapshots = at_once(300, |_| {
        let list = Arc::clone(&list);
        async move { list.read().await.unwrap() }
    });
    for (number, snapshot) in (1..).zip(snapshots.await) {
        assert_eq!(snapshot.len(), 300);
        assert!(snapshot.webhook(id(number)).is_some());
    }
    assert_eq!(bench.count(LIST), 1);
}

#[tokio::test]
async fn creating_three_hundred_costs_one_list_and_ends_with_all_of_them() {
    let bench = Bench::start().await;
    let list = list(&bench);
    let client = bench.client.clone();
    let created = at_once(300, |number| {
        let (list, client) = (Arc::clone(&list), client.clone());
        async move {
            list.read().await.unwrap();
            let token = list.begin_create();
            let created = client
                .create_webhook(&create(&format!("w{number}")), |_| true)
                .await
                .unwrap();
            token.created(created.webhook.unwrap());
            let snapshot = list.read().await.unwrap();
            assert!(snapshot.webhook(created.id).is_some());
        }
    });
    created.await;
    assert_eq!(list.read().await.unwrap().len(), 300);
    assert!(list.baseline().unwrap().is_empty());
    assert_eq!((bench.count(CREATE), bench.count(LIST)), (300, 1));
}

#[tokio::test]
async fn a_lost_create_is_found_by_a_fresh_list_and_told_from_older_ones() {
    let bench = Bench::start().await;
    bench.portal.create_webhook(NewWebhook::default());
    let list = list(&bench);
    list.read().await.unwrap();
    let token = list.begin_create();
    bench.fault(Fault::on("POST", PATH).after_storing().reset());
    let webhook = create("lost");
    let error = bench
        .client
        .create_webhook(&webhook, |_| true)
        .await
        .unwrap_err();
    token.failed(&error);
    let now = list.read().await.unwrap();
    let baseline = list.baseline().unwrap();
    let found: Vec<_> = now.with_pair(&webhook.name, &webhook.uri).collect();
    assert_eq!(found.len(), 1);
    assert!(Some(found[0].id) > baseline.max_id());
    assert_eq!(baseline.with_pair(&webhook.name, &webhook.uri).count(), 0);
    assert_eq!(bench.count(LIST), 2);
}

#[tokio::test]
async fn a_portal_that_is_down_is_waited_for_once_and_not_by_every_reader() {
    let bench = Bench::with(|config| config.max_retries = 1).await;
    let list = list(&bench);
    let down = bench.fault(Fault::on("GET", PATH).respond(502, &[], ""));
    for _ in 0..20 {
        list.read().await.unwrap_err();
    }
    bench.assert_hits(down, 21);
    bench.portal.clear_faults();
    assert!(list.read().await.is_ok());
}

#[tokio::test]
async fn a_failed_list_fails_its_readers_and_the_next_one_reads_again() {
    let bench = Bench::start().await;
    let list = list(&bench);
    bench.fault(Fault::on("GET", PATH).times(1).respond(502, &[], ""));
    let outcomes = at_once(10, |_| {
        let list = Arc::clone(&list);
        async move { list.read().await }
    });
    let failed = outcomes
        .await
        .iter()
        .filter(|outcome| outcome.is_err())
        .count();
    assert!(failed > 0);
    assert!(list.read().await.is_ok());
    assert_eq!(bench.count(LIST), 2);
}
