//! Creation, change, destruction and import, with their requests.

use serde_json::json;

use super::{
    EMBEDDING, GET, POST, directory, entries, list, listing, portal_with_weak_keys, set, settled,
};
use crate::commands::{CLIENTS, Handle, Workspace, one};
use crate::host::core::Action;
use crate::portal::Portal;

#[tokio::test]
async fn each_plan_is_one_read_and_each_change_a_read_and_a_write() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    let planned = directory.plan(&listing("b.example a.example")).await;
    assert_eq!(planned.actions(), [Action::Create]);
    assert_eq!(portal.requests(), [GET]);
    // Terraform plans a second time before it applies.
    directory.carry_out(planned).await.quiet();
    assert_eq!(portal.requests(), [GET, GET, POST]);
    assert_eq!(list(&portal), "a.example b.example");
    assert_eq!(directory.attribute("id"), "embedding");
    assert_eq!(directory.it().identity, Some(json!({"id": "embedding"})));

    directory
        .plan(&listing("a.example b.example"))
        .await
        .empty();
    assert_eq!(portal.requests(), [GET]);
    directory.refresh().await.quiet();
    assert_eq!(portal.requests(), [GET]);

    let planned = directory.plan(&listing("b.example c.example")).await;
    assert_eq!(planned.actions(), [Action::Update]);
    assert_eq!(portal.requests(), [GET]);
    directory.carry_out(planned).await.quiet();
    assert_eq!(portal.requests(), [GET, POST]);
    assert_eq!(list(&portal), "b.example c.example");

    directory
        .destroy(&listing("b.example c.example"))
        .await
        .quiet();
    assert_eq!(portal.requests(), [GET, GET, POST]);
    assert_eq!(list(&portal), "");
    assert!(directory.state.is_empty());
}

#[tokio::test]
async fn every_client_manages_the_list() {
    for client in CLIENTS {
        let portal = Portal::start().await;
        let mut directory = directory(&portal).with_client(client);
        for domains in ["a.example", "a.example b.example", ""] {
            directory.apply(&listing(domains)).await.quiet();
            directory.plan(&listing(domains)).await.empty();
            assert_eq!(list(&portal), domains, "{}", client.name);
        }
        directory.destroy(&listing("")).await.quiet();
    }
}

#[tokio::test]
async fn nothing_is_written_where_nothing_differs() {
    let portal = Portal::start().await;
    set(&portal, "b.example a.example");
    let mut directory = settled(&portal, "a.example b.example").await;
    assert_eq!(list(&portal), "b.example a.example");
    let statistics = portal.emulator.request_summary();
    assert_eq!(statistics.writes_high_water, 0);

    let planned = directory.plan(&listing("a.example")).await;
    set(&portal, "a.example");
    portal.take();
    directory.carry_out(planned).await.quiet();
    assert_eq!(portal.requests(), [GET]);

    set(&portal, "");
    directory.destroy(&listing("a.example")).await.quiet();
    assert_eq!(portal.requests(), [GET, GET]);
}

#[tokio::test]
async fn a_list_that_exists_is_neither_replaced_nor_lost() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    for there in ["z.example", "z.example a.example"] {
        set(&portal, there);
        portal.take();
        let planned = directory.plan(&listing("a.example")).await;
        let warning = planned
            .report
            .warning("The portal already has embedding domains");
        assert!(warning.detail.contains("\"z.example\""), "{warning:?}");
        assert_eq!(portal.requests(), [GET]);
        let report = directory.carry_out(planned).await;
        let error = report.errors()[0];
        assert_eq!(error.summary, "The portal already has embedding domains");
        assert!(error.detail.contains("\"z.example\""), "{error:?}");
        assert!(error.detail.contains("import {"), "{error:?}");
        assert_eq!(portal.requests(), [GET, GET]);
        assert_eq!(list(&portal), there);
        assert!(directory.state.is_empty());
    }
}

/// Between plan and apply, too.
#[tokio::test]
async fn a_list_that_was_made_since_the_plan_is_not_replaced() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    let planned = directory.plan(&listing("a.example")).await;
    planned.report.quiet();
    set(&portal, "z.example");
    let report = directory.carry_out(planned).await;
    assert!(report.has_errors());
    assert_eq!(list(&portal), "z.example");
}

#[tokio::test]
async fn the_list_is_imported_by_its_id_and_by_its_identity() {
    for handle in [
        Handle::from("embedding"),
        Handle::Identity(json!({"id": "embedding"})),
    ] {
        let portal = Portal::start().await;
        set(&portal, "z.example a.example z.example");
        let mut directory = directory(&portal);
        directory.import(handle).await.quiet();
        assert_eq!(portal.requests(), [GET]);
        let found = json!({"id": "embedding", "domains": ["a.example", "z.example"]});
        assert_eq!(directory.it().value, found);
        directory
            .plan(&listing("z.example a.example"))
            .await
            .empty();
        // The order stays, and so does a duplicate of what stays.
        directory
            .apply(&listing("z.example b.example"))
            .await
            .quiet();
        assert_eq!(list(&portal), "z.example z.example b.example");
    }
}

#[tokio::test]
async fn a_portal_has_one_list_and_it_has_one_id() {
    let portal = Portal::start().await;
    for handle in [
        Handle::from("1"),
        Handle::from(""),
        Handle::Identity(json!({"id": "Embedding"})),
    ] {
        let mut directory = directory(&portal);
        let report = directory.import(handle).await;
        let error = report.error("Invalid import id");
        assert!(error.detail.contains("\"embedding\""), "{error:?}");
        assert!(directory.state.is_empty());
    }
    assert_eq!(portal.requests(), [""; 0]);
}

#[tokio::test]
async fn who_may_read_and_not_write_is_told_at_the_write() {
    let portal = portal_with_weak_keys().await;
    for (key, summary, words) in [
        (
            "sk-user",
            "Could not update embedding domains: access refused (403)",
            "portal's owner or of an administrator",
        ),
        (
            "sk-reader",
            "Could not update embedding domains: key lacks the scope",
            "a change needs *:write",
        ),
    ] {
        let mut directory = Workspace::new(portal.provider_with_key(key)).of(EMBEDDING);
        directory.plan(&listing("a.example")).await.report.quiet();
        let report = directory.apply(&one(&entries("a.example"))).await;
        let error = report.error(summary);
        assert!(error.detail.contains(words), "{error:?}");
    }
    assert_eq!(list(&portal), "");
}
