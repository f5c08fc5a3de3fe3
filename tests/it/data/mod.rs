//! Data sources and functions: what is read from a portal or computed, and not kept.

/// The delivery journal.
mod deliveries;
/// How old what is read may be.
mod freshness;
/// What needs no portal.
mod functions;
/// Whether deliveries succeed, and when what happened.
mod health;
/// The journal that the emulator keeps of what it really sends.
mod journal;
/// The portal's list of triggers.
mod triggers;
/// One webhook.
mod webhook;
/// All webhooks.
mod webhooks;

use docspace_emulator::{
    Config, Emulator, Fault, FaultAction, FaultMatch, FaultResponse, NewWebhook,
};
use serde_json::{Value, json};

use crate::host::Host;
use crate::host::diagnostics::{self, Answer};
use crate::host::value::encode;
use crate::host::wire::tfplugin6 as wire;

const LIST: &str = "/api/2.0/settings/webhook";
const SETTINGS: &str = "/api/2.0/settings";
const CATALOG: &str = "/api/2.0/settings/webhook/triggers";
const JOURNAL: &str = "/api/2.0/settings/webhooks/log";
const BUILD: &str = "/api/2.0/settings/version/build";

/// A portal and a provider that is configured for it. Nothing is repeated, so that each fault is met
/// once.
struct Stage {
    portal: Emulator,
    host: Host,
}

impl Stage {
    async fn new() -> Self {
        Self::with(Config::offline()).await
    }

    async fn with(config: Config) -> Self {
        let portal = Emulator::start(config).await.unwrap();
        let key = portal.api_key().to_owned();
        Self::as_caller(portal, &key).await
    }

    async fn as_caller(portal: Emulator, api_key: &str) -> Self {
        let host = Host::start().await;
        let provider = json!({
            "base_url": portal.base_url(),
            "api_key": api_key,
            "max_retries": 0,
        });
        host.configure(provider).await.quiet();
        Self { portal, host }
    }

    /// Stores a webhook as somebody else would, and returns its id as Terraform knows it.
    fn webhook(&self, name: &str, uri: &str, triggers: i64) -> String {
        let webhook = NewWebhook {
            name: name.to_owned(),
            uri: uri.to_owned(),
            triggers,
            ..NewWebhook::default()
        };
        self.portal.create_webhook(webhook).id.to_string()
    }

    async fn read(&self, name: &str, config: Value) -> Answer<Value> {
        self.host.read_data(name, config).await
    }

    /// Checks a configuration in which values may be unknown.
    async fn validate(&self, name: &str, config: Value) -> Answer<()> {
        let schemas = self.host.schemas().await;
        let request = wire::validate_data_resource_config::Request {
            type_name: name.to_owned(),
            config: Some(encode(&config, &schemas.data_sources[name].ty())),
        };
        let mut provider = self.host.provider();
        let answer = provider.validate_data_resource_config(request).await;
        let diagnostics = diagnostics::from_wire(answer.unwrap().into_inner().diagnostics);
        let is_fine = !diagnostics.iter().any(diagnostics::Diagnostic::is_error);
        Answer {
            result: is_fine.then_some(()),
            diagnostics,
        }
    }

    /// Paths and queries of all requests so far.
    fn requests(&self) -> Vec<String> {
        let log = self.portal.request_log();
        log.into_iter().map(|entry| entry.path).collect()
    }

    /// Answers the next request for a path with a failure of the portal.
    fn fail_once(&self, path: &str) {
        self.answer(
            path,
            1,
            FaultResponse {
                status: 500,
                ..FaultResponse::default()
            },
        );
    }

    /// Answers the nth request for a path, counted from 1, with this.
    fn answer(&self, path: &str, nth: u64, response: FaultResponse) {
        let fault = Fault {
            when: FaultMatch {
                path: Some(path.to_owned()),
                nth: Some(nth),
                ..FaultMatch::default()
            },
            action: FaultAction::Respond(response),
            ..Fault::default()
        };
        self.portal.add_fault(fault).unwrap();
    }

    /// Ends the provider as Terraform does.
    async fn end(self) {
        self.host.stop().await;
    }
}

/// The portal's envelope around this.
fn success(response: &Value) -> FaultResponse {
    FaultResponse {
        status: 200,
        body: json!({"response": response, "count": 1, "status": 0, "statusCode": 200}).to_string(),
        ..FaultResponse::default()
    }
}
