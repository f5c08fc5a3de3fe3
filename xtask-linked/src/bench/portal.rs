//! The portal of a measurement: the emulator as a program of its own, built for speed.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::watched::Ended;
use xtask::workspace;

/// The beginning of every path.
const SETTINGS: &str = "/api/2.0/settings";

/// A running emulator that probes no receiver and answers at once.
pub(super) struct Portal {
    _process: Ended,
    pub(super) base_url: String,
    control_url: String,
    client: Client,
    runtime: Arc<Runtime>,
}

/// What a command has asked of the portal.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Requests {
    /// How often each was made, as in `GET /webhook`.
    pub(super) counts: BTreeMap<String, u64>,
    /// The bytes of all bodies, both ways.
    pub(super) bytes: u64,
    /// The most writes that were under way at once.
    pub(super) writes_at_once: u64,
    /// How often it connected.
    pub(super) connections: u64,
}

/// Builds the emulator for speed and returns its program.
pub(super) fn build() -> Result<PathBuf> {
    let output = workspace::cargo()
        .args([
            "build",
            "--profile",
            "bench",
            "--locked",
            "--package",
            "docspace-emulator",
        ])
        .args(["--message-format", "json-render-diagnostics"])
        .stderr(Stdio::inherit())
        .output()
        .context("could not run cargo")?;
    if !output.status.success() {
        bail!("the emulator does not build; see above");
    }
    workspace::built_program(&output.stdout, "docspace-emulator")
}

impl Portal {
    pub(super) fn start(program: &Path, runtime: Arc<Runtime>) -> Result<Self> {
        // Nothing here uses TLS, but the client needs it to be built. An error means that it is already there.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let mut child = Command::new(program)
            .arg("--no-probe")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("could not start the emulator")?;
        let stdout = child.stdout.take().context("no stdout")?;
        let process = Ended(child);
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let ready: Value = serde_json::from_str(&line).context("the emulator is not ready")?;
        let address = |name: &str| {
            let address = ready.get(name).and_then(Value::as_str);
            Ok::<_, anyhow::Error>(address.context("no address")?.to_owned())
        };
        Ok(Self {
            base_url: address("base_url")?,
            control_url: address("control_url")?,
            client: Client::builder().no_proxy().build()?,
            _process: process,
            runtime,
        })
    }

    /// Returns what was asked since this was last called.
    pub(super) fn take_requests(&self) -> Result<Requests> {
        let entries = self.control(Method::GET, "/requests")?;
        let summary = self.control(Method::GET, "/requests/summary")?;
        self.control(Method::DELETE, "/requests")?;
        let number = |value: &Value, name: &str| value.get(name).and_then(Value::as_u64);
        let mut requests = Requests {
            writes_at_once: number(&summary, "writes_high_water").unwrap_or_default(),
            connections: number(&summary, "connections").unwrap_or_default(),
            ..Requests::default()
        };
        for (route, count) in summary
            .get("by_route")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let count = count.as_u64().unwrap_or_default();
            requests.counts.insert(route.replace(SETTINGS, ""), count);
        }
        for entry in entries.as_array().into_iter().flatten() {
            let bytes =
                ["bytes_in", "bytes_out"].map(|name| number(entry, name).unwrap_or_default());
            requests.bytes += bytes.iter().sum::<u64>();
        }
        Ok(requests)
    }

    /// Changes settings.
    pub(super) fn set(&self, settings: &Value) -> Result<()> {
        self.send(Method::PATCH, "/settings", Some(settings))
            .map(drop)
    }

    /// Stores this many webhooks of someone else.
    pub(super) fn fill(&self, count: usize) -> Result<()> {
        (0..count).try_for_each(|number| {
            let webhook = json!({
                "name": format!("Foreign {number}"),
                "uri": format!("https://hooks.example.org/foreign/{number}"),
            });
            self.send(Method::POST, "/webhooks", Some(&webhook))
                .map(drop)
        })
    }

    /// Returns how many webhooks there are.
    pub(super) fn webhooks(&self) -> Result<u64> {
        let webhooks = self.control(Method::GET, "/webhooks")?;
        let webhooks = webhooks.as_array().context("no list of webhooks")?;
        Ok(u64::try_from(webhooks.len())?)
    }

    /// Returns how many requests were answered with a status since this was last called.
    pub(super) fn take_refused(&self, status: u16) -> Result<u64> {
        let summary = self.control(Method::GET, "/requests/summary")?;
        self.control(Method::DELETE, "/requests")?;
        let refused = summary.pointer(&format!("/by_status/{status}"));
        Ok(refused.and_then(Value::as_u64).unwrap_or_default())
    }

    fn control(&self, method: Method, path: &str) -> Result<Value> {
        self.send(method, path, None)
    }

    fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        let url = format!("{}{path}", self.control_url);
        self.runtime.block_on(async {
            let mut request = self.client.request(method, url);
            if let Some(body) = body {
                request = request.body(body.to_string());
            }
            let answer = request.send().await?;
            let text = answer.error_for_status()?.text().await?;
            // A request that only does something returns nothing.
            Ok(serde_json::from_str(&text).unwrap_or_default())
        })
    }
}
