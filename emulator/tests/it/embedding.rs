use docspace_emulator::{Config, Credential, OWNER_ID, Profile, Role, User};
use serde_json::{Value, json};

use crate::client::{Client, start};

const CSP: &str = "/api/2.0/security/csp";
const USER: &str = "11111111-1111-4111-8111-111111111111";

async fn portal() -> (docspace_emulator::Emulator, Client) {
    let mut config =
        Config::offline().with_caller(User::new(USER, Role::RoomAdmin), "sk-room-admin", &[]);
    for (key, scope) in [("sk-read", "*:read"), ("sk-rooms", "rooms:write")] {
        let key = Credential::api_key(key, OWNER_ID).with_scopes([scope]);
        config.credentials.push(key);
    }
    start(config).await
}

#[tokio::test]
async fn a_post_replaces_the_list_as_it_was_sent() {
    let (emulator, owner) = portal().await;
    let none = owner.get(CSP).await.json();
    assert_eq!(none["response"]["domains"], json!([]));
    let entries = [
        "https://*.b.example",
        "a.example",
        "a.example",
        "c.example:8443/x",
    ];
    let set = owner.post(CSP, &json!({ "domains": entries })).await;
    assert_eq!(set.status, 200);
    let set = set.json();
    assert_eq!(set["response"]["domains"], json!(entries));
    let header = set["response"]["header"].as_str().unwrap();
    assert_eq!(header.matches("https://*.b.example").count(), 8);
    assert_eq!(owner.get(CSP).await.json()["response"], set["response"]);
    assert_eq!(emulator.embedding_domains(), entries);
    let fewer = json!({"Domains": ["a.example"]});
    owner.post(CSP, &fewer).await;
    assert_eq!(emulator.embedding_domains(), ["a.example"]);
}

#[tokio::test]
async fn a_post_without_domains_empties_the_list_and_does_not_show_it() {
    let (emulator, owner) = portal().await;
    for body in [json!({}), json!({ "domains": null })] {
        emulator.set_embedding_domains(["a.example"]);
        let answer = owner.post(CSP, &body).await.json();
        assert_eq!(answer["response"].get("domains"), None, "{body}");
        assert_eq!(emulator.embedding_domains(), [""; 0]);
    }
}

#[tokio::test]
async fn what_is_no_domain_is_refused_and_nothing_is_stored() {
    let (emulator, owner) = portal().await;
    emulator.set_embedding_domains(["kept.example"]);
    for (entry, status, message) in [
        (json!("\u{e9}.example"), 400, "\u{e9}.example"),
        (json!(""), 400, ""),
        (
            Value::Null,
            500,
            "Object reference not set to an instance of an object.",
        ),
    ] {
        let refused = owner
            .post(CSP, &json!({"domains": ["a.example", entry]}))
            .await;
        assert_eq!(
            (refused.status, refused.message().as_str()),
            (status, message)
        );
    }
    for wrong in [json!({"domains": "a.example"}), json!({"domains": [1]})] {
        assert_eq!(owner.post(CSP, &wrong).await.status, 400, "{wrong}");
    }
    assert_eq!(emulator.embedding_domains(), ["kept.example"]);
}

#[tokio::test]
async fn the_header_has_a_longest_length_since_3_2() {
    let (emulator, owner) = portal().await;
    let many: Vec<String> = (0..400)
        .map(|n| format!("https://site-{n}.example"))
        .collect();
    let many = json!({ "domains": many });
    let refused = owner.post(CSP, &many).await;
    assert_eq!(refused.status, 403);
    assert_eq!(
        refused.json()["error"]["type"],
        "System.InvalidOperationException"
    );
    assert!(refused.message().contains("15360 bytes"));
    assert_eq!(emulator.embedding_domains(), [""; 0]);
    let few: Vec<String> = (0..60)
        .map(|n| format!("https://site-{n}.example"))
        .collect();
    assert_eq!(
        owner.post(CSP, &json!({ "domains": few })).await.status,
        200
    );
    emulator.change_settings(|settings| settings.profile = Profile::V3_1);
    assert_eq!(owner.post(CSP, &many).await.status, 200);
}

#[tokio::test]
async fn everybody_reads_and_admins_write() {
    let (_emulator, owner) = portal().await;
    let body = json!({"domains": ["a.example"]});
    for (client, read, write) in [
        (owner.anonymous(), 200, 401),
        (owner.with_key("sk-read"), 200, 403),
        (owner.with_key("sk-rooms"), 403, 403),
        (owner.with_key("sk-room-admin"), 200, 403),
        (owner, 200, 200),
    ] {
        assert_eq!(client.get(CSP).await.status, read);
        assert_eq!(client.post(CSP, &body).await.status, write);
    }
}

#[tokio::test]
async fn domains_are_changed_behind_the_apis_back() {
    let (emulator, owner) = portal().await;
    let control = Client::control(&emulator);
    let changed = control
        .put("/embedding", &json!({"domains": ["plugin.example"]}))
        .await;
    assert_eq!(changed.json(), json!({"domains": ["plugin.example"]}));
    assert_eq!(
        owner.get(CSP).await.json()["response"]["domains"],
        json!(["plugin.example"])
    );
    control.post("/reset", &json!({})).await;
    assert_eq!(
        control.get("/embedding").await.json(),
        json!({"domains": []})
    );
}
