//! No secret gets out: not in logs, not in what the user is told, not in plan or state (product §4.2).

use std::fmt::Write as _;

use serde_json::json;

use super::{automatic, config, manual, renamed};
use crate::commands::{Report, Workspace, one};
use crate::portal::on;
use crate::webhook::Portal;

/// Texts that occur nowhere else, as a secret and as a key.
const SECRET: &str = "Zq7-Sentinel+Xw9/Secret=42";
const ROTATED: &str = "Vk3-Sentinel+Jm8/Secret=43";
const KEY: &str = "sk-5e47be1c0ffee5e47be1c0ffee5e47be1c0ffee5e47be1c0ffee5e47be1c0ff";

/// Insists that no part of eight bytes of a sentinel occurs, as it is, in hex, or in base64.
#[track_caller]
fn has_no_sentinel(place: &str, text: &str) {
    for sentinel in [SECRET, ROTATED, KEY] {
        for part in sentinel.as_bytes().windows(8) {
            let plain = String::from_utf8(part.to_vec()).unwrap();
            // The word itself stands in this file, and so in messages about failed tests only.
            assert!(!text.contains(&plain), "{place} has {plain:?}");
            let hex = part.iter().fold(String::new(), |mut hex, byte| {
                write!(hex, "{byte:02x}").unwrap();
                hex
            });
            assert!(
                !text.to_ascii_lowercase().contains(&hex),
                "{place} has {hex}"
            );
        }
        let base64 =
            base64::Engine::encode(&base64::engine::general_purpose::STANDARD_NO_PAD, sentinel);
        let core = base64.get(4..20).unwrap();
        assert!(!text.contains(core), "{place} has {core}");
    }
}

/// Looks everywhere where somebody else could look.
#[track_caller]
fn is_tight(directory: &Workspace, reports: &[Report]) {
    assert!(directory.log.len() > 5, "there is something to look at");
    has_no_sentinel("the log", &format!("{:?}", directory.log));
    has_no_sentinel("what was said", &format!("{reports:?}"));
    for state in directory.state.values() {
        has_no_sentinel("the state", &state.value.to_string());
        has_no_sentinel("private state", &String::from_utf8_lossy(&state.private));
    }
}

async fn portal_with_key() -> Portal {
    let mut settings = docspace_emulator::Config::offline();
    settings.api_key = KEY.into();
    Portal::with(settings).await
}

#[tokio::test]
async fn a_whole_life_leaks_nothing_at_the_loudest_level() {
    for (first, second) in [
        (automatic(SECRET), automatic(ROTATED)),
        (manual(SECRET, 1), manual(ROTATED, 2)),
    ] {
        let portal = portal_with_key().await;
        let mut directory = portal.workspace().env("TF_LOG", "TRACE");
        let mut reports = vec![directory.validate(&one(&first)).await];
        reports.push(directory.apply(&one(&first)).await);
        let planned = directory.plan(&one(&second)).await;
        has_no_sentinel("the plan", &planned.only().planned.to_string());
        has_no_sentinel(
            "the planned private state",
            &String::from_utf8_lossy(&planned.only().private),
        );
        reports.push(directory.carry_out(planned).await);
        assert!(portal.emulator.secret_is(1, ROTATED));
        reports.push(directory.apply(&one(&renamed(&second))).await);
        reports.push(directory.import("1").await);
        reports.push(directory.apply(&one(&second)).await);
        reports.push(directory.destroy(&one(&second)).await);
        reports.iter().for_each(Report::ok);
        is_tight(&directory, &reports);
    }
}

/// Error answers, in each shape they come in, that repeat what the request carried.
fn echoes(carried: &str) -> [String; 5] {
    let echo = format!("Bearer {KEY} said {carried}");
    [
        json!({"error": {"message": echo, "type": echo, "stack": echo}}).to_string(),
        json!({"response": {"title": echo, "errors": {"SecretKey": [echo], carried: [echo]}}})
            .to_string(),
        json!({"title": echo, "detail": echo}).to_string(),
        format!("<html>{echo}</html>"),
        echo,
    ]
}

#[tokio::test]
async fn a_portal_that_echoes_what_it_was_sent_is_not_quoted() {
    // A 500 of another shape is a lost answer, and so another story.
    let rows = [
        (0, 400),
        (1, 400),
        (2, 400),
        (3, 400),
        (4, 400),
        (0, 500),
        (0, 403),
        (2, 403),
        (0, 404),
    ];
    for (shape, status) in rows {
        let portal = portal_with_key().await;
        let mut directory = portal.workspace().env("TF_LOG", "TRACE");
        let once = |request, carried| {
            portal.fault(
                on(request)
                    .times(1)
                    .respond(status, &[], &echoes(carried)[shape]),
            )
        };
        once("POST /webhook", SECRET);
        let mut reports = vec![directory.apply(&one(&automatic(SECRET))).await];
        assert!(directory.state.is_empty());
        reports.push(directory.apply(&one(&automatic(SECRET))).await);
        once("PUT /webhook", ROTATED);
        reports.push(directory.apply(&one(&automatic(ROTATED))).await);
        once("GET /webhook", "hello");
        reports.push(directory.refresh().await);
        assert!([0, 2].iter().all(|n| reports[*n].has_errors()));
        is_tight(&directory, &reports);
    }
}

#[tokio::test]
async fn a_redirect_to_an_address_with_a_secret_is_not_quoted() {
    let portal = portal_with_key().await;
    let mut directory = portal.workspace().env("TF_LOG", "TRACE");
    let location = format!("https://elsewhere.example.com/{KEY}?secret={SECRET}");
    portal.fault(on("GET /*").respond(302, &[("Location", &location)], ""));
    let report = directory.apply(&one(&automatic(SECRET))).await;
    assert!(report.has_errors());
    is_tight(&directory, &[report]);
}

/// `secret_key` is in the state, as asked, and in nothing else.
#[tokio::test]
async fn a_stored_secret_is_in_the_state_and_nowhere_else() {
    let portal = portal_with_key().await;
    let mut directory = portal.workspace().env("TF_LOG", "TRACE");
    let config = config(json!({"secret_key": SECRET}));
    let reports = [
        directory.apply(&one(&config)).await,
        directory.refresh().await,
    ];
    assert_eq!(directory.attribute("secret_key"), SECRET);
    directory.state.get_mut("it").unwrap().value["secret_key"] = json!(null);
    is_tight(&directory, &reports);
}
