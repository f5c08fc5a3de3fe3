use std::time::Duration;

use docspace_emulator::{Config, Database, Emulator, Event, NewWebhook};
use serde_json::json;

use crate::client::{Client, WEBHOOKS, start, webhook};
use crate::receiver::Receiver;

async fn portal(database: Database) -> (Emulator, Client) {
    let mut config = Config::offline();
    config.settings.database = database;
    config.settings.blacklist.clear();
    config.settings.delivery_speed = 1000.0;
    config.settings.delivery_retries = 0;
    start(config).await
}

/// O5: create compares the name first, and says what the database says about that.
#[tokio::test]
async fn a_name_with_an_emoji_is_an_illegal_mix_of_collations() {
    for database in [Database::MariaDb, Database::MySql] {
        let (emulator, client) = portal(database).await;
        let mut body = webhook("a");
        body["name"] = json!("rocket 🚀");
        let reply = client.post(WEBHOOKS, &body).await;
        assert_eq!(reply.status, 500);
        assert_eq!(
            reply.json()["error"]["type"],
            "MySqlConnector.MySqlException"
        );
        assert_eq!(
            reply.message(),
            "Illegal mix of collations (utf8mb3_general_ci,IMPLICIT) and (utf8mb4_general_ci,COERCIBLE) for operation '='"
        );
        assert!(emulator.webhooks().is_empty());
    }
}

#[tokio::test]
async fn other_fields_and_updates_fail_when_they_are_stored_inferred() {
    let (emulator, client) = portal(Database::MariaDb).await;
    client.post(WEBHOOKS, &webhook("plain")).await;
    let mut target = webhook("a");
    target["targetId"] = json!("🚀");
    let mut renamed = webhook("a");
    renamed["name"] = json!("rocket 🚀");
    renamed["id"] = json!(1);
    for reply in [
        client.post(WEBHOOKS, &target).await,
        client.put(WEBHOOKS, &renamed).await,
    ] {
        assert_eq!(reply.status, 500);
        assert_eq!(
            reply.json()["error"]["type"],
            "Microsoft.EntityFrameworkCore.DbUpdateException"
        );
    }
    let mut accented = webhook("b");
    accented["name"] = json!("Füße");
    assert_eq!(client.post(WEBHOOKS, &accented).await.status, 200);
    assert_eq!(emulator.webhooks().len(), 2);
    assert_eq!(emulator.webhook(1).unwrap().name, "plain");
}

#[tokio::test]
async fn postgresql_holds_any_text_and_compares_it_exactly_inferred() {
    let (_emulator, client) = portal(Database::PostgreSql).await;
    let mut body = webhook("a");
    body["name"] = json!("rocket 🚀");
    assert_eq!(client.post(WEBHOOKS, &body).await.status, 200);
    assert_eq!(client.post(WEBHOOKS, &body).await.status, 400);
    body["name"] = json!("Rocket 🚀");
    assert_eq!(client.post(WEBHOOKS, &body).await.status, 200);
}

/// O4: what counts when names and addresses are compared.
#[tokio::test]
async fn case_accents_and_trailing_blanks_make_no_other_webhook() {
    let (emulator, client) = portal(Database::MariaDb).await;
    let pair = |name: &str, path: &str| {
        let mut body = webhook("a");
        body["name"] = json!(name);
        body["uri"] = json!(format!("https://example.com{path}"));
        body
    };
    for (stored, taken) in [
        (pair("café", "/"), pair("cafe", "/")),
        (pair("trail ", "/"), pair("trail", "/")),
        (pair("t7i", "/"), pair("T7I  ", "/")),
        (pair("address", "/x"), pair("address", "/X")),
    ] {
        assert_eq!(client.post(WEBHOOKS, &stored).await.status, 200);
        let reply = client.post(WEBHOOKS, &taken).await;
        assert_eq!(
            (reply.status, reply.message().as_str()),
            (
                400,
                "Webhook with the same name and payload URL already exists"
            ),
            "{taken}"
        );
    }
    for name in ["  pad ", "pad", "cafe\u{301}"] {
        let created = client.post(WEBHOOKS, &pair(name, "/")).await.json();
        assert_eq!(created["response"]["name"], name);
        let id = created["response"]["id"].as_i64().unwrap();
        let stored = emulator.webhook(i32::try_from(id).unwrap()).unwrap();
        assert_eq!(stored.name, name, "with all its blanks");
    }
}

/// O4: nothing but luck keeps two creates at the same time apart.
#[tokio::test]
async fn creates_at_the_same_time_are_all_stored_where_they_race() {
    let (emulator, client) = portal(Database::MariaDb).await;
    emulator.change_settings(|settings| settings.racing_creates = 2);
    let body = webhook("a");
    let create = || client.post(WEBHOOKS, &body);
    let (one, two) = tokio::join!(create(), create());
    assert_eq!((one.status, two.status), (200, 200));
    assert_eq!(create().await.status, 400, "the third comes later");
    assert_eq!(emulator.webhooks().len(), 2);
    emulator.change_settings(|settings| settings.racing_creates = 0);
    let body = webhook("b");
    let create = || client.post(WEBHOOKS, &body);
    let (one, two) = tokio::join!(create(), create());
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400], "no race without the setting");
}

#[tokio::test]
async fn mysql_rounds_dates_and_postgresql_keeps_six_digits_inferred() {
    for (database, expected) in [
        (Database::MySql, "2026-06-30T12:34:57+00:00"),
        (Database::PostgreSql, "2026-06-30T12:34:56.789123+00:00"),
    ] {
        let (emulator, client) = portal(database).await;
        client.post(WEBHOOKS, &webhook("a")).await;
        let at = "2026-06-30T12:34:56.7891234Z";
        let at = time::OffsetDateTime::parse(at, &time::format_description::well_known::Rfc3339);
        emulator.patch_webhook(
            1,
            docspace_emulator::WebhookPatch {
                created_on: at.ok(),
                ..docspace_emulator::WebhookPatch::default()
            },
        );
        let list = client.get(WEBHOOKS).await.json();
        assert_eq!(list["response"][0]["configs"]["createdOn"], expected);
    }
}

#[tokio::test]
async fn on_postgresql_a_webhook_with_deliveries_stays_inferred() {
    for (database, status, left) in [(Database::MySql, 200, 0), (Database::PostgreSql, 500, 1)] {
        let (emulator, client) = portal(database).await;
        let receiver = Receiver::start(&[200]).await;
        let hook = NewWebhook {
            uri: receiver.url(),
            ssl: false,
            ..NewWebhook::default()
        };
        let fresh = emulator.create_webhook(hook.clone()).id;
        let path = |id: i32| format!("{WEBHOOKS}/{id}");
        assert_eq!(client.delete(&path(fresh)).await.status, 200);
        let used = emulator.create_webhook(hook).id;
        emulator.raise_event(&Event::new(256, "1")).unwrap();
        assert!(emulator.deliveries_settled(Duration::from_secs(30)).await);
        assert_eq!(client.delete(&path(used)).await.status, status);
        assert_eq!(emulator.webhooks().len(), left, "{database:?}");
        assert_eq!(emulator.deliveries().len(), left, "{database:?}");
    }
}

#[tokio::test]
async fn on_postgresql_a_receiver_that_is_gone_removes_nothing_inferred() {
    let (emulator, _client) = portal(Database::PostgreSql).await;
    let receiver = Receiver::start(&[410]).await;
    emulator.create_webhook(NewWebhook {
        uri: receiver.url(),
        ssl: false,
        ..NewWebhook::default()
    });
    emulator.raise_event(&Event::new(256, "1")).unwrap();
    assert!(emulator.deliveries_settled(Duration::from_secs(30)).await);
    assert_eq!(receiver.posts().len(), 1);
    assert!(emulator.webhook(1).unwrap().enabled);
    assert_eq!(emulator.deliveries()[0].status, 0);
}
