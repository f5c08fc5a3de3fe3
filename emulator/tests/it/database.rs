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

#[tokio::test]
async fn mysql_cannot_hold_emoji_inferred() {
    let (emulator, client) = portal(Database::MySql).await;
    client.post(WEBHOOKS, &webhook("plain")).await;
    for (member, value) in [
        ("name", "rocket 🚀"),
        ("uri", "https://example.com/🚀"),
        ("targetId", "🚀"),
    ] {
        let mut body = webhook("a");
        body[member] = json!(value);
        body["id"] = json!(1);
        for reply in [
            client.post(WEBHOOKS, &body).await,
            client.put(WEBHOOKS, &body).await,
        ] {
            assert_eq!(reply.status, 500, "{member}");
            assert_eq!(
                reply.json()["error"]["type"],
                "Microsoft.EntityFrameworkCore.DbUpdateException"
            );
        }
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

#[tokio::test]
async fn mysql_compares_names_without_case_inferred() {
    let (_emulator, client) = portal(Database::MySql).await;
    let mut body = webhook("name");
    assert_eq!(client.post(WEBHOOKS, &body).await.status, 200);
    body["name"] = json!("NAME");
    let reply = client.post(WEBHOOKS, &body).await;
    assert_eq!(
        (reply.status, reply.message().as_str()),
        (
            400,
            "Webhook with the same name and payload URL already exists"
        )
    );
}

#[tokio::test]
async fn dates_lose_their_fraction_on_mysql_and_a_digit_on_postgresql_inferred() {
    for (database, digits) in [(Database::MySql, 0), (Database::PostgreSql, 6)] {
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
        let expected = if digits == 0 {
            "2026-06-30T12:34:57+00:00"
        } else {
            "2026-06-30T12:34:56.789123+00:00"
        };
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
