//! Portals whose answers fit together badly: restored, stale, wavering, doubled, behind odd proxies.
//!
//! Whatever they show, no webhook is made twice, none is dropped from the state, and each is named.

use docspace_emulator::{Config, Role, User};
use serde_json::Value;

use super::lost_create::{arrival, create_while, is_doubtful, twin};
use super::*;
use crate::commands::{Configuration, one};
use crate::webhook::with;

const POST: &str = "POST /webhook";
const LIST: &str = "GET /webhook";
const ADOPTED: &str = "Webhook \"CI events\" was adopted after a lost answer (id 1)";

fn row(id: i32, name: &str, created_by: &str) -> Value {
    json!({"configs": {
        "id": id, "name": name, "uri": "https://hooks.example.com/docspace", "enabled": true,
        "ssl": true, "triggers": 256, "createdBy": {"id": created_by},
    }, "status": 0})
}

/// The answer to a list of these rows.
fn rows(rows: &[Value]) -> String {
    json!({"response": rows, "count": 1}).to_string()
}

/// A directory whose creation of the one webhook is planned.
async fn planned(portal: &Portal) -> (Workspace, crate::commands::Planned) {
    let mut directory = portal.workspace();
    let planned = directory.plan(&one(&webhook())).await;
    planned.report.quiet();
    (directory, planned)
}

/// A list that lags behind shows the webhook in the end.
#[tokio::test]
async fn a_stale_list_is_asked_until_it_shows_the_webhook() {
    let portal = Portal::start().await;
    let (mut directory, planned) = planned(&portal).await;
    portal.fault(fault("reset after", POST));
    portal.fault(on(LIST).skip(1).times(2).respond(200, &[], &rows(&[])));
    let report = directory.carry_out(planned).await;
    without_limit_warnings(report).warning(ADOPTED);
    directory.plan(&one(&webhook())).await.empty();
}

/// A list that lags behind for longer than anything takes: the portal itself prevents the second one.
#[tokio::test]
async fn a_list_that_stays_stale_ends_in_an_error_and_no_second_webhook() {
    let portal = Portal::start().await;
    let (mut directory, planned) = planned(&portal).await;
    portal.fault(fault("reset after", POST));
    portal.fault(on(LIST).respond(200, &[], &rows(&[])));
    let report = without_limit_warnings(directory.carry_out(planned).await);
    let error = report.error("Webhook \"CI events\" already exists");
    assert!(error.detail.contains("Run the plan again"), "{error:?}");
    assert!(directory.state.is_empty());
    assert_eq!(portal.emulator.webhooks().len(), 1);
    portal.emulator.clear_faults();
    let planned = directory.plan(&one(&webhook())).await;
    let warning = "Webhook \"CI events\" already exists (id 1)";
    planned.report.warning(warning);
    directory.import("1").await.quiet();
    directory.apply(&one(&webhook())).await.ok();
    directory.plan(&one(&webhook())).await.empty();
}

#[tokio::test]
async fn a_list_that_moves_away_for_a_moment_is_asked_again() {
    let portal = Portal::start().await;
    let (mut directory, planned) = planned(&portal).await;
    portal.fault(fault("reset after", POST));
    portal.fault(fault("redirect", LIST).skip(1));
    let report = directory.carry_out(planned).await;
    report.warning(ADOPTED);
    directory.plan(&one(&webhook())).await.empty();
}

#[tokio::test]
async fn a_row_that_is_listed_twice_is_one_webhook() {
    let portal = Portal::start().await;
    let (mut directory, planned) = planned(&portal).await;
    portal.fault(fault("reset after", POST));
    let twice = row(1, "CI events", docspace_emulator::OWNER_ID);
    let twice = rows(&[twice.clone(), twice]);
    portal.fault(on(LIST).skip(1).times(1).respond(200, &[], &twice));
    let report = directory.carry_out(planned).await;
    report.warning(ADOPTED);
    directory.plan(&one(&webhook())).await.empty();
}

/// One list lacks one webhook, the list that is to confirm this lacks another one as well.
#[tokio::test]
async fn a_list_that_wavers_costs_no_webhook() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().with_parallelism(1);
    let named = |name: &str| with(&webhook(), json!({"name": name}));
    let config = Configuration::from([
        ("a".to_owned(), named("A")),
        ("b".to_owned(), named("B")),
        ("c".to_owned(), named("C")),
    ]);
    directory.apply(&config).await.quiet();
    let mut ids = directory.state.iter();
    let mut id = || {
        ids.next().unwrap().1.value["id"]
            .as_str()
            .unwrap()
            .parse::<i32>()
            .unwrap()
    };
    let (a, b, c) = (id(), id(), id());
    portal.emulator.delete_webhook(a).unwrap();
    let owner = docspace_emulator::OWNER_ID;
    let shown = [
        vec![row(b, "B", owner), row(c, "C", owner)],
        vec![row(c, "C", owner)],
    ];
    for (n, shown) in (1..).zip(&shown) {
        portal.fault(on(LIST).nth(n).respond(200, &[], &rows(shown)));
    }
    let report = directory.refresh().await;
    // Whether the others were found before decides about the words.
    let [warning] = report.warnings()[..] else {
        panic!("{report:#?}");
    };
    let text = format!("{} {}", warning.summary, warning.detail).to_lowercase();
    assert!(text.contains(&format!("webhook \"a\" ({a})")), "{text}");
    assert_eq!(directory.state.keys().collect::<Vec<_>>(), ["b", "c"]);
}

/// A deletion without an answer counts as done only when two lists agree.
#[tokio::test]
async fn a_list_that_wavers_does_not_end_a_deletion() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    let planned = directory.plan(&Configuration::new()).await;
    portal.fault(fault("garbage", "DELETE /webhook/*"));
    portal.fault(on(LIST).times(1).respond(200, &[], &rows(&[])));
    let report = directory.carry_out(planned).await;
    report.error("Could not delete the webhook");
    assert_eq!(
        (directory.state.len(), portal.emulator.webhooks().len()),
        (1, 1)
    );
}

/// The database was restored from yesterday's copy, and its numbers begin lower.
#[tokio::test]
async fn a_portal_that_was_restored_meanwhile_is_doubted() {
    let portal = Portal::start().await;
    let (mut directory, planned) = planned(&portal).await;
    let before = rows(&[row(40, "Other", docspace_emulator::OWNER_ID)]);
    portal.fault(on(LIST).times(1).respond(200, &[], &before));
    portal.fault(fault("reset after", POST));
    let report = directory.carry_out(planned).await;
    let reason = "its id is not above those that were there before";
    is_doubtful(&portal, &mut directory, &report, reason).await;
}

/// A proxy sends the request twice, and passes on the answer to the second one.
#[tokio::test]
async fn a_request_that_a_proxy_doubled_is_named() {
    let portal = Portal::start().await;
    let (mut directory, planned) = planned(&portal).await;
    let text = "Webhook with the same name and payload URL already exists";
    let error = json!({"error": {"message": text, "type": "System.ArgumentException"}});
    portal.fault(
        on(POST)
            .after_storing()
            .times(1)
            .respond(400, &[], &error.to_string()),
    );
    let report = directory.carry_out(planned).await;
    let summary = "Webhook \"CI events\" already exists (id 1)";
    report.error(summary);
    portal.is_accounted_for(&directory, &report);
    directory.import("1").await.quiet();
    directory.apply(&one(&webhook())).await.ok();
    directory.plan(&one(&webhook())).await.empty();
}

/// Somebody tidies up before anybody has looked.
#[tokio::test]
async fn a_webhook_that_was_deleted_at_once_is_made_again() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    portal.fault(fault("reset after", POST).delay_ms(300));
    let report = create_while(&portal, &mut directory, async {
        let stored = "the webhook to be stored";
        crate::host::process::eventually(stored, || portal.emulator.delete_webhook(1)).await;
    })
    .await;
    without_limit_warnings(report).quiet();
    assert_eq!(directory.attribute("id"), "2");
    directory.plan(&one(&webhook())).await.empty();
}

/// The webhook that is in the way belongs to somebody whose webhooks this key does not see.
#[tokio::test]
async fn a_name_that_somebody_out_of_sight_took_meanwhile_is_explained() {
    const USER: &str = "00000000-0000-0000-0000-000000000007";
    let config = Config::offline().with_caller(User::new(USER, Role::User), "sk-user", &[]);
    let portal = Portal::with(config).await;
    let mut directory = Workspace::new(portal.provider_with_key("sk-user"));
    portal.fault(fault("reset", POST).delay_ms(300));
    let report = create_while(&portal, &mut directory, async {
        arrival(&portal, 1).await;
        portal.emulator.create_webhook(twin());
    })
    .await;
    let report = without_limit_warnings(report);
    let error = report.error("Webhook \"CI events\" already exists");
    assert!(
        error.detail.contains("belongs to another user"),
        "{error:?}"
    );
    assert_eq!(portal.emulator.webhooks().len(), 1);
    assert!(directory.state.is_empty());
}

/// Two runs want the same webhook, and one of them hears nothing: there is one in the end.
#[tokio::test]
async fn of_two_runs_one_has_the_webhook_and_the_other_is_told() {
    let portal = Portal::start().await;
    let (mut first, planned_first) = planned(&portal).await;
    let (mut second, planned_second) = planned(&portal).await;
    portal.fault(fault("reset after", POST));
    let report = first.carry_out(planned_first).await;
    report.warning(ADOPTED);
    let report = second.carry_out(planned_second).await;
    report.error("Webhook \"CI events\" already exists (id 1)");
    assert_eq!((first.state.len(), second.state.len()), (1, 0));
    assert_eq!(portal.emulator.webhooks().len(), 1);
}

/// The first creation fixes what was there before; the old webhooks of later replacements are in it.
#[tokio::test]
async fn replacements_of_one_run_whose_answers_are_lost_are_all_adopted() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().with_parallelism(1);
    let config: Configuration = (0..3)
        .map(|n| {
            let named = with(&webhook(), json!({"name": format!("Webhook {n}")}));
            (format!("it{n}"), named)
        })
        .collect();
    directory.apply(&config).await.quiet();
    for address in config.keys() {
        directory.taint(address);
    }
    let planned = directory.plan(&config).await;
    portal.fault(on(POST).after_storing().reset());
    let report = directory.carry_out(planned).await;
    report.ok();
    assert_eq!(report.warnings().len(), 3, "{report:#?}");
    assert_eq!(
        (directory.state.len(), portal.emulator.webhooks().len()),
        (3, 3)
    );
    portal.emulator.clear_faults();
    directory.plan(&config).await.empty();
}

/// 300 equal errors are one explanation and 299 references to it.
#[tokio::test]
async fn a_list_that_fails_is_explained_once_and_named_for_each_webhook() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let config: Configuration = (0..5)
        .map(|n| {
            let named = with(&webhook(), json!({"name": format!("Webhook {n}")}));
            (format!("it{n}"), named)
        })
        .collect();
    directory.apply(&config).await.quiet();
    let before = directory.state.clone();
    portal.fault(on(LIST).respond(401, &[], ""));
    let report = directory.refresh().await;
    assert_eq!(report.errors().len(), 5);
    let explained = report.errors().into_iter();
    let explained = explained.filter(|error| error.detail.contains("Developer Tools, API keys"));
    assert_eq!(explained.count(), 1, "{report:#?}");
    let named = report.errors().into_iter();
    let named = named.filter(|error| {
        error.detail
            == "The portal answered 401 (Unauthorized). This is explained once per run: see the first error with this \
                title."
    });
    assert_eq!(named.count(), 4, "{report:#?}");
    assert_eq!(directory.state, before);
}

/// The answer was a refusal, and a webhook appeared all the same: it may be another run's, so it is named only.
#[tokio::test]
async fn what_was_refused_is_not_adopted() {
    for name in [
        "400 after",
        "400 fields after",
        "403 page after",
        "403 scope after",
        "500 after",
        "500 receiver after",
        "redirect after",
    ] {
        let portal = Portal::start().await;
        let (mut directory, planned) = planned(&portal).await;
        portal.fault(fault(name, POST));
        let report = directory.carry_out(planned).await;
        is_doubtful(
            &portal,
            &mut directory,
            &report,
            "another run may have made it",
        )
        .await;
    }
}

/// Too many requests, and then the webhook is there: nothing of ours was lost, so it is somebody else's.
#[tokio::test]
async fn a_create_that_comes_too_late_adopts_nothing() {
    let portal = Portal::start().await;
    let (mut directory, planned) = planned(&portal).await;
    portal.fault(on(POST).times(1).respond(429, &[("Retry-After", "0")], ""));
    portal.fault(on(POST).nth(2).delay_ms(300));
    let (report, ()) = tokio::join!(directory.carry_out(planned), async {
        arrival(&portal, 2).await;
        portal.emulator.create_webhook(twin());
    });
    report.error("Webhook \"CI events\" already exists (id 1)");
    assert!(directory.state.is_empty());
}

/// Stored, refused by what stands before the portal, and the list cannot be read: nobody may say that
/// nothing happened.
#[tokio::test]
async fn a_refusal_that_cannot_be_looked_into_leaves_the_question_open() {
    for name in ["403 page after", "500 receiver after", "redirect after"] {
        let portal = Portal::start().await;
        let (mut directory, planned) = planned(&portal).await;
        portal.fault(fault(name, POST));
        portal.fault(on(LIST).skip(1).respond(403, &[], "<html></html>"));
        let report = directory.carry_out(planned).await;
        let error = report.error("Could not create the webhook");
        for words in ["could not be checked", "\"CI events\"", "how to import it"] {
            assert!(error.detail.contains(words), "{name}: {error:?}");
        }
        portal.emulator.clear_faults();
        let planned = directory.plan(&one(&webhook())).await;
        planned
            .report
            .warning("Webhook \"CI events\" already exists (id 1)");
    }
}

/// An answer with the number of a webhook that was there before is not about the new one.
#[tokio::test]
async fn a_create_is_not_believed_to_have_made_what_was_there() {
    let portal = Portal::start().await;
    portal.add(&["theirs"]);
    let (mut directory, planned) = planned(&portal).await;
    let mixed_up = json!({"response": {"id": 1}}).to_string();
    portal.fault(on(POST).after_storing().respond(200, &[], &mixed_up));
    let report = without_limit_warnings(directory.carry_out(planned).await);
    report.warning("Webhook \"CI events\" was adopted after a lost answer (id 2)");
    assert_eq!(directory.attribute("id"), "2");
    portal.emulator.clear_faults();
    directory.plan(&one(&webhook())).await.empty();
}

#[tokio::test]
async fn two_creates_that_are_answered_with_one_number_are_two_webhooks() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().with_parallelism(1);
    let config: Configuration = ["a", "b"]
        .into_iter()
        .map(|name| (name.to_owned(), with(&webhook(), json!({"name": name}))))
        .collect();
    let planned = directory.plan(&config).await;
    let first = json!({"response": {"id": 1}}).to_string();
    portal.fault(on(POST).after_storing().respond(200, &[], &first));
    let report = without_limit_warnings(directory.carry_out(planned).await);
    report.warning("Webhook \"b\" was adopted after a lost answer (id 2)");
    portal.emulator.clear_faults();
    directory.plan(&config).await.empty();
}

/// A failed update records what the list shows, unless it is another portal's webhook of the same number.
#[tokio::test]
async fn a_failed_update_takes_over_nothing_from_another_portal() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    let before = directory.it().clone();
    let renamed = one(&with(&webhook(), json!({"name": "Renamed"})));
    let planned = directory.plan(&renamed).await;
    portal.fault(on("PUT /webhook").respond(400, &[], ""));
    let foreign = rows(&[row(1, "Theirs", "11111111-1111-4111-8111-111111111111")]);
    // The change is checked against the first list.
    portal.fault(on(LIST).skip(1).respond(200, &[], &foreign));
    let report = directory.carry_out(planned).await;
    report.error("Could not update the webhook");
    assert_eq!(directory.it().value, before.value);
}
