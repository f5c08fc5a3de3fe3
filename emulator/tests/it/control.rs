use std::time::Duration;

use docspace_emulator::{Config, Emulator};
use serde_json::{Value, json};

use crate::client::{Client, WEBHOOKS, start, start_offline, webhook};
use crate::receiver::Receiver;

async fn portal() -> (Emulator, Client, Client) {
    let (emulator, client) = start_offline().await;
    let control = Client::control(&emulator);
    (emulator, client, control)
}

#[tokio::test]
async fn the_control_port_says_that_it_is_there() {
    let (_emulator, _client, control) = portal().await;
    let health = control.get("/health").await.json();
    assert_eq!(health["status"], "ok");
    assert_eq!(health["profile"], "3.7");
}

#[tokio::test]
async fn web_pages_are_refused() {
    let (_emulator, _client, control) = portal().await;
    let origin = [("Origin", "https://evil.example")];
    let reply = control
        .send_raw("POST", "/reset", &origin, b"")
        .await
        .unwrap();
    assert_eq!(reply.status, 403);
}

#[tokio::test]
async fn webhooks_are_changed_behind_the_clients_back() {
    let (_emulator, client, control) = portal().await;
    client.post(WEBHOOKS, &webhook("a")).await;
    let patched = control
        .patch(
            "/webhooks/1",
            &json!({
                "enabled": false,
                "target_id": "77",
                "last_failure_on": "2026-06-02T09:00:00Z",
                "last_failure_content": "no answer",
            }),
        )
        .await;
    assert_eq!(patched.status, 200);
    let item = &client.get(WEBHOOKS).await.json()["response"][0]["configs"];
    assert_eq!(item["enabled"], false);
    assert_eq!(item["targetId"], "77");
    assert_eq!(item["lastFailureOn"], "2026-06-02T09:00:00+00:00");
    assert_eq!(item["lastFailureContent"], "no answer");
    let removed = control.delete("/webhooks/1").await;
    assert_eq!(
        (removed.status, removed.json()["name"].clone()),
        (200, json!("a"))
    );
    assert_eq!(client.get(WEBHOOKS).await.json()["response"], json!([]));
    assert_eq!(control.delete("/webhooks/1").await.status, 404);
}

#[tokio::test]
async fn webhooks_are_created_as_somebody_else() {
    let (emulator, client, control) = portal().await;
    let user = "22222222-2222-4222-8222-222222222222";
    control
        .post(
            "/users",
            &json!({"id": user, "display_name": "Bo <b>", "email": "bo@example.com", "role": "user"}),
        )
        .await;
    let created = control
        .post("/webhooks", &json!({"name": "theirs", "created_by": user}))
        .await;
    assert_eq!(created.status, 201);
    assert_eq!(created.json()["secret"], "<present>");
    let item = &client.get(WEBHOOKS).await.json()["response"][0]["configs"];
    assert_eq!(item["createdBy"]["id"], user);
    assert_eq!(item["createdBy"]["displayName"], "Bo &lt;b&gt;");
    assert_eq!(emulator.webhooks().len(), 1);
}

#[tokio::test]
async fn secrets_can_be_compared_but_not_read() {
    let (_emulator, client, control) = portal().await;
    client.post(WEBHOOKS, &webhook("a")).await;
    let is = |secret: &str| json!({ "secret": secret });
    let same = control
        .post("/webhooks/1/secret", &is("S3cretKey-42"))
        .await;
    assert_eq!(same.json(), json!({"matches": true}));
    let other = control.post("/webhooks/1/secret", &is("other")).await;
    assert_eq!(other.json(), json!({"matches": false}));
    for path in ["/webhooks", "/webhooks/1", "/requests", "/credentials"] {
        let text = control.get(path).await;
        assert!(!text.text().contains("S3cretKey-42"), "{path}");
    }
}

#[tokio::test]
async fn faults_are_added_counted_and_removed() {
    let (_emulator, client, control) = portal().await;
    let rule = json!({
        "name": "busy",
        "when": {"method": "POST", "path": WEBHOOKS, "times": 1},
        "action": {"respond": {"status": 503, "headers": {"Retry-After": "0"}}},
    });
    let added = control.post("/faults", &rule).await;
    assert_eq!((added.status, added.json()["id"].clone()), (201, json!(1)));
    assert_eq!(client.post(WEBHOOKS, &webhook("a")).await.status, 503);
    assert_eq!(client.post(WEBHOOKS, &webhook("a")).await.status, 200);
    let report = control.get("/faults/1").await.json();
    assert_eq!(
        (&report["matches"], &report["hits"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(report["fault"]["name"], "busy");
    assert_eq!(control.delete("/faults/1").await.status, 200);
    assert_eq!(control.get("/faults/1").await.status, 404);
    assert_eq!(control.delete("/faults").await.status, 204);
    assert_eq!(control.get("/faults").await.json(), json!([]));
}

#[tokio::test]
async fn refusals_are_sentences() {
    let (_emulator, _client, control) = portal().await;
    for (method, path, body, status, part) in [
        ("POST", "/faults", json!({"acton": "reset"}), 400, "acton"),
        (
            "POST",
            "/faults",
            json!({"when": {"nth": 0}}),
            400,
            "counts from 1",
        ),
        ("PATCH", "/settings", json!({"prob": true}), 400, "prob"),
        (
            "PATCH",
            "/settings",
            json!({"profile": "9"}),
            400,
            "unknown variant",
        ),
        (
            "POST",
            "/events",
            json!({"trigger": "Nothing"}),
            400,
            "FileUploaded",
        ),
        ("PATCH", "/webhooks/9", json!({}), 404, "no webhook 9"),
        ("GET", "/nothing", Value::Null, 404, "no such path"),
        ("GET", "/", Value::Null, 404, "begin with /health"),
        ("GET", "/webhooks/x", Value::Null, 404, "by its number"),
        ("DELETE", "/faults/-1", Value::Null, 404, "by its number"),
        ("PUT", "/faults", json!({}), 405, "PUT"),
        (
            "POST",
            "/credentials",
            json!({"value": "x", "user_id": "y"}),
            400,
            "no user y",
        ),
    ] {
        let reply = control.send(method, path, Some(&body)).await.unwrap();
        assert_eq!(reply.status, status, "{method} {path}");
        let text = reply.json()["error"].as_str().unwrap().to_owned();
        assert!(text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn requests_are_listed_summed_up_and_forgotten() {
    let (_emulator, client, control) = portal().await;
    client.get(WEBHOOKS).await;
    let log = control.get("/requests").await.json();
    assert_eq!(log[0]["route"], "GET /api/2.0/settings/webhook");
    let summary = control.get("/requests/summary").await.json();
    assert_eq!(summary["by_route"]["GET /api/2.0/settings/webhook"], 1);
    assert_eq!(control.delete("/requests").await.status, 204);
    assert_eq!(control.get("/requests/summary").await.json()["total"], 0);
}

#[tokio::test]
async fn settings_are_merged() {
    let (emulator, client, control) = portal().await;
    let hosts = json!({"hosts": {"down.example.com": {"probe": "refused"}}});
    assert_eq!(control.patch("/settings", &hosts).await.status, 200);
    control
        .patch("/settings", &json!({"password_policy": {"digits": true}}))
        .await;
    let settings = emulator.settings();
    assert!(settings.password_policy.digits);
    assert_eq!(settings.password_policy.min_length, 8);
    let mut hook = webhook("a");
    hook["uri"] = json!("https://down.example.com/");
    assert_eq!(client.post(WEBHOOKS, &hook).await.status, 500);
    let cleared = json!({"hosts": {"down.example.com": null}});
    control.patch("/settings", &cleared).await;
    assert_eq!(client.post(WEBHOOKS, &hook).await.status, 200);
    let speed = control
        .patch("/settings", &json!({"delivery_speed": 0}))
        .await;
    assert_eq!(speed.status, 400);
}

#[tokio::test]
async fn credentials_come_and_go() {
    let (_emulator, client, control) = portal().await;
    let key = json!({"value": "sk-new", "scopes": ["*:read"]});
    let added = control.post("/credentials", &key).await;
    assert_eq!((added.status, added.json()["id"].clone()), (201, json!(2)));
    assert!(!added.text().contains("sk-new"));
    let new = client.with_key("sk-new");
    assert_eq!(new.get(WEBHOOKS).await.status, 200);
    assert_eq!(new.post(WEBHOOKS, &webhook("a")).await.status, 403);
    control
        .patch("/credentials/2", &json!({"scopes": []}))
        .await;
    assert_eq!(new.post(WEBHOOKS, &webhook("a")).await.status, 200);
    let expired = json!({"expires_at": "2020-01-01T00:00:00Z"});
    control.patch("/credentials/2", &expired).await;
    assert_eq!(new.get(WEBHOOKS).await.status, 401);
    assert_eq!(control.delete("/credentials/1").await.status, 204);
    assert_eq!(client.get(WEBHOOKS).await.status, 401);
}

#[tokio::test]
async fn events_are_raised_and_their_deliveries_awaited() {
    let mut config = Config::offline();
    config.settings.blacklist.clear();
    config.settings.delivery_speed = 1000.0;
    let (emulator, _client) = start(config).await;
    let control = Client::control(&emulator);
    let receiver = Receiver::start(&[200]).await;
    let hook = json!({"uri": receiver.url(), "ssl": false, "triggers": 256});
    control.post("/webhooks", &hook).await;
    let raised = control
        .post(
            "/events",
            &json!({"trigger": "FileUploaded", "entity_id": "5"}),
        )
        .await;
    assert_eq!(raised.status, 202);
    assert_eq!(raised.json(), json!({"webhooks": [1], "deliveries": [1]}));
    let journal = control.get("/deliveries?settled_within_ms=30000").await;
    assert_eq!(journal.json()[0]["state"], "delivered");
    assert_eq!(receiver.posts().len(), 1);
}

#[tokio::test]
async fn waiting_for_deliveries_has_an_end() {
    let (emulator, _client, control) = portal().await;
    control.post("/webhooks", &json!({})).await;
    control.post("/events", &json!({"trigger": 256})).await;
    let reply = control.get("/deliveries?settled_within_ms=1").await;
    assert_eq!(reply.status, 504);
    assert!(!emulator.deliveries_settled(Duration::from_millis(1)).await);
}

#[tokio::test]
async fn a_reset_returns_to_the_start() {
    let (emulator, client, control) = portal().await;
    client.post(WEBHOOKS, &webhook("a")).await;
    control.patch("/settings", &json!({"latency_ms": 1})).await;
    control.post("/faults", &json!({"action": "stall"})).await;
    assert_eq!(control.post("/reset", &Value::Null).await.status, 204);
    assert!(emulator.webhooks().is_empty() && emulator.faults().is_empty());
    assert_eq!(emulator.settings(), Config::offline().settings);
    assert_eq!(emulator.request_summary().total, 0);
    let created = client.post(WEBHOOKS, &webhook("b")).await.json();
    assert_eq!(created["response"]["id"], 1);
}
