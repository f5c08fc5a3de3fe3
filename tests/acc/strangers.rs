//! Two portals with the same numbers: whatever command meets the wrong one, nothing changes there, the state is kept,
//! and the exit code says so.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use docspace_emulator::{Config, Emulator, NewWebhook, OWNER_ID, Role, User, WebhookPatch};
use serde_json::{Value, json};

use crate::harness::{Case, Run, Webhook, start};

const STATE: &str = "terraform.tfstate";
const ADDRESS: &str = "docspace_webhook.ci";

/// When the command finds out that it is at another portal.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// The plan was saved at the right portal.
    Saved,
    /// Nothing is refreshed.
    Stale,
    /// An ordinary run.
    Fresh,
}

const WAYS: [Way; 3] = [Way::Saved, Way::Stale, Way::Fresh];

/// What the other portal has under the number of ours.
#[derive(Debug, Clone, Copy)]
enum Foreign {
    /// A webhook of the same user, as on every self-hosted portal.
    SameOwner,
    /// A webhook of somebody else.
    OtherOwner,
    Nothing,
}

/// A portal with such a webhook from last year.
fn portal(other: Foreign) -> Emulator {
    let portal = start(Config::offline());
    let somebody = User::new("5d76b349-db61-4485-a15e-1e62e5d2933c", Role::Admin);
    let creator = match other {
        Foreign::SameOwner => OWNER_ID,
        Foreign::OtherOwner => &somebody.id,
        Foreign::Nothing => return portal,
    };
    portal.put_user(somebody.clone());
    let webhook = portal.create_webhook(NewWebhook {
        created_by: creator.to_owned(),
        ..NewWebhook::default()
    });
    let patch = WebhookPatch {
        created_on: Some(webhook.created_on - std::time::Duration::from_secs(365 * 24 * 60 * 60)),
        ..WebhookPatch::default()
    };
    portal.patch_webhook(webhook.id, patch).unwrap();
    portal
}

/// A directory in which a webhook was made.
fn applied() -> Case {
    let case = Case::new();
    case.write("main.tf", Webhook::new("ci"));
    case.apply().succeeds_silently();
    case
}

/// Makes the state one of the version that remembered only who created a webhook.
fn as_landed(case: &Case) {
    let mut state: Value = serde_json::from_slice(&case.read(STATE)).unwrap();
    let private = json!({"created_by": OWNER_ID, "secret_origin": "generated"});
    let instance = &mut state["resources"][0]["instances"][0];
    instance["private"] = json!(STANDARD.encode(private.to_string()));
    case.write(STATE, state);
}

fn update(case: &mut Case, way: Way, other: &Emulator) -> Run {
    case.write(
        "main.tf",
        Webhook::new("ci").with("triggers", r#"["RoomCreated"]"#),
    );
    command(case, way, other, &[])
}

fn command(case: &mut Case, way: Way, other: &Emulator, args: &[&str]) -> Run {
    let args = |more: &[&str]| -> Vec<String> {
        let all = args.iter().chain(more);
        all.map(|arg| (*arg).to_owned()).collect()
    };
    if let Way::Saved = way {
        let plan = args(&["-refresh=false"]);
        case.saved_plan(&plan.iter().map(String::as_str).collect::<Vec<_>>());
    }
    case.set("DOCSPACE_BASE_URL", &other.base_url());
    match way {
        Way::Saved => case.apply_saved(),
        Way::Stale => {
            let apply = args(&["-refresh=false", "-auto-approve"]);
            let apply: Vec<&str> = apply.iter().map(String::as_str).collect();
            case.run(&[&["apply"], &apply[..]].concat())
        }
        Way::Fresh => {
            let apply = args(&["-auto-approve"]);
            let apply: Vec<&str> = apply.iter().map(String::as_str).collect();
            case.run(&[&["apply"], &apply[..]].concat())
        }
    }
}

/// Demands that a run has failed, changed nothing on the other portal, and kept the state.
#[track_caller]
fn touched_nothing(run: Run, case: &Case, other: &Emulator, before: &[docspace_emulator::Webhook]) {
    run.fails()
        .says("Nothing was changed, and the webhook stays in the state.");
    assert_eq!(format!("{before:?}"), format!("{:?}", other.webhooks()));
    let writes: Vec<_> = other
        .request_log()
        .into_iter()
        .filter(|request| request.method != "GET")
        .collect();
    assert!(writes.is_empty(), "{writes:?}");
    assert_eq!(case.attributes(ADDRESS)["id"], "1");
    assert_eq!(case.portal.webhooks().len(), 1);
}

fn no_way_reaches(other: Foreign, is_landed: bool) {
    for way in WAYS {
        for is_destroy in [false, true] {
            let mut case = applied();
            if is_landed {
                as_landed(&case);
            }
            let portal = portal(other);
            let before = portal.webhooks();
            let run = if is_destroy {
                command(&mut case, way, &portal, &["-destroy"])
            } else {
                update(&mut case, way, &portal)
            };
            touched_nothing(run, &case, &portal, &before);
        }
    }
}

#[test]
fn a_webhook_of_the_same_owner_on_another_portal_is_not_touched() {
    no_way_reaches(Foreign::SameOwner, false);
}

#[test]
fn a_webhook_of_another_owner_on_another_portal_is_not_touched() {
    no_way_reaches(Foreign::OtherOwner, false);
}

#[test]
fn a_state_of_the_version_before_touches_no_webhook_of_the_same_owner() {
    no_way_reaches(Foreign::SameOwner, true);
}

#[test]
fn a_state_of_the_version_before_touches_no_webhook_of_another_owner() {
    no_way_reaches(Foreign::OtherOwner, true);
}

#[test]
fn absence_on_another_portal_is_no_deletion() {
    no_way_reaches(Foreign::Nothing, false);
}

#[test]
fn a_tainted_webhook_and_a_replaced_one_are_not_deleted_elsewhere() {
    for other in [Foreign::SameOwner, Foreign::OtherOwner] {
        for way in WAYS {
            for is_tainted in [false, true] {
                let mut case = applied();
                let portal = portal(other);
                let before = portal.webhooks();
                let replace = format!("-replace={ADDRESS}");
                let run = if is_tainted {
                    case.run(&["taint", ADDRESS]).succeeds();
                    command(&mut case, way, &portal, &[])
                } else {
                    command(&mut case, way, &portal, &[&replace])
                };
                touched_nothing(run, &case, &portal, &before);
            }
        }
    }
}

#[test]
fn a_portal_that_moved_to_another_address_is_the_same() {
    let mut case = applied();
    let new_home = start(Config::offline());
    for webhook in case.portal.webhooks() {
        let id = webhook.id;
        new_home.create_webhook(NewWebhook {
            name: webhook.name,
            uri: webhook.uri,
            triggers: webhook.triggers,
            ..NewWebhook::default()
        });
        let patch = WebhookPatch {
            created_on: Some(webhook.created_on),
            ..WebhookPatch::default()
        };
        new_home.patch_webhook(id, patch).unwrap();
    }
    case.set("DOCSPACE_BASE_URL", &new_home.base_url());
    case.plan().finds_no_changes();
    case.destroy().succeeds();
    assert!(new_home.webhooks().is_empty());
}

#[test]
fn a_portal_whose_zone_was_changed_by_26_hours_is_the_same() {
    let case = Case::new();
    let zone = |hours: i32| {
        case.portal
            .change_settings(|settings| settings.portal_utc_offset_minutes = hours * 60);
    };
    zone(-12);
    case.write("main.tf", Webhook::new("ci"));
    case.apply().succeeds_silently();
    zone(14);
    case.plan().finds_no_changes();
}

/// What a portal stores switched on is switched off in the same apply.
#[test]
fn one_apply_makes_webhooks_that_are_switched_off() {
    let case = Case::new();
    let webhook = Webhook::new("ci")
        .with("count", "300")
        .with("name", r#""ci ${count.index}""#)
        .with("enabled", "false");
    case.write("main.tf", webhook);
    case.apply().succeeds_silently();
    case.has_requested(&[
        ("GET keys/@self", 2),
        ("GET webhook", 2),
        ("GET webhook/triggers", 2),
        ("POST webhook", 300),
        ("PUT webhook/enable", 300),
    ]);
    case.plan().finds_no_changes();
    assert!(
        case.portal
            .webhooks()
            .iter()
            .all(|webhook| !webhook.enabled)
    );
}
