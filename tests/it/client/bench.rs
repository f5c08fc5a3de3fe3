//! A portal and a client for it, and what most tests ask of them.

use std::time::Duration;

use docspace_emulator::{Config as PortalConfig, DEFAULT_API_KEY, Emulator, Fault};
use secrecy::SecretString;
use terraform_provider_docspace::api::{
    ApiKey, BaseUrl, Client, Config, CreateWebhook, CreatedWebhook, TriggerMask, UpdateWebhook,
    Webhook, WebhookId,
};

pub const LIST: &str = "GET /api/2.0/settings/webhook";
pub const CREATE: &str = "POST /api/2.0/settings/webhook";
pub const UPDATE: &str = "PUT /api/2.0/settings/webhook";
pub const ENABLE: &str = "PUT /api/2.0/settings/webhook/enable";
pub const DELETE: &str = "DELETE /api/2.0/settings/webhook/{id}";
pub const PATH: &str = "/api/2.0/settings/webhook";

/// Long enough for a loaded machine; tests that wait for it set a shorter one.
const PATIENCE: Duration = Duration::from_secs(30);

/// An emulated portal and a client of its owner that repeats nothing.
pub struct Bench {
    pub portal: Emulator,
    pub client: Client,
}

impl Bench {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// Starts a bench whose client has other settings.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let portal = Emulator::start(PortalConfig::offline()).await.unwrap();
        let client = client_of(&portal.base_url(), DEFAULT_API_KEY, change);
        Self { portal, client }
    }

    /// Starts a bench whose client waits only this long for an answer.
    pub async fn impatient(max_retries: u32) -> Self {
        Self::with(|config| {
            config.request_timeout = Duration::from_secs(1);
            config.max_retries = max_retries;
        })
        .await
    }

    /// Puts a fault in force and returns its number for [`Bench::assert_hits`].
    pub fn fault(&self, fault: Fault) -> u64 {
        self.portal.add_fault(fault).unwrap()
    }

    /// Checks that a fault really happened, this many times.
    #[track_caller]
    pub fn assert_hits(&self, fault: u64, expected: u64) {
        assert_eq!(self.portal.fault_hits(fault), expected, "hits of the fault");
    }

    /// Returns how many requests a route got.
    pub fn count(&self, route: &str) -> u64 {
        self.portal.request_summary().count(route)
    }

    /// Creates a webhook that the test takes for granted.
    pub async fn created(&self, name: &str) -> CreatedWebhook {
        self.client
            .create_webhook(&create(name), |_| true)
            .await
            .unwrap()
    }

    /// Returns the webhooks' names on the portal.
    pub fn names(&self) -> Vec<String> {
        let webhooks = self.portal.webhooks();
        webhooks.into_iter().map(|webhook| webhook.name).collect()
    }
}

/// Returns a client with other settings than the tests' defaults.
pub fn client_of(base_url: &str, api_key: &str, change: impl FnOnce(&mut Config)) -> Client {
    super::logging::install();
    let mut config = Config::new(
        BaseUrl::parse(base_url, false).unwrap(),
        ApiKey::parse(api_key).unwrap(),
    );
    config.request_timeout = PATIENCE;
    config.max_retries = 0;
    change(&mut config);
    Client::new(config).unwrap()
}

pub fn id(number: i32) -> WebhookId {
    WebhookId::new(u32::try_from(number).unwrap()).unwrap()
}

pub fn create(name: &str) -> CreateWebhook {
    CreateWebhook {
        name: name.to_owned(),
        uri: format!("https://hooks.example.com/{name}"),
        secret_key: Some(SecretString::from("S3cretKey-42")),
        enabled: true,
        ssl: true,
        triggers: TriggerMask::from_wire(384),
        target_id: None,
    }
}

/// Returns the update that changes nothing.
pub fn update(webhook: &Webhook) -> UpdateWebhook {
    UpdateWebhook {
        id: webhook.id,
        name: webhook.name.clone(),
        uri: webhook.uri.clone(),
        secret_key: None,
        enabled: webhook.enabled,
        ssl: webhook.ssl,
        triggers: webhook.triggers.unwrap_or(TriggerMask::ALL),
        target_id: webhook.target_id.clone(),
    }
}

/// Waits until the condition holds.
#[track_caller]
pub fn eventually(condition: impl Fn() -> bool) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    async move {
        let wait = async {
            while !condition() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, wait).await.is_ok();
        assert!(in_time, "the condition at {caller} never held");
    }
}

/// Runs the same call many times at once.
pub async fn at_once<T: Send + 'static, F>(count: u32, call: impl Fn(u32) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
{
    let tasks: Vec<_> = (0..count).map(|index| tokio::spawn(call(index))).collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}
