use std::collections::BTreeSet;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use docspace_emulator::{
    Config, Credential, Event, NewWebhook, OWNER_ID, Profile, Role, TRIGGERS, User,
};
use serde_json::json;

use crate::client::{Client, WEBHOOKS, start, start_offline, webhook};
use crate::deliveries::{LIMIT, SPEED};
use crate::receiver::Receiver;

const ENABLE: &str = "/api/2.0/settings/webhook/enable";

/// O1, assumed for 3.1 to 3.6: what create is sent as false it stores as true; an update does not.
#[tokio::test]
async fn create_stores_true_whatever_is_sent() {
    for profile in [Profile::V3_1, Profile::V3_6, Profile::V3_7] {
        let mut config = Config::offline();
        config.settings.profile = profile;
        let (emulator, client) = start(config).await;
        let mut hook = webhook("a");
        hook["enabled"] = json!(false);
        hook["ssl"] = json!(false);
        let created = client.post(WEBHOOKS, &hook).await.json();
        assert_eq!(created["response"]["enabled"], true, "{profile}");
        assert_eq!(created["response"]["ssl"], true, "{profile}");
        let stored = emulator.webhook(1).unwrap();
        assert!(stored.enabled && stored.ssl, "{profile}");
        hook["id"] = json!(1);
        client.put(WEBHOOKS, &hook).await;
        let stored = emulator.webhook(1).unwrap();
        assert!(!stored.enabled && !stored.ssl, "{profile}");
    }
}

/// O1: `enable` leaves `ssl` as it is, in both directions.
#[tokio::test]
async fn enable_changes_one_flag_alone() {
    let (emulator, client) = start_offline().await;
    for ssl in [true, false] {
        let id = emulator
            .create_webhook(NewWebhook {
                ssl,
                ..NewWebhook::default()
            })
            .id;
        for enabled in [false, true] {
            let body = json!({"id": id, "name": "x", "uri": "y", "enabled": enabled, "ssl": !ssl});
            assert_eq!(client.put(ENABLE, &body).await.status, 200);
            let stored = emulator.webhook(id).unwrap();
            assert_eq!((stored.enabled, stored.ssl), (enabled, ssl));
        }
    }
}

/// O1 is about the API: a portal may have switched-off webhooks from the start.
#[tokio::test]
async fn a_portal_can_be_given_webhooks_that_are_off() {
    let (emulator, client) = start_offline().await;
    emulator.create_webhook(NewWebhook {
        enabled: false,
        ssl: false,
        ..NewWebhook::default()
    });
    let control = Client::control(&emulator);
    let off = json!({"name": "off", "enabled": false, "ssl": false});
    assert_eq!(control.post("/webhooks", &off).await.status, 201);
    let list = client.get(WEBHOOKS).await.json();
    for item in list["response"].as_array().unwrap() {
        assert_eq!(item["configs"]["enabled"], false);
        assert_eq!(item["configs"]["ssl"], false);
    }
    assert_eq!(list["response"].as_array().unwrap().len(), 2);
}

/// O1 may be mended some day; with `create_stores_false` it is.
#[tokio::test]
async fn a_portal_that_stores_false_is_a_setting() {
    let (emulator, client) = start_offline().await;
    let control = Client::control(&emulator);
    let mended = json!({"create_stores_false": true});
    assert_eq!(control.patch("/settings", &mended).await.status, 200);
    for (name, enabled, ssl) in [("a", false, true), ("b", true, false), ("c", true, true)] {
        let mut hook = webhook(name);
        hook["enabled"] = json!(enabled);
        hook["ssl"] = json!(ssl);
        let created = client.post(WEBHOOKS, &hook).await.json();
        let created = &created["response"];
        assert_eq!(created["enabled"], enabled, "{name}");
        assert_eq!(created["ssl"], ssl, "{name}");
    }
    let omitted = json!({"name": "d", "uri": "https://example.com/d", "secretKey": "S3cretKey-42"});
    let created = client.post(WEBHOOKS, &omitted).await.json();
    assert_eq!(created["response"]["enabled"], false);
    assert_eq!(created["response"]["ssl"], false);
}

/// O2: an http receiver is killed by its first event, unless an update came between.
#[tokio::test]
async fn an_http_receiver_is_switched_off_by_its_first_event() {
    let (emulator, client) = start_offline().await;
    emulator.change_settings(|settings| {
        settings.blacklist.clear();
        settings.delivery_speed = SPEED;
    });
    let receiver = Receiver::start(&[200]).await;
    let mut hook = webhook("a");
    hook["uri"] = json!(receiver.url());
    hook["ssl"] = json!(false);
    assert_eq!(client.post(WEBHOOKS, &hook).await.status, 200);
    emulator.raise_event(&Event::new(256, "1")).unwrap();
    assert!(emulator.deliveries_settled(LIMIT).await);
    let stored = emulator.webhook(1).unwrap();
    assert!(receiver.posts().is_empty());
    assert!(!stored.enabled);
    assert_eq!(stored.last_failure_on, None);
    assert_eq!(stored.last_failure_content, None);
    assert_eq!(stored.last_success_on, None);
    assert_ne!(stored.modified_by.as_deref(), Some(OWNER_ID));
    assert!(stored.modified_by.is_some() && stored.modified_on.is_some());
    hook["id"] = json!(1);
    assert_eq!(client.put(WEBHOOKS, &hook).await.status, 200);
    emulator.raise_event(&Event::new(256, "1")).unwrap();
    assert!(emulator.deliveries_settled(LIMIT).await);
    assert_eq!(receiver.posts().len(), 1);
    assert!(emulator.webhook(1).unwrap().enabled);
}

/// O2 is of 3.7: before, nothing looked at the address of a delivery.
#[tokio::test]
async fn before_3_7_an_http_receiver_lives_on() {
    let mut config = Config::offline();
    config.settings.profile = Profile::V3_6;
    config.settings.blacklist.clear();
    config.settings.delivery_speed = SPEED;
    let (emulator, client) = start(config).await;
    let receiver = Receiver::start(&[200]).await;
    let mut hook = webhook("a");
    hook["uri"] = json!(receiver.url());
    assert_eq!(client.post(WEBHOOKS, &hook).await.status, 200);
    emulator.raise_event(&Event::new(256, "1")).unwrap();
    assert!(emulator.deliveries_settled(LIMIT).await);
    assert_eq!(receiver.posts().len(), 1);
    assert!(emulator.webhook(1).unwrap().enabled);
}

/// O8: what create answers has ticks, what a list answers has seconds, and they are cut.
#[tokio::test]
async fn the_first_date_has_ticks_and_later_ones_seconds() {
    let (emulator, client) = start_offline().await;
    // Some fraction of a second is not zero soon enough.
    let fresh = loop {
        let id = emulator.webhooks().len() + 1;
        let created = client
            .post(WEBHOOKS, &webhook(&id.to_string()))
            .await
            .json();
        let text = created["response"]["createdOn"]
            .as_str()
            .unwrap()
            .to_owned();
        if text.contains('.') {
            break text;
        }
    };
    let (second, fraction) = fresh.split_once('.').unwrap();
    let digits = fraction.strip_suffix("+00:00").unwrap();
    assert!(
        (1..=7).contains(&digits.len()) && !digits.ends_with('0'),
        "{fresh}"
    );
    let list = client.get(WEBHOOKS).await.json();
    let item = list["response"].as_array().unwrap().last().unwrap();
    assert_eq!(item["configs"]["createdOn"], format!("{second}+00:00"));
}

/// O8: an API key has seven digits in either answer, zeros in the later one.
#[tokio::test]
async fn dates_of_keys_have_seven_digits() {
    let (_emulator, client) = start_offline().await;
    let new = json!({"name": "k", "expiresInDays": 1});
    let made = client.post("/api/2.0/keys", &new).await.json()["response"].clone();
    let list = client.get("/api/2.0/keys").await.json();
    let listed = list["response"].as_array().unwrap().first().unwrap();
    for member in ["createOn", "expiresAt"] {
        let fresh = made[member].as_str().unwrap();
        let (second, fraction) = fresh.split_once('.').unwrap();
        assert_eq!(
            (fraction.len(), fraction.ends_with('Z')),
            (8, true),
            "{fresh}"
        );
        assert_eq!(listed[member], format!("{second}.0000000Z"));
    }
}

/// O7: the owner is no admin by that flag; an admin is.
#[tokio::test]
async fn the_owner_is_owner_and_not_admin() {
    let admin = User::new("11111111-1111-4111-8111-111111111111", Role::Admin);
    let (_emulator, owner) = start(Config::offline().with_caller(admin, "sk-admin", &[])).await;
    for (client, is_owner) in [(&owner, true), (&owner.with_key("sk-admin"), false)] {
        let me = client.get("/api/2.0/people/@self").await.json()["response"].clone();
        assert_eq!(me["isOwner"], is_owner);
        assert_eq!(me["isAdmin"], !is_owner);
    }
}

/// O9: a key counts in one place and one spelling, and only while it is switched on.
#[tokio::test]
async fn a_key_counts_as_a_bearer_alone() {
    let (emulator, client) = start_offline().await;
    let key = emulator.api_key().to_owned();
    emulator.add_credential(Credential {
        active: false,
        ..Credential::api_key("sk-off", OWNER_ID)
    });
    let anonymous = client.anonymous();
    for header in [
        format!("bearer {key}"),
        key.clone(),
        "Bearer sk-off".to_owned(),
    ] {
        let headers = [("Authorization", header.as_str())];
        let reply = anonymous
            .send_raw("GET", WEBHOOKS, &headers, b"")
            .await
            .unwrap();
        assert_eq!((reply.status, reply.text()), (401, ""), "{header}");
        assert_eq!(reply.header("www-authenticate"), None);
    }
    let query = anonymous.get(&format!("{WEBHOOKS}?api_key={key}")).await;
    assert_eq!((query.status, query.text()), (401, ""));
    let basic = STANDARD.encode(format!("jane.admin@example.com:{key}"));
    let header = format!("Basic {basic}");
    let headers = [("Authorization", header.as_str())];
    let reply = anonymous
        .send_raw("GET", WEBHOOKS, &headers, b"")
        .await
        .unwrap();
    assert_eq!(reply.status, 401);
    assert_eq!(reply.header("www-authenticate"), Some("Basic"));
}

/// O11: what stands beside a success, and what beside an error.
#[tokio::test]
async fn successes_tell_their_time_and_errors_are_not_kept() {
    let (_emulator, client) = start_offline().await;
    for reply in [
        client.get(WEBHOOKS).await,
        client.post(WEBHOOKS, &webhook("a")).await,
    ] {
        assert_eq!(reply.header("api-supported-versions"), Some("2.0"));
        assert!(reply.header("server-timing").is_some());
        assert_eq!(reply.header("cache-control"), None);
    }
    for reply in [
        client.delete(&format!("{WEBHOOKS}/9")).await,
        client.post(WEBHOOKS, &json!({})).await,
        client.post(WEBHOOKS, &webhook("a")).await,
    ] {
        assert_eq!(reply.header("cache-control"), Some("no-cache,no-store"));
        assert_eq!(reply.header("api-supported-versions"), None);
        assert_eq!(reply.header("server-timing"), None);
    }
}

/// O14: every way in which a secret can be wrong.
#[tokio::test]
async fn a_secret_is_missed_or_refused_in_two_ways() {
    let (emulator, client) = start_offline().await;
    let mut body = webhook("a");
    body.as_object_mut().unwrap().remove("secretKey");
    let absent = client.post(WEBHOOKS, &body).await;
    assert_eq!(absent.status, 400);
    assert_eq!(
        absent.json()["error"]["type"],
        "System.ArgumentNullException"
    );
    assert_eq!(
        absent.message(),
        "Value cannot be null. (Parameter 'secret')"
    );
    for wrong in ["", "7 chars", &"x".repeat(7), &"x".repeat(31), "кириллица"] {
        body["secretKey"] = json!(wrong);
        let reply = client.post(WEBHOOKS, &body).await;
        assert_eq!(reply.status, 400, "{wrong}");
        assert_eq!(
            reply.message(),
            "Password must contain from 8 to 30 characters, only latin letters, no spaces"
        );
    }
    assert!(emulator.webhooks().is_empty());
}

/// O20: masks that a double would not hold, and one that is every event there is.
#[tokio::test]
async fn masks_are_kept_exactly_and_minus_one_names_everything() {
    let (emulator, client) = start_offline().await;
    let masks: [i64; 3] = [-1, 1 << 40, (1 << 53) + 1];
    for mask in masks {
        let mut body = webhook(&mask.to_string());
        body["triggers"] = json!(mask);
        let created = client.post(WEBHOOKS, &body).await.json();
        assert_eq!(created["response"]["triggers"], json!(mask));
    }
    let list = client.get(WEBHOOKS).await;
    for mask in masks {
        assert!(
            list.text().contains(&format!("\"triggers\":{mask},")),
            "{mask}"
        );
    }
    let receiver = Receiver::start(&[200]).await;
    emulator.reset();
    emulator.change_settings(|settings| {
        settings.blacklist.clear();
        settings.delivery_speed = SPEED;
    });
    emulator.create_webhook(NewWebhook {
        uri: receiver.url(),
        ssl: false,
        triggers: -1,
        ..NewWebhook::default()
    });
    emulator.raise_event(&Event::new(256, "1")).unwrap();
    assert!(emulator.deliveries_settled(LIMIT).await);
    let named = receiver.posts()[0].json()["webhook"]["triggers"].clone();
    let every: Vec<&str> = TRIGGERS
        .iter()
        .map(|trigger| trigger.dotted)
        .filter(|name| *name != "*")
        .collect();
    assert_eq!(named, json!(every));
}

/// Marks of observations that are about costs and proxies, which no test can hold.
const UNTESTED: [u32; 2] = [18, 19];

#[test]
fn every_observation_is_named_by_a_test() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut named = BTreeSet::from(UNTESTED);
    for folder in ["src", "tests/it", "tests/contract"] {
        for entry in std::fs::read_dir(sources.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                named.extend(marks(&std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    let missing: Vec<u32> = (1..=20).filter(|mark| !named.contains(mark)).collect();
    assert_eq!(
        missing, [0_u32; 0],
        "no comment of a test begins with these"
    );
}

/// The marks at the beginning of comments such as `/// O8, O9: …` that stand above a test.
fn marks(source: &str) -> Vec<u32> {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let comments = lines.windows(2).filter_map(|pair| match pair {
        [comment, below] if below.ends_with("test]") => comment.strip_prefix("/// "),
        _ => None,
    });
    let words = comments.flat_map(|comment| {
        let words = comment
            .split(' ')
            .map(|word| word.trim_end_matches([',', ':', '.', ';']));
        words.map_while(|word| word.strip_prefix('O')?.parse().ok())
    });
    words.collect()
}
