//! Name and uri are unique together on a portal: what is said of a webhook that is in the way
//! (product §4.3).

use docspace_emulator::{Config, NewWebhook, Role, User};
use serde_json::json;

use super::{Portal, webhook, with};
use crate::commands::{Configuration, Workspace, one};
use crate::host::core::Action;

#[tokio::test]
async fn a_webhook_that_is_in_the_way_is_named_with_its_import_block() {
    let portal = Portal::start().await;
    portal.emulator.create_webhook(NewWebhook {
        name: "CI events".to_owned(),
        uri: "https://hooks.example.com/docspace".to_owned(),
        ..NewWebhook::default()
    });
    let mut directory = portal.workspace();
    let planned = directory.plan(&one(&webhook())).await;
    let warning = planned
        .report
        .warning("Webhook \"CI events\" exists already (id 1)")
        .clone();
    let applied = directory.carry_out(planned).await;
    let error = applied.error("Webhook \"CI events\" exists already (id 1)");
    for said in [&warning, error] {
        assert!(
            said.detail
                .contains("import {\n  to = docspace_webhook.example\n  id = \"1\"\n}"),
            "{said:?}"
        );
    }
    assert!(directory.state.is_empty());
    assert_eq!(portal.emulator.webhooks().len(), 1);
    directory.import("1").await.quiet();
    directory.apply(&one(&webhook())).await.quiet();
    directory.plan(&one(&webhook())).await.empty();
}

#[tokio::test]
async fn a_name_in_a_warning_cannot_command_the_terminal() {
    let portal = Portal::start().await;
    let name = "\u{1b}[31mred";
    portal.emulator.create_webhook(NewWebhook {
        name: name.to_owned(),
        uri: "https://hooks.example.com/docspace".to_owned(),
        ..NewWebhook::default()
    });
    let config = one(&with(&webhook(), json!({ "name": name })));
    let planned = portal.workspace().plan(&config).await;
    let summary = "Webhook \"\u{fffd}[31mred\" exists already (id 1)";
    let warning = planned.report.warning(summary);
    assert!(!warning.detail.contains('\u{1b}'), "{warning:?}");
}

#[tokio::test]
async fn an_equal_name_or_an_equal_uri_alone_is_no_clash() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let config = Configuration::from([
        ("a".to_owned(), webhook()),
        (
            "b".to_owned(),
            with(&webhook(), json!({"name": "CI event"})),
        ),
        (
            "c".to_owned(),
            with(&webhook(), json!({"uri": "https://hooks.example.com/"})),
        ),
    ]);
    directory.apply(&config).await.quiet();
    assert_eq!(portal.emulator.webhooks().len(), 3);
}

#[tokio::test]
async fn two_resources_that_want_one_webhook_are_told_so() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let config = Configuration::from([("a".to_owned(), webhook()), ("b".to_owned(), webhook())]);
    let planned = directory.plan(&config).await;
    let warning = planned
        .report
        .warning("Webhook \"CI events\" is planned more than once");
    assert!(warning.detail.contains("Change the name of the other"));
    let applied = directory.carry_out(planned).await;
    assert_eq!(applied.errors().len(), 1, "{applied:#?}");
    assert_eq!(directory.state.len(), 1);
    portal.is_accounted_for(&directory, &applied);
}

#[tokio::test]
async fn a_managed_webhook_is_no_clash_for_its_successor() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    // The same webhook under another address, without a moved block.
    let moved = Configuration::from([("other".to_owned(), webhook())]);
    let planned = directory.plan(&moved).await;
    planned.report.quiet();
    assert_eq!(planned.actions(), [Action::Delete, Action::Create]);
}

/// A portal on MySQL compares names without regard to case (API §7 E), and a plan cannot know.
#[tokio::test]
async fn a_name_that_differs_in_case_only_is_named_when_the_portal_refuses() {
    let portal = Portal::start().await;
    portal.workspace().apply(&one(&webhook())).await.quiet();
    let mut directory = portal.workspace();
    let config = one(&with(&webhook(), json!({"name": "CI EVENTS"})));
    let planned = directory.plan(&config).await;
    planned.report.quiet();
    let applied = directory.carry_out(planned).await;
    let error = applied.error("Webhook \"CI EVENTS\" exists already (id 1)");
    assert!(error.detail.contains("\"CI events\""), "{error:?}");
    assert!(error.detail.contains("upper and lower case"), "{error:?}");
    portal.is_accounted_for(&directory, &applied);
}

#[tokio::test]
async fn two_resources_that_differ_in_case_only_are_not_told_to_import_each_other() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let config = Configuration::from([
        ("a".to_owned(), webhook()),
        (
            "b".to_owned(),
            with(&webhook(), json!({"name": "CI EVENTS"})),
        ),
    ]);
    let applied = directory.apply(&config).await;
    let [error] = applied.errors()[..] else {
        panic!("one error, not {applied:#?}");
    };
    assert!(
        error.summary.ends_with("is configured twice (id 1)"),
        "{error:?}"
    );
    assert!(error.detail.contains("upper and lower case"), "{error:?}");
    assert!(!error.detail.contains("import"), "{error:?}");
    portal.is_accounted_for(&directory, &applied);
}

/// Terraform shows states in any order, so a webhook that moves to another address may not be known yet.
#[tokio::test]
async fn a_webhook_that_is_in_the_way_may_be_managed_elsewhere() {
    let portal = Portal::start().await;
    portal.workspace().apply(&one(&webhook())).await.quiet();
    let planned = portal.workspace().plan(&one(&webhook())).await;
    let warning = planned
        .report
        .warning("Webhook \"CI events\" exists already (id 1)");
    for words in ["do not import it", "moved block"] {
        assert!(warning.detail.contains(words), "{warning:?}");
    }
}

#[tokio::test]
async fn a_webhook_of_somebody_else_that_the_key_cannot_see_is_explained() {
    let user = User::new("00000000-0000-0000-0000-000000000007", Role::User);
    let portal = Portal::with(Config::offline().with_caller(user, "sk-user", &[])).await;
    portal.workspace().apply(&one(&webhook())).await.quiet();
    let mut directory = Workspace::new(portal.provider_with_key("sk-user"));
    let planned = directory.plan(&one(&webhook())).await;
    planned.report.quiet();
    let applied = directory.carry_out(planned).await;
    let error = applied.error("Webhook \"CI events\" exists already");
    assert!(
        error.detail.contains("belongs to another user"),
        "{error:?}"
    );
}
