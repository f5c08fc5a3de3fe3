//! Entries that somebody else put on the list, and lists of other portals.

use serde_json::json;

use super::{EMBEDDING, GET, POST, directory, entries, list, listing, set, settled};
use crate::commands::Configuration;
use crate::host::core::Action;
use crate::portal::Portal;

#[tokio::test]
async fn what_nobody_configured_is_drift_and_goes_by_a_plan_that_shows_it() {
    let portal = Portal::start().await;
    let mut directory = settled(&portal, "a.example").await;
    set(&portal, "plugin.example a.example");
    let planned = directory.plan(&listing("a.example")).await;
    planned.report.quiet();
    assert_eq!(planned.actions(), [Action::Update]);
    let prior = planned.only().prior.as_ref().unwrap();
    assert_eq!(
        prior.value["domains"],
        json!(["a.example", "plugin.example"])
    );
    assert_eq!(planned.only().planned["domains"], json!(["a.example"]));
    directory.carry_out(planned).await.quiet();
    assert_eq!(list(&portal), "a.example");

    set(&portal, "plugin.example a.example");
    directory
        .plan(&listing("a.example plugin.example"))
        .await
        .empty();
}

#[tokio::test]
async fn what_came_since_the_plan_stays_until_a_plan_shows_it() {
    let portal = Portal::start().await;
    let mut directory = settled(&portal, "a.example b.example").await;
    let planned = directory.plan(&listing("b.example c.example")).await;
    set(&portal, "b.example plugin.example a.example");
    portal.take();
    directory.carry_out(planned).await.quiet();
    assert_eq!(portal.requests(), [GET, POST]);
    assert_eq!(list(&portal), "b.example plugin.example c.example");
    assert_eq!(
        directory.attribute("domains"),
        &json!(["b.example", "c.example"])
    );
    let planned = directory.plan(&listing("b.example c.example")).await;
    assert_eq!(planned.actions(), [Action::Update]);
}

#[tokio::test]
async fn what_somebody_took_away_is_put_back() {
    let portal = Portal::start().await;
    let mut directory = settled(&portal, "a.example b.example").await;
    set(&portal, "b.example");
    directory
        .apply(&listing("a.example b.example"))
        .await
        .quiet();
    assert_eq!(list(&portal), "b.example a.example");
}

#[tokio::test]
async fn a_destroy_takes_away_what_the_state_has_and_nothing_else() {
    let portal = Portal::start().await;
    let mut directory = settled(&portal, "a.example b.example").await;
    let planned = directory.plan(&Configuration::new()).await;
    set(&portal, "plugin.example a.example b.example");
    directory.carry_out(planned).await.quiet();
    assert_eq!(list(&portal), "plugin.example");
    assert!(directory.state.is_empty());
}

/// Each of two resources changes its own entries, at the same time and in one process.
#[tokio::test]
async fn changes_of_one_process_do_not_overwrite_each_other() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    directory.import_to("one", "embedding").await.quiet();
    directory.import_to("other", "embedding").await.quiet();
    portal
        .emulator
        .change_settings(|settings| settings.latency_ms = 30);
    let both = Configuration::from([
        ("one".to_owned(), entries("a.example")),
        ("other".to_owned(), entries("b.example")),
    ]);
    directory.apply(&both).await.quiet();
    let mut domains = portal.emulator.embedding_domains();
    domains.sort();
    assert_eq!(domains, ["a.example", "b.example"]);
}

/// `create_before_destroy`, or a renaming without a `moved` block whose new half comes first.
#[tokio::test]
async fn what_a_successor_has_taken_over_stays_when_its_predecessor_goes() {
    let portal = Portal::start().await;
    let directory = settled(&portal, "a.example b.example").await;
    let predecessor = directory.it().clone();
    let host = directory.process().await;
    let plan = host.plan_create(EMBEDDING, entries("a.example b.example"));
    let successor = host.apply(&plan.await.quiet()).await;
    let successor = successor.quiet().unwrap();
    let plan = host.plan_destroy(&predecessor).await.quiet();
    host.apply(&plan).await.quiet();
    assert_eq!(list(&portal), "a.example b.example");

    // A process that is kept need not read before the end of the successor.
    let plan = host.plan_destroy(&successor).await.quiet();
    host.apply(&plan).await.quiet();
    assert_eq!(list(&portal), "");
    host.stop().await;
}

#[tokio::test]
async fn an_entry_can_go_from_one_resource_to_another() {
    let portal = Portal::start().await;
    set(&portal, "a.example b.example");
    let directory = directory(&portal);
    let host = directory.process().await;
    let imported = || host.import(EMBEDDING, "embedding");
    let (one, other) = (imported().await.quiet(), imported().await.quiet());
    let change = |prior, domains| host.plan(EMBEDDING, Some(prior), entries(domains));
    let taken = change(&other, "b.example c.example").await.quiet();
    let given_up = change(&one, "a.example").await.quiet();
    host.apply(&taken).await.quiet();
    host.apply(&given_up).await.quiet();
    assert_eq!(list(&portal), "b.example c.example a.example");
    host.stop().await;
}

#[tokio::test]
async fn the_list_of_another_portal_is_not_touched() {
    let ours = Portal::start().await;
    let theirs = Portal::start().await;
    set(&theirs, "a.example z.example");
    let mut directory = settled(&ours, "a.example").await;
    let changed = directory.plan(&listing("b.example")).await;
    let doomed = directory.plan(&Configuration::new()).await;
    directory.set("base_url", json!(theirs.emulator.base_url()));
    let mut reports = vec![directory.plan(&listing("a.example")).await.report];
    for planned in [changed, doomed] {
        reports.push(directory.carry_out(planned).await);
    }
    for report in reports {
        let error = report.error("The embedding domains belong to another portal");
        for portal in [&ours, &theirs] {
            let address = portal.emulator.base_url();
            let origin = address.trim_end_matches('/');
            assert!(error.detail.contains(origin), "{origin}: {error:?}");
        }
    }
    assert_eq!(list(&theirs), "a.example z.example");
    assert_eq!(theirs.requests(), [GET, GET, GET]);
    assert_eq!(directory.attribute("domains"), &json!(["a.example"]));
}

#[tokio::test]
async fn a_portal_with_the_same_list_is_the_same_portal_elsewhere() {
    let old = Portal::start().await;
    let new = Portal::start().await;
    set(&new, "b.example a.example");
    let mut directory = settled(&old, "a.example b.example").await;
    directory.set("base_url", json!(new.emulator.base_url()));
    directory.apply(&listing("b.example")).await.quiet();
    assert_eq!(list(&new), "b.example");
    directory.set("base_url", json!(old.emulator.base_url()));
    let report = directory.plan(&listing("b.example")).await.report;
    report.error("The embedding domains belong to another portal");
}
