//! Lives through the plugin host: every answer, every log line, and what the system knows of the
//! process.

use docspace_emulator::{Emulator, Fault};
use serde_json::{Value, json};

use super::detector::Detector;
use super::sentinels::{
    self, API, CRASHED, CREATED, IMPORTED, KEY, ROTATED, answering, detector, provider, refusal,
    webhook,
};
use crate::host::core::Action;
use crate::host::diagnostics::Diagnostic;
use crate::host::process::eventually;
use crate::host::verbs::{Applied, Plan, State};
use crate::host::{Host, Launch};

pub const WEBHOOK: &str = "docspace_webhook";
pub const SECRET: &str = "docspace_webhook_secret";
pub const REDELIVER: &str = "docspace_webhook_redeliver";

/// A process at trace level, of which everything is looked through.
pub struct Watched {
    pub host: Host,
    detector: Detector,
}

impl Watched {
    pub async fn start(portal: &Emulator) -> Self {
        let host = Host::launch(Launch::as_host().log("TRACE")).await;
        let watched = Self {
            host,
            detector: detector(),
        };
        let configured = watched.host.configure(provider(portal)).await;
        watched.check_said("configuring", &configured.diagnostics);
        configured.ok();
        watched
    }

    #[track_caller]
    pub fn check(&self, what: &str, text: &[u8]) {
        if let Some(leak) = self.detector.find(text) {
            panic!("{what}: {leak}");
        }
    }

    #[track_caller]
    pub fn check_said(&self, what: &str, said: &[Diagnostic]) {
        for diagnostic in said {
            self.check(what, format!("{diagnostic:?}").as_bytes());
        }
    }

    #[track_caller]
    pub fn check_state(&self, what: &str, state: &State) {
        self.check(what, state.value.to_string().as_bytes());
        self.check(what, &state.private);
        self.check(what, format!("{:?}", state.identity).as_bytes());
    }

    /// Plans and looks through the plan.
    pub async fn plan(&self, prior: Option<&State>, config: &Value) -> Plan {
        let planned = self.host.plan(WEBHOOK, prior, config.clone()).await;
        self.check_said("planning", &planned.diagnostics);
        let plan = planned.ok();
        self.check("planned state", plan.planned.to_string().as_bytes());
        self.check("planned private state", &plan.private);
        plan
    }

    /// Plans and applies, and looks through everything.
    pub async fn bring(&self, prior: Option<&State>, config: &Value) -> Applied {
        let plan = self.plan(prior, config).await;
        let applied = self.host.apply(&plan).await;
        self.check_said("applying", &applied.diagnostics);
        if let Some(state) = applied.result.iter().flatten().next() {
            self.check_state("state", state);
        }
        applied
    }

    async fn read(&self, state: &State) -> Option<State> {
        let read = self.host.read(state).await;
        self.check_said("reading", &read.diagnostics);
        let state = read.ok();
        if let Some(state) = &state {
            self.check_state("read state", state);
        }
        state
    }

    /// What the system shows of the process to whoever may look.
    fn check_process(&mut self) {
        let process = self.host.process();
        let pid = process.pid();
        let mut shown = Vec::new();
        for file in ["cmdline", "environ", "comm"] {
            shown.push((file, std::fs::read(format!("/proc/{pid}/{file}")).unwrap()));
        }
        for path in process.temporary_files() {
            shown.push((
                "a file's name",
                path.to_string_lossy().into_owned().into_bytes(),
            ));
        }
        for (what, text) in shown {
            assert!(!text.is_empty(), "{what}: nothing was looked at");
            self.check(what, &text);
        }
    }

    /// Ends the process and looks through everything it has written.
    pub async fn end(mut self) -> String {
        self.check_process();
        let Self { host, detector } = self;
        let exit = host.hang_up().exit().await;
        assert_eq!(exit.stdout, "");
        if let Some(leak) = detector.find(exit.stderr.as_bytes()) {
            panic!("the log: {leak}");
        }
        // Without lines of every kind there is nothing that could have leaked.
        for line in ["Served request", "\"@level\":\"trace\""] {
            assert!(exit.stderr.contains(line), "{}", exit.stderr);
        }
        exit.stderr
    }
}

/// The argument for a secret: with a version in manual mode, without in automatic mode.
pub fn write_only(secret: &str, version: Option<u32>) -> Value {
    json!({"secret_key_wo": secret, "secret_key_wo_version": version})
}

#[tokio::test]
async fn a_write_only_secret_is_nowhere_after_a_whole_life() {
    for versions in [[Some(1), Some(2), Some(1)], [None; 3]] {
        let portal = sentinels::portal().await;

        let watched = Watched::start(&portal).await;
        let config = webhook("ci", &write_only(CREATED, versions[0]));
        let created = watched.bring(None, &config).await.ok().unwrap();
        assert!(portal.secret_is(1, CREATED));
        let log = watched.end().await;
        assert!(log.contains("POST"), "the request is in the log");

        let watched = Watched::start(&portal).await;
        let read = watched.read(&created).await.unwrap();
        assert_eq!(
            watched.plan(Some(&read), &config).await.action,
            Action::NoOp
        );
        let renamed = webhook("renamed", &write_only(CREATED, versions[0]));
        let updated = watched.bring(Some(&read), &renamed).await.ok().unwrap();
        let rotated = webhook("renamed", &write_only(ROTATED, versions[1]));
        let rotated = watched.bring(Some(&updated), &rotated).await.ok().unwrap();
        assert!(portal.secret_is(1, ROTATED));
        watched.end().await;

        let watched = Watched::start(&portal).await;
        let imported = watched.host.import(WEBHOOK, "1").await.quiet();
        watched.check_state("imported state", &imported);
        let config = webhook("renamed", &write_only(IMPORTED, versions[2]));
        let adopted = watched.bring(Some(&imported), &config).await.ok().unwrap();
        assert!(portal.secret_is(1, IMPORTED));
        let plan = watched.host.plan_destroy(&rotated).await.quiet();
        watched.host.apply(&plan).await.quiet();
        assert_eq!(watched.read(&adopted).await, None, "it is gone");
        watched.end().await;
    }
}

#[tokio::test]
async fn a_secret_in_the_state_is_in_no_log_and_no_message() {
    let portal = sentinels::portal().await;
    let watched = Watched::start(&portal).await;
    let config = webhook("ci", &json!({"secret_key": CREATED}));
    let plan = watched.host.plan_create(WEBHOOK, config).await.quiet();
    let state = watched.host.apply(&plan).await.quiet().unwrap();
    // The detector does find what Terraform is meant to store.
    let leak = watched.detector.find(state.value.to_string().as_bytes());
    assert_eq!(leak.unwrap().secret, "the secret of the creation");
    watched.check("private state", &state.private);

    let config = webhook("ci", &json!({"secret_key": ROTATED}));
    let plan = watched
        .host
        .plan(WEBHOOK, Some(&state), config)
        .await
        .quiet();
    let state = watched.host.apply(&plan).await.quiet().unwrap();
    let removed = watched
        .host
        .plan(WEBHOOK, Some(&state), webhook("ci", &json!({})))
        .await;
    watched.check_said("removing the secret", &removed.diagnostics);
    assert_eq!(removed.warned().len(), 1);
    watched.end().await;
}

#[tokio::test]
async fn a_leak_would_be_found_in_messages_and_in_the_log() {
    let portal = sentinels::portal().await;
    let host = Host::launch(Launch::as_host().log("TRACE")).await;
    host.configure(provider(&portal)).await.ok();
    // A name is no secret, so it may be shown.
    let config = webhook(CREATED, &json!({}));
    let plan = host.plan_create(WEBHOOK, config).await.quiet();
    host.apply(&plan).await.quiet();
    let clash = host.apply(&plan).await.refused();
    let leak = detector().find(format!("{clash:?}").as_bytes());
    assert_eq!(leak.unwrap().secret, "the secret of the creation");
    let exit = host.hang_up().exit().await;
    assert!(detector().find(exit.stderr.as_bytes()).is_some());
}

#[tokio::test]
async fn a_secret_that_the_provider_made_is_in_no_log_and_no_message() {
    let portal = sentinels::portal().await;
    let mut watched = Watched::start(&portal).await;
    let plan = watched
        .host
        .plan_create(WEBHOOK, webhook("ci", &json!({})))
        .await;
    let state = watched.host.apply(&plan.quiet()).await.quiet().unwrap();
    let generated = state.value["secret_key"].as_str().unwrap();
    let opened = watched.host.open(SECRET, json!({})).await.quiet();
    watched.check_said(
        "closing",
        &watched.host.close(SECRET, &opened).await.diagnostics,
    );
    let made = opened.value["secret_key"].as_str().unwrap();
    watched.detector = Detector::new([("generated", generated), ("made", made), ("key", KEY)]);
    watched.check("private state", &state.private);
    watched.check("private data", &opened.private.unwrap_or_default());

    let config = webhook("ci", &write_only(made, Some(1)));
    let plan = watched.host.plan(WEBHOOK, Some(&state), config).await;
    let plan = plan.quiet();
    for repeated in [generated, made] {
        portal
            .add_fault(answering("PUT", "/settings/webhook", &refusal(repeated)))
            .unwrap();
        let failed = watched.host.apply(&plan).await;
        watched.check_said("a refused update", &failed.diagnostics);
        failed.refused();
        portal.clear_faults();
    }
    watched.end().await;
}

#[tokio::test]
async fn a_process_that_is_killed_leaves_no_trace_of_the_secret() {
    let portal = sentinels::portal().await;
    let fault = Fault::on("POST", &format!("{API}/settings/webhook")).stall();
    let stalled = portal.add_fault(fault).unwrap();
    let mut watched = Watched::start(&portal).await;
    let config = webhook("ci", &write_only(CRASHED, Some(1)));
    let plan = watched.plan(None, &config).await;
    {
        let applying = watched.host.provider();
        let request = watched.apply_request(&plan).await;
        let call = tokio::spawn(async move {
            let mut applying = applying;
            applying.apply_resource_change(request).await
        });
        eventually("the request to be on its way", || {
            (portal.fault_hits(stalled) == 1).then_some(())
        })
        .await;
        watched.check_process();
        watched.host.process().signal("KILL").await;
        let lost = call.await.unwrap().unwrap_err();
        watched.check("the end of the call", format!("{lost:?}").as_bytes());
    }
    let Watched { host, detector } = watched;
    let mut process = host.hang_up();
    let exit = process.exit_within(crate::host::process::PATIENCE).await;
    assert_eq!(exit.code, None, "killed");
    assert_eq!(detector.find(exit.stderr.as_bytes()), None);
    assert!(exit.stderr.contains("Received request"), "{}", exit.stderr);
    // What it had no time to remove: the directory of its socket.
    let left: Vec<_> = process.temporary_files();
    assert_eq!(left.len(), 1, "{left:?}");
    for path in left {
        let inside = std::fs::read_dir(&path).unwrap();
        let names: Vec<_> = inside.map(|entry| entry.unwrap().path()).collect();
        let text = format!("{path:?} {names:?}");
        assert_eq!(detector.find(text.as_bytes()), None);
    }
}

impl Watched {
    /// The request that carries a plan out, for a call that will never be answered.
    async fn apply_request(
        &self,
        plan: &Plan,
    ) -> crate::host::wire::tfplugin6::apply_resource_change::Request {
        let host = &self.host;
        crate::host::wire::tfplugin6::apply_resource_change::Request {
            type_name: plan.type_name.clone(),
            prior_state: Some(host.encode(WEBHOOK, &Value::Null).await),
            planned_state: Some(host.encode(WEBHOOK, &plan.planned).await),
            config: Some(host.encode(WEBHOOK, &plan.config).await),
            planned_private: plan.private.clone(),
            ..Default::default()
        }
    }
}
