//! A portal to test against, processes that are configured for it, and configurations.

use docspace_emulator::{Config, Emulator, Fault, NewWebhook};
use serde_json::{Value, json};

use crate::host::Host;

/// The resource, and the list resource.
pub const WEBHOOK: &str = "docspace_webhook";

/// What stands before the interesting part of every path.
const SETTINGS: &str = "/api/2.0/settings";

/// An emulated portal.
pub struct Portal {
    pub emulator: Emulator,
}

impl Portal {
    /// Starts one that never looks for receivers.
    pub async fn start() -> Self {
        Self::with(Config::offline()).await
    }

    pub async fn with(config: Config) -> Self {
        let emulator = Emulator::start(config).await.unwrap();
        Self { emulator }
    }

    /// A provider block for it. Nothing is retried, so that no test waits.
    pub fn provider(&self) -> Value {
        self.provider_with_key(self.emulator.api_key())
    }

    /// A provider block for it with this key.
    pub fn provider_with_key(&self, key: &str) -> Value {
        json!({"base_url": self.emulator.base_url(), "api_key": key, "max_retries": 0})
    }

    /// A process that is configured for it.
    pub async fn host(&self) -> Host {
        self.configured(Host::start().await).await
    }

    /// Configures a process for it.
    pub async fn configured(&self, host: Host) -> Host {
        host.configure(self.provider()).await.quiet();
        host
    }

    /// Puts webhooks on it, one for each name, and returns their ids.
    pub fn add(&self, names: &[&str]) -> Vec<String> {
        let created = names.iter().map(|name| {
            let webhook = NewWebhook {
                name: (*name).to_owned(),
                uri: format!("https://hooks.example.com/{name}"),
                triggers: 256,
                ..NewWebhook::default()
            };
            self.emulator.create_webhook(webhook).id.to_string()
        });
        created.collect()
    }

    /// What was asked since this was last called, in order, as in `GET /webhook`.
    pub fn requests(&self) -> Vec<String> {
        let log = self.emulator.request_log();
        self.emulator.reset_log();
        let short = log.iter().map(|entry| {
            let (method, path) = entry.route.split_once(' ').unwrap();
            format!("{method} {}", path.strip_prefix(SETTINGS).unwrap_or(path))
        });
        short.collect()
    }

    /// Puts a fault in force; the rule is given the requests it is for, as in `GET /webhook`.
    pub fn fault(&self, request: &str, rule: impl FnOnce(Fault) -> Fault) -> u64 {
        let (method, path) = request.split_once(' ').unwrap();
        let fault = rule(Fault::on(method, &format!("{SETTINGS}{path}")));
        self.emulator.add_fault(fault).unwrap()
    }
}

/// A configuration with everything that is required, and a secret.
pub fn webhook() -> Value {
    json!({
        "name": "CI events",
        "uri": "https://hooks.example.com/docspace",
        "triggers": ["FileUploaded"],
        "secret_key": "S3cret-Key-42",
    })
}

/// A configuration with other values of some arguments; null leaves one out.
pub fn with(config: &Value, changes: Value) -> Value {
    let mut config = config.clone();
    let (Value::Object(members), Value::Object(changes)) = (&mut config, changes) else {
        panic!("objects are expected");
    };
    members.extend(changes);
    config
}
