//! `ValidateActionConfig`, `PlanAction` and `InvokeAction`.

use super::guard::catch_panic;
use super::{Capabilities, ConnectionKey, Engine, unknown_type};
use crate::framework::action::Reports;
use crate::framework::diagnostics::Diagnostics;
use crate::framework::provider::Provider;
use crate::framework::value::Object;

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

    /// Says whether an action has to be put off, because the provider's configuration is not known.
    pub fn is_action_deferred(
        &self,
        connection: ConnectionKey,
        capabilities: Capabilities,
    ) -> bool {
        let context = self.context(connection);
        capabilities.deferral_allowed
            && context.is_some_and(|context| self.provider.is_configuration_unknown(&context))
    }

    /// Does an action, and returns what the practitioner is told at its end.
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
        let mut diagnostics = Diagnostics::new();
        let invoking = action
            .item
            .invoke(&context, config, reports, &mut diagnostics);
        let result = catch_panic("carry out an action", invoking).await;
        diagnostics.extend(result.and_then(|result| result).err());
        diagnostics
    }
}
