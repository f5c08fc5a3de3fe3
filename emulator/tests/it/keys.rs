use std::time::Duration;

use docspace_emulator::{Config, Credential, OWNER_ID, Profile, RateLimits, Role, User};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::client::{Client, WEBHOOKS, start, webhook};

const KEYS: &str = "/api/2.0/keys";
const USER: &str = "11111111-1111-4111-8111-111111111111";
const GUEST: &str = "22222222-2222-4222-8222-222222222222";

async fn portal() -> (docspace_emulator::Emulator, Client) {
    let config = Config::offline()
        .with_caller(User::new(USER, Role::User), "sk-user", &[])
        .with_caller(User::new(GUEST, Role::Guest), "sk-guest", &[]);
    start(config).await
}

fn names(list: &Value) -> Vec<&str> {
    let keys = list["response"].as_array().unwrap().iter();
    keys.map(|key| key["keyPostfix"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_key_is_shown_once_and_acts_as_its_creator() {
    let (_emulator, owner) = portal().await;
    let body = json!({"name": "CI", "permissions": ["*:read"], "expiresInDays": 30});
    let made = owner.post(KEYS, &body).await.json();
    let key = &made["response"];
    let value = key["key"].as_str().unwrap().to_owned();
    assert_eq!((value.len(), value.starts_with("sk-")), (67, true));
    assert!(value.ends_with(key["keyPostfix"].as_str().unwrap()));
    assert_eq!(key["permissions"], json!(["*:read"]));
    assert_eq!(key["createBy"]["id"], OWNER_ID);
    assert_eq!(key["isActive"], true);
    assert!(key.get("lastUsed").is_none(), "never used yet");
    assert!(key["expiresAt"].is_string());
    let reader = owner.with_key(&value);
    assert_eq!(reader.get(WEBHOOKS).await.status, 200);
    assert_eq!(reader.post(WEBHOOKS, &webhook("a")).await.status, 403);
    let own = reader.get("/api/2.0/keys/@self").await;
    assert!(!own.text().contains(&value));
    assert_eq!(own.json()["response"]["id"], key["id"]);
    assert!(own.json()["response"]["lastUsed"].is_string());
    let list = owner.get(KEYS).await;
    assert!(!list.text().contains(&value));
    assert_eq!(list.json()["count"], 1, "a streamed list counts as one");
}

#[tokio::test]
async fn admins_list_every_key_and_others_their_own() {
    let (_emulator, owner) = portal().await;
    assert_eq!(names(&owner.get(KEYS).await.json()).len(), 3);
    let own = owner.with_key("sk-user").get(KEYS).await.json();
    assert_eq!(names(&own), ["user"]);
}

#[tokio::test]
async fn a_key_is_changed_and_removed() {
    let (_emulator, owner) = portal().await;
    let made = owner.post(KEYS, &json!({"name": "a"})).await.json();
    let value = made["response"]["key"].as_str().unwrap();
    let path = format!("{KEYS}/{}", made["response"]["id"].as_str().unwrap());
    let key = owner.with_key(value);
    assert_eq!(key.get(WEBHOOKS).await.status, 200);
    let user = owner.with_key("sk-user");
    let off = json!({"isActive": false});
    assert_eq!(user.put(&path, &off).await.json()["response"], false);
    assert_eq!(user.delete(&path).await.json()["response"], false);
    assert_eq!(key.get(WEBHOOKS).await.status, 200);
    assert_eq!(owner.put(&path, &off).await.json()["response"], true);
    let refused = key.get(WEBHOOKS).await;
    assert_eq!((refused.status, refused.body.len()), (401, 0));
    let on = json!({"isActive": true, "name": "b", "permissions": ["rooms:read"]});
    owner.put(&path, &on).await;
    assert_eq!(key.get(WEBHOOKS).await.status, 403);
    let own = key.get("/api/2.0/keys/@self").await.json();
    assert_eq!(own["response"]["name"], "b");
    owner.put(&path, &json!({"permissions": ["*"]})).await;
    assert_eq!(key.get(WEBHOOKS).await.status, 200, "* is everything");
    assert_eq!(owner.delete(&path).await.json()["response"], true);
    assert_eq!(key.get(WEBHOOKS).await.status, 401);
    for gone in [owner.delete(&path).await, owner.put(&path, &off).await] {
        assert_eq!(gone.status, 500, "nobody looks for a null there");
    }
    assert_eq!(owner.delete(&format!("{KEYS}/17")).await.status, 404);
}

/// The row of a key in the list.
async fn listed(client: &Client, name: &str) -> Value {
    let list = client.get(KEYS).await.json();
    let mut keys = list["response"].as_array().unwrap().iter();
    keys.find(|key| key["name"] == name).unwrap().clone()
}

/// IH §3: everything has four spellings, of which three come from the portal itself.
#[tokio::test]
async fn everything_is_an_empty_list_an_absence_or_a_list_with_a_star() {
    let (_emulator, owner) = portal().await;
    for permissions in [
        Value::Null,
        json!([]),
        json!(["*"]),
        json!(["*", "files:read"]),
    ] {
        let made = json!({"name": "made", "permissions": permissions});
        let made = owner.post(KEYS, &made).await.json();
        assert_eq!(made["response"]["permissions"], json!([]), "{permissions}");
    }
    let made = json!({"name": "a", "permissions": ["files:read"]});
    let made = owner.post(KEYS, &made).await.json();
    let path = format!("{KEYS}/{}", made["response"]["id"].as_str().unwrap());
    for (sent, shown) in [
        (json!([]), Some(json!(["files:read"]))),
        (json!(["*", "files:read"]), Some(json!(["*", "files:read"]))),
        (json!(["*"]), None),
    ] {
        let change = json!({ "permissions": sent });
        assert_eq!(owner.put(&path, &change).await.json()["response"], true);
        let row = listed(&owner, "a").await;
        assert_eq!(row.get("permissions"), shown.as_ref(), "{sent}");
    }
}

/// IH §15a: the newest first, and a row that is switched off says so by an absence.
#[tokio::test]
async fn a_list_begins_with_the_newest_and_leaves_out_what_is_false() {
    let (emulator, owner) = portal().await;
    for name in ["older", "newer"] {
        owner.post(KEYS, &json!({ "name": name })).await;
    }
    let list = owner.get(KEYS).await.json();
    let names: Vec<&Value> = list["response"].as_array().unwrap()[..2]
        .iter()
        .map(|key| &key["name"])
        .collect();
    assert_eq!(names, ["newer", "older"]);
    let newer = listed(&owner, "newer").await;
    let path = format!("{KEYS}/{}", newer["id"].as_str().unwrap());
    owner.put(&path, &json!({"isActive": false})).await;
    assert_eq!(listed(&owner, "newer").await.get("isActive"), None);
    assert_eq!(listed(&owner, "older").await["isActive"], true);
    let mut expired = Credential::api_key("sk-expired", OWNER_ID);
    expired.name = "expired".to_owned();
    expired.expires_at = Some(OffsetDateTime::UNIX_EPOCH);
    emulator.add_credential(expired);
    let row = listed(&owner, "expired").await;
    assert_eq!(row.get("isActive"), None, "switched off by the portal");
    let path = format!("{KEYS}/{}", row["id"].as_str().unwrap());
    let late = owner.put(&path, &json!({"name": "b"})).await.json();
    assert_eq!(late["response"], false, "expired keys stay as they are");
}

#[tokio::test]
async fn who_may_not_make_keys_is_denied() {
    let (emulator, owner) = portal().await;
    let body = json!({"name": "a"});
    let guest = owner.with_key("sk-guest");
    let user = owner.with_key("sk-user");
    let denied = guest.post(KEYS, &body).await;
    assert_eq!(
        (denied.status, denied.message().as_str()),
        (403, "Access denied")
    );
    assert_eq!(user.post(KEYS, &body).await.status, 200);
    emulator.change_settings(|settings| settings.dev_tools_limited = true);
    assert_eq!(user.post(KEYS, &body).await.status, 403);
    assert_eq!(owner.post(KEYS, &body).await.status, 200);
}

#[tokio::test]
async fn permissions_are_listed_and_checked() {
    let (_emulator, owner) = portal().await;
    let list = owner.get("/api/2.0/keys/permissions").await.json();
    assert_eq!(list["count"], 11);
    let listed = list["response"].as_array().unwrap();
    assert_eq!(listed[..3], [json!("*"), json!("*:read"), json!("*:write")]);
    let wrong = json!({"name": "a", "permissions": ["webhooks:write"]});
    let refused = owner.post(KEYS, &wrong).await;
    assert_eq!(
        (refused.status, refused.message().as_str()),
        (400, "Permissions are not valid.")
    );
    let star = json!({"name": "a", "permissions": ["*:read", "*"]});
    let made = owner.post(KEYS, &star).await.json();
    assert_eq!(made["response"]["permissions"], json!([]));
    let reply = owner.post(KEYS, &json!({"name": "x".repeat(31)})).await;
    assert_eq!(
        reply.json()["response"]["errors"]["Name"][0],
        "Incorrect name. Length must be less than 30"
    );
}

#[tokio::test]
async fn making_keys_is_limited_to_five_in_a_quarter_of_an_hour() {
    let mut config = Config::offline();
    config.settings.rate_limits = Some(RateLimits::default());
    let (_emulator, client) = start(config).await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        let reply = client.post(KEYS, &json!({"name": "a"})).await;
        statuses.push((reply.status, reply.header("retry-after").is_some()));
    }
    assert_eq!(statuses[4], (200, false));
    assert_eq!(statuses[5], (429, false));
}

/// IH §3: a key without a name, a blank one, and days that are none.
#[tokio::test]
async fn what_a_new_key_lacks_is_told_by_field() {
    let (emulator, owner) = portal().await;
    for (body, field, text) in [
        (json!({"name": ""}), "Name", "The Name field is required."),
        (json!({"name": "  "}), "Name", "The Name field is required."),
        (
            json!({"name": "a", "expiresInDays": 0}),
            "ExpiresInDays",
            "Incorrect number of days. Value must be between 1 and 365",
        ),
        (
            json!({"name": "a", "expiresInDays": 366}),
            "ExpiresInDays",
            "Incorrect number of days. Value must be between 1 and 365",
        ),
    ] {
        let refused = owner.post(KEYS, &body).await;
        assert_eq!(refused.status, 400, "{body}");
        assert_eq!(
            refused.json()["response"]["errors"][field][0],
            text,
            "{body}"
        );
    }
    for days in [json!(1), json!("365"), Value::Null] {
        let body = json!({"name": "x".repeat(30), "expiresInDays": days});
        assert_eq!(owner.post(KEYS, &body).await.status, 200, "{body}");
    }
    assert_eq!(emulator.api_keys().len(), 6);
}

/// IH §3: a change keeps what it leaves out, and what is empty counts as left out.
#[tokio::test]
async fn a_change_keeps_what_is_absent_null_or_empty() {
    let (emulator, owner) = portal().await;
    let made = json!({"name": "a", "permissions": ["rooms:read"], "expiresInDays": 5});
    let made = owner.post(KEYS, &made).await.json()["response"].clone();
    let path = format!("{KEYS}/{}", made["id"].as_str().unwrap());
    for nothing in [
        json!({}),
        json!({"name": "", "permissions": []}),
        json!({"name": null, "permissions": null, "isActive": null}),
    ] {
        assert_eq!(owner.put(&path, &nothing).await.json()["response"], true);
        let key = emulator.api_keys().pop().unwrap();
        assert_eq!(key.credential.name, "a", "{nothing}");
        assert_eq!(key.credential.scopes, ["rooms:read"], "{nothing}");
        assert!(key.credential.active, "{nothing}");
    }
    let wrong = json!({"permissions": ["rooms"]});
    let refused = owner.put(&path, &wrong).await;
    assert_eq!(
        (refused.status, refused.message().as_str()),
        (400, "Permissions are not valid.")
    );
}

/// IH §3: the portal switches an expired key off by itself, refuses it at once, and changes it no more.
#[tokio::test]
async fn a_key_ends_and_stays_in_the_list() {
    let (emulator, owner) = portal().await;
    let made = json!({"name": "a", "expiresInDays": 1});
    let made = owner.post(KEYS, &made).await.json()["response"].clone();
    let id = made["id"].as_str().unwrap();
    let key = owner.with_key(made["key"].as_str().unwrap());
    assert_eq!(key.get(WEBHOOKS).await.status, 200);
    let day = Duration::from_secs(24 * 60 * 60);
    assert!(emulator.age_api_key(id, day));
    assert_eq!(key.get(WEBHOOKS).await.status, 401);
    assert_eq!(listed(&owner, "a").await["isActive"], true);
    assert!(emulator.age_api_key(id, day));
    let row = listed(&owner, "a").await;
    assert_eq!(row.get("isActive"), None);
    assert!(row["expiresAt"].is_string());
    let path = format!("{KEYS}/{id}");
    let again = json!({"isActive": true});
    assert_eq!(owner.put(&path, &again).await.json()["response"], false);
    assert_eq!(owner.delete(&path).await.json()["response"], true);
}

/// IH §12: what came with which version.
#[tokio::test]
async fn versions_differ_in_what_they_have_and_guard() {
    for (profile, current, permissions, narrow, late) in [
        (Profile::V3_1, 404, 9, 200, true),
        (Profile::V3_6, 200, 11, 200, true),
        (Profile::V3_7, 200, 11, 403, false),
    ] {
        let mut config = Config::offline();
        config.settings.profile = profile;
        let (emulator, owner) = start(config).await;
        assert_eq!(
            owner.get("/api/2.0/keys/@self").await.status,
            current,
            "{profile}"
        );
        let list = owner.get("/api/2.0/keys/permissions").await.json();
        assert_eq!(list["count"], permissions, "{profile}");
        let rooms = Credential::api_key("sk-rooms", OWNER_ID).with_scopes(["rooms:read"]);
        emulator.add_credential(rooms);
        let reader = owner.with_key("sk-rooms");
        assert_eq!(reader.get(KEYS).await.status, narrow, "{profile}");
        let id = emulator.api_keys().pop().unwrap().id;
        emulator.change_api_key(&id, |key| key.expires_at = Some(OffsetDateTime::UNIX_EPOCH));
        let change = owner
            .put(&format!("{KEYS}/{id}"), &json!({"name": "b"}))
            .await;
        assert_eq!(change.json()["response"], late, "{profile}");
    }
}

/// A test that waits for the limit to pass need not wait for a quarter of an hour.
#[tokio::test]
async fn the_quarter_of_an_hour_can_be_compressed() {
    let mut config = Config::offline();
    config.settings.rate_limits = Some(RateLimits {
        sensitive_per_quarter_hour: 1,
        quarter_hour_ms: 0,
        ..RateLimits::default()
    });
    let (_emulator, client) = start(config).await;
    for _ in 0..3 {
        assert_eq!(client.post(KEYS, &json!({"name": "a"})).await.status, 200);
    }
}
