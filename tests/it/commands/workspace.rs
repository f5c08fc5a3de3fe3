//! A directory with a state in it, and the commands that are run there.

use std::collections::BTreeMap;

use serde_json::Value;

use super::client::{CLIENTS, Client};
use super::report::Report;
use super::walk::Walk;
use crate::host::core::Action;
use crate::host::stderr::Record;
use crate::host::verbs::{Plan, State};
use crate::host::{Host, Launch};

/// The type of everything in a directory that says nothing else.
const RESOURCE: &str = "docspace_webhook";

/// The configured resources by address. All are of the directory's type.
pub type Configuration = BTreeMap<String, Value>;

/// A configuration with one resource, whose address is `it`.
pub fn one(config: &Value) -> Configuration {
    Configuration::from([("it".to_owned(), config.clone())])
}

/// A directory in which somebody works.
pub struct Workspace {
    pub(super) client: Client,
    provider: Value,
    environment: BTreeMap<String, String>,
    pub(super) parallelism: usize,
    /// The type of every resource here.
    pub(super) resource: &'static str,
    /// What is stored between commands.
    pub state: BTreeMap<String, State>,
    /// What the provider has logged so far.
    pub log: Vec<Record>,
    /// The most memory that a process of the provider had resident, in KiB, where the system tells.
    pub peak_memory: Option<u32>,
}

/// A plan that was made and not carried out yet.
#[derive(Debug, Clone)]
pub struct Planned {
    pub report: Report,
    pub plans: BTreeMap<String, Plan>,
    /// What the refresh found, which becomes the state when the plan is carried out.
    pub refreshed: BTreeMap<String, State>,
}

impl Planned {
    /// What is going to be done, in the order of addresses.
    pub fn actions(&self) -> Vec<Action> {
        self.plans.values().map(|plan| plan.action).collect()
    }

    /// Insists that nothing is to be done, and nothing to be said.
    #[track_caller]
    pub fn empty(&self) {
        self.report.quiet();
        let changes: Vec<_> = self
            .plans
            .values()
            .filter(|p| p.action != Action::NoOp)
            .collect();
        assert!(changes.is_empty(), "the plan should be empty: {changes:#?}");
    }

    /// The only plan.
    #[track_caller]
    pub fn only(&self) -> &Plan {
        match self.plans.values().collect::<Vec<_>>().as_slice() {
            [plan] => plan,
            plans => panic!("expected one plan, not {plans:#?}; {:#?}", self.report),
        }
    }
}

impl Workspace {
    /// An empty state, a provider block, and the newest Terraform.
    pub fn new(provider: Value) -> Self {
        Self {
            client: CLIENTS[0],
            provider,
            environment: BTreeMap::new(),
            parallelism: 10,
            resource: RESOURCE,
            state: BTreeMap::new(),
            log: Vec::new(),
            peak_memory: None,
        }
    }

    /// Works with another tool.
    pub fn with_client(mut self, client: Client) -> Self {
        self.client = client;
        self
    }

    /// Manages resources of this type.
    pub fn of(mut self, resource: &'static str) -> Self {
        self.resource = resource;
        self
    }

    /// Sets a variable of the environment.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Handles so many resources at a time.
    pub fn with_parallelism(mut self, parallelism: usize) -> Self {
        self.parallelism = parallelism;
        self
    }

    /// Changes an argument of the provider block from now on.
    pub fn set(&mut self, argument: &str, value: Value) {
        self.provider[argument] = value;
    }

    /// Starts with another argument in the provider block.
    pub fn also(mut self, argument: &str, value: Value) -> Self {
        self.set(argument, value);
        self
    }

    /// A plan for one address that was made by hand, without a refresh.
    pub fn planned(&self, address: &str, plan: Plan) -> Planned {
        Planned {
            report: Report::default(),
            plans: BTreeMap::from([(address.to_owned(), plan)]),
            refreshed: self.state.clone(),
        }
    }

    /// The only object in the state.
    #[track_caller]
    pub fn it(&self) -> &State {
        match self.state.values().collect::<Vec<_>>().as_slice() {
            [state] => state,
            states => panic!("expected one object, not {states:#?}"),
        }
    }

    /// An attribute of the only object in the state.
    #[track_caller]
    pub fn attribute(&self, name: &str) -> &Value {
        &self.it().value[name]
    }

    /// A started process that is not configured.
    pub async fn unconfigured(&self) -> Host {
        let launch = self
            .environment
            .iter()
            .fold(Launch::as_host(), |launch, (name, value)| {
                launch.env(name, value)
            });
        self.client.launch(launch).await
    }

    /// A started and configured process.
    pub async fn process(&self) -> Host {
        let host = self.unconfigured().await;
        host.configure(self.provider.clone()).await.ok();
        host
    }

    /// Starts a walk; none if the provider block is refused.
    pub(super) async fn walk(&self, report: &mut Report) -> Option<Walk> {
        let host = self.unconfigured().await;
        let configured = host.configure(self.provider.clone()).await;
        let is_configured = configured.result.is_some();
        report.add("", configured.diagnostics);
        if !is_configured {
            host.stop().await;
            return None;
        }
        Some(Walk::new(host, self.parallelism))
    }

    /// Ends a walk and keeps what it tells.
    pub(super) async fn end(&mut self, walk: Walk) {
        self.peak_memory = self.peak_memory.max(walk.peak_memory());
        self.log.extend(walk.end().await);
    }
}
