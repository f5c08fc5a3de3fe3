//! A portal to test against, what it was asked, and configurations for it.

use std::net::SocketAddr;

use docspace_emulator::{Config, Emulator, Fault, NewWebhook, Profile, RequestLogEntry, Webhook};
use serde_json::{Value, json};
use tokio::net::TcpSocket;

use crate::commands::{Report, Workspace, one};
use crate::host::Host;

/// The resource, and the list resource.
pub const WEBHOOK: &str = "docspace_webhook";

/// The beginning of every path.
const SETTINGS: &str = "/api/2.0/settings";
const API: &str = "/api/2.0";

/// The question which key it is that the provider runs with.
pub const OWN_KEY: &str = "GET /keys/@self";

/// An emulated portal.
pub struct Portal {
    pub emulator: Emulator,
}

impl Portal {
    /// Starts one of the newest version.
    pub async fn start() -> Self {
        Self::with(Config::offline()).await
    }

    /// Starts one of this version.
    pub async fn of(profile: Profile) -> Self {
        let mut config = Config::offline();
        config.settings.profile = profile;
        Self::with(config).await
    }

    pub async fn with(config: Config) -> Self {
        let emulator = Emulator::start(config).await.unwrap();
        Self { emulator }
    }

    /// A provider block for it, with the owner's key.
    pub fn provider(&self) -> Value {
        json!({"base_url": self.emulator.base_url(), "api_key": self.emulator.api_key()})
    }

    /// A provider block for it, with this key.
    pub fn provider_with_key(&self, key: &str) -> Value {
        json!({"base_url": self.emulator.base_url(), "api_key": key})
    }

    /// A process that is configured for it. It repeats no request, so that each fault is met once.
    pub async fn host(&self) -> Host {
        self.configured(Host::start().await).await
    }

    /// Configures a process for it that repeats no request.
    pub async fn configured(&self, host: Host) -> Host {
        let provider = with(&self.provider(), json!({"max_retries": 0}));
        host.configure(provider).await.quiet();
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

    /// An empty directory that is configured for it.
    pub fn workspace(&self) -> Workspace {
        Workspace::new(self.provider()).of(WEBHOOK)
    }

    /// A directory in which this webhook already exists.
    pub async fn settled(&self, config: &Value) -> Workspace {
        let mut directory = self.workspace();
        directory.apply(&one(config)).await.quiet();
        self.take();
        directory
    }

    /// What was asked since this was last called, in order, as in `GET /webhook`, but for the question which key it is: a
    /// process asks that once before its first write, beside what else it asks (`own_key.rs`).
    pub fn requests(&self) -> Vec<String> {
        let requests = self.all_requests().into_iter();
        requests.filter(|request| request != OWN_KEY).collect()
    }

    /// The same with that question.
    pub fn all_requests(&self) -> Vec<String> {
        self.take().iter().map(short).collect()
    }

    /// What was asked since this was last called.
    pub fn take(&self) -> Vec<RequestLogEntry> {
        let log = self.emulator.request_log();
        self.emulator.reset_log();
        log
    }

    /// How often each request was made since this was last called, as in `3 GET /webhook`.
    pub fn counts(&self) -> Vec<String> {
        let mut requests = self.all_requests();
        requests.sort();
        let mut counts: Vec<(usize, String)> = Vec::new();
        for request in requests {
            match counts.last_mut() {
                Some((count, last)) if *last == request => *count += 1,
                _ => counts.push((1, request)),
            }
        }
        let counts = counts.into_iter();
        counts
            .map(|(count, request)| format!("{count} {request}"))
            .collect()
    }

    /// Puts a fault in force and returns its number.
    #[track_caller]
    pub fn fault(&self, fault: Fault) -> u64 {
        self.emulator.add_fault(fault).unwrap()
    }

    /// The only webhook on the portal.
    #[track_caller]
    pub fn only(&self) -> Webhook {
        match self.emulator.webhooks().as_slice() {
            [webhook] => webhook.clone(),
            webhooks => panic!("expected one webhook, not {webhooks:#?}"),
        }
    }

    /// Insists that every webhook of the portal is in the state or was named to the user, by its id.
    #[track_caller]
    pub fn is_accounted_for(&self, workspace: &Workspace, report: &Report) {
        let text = report.text();
        for webhook in self.emulator.webhooks() {
            let id = webhook.id.to_string();
            let is_stored = workspace
                .state
                .values()
                .any(|state| state.value["id"] == id.as_str());
            let is_named = text
                .split(|c: char| !c.is_ascii_digit())
                .any(|word| word == id);
            assert!(
                is_stored || is_named,
                "nobody knows of {webhook:#?}\nstate: {:#?}\nsaid: {report:#?}",
                workspace.state
            );
        }
        for state in workspace.state.values() {
            let id: i32 = state.value["id"].as_str().unwrap().parse().unwrap();
            assert!(
                self.emulator.webhook(id).is_some(),
                "{state:#?} is not on the portal; said: {report:#?}"
            );
        }
    }
}

/// An address at which nobody listens, and what keeps it so: the port is taken, and whoever connects is refused.
pub fn nobody() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// A fault rule for the requests of this name, as in `POST /webhook`. What is not among the settings can be named by its
/// whole path.
pub fn on(request: &str) -> Fault {
    let (method, path) = request.split_once(' ').unwrap();
    let root = if path.starts_with(API) {
        ""
    } else if path.starts_with("/people") {
        API
    } else {
        SETTINGS
    };
    Fault::on(method, &format!("{root}{path}"))
}

/// A request as tests name it, as in `GET /webhook`.
pub fn short(entry: &RequestLogEntry) -> String {
    let (method, path) = entry.route.split_once(' ').unwrap();
    let path = path.strip_prefix(SETTINGS).or(path.strip_prefix(API));
    format!("{method} {}", path.unwrap_or(&entry.path))
}

/// A configuration of one webhook with everything that is required, and a secret.
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
