//! Triggers: names for people, one bit mask on the wire (product §4.1).

use docspace_emulator::{Config, NewWebhook, Profile, Role, User, WebhookPatch};
use serde_json::json;

use super::{Portal, webhook, with};
use crate::commands::one;
use crate::host::core::Action;
use crate::portal::on;

const MOON: i64 = 1 << 40;

/// Lets the portal know a trigger that this build does not.
fn land_on_the_moon(portal: &Portal) -> u64 {
    let catalog = json!({"response": [
        {"name": "*", "id": 0, "available": true},
        {"name": "file.uploaded", "id": 256, "available": true},
        {"name": "moon.landed", "id": MOON, "available": true},
    ]});
    portal.fault(on("GET /webhook/triggers").respond(200, &[], &catalog.to_string()))
}

fn triggers(names: &[&str]) -> crate::commands::Configuration {
    one(&with(&webhook(), json!({"triggers": names})))
}

#[tokio::test]
async fn a_name_that_only_the_portal_knows_is_looked_up_and_remembered() {
    let portal = Portal::start().await;
    land_on_the_moon(&portal);
    let mut directory = portal.workspace();
    let config = triggers(&["FileUploaded", "MoonLanded"]);
    directory.apply(&config).await.quiet();
    assert_eq!(portal.only().triggers, MOON + 256);
    portal.take();
    // What was looked up once is known for as long as the webhook lives.
    portal.emulator.clear_faults();
    directory.plan(&config).await.empty();
    assert_eq!(portal.requests(), ["GET /webhook"]);
    assert_eq!(
        directory.attribute("triggers"),
        &json!(["FileUploaded", "MoonLanded"])
    );
    let patch = WebhookPatch {
        triggers: Some(MOON),
        ..WebhookPatch::default()
    };
    portal.emulator.patch_webhook(1, patch).unwrap();
    directory.refresh().await.quiet();
    assert_eq!(directory.attribute("triggers"), &json!(["MoonLanded"]));
}

#[tokio::test]
async fn the_spelling_of_deliveries_is_taken_and_kept() {
    let portal = Portal::start().await;
    land_on_the_moon(&portal);
    let mut directory = portal.workspace();
    let config = triggers(&["file.uploaded", "moon.landed"]);
    directory.apply(&config).await.quiet();
    assert_eq!(portal.only().triggers, MOON + 256);
    directory.plan(&config).await.empty();
    // Drift keeps the spelling of what stays.
    let patch = WebhookPatch {
        triggers: Some(256 + (1 << 22)),
        ..WebhookPatch::default()
    };
    portal.emulator.patch_webhook(1, patch).unwrap();
    directory.refresh().await.quiet();
    assert_eq!(
        directory.attribute("triggers"),
        &json!(["RoomCreated", "file.uploaded"])
    );
}

/// Private state is as trustworthy as the disk it is on.
#[tokio::test]
async fn a_remembered_bit_that_cannot_be_is_looked_up_again() {
    let portal = Portal::start().await;
    land_on_the_moon(&portal);
    let config = triggers(&["MoonLanded"]);
    let mut directory = portal.settled(&config["it"]).await;
    for bit in ["64", "72", "255", "-1", "\"40\""] {
        let private = format!("{{\"trigger_bits\":{{\"MoonLanded\":{bit}}}}}");
        directory.state.get_mut("it").unwrap().private = private.into_bytes();
        directory.apply(&config).await.quiet();
        assert_eq!(portal.only().triggers, MOON, "{bit}");
        directory.plan(&config).await.empty();
        assert_eq!(
            directory.attribute("triggers"),
            &json!(["MoonLanded"]),
            "{bit}"
        );
    }
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_refused_with_the_nearest_ones() {
    let portal = Portal::start().await;
    land_on_the_moon(&portal);
    let mut directory = portal.workspace();
    directory
        .validate(&triggers(&["MoonDeparted"]))
        .await
        .quiet();
    let planned = directory.plan(&triggers(&["MoonDeparted"])).await;
    let error = planned.report.error("Unknown trigger");
    assert_eq!(error.path, "triggers");
    assert!(error.detail.contains("\"MoonLanded\""), "{error:?}");
    // Everything does not stand for one event.
    assert!(!error.detail.contains("\"All\""), "{error:?}");

    directory.apply(&triggers(&["FileUploaded"])).await.quiet();
    let planned = directory.plan(&triggers(&["MoonDeparted"])).await;
    planned.report.error("Unknown trigger");
}

#[tokio::test]
async fn a_catalog_that_cannot_be_read_stops_the_apply_before_anything_is_sent() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    directory.set("max_retries", json!(0));
    portal.fault(on("GET /webhook/triggers").respond(503, &[], ""));
    let planned = directory.plan(&triggers(&["MoonLanded"])).await;
    planned
        .report
        .warning("The plan was not checked against the portal");
    directory
        .carry_out(planned)
        .await
        .error("Could not look up the triggers");
    assert!(
        portal
            .requests()
            .iter()
            .all(|request| request.starts_with("GET "))
    );
}

#[tokio::test]
async fn a_bit_without_a_name_survives_a_round_trip() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    directory.apply(&triggers(&["FileUploaded"])).await.quiet();
    let patch = WebhookPatch {
        triggers: Some(MOON + 256),
        ..WebhookPatch::default()
    };
    portal.emulator.patch_webhook(1, patch).unwrap();
    directory.refresh().await.quiet();
    assert_eq!(
        directory.attribute("triggers"),
        &json!(["1099511627776", "FileUploaded"])
    );
    let config = triggers(&["FileUploaded", "1099511627776"]);
    directory.plan(&config).await.empty();
    let renamed = one(&with(&config["it"], json!({"name": "Other"})));
    directory.apply(&renamed).await.quiet();
    assert_eq!(portal.only().triggers, MOON + 256);
}

#[tokio::test]
async fn the_highest_bit_survives_a_round_trip() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let config = triggers(&["9223372036854775808"]);
    directory.apply(&config).await.quiet();
    assert_eq!(portal.only().triggers, i64::MIN);
    directory.plan(&config).await.empty();
}

#[tokio::test]
async fn the_states_spelling_is_kept_while_the_events_are_the_same() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    directory.apply(&triggers(&["256"])).await.quiet();
    directory.plan(&triggers(&["256"])).await.empty();
    // Another spelling of the same events is nothing to apply.
    directory.plan(&triggers(&["FileUploaded"])).await.empty();
    assert_eq!(directory.attribute("triggers"), &json!(["256"]));
}

#[tokio::test]
async fn a_portals_name_for_a_bit_that_is_in_the_state_changes_the_state_only() {
    let portal = Portal::start().await;
    land_on_the_moon(&portal);
    portal.emulator.create_webhook(NewWebhook {
        name: "CI events".to_owned(),
        uri: "https://hooks.example.com/docspace".to_owned(),
        triggers: MOON,
        ..NewWebhook::default()
    });
    let mut directory = portal.workspace();
    directory.import("1").await.quiet();
    assert_eq!(directory.attribute("triggers"), &json!(["1099511627776"]));
    let config = one(&with(
        &webhook(),
        json!({"triggers": ["MoonLanded"], "secret_key": null}),
    ));
    let planned = directory.plan(&config).await;
    assert_eq!(planned.only().action, Action::Update);
    portal.take();
    directory.carry_out(planned).await.quiet();
    assert!(
        portal
            .requests()
            .iter()
            .all(|request| request.starts_with("GET "))
    );
    assert_eq!(directory.attribute("triggers"), &json!(["MoonLanded"]));
    directory.plan(&config).await.empty();
}

#[tokio::test]
async fn two_spellings_of_one_bit_are_found_with_the_portals_help() {
    let portal = Portal::start().await;
    land_on_the_moon(&portal);
    let planned = portal
        .workspace()
        .plan(&triggers(&["MoonLanded", "1099511627776"]))
        .await;
    let error = planned.report.error("Trigger given twice");
    assert_eq!(error.path, "triggers");
}

#[tokio::test]
async fn a_trigger_that_the_role_may_not_use_is_refused_in_the_plan() {
    let user = User::new("00000000-0000-0000-0000-000000000007", Role::User);
    let portal = Portal::with(Config::offline().with_caller(user, "sk-user", &[])).await;
    let mut directory = crate::commands::Workspace::new(portal.provider_with_key("sk-user"));
    let planned = directory
        .plan(&triggers(&["FileUploaded", "RoomCreated"]))
        .await;
    let error = planned.report.error("Trigger is not available");
    assert_eq!(error.path, "triggers");
    assert!(error.detail.contains("\"RoomCreated\""), "{error:?}");
    // Every event is everybody's.
    directory.apply(&triggers(&["All"])).await.quiet();
    directory.apply(&triggers(&["FileUploaded"])).await.quiet();
    directory
        .plan(&triggers(&["RoomCreated"]))
        .await
        .report
        .error("Trigger is not available");
    // What is there already is not asked about.
    let patch = WebhookPatch {
        triggers: Some(4_194_304),
        ..WebhookPatch::default()
    };
    portal.emulator.patch_webhook(1, patch).unwrap();
    directory.plan(&triggers(&["RoomCreated"])).await.empty();
}

/// Such a webhook would be accepted, as far as its bits fit, and never fire.
#[tokio::test]
async fn a_trigger_that_the_portal_does_not_have_yet_is_refused_in_the_plan() {
    for profile in [Profile::V3_1, Profile::V3_6] {
        let portal = Portal::of(profile).await;
        for name in ["FormSubmit", "FormStopped", "form.submit", "form.stopped"] {
            let mut directory = portal.workspace();
            let planned = directory.plan(&triggers(&["FileUploaded", name])).await;
            let error = planned.report.error("Trigger is not known to this portal");
            assert_eq!(error.path, "triggers");
            assert!(error.detail.contains(&format!("{name:?}")), "{error:?}");
            assert!(
                error.detail.contains("as the decimal number of its bit"),
                "{error:?}"
            );
        }
        // There is no way around for what needs more than the 31 bits that such a portal takes.
        for name in [
            "AgentCreated",
            "FolderDownloaded",
            "agent.created",
            "2147483648",
            "9223372036854775808",
        ] {
            let mut directory = portal.workspace();
            let planned = directory.plan(&triggers(&["FileUploaded", name])).await;
            let error = planned.report.error("Trigger does not fit this portal");
            assert_eq!(error.path, "triggers");
            assert!(error.detail.contains(&format!("{name:?}")), "{error:?}");
            assert!(!error.detail.contains("decimal"), "{error:?}");
        }
        // Whoever writes a bit itself means it.
        portal
            .workspace()
            .apply(&triggers(&["268435456"]))
            .await
            .quiet();
        assert_eq!(portal.only().triggers, 268_435_456);
    }
}

/// Every form that the wire has shown or documents claim is read.
#[tokio::test]
async fn whatever_form_the_portal_answers_in_is_understood() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    directory
        .apply(&triggers(&["FileUploaded", "RoomCreated"]))
        .await
        .quiet();
    for form in [
        json!(4_194_560),
        json!("4194560"),
        json!("FileUploaded,RoomCreated"),
        json!("file.uploaded, room.created"),
    ] {
        let list = json!({"response": [{"configs": {
            "id": 1, "name": "CI events", "uri": "https://hooks.example.com/docspace", "enabled": true,
            "ssl": true, "triggers": form,
        }, "status": 0}]});
        let fault = portal.fault(on("GET /webhook").respond(200, &[], &list.to_string()));
        directory
            .plan(&triggers(&["FileUploaded", "RoomCreated"]))
            .await
            .empty();
        assert_eq!(portal.emulator.fault_hits(fault), 1, "{form}");
        portal.emulator.clear_faults();
    }
}
