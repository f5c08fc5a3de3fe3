//! The portal of the demo: an emulator in this process, used over HTTP as anyone could.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use docspace_emulator::{Config, Emulator};
use reqwest::{Client, Method};
use serde_json::Value;
use tokio::runtime::Runtime;

/// The key of the portal's owner: the same in every emulator, and it opens nothing else.
pub(super) use docspace_emulator::DEFAULT_API_KEY as API_KEY;

/// Events are delivered that much faster than a portal does it, which looks for them every 5 s.
const DELIVERY_SPEED: f64 = 20.0;

/// An emulator and a client of it.
pub(super) struct Portal {
    runtime: Runtime,
    emulator: Emulator,
    client: Client,
}

impl Portal {
    /// Starts a portal that accepts receivers on loopback.
    pub(super) fn start(runtime: Runtime) -> Result<Self> {
        let mut config = Config::default();
        config.settings.blacklist.clear();
        config.settings.delivery_speed = DELIVERY_SPEED;
        let emulator = runtime
            .block_on(Emulator::start(config))
            .context("could not start the emulator")?;
        let client = Client::builder()
            .timeout(Duration::from_secs(20))
            .no_proxy()
            .build()?;
        Ok(Self {
            runtime,
            emulator,
            client,
        })
    }

    /// Returns the portal's address.
    pub(super) fn base_url(&self) -> String {
        self.emulator.base_url()
    }

    /// Returns the address of the emulator's control API.
    pub(super) fn control_url(&self) -> String {
        self.emulator.control_url()
    }

    /// Asks the portal for its webhooks, as the API answers.
    pub(super) fn webhooks(&self) -> Result<Vec<Value>> {
        let url = format!("{}/api/2.0/settings/webhook", self.base_url());
        let request = self.client.get(url).bearer_auth(API_KEY);
        let answer = self.send(request)?;
        let items = answer.get("response").and_then(Value::as_array);
        let items = items.context("the portal's list has another form")?.iter();
        // Newer portals put each webhook next to its last status.
        Ok(items
            .map(|item| item.get("configs").unwrap_or(item).clone())
            .collect())
    }

    /// Asks the control API for something.
    pub(super) fn control(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let url = format!("{}{path}", self.control_url());
        let request = self
            .client
            .request(Method::from_bytes(method.as_bytes())?, url)
            .header("content-type", "application/json")
            .body(body.to_string());
        self.send(request)
    }

    /// Counts the requests that changed something, by method, since the last call.
    pub(super) fn writes(&self) -> Vec<String> {
        let log = self.emulator.request_log();
        self.emulator.reset_log();
        log.into_iter()
            .filter(|entry| entry.method != "GET")
            .map(|entry| format!("{} {}", entry.method, entry.path))
            .collect()
    }

    /// Returns whether the portal has this secret for a webhook; the API never tells.
    pub(super) fn has_secret(&self, id: i32, secret: &str) -> bool {
        self.emulator.secret_is(id, secret)
    }

    fn send(&self, request: reqwest::RequestBuilder) -> Result<Value> {
        self.runtime.block_on(async {
            let answer = request.send().await?;
            let status = answer.status();
            let text = answer.text().await?;
            if !status.is_success() {
                bail!("the emulator answered {status}: {text}");
            }
            Ok(serde_json::from_str(&text)?)
        })
    }
}
