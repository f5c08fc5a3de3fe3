//! Planning, in the plan walk and again in the apply walk.

use serde_json::Value;

use super::{Kind, State, answered, by_core, has_errors, unless_refused};
use crate::host::Host;
use crate::host::core::{
    Action, action, check_final_plan, check_planned, effective_replacements, proposed_new_state,
};
use crate::host::diagnostics::{self, Answer};
use crate::host::value::{conform, decode, is_wholly_known};
use crate::host::wire::tfplugin6 as wire;

const CALL: &str = "PlanResourceChange";

/// A plan as core keeps it between planning and applying.
#[derive(Debug, Clone)]
pub struct Plan {
    pub type_name: String,
    pub action: Action,
    pub planned: Value,
    pub private: Vec<u8>,
    pub identity: Option<Value>,
    /// The paths that force a replacement.
    pub replacements: Vec<String>,
    pub prior: Option<State>,
    pub config: Value,
}

/// The inputs of one call that differ from plan to plan.
struct Inputs<'a> {
    prior: Option<&'a State>,
    config: &'a Value,
    prior_private: &'a [u8],
    planned_private: &'a [u8],
}

impl Host {
    /// Plans the creation of an object.
    pub async fn plan_create(&self, name: &str, config: Value) -> Answer<Plan> {
        self.plan(name, None, config).await
    }

    /// Plans what has to be done for an object, which may not exist yet, to be as configured.
    ///
    /// Validates first, as every walk does. A tainted object is planned anew, without a prior.
    pub async fn plan(&self, name: &str, prior: Option<&State>, config: Value) -> Answer<Plan> {
        let kind = self.kind(name).await;
        let config = by_core("the test's value", conform(&config, &kind.ty));
        let validated = self.validate_resource(name, &config).await;
        if has_errors(&validated.diagnostics) {
            return Answer {
                result: None,
                diagnostics: validated.diagnostics,
            };
        }
        let tainted = prior.is_some_and(|prior| prior.tainted);
        let seen = prior.filter(|_| !tainted);
        let mut answer = self
            .plan_once(name, &kind, &Inputs::first(seen, &config))
            .await;
        let private = match &mut answer.result {
            Some(plan) if tainted => {
                plan.action = Action::Replace;
                plan.prior = prior.cloned();
                return answer;
            }
            Some(plan) if plan.action == Action::Replace => plan.private.clone(),
            _ => return answer,
        };
        // The object to come is planned as if nothing had been there.
        let fresh = Inputs {
            prior_private: &private,
            ..Inputs::first(None, &config)
        };
        let mut created = self.plan_once(name, &kind, &fresh).await;
        if let (Some(created), Some(first)) = (&mut created.result, answer.result) {
            created.action = Action::Replace;
            created.replacements = first.replacements;
            created.prior = first.prior;
        }
        created.diagnostics.splice(0..0, answer.diagnostics);
        created
    }

    /// Plans the object that takes the place of another one: what core deletes first is deleted with the
    /// private state of this plan.
    pub async fn plan_successor(&self, name: &str, old: &State, config: Value) -> Answer<Plan> {
        let kind = self.kind(name).await;
        let config = by_core("the test's value", conform(&config, &kind.ty));
        let inputs = Inputs {
            prior_private: &old.private,
            ..Inputs::first(None, &config)
        };
        self.plan_once(name, &kind, &inputs).await
    }

    /// Plans the end of an object.
    pub async fn plan_destroy(&self, state: &State) -> Answer<Plan> {
        let name = &state.type_name;
        if self.schemas().await.capabilities.plan_destroy {
            let inputs = Inputs::first(Some(state), &Value::Null);
            return self.plan_once(name, &self.kind(name).await, &inputs).await;
        }
        // Core makes this plan by itself.
        let plan = Plan {
            type_name: name.clone(),
            action: Action::Delete,
            planned: Value::Null,
            private: state.private.clone(),
            identity: None,
            replacements: Vec::new(),
            prior: Some(state.clone()),
            config: Value::Null,
        };
        unless_refused(Vec::new(), || plan)
    }

    /// Plans again in the apply walk, where everything is known, and compares with the first plan.
    pub(super) async fn plan_again(&self, plan: &Plan, config: &Value) -> Answer<Plan> {
        let mut inputs = Inputs::first(plan.prior.as_ref(), config);
        if self
            .capabilities
            .is_some_and(|can| can.store_planned_private)
        {
            inputs.planned_private = &plan.private;
        }
        let kind = self.kind(&plan.type_name).await;
        let answer = self.plan_once(&plan.type_name, &kind, &inputs).await;
        if let Some(again) = &answer.result {
            let first = (plan.action, &plan.planned);
            by_core(
                CALL,
                check_final_plan(first, (again.action, &again.planned)),
            );
        }
        answer
    }

    async fn plan_once(&self, name: &str, kind: &Kind, inputs: &Inputs<'_>) -> Answer<Plan> {
        let (prior, config) = (inputs.prior_value(), inputs.config);
        let proposed = proposed_new_state(&kind.object, prior, config);
        let identity = inputs.prior.and_then(|prior| prior.identity.as_ref());
        let request = wire::plan_resource_change::Request {
            type_name: name.to_owned(),
            prior_state: Some(kind.encode(prior)),
            proposed_new_state: Some(kind.encode(&proposed)),
            config: Some(kind.encode(config)),
            prior_private: inputs.prior_private.to_vec(),
            prior_identity: kind.encode_identity(identity),
            provider_meta: None,
            client_capabilities: self.capabilities,
            planned_private: inputs.planned_private.to_vec(),
        };
        let answer = self.provider().plan_resource_change(request).await;
        let mut answer = answered(CALL, answer);
        assert!(
            answer.deferred.is_none(),
            "{CALL}: deferral was not allowed"
        );
        assert!(!answer.legacy_type_system, "{CALL}: for the old SDK only");
        let diagnostics = std::mem::take(&mut answer.diagnostics);
        unless_refused(diagnostics::from_wire(diagnostics), || {
            accept(name, kind, inputs, answer)
        })
    }
}

impl<'a> Inputs<'a> {
    fn first(prior: Option<&'a State>, config: &'a Value) -> Self {
        Self {
            prior,
            config,
            prior_private: prior.map_or(&[], |prior| prior.private.as_slice()),
            planned_private: &[],
        }
    }

    fn prior_value(&self) -> &'a Value {
        self.prior.map_or(&Value::Null, |prior| &prior.value)
    }
}

/// Takes a plan in, if core would.
fn accept(
    name: &str,
    kind: &Kind,
    inputs: &Inputs<'_>,
    answer: wire::plan_resource_change::Response,
) -> Plan {
    let prior = inputs.prior_value();
    let planned = by_core(CALL, decode(answer.planned_state.as_ref(), &kind.ty));
    let checked = check_planned(&kind.object, prior, inputs.config, &planned);
    by_core(CALL, checked);
    let replacements = effective_replacements(&answer.requires_replace, prior, &planned);
    let replacements = by_core(CALL, replacements);
    let action = action(prior, &planned, &replacements);
    let identity = kind.planned_identity(CALL, answer.planned_identity.as_ref());
    assert!(
        identity.as_ref().is_none_or(is_wholly_known)
            || matches!(action, Action::Create | Action::Replace),
        "{CALL}: Provider produced invalid identity: {identity:?}"
    );
    Plan {
        type_name: name.to_owned(),
        action,
        planned,
        private: answer.planned_private,
        identity,
        replacements,
        prior: inputs.prior.cloned(),
        config: inputs.config.clone(),
    }
}
