//! Carrying plans out, and what core keeps afterwards (TPP §7.3).

use serde_json::Value;

use super::{Plan, State, answered, by_core, has_errors, unless_refused};
use crate::host::Host;
use crate::host::core::{Action, check_applied};
use crate::host::diagnostics::{self, Answer};
use crate::host::value::{conform, is_wholly_known};
use crate::host::wire::tfplugin6 as wire;

const CALL: &str = "ApplyResourceChange";

/// What became of a plan: the object as core has it in its state now, if there is one. There is an
/// outcome after errors too.
pub type Applied = Answer<Option<State>>;

impl Host {
    /// Carries a plan out.
    pub async fn apply(&self, plan: &Plan) -> Applied {
        self.apply_with(plan, plan.config.clone()).await
    }

    /// Carries a plan out with a configuration in which everything is known by now.
    pub async fn apply_with(&self, plan: &Plan, config: Value) -> Applied {
        let kind = self.kind(&plan.type_name).await;
        let config = by_core("the test's value", conform(&config, &kind.ty));
        assert!(is_wholly_known(&config), "by now everything is known");
        match plan.action {
            Action::NoOp => unless_refused(Vec::new(), || plan.prior.clone()),
            Action::Delete => self.apply_once(plan).await,
            Action::Create | Action::Update => self.replan_and_apply(plan, &config).await,
            Action::Replace => {
                let destroyed = self.apply_once(&plan.destruction()).await;
                if has_errors(&destroyed.diagnostics) {
                    return destroyed;
                }
                self.replan_and_apply(&plan.creation(), &config).await
            }
        }
    }

    async fn replan_and_apply(&self, plan: &Plan, config: &Value) -> Applied {
        let again = self.plan_again(plan, config).await;
        match again.result {
            Some(again) if again.action != Action::NoOp => self.apply_once(&again).await,
            _ => Answer {
                result: Some(plan.prior.clone()),
                diagnostics: again.diagnostics,
            },
        }
    }

    async fn apply_once(&self, plan: &Plan) -> Applied {
        let kind = self.kind(&plan.type_name).await;
        let prior = plan.prior.as_ref();
        let request = wire::apply_resource_change::Request {
            type_name: plan.type_name.clone(),
            prior_state: Some(kind.encode(prior.map_or(&Value::Null, |prior| &prior.value))),
            planned_state: Some(kind.encode(&plan.planned)),
            config: Some(kind.encode(&plan.config)),
            planned_private: plan.private.clone(),
            planned_identity: kind.encode_identity(plan.identity.as_ref()),
            provider_meta: None,
        };
        let answer = self.provider().apply_resource_change(request).await;
        let answer = answered(CALL, answer);
        assert!(!answer.legacy_type_system, "{CALL}: for the old SDK only");
        let diagnostics = diagnostics::from_wire(answer.diagnostics);
        let failed = has_errors(&diagnostics);
        let value = kind.stored(CALL, answer.new_state.as_ref());
        if !failed {
            by_core(CALL, check_applied(&kind.object, &plan.planned, &value));
        }
        let state = if value.is_null() {
            // Without an object a failure leaves everything as it was.
            prior.filter(|_| failed).cloned()
        } else {
            Some(State {
                type_name: plan.type_name.clone(),
                value,
                private: answer.private,
                identity: kind.identity(CALL, answer.new_identity.as_ref()),
                tainted: failed && prior.is_none(),
            })
        };
        Answer {
            result: Some(state),
            diagnostics,
        }
    }
}

impl Plan {
    /// The first half of a replacement.
    fn destruction(&self) -> Self {
        Self {
            action: Action::Delete,
            planned: Value::Null,
            private: self
                .prior
                .iter()
                .flat_map(|prior| prior.private.clone())
                .collect(),
            config: Value::Null,
            ..self.clone()
        }
    }

    /// The second half of a replacement.
    fn creation(&self) -> Self {
        Self {
            action: Action::Create,
            prior: None,
            ..self.clone()
        }
    }
}
