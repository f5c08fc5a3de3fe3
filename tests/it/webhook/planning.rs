//! Planning: pure, and asking the portal only about what will be sent (product §4.6).

use docspace_emulator::{FaultAction, FaultStatus, PasswordPolicy};
use serde_json::json;

use super::{Portal, webhook, with};
use crate::commands::{Configuration, Workspace, one};
use crate::host::core::Action;
use crate::host::value::{is_unknown, unknown};
use crate::portal::on;

#[tokio::test]
async fn each_plan_asks_only_about_what_it_will_send() {
    let (list, catalog, policy) = (
        "GET /webhook",
        "GET /webhook/triggers",
        "GET /security/password",
    );
    let portal = Portal::start().await;
    portal
        .workspace()
        .plan(&one(&webhook()))
        .await
        .report
        .quiet();
    // At once, so in any order.
    let asked = || {
        let mut asked = portal.requests();
        asked.sort();
        asked
    };
    assert_eq!(asked(), [policy, list, catalog]);
    let generated = with(&webhook(), json!({"secret_key": null}));
    portal
        .workspace()
        .plan(&one(&generated))
        .await
        .report
        .quiet();
    assert_eq!(asked(), [list, catalog]);

    let mut directory = portal.settled(&webhook()).await;
    for (changes, asked) in [
        (json!({}), vec![list]),
        (
            json!({"name": "Other", "enabled": false, "target_id": "7"}),
            vec![list],
        ),
        (json!({"triggers": ["RoomCreated"]}), vec![list, catalog]),
        (json!({"triggers": ["256"]}), vec![list]),
        (json!({"secret_key": "An0ther-Key"}), vec![list, policy]),
        (
            json!({"secret_key": null, "secret_key_wo": "An0ther-Key"}),
            vec![list, policy],
        ),
        (
            json!({"secret_key": null, "secret_key_wo": "S3cret-Key-42"}),
            vec![list],
        ),
    ] {
        let config = one(&with(&webhook(), changes.clone()));
        directory.plan(&config).await.report.quiet();
        assert_eq!(portal.requests(), asked, "{changes}");
    }
    let host = directory.process().await;
    host.plan_destroy(directory.it()).await.quiet();
    host.stop().await;
    assert_eq!(portal.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn the_same_inputs_give_the_same_plan() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    for changes in [
        json!({"secret_key": null}),
        json!({"secret_key": null, "secret_key_wo": "S3cret-Key-42"}),
        json!({"name": "Other", "secret_key": null, "secret_key_wo": "An0ther-Key"}),
        json!({"triggers": ["All"], "secret_key": null, "secret_key_wo": "x", "secret_key_wo_version": 3}),
    ] {
        let config = one(&with(&webhook(), changes));
        for workspace in [&mut portal.workspace(), &mut directory] {
            let (one, other) = (workspace.plan(&config).await, workspace.plan(&config).await);
            let (one, other) = (one.plans.get("it"), other.plans.get("it"));
            let parts = one.zip(other).map(|(one, other)| {
                assert_eq!(one.planned, other.planned);
                assert_eq!(one.private, other.private);
                assert_eq!(one.identity, other.identity);
            });
            // The weak secret is an error each time.
            assert!(parts.is_some() || config["it"]["secret_key_wo"] == "x");
        }
    }
}

#[tokio::test]
async fn a_new_webhook_has_what_is_configured_and_only_the_rest_is_unknown() {
    let portal = Portal::start().await;
    let planned = portal.workspace().plan(&one(&webhook())).await;
    let plan = planned.only();
    assert!(is_unknown(&plan.planned["id"]));
    let known = with(&plan.planned, json!({"id": null}));
    assert_eq!(
        known,
        with(
            &webhook(),
            json!({
                "id": null, "enabled": true, "ssl": true, "target_id": null, "secret_key_wo": null,
                "secret_key_wo_version": null,
            })
        )
    );
}

/// Each value may come from something that is created in the same run.
#[tokio::test]
async fn whatever_is_unknown_in_the_plan_may_turn_out_as_it_likes() {
    let no_key = json!({"secret_key": null});
    for (name, base, outcomes) in [
        ("name", json!({}), vec![json!("Late")]),
        ("uri", json!({}), vec![json!("https://late.example.com/")]),
        (
            "triggers",
            json!({}),
            vec![json!(["All"]), json!(["RoomCreated"])],
        ),
        ("enabled", json!({}), vec![json!(false), json!(null)]),
        ("ssl", json!({}), vec![json!(false), json!(null)]),
        ("target_id", json!({}), vec![json!("7"), json!(null)]),
        (
            "secret_key",
            json!({}),
            vec![json!("Late-Key-42"), json!(null)],
        ),
        (
            "secret_key_wo",
            no_key.clone(),
            vec![json!("Late-Key-42"), json!(null)],
        ),
        (
            "secret_key_wo_version",
            json!({"secret_key": null, "secret_key_wo": "S3cret-Key-42"}),
            vec![json!(3), json!(null)],
        ),
    ] {
        let base = with(&webhook(), base);
        let early = with(&base, json!({name: unknown()}));
        for outcome in outcomes {
            let late = one(&with(&base, json!({name: outcome})));
            let portal = Portal::start().await;
            let mut created = portal.workspace();
            let mut updated = portal
                .settled(&with(&webhook(), json!({"name": "Elsewhere"})))
                .await;
            for directory in [&mut created, &mut updated] {
                let planned = directory.plan(&one(&early)).await;
                planned.report.quiet();
                directory.carry_out_with(planned, &late).await.ok();
                directory.plan(&late).await.empty();
                // The two directories must not meet.
                let gone = with(
                    &base,
                    json!({"name": "Done", "uri": "https://done.example.com/"}),
                );
                directory.apply(&one(&gone)).await.ok();
            }
        }
    }
}

#[tokio::test]
async fn one_unknown_trigger_does_not_hide_the_others() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let early = with(&webhook(), json!({"triggers": ["FileUploaded", unknown()]}));
    let planned = directory.plan(&one(&early)).await;
    planned.report.quiet();
    let late = one(&with(
        &webhook(),
        json!({"triggers": ["FileUploaded", "RoomCreated"]}),
    ));
    directory.carry_out_with(planned, &late).await.quiet();
    assert_eq!(portal.only().triggers, 256 + 4_194_304);
}

#[tokio::test]
async fn a_secret_that_is_too_weak_for_this_portal_is_refused_in_the_plan() {
    let portal = Portal::start().await;
    let strong = PasswordPolicy {
        min_length: 20,
        upper_case: true,
        digits: true,
        spec_symbols: true,
    };
    portal
        .emulator
        .change_settings(|settings| settings.password_policy = strong);
    for name in ["secret_key", "secret_key_wo"] {
        let mut config = with(&webhook(), json!({"secret_key": null}));
        config[name] = "only-lower-case".into();
        let planned = portal.workspace().plan(&one(&config)).await;
        let error = planned
            .report
            .error("Secret does not satisfy the portal's password policy");
        assert_eq!(error.path, name);
        assert!(
            error
                .detail
                .contains("at least 20 characters, a capital letter, a digit"),
            "{error:?}"
        );
        assert!(!error.detail.contains("only-lower"), "{error:?}");
    }
    // A generated secret satisfies every policy.
    let generated = with(&webhook(), json!({"secret_key": null}));
    portal.workspace().apply(&one(&generated)).await.quiet();
}

#[tokio::test]
async fn a_policy_that_was_tightened_later_is_in_nobodys_way() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    portal
        .emulator
        .change_settings(|settings| settings.password_policy.min_length = 30);
    directory.plan(&one(&webhook())).await.empty();
    let changed = one(&with(&webhook(), json!({"name": "Other"})));
    directory.apply(&changed).await.quiet();
    directory.destroy(&changed).await.quiet();
}

#[tokio::test]
async fn a_portal_that_cannot_be_asked_is_one_warning_and_the_plan_goes_on() {
    let config: Configuration = (0..3)
        .map(|n| {
            (
                format!("it{n}"),
                with(&webhook(), json!({"name": format!("Webhook {n}")})),
            )
        })
        .collect();
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    directory.set("max_retries", json!(0));
    portal.fault(on("GET /*").respond(503, &[], ""));
    let planned = directory.plan(&config).await;
    let warning = planned
        .report
        .warning("The plan was not checked against the portal");
    assert!(warning.detail.contains("apply will show"), "{warning:?}");
    assert_eq!(planned.actions(), [Action::Create; 3]);
    portal.emulator.clear_faults();
    directory.carry_out(planned).await.quiet();
    assert_eq!(portal.emulator.webhooks().len(), 3);
}

#[tokio::test]
async fn nobody_at_the_address_is_one_warning_too() {
    let vacant = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = vacant.local_addr().unwrap();
    drop(vacant);
    let provider =
        json!({"base_url": format!("http://{address}"), "api_key": "sk-1", "max_retries": 0});
    let planned = Workspace::new(provider).plan(&one(&webhook())).await;
    let warning = planned
        .report
        .warning("The plan was not checked against the portal");
    assert!(warning.detail.contains("Check base_url"), "{warning:?}");
}

#[tokio::test]
async fn what_waiting_cannot_mend_is_one_error_while_planning() {
    let config: Configuration = (0..3)
        .map(|n| {
            (
                format!("it{n}"),
                with(&webhook(), json!({"name": format!("Webhook {n}")})),
            )
        })
        .collect();
    let portal = Portal::start().await;
    let wrong_key = portal.provider_with_key("sk-wrong");
    let planned = Workspace::new(wrong_key).plan(&config).await;
    let error = planned.report.error("The portal cannot be used");
    assert!(
        error.detail.contains("refused the API key (401)"),
        "{error:?}"
    );

    let html = FaultAction::Html(FaultStatus { status: Some(200) });
    portal.fault(on("GET /*").action(html));
    let planned = portal.workspace().plan(&config).await;
    let error = planned.report.error("The portal cannot be used");
    assert!(
        error.detail.contains("answered with a web page"),
        "{error:?}"
    );

    portal.emulator.clear_faults();
    portal.fault(on("GET /*").action(FaultAction::Redirect(
        docspace_emulator::FaultRedirect::default(),
    )));
    let planned = portal.workspace().plan(&config).await;
    let error = planned.report.error("The portal cannot be used");
    let address = portal
        .emulator
        .base_url()
        .replacen("http://", "https://", 1);
    assert!(
        error
            .detail
            .contains(&format!("set base_url = \"{address}\"")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_portal_that_is_created_in_the_same_run_can_be_planned_for() {
    let portal = Portal::start().await;
    for name in ["base_url", "api_key", "max_retries"] {
        let mut directory = portal.workspace();
        let known = portal.provider()[name].clone();
        directory.set(name, unknown());
        let planned = directory.plan(&one(&webhook())).await;
        planned.report.quiet();
        assert_eq!(portal.requests(), Vec::<String>::new());
        directory.set(name, known);
        directory.carry_out(planned).await.quiet();

        directory.set(name, unknown());
        let planned = directory.plan(&one(&webhook())).await;
        let error = planned
            .report
            .error("Provider configuration is not known yet");
        assert!(
            error.detail.starts_with(name) && error.detail.contains("-target"),
            "{error:?}"
        );
        let imported = portal.workspace().also(name, unknown()).import("1").await;
        imported.error("Provider configuration is not known yet");
        assert_eq!(portal.requests().len(), 4);
        directory.set(name, portal.provider()[name].clone());
        directory.destroy(&one(&webhook())).await.quiet();
        portal.take();
    }
}
