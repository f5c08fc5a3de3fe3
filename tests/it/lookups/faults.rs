use serde_json::json;

use super::{DESIGN, GROUP, GROUPS, ROOM, ROOMS, USER, USERS, portal};
use crate::portal::on;

const BO: &str = super::BO;

/// Every data source, and what it asks first.
fn requests() -> [(&'static str, serde_json::Value, String); 8] {
    let at = |path: &str| format!("GET /api/2.0{path}");
    [
        (USER, json!({ "id": BO }), at(&format!("/people/{BO}"))),
        (
            USER,
            json!({"email": "bo+ci@example.com"}),
            at("/people/email"),
        ),
        (USERS, json!({}), at("/people/filter")),
        (
            GROUP,
            json!({ "id": DESIGN }),
            at(&format!("/group/{DESIGN}")),
        ),
        (GROUPS, json!({}), at("/group")),
        (ROOM, json!({"id": "1"}), at("/files/rooms/1")),
        (ROOM, json!({"title": "Design"}), at("/files/rooms")),
        (ROOMS, json!({}), at("/files/rooms")),
    ]
}

#[tokio::test]
async fn what_any_endpoint_answers_is_said_in_the_same_words() {
    for (status, cause, part) in [
        (401, "API key refused (401)", "Check api_key"),
        (404, "not an active portal (404)", "Check base_url"),
        (429, "too many requests (429)", "Wait a minute"),
        (500, "portal failed (500)", "Try again later"),
        (503, "portal unavailable (503)", "Try again later"),
    ] {
        for (name, config, request) in requests() {
            let portal = portal().await;
            portal.fault(on(&request).respond(status, &[], ""));
            let host = portal.host().await;
            let key = portal.emulator.api_key().to_owned();
            let error = host.read_data(name, config).await.refused_at("");
            assert!(error.summary.ends_with(cause), "{request}: {error:?}");
            assert!(error.detail.contains(part), "{request}: {error:?}");
            assert!(!error.text().contains(&key), "{request}");
            host.stop().await;
        }
    }
}

#[tokio::test]
async fn an_unreadable_answer_is_an_error_and_not_an_empty_list() {
    for (name, config, request) in requests() {
        for body in ["", "{}", "[]", r#"{"response":{}}"#, "<html>"] {
            let portal = portal().await;
            // A list without rows is one.
            if body == "[]" && matches!(name, USERS | GROUPS) {
                continue;
            }
            portal.fault(on(&request).respond(200, &[], body));
            let host = portal.host().await;
            let error = host.read_data(name, config.clone()).await.refused_at("");
            assert!(error.summary.starts_with("Could not "), "{error:?}");
            host.stop().await;
        }
    }
}

/// A failure is not kept: the next who asks gets an answer.
#[tokio::test]
async fn a_list_that_failed_once_is_asked_for_again() {
    let portal = portal().await;
    portal.fault(
        on("GET /api/2.0/files/rooms")
            .times(1)
            .respond(503, &[], ""),
    );
    let host = portal.host().await;
    host.read_data(ROOMS, json!({})).await.refused();
    host.read_data(ROOMS, json!({})).await.quiet();
    host.stop().await;
}

/// The portal's words about an address are quoted, but for the key, whatever it says.
#[tokio::test]
async fn a_portal_that_tells_the_key_is_not_quoted_on_it() {
    let portal = portal().await;
    let key = portal.emulator.api_key().to_owned();
    let told = format!("The key {key} may not ask for bo+ci@example.com");
    let refusal = json!({"error": {"message": told, "type": "System.ArgumentException"}});
    let email = on("GET /api/2.0/people/email");
    portal.fault(email.respond(400, &[], &refusal.to_string()));
    let folder = json!({"response": {"id": 7, "title": key}});
    let room = on("GET /api/2.0/files/rooms/7");
    portal.fault(room.respond(200, &[], &folder.to_string()));
    let host = portal.host().await;
    for (name, config, path, part) in [
        (
            USER,
            json!({"email": "bo+ci@example.com"}),
            "email",
            "may not ask for",
        ),
        (ROOM, json!({"id": "7"}), "id", "an ordinary folder"),
    ] {
        let error = host.read_data(name, config).await.refused_at(path);
        assert!(error.detail.contains(part), "{error:?}");
        assert!(!error.text().contains(&key), "{name}");
    }
    host.stop().await;
}
