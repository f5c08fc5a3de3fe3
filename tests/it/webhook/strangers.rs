//! Never a stranger's webhook (product §4.4): the number in a state stands for another webhook, because
//! `base_url` names another portal, or because the portal was restored.

use std::time::Duration;

use docspace_emulator::{NewWebhook, OWNER_ID, Webhook, WebhookPatch};
use serde_json::{Value, json};

use super::{Portal, webhook, with};
use crate::commands::{Planned, Report, Workspace, one};
use crate::host::core::Action;

const LIST: &str = "GET /webhook";
const CATALOG: &str = "GET /webhook/triggers";
const ELSEWHERE: &str = "Webhook \"CI events\" (1) belongs to another portal";
const ANOTHER: &str = "Webhook \"CI events\" (1) is not the one on the portal";

/// Private state of the version before portals were remembered.
fn landed() -> Vec<u8> {
    let private = json!({"created_by": OWNER_ID, "secret_origin": "configured"});
    private.to_string().into_bytes()
}

/// What a state remembers of its webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Memory {
    Whole,
    Landed,
}

impl Memory {
    fn remind(self, directory: &mut Workspace) {
        if self == Self::Landed {
            directory.state.get_mut("it").unwrap().private = landed();
        }
    }
}

/// A portal on which the same user has another webhook of the same number, since long ago.
async fn strange_portal() -> Portal {
    let portal = Portal::start().await;
    let webhook = portal.emulator.create_webhook(NewWebhook {
        name: "Audit".to_owned(),
        uri: "https://audit.example.com".to_owned(),
        triggers: 4096,
        ..NewWebhook::default()
    });
    age(&portal, webhook.id);
    portal
}

/// Makes a webhook one of last year's.
fn age(portal: &Portal, id: i32) {
    let webhook = portal.emulator.webhook(id).unwrap();
    let patch = WebhookPatch {
        created_on: Some(webhook.created_on - Duration::from_secs(365 * 24 * 60 * 60)),
        ..WebhookPatch::default()
    };
    portal.emulator.patch_webhook(id, patch).unwrap();
}

fn point_at(directory: &mut Workspace, portal: &Portal) {
    directory.set("base_url", json!(portal.emulator.base_url()));
}

fn changed() -> Value {
    with(&webhook(), json!({"triggers": ["RoomCreated"]}))
}

/// Insists that a report is one error of this summary, and that it helps.
#[track_caller]
fn is_refused(report: &Report, summary: &str) {
    let error = report.error(summary);
    assert_eq!(report.errors().len(), 1, "{report:#?}");
    for help in [
        "base_url",
        "terraform state rm",
        "import {",
        "Nothing was changed",
    ] {
        assert!(error.detail.contains(help), "{help}: {error:#?}");
    }
}

/// What to do with a state at another portal.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// A plan that was made at the right portal.
    Saved,
    /// A plan without a refresh.
    Stale,
    /// An ordinary run.
    Fresh,
}

const WAYS: [Way; 3] = [Way::Saved, Way::Stale, Way::Fresh];

async fn update(directory: &mut Workspace, way: Way, portal: &Portal, memory: Memory) -> Report {
    let planned = match way {
        Way::Saved => directory.plan(&one(&changed())).await,
        Way::Stale => planned_without_refresh(directory, &changed()).await,
        Way::Fresh => {
            point_at(directory, portal);
            return directory.apply(&one(&changed())).await;
        }
    };
    point_at(directory, portal);
    directory.carry_out(remembering(planned, memory)).await
}

/// A plan that knows no more than the state did.
fn remembering(mut planned: Planned, memory: Memory) -> Planned {
    for plan in planned.plans.values_mut() {
        if memory == Memory::Landed {
            plan.private = landed();
            plan.prior.as_mut().unwrap().private = landed();
        }
    }
    planned
}

async fn planned_without_refresh(directory: &mut Workspace, config: &Value) -> Planned {
    let host = directory.process().await;
    let state = directory.it().clone();
    let plan = host
        .plan("docspace_webhook", Some(&state), config.clone())
        .await
        .quiet();
    host.stop().await;
    directory.planned("it", plan)
}

async fn destroy(directory: &mut Workspace, way: Way, portal: &Portal, memory: Memory) -> Report {
    if let Way::Fresh = way {
        point_at(directory, portal);
        return directory.destroy(&one(&webhook())).await;
    }
    let host = directory.process().await;
    let plan = host.plan_destroy(directory.it()).await.quiet();
    host.stop().await;
    let planned = directory.planned("it", plan);
    point_at(directory, portal);
    directory.carry_out(remembering(planned, memory)).await
}

#[tokio::test]
async fn no_way_of_changing_or_deleting_reaches_a_strangers_webhook() {
    for memory in [Memory::Whole, Memory::Landed] {
        for way in WAYS {
            for is_destroy in [false, true] {
                let (home, other) = (Portal::start().await, strange_portal().await);
                let mut directory = home.settled(&webhook()).await;
                memory.remind(&mut directory);
                let (before, theirs) = (directory.state.clone(), other.only());
                let report = if is_destroy {
                    destroy(&mut directory, way, &other, memory).await
                } else {
                    update(&mut directory, way, &other, memory).await
                };
                let summary = match memory {
                    Memory::Whole => ELSEWHERE,
                    Memory::Landed => ANOTHER,
                };
                is_refused(&report, summary);
                let mut requests = other.requests();
                requests.retain(|request| request != CATALOG);
                assert_eq!(requests, [LIST], "{memory:?} {way:?}");
                assert_eq!(other.only().name, theirs.name);
                assert_eq!(directory.it().value, before["it"].value);
            }
        }
    }
}

#[tokio::test]
async fn absence_on_another_portal_deletes_nothing_from_the_state() {
    for way in WAYS {
        for is_destroy in [false, true] {
            let (home, other) = (Portal::start().await, Portal::start().await);
            let mut directory = home.settled(&webhook()).await;
            let before = directory.state.clone();
            let report = if is_destroy {
                destroy(&mut directory, way, &other, Memory::Whole).await
            } else {
                update(&mut directory, way, &other, Memory::Whole).await
            };
            is_refused(&report, ELSEWHERE);
            let writes = other.requests();
            assert!(writes.iter().all(|it| it.starts_with("GET")), "{writes:?}");
            assert_eq!(directory.it().value, before["it"].value);
            assert!(other.emulator.webhooks().is_empty());
        }
    }
}

/// Terraform deletes a tainted object without its private state, so that name or uri is the proof; and what
/// `-replace` deletes comes with the private state of the plan to create its successor.
#[tokio::test]
async fn what_is_replaced_is_recognized_before_it_is_deleted() {
    for is_tainted in [true, false] {
        let (home, other) = (Portal::start().await, strange_portal().await);
        let mut directory = home.settled(&webhook()).await;
        let theirs = other.only();
        let host = directory.process().await;
        let mut replaced = directory.it().clone();
        if is_tainted {
            replaced.private.clear();
        }
        let successor = host
            .plan_successor("docspace_webhook", &replaced, webhook())
            .await;
        let successor = successor.result.unwrap();
        host.stop().await;
        replaced.private = successor.private;
        directory.state.insert("it".to_owned(), replaced);
        let report = destroy(&mut directory, Way::Saved, &other, Memory::Whole).await;
        is_refused(&report, if is_tainted { ANOTHER } else { ELSEWHERE });
        assert_eq!(other.only().name, theirs.name);
        point_at(&mut directory, &home);
        directory.destroy(&one(&webhook())).await.quiet();
    }
}

#[tokio::test]
async fn a_webhook_that_was_made_again_under_its_number_is_another_one() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    age(&portal, 1);
    let planned = directory.plan(&one(&changed())).await;
    is_refused(&planned.report, ANOTHER);
    let error = planned.report.error(ANOTHER);
    assert!(
        error.detail.contains("created at another time"),
        "{error:?}"
    );
    // It has the name and uri of the old one, so it is offered for import.
    assert!(error.detail.contains("import webhook 1"), "{error:?}");
}

#[tokio::test]
async fn a_generated_secret_has_to_be_rotated_after_an_import() {
    let portal = Portal::start().await;
    let config = with(&webhook(), json!({"secret_key": null}));
    let mut directory = portal.settled(&config).await;
    age(&portal, 1);
    let report = directory.refresh().await;
    let error = report.error(ANOTHER);
    assert!(
        error.detail.contains("rotate it after the import"),
        "{error:?}"
    );
}

#[tokio::test]
async fn many_strangers_are_explained_once() {
    let (home, other) = (Portal::start().await, Portal::start().await);
    let mut directory = home.workspace();
    let config = (0..5)
        .map(|n| {
            (
                format!("it{n}"),
                with(&webhook(), json!({"name": format!("Webhook {n}")})),
            )
        })
        .collect();
    directory.apply(&config).await.quiet();
    point_at(&mut directory, &other);
    let report = directory.refresh().await;
    assert_eq!(report.errors().len(), 5);
    let explained = report
        .errors()
        .iter()
        .filter(|error| error.detail.contains("terraform state rm"))
        .count();
    assert_eq!(explained, 1, "{report:#?}");
    let all_stand_alone = report
        .errors()
        .iter()
        .all(|error| error.detail.contains(&other.emulator.base_url()));
    assert!(all_stand_alone, "{report:#?}");
}

/// The same webhooks at another address, as after a move or a restore.
async fn moved(home: &Portal) -> Portal {
    let portal = Portal::start().await;
    for Webhook {
        name,
        uri,
        triggers,
        created_on,
        ..
    } in home.emulator.webhooks()
    {
        let webhook = portal.emulator.create_webhook(NewWebhook {
            name,
            uri,
            triggers,
            ..NewWebhook::default()
        });
        let patch = WebhookPatch {
            created_on: Some(created_on),
            ..WebhookPatch::default()
        };
        portal.emulator.patch_webhook(webhook.id, patch).unwrap();
    }
    portal
}

#[tokio::test]
async fn a_portal_that_moved_is_learned_without_a_difference() {
    let home = Portal::start().await;
    let mut directory = home.settled(&webhook()).await;
    let new_home = moved(&home).await;
    point_at(&mut directory, &new_home);
    directory.plan(&one(&webhook())).await.empty();
    directory.apply(&one(&changed())).await.quiet();
    // From now on it is known there by its creator and date alone.
    let renamed = WebhookPatch {
        name: Some("By hand".to_owned()),
        uri: Some("https://elsewhere.example.com".to_owned()),
        ..WebhookPatch::default()
    };
    new_home.emulator.patch_webhook(1, renamed).unwrap();
    let planned = directory.plan(&one(&changed())).await;
    planned.report.quiet();
    assert_eq!(planned.only().action, Action::Update);
}

#[tokio::test]
async fn a_portal_whose_zone_was_changed_by_26_hours_is_the_same() {
    let portal = Portal::start().await;
    portal
        .emulator
        .change_settings(|settings| settings.portal_utc_offset_minutes = -12 * 60);
    let mut directory = portal.settled(&webhook()).await;
    portal
        .emulator
        .change_settings(|settings| settings.portal_utc_offset_minutes = 14 * 60);
    directory.plan(&one(&webhook())).await.empty();
}

#[tokio::test]
async fn a_state_of_the_landed_version_learns_its_portal() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    directory.state.get_mut("it").unwrap().private = landed();
    directory.refresh().await.quiet();
    let private = String::from_utf8(directory.it().private.clone()).unwrap();
    assert!(private.contains(&portal.emulator.base_url()), "{private}");
    directory.plan(&one(&webhook())).await.empty();
}

/// What the plan does not change is left as somebody else has set it since, and told.
#[tokio::test]
async fn a_change_since_the_plan_is_kept_where_the_plan_does_not_change_it() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    let planned = directory.plan(&one(&changed())).await;
    let by_hand = WebhookPatch {
        enabled: Some(false),
        triggers: Some(4096),
        ..WebhookPatch::default()
    };
    portal.emulator.patch_webhook(1, by_hand).unwrap();
    let report = directory.carry_out(planned).await;
    let warning = report.warning("Webhook \"CI events\" (1) has changed since it was planned");
    assert!(
        warning.detail.contains("does not change enabled"),
        "{warning:?}"
    );
    assert!(warning.detail.contains("changes triggers"), "{warning:?}");
    let stored = portal.only();
    assert!(!stored.enabled);
    assert_eq!(stored.triggers, 4_194_304);
    assert_eq!(directory.attribute("enabled"), true);
    let planned = directory.plan(&one(&changed())).await;
    assert_eq!(planned.only().action, Action::Update);
}

#[tokio::test]
async fn what_is_missing_first_raises_the_question_of_the_portal() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    portal.emulator.delete_webhook(1).unwrap();
    let report = directory.refresh().await;
    let warning = report.warning("A webhook is missing: does base_url name the right portal?");
    assert!(warning.detail.contains("\"CI events\" (1)"), "{warning:?}");
    assert!(
        warning.detail.contains(&portal.emulator.base_url()),
        "{warning:?}"
    );
}
