//! Every endpoint's ordinary answer, and the refusals any portal gives.
//!
//! `DOCSPACE_TEST_BASE_URL` and `DOCSPACE_TEST_API_KEY` point these tests at a real portal instead of the emulator. The
//! key must belong to an administrator. Webhooks carry a prefix that is unique to the test and are removed afterwards,
//! also after a failure; their receiver is the reserved domain example.com, which answers the portal's probe.

use std::time::{SystemTime, UNIX_EPOCH};

use docspace_emulator::{Config as PortalConfig, DEFAULT_API_KEY, Emulator};
use secrecy::SecretString;
use terraform_provider_docspace::api::{
    Client, CreateWebhook, EnableWebhook, ErrorShape, Operation, Removal, Role, TRIGGERS,
    TriggerMask, Webhook, WebhookId,
};

use super::bench::{client_of, update};

const SECRET: &str = "Contract-Test-42";

/// A portal that somebody else may use at the same time.
#[derive(Clone)]
struct Portal {
    client: Client,
    prefix: String,
}

impl Portal {
    fn create(&self, name: &str) -> CreateWebhook {
        CreateWebhook {
            name: format!("{}-{name}", self.prefix),
            uri: format!("https://example.com/?{}-{name}", self.prefix),
            secret_key: Some(SecretString::from(SECRET)),
            enabled: true,
            ssl: true,
            triggers: TriggerMask::from_wire(384),
            target_id: None,
        }
    }

    async fn created(&self, name: &str) -> Webhook {
        let created = self
            .client
            .create_webhook(&self.create(name), |_| true)
            .await
            .unwrap();
        created.webhook.unwrap()
    }

    async fn find(&self, id: WebhookId) -> Option<Webhook> {
        let list = self.client.list_webhooks().await.unwrap();
        list.into_iter()
            .map(|item| item.webhook)
            .find(|webhook| webhook.id == id)
    }

    async fn clean_up(&self) {
        for item in self.client.list_webhooks().await.unwrap() {
            if item.webhook.name.starts_with(&self.prefix) {
                self.client.delete_webhook(item.webhook.id).await.unwrap();
            }
        }
    }
}

/// Runs a test against the emulator, or the portal that the environment names.
async fn on_a_portal<F>(test: impl FnOnce(Portal) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let real = (
        std::env::var("DOCSPACE_TEST_BASE_URL"),
        std::env::var("DOCSPACE_TEST_API_KEY"),
    );
    let mut emulator = None;
    let client = if let (Ok(base_url), Ok(api_key)) = real {
        client_of(&base_url, &api_key, |config| config.max_retries = 4)
    } else {
        let started = Emulator::start(PortalConfig::offline()).await.unwrap();
        let base_url = emulator.insert(started).base_url();
        client_of(&base_url, DEFAULT_API_KEY, |_| {})
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let portal = Portal {
        client,
        prefix: format!("contract-{:x}", now.as_nanos()),
    };
    let outcome = tokio::spawn(test(portal.clone())).await;
    portal.clean_up().await;
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic.into_panic());
    }
}

#[tokio::test]
async fn a_created_webhook_is_answered_and_listed_as_it_was_sent() {
    on_a_portal(async |portal: Portal| {
        let sent = CreateWebhook {
            target_id: Some("1234".to_owned()),
            ..portal.create("whole")
        };
        let created = portal.client.create_webhook(&sent, |_| true).await.unwrap();
        let answered = created.webhook.unwrap();
        assert_eq!(answered.id, created.id);
        assert_eq!(answered.created_by, created.created_by);
        for webhook in [answered, portal.find(created.id).await.unwrap()] {
            assert_eq!(webhook.name, sent.name);
            assert_eq!(webhook.uri, sent.uri);
            assert!(webhook.enabled && webhook.ssl);
            assert_eq!(webhook.triggers, Some(sent.triggers));
            assert_eq!(webhook.target_id, sent.target_id);
            assert_eq!(webhook.created_by, created.created_by);
            assert!(webhook.created_on.unwrap().shown().is_some());
        }
    })
    .await;
}

/// API §16 O1. A portal that stores false some day breaks this test, and nothing else.
#[tokio::test]
async fn only_a_put_switches_off() {
    on_a_portal(async |portal: Portal| {
        let sent = CreateWebhook {
            enabled: false,
            ..portal.create("switched off")
        };
        let created = portal.client.create_webhook(&sent, |_| true).await.unwrap();
        assert!(created.webhook.unwrap().enabled);
        let off = EnableWebhook {
            id: created.id,
            name: sent.name,
            uri: sent.uri,
            enabled: false,
        };
        assert!(!portal.client.enable_webhook(&off).await.unwrap().enabled);
        assert!(!portal.find(created.id).await.unwrap().enabled);
    })
    .await;
}

#[tokio::test]
async fn ids_grow_and_a_second_webhook_of_one_pair_is_refused() {
    on_a_portal(async |portal: Portal| {
        let first = portal.created("pair").await;
        let refused = portal
            .client
            .create_webhook(&portal.create("pair"), |_| true)
            .await;
        let error = refused.unwrap_err();
        assert!(error.is_duplicate(), "{error}");
        assert!(!error.outcome_unknown());
        assert_eq!(error.operation(), Operation::Create);
        let second = portal.created("other").await;
        assert!(second.id > first.id);
    })
    .await;
}

#[tokio::test]
async fn an_update_replaces_every_field_and_keeps_the_id() {
    on_a_portal(async |portal: Portal| {
        let webhook = portal.created("before").await;
        let mut change = update(&webhook);
        change.name = format!("{}-after", portal.prefix);
        change.uri = format!("https://example.com/?{}-after", portal.prefix);
        change.triggers = TriggerMask::ALL;
        change.ssl = false;
        change.enabled = false;
        change.target_id = Some("5".to_owned());
        let answered = portal.client.update_webhook(&change).await.unwrap();
        for seen in [answered, portal.find(webhook.id).await.unwrap()] {
            assert_eq!(update(&seen).name, change.name);
            assert_eq!(seen.uri, change.uri);
            assert_eq!(seen.triggers, Some(TriggerMask::ALL));
            assert!(!seen.enabled && !seen.ssl);
            assert_eq!(seen.target_id.as_deref(), Some("5"));
        }
        change.target_id = None;
        let answered = portal.client.update_webhook(&change).await.unwrap();
        assert_eq!(answered.target_id, None);
    })
    .await;
}

#[tokio::test]
async fn unknown_bits_of_a_mask_survive() {
    on_a_portal(async |portal: Portal| {
        let webhook = portal.created("bits").await;
        let mut change = update(&webhook);
        change.triggers = TriggerMask::from_wire((1 << 29) | 1 << 8);
        let answered = portal.client.update_webhook(&change).await.unwrap();
        assert_eq!(answered.triggers, Some(change.triggers));
    })
    .await;
}

#[tokio::test]
async fn a_webhook_is_switched_off_and_on_without_other_changes() {
    on_a_portal(async |portal: Portal| {
        let webhook = portal.created("switch").await;
        for enabled in [false, true] {
            let switch = EnableWebhook {
                id: webhook.id,
                name: webhook.name.clone(),
                uri: webhook.uri.clone(),
                enabled,
            };
            let answered = portal.client.enable_webhook(&switch).await.unwrap();
            assert_eq!(answered.enabled, enabled);
            assert_eq!(answered.triggers, webhook.triggers);
        }
    })
    .await;
}

#[tokio::test]
async fn removing_twice_finds_nothing_the_second_time() {
    on_a_portal(async |portal: Portal| {
        let webhook = portal.created("gone").await;
        let first = portal.client.delete_webhook(webhook.id).await.unwrap();
        assert_eq!(first, Removal::Removed);
        let second = portal.client.delete_webhook(webhook.id).await.unwrap();
        assert_eq!(second, Removal::AlreadyGone);
        assert_eq!(portal.find(webhook.id).await, None);
    })
    .await;
}

#[tokio::test]
async fn changing_an_unknown_webhook_is_not_found() {
    on_a_portal(async |portal: Portal| {
        let webhook = portal.created("short").await;
        portal.client.delete_webhook(webhook.id).await.unwrap();
        let error = portal
            .client
            .update_webhook(&update(&webhook))
            .await
            .unwrap_err();
        assert!(error.is_not_found(), "{error}");
        let switch = EnableWebhook {
            id: webhook.id,
            name: webhook.name.clone(),
            uri: webhook.uri.clone(),
            enabled: false,
        };
        let error = portal.client.enable_webhook(&switch).await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_schema_violation_names_the_field() {
    on_a_portal(async |portal: Portal| {
        let blank = CreateWebhook {
            name: " ".to_owned(),
            ..portal.create("blank")
        };
        let error = portal
            .client
            .create_webhook(&blank, |_| true)
            .await
            .unwrap_err();
        let failure = error.status_failure().unwrap();
        assert_eq!(
            (failure.status, failure.shape),
            (400, ErrorShape::Validation)
        );
        assert!(failure.validation.contains_key("Name"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_weak_secret_and_a_missing_one_are_refused_by_the_endpoint() {
    on_a_portal(async |portal: Portal| {
        for secret in [None, Some(SecretString::from("short"))] {
            let weak = CreateWebhook {
                secret_key: secret,
                ..portal.create("weak")
            };
            let error = portal
                .client
                .create_webhook(&weak, |_| true)
                .await
                .unwrap_err();
            let failure = error.status_failure().unwrap();
            assert_eq!((failure.status, failure.shape), (400, ErrorShape::Handler));
            assert!(failure.message.is_some());
        }
    })
    .await;
}

#[tokio::test]
async fn the_catalog_has_every_trigger_of_the_table_that_the_portal_is_new_enough_for() {
    on_a_portal(async |portal: Portal| {
        let catalog = portal.client.trigger_catalog().await.unwrap();
        assert!(catalog.by_name("All").unwrap().mask.is_all());
        let newest = catalog.by_name("FolderDownloaded").is_some();
        for trigger in TRIGGERS
            .iter()
            .filter(|trigger| newest || trigger.since == "3.1")
        {
            let entry = catalog.by_name(trigger.name).unwrap();
            assert_eq!(
                (entry.mask, entry.dotted.as_str()),
                (trigger.mask(), trigger.dotted)
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_caller_and_the_portal_introduce_themselves() {
    on_a_portal(async |portal: Portal| {
        let user = portal.client.current_user().await.unwrap();
        assert_eq!(user.role(), Role::Admin);
        let created = portal
            .client
            .create_webhook(&portal.create("mine"), |_| true)
            .await
            .unwrap();
        assert_eq!(created.created_by, Some(user.id));
        let version = portal.client.portal_version().await.unwrap();
        assert!(version.starts_with('3'), "{version}");
        let policy = portal.client.password_policy().await.unwrap();
        assert!((1..=30).contains(&policy.min_length));
    })
    .await;
}

#[tokio::test]
async fn a_wrong_key_is_unauthorized() {
    on_a_portal(async |portal: Portal| {
        let base_url = portal.client.config().base_url.to_string();
        let stranger = client_of(&base_url, "sk-0000", |_| {});
        let error = stranger.list_webhooks().await.unwrap_err();
        assert!(error.is_unauthorized(), "{error}");
        assert_eq!(error.status_failure().unwrap().shape, ErrorShape::Empty);
    })
    .await;
}
