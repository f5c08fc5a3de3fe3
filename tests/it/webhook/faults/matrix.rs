//! One operation and one fault: what is asked, what comes of it, and what must hold in any case.

use std::collections::BTreeSet;
use std::sync::Arc;

use docspace_emulator::{NewWebhook, PortalState, RequestLogEntry, Webhook, WebhookPatch};
use secrecy::SecretString;

use super::kinds::{fault, is_slow, portal_state};
use super::*;
use crate::commands::{Configuration, Planned, one};
use crate::host::diagnostics::Diagnostic;
use crate::host::verbs::{Query, State};
use crate::portal::OWN_KEY;
use crate::webhook::with;

const PAIR_URI: &str = "https://hooks.example.com/docspace";

/// What the provider is doing when the fault happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Create,
    /// Of one that is switched off: the portal stores it switched on, and a second request follows.
    CreateOff,
    /// That second request.
    SecondOff,
    /// The same where `ssl` is false.
    SecondSsl,
    Read,
    Update,
    Rotate,
    SwitchOff,
    Delete,
    List,
    Import,
}

pub use Operation::{
    Create, CreateOff, Delete, Import, List, Read, Rotate, SecondOff, SecondSsl, SwitchOff, Update,
};

impl Operation {
    pub const ALL: [Self; 11] = [
        Create, CreateOff, SecondOff, SecondSsl, Read, Update, Rotate, SwitchOff, Delete, List,
        Import,
    ];

    pub fn is_write(self) -> bool {
        !matches!(self, Read | List | Import)
    }

    pub fn creates(self) -> bool {
        matches!(self, Create | CreateOff | SecondOff | SecondSsl)
    }

    /// The request that the fault happens to.
    fn request(self) -> &'static str {
        match self {
            Create | CreateOff => "POST /webhook",
            Read | List | Import => "GET /webhook",
            Update | Rotate | SecondSsl => "PUT /webhook",
            SwitchOff | SecondOff => "PUT /webhook/enable",
            Delete => "DELETE /webhook/*",
        }
    }

    /// What is configured, and there once everything has converged.
    fn configuration(self) -> Configuration {
        let changes = match self {
            Delete => return Configuration::new(),
            Create | Read | List | Import => json!({}),
            Update => json!({"name": "Renamed", "target_id": "7"}),
            Rotate => json!({"name": "Renamed", "secret_key": "An0ther-Key"}),
            SwitchOff | CreateOff | SecondOff => json!({"enabled": false}),
            SecondSsl => json!({"ssl": false}),
        };
        one(&with(&webhook(), changes))
    }

    fn secret(self) -> &'static str {
        if self == Rotate {
            "An0ther-Key"
        } else {
            "S3cret-Key-42"
        }
    }

    /// What the portal answers when nothing is wrong.
    fn answer(self) -> String {
        let mut configs = json!({
            "id": 1, "name": "CI events", "uri": PAIR_URI, "enabled": !matches!(self, SwitchOff | SecondOff),
            "ssl": self != SecondSsl, "triggers": 256, "createdBy": {"id": docspace_emulator::OWNER_ID},
        });
        if self == Update {
            configs["targetId"] = json!("7");
        }
        if matches!(self, Update | Rotate) {
            configs["name"] = json!("Renamed");
        }
        let response = if self.is_write() {
            configs
        } else {
            json!([{"configs": configs, "status": 0}])
        };
        json!({"response": response, "count": 1, "status": 0, "statusCode": 200}).to_string()
    }
}

/// A case of the table.
#[derive(Debug, Clone)]
pub struct Case {
    pub operation: Operation,
    pub fault: String,
    /// Whether every request of the run meets the fault, and not only the first of the operation.
    pub is_outage: bool,
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    pub requests: String,
    pub outcome: &'static str,
    pub message: String,
}

/// What every case begins with: a state and a plan, which are the same for each portal.
pub struct Start {
    portal: Webhook,
    base_url: String,
    state: State,
    plans: Vec<(Operation, Planned)>,
}

impl Start {
    pub async fn make() -> Self {
        let portal = Portal::start().await;
        let mut directory = portal.workspace();
        let mut plans = Vec::new();
        for operation in [Create, CreateOff, SecondOff, SecondSsl] {
            plans.push((operation, directory.plan(&operation.configuration()).await));
        }
        directory.apply(&Create.configuration()).await.quiet();
        for operation in [Update, Rotate, SwitchOff, Delete] {
            plans.push((operation, directory.plan(&operation.configuration()).await));
        }
        Self {
            portal: portal.only(),
            base_url: portal.emulator.base_url(),
            state: directory.it().clone(),
            plans,
        }
    }

    /// The state, as if it had been written against this portal.
    fn state_at(&self, portal: &Portal) -> State {
        let mut state = self.state.clone();
        self.move_to(portal, &mut state.private);
        state
    }

    fn plan_at(&self, portal: &Portal, wanted: Operation) -> Planned {
        let mut plans = self.plans.iter();
        let found = plans.find(|(operation, _)| *operation == wanted);
        let mut planned = found.unwrap().1.clone();
        for plan in planned.plans.values_mut() {
            self.move_to(portal, &mut plan.private);
            if let Some(prior) = &mut plan.prior {
                self.move_to(portal, &mut prior.private);
            }
        }
        for state in planned.refreshed.values_mut() {
            self.move_to(portal, &mut state.private);
        }
        planned
    }

    fn move_to(&self, portal: &Portal, private: &mut Vec<u8>) {
        let text = String::from_utf8(std::mem::take(private)).unwrap();
        *private = text
            .replace(&self.base_url, &portal.emulator.base_url())
            .into_bytes();
    }
}

/// A case under way.
struct Run {
    case: Case,
    portal: Portal,
    directory: Workspace,
    /// The state before, where there was one.
    before: State,
    report: Report,
    /// What a list found.
    found: usize,
}

/// Runs a case, checks what must hold after it, and lets it converge.
pub async fn run(case: Case, start: Arc<Start>) -> Happened {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().also("max_retries", json!(1));
    if is_slow(&case.fault) {
        directory.set("request_timeout", json!(format!("{}ms", LIMIT_MS)));
    }
    if !case.operation.creates() {
        portal.emulator.create_webhook(existing());
        let patch = WebhookPatch {
            created_on: Some(start.portal.created_on),
            ..WebhookPatch::default()
        };
        portal.emulator.patch_webhook(1, patch).unwrap();
    }
    let state = start.state_at(&portal);
    if !case.operation.creates() && !matches!(case.operation, List | Import) {
        directory.state.insert("it".to_owned(), state.clone());
    }
    let mut run = Run {
        case,
        portal,
        directory,
        before: state,
        report: Report::default(),
        found: 0,
    };
    let rule = run.spoil();
    run.operate(&start).await;
    let hits = rule.map(|id| run.portal.emulator.fault_hits(id));
    let is_hit = hits.is_none_or(|hits| {
        if run.case.is_outage {
            hits > 0
        } else {
            hits == 1
        }
    });
    assert!(is_hit, "{:?}: {hits:?}, {:#?}", run.case, run.report);
    let log = run.portal.take();
    run.sent_no_secret_unasked(&log);
    let happened = Happened {
        requests: requests(&log),
        outcome: run.outcome(),
        message: run.message(),
    };
    run.converges().await;
    happened
}

/// The webhook of the state, as it is on the portal.
fn existing() -> NewWebhook {
    NewWebhook {
        name: "CI events".to_owned(),
        uri: PAIR_URI.to_owned(),
        secret: SecretString::from("S3cret-Key-42"),
        triggers: 256,
        ..NewWebhook::default()
    }
}

impl Run {
    /// Puts the fault in force; returns the number of its rule, if it is one.
    fn spoil(&self) -> Option<u64> {
        let Case {
            operation,
            fault: name,
            is_outage,
        } = &self.case;
        let emulator = &self.portal.emulator;
        let state = portal_state(name).filter(|_| *is_outage);
        if let Some(state) = state {
            emulator.change_settings(|settings| settings.portal_state = state);
            return None;
        }
        let rule = if *is_outage {
            Fault::on("*", "/*")
        } else {
            on(operation.request()).times(1)
        };
        Some(
            self.portal
                .fault(fault(name, rule, LIMIT_MS, &operation.answer())),
        )
    }

    async fn operate(&mut self, start: &Start) {
        let directory = &mut self.directory;
        let report = match self.case.operation {
            Read => directory.refresh().await,
            Import => directory.import("1").await,
            List => {
                let host = directory.process().await;
                let listed = host.list("docspace_webhook", &Query::default()).await;
                host.stop().await;
                self.found = listed.result.map_or(0, |found| found.len());
                let mut report = Report::default();
                report.add("it", listed.diagnostics);
                report
            }
            operation => {
                let planned = start.plan_at(&self.portal, operation);
                directory.carry_out(planned).await
            }
        };
        self.report = without_limit_warnings(report);
    }

    fn sent_no_secret_unasked(&self, log: &[RequestLogEntry]) {
        let bodies = log.iter().filter_map(|entry| entry.body.as_ref());
        let count = bodies
            .filter(|body| body.get("secretKey").is_some())
            .count();
        let operation = self.case.operation;
        let may = operation.creates() || operation == Rotate;
        assert!(may || count == 0, "{:?}: {count} secrets sent", self.case);
    }

    /// Names what came of it. Anything that must not be is an error.
    fn outcome(&self) -> &'static str {
        let (portal, directory, report) = (&self.portal, &self.directory, &self.report);
        let case = &self.case;
        assert!(report.said.len() <= 1, "{case:?}: {report:#?}");
        let webhooks = portal.emulator.webhooks();
        assert!(webhooks.len() <= 1, "{case:?}: doubled: {webhooks:#?}");
        let (is_stored, is_there) = (!directory.state.is_empty(), !webhooks.is_empty());
        let has_failed = report.has_errors();
        match (case.operation, is_stored, is_there, has_failed) {
            (operation, ..) if operation.creates() => self.create_outcome(is_stored, is_there),
            (Delete, false, false, false) => "deleted",
            (Delete, true, true, true) => "not deleted, and kept",
            (Delete, true, false, true) => "deleted, and kept until the next refresh",
            (Read, true, true, _) => {
                assert_eq!(directory.it(), &self.before, "{case:?}");
                if has_failed {
                    "error; the state is kept"
                } else {
                    "read"
                }
            }
            (Import, true, true, false) => "imported",
            (Import, false, true, true) => "error; nothing is imported",
            (List, _, true, false) if self.found == 1 => "listed",
            (List, _, true, true) if self.found == 0 => "error; nothing is listed",
            (Update | Rotate | SwitchOff, true, true, _) => self.update_outcome(),
            other => panic!("{case:?}: {other:?} {report:#?}\n{:#?}", directory.state),
        }
    }

    fn create_outcome(&self, is_stored: bool, is_there: bool) -> &'static str {
        let case = &self.case;
        match (is_stored, is_there, self.report.has_errors()) {
            (false, false, true) => return "not created",
            (false, true, true) => {
                self.is_named();
                return "created, and named to the user";
            }
            (true, true, false) => {}
            other => panic!("{case:?}: {other:?} {:#?}", self.report),
        }
        let webhook = self.portal.only();
        let configured = &case.operation.configuration()["it"];
        let wanted = |flag: &str| configured.get(flag) != Some(&json!(false));
        let is_as_asked = (webhook.enabled, webhook.ssl) == (wanted("enabled"), wanted("ssl"));
        let summary = self
            .report
            .said
            .first()
            .map(|said| &said.diagnostic.summary);
        assert!(!self.directory.it().tainted, "{case:?}");
        match (summary, is_as_asked) {
            (None, true) => "created",
            (Some(summary), false) if summary.contains("not yet as configured") => {
                "created, and told what is live"
            }
            (Some(summary), true) if summary.contains("not yet as configured") => {
                "created, and told what may be live"
            }
            (Some(summary), true) if summary.contains("adopted") => {
                "created, and adopted with a warning"
            }
            other => panic!("{case:?}: {other:?} {webhook:#?}"),
        }
    }

    fn update_outcome(&self) -> &'static str {
        let case = &self.case;
        let emulator = &self.portal.emulator;
        let webhook = self.portal.only();
        let is_changed = webhook.name == "Renamed" || !webhook.enabled;
        let state = self.directory.it();
        let shows = state.value["name"] == webhook.name.as_str()
            && state.value["enabled"] == webhook.enabled;
        assert_eq!(state.identity, self.before.identity, "{case:?}");
        assert!(!state.tainted, "{case:?}");
        if !self.report.has_errors() {
            assert!(shows && is_changed, "{case:?}");
            assert!(emulator.secret_is(1, case.operation.secret()), "{case:?}");
            return "updated";
        }
        let secret = &state.value["secret_key"];
        assert_eq!(secret, "S3cret-Key-42", "{case:?}: never the planned one");
        let mut private = private(state);
        let doubt = private.remove("is_secret_in_doubt");
        assert!(doubt.is_none() || case.operation == Rotate, "{case:?}");
        assert_eq!(private, self::private(&self.before), "{case:?}");
        match (is_changed, shows) {
            (false, true) => "not updated",
            (true, true) => "updated, and recorded but for the secret",
            (true, false) => "updated, and recorded by the next refresh",
            (false, false) => panic!("{case:?}: the state has what never was: {state:#?}"),
        }
    }

    /// Insists that what is on the portal and not in the state can be found by what was said.
    fn is_named(&self) {
        let text = self.report.text();
        let has_id = text.contains("id = \"1\"");
        let has_promise = text.contains("did create a webhook named \"CI events\", the plan shows");
        assert!(has_id || has_promise, "{:?}: {text}", self.case);
    }

    /// What was said, without what differs from run to run.
    fn message(&self) -> String {
        let mut said = self.report.said.iter().map(|said| &said.diagnostic);
        said.next().map(normalized).unwrap_or_default()
    }

    /// The fault is over: plain commands end with exactly what is configured, and an empty plan.
    async fn converges(mut self) {
        let case = &self.case;
        let emulator = &self.portal.emulator;
        emulator.clear_faults();
        emulator.change_settings(|settings| settings.portal_state = PortalState::default());
        self.directory.set("request_timeout", json!("60s"));
        let configuration = case.operation.configuration();
        let is_half_made = self.report.text().contains("not yet as configured");
        let needs_apply = self.report.has_errors() || is_half_made;
        if needs_apply || matches!(case.operation, List | Import) {
            let before = self.directory.state.clone();
            if self.directory.state.is_empty() && !emulator.webhooks().is_empty() {
                let planned = self.directory.plan(&configuration).await;
                let warning = "Webhook \"CI events\" already exists (id 1)";
                if case.operation != Delete {
                    planned.report.warning(warning);
                }
                self.directory.import("1").await.quiet();
            }
            self.directory.apply(&configuration).await.ok();
            if is_half_made {
                // In place: never a second webhook.
                assert_eq!(self.directory.attribute("id"), &before["it"].value["id"]);
            }
        }
        self.directory.plan(&configuration).await.empty();
        if case.operation == Delete {
            assert!(self.directory.state.is_empty(), "{case:?}");
            assert!(emulator.webhooks().is_empty(), "{case:?}");
            return;
        }
        let webhook = self.portal.only();
        let secret = case.operation.secret();
        assert!(emulator.secret_is(webhook.id, secret), "{case:?}");
        let id = webhook.id.to_string();
        assert_eq!(self.directory.attribute("id"), &json!(id), "{case:?}");
    }
}

/// A message without what differs from run to run.
fn normalized(diagnostic: &Diagnostic) -> String {
    let Diagnostic {
        summary, detail, ..
    } = diagnostic;
    let mut text = format!("**{summary}.** {detail}");
    for cause in [
        "before its answer was complete: ",
        "No connection to the portal at ",
    ] {
        if let Some((head, rest)) = text.split_once(cause) {
            // The words of the operating system and of the HTTP library.
            let rest = rest.split_once(". ").map_or("", |(_, rest)| rest);
            text = format!("{head}{cause}… {rest}");
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The requests in order, but for what is asked at once. How often a list was asked for while waiting depends on the
/// machine, and likewise which of several questions is repeated in an outage.
fn requests(log: &[RequestLogEntry]) -> String {
    let log = log.iter().map(crate::portal::short);
    let mut log: Vec<String> = log.filter(|request| request != OWN_KEY).collect();
    let reads = log.iter().take_while(|request| request.starts_with("GET"));
    let questions: BTreeSet<String> = reads.clone().cloned().collect();
    let asked = reads.count();
    if questions.len() > 1 {
        let is_repeated = asked > questions.len();
        let repeated = is_repeated.then(|| "(repeated)".to_owned());
        log.splice(..asked, questions.into_iter().chain(repeated));
    }
    let mut runs: Vec<(String, usize)> = Vec::new();
    for request in log {
        match runs.last_mut() {
            Some((last, count)) if *last == request => *count += 1,
            _ => runs.push((request, 1)),
        }
    }
    let mut is_created = false;
    let words = runs.into_iter().map(|(request, count)| {
        let is_polled = is_created && request == "GET /webhook";
        is_created |= request.starts_with("POST");
        match count {
            1 => request,
            _ if is_polled => format!("{request} (polled)"),
            count => format!("{count} × {request}"),
        }
    });
    words.collect::<Vec<_>>().join(", ")
}

fn private(state: &State) -> serde_json::Map<String, serde_json::Value> {
    serde_json::from_slice(&state.private).unwrap()
}
