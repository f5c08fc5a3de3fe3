use docspace_emulator::{Config, Credential, OWNER_ID, PortalState, RateLimits, Role, User};
use serde_json::{Value, json};

use crate::client::{WEBHOOKS, start, webhook};

const ENABLE: &str = "/api/2.0/settings/webhook/enable";

fn with_people() -> Config {
    let mut config = Config::offline();
    for (number, role, key) in [(1, Role::User, "sk-user"), (2, Role::Guest, "sk-guest")] {
        let id = format!("0000000{number}-1111-4111-8111-111111111111");
        config = config.with_caller(User::new(id, role), key, &[]);
    }
    config
        .credentials
        .push(Credential::api_key("sk-rooms", OWNER_ID).with_scopes(["rooms:write"]));
    config
}

#[tokio::test]
async fn rate_limits_come_before_credentials() {
    let mut config = Config::offline();
    config.settings.rate_limits = Some(RateLimits {
        per_minute: 1,
        ..RateLimits::default()
    });
    let (_emulator, client) = start(config).await;
    let anonymous = client.anonymous();
    assert_eq!(anonymous.get(WEBHOOKS).await.status, 401);
    assert_eq!(anonymous.get(WEBHOOKS).await.status, 429);
    assert_eq!(client.get(WEBHOOKS).await.status, 200, "counted apart");
}

#[tokio::test]
async fn credentials_come_before_the_portals_state_and_that_before_the_body() {
    let (emulator, client) = start(with_people()).await;
    emulator.change_settings(|settings| settings.portal_state = PortalState::Suspended);
    let broken = json!("not even an object");
    let narrow = client.with_key("sk-rooms").post(WEBHOOKS, &broken).await;
    assert_eq!((narrow.status, narrow.body.len()), (403, 0));
    assert_eq!(client.post(WEBHOOKS, &broken).await.status, 404);
}

#[tokio::test]
async fn the_body_comes_before_the_role() {
    let (_emulator, client) = start(with_people()).await;
    let guest = client.with_key("sk-guest");
    assert_eq!(guest.post(WEBHOOKS, &json!({})).await.status, 400);
    assert_eq!(guest.post(WEBHOOKS, &webhook("a")).await.status, 403);
}

#[tokio::test]
async fn the_role_comes_before_the_checks_of_a_creation() {
    let (_emulator, client) = start(with_people()).await;
    let mut body = webhook("a");
    body["secretKey"] = Value::Null;
    assert_eq!(client.post(WEBHOOKS, &body).await.status, 400);
    let guest = client.with_key("sk-guest").post(WEBHOOKS, &body).await;
    assert_eq!(guest.status, 403);
}

#[tokio::test]
async fn the_id_comes_before_the_role_of_a_removal_and_of_a_switch() {
    let (_emulator, client) = start(with_people()).await;
    client.post(WEBHOOKS, &webhook("a")).await;
    for key in ["sk-guest", "sk-user"] {
        let other = client.with_key(key);
        for (id, status) in [(9, 404), (1, 403)] {
            let path = format!("{WEBHOOKS}/{id}");
            assert_eq!(other.delete(&path).await.status, status, "{key} {id}");
            let body = json!({"id": id, "name": "x", "uri": "y", "enabled": true});
            assert_eq!(other.put(ENABLE, &body).await.status, status, "{key} {id}");
        }
    }
}

#[tokio::test]
async fn a_webhook_without_secret_can_be_switched_on() {
    let (emulator, client) = start(Config::offline()).await;
    let hook = docspace_emulator::NewWebhook {
        secret: "".into(),
        enabled: false,
        ..docspace_emulator::NewWebhook::default()
    };
    emulator.create_webhook(hook);
    let body = json!({"id": 1, "name": "x", "uri": "y", "enabled": true});
    assert_eq!(client.put(ENABLE, &body).await.status, 200);
}
