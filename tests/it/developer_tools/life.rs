//! Creation, change, destruction and import, with their requests.

use serde_json::json;

use super::{
    DEVELOPER_TOOLS, GET, POST, directory, is_limited, limited, portal_with_weak_keys, set, settled,
};
use crate::commands::{CLIENTS, Configuration, Handle, Workspace, one};
use crate::host::core::Action;
use crate::host::value::unknown;
use crate::portal::Portal;

const SELF: &str = "GET /people/@self";

#[tokio::test]
async fn each_change_is_a_read_and_a_write_and_an_empty_plan_is_one_read() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    let planned = directory.plan(&limited(true)).await;
    assert_eq!(planned.actions(), [Action::Create]);
    assert_eq!(portal.requests(), [SELF]);
    // Terraform plans a second time before it applies.
    directory.carry_out(planned).await.quiet();
    assert_eq!(portal.requests(), [SELF, GET, POST]);
    assert!(is_limited(&portal));
    let state = json!({"id": "developer_tools", "limited_to_admins": true});
    assert_eq!(directory.it().value, state);
    assert_eq!(
        directory.it().identity,
        Some(json!({"id": "developer_tools"}))
    );

    directory.plan(&limited(true)).await.empty();
    assert_eq!(portal.requests(), [GET]);

    let planned = directory.plan(&limited(false)).await;
    assert_eq!(planned.actions(), [Action::Update]);
    portal.take();
    directory.carry_out(planned).await.quiet();
    assert_eq!(portal.requests(), [SELF, GET, POST]);
    assert!(!is_limited(&portal));

    directory.destroy(&limited(false)).await.quiet();
    assert_eq!(portal.requests(), [GET]);
    assert!(directory.state.is_empty());
}

#[tokio::test]
async fn every_client_manages_the_setting() {
    for client in CLIENTS {
        let portal = Portal::start().await;
        let mut directory = directory(&portal).with_client(client);
        for wanted in [true, false, true] {
            directory.apply(&limited(wanted)).await.quiet();
            directory.plan(&limited(wanted)).await.empty();
            assert_eq!(is_limited(&portal), wanted, "{}", client.name);
        }
    }
}

#[tokio::test]
async fn nothing_is_written_where_nothing_differs() {
    let portal = Portal::start().await;
    let mut directory = settled(&portal, true).await;
    set(&portal, false);
    let planned = directory.plan(&limited(true)).await;
    assert_eq!(planned.actions(), [Action::Update]);
    set(&portal, true);
    portal.take();
    directory.carry_out(planned).await.quiet();
    assert_eq!(portal.requests(), [SELF, GET]);

    let planned = directory.plan(&Configuration::new()).await;
    set(&portal, false);
    portal.take();
    directory.carry_out(planned).await.ok();
    assert_eq!(portal.requests(), [GET]);
    assert_eq!(portal.emulator.request_summary().writes_high_water, 0);
}

#[tokio::test]
async fn a_destruction_opens_them_and_says_so_before() {
    let portal = Portal::start().await;
    let mut directory = settled(&portal, true).await;
    let planned = directory.plan(&Configuration::new()).await;
    let summary = "Destroying this opens the developer tools to all users";
    let warning = planned.report.warning(summary);
    assert!(warning.detail.contains("state rm"), "{warning:?}");
    portal.take();
    directory.carry_out(planned).await.quiet();
    assert_eq!(portal.requests(), [GET, POST]);
    assert!(!is_limited(&portal));
    assert!(directory.state.is_empty());
}

/// `create_before_destroy`, or a renaming without a `moved` block whose new half comes first.
#[tokio::test]
async fn the_limit_stays_when_the_predecessor_of_what_set_it_goes() {
    let portal = Portal::start().await;
    let directory = settled(&portal, true).await;
    let predecessor = directory.it().clone();
    let host = directory.process().await;
    let config = json!({"limited_to_admins": true});
    let plan = host.plan_create(DEVELOPER_TOOLS, config).await.quiet();
    let successor = host.apply(&plan).await.quiet().unwrap();
    let plan = host.plan_destroy(&predecessor).await.quiet();
    host.apply(&plan).await.quiet();
    assert!(is_limited(&portal));

    // A process that is kept need not read before the end of the successor.
    let plan = host.plan_destroy(&successor).await.ok();
    host.apply(&plan).await.quiet();
    assert!(!is_limited(&portal));
    host.stop().await;
}

#[tokio::test]
async fn the_setting_is_imported_by_its_id_and_by_its_identity() {
    for handle in [
        Handle::from("developer_tools"),
        Handle::Identity(json!({"id": "developer_tools"})),
    ] {
        let portal = Portal::start().await;
        set(&portal, true);
        let mut directory = directory(&portal);
        directory.import(handle).await.quiet();
        assert_eq!(portal.requests(), [GET]);
        directory.plan(&limited(true)).await.empty();
    }
    let portal = Portal::start().await;
    for handle in [
        Handle::from("1"),
        Handle::from(""),
        Handle::Identity(json!({"id": "embedding"})),
    ] {
        let mut directory = directory(&portal);
        let report = directory.import(handle).await;
        let error = report.error("Invalid import id");
        assert!(error.detail.contains("\"developer_tools\""), "{error:?}");
    }
    assert_eq!(portal.requests(), [""; 0]);
}

#[tokio::test]
async fn who_could_not_take_the_change_back_is_told_at_plan() {
    let portal = portal_with_weak_keys().await;
    let mut weak = Workspace::new(portal.provider_with_key("sk-user")).of(DEVELOPER_TOOLS);
    let summary = "The key cannot change who may use developer tools";
    // What is so already needs no change.
    weak.plan(&limited(false)).await.report.quiet();
    let late = one(&json!({"limited_to_admins": unknown()}));
    weak.plan(&late).await.report.warning(summary);
    let planned = weak.plan(&limited(true)).await;
    planned.report.warning(summary);
    let report = weak.carry_out(planned).await;
    let error = report.error("Could not update developer tools: access refused (403)");
    let words = "portal's owner or of an administrator";
    assert!(error.detail.contains(words), "{error:?}");
    assert!(weak.state.is_empty() && !is_limited(&portal));

    set(&portal, true);
    weak.import("developer_tools").await.quiet();
    weak.plan(&limited(true)).await.empty();
    weak.plan(&limited(false)).await.report.warning(summary);
    let doomed = weak.plan(&Configuration::new()).await;
    doomed.report.warning(summary);
    weak.carry_out(doomed)
        .await
        .error("Could not update developer tools: access refused (403)");
    assert!(is_limited(&portal));

    let mut reader = Workspace::new(portal.provider_with_key("sk-reader")).of(DEVELOPER_TOOLS);
    let planned = reader.plan(&limited(false)).await;
    planned.report.quiet();
    let report = reader.carry_out(planned).await;
    report.error("Could not update developer tools: key lacks the scope");
}

#[tokio::test]
async fn a_value_that_is_known_late_is_applied() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    let late = one(&json!({"limited_to_admins": unknown()}));
    let planned = directory.plan(&late).await;
    planned.report.quiet();
    directory
        .carry_out_with(planned, &limited(true))
        .await
        .quiet();
    assert!(is_limited(&portal));
}

/// A single yes or no is no proof that two portals are one.
#[tokio::test]
async fn the_setting_of_another_portal_is_not_touched() {
    let ours = Portal::start().await;
    let theirs = Portal::start().await;
    let summary = "The developer tools setting belongs to another portal";
    let mut directory = settled(&ours, true).await;
    directory.set("base_url", json!(theirs.emulator.base_url()));
    directory.refresh().await.error(summary);

    set(&theirs, true);
    directory.plan(&limited(true)).await.empty();
    for configuration in [limited(false), Configuration::new()] {
        let planned = directory.plan(&configuration).await;
        let report = directory.carry_out(planned).await;
        let error = report.error(summary);
        for portal in [&ours, &theirs] {
            let origin = portal.emulator.base_url();
            assert!(error.detail.contains(origin.trim_end_matches('/')));
        }
        assert!(is_limited(&theirs));
    }

    directory.state.clear();
    directory.import("developer_tools").await.quiet();
    directory.apply(&limited(false)).await.quiet();
    assert!(!is_limited(&theirs));
}
