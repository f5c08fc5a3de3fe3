//! `ValidateActionConfig`, `PlanAction` and `InvokeAction`.

use super::guard::attempt;
use super::{Capabilities, ConnectionKey, Engine, recheck};
use crate::framework::action::ActionProgress;
use crate::framework::diagnostics::Diagnostics;
use crate::framework::provider::Provider;
use crate::framework::value::Object;

/// The answer to a request for the plan of an action.
#[derive(Debug)]
pub struct PlannedAction {
    /// Diagnostics for the practitioner.
    pub diagnostics: Diagnostics,
    /// Whether the action is deferred because the provider's configuration is not known yet.
    pub deferred: bool,
}

impl<P: Provider> Engine<P> {
    /// Checks an action's configuration, as far as it is known.
    pub fn validate_action(&self, type_name: &str, config: &Object) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        match self.registry.action(type_name) {
            Ok(action) => {
                action.schema.validate(config, &mut diagnostics);
                action.item.validate(config, &mut diagnostics);
            }
            Err(unknown) => diagnostics.push(unknown),
        }
        diagnostics
    }

    /// Plans an action: there is nothing to foresee, but more of the configuration may be known than when it was
    /// checked. It can be deferred, because the provider's configuration is not known.
    pub fn plan_action(
        &self,
        connection: ConnectionKey,
        type_name: &str,
        config: &Object,
        capabilities: Capabilities,
    ) -> PlannedAction {
        let context = self.context(connection);
        PlannedAction {
            diagnostics: self.validate_action(type_name, config),
            deferred: self.is_deferred(context.as_deref(), capabilities),
        }
    }

    /// Carries out an action, and returns what to tell the practitioner at its end. Terraform does not ask for checks
    /// after the plan (TPP §8.12), so they are made here.
    pub async fn invoke(
        &self,
        connection: ConnectionKey,
        type_name: &str,
        config: Object,
        progress: &ActionProgress,
    ) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let invoked = self
            .invoke_ready(connection, type_name, config, progress, &mut diagnostics)
            .await;
        diagnostics.extend(invoked.err().into_iter().flatten());
        diagnostics
    }

    async fn invoke_ready(
        &self,
        connection: ConnectionKey,
        type_name: &str,
        config: Object,
        progress: &ActionProgress,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        let action = self.registry.action(type_name)?;
        let context = self.configured_context(connection)?;
        self.provider.applying(&context);
        let validate = |diagnostics: &mut _| action.item.validate(&config, diagnostics);
        recheck::whole(&action.schema, &config, validate)?;
        let invoking = action.item.invoke(&context, config, progress, diagnostics);
        Ok(attempt("carry out an action", invoking).await?)
    }
}
