//! Name and uri are unique together on a portal: what is said of a webhook that is in the way
//! (product §4.3).

use docspace_emulator::{Config, NewWebhook, Role, User};
use serde_json::json;

use super::{Portal, on, webhook, with};
use crate::commands::{Configuration, Workspace, one};
use crate::host::core::Action;
use crate::portal::WEBHOOK;

const RENAMED: &str = "Webhook \"CI events\" (1) will be deleted and re-created";

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
        .warning("Webhook \"CI events\" already exists (id 1)")
        .clone();
    let applied = directory.carry_out(planned).await;
    let error = applied.error("Webhook \"CI events\" already exists (id 1)");
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
    let summary = "Webhook \"\u{fffd}[31mred\" already exists (id 1)";
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
    assert!(warning.detail.contains("Change one of the names"));
    let applied = directory.carry_out(planned).await;
    assert_eq!(applied.errors().len(), 1, "{applied:#?}");
    assert_eq!(directory.state.len(), 1);
    portal.is_accounted_for(&directory, &applied);
}

#[tokio::test]
async fn what_a_process_that_is_kept_has_created_can_be_planned_again() {
    const WEBHOOK: &str = "docspace_webhook";
    let portal = Portal::start().await;
    let host = portal.workspace().process().await;
    for _ in 0..2 {
        let plan = host.plan_create(WEBHOOK, webhook()).await.quiet();
        let created = host.apply(&plan).await.quiet().unwrap();
        let plan = host.plan_destroy(&created).await.quiet();
        host.apply(&plan).await.quiet();
    }
    let other = with(&webhook(), json!({"name": "Other"}));
    for _plan_and_its_apply in 0..2 {
        host.plan_create(WEBHOOK, other.clone()).await.quiet();
    }
    host.stop().await;
    assert!(portal.emulator.webhooks().is_empty());
}

#[tokio::test]
async fn a_managed_webhook_is_no_clash_for_its_successor() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    // The same webhook under another address, without a moved block.
    let moved = Configuration::from([("other".to_owned(), webhook())]);
    let planned = directory.plan(&moved).await;
    let [warning] = planned.report.warnings()[..] else {
        panic!("one warning, not {:#?}", planned.report);
    };
    assert_eq!(warning.summary, RENAMED);
    assert_eq!(planned.actions(), [Action::Delete, Action::Create]);
}

/// Either half of a rename can be planned first; the second one carries the warning.
#[tokio::test]
async fn a_rename_without_a_moved_block_is_told_whichever_half_is_planned_first() {
    let portal = Portal::start().await;
    let directory = portal.settled(&webhook()).await;
    for is_created_first in [true, false] {
        let host = directory.process().await;
        let mut said = Vec::new();
        if is_created_first {
            said.extend(host.plan_create(WEBHOOK, webhook()).await.diagnostics);
        }
        let gone = host.plan_destroy(directory.it()).await.diagnostics;
        assert_eq!(
            gone.iter().any(|it| it.summary == RENAMED),
            is_created_first,
            "{gone:?}"
        );
        if !is_created_first {
            said.extend(host.plan_create(WEBHOOK, webhook()).await.diagnostics);
        }
        assert_eq!(
            said.iter().any(|it| it.summary == RENAMED),
            !is_created_first,
            "{said:?}"
        );
        host.stop().await;
    }
}

#[tokio::test]
async fn what_is_replaced_or_gets_another_uri_is_not_renamed() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    let other = with(&webhook(), json!({"uri": "https://hooks.example.com/"}));
    let other = Configuration::from([("other".to_owned(), other)]);
    directory.plan(&other).await.report.quiet();
    directory.taint("it");
    directory.plan(&one(&webhook())).await.report.quiet();
    directory.destroy(&one(&webhook())).await.quiet();
}

/// `create_before_destroy`: what applies it is not shown the old webhook, but since 1.16 what its plan knew of it.
#[tokio::test]
async fn a_successor_that_comes_first_is_told_that_its_own_webhook_is_in_the_way() {
    let portal = Portal::start().await;
    let directory = portal.settled(&webhook()).await;
    let host = directory.process().await;
    let successor = host
        .plan_successor(WEBHOOK, directory.it(), webhook())
        .await;
    let successor = successor.quiet();
    host.stop().await;
    let mut later = portal.workspace();
    let planned = later.planned("it", successor);
    let applied = later.carry_out(planned).await;
    let error = applied.error("Webhook \"CI events\" is still in use (id 1)");
    assert!(error.detail.contains("own webhook 1"), "{error:?}");
    assert!(!error.detail.contains("import"), "{error:?}");
    assert!(applied.warnings().is_empty(), "{applied:?}");
}

/// A portal on MySQL does not tell these names and addresses apart (API §16 O4), one on PostgreSQL does, and a plan
/// cannot know which it is.
#[tokio::test]
async fn a_name_that_is_probably_taken_is_named_by_the_plan() {
    let portal = Portal::start().await;
    for (name, uri) in [
        ("cafe", "https://hooks.example.com/a"),
        ("trail ", "https://hooks.example.com/b"),
        ("T7I", "https://hooks.example.com/c"),
        ("path", "https://hooks.example.com/X"),
    ] {
        portal.emulator.create_webhook(NewWebhook {
            name: name.to_owned(),
            uri: uri.to_owned(),
            ..NewWebhook::default()
        });
    }
    for (id, name, uri, other) in [
        (1, "caf\u{e9}", "https://hooks.example.com/a", "cafe"),
        (1, "CAFE\u{301}", "https://hooks.example.com/a", "cafe"),
        (2, "trail", "https://hooks.example.com/b", "trail "),
        (3, "t7i", "https://hooks.example.com/c", "T7I"),
        (4, "path", "https://hooks.example.com/x", "path"),
    ] {
        let config = with(&webhook(), json!({"name": name, "uri": uri}));
        portal.take();
        let planned = portal.workspace().plan(&one(&config)).await;
        let [warning] = planned.report.warnings()[..] else {
            panic!("{name}: one warning, not {:#?}", planned.report);
        };
        let end = format!("probably already exists (id {id})");
        assert!(warning.summary.ends_with(&end), "{warning:?}");
        for words in [
            format!("named \"{other}\""),
            "accents or trailing blanks".to_owned(),
            format!("id = \"{id}\""),
        ] {
            assert!(warning.detail.contains(&words), "{warning:?}");
        }
        let lists = portal.requests();
        let lists = lists.iter().filter(|request| *request == "GET /webhook");
        assert_eq!(lists.count(), 1, "{name}");
    }
    for (name, uri) in [
        ("cafes", "https://hooks.example.com/a"),
        (" cafe", "https://hooks.example.com/a"),
        ("cafe", "https://hooks.example.com/b"),
    ] {
        let config = with(&webhook(), json!({"name": name, "uri": uri}));
        portal.workspace().plan(&one(&config)).await.report.quiet();
    }
}

#[tokio::test]
async fn many_planned_webhooks_are_compared_with_very_many_by_one_list() {
    let portal = Portal::start().await;
    for number in 0..5_000 {
        portal.emulator.create_webhook(NewWebhook {
            name: format!("Caf\u{e9} {number}"),
            uri: "https://hooks.example.com/docspace".to_owned(),
            ..NewWebhook::default()
        });
    }
    let config: Configuration = (4_999..5_299)
        .map(|number| {
            let named = json!({"name": format!("CAFE {number}")});
            (format!("it{number}"), with(&webhook(), named))
        })
        .collect();
    let planned = portal.workspace().plan(&config).await;
    planned
        .report
        .warning("Webhook \"CAFE 4999\" probably already exists (id 5000)");
    let lists = portal.requests();
    let lists = lists.iter().filter(|request| *request == "GET /webhook");
    assert_eq!(lists.count(), 1);
}

#[tokio::test]
async fn a_decomposed_name_is_the_same_name_to_a_plan() {
    let portal = Portal::start().await;
    portal.emulator.create_webhook(NewWebhook {
        name: "cafe\u{301}".to_owned(),
        uri: "https://hooks.example.com/docspace".to_owned(),
        ..NewWebhook::default()
    });
    let config = one(&with(&webhook(), json!({"name": "caf\u{e9}"})));
    let planned = portal.workspace().plan(&config).await;
    let warning = planned
        .report
        .warning("Webhook \"caf\u{e9}\" already exists (id 1)");
    assert!(
        warning.detail.contains("separate characters"),
        "{warning:?}"
    );
}

#[tokio::test]
async fn an_equal_name_is_named_before_one_that_is_only_alike() {
    let portal = Portal::start().await;
    for name in ["ci EVENTS", "CI events"] {
        portal.emulator.create_webhook(NewWebhook {
            name: name.to_owned(),
            uri: "https://hooks.example.com/docspace".to_owned(),
            ..NewWebhook::default()
        });
    }
    let planned = portal.workspace().plan(&one(&webhook())).await;
    let summary = "Webhook \"CI events\" already exists (id 2)";
    planned.report.warning(summary);
}

#[tokio::test]
async fn a_managed_webhook_is_no_clash_for_a_successor_that_is_alike() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    let renamed = with(&webhook(), json!({"name": "CI EVENTS"}));
    let moved = Configuration::from([("other".to_owned(), renamed)]);
    let planned = directory.plan(&moved).await;
    planned.report.quiet();
    assert_eq!(planned.actions(), [Action::Delete, Action::Create]);
}

#[tokio::test]
async fn a_name_that_the_portal_takes_for_another_is_explained_when_it_refuses() {
    let portal = Portal::start().await;
    portal.workspace().apply(&one(&webhook())).await.quiet();
    let mut directory = portal.workspace();
    let config = one(&with(&webhook(), json!({"name": "CI EVENTS"})));
    let planned = directory.plan(&config).await;
    planned
        .report
        .warning("Webhook \"CI EVENTS\" probably already exists (id 1)");
    let applied = directory.carry_out(planned).await;
    let error = applied.error("Webhook \"CI EVENTS\" already exists (id 1)");
    assert!(error.detail.contains("\"CI events\""), "{error:?}");
    assert!(error.detail.contains("in case, accents"), "{error:?}");
    portal.is_accounted_for(&directory, &applied);
}

/// The emulated portal may not refuse for an accent; a real one on MySQL does (API §16 O4).
#[tokio::test]
async fn a_refusal_because_of_an_accent_names_the_webhook() {
    let portal = Portal::start().await;
    let cafe = with(&webhook(), json!({"name": "cafe"}));
    portal.workspace().apply(&one(&cafe)).await.quiet();
    let refusal = json!({"error": {
        "message": "Webhook with the same name and payload URL already exists",
        "type": "System.ArgumentException", "stack": "", "hresult": -1,
    }, "status": 1});
    portal.fault(on("POST /webhook").respond(400, &[], &refusal.to_string()));
    let mut directory = portal.workspace();
    let config = one(&with(&webhook(), json!({"name": "caf\u{e9}"})));
    let planned = directory.plan(&config).await;
    let applied = directory.carry_out(planned).await;
    let error = applied.error("Webhook \"caf\u{e9}\" already exists (id 1)");
    assert!(error.detail.contains("named \"cafe\""), "{error:?}");
    portal.is_accounted_for(&directory, &applied);
}

/// The portal forgets a webhook that was just made, and gives its number to one of somebody else.
#[tokio::test]
async fn a_number_that_the_portal_gives_again_is_not_blamed_on_the_configuration() {
    let portal = Portal::start().await;
    let host = portal.host().await;
    let forgotten = json!({"response": {"id": 1, "name": "CI events", "uri": "https://hooks.example.com/docspace",
        "enabled": true, "ssl": true, "triggers": 256}});
    let post = on("POST /webhook").times(1);
    portal.fault(post.respond(200, &[], &forgotten.to_string()));
    let plan = host.plan_create(WEBHOOK, webhook()).await.quiet();
    host.apply(&plan).await.quiet();
    let other = with(&webhook(), json!({"name": "Other"}));
    let plan = host.plan_create(WEBHOOK, other).await.quiet();
    portal.emulator.create_webhook(NewWebhook {
        name: "Other".to_owned(),
        uri: "https://hooks.example.com/docspace".to_owned(),
        ..NewWebhook::default()
    });
    let errors = host.apply(&plan).await.refused();
    host.stop().await;
    let [error] = errors.as_slice() else {
        panic!("one error, not {errors:#?}");
    };
    assert_eq!(error.summary, "Webhook \"Other\" already exists (id 1)");
    assert!(error.detail.contains("id = \"1\""), "{error:?}");
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
    let planned = directory.plan(&config).await;
    // Core plans both at once, so either can be the second one.
    let [warning] = planned.report.warnings()[..] else {
        panic!("one warning, not {:#?}", planned.report);
    };
    assert!(
        warning
            .summary
            .ends_with("is probably planned more than once"),
        "{warning:?}"
    );
    let applied = directory.carry_out(planned).await;
    let [error] = applied.errors()[..] else {
        panic!("one error, not {applied:#?}");
    };
    assert!(
        error.summary.ends_with("is configured twice (id 1)"),
        "{error:?}"
    );
    assert!(error.detail.contains("in case, accents"), "{error:?}");
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
        .warning("Webhook \"CI events\" already exists (id 1)");
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
    let error = applied.error("Webhook \"CI events\" already exists");
    assert!(
        error.detail.contains("belongs to another user"),
        "{error:?}"
    );
}
