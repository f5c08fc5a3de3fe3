//! Creates whose answer was lost, and what else can be true then (product §4.3).
//!
//! A webhook is adopted only if it is certainly the one that was to be created. Everything that makes
//! this doubtful has a test here, and names what it found.

use docspace_emulator::{NewWebhook, OWNER_ID, Profile};

use super::*;
use crate::commands::{Configuration, one};
use crate::host::process::eventually;
use crate::webhook::with;

const POST: &str = "POST /webhook";
const LIST: &str = "GET /webhook";
const ME: &str = "GET /people/@self";
const DOUBT: &str = "Webhook \"CI events\" may or may not have been created";

/// Carries the creation out while something else happens.
pub(super) async fn create_while(
    portal: &Portal,
    directory: &mut Workspace,
    other: impl Future<Output = ()>,
) -> Report {
    let planned = directory.plan(&one(&webhook())).await;
    planned.report.ok();
    portal.take();
    let (report, ()) = tokio::join!(directory.carry_out(planned), other);
    report
}

/// Waits until so many creates have arrived at the portal.
pub(super) async fn arrival(portal: &Portal, count: usize) {
    eventually("the request to arrive", || {
        let log = portal.emulator.request_log();
        (log.iter().filter(|entry| entry.method == "POST").count() >= count).then_some(())
    })
    .await;
}

/// The webhook as it would be if this configuration had been sent by its user.
pub(super) fn twin() -> NewWebhook {
    NewWebhook {
        name: "CI events".to_owned(),
        uri: "https://hooks.example.com/docspace".to_owned(),
        triggers: 256,
        ..NewWebhook::default()
    }
}

/// Nothing was taken over, the webhook is named, and importing it converges.
pub(super) async fn is_doubtful(
    portal: &Portal,
    directory: &mut Workspace,
    report: &Report,
    reason: &str,
) {
    let error = report.error(DOUBT);
    assert!(error.detail.contains(reason), "{error:?}");
    assert!(error.detail.contains("id = \""), "{error:?}");
    assert!(directory.state.is_empty());
    portal.is_accounted_for(directory, report);
    portal.emulator.clear_faults();
    let last = portal.emulator.webhooks().pop().unwrap().id.to_string();
    directory.import(last.as_str()).await.quiet();
    directory.apply(&one(&webhook())).await.ok();
    directory.plan(&one(&webhook())).await.empty();
}

#[tokio::test]
async fn nothing_is_adopted_when_the_list_from_before_is_missing() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().also("max_retries", json!(0));
    let planned = directory.plan(&one(&webhook())).await;
    // While planning again, and before the request.
    portal.fault(on(LIST).times(2).respond(503, &[], ""));
    portal.fault(fault("reset after", POST));
    portal.take();
    let report = directory.carry_out(planned).await;
    assert_eq!(sequence(&portal, false), [POST, LIST, ME]);
    let reason = "the list could not be read before the request";
    is_doubtful(&portal, &mut directory, &report, reason).await;
}

#[tokio::test]
async fn a_webhook_that_somebody_else_made_meanwhile_is_not_adopted() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    portal.fault(fault("reset before", POST).delay_ms(300));
    let report = create_while(&portal, &mut directory, async {
        arrival(&portal, 1).await;
        portal.emulator.create_webhook(NewWebhook {
            created_by: "00000000-0000-0000-0000-000000000007".to_owned(),
            ..twin()
        });
    })
    .await;
    is_doubtful(&portal, &mut directory, &report, "another user created it").await;
}

#[tokio::test]
async fn a_webhook_that_differs_from_what_was_sent_is_not_adopted() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    portal.fault(fault("reset before", POST).delay_ms(300));
    let report = create_while(&portal, &mut directory, async {
        arrival(&portal, 1).await;
        portal.emulator.create_webhook(NewWebhook {
            triggers: 0,
            ..twin()
        });
    })
    .await;
    is_doubtful(
        &portal,
        &mut directory,
        &report,
        "it is configured differently",
    )
    .await;
}

#[tokio::test]
async fn of_several_webhooks_none_is_adopted() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    portal.fault(fault("reset after", POST).delay_ms(300));
    let report = create_while(&portal, &mut directory, async {
        eventually("the webhook to be stored", || {
            (portal.emulator.webhooks().len() == 1).then_some(())
        })
        .await;
        portal.emulator.create_webhook(twin());
    })
    .await;
    assert_eq!(portal.emulator.webhooks().len(), 2);
    let error = report.error(DOUBT);
    assert!(
        error
            .detail
            .contains("several webhooks have this name and uri"),
        "{error:?}"
    );
    assert!(directory.state.is_empty());
    portal.is_accounted_for(&directory, &report);
}

#[tokio::test]
async fn a_webhook_that_is_older_than_what_was_seen_before_is_not_adopted() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let before = json!({"response": [{"configs": {
        "id": 500, "name": "n", "uri": "u", "enabled": true, "ssl": true, "triggers": 0,
    }, "status": 0}]});
    let planned = directory.plan(&one(&webhook())).await;
    portal.fault(on(LIST).times(1).respond(200, &[], &before.to_string()));
    portal.fault(fault("reset after", POST));
    let report = directory.carry_out(planned).await;
    let reason = "its id is not above those that were there before";
    is_doubtful(&portal, &mut directory, &report, reason).await;
}

#[tokio::test]
async fn nothing_is_adopted_when_it_cannot_be_told_whose_it_is() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let planned = directory.plan(&one(&webhook())).await;
    portal.fault(fault("reset after", POST));
    portal.fault(fault("403 scope", ME));
    let report = directory.carry_out(planned).await;
    is_doubtful(
        &portal,
        &mut directory,
        &report,
        "the API key's owner could not be read",
    )
    .await;
}

/// 15 s pass before this is said: until then the list might have come back.
#[tokio::test]
async fn a_lost_create_of_a_portal_that_cannot_be_read_says_how_to_find_out() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().also("max_retries", json!(0));
    portal.fault(fault("reset after", POST).delay_ms(300));
    let report = create_while(&portal, &mut directory, async {
        arrival(&portal, 1).await;
        portal.fault(on(LIST).respond(503, &[], ""));
    })
    .await;
    let report = without_limit_warnings(report);
    let error = report.error("Could not create the webhook");
    assert!(
        error
            .detail
            .contains("could not be checked: The portal failed (503)"),
        "{error:?}"
    );
    assert!(
        error
            .detail
            .contains("did create a webhook named \"CI events\""),
        "{error:?}"
    );
    assert!(directory.state.is_empty());
    portal.emulator.clear_faults();
    // As promised, the next plan names it.
    let planned = directory.plan(&one(&webhook())).await;
    planned
        .report
        .warning("Webhook \"CI events\" already exists (id 1)");
    directory.import("1").await.quiet();
    directory.apply(&one(&webhook())).await.quiet();
    assert_eq!(portal.emulator.webhooks().len(), 1);
}

/// Twice 15 s, and the request was sent twice and not a third time.
#[tokio::test]
async fn a_create_that_is_lost_twice_is_given_up() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().env("TF_LOG", "WARN");
    let planned = directory.plan(&one(&webhook())).await;
    portal.fault(on(POST).reset());
    portal.take();
    let report = directory.carry_out(planned).await;
    assert_eq!(sequence(&portal, true), [POST, LIST, POST, LIST]);
    // Such a wait is told of, in the log and to the practitioner.
    assert_eq!(report.warnings()[0].summary, LONG_WAIT, "{report:#?}");
    let told = |record: &&crate::host::stderr::Record| {
        record
            .message
            .contains("looking for the webhook in the list")
    };
    assert_eq!(directory.log.iter().filter(told).count(), 2);
    let report = without_limit_warnings(report);
    let error = report.error("Could not create the webhook");
    assert!(
        error.detail.contains("The request was sent twice"),
        "{error:?}"
    );
    assert!(directory.state.is_empty() && portal.emulator.webhooks().is_empty());
}

/// The first request was carried out after all, at the last moment.
#[tokio::test]
async fn a_repeated_create_that_exists_already_is_looked_for_again() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    portal.fault(on(POST).nth(1).reset());
    portal.fault(on(POST).nth(2).delay_ms(300));
    let report = create_while(&portal, &mut directory, async {
        arrival(&portal, 2).await;
        portal.emulator.create_webhook(twin());
    })
    .await;
    assert_eq!(sequence(&portal, true), [POST, LIST, POST, LIST, ME]);
    let report = without_limit_warnings(report);
    report.warning("Webhook \"CI events\" was adopted after a lost answer (id 1)");
    assert_eq!(portal.emulator.webhooks().len(), 1);
    assert_eq!(directory.attribute("id"), "1");
}

#[tokio::test]
async fn an_id_is_adopted_once_whoever_else_wants_it() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let config = Configuration::from([("a".to_owned(), webhook()), ("b".to_owned(), webhook())]);
    let planned = directory.plan(&config).await;
    portal.fault(fault("reset after", POST));
    let report = directory.carry_out(planned).await;
    let warnings: Vec<_> = report
        .warnings()
        .iter()
        .map(|d| d.summary.clone())
        .collect();
    assert_eq!(
        warnings,
        ["Webhook \"CI events\" was adopted after a lost answer (id 1)"]
    );
    let errors: Vec<_> = report.errors().iter().map(|d| d.summary.clone()).collect();
    assert_eq!(errors, ["Webhook \"CI events\" is configured twice (id 1)"]);
    assert_eq!(
        (directory.state.len(), portal.emulator.webhooks().len()),
        (1, 1)
    );
}

#[tokio::test]
async fn many_lost_answers_at_once_are_all_found() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let config: Configuration = (0..20)
        .map(|n| {
            (
                format!("it{n}"),
                with(&webhook(), json!({"name": format!("Webhook {n}")})),
            )
        })
        .collect();
    let planned = directory.plan(&config).await;
    portal.fault(on(POST).after_storing().reset());
    portal.take();
    let report = directory.carry_out(planned).await;
    report.ok();
    assert_eq!(report.warnings().len(), 20, "{report:#?}");
    let mut ids: Vec<_> = directory
        .state
        .values()
        .map(|state| state.value["id"].to_string())
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), portal.emulator.webhooks().len()), (20, 20));
    let lists = portal
        .requests()
        .into_iter()
        .filter(|request| request == LIST)
        .count();
    assert!(
        lists <= 21,
        "each lost answer may list once more, not {lists} in all"
    );
    portal.emulator.clear_faults();
    directory.plan(&config).await.empty();
}

#[tokio::test]
async fn older_portals_adopt_at_once_as_well() {
    let portal = Portal::of(Profile::V3_6).await;
    let mut directory = portal.workspace();
    let planned = directory.plan(&one(&webhook())).await;
    portal.fault(fault("reset after", POST));
    let report = directory.carry_out(planned).await;
    report.warning("Webhook \"CI events\" was adopted after a lost answer (id 1)");
    directory.plan(&one(&webhook())).await.empty();
}

/// A replacement whose answer is lost: the predecessor is not taken for the successor.
#[tokio::test]
async fn the_predecessor_is_never_adopted() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    directory.taint("it");
    let planned = directory.plan(&one(&webhook())).await;
    portal.fault(fault("reset after", POST));
    let report = directory.carry_out(planned).await;
    report.warning("Webhook \"CI events\" was adopted after a lost answer (id 2)");
    assert_eq!(portal.only().created_by, OWNER_ID);
    directory.plan(&one(&webhook())).await.empty();
}
