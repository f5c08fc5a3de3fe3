//! A webhook that changed on the portal since it was planned, as between a saved plan and its apply
//! (product §4.3).
//!
//! A PUT replaces everything. What the plan does not change is therefore sent as the portal has it now; what
//! the plan changes is sent as planned.

use super::model::{ENABLED, NAME, SSL, TARGET_ID, TRIGGERS, URI, WebhookModel};
use crate::api::{TriggerMask, Webhook, WebhookId};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::value::Object;

/// A webhook's configuration with its triggers as the portal counts them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) model: &'a WebhookModel,
    pub(super) triggers: Option<TriggerMask>,
}

/// What is sent instead of the plan, and how the portal differed.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) model: WebhookModel,
    pub(super) triggers: TriggerMask,
    kept: Vec<&'static str>,
    overwritten: Vec<&'static str>,
}

impl Outgoing {
    /// Sends the plan as it is.
    pub(super) fn as_planned(model: &WebhookModel, triggers: TriggerMask) -> Self {
        Self {
            model: model.clone(),
            triggers,
            kept: Vec::new(),
            overwritten: Vec::new(),
        }
    }

    /// Lays the changes that the plan makes to `prior` over what the portal has now.
    pub(super) fn over(
        now: &Webhook,
        prior: Side<'_>,
        model: &WebhookModel,
        triggers: TriggerMask,
    ) -> Self {
        let before = prior.model;
        let mut outgoing = Self::as_planned(model, triggers);
        outgoing.model = WebhookModel {
            name: outgoing.choose(NAME, &before.name, &model.name, &now.name),
            uri: outgoing.choose(URI, &before.uri, &model.uri, &now.uri),
            triggers: model.triggers.clone(),
            enabled: outgoing.choose(ENABLED, &before.enabled, &model.enabled, &now.enabled),
            ssl: outgoing.choose(SSL, &before.ssl, &model.ssl, &now.ssl),
            target_id: outgoing.choose(
                TARGET_ID,
                &before.target_id,
                &model.target_id,
                &now.target_id,
            ),
        };
        if let Some(before) = prior.triggers {
            let now = now.triggers.unwrap_or(before);
            outgoing.triggers = outgoing.choose(TRIGGERS, &before, &triggers, &now);
        }
        outgoing
    }

    fn choose<T: PartialEq + Clone>(
        &mut self,
        name: &'static str,
        prior: &T,
        planned: &T,
        now: &T,
    ) -> T {
        if prior == planned {
            if now != planned {
                self.kept.push(name);
            }
            return now.clone();
        }
        if now != prior && now != planned {
            self.overwritten.push(name);
        }
        planned.clone()
    }

    /// Returns a warning when the webhook has changed since the plan.
    pub(super) fn warning(&self, name: &str, id: WebhookId) -> Option<Diagnostic> {
        let mut said = Vec::new();
        if !self.kept.is_empty() {
            said.push(format!(
                "This plan does not change {}, so the portal keeps what it has there; plan again to see the difference.",
                self.kept.join(", ")
            ));
        }
        if !self.overwritten.is_empty() {
            said.push(format!(
                "This plan changes {}, so what someone else had set there was overwritten.",
                self.overwritten.join(", ")
            ));
        }
        (!said.is_empty()).then(|| {
            Diagnostic::warning(
                format!("Webhook \"{name}\" ({id}) has changed since it was planned"),
                said.join(" "),
            )
        })
    }
}

/// Warns that the portal answered a change with something other than what was requested.
pub(super) fn stored_differently(done: &str, id: WebhookId, state: &Object) -> Diagnostic {
    let name = state.get(NAME).as_str().unwrap_or("?");
    Diagnostic::warning(
        format!("Webhook \"{name}\" ({id}) was stored differently"),
        format!(
            "The portal {done} the webhook, but its answer does not show the configuration that was sent. Plan again: \
             the plan shows what differs."
        ),
    )
}

#[cfg(test)]
mod tests;
