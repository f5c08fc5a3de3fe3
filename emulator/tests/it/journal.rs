use std::time::Duration;

use docspace_emulator::{Config, Emulator, Event, NewWebhook, OWNER_ID, Profile, Role, User};
use serde_json::{Value, json};

use crate::client::{Client, start};
use crate::receiver::Receiver;

const LOG: &str = "/api/2.0/settings/webhooks/log";
const USER: &str = "11111111-1111-4111-8111-111111111111";

/// A portal with three deliveries of two webhooks: 1 and 2 succeeded, 3 failed with 503.
async fn portal() -> (Emulator, Client) {
    let mut config = Config::offline().with_caller(User::new(USER, Role::User), "sk-user", &[]);
    config.settings.blacklist.clear();
    config.settings.delivery_speed = 1000.0;
    config.settings.delivery_retries = 0;
    let (emulator, client) = start(config).await;
    let good = Receiver::start(&[200]).await;
    let bad = Receiver::start(&[503]).await;
    let hook = |name: &str, receiver: &Receiver, created_by: &str| NewWebhook {
        name: name.to_owned(),
        uri: receiver.url(),
        ssl: false,
        created_by: created_by.to_owned(),
        ..NewWebhook::default()
    };
    emulator.create_webhook(hook("good", &good, OWNER_ID));
    emulator.raise_event(&Event::new(256, "1")).unwrap();
    assert!(emulator.deliveries_settled(Duration::from_secs(30)).await);
    emulator.create_webhook(hook("bad", &bad, USER));
    emulator.raise_event(&Event::new(1024, "2")).unwrap();
    assert!(emulator.deliveries_settled(Duration::from_secs(30)).await);
    (emulator, client)
}

fn ids(list: &Value) -> Vec<i64> {
    list["response"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["id"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn entries_come_newest_first_with_everything_that_was_sent() {
    let (emulator, client) = portal().await;
    let list = client.get(LOG).await.json();
    assert_eq!(ids(&list), [3, 2, 1]);
    assert_eq!(list["total"], 3);
    assert_eq!(list["count"], 1, "a streamed list counts as one");
    let first = &list["response"][2];
    assert_eq!(first["configName"], "good");
    assert_eq!(first["trigger"], 256);
    assert_eq!(first["status"], 200);
    assert_eq!(first["responsePayload"], "seen");
    assert!(first["creationTime"].as_str().unwrap().ends_with('Z'));
    assert!(first["delivery"].as_str().unwrap().ends_with('Z'));
    let headers: Value = serde_json::from_str(first["requestHeaders"].as_str().unwrap()).unwrap();
    assert!(
        headers["x-docspace-signature-256"][0]
            .as_str()
            .unwrap()
            .starts_with("sha256=")
    );
    let payload: Value = serde_json::from_str(first["requestPayload"].as_str().unwrap()).unwrap();
    assert_eq!(payload["event"]["id"], 1);
    assert!(first.get("method").is_none() && first.get("route").is_none());
    let failed = list["response"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["configName"] == "bad")
        .unwrap();
    assert_eq!(failed["status"], 503);
    assert!(failed.get("delivery").is_none() && failed.get("responseHeaders").is_none());
    assert_eq!(
        failed["responsePayload"],
        "Response status code does not indicate success: 503 (Service Unavailable).",
        "the portal's words, not the receiver's"
    );
    emulator.delete_webhook(2);
    assert_eq!(client.get(LOG).await.json()["total"], 2);
}

#[tokio::test]
async fn filters_and_pages_narrow_the_list() {
    let (emulator, client) = portal().await;
    let failed = emulator
        .deliveries()
        .iter()
        .find(|entry| entry.webhook_id == 2)
        .unwrap()
        .id;
    let uri = emulator.webhook(2).unwrap().uri;
    for (query, expected) in [
        ("configId=2".to_owned(), vec![failed]),
        (format!("hookUri={uri}"), vec![failed]),
        (format!("eventId={failed}"), vec![failed]),
        ("groupStatus=16".to_owned(), vec![failed]),
        ("groupStatus=Status5xx".to_owned(), vec![failed]),
        (format!("userId={USER}"), vec![failed]),
        ("trigger=FileUploaded".to_owned(), vec![1]),
        ("trigger=256".to_owned(), vec![1]),
        ("count=1".to_owned(), vec![3]),
        ("count=1&startIndex=2".to_owned(), vec![1]),
        ("deliveryTo=2020-01-01T00:00:00Z".to_owned(), vec![]),
        ("configId=99".to_owned(), vec![]),
    ] {
        let list = client.get(&format!("{LOG}?{query}")).await.json();
        let expected: Vec<i64> = expected.into_iter().map(i64::from).collect();
        assert_eq!(ids(&list), expected, "{query}");
    }
    let since = client
        .get(&format!("{LOG}?deliveryFrom=2020-01-01T00:00:00Z"))
        .await
        .json();
    assert_eq!(since["total"], 2, "entries never delivered drop out");
    let page = client.get(&format!("{LOG}?count=1")).await.json();
    assert_eq!(page["total"], 3, "the total is that of all pages");
}

/// O3: the key is the parameter's own name.
#[tokio::test]
async fn a_page_of_the_wrong_size_is_refused() {
    let (_emulator, client) = portal().await;
    let reply = client.get(&format!("{LOG}?count=101")).await;
    assert_eq!(reply.status, 400);
    assert_eq!(
        reply.json()["response"]["errors"],
        json!({"count": ["The field Count must be between 1 and 100."]})
    );
}

/// O17: names are those of the code, not those of the catalogue; an end beyond the last page is empty.
#[tokio::test]
async fn the_trigger_filter_knows_one_kind_of_name_and_pages_end() {
    let (_emulator, client) = portal().await;
    for (trigger, status) in [("UserCreated", 200), ("user.created", 400), ("384", 400)] {
        let reply = client.get(&format!("{LOG}?trigger={trigger}")).await;
        assert_eq!(reply.status, status, "{trigger}");
    }
    let beyond = client.get(&format!("{LOG}?startIndex=99")).await.json();
    assert_eq!(beyond["response"], json!([]));
    assert_eq!(beyond["total"], 3);
}

#[tokio::test]
async fn dates_of_the_official_python_sdk_are_read() {
    let (_emulator, client) = portal().await;
    for (from, total) in [
        ("2020-01-01T00:00:00%2B0000", 2),
        ("2099-01-01T00:00:00%2B0000", 0),
    ] {
        let reply = client.get(&format!("{LOG}?deliveryFrom={from}")).await;
        assert_eq!(reply.json()["total"], total, "{from}");
    }
}

#[tokio::test]
async fn others_than_admins_see_their_own_entries() {
    let (_emulator, client) = portal().await;
    let user = client.with_key("sk-user");
    let list = user.get(&format!("{LOG}?userId={OWNER_ID}")).await.json();
    assert_eq!(list["total"], 1);
    assert_eq!(list["response"][0]["configName"], "bad");
}

/// O16: what is said of a new entry, and what is not.
#[tokio::test]
async fn a_retry_queues_a_new_entry_and_sends_it() {
    let (emulator, client) = portal().await;
    let reply = client
        .put("/api/2.0/settings/webhook/1/retry", &Value::Null)
        .await;
    assert_eq!(reply.status, 200);
    let queued = &reply.json()["response"];
    assert_eq!(queued["id"], 4);
    for absent in [
        "configName",
        "status",
        "delivery",
        "requestHeaders",
        "responsePayload",
    ] {
        assert!(queued.get(absent).is_none(), "{absent}");
    }
    let listed = client.get(&format!("{LOG}?eventId=4")).await.json();
    assert_eq!(listed["response"][0]["id"], 4);
    assert!(
        listed["response"][0]["status"].is_u64(),
        "the journal has one"
    );
    let original = emulator.deliveries().remove(0);
    assert_eq!(
        queued["requestPayload"], original.request_payload,
        "queued as it was last sent"
    );
    assert!(emulator.deliveries_settled(Duration::from_secs(30)).await);
    let sent = emulator.deliveries().pop().unwrap();
    assert_eq!((sent.id, sent.status), (4, 200));
    let mut expected: Value = serde_json::from_str(&original.request_payload).unwrap();
    expected["event"]["id"] = json!(4);
    let body: Value = serde_json::from_str(&sent.request_payload).unwrap();
    assert_eq!(
        body, expected,
        "the same event under the new entry's number"
    );
}

/// O16: one unknown id is not found.
#[tokio::test]
async fn a_retry_of_nothing_is_refused() {
    let (_emulator, client) = portal().await;
    let retry = |id: &str| format!("/api/2.0/settings/webhook/{id}/retry");
    let zero = client.put(&retry("0"), &Value::Null).await;
    assert_eq!((zero.status, zero.message().as_str()), (400, "Id"));
    assert_eq!(client.put(&retry("99"), &Value::Null).await.status, 404);
    let foreign = client
        .with_key("sk-user")
        .put(&retry("1"), &Value::Null)
        .await;
    assert_eq!(foreign.status, 403);
}

/// O16: of several ids the unknown ones are left out.
#[tokio::test]
async fn a_batch_skips_unknown_and_foreign_entries() {
    let (emulator, client) = portal().await;
    let path = "/api/2.0/settings/webhook/retry";
    let reply = client.put(path, &json!({"Ids": [1, "2", 99]})).await;
    assert_eq!(reply.status, 200);
    assert_eq!(ids(&reply.json()).len(), 2);
    assert_eq!(reply.json()["count"], 1);
    for entry in reply.json()["response"].as_array().unwrap() {
        assert!(entry.get("status").is_none(), "{entry}");
    }
    assert!(emulator.deliveries_settled(Duration::from_secs(30)).await);
    let foreign = client
        .with_key("sk-user")
        .put(path, &json!({"ids": [1]}))
        .await;
    assert_eq!(foreign.json()["response"], json!([]));
    let missing = client.put(path, &json!({})).await;
    assert_eq!(missing.status, 500);
    assert_eq!(
        missing.json()["error"]["type"],
        "System.NullReferenceException"
    );
    assert_eq!(client.put(path, &json!({"ids": "1"})).await.status, 400);
}

#[tokio::test]
async fn journal_dates_are_shifted_by_the_portals_zone() {
    let (emulator, client) = portal().await;
    let creation = || async {
        let entry = client.get(&format!("{LOG}?eventId=1")).await.json();
        let text = entry["response"][0]["creationTime"].as_str().unwrap();
        let format = &time::format_description::well_known::Rfc3339;
        time::OffsetDateTime::parse(text, format).unwrap()
    };
    let utc = creation().await;
    emulator.change_settings(|settings| settings.portal_utc_offset_minutes = 120);
    assert_eq!(creation().await - utc, time::Duration::hours(-2));
    emulator.change_settings(|settings| settings.profile = Profile::V3_1);
    assert_eq!(creation().await - utc, time::Duration::hours(2));
}

#[tokio::test]
async fn before_3_2_the_journal_has_no_greatest_page() {
    let (emulator, client) = portal().await;
    emulator.change_settings(|settings| settings.profile = Profile::V3_1);
    assert_eq!(client.get(&format!("{LOG}?count=1000")).await.status, 200);
}
