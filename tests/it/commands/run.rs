//! The commands, as the walks and calls they consist of (TPP §5.1).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::client::Client;
use super::report::Report;
use super::walk::Walk;
use super::workspace::{Configuration, Planned, Workspace};
use crate::host::Host;
use crate::host::core::Action;
use crate::host::diagnostics::{Answer, Diagnostic};
use crate::host::verbs::{Plan, State};

/// What a plan walk found out about one resource.
struct Visited {
    state: Option<State>,
    plan: Option<Plan>,
    said: Vec<Diagnostic>,
}

/// How an object to import is named.
#[derive(Debug, Clone)]
pub enum Handle {
    Id(String),
    Identity(Value),
}

impl From<&str> for Handle {
    fn from(id: &str) -> Self {
        Self::Id(id.to_owned())
    }
}

impl Workspace {
    /// `terraform validate`: the provider is not configured.
    pub async fn validate(&mut self, configuration: &Configuration) -> Report {
        let resource = self.resource;
        let walk = Walk::new(self.unconfigured().await, self.parallelism);
        let checked = walk
            .each(
                configuration.clone(),
                |host: Arc<Host>, config| async move {
                    host.validate_resource(resource, &config).await.diagnostics
                },
            )
            .await;
        let mut report = Report::default();
        for (address, said) in checked {
            report.add(&address, said);
        }
        self.end(walk).await;
        report
    }

    /// `terraform plan`: refreshes and plans. Nothing of it is stored yet.
    pub async fn plan(&mut self, configuration: &Configuration) -> Planned {
        let mut planned = Planned {
            report: Report::default(),
            plans: BTreeMap::new(),
            refreshed: self.state.clone(),
        };
        let Some(walk) = self.walk(&mut planned.report).await else {
            return planned;
        };
        let (client, resource) = (self.client, self.resource);
        let addresses: BTreeSet<&String> = self.state.keys().chain(configuration.keys()).collect();
        let resources = addresses.into_iter().map(|address| {
            let state = self.state.get(address).cloned();
            (
                address.clone(),
                (state, configuration.get(address).cloned()),
            )
        });
        let visited = walk
            .each(resources, |host: Arc<Host>, (state, config)| async move {
                visit(&host, client, resource, state, config).await
            })
            .await;
        for (address, visited) in visited {
            planned.report.add(&address, visited.said);
            planned
                .plans
                .extend(visited.plan.map(|plan| (address.clone(), plan)));
            store(&mut planned.refreshed, address, visited.state);
        }
        self.end(walk).await;
        planned
    }

    /// `terraform apply`: plans, and carries the plan out if nothing failed.
    pub async fn apply(&mut self, configuration: &Configuration) -> Report {
        let planned = self.plan(configuration).await;
        if planned.report.has_errors() {
            return planned.report;
        }
        let mut report = planned.report.clone();
        report.said.extend(self.carry_out(planned).await.said);
        report
    }

    /// `terraform apply` of a saved plan.
    pub async fn carry_out(&mut self, planned: Planned) -> Report {
        let configuration = planned.plans.iter();
        let configuration = configuration
            .map(|(address, plan)| (address.clone(), plan.config.clone()))
            .collect();
        self.carry_out_with(planned, &configuration).await
    }

    /// Carries a plan out with what is known by now of its configuration.
    pub async fn carry_out_with(
        &mut self,
        planned: Planned,
        configuration: &Configuration,
    ) -> Report {
        self.state = planned.refreshed;
        let mut report = Report::default();
        let Some(walk) = self.walk(&mut report).await else {
            return report;
        };
        let changes = planned.plans.into_iter();
        let changes =
            changes
                .filter(|(_, plan)| plan.action != Action::NoOp)
                .map(|(address, plan)| {
                    let config = configuration.get(&address).cloned();
                    (address, (plan, config.unwrap_or_default()))
                });
        let client = self.client;
        let applied = walk
            .each(changes, |host: Arc<Host>, (plan, config)| async move {
                let applied = change(&host, plan, config).await;
                (keep(client, applied.result.flatten()), applied.diagnostics)
            })
            .await;
        for (address, (state, said)) in applied {
            report.add(&address, said);
            store(&mut self.state, address, state);
        }
        self.end(walk).await;
        report
    }

    /// `terraform apply -refresh-only`.
    pub async fn refresh(&mut self) -> Report {
        let mut report = Report::default();
        let Some(walk) = self.walk(&mut report).await else {
            return report;
        };
        let client = self.client;
        let read = walk
            .each(self.state.clone(), |host: Arc<Host>, state| async move {
                let read = host.read(&state).await;
                let state = read.result.unwrap_or(Some(state));
                (keep(client, state), read.diagnostics)
            })
            .await;
        for (address, (state, said)) in read {
            report.add(&address, said);
            store(&mut self.state, address, state);
        }
        self.end(walk).await;
        report
    }

    /// `terraform destroy`: an ordinary plan to refresh, a plan to destroy, and the end of everything.
    pub async fn destroy(&mut self, configuration: &Configuration) -> Report {
        let first = self.plan(configuration).await;
        if first.report.has_errors() {
            return first.report;
        }
        self.state = first.refreshed;
        let planned = self.plan_destroy().await;
        if planned.report.has_errors() {
            return planned.report;
        }
        self.carry_out(planned).await
    }

    /// The second walk of `terraform destroy`.
    async fn plan_destroy(&mut self) -> Planned {
        let mut planned = Planned {
            report: Report::default(),
            plans: BTreeMap::new(),
            refreshed: self.state.clone(),
        };
        let Some(walk) = self.walk(&mut planned.report).await else {
            return planned;
        };
        let plans = walk
            .each(self.state.clone(), |host: Arc<Host>, state| async move {
                upgrade(&host, &state).await;
                host.plan_destroy(&state).await
            })
            .await;
        for (
            address,
            Answer {
                result,
                diagnostics,
            },
        ) in plans
        {
            planned.report.add(&address, diagnostics);
            planned.plans.extend(result.map(|plan| (address, plan)));
        }
        self.end(walk).await;
        planned
    }

    /// `terraform import`, to the address `it`.
    pub async fn import(&mut self, handle: impl Into<Handle>) -> Report {
        self.import_to("it", handle).await
    }

    /// `terraform import`.
    pub async fn import_to(&mut self, address: &str, handle: impl Into<Handle>) -> Report {
        let mut report = Report::default();
        let Some(walk) = self.walk(&mut report).await else {
            return report;
        };
        let (client, resource) = (self.client, self.resource);
        let handle = handle.into();
        let imported = walk
            .each(
                [(address.to_owned(), handle)],
                |host: Arc<Host>, handle| async move {
                    match handle {
                        Handle::Id(id) => host.import(resource, &id).await,
                        Handle::Identity(identity) => {
                            host.import_by_identity(resource, &identity).await
                        }
                    }
                },
            )
            .await;
        for (
            address,
            Answer {
                result,
                diagnostics,
            },
        ) in imported
        {
            let has_failed = diagnostics.iter().any(Diagnostic::is_error);
            report.add(&address, diagnostics);
            if !has_failed {
                store(&mut self.state, address, keep(client, result));
            }
        }
        self.end(walk).await;
        report
    }

    /// `terraform taint`: the next plan replaces the object.
    pub fn taint(&mut self, address: &str) {
        self.state.get_mut(address).unwrap().tainted = true;
    }
}

/// Refreshes and plans one resource.
async fn visit(
    host: &Host,
    client: Client,
    resource: &str,
    state: Option<State>,
    config: Option<Value>,
) -> Visited {
    let mut said = Vec::new();
    let mut doomed = None;
    let mut now = state.clone();
    if let Some(state) = state {
        if config.is_none() {
            // What is not configured any more is planned to go before it is read.
            upgrade(host, &state).await;
            let planned = host.plan_destroy(&state).await;
            said.extend(planned.diagnostics);
            doomed = planned.result;
        }
        let read = host.read(&state).await;
        said.extend(read.diagnostics);
        match read.result {
            Some(read) => now = keep(client, read),
            None => {
                return Visited {
                    state: Some(state),
                    plan: None,
                    said,
                };
            }
        }
    }
    let plan = match config {
        Some(config) => {
            let planned = host.plan(resource, now.as_ref(), config).await;
            said.extend(planned.diagnostics);
            planned.result
        }
        None => doomed.filter(|_| now.is_some()),
    };
    Visited {
        state: now,
        plan,
        said,
    }
}

/// Carries one plan out.
async fn change(host: &Host, plan: Plan, config: Value) -> Answer<Option<State>> {
    if let Some(prior) = &plan.prior {
        upgrade(host, prior).await;
    }
    if plan.action == Action::Delete {
        host.apply(&plan).await
    } else {
        host.apply_with(&plan, config).await
    }
}

/// Every walk shows the provider every state it is going to use.
async fn upgrade(host: &Host, state: &State) {
    let json = state.value.to_string();
    let upgraded = host.upgrade(&state.type_name, 0, &json).await.quiet();
    assert_eq!(upgraded, state.value, "the state has this version already");
}

fn keep(client: Client, state: Option<State>) -> Option<State> {
    state.map(|state| client.keep(state))
}

fn store(states: &mut BTreeMap<String, State>, address: String, state: Option<State>) {
    match state {
        Some(state) => states.insert(address, state),
        None => states.remove(&address),
    };
}
