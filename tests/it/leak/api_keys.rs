//! A key that the portal makes: it is in the answer to its POST, in the state, and nowhere else.

use serde_json::{Value, json};

use super::host::Watched;
use super::sentinels::{self, API, MADE, answering, refusal};

const API_KEY: &str = "docspace_api_key";
const ID: &str = "0d3f2f5e-6a41-4c57-9b1a-00000000002a";

fn config(name: &str) -> Value {
    json!({"name": name, "permissions": ["rooms:read"]})
}

/// An answer of the portal with this key in it.
fn row(key: &str) -> Value {
    json!({
        "id": ID, "name": "CI", "key": key, "keyPostfix": "WnPg", "permissions": ["rooms:read"],
        "createOn": "2026-11-29T07:12:52.0000000Z", "isActive": true,
        "createBy": {"id": docspace_emulator::OWNER_ID},
    })
}

fn success(response: &Value) -> String {
    json!({"response": response, "count": 1, "status": 0, "statusCode": 200}).to_string()
}

/// A portal that makes this very key, and shows it in its list as no portal does.
async fn portal() -> docspace_emulator::Emulator {
    let portal = sentinels::portal().await;
    let path = format!("{API}/keys");
    for (method, answer) in [("POST", row(MADE)), ("GET", json!([row(MADE)]))] {
        // Nothing is there before the key is made.
        let fault = docspace_emulator::Fault::on(method, &path);
        let fault = if method == "GET" {
            fault.skip(1)
        } else {
            fault
        };
        portal
            .add_fault(fault.respond(200, &[], &success(&answer)))
            .unwrap();
    }
    portal
}

#[tokio::test]
async fn a_new_key_is_in_the_state_and_nowhere_else() {
    let portal = portal().await;
    let watched = Watched::start(&portal).await;
    let plan = watched.host.plan_create(API_KEY, config("CI")).await;
    let state = watched.host.apply(&plan.quiet()).await.quiet().unwrap();
    assert_eq!(state.value["key"], MADE);
    watched.check("private state", &state.private);
    watched.check("identity", format!("{:?}", state.identity).as_bytes());
    watched.end().await;

    // Later runs know it from the state, and the portal throws it back.
    let watched = Watched::start(&portal).await;
    let read = watched.host.read(&state).await.quiet().unwrap();
    assert_eq!(read.value, state.value);
    watched.check("private state", &read.private);
    let plan = watched.host.plan(API_KEY, Some(&read), config("CD")).await;
    let changed = plan.quiet();
    let doomed = watched.host.plan_destroy(&read).await.quiet();
    for (method, plan) in [("PUT", &changed), ("DELETE", &doomed)] {
        let fault = answering(method, &format!("/keys/{ID}"), &refusal(MADE));
        portal.add_fault(fault).unwrap();
        let failed = watched.host.apply(plan).await;
        watched.check_said("a refused change", &failed.diagnostics);
        failed.refused();
    }
    watched.end().await;
}

#[tokio::test]
async fn a_list_that_shows_keys_is_not_read_for_them() {
    let portal = portal().await;
    let watched = Watched::start(&portal).await;
    let first = watched.host.read_data("docspace_api_keys", json!({})).await;
    watched.check_said("reading", &first.diagnostics);
    drop(watched.end().await);
    let watched = Watched::start(&portal).await;
    let read = watched.host.read_data("docspace_api_keys", json!({})).await;
    watched.check("the list", read.quiet().to_string().as_bytes());
    let imported = watched.host.import(API_KEY, ID).await.quiet();
    watched.check_state("imported state", &imported);
    watched.end().await;
}

#[tokio::test]
async fn an_ephemeral_key_is_in_its_value_alone() {
    let portal = portal().await;
    let watched = Watched::start(&portal).await;
    let config = json!({"permissions": ["rooms:read"]});
    let opened = watched.host.open(API_KEY, config).await.quiet();
    assert_eq!(opened.value["key"], MADE);
    watched.check("private data", &opened.private.clone().unwrap());
    let fault = answering("DELETE", &format!("/keys/{ID}"), &refusal(MADE));
    portal.add_fault(fault).unwrap();
    let closed = watched.host.close(API_KEY, &opened).await;
    watched.check_said("closing", &closed.diagnostics);
    assert_eq!(closed.diagnostics.len(), 1);
    watched.end().await;
}

/// The answer is broken, and the portal's own words hold what it should have shown.
#[tokio::test]
async fn a_broken_answer_to_a_create_shows_nothing_of_the_key() {
    let portal = sentinels::portal().await;
    let path = format!("{API}/keys");
    for body in [
        format!("{{\"response\": {{\"id\": \"{ID}\", \"key\": \"{MADE}\""),
        success(&json!({"id": MADE, "name": "CI", "key": MADE})),
        success(&json!({"id": ID, "name": 17, "key": MADE})),
        success(&json!(MADE)),
    ] {
        let watched = Watched::start(&portal).await;
        let plan = watched
            .host
            .plan_create(API_KEY, config("CI"))
            .await
            .quiet();
        let fault = docspace_emulator::Fault::on("POST", &path).times(1);
        let fault = fault.after_storing().respond(200, &[], &body);
        portal.add_fault(fault).unwrap();
        let applied = watched.host.apply(&plan).await;
        watched.check_said("a broken answer", &applied.diagnostics);
        applied.refused();
        watched.end().await;
    }
}
