use docspace_emulator::{Config, Emulator, HostRule, Profile, Resolution, Role, User};
use serde_json::{Value, json};

use crate::client::{Client, WEBHOOKS, start, webhook};

const USER: &str = "11111111-1111-4111-8111-111111111111";

async fn portal(profile: Profile) -> (Emulator, Client) {
    let mut config = Config::offline().with_caller(User::new(USER, Role::User), "sk-user", &[]);
    config.settings.profile = profile;
    start(config).await
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

#[tokio::test]
async fn the_build_says_which_portal_it_is() {
    for (profile, build) in [
        (Profile::V3_0, "3.0.4"),
        (Profile::V3_1, "3.1.0"),
        (Profile::V3_6, "3.6.1"),
        (Profile::V3_7, "3.7.2"),
    ] {
        let (_emulator, client) = portal(profile).await;
        let reply = client.get("/api/2.0/settings/version/build").await.json();
        assert_eq!(reply["response"]["docSpace"], build);
    }
}

#[tokio::test]
async fn the_catalogue_shows_the_version_by_its_shape() {
    let path = "/api/2.0/settings/webhook/triggers";
    let (_emulator, client) = portal(Profile::V3_7).await;
    let current = client.get(path).await.json();
    assert_eq!(current["count"], 37);
    assert_eq!(
        current["response"][0],
        json!({"name": "*", "id": 0, "available": true})
    );
    for profile in [Profile::V3_1, Profile::V3_6] {
        let (_emulator, client) = portal(profile).await;
        let older = client.get(path).await.json();
        assert_eq!(older["response"]["file.uploaded"], 256);
        assert_eq!(older["response"].as_object().unwrap().len(), 29);
        assert_eq!(older["count"], 1);
    }
    let (_emulator, client) = portal(Profile::V3_0).await;
    let oldest = client.get(path).await;
    assert_eq!((oldest.status, oldest.body.len()), (404, 0));
}

#[tokio::test]
async fn triggers_have_32_bits_before_3_7() {
    let wide = with(webhook("a"), "triggers", json!(2_147_483_648_i64));
    for (profile, status) in [
        (Profile::V3_1, 400),
        (Profile::V3_6, 400),
        (Profile::V3_7, 200),
    ] {
        let (_emulator, client) = portal(profile).await;
        assert_eq!(
            client.post(WEBHOOKS, &wide).await.status,
            status,
            "{profile}"
        );
    }
}

#[tokio::test]
async fn trigger_rights_are_checked_since_3_7() {
    let administrative = with(webhook("a"), "triggers", json!(1));
    for (profile, status) in [
        (Profile::V3_1, 200),
        (Profile::V3_6, 200),
        (Profile::V3_7, 400),
    ] {
        let (_emulator, client) = portal(profile).await;
        let user = client.with_key("sk-user");
        assert_eq!(user.post(WEBHOOKS, &administrative).await.status, status);
    }
}

#[tokio::test]
async fn target_ids_are_limited_since_3_7() {
    let long = with(webhook("a"), "targetId", json!("x".repeat(256)));
    for (profile, status) in [(Profile::V3_6, 200), (Profile::V3_7, 400)] {
        let (_emulator, client) = portal(profile).await;
        assert_eq!(client.post(WEBHOOKS, &long).await.status, status);
    }
}

#[tokio::test]
async fn the_id_of_an_update_is_demanded_by_the_parser_since_3_5() {
    for (profile, status) in [
        (Profile::V3_1, 404),
        (Profile::V3_6, 400),
        (Profile::V3_7, 400),
    ] {
        let (_emulator, client) = portal(profile).await;
        assert_eq!(client.put(WEBHOOKS, &webhook("a")).await.status, status);
    }
}

#[tokio::test]
async fn url_rules_were_few_before_3_7() {
    let mut config = Config::offline();
    config.settings.hosts.insert(
        "private.test".to_owned(),
        HostRule {
            resolve: Some(Resolution::Blacklisted),
            probe: None,
        },
    );
    let (emulator, client) = start(config).await;
    let at = |uri: &str| with(webhook(uri), "uri", json!(uri));
    let cases: [(&str, [u16; 4]); 4] = [
        ("http://10.0.0.1/", [403, 400, 400, 400]),
        ("http://example.com/", [200, 200, 200, 400]),
        ("https://private.test/", [200, 200, 200, 400]),
        ("relative", [200, 500, 500, 400]),
    ];
    for (index, profile) in [Profile::V3_0, Profile::V3_1, Profile::V3_6, Profile::V3_7]
        .into_iter()
        .enumerate()
    {
        emulator.reset();
        emulator.change_settings(|settings| settings.profile = profile);
        for (uri, statuses) in &cases {
            let mut body = at(uri);
            body["name"] = json!("n");
            let reply = client.post(WEBHOOKS, &body).await;
            assert_eq!(reply.status, statuses[index], "{uri} on {profile}");
        }
    }
    emulator.change_settings(|settings| settings.profile = Profile::V3_6);
    assert_eq!(
        client
            .post(WEBHOOKS, &at("http://10.0.0.1/"))
            .await
            .message(),
        "Value does not fall within the expected range."
    );
}

#[tokio::test]
async fn employees_had_a_title_up_to_3_6() {
    for (profile, has_title) in [(Profile::V3_6, true), (Profile::V3_7, false)] {
        let (_emulator, client) = portal(profile).await;
        let created = client.post(WEBHOOKS, &webhook("a")).await.json();
        let employee = &created["response"]["createdBy"];
        assert_eq!(employee.get("title").is_some(), has_title, "{profile}");
    }
}

#[tokio::test]
async fn version_3_0_knows_neither_triggers_nor_authors_and_shows_the_secret() {
    let (emulator, client) = portal(Profile::V3_0).await;
    let created = client
        .post(
            WEBHOOKS,
            &json!({"name": "a", "uri": "https://example.com/a", "secretKey": "S3cretKey-42", "triggers": "FileUploaded"}),
        )
        .await;
    assert_eq!(created.status, 200);
    assert_eq!(
        created.json()["response"],
        json!({"id": 1, "name": "a", "uri": "https://example.com/a", "secretKey": "S3cretKey-42", "enabled": true, "ssl": true})
    );
    let again = client
        .post(
            WEBHOOKS,
            &json!({"name": "a", "uri": "https://example.com/a", "secretKey": "S3cretKey-43"}),
        )
        .await;
    assert_eq!(
        again.json()["response"]["id"],
        1,
        "the existing one is answered"
    );
    assert_eq!(emulator.webhooks().len(), 1);
    let partial = json!({"id": 1, "name": "b", "uri": "https://example.com/b", "enabled": false});
    let updated = client.put(WEBHOOKS, &partial).await.json();
    assert_eq!(updated["response"]["ssl"], true, "an update is partial");
    assert_eq!(updated["response"]["enabled"], false);
    let missing = json!({"id": 9, "name": "b", "uri": "https://example.com/b"});
    for reply in [
        client.put(WEBHOOKS, &missing).await,
        client.delete("/api/2.0/settings/webhook/9").await,
    ] {
        assert_eq!(reply.status, 200);
        assert!(reply.json().get("response").is_none());
        assert_eq!(reply.json()["count"], 0);
    }
    let bare = json!({"name": "b", "uri": "https://example.com/b"});
    assert_eq!(client.post(WEBHOOKS, &bare).await.status, 400, "no secret");
    let weak = with(partial, "secretKey", json!("short"));
    assert_eq!(client.put(WEBHOOKS, &weak).await.status, 200);
    assert!(emulator.secret_is(1, "short"), "updates were not checked");
    assert_eq!(client.with_key("sk-user").get(WEBHOOKS).await.status, 403);
    let enable = "/api/2.0/settings/webhook/enable";
    assert_eq!(client.put(enable, &weak).await.status, 404);
    assert_eq!(client.get("/api/2.0/keys/@self").await.status, 404);
}

#[tokio::test]
async fn the_tutorials_portal_echoes_names_without_an_envelope() {
    let (emulator, client) = portal(Profile::Tutorial).await;
    let first = json!({
        "name": "My file upload webhook",
        "uri": "https://example.com/webhook-endpoint",
        "enabled": true,
        "ssl": true,
        "triggers": "FileUploaded",
        "secretKey": "my-secret",
        "targetId": "files-system",
    });
    let created = client.post(WEBHOOKS, &first).await;
    assert_eq!(created.status, 200);
    let body = created.json();
    assert!(body.get("response").is_none());
    assert_eq!(body["id"], 1);
    assert_eq!(body["triggers"], "FileUploaded");
    assert_eq!(body["targetId"], "files-system");
    assert!(body.get("secretKey").is_none());
    let without_secret = json!({
        "name": "All events webhook",
        "uri": "https://example.com/webhook-all",
        "triggers": "All",
    });
    let created = client.post(WEBHOOKS, &without_secret).await.json();
    assert_eq!(created["triggers"], "All");
    assert_eq!(
        (&created["enabled"], &created["ssl"]),
        (&json!(true), &json!(true))
    );
    assert!(!emulator.webhook(2).unwrap().has_secret());
    let list = client.get(WEBHOOKS).await.json();
    assert_eq!(list[0]["configs"]["triggers"], "FileUploaded");
    let mask = with(first, "triggers", json!(384));
    let number = with(mask, "name", json!("number"));
    assert_eq!(client.post(WEBHOOKS, &number).await.json()["triggers"], 384);
    let unknown = with(number, "triggers", json!("FileUploade"));
    assert_eq!(client.post(WEBHOOKS, &unknown).await.status, 400);
}

#[tokio::test]
async fn only_3_0_has_hooks_on_its_own_routes() {
    let list = "/api/2.0/settings/webhooks";
    let one = "/api/2.0/settings/webhook/1";
    let (_emulator, client) = portal(Profile::V3_0).await;
    let disabled = |list: &Value| -> Vec<Value> {
        let hooks = list["response"].as_array().unwrap().iter();
        hooks.map(|hook| hook["disable"].clone()).collect()
    };
    let before = client.get(list).await.json();
    assert_eq!(before["response"][0]["method"], "POST");
    assert!(disabled(&before).iter().all(|flag| *flag == false));
    let changed = client.put(one, &Value::Null).await.json();
    assert_eq!(changed["response"]["id"], 1);
    let again = client.put(one, &Value::Null).await.json();
    assert!(again.get("response").is_none(), "switched off already");
    let after = client.get(list).await.json();
    assert_eq!(disabled(&after)[..2], [json!(true), json!(false)]);
    assert_eq!(client.get(one).await.header("allow"), Some("DELETE, PUT"));
    for profile in [Profile::V3_1, Profile::V3_7] {
        let (_emulator, client) = portal(profile).await;
        assert_eq!(client.get(list).await.status, 404, "{profile}");
        let put = client.put(one, &Value::Null).await;
        assert_eq!((put.status, put.header("allow")), (405, Some("DELETE")));
    }
}
