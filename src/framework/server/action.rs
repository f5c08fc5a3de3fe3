//! `ValidateActionConfig`, `PlanAction` and `InvokeAction`.

use super::guard::catch_panic;
use super::{Capabilities, ConnectionKey, Engine, late, unknown_type};
use crate::framework::action::Reports;
use crate::framework::diagnostics::Diagnostics;
use crate::framework::provider::Provider;
use crate::framework::value::Object;

/// The answer to a request for the plan of an action.
#[derive(Debug)]
pub struct PlannedAction {
    /// What the practitioner is told.
    pub diagnostics: Diagnostics,
    /// Whether the action is put off because the provider's configuration is not known yet.
    pub deferred: bool,
}

impl<P: Provider> Engine<P> {
    /// Checks an action's configuration, as far as it is known.
    pub fn validate_action(&self, type_name: &str, config: &Object) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        match self.registry.actions.get(type_name) {
            Some(action) => {
                action.schema.validate(config, &mut diagnostics);
                action.item.validate(config, &mut diagnostics);
            }
            None => diagnostics.push(unknown_type("action", type_name)),
        }
        diagnostics
    }

    /// Plans an action: there is nothing to foresee, but more of the configuration may be known than when it was
    /// checked. It can be put off, because the provider's configuration is not known.
    pub fn plan_action(
        &self,
        connection: ConnectionKey,
        type_name: &str,
        config: &Object,
        capabilities: Capabilities,
    ) -> PlannedAction {
        let context = self.context(connection);
        let deferred = capabilities.deferral_allowed
            && context.is_some_and(|context| self.provider.is_configuration_unknown(&context));
        PlannedAction {
            diagnostics: self.validate_action(type_name, config),
            deferred,
        }
    }

    /// Does an action, and returns what the practitioner is told at its end. Terraform does not ask for checks after
    /// the plan (TPP §8.12), so they are made here.
    pub async fn invoke(
        &self,
        connection: ConnectionKey,
        type_name: &str,
        config: Object,
        reports: &Reports,
    ) -> Diagnostics {
        let Some(action) = self.registry.actions.get(type_name) else {
            return unknown_type("action", type_name).into();
        };
        let context = match self.configured_context(connection) {
            Ok(context) => context,
            Err(diagnostic) => return diagnostic.into(),
        };
        let validate = |diagnostics: &mut _| action.item.validate(&config, diagnostics);
        if let Err(errors) = late::refuse_unfit(&action.schema, &config, validate) {
            return errors;
        }
        let mut diagnostics = Diagnostics::new();
        let invoking = action
            .item
            .invoke(&context, config, reports, &mut diagnostics);
        let result = catch_panic("carry out an action", invoking).await;
        diagnostics.extend(result.and_then(|result| result).err());
        diagnostics
    }
}
