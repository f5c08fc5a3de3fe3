//! `PlanResourceChange`: the deterministic part of every plan, and the check of the result (TPP §7.1).

use super::guard::catch_panic;
use super::{Capabilities, ConnectionKey, Engine};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::private_state::PrivateState;
use crate::framework::provider::Provider;
use crate::framework::resource::{Plan, PlanRequest};
use crate::framework::schema::{Attribute, Presence, Schema};
use crate::framework::value::{Object, Value};

/// A request for a plan. Without a configuration the object is to be deleted, without a prior
/// state it is to be created.
#[derive(Debug)]
pub struct PlanCall {
    /// The state before.
    pub prior: Option<Object>,
    /// The configuration.
    pub config: Option<Object>,
    /// The private state before.
    pub private: PrivateState,
    /// The private state of the first plan, when this is the second one and the client passes it on.
    pub planned: PrivateState,
    /// The identity before.
    pub identity: Option<Object>,
    /// What the client can do.
    pub capabilities: Capabilities,
}

/// The answer to a request for a plan.
#[derive(Debug)]
pub struct Planned {
    /// The planned state; none for a deletion and with an error.
    pub state: Option<Object>,
    /// The planned private state.
    pub private: PrivateState,
    /// The planned identity, as far as it is known.
    pub identity: Option<Object>,
    /// The attributes because of which the object has to be replaced.
    pub replacements: Vec<Path>,
    /// Diagnostics for the practitioner.
    pub diagnostics: Diagnostics,
    /// Whether the plan is deferred because the provider's configuration is not known yet.
    pub deferred: bool,
}

impl<P: Provider> Engine<P> {
    /// Plans the creation, update or deletion of a resource.
    pub async fn plan(
        &self,
        connection: ConnectionKey,
        type_name: &str,
        call: PlanCall,
    ) -> Planned {
        let mut planned = Planned {
            state: None,
            private: call.private,
            identity: call.identity,
            replacements: Vec::new(),
            diagnostics: Diagnostics::new(),
            deferred: false,
        };
        let resource = match self.registry.resource(type_name) {
            Ok(resource) => resource,
            Err(diagnostic) => {
                planned.diagnostics.push(diagnostic);
                return planned;
            }
        };
        let prior = call.prior.as_ref();
        let context = self.context(connection);
        // A deletion plans nothing.
        let Some(config) = call.config else {
            if let (Some(prior), Some(context)) = (prior, context.as_deref()) {
                let diagnostics = &mut planned.diagnostics;
                let reviewing = resource.item.review_deletion(context, prior, diagnostics);
                let reviewed = catch_panic("review a deletion", reviewing).await;
                planned.diagnostics.extend(reviewed.err());
            }
            return planned;
        };
        planned.deferred = self.is_deferred(context.as_deref(), call.capabilities);
        let mut plan = Plan::new(propose(&resource.schema, &config, prior), planned.private);
        let request = PlanRequest {
            config: &config,
            prior,
            planned: &call.planned,
        };
        let diagnostics = &mut planned.diagnostics;
        let proposing = resource.item.propose(&request, &mut plan, diagnostics);
        let proposed = catch_panic("plan a change", proposing).await;
        planned.replacements = settle(&resource.schema, &request, &mut plan, diagnostics);
        if let (Ok(()), Some(context)) = (&proposed, context.as_deref()) {
            let reviewing = resource.item.review(context, &request, &plan, diagnostics);
            let reviewed = catch_panic("review a plan", reviewing).await;
            diagnostics.extend(reviewed.err());
        }
        diagnostics.extend(proposed.err());
        let identity = resource.identity_of(&plan.state);
        // The replacement of an object gets an identity of its own.
        planned.identity = identity.or_else(|| prior.and(planned.identity));
        planned.state = Some(plan.state);
        planned.private = plan.private;
        planned
    }
}

/// Fills in a plan: the configured value, or the default, or the prior value of a computed attribute, or unknown; null
/// for everything else.
pub(super) fn propose(schema: &Schema, config: &Object, prior: Option<&Object>) -> Object {
    schema
        .attributes
        .iter()
        .map(|(name, attribute)| {
            (
                name.clone(),
                propose_attribute(name, attribute, config, prior),
            )
        })
        .collect()
}

fn propose_attribute(
    name: &str,
    attribute: &Attribute,
    config: &Object,
    prior: Option<&Object>,
) -> Value {
    let configured = config.get(name);
    if attribute.is_write_only() {
        Value::Null
    } else if !configured.is_null() {
        configured.clone()
    } else if let Some(default) = attribute.default_value() {
        default.clone()
    } else if attribute.is_computed() {
        prior.map_or_else(Value::unknown, |prior| prior.get(name).clone())
    } else {
        Value::Null
    }
}

/// Completes the author's proposal, checks it, and returns where it asks for a replacement.
fn settle(
    schema: &Schema,
    request: &PlanRequest<'_>,
    plan: &mut Plan,
    diagnostics: &mut Diagnostics,
) -> Vec<Path> {
    schema.clear_write_only(&mut plan.state);
    loosen_volatile(schema, request.prior, &mut plan.state);
    let replacements = replace(schema, request.prior, plan).unwrap_or_else(|bugs| {
        diagnostics.extend(bugs);
        Vec::new()
    });
    let (config, prior) = (request.config, request.prior);
    diagnostics.extend(violations(schema, config, prior, &plan.state));
    replacements
}

/// Makes the values that change by themselves unknown if anything else changes: a read after the apply need not agree
/// with the one before.
fn loosen_volatile(schema: &Schema, prior: Option<&Object>, planned: &mut Object) {
    let Some(prior) = prior else { return };
    let attributes = || schema.attributes.iter();
    let is_changed = attributes()
        .filter(|(_, attribute)| !attribute.is_volatile())
        .any(|(name, _)| prior.get(name) != planned.get(name));
    if is_changed {
        for (name, _) in attributes().filter(|(_, attribute)| attribute.is_volatile()) {
            planned.set(name, Value::unknown());
        }
    }
}

/// Returns where a plan asks for a replacement, or a bug for each attribute that Terraform would not accept as a
/// reason: only a difference is one (TPP §7.1).
fn replace(
    schema: &Schema,
    prior: Option<&Object>,
    plan: &mut Plan,
) -> Result<Vec<Path>, Vec<Diagnostic>> {
    let Some(prior) = prior else {
        return Ok(Vec::new());
    };
    let mut bugs = Vec::new();
    for name in &plan.replacements {
        let attribute = schema.attributes.get(*name);
        if attribute.is_some_and(|attribute| attribute.presence == Presence::Computed) {
            plan.state.set(name, Value::unknown());
        } else if attribute.is_none_or(|attribute| {
            !attribute.is_write_only() && prior.get(name) == plan.state.get(name)
        }) {
            let bug = Diagnostic::bug("A replacement was planned because of a value that stays.");
            bugs.push(bug.at_attribute(name));
        }
    }
    if !bugs.is_empty() {
        return Err(bugs);
    }
    let names = plan.replacements.iter();
    Ok(names.map(|name| Path::attribute(name)).collect())
}

/// Returns a bug for each planned value that Terraform would reject.
fn violations(
    schema: &Schema,
    config: &Object,
    prior: Option<&Object>,
    planned: &Object,
) -> Vec<Diagnostic> {
    let is_allowed = |name: &str, attribute: &Attribute| {
        let (configured, planned) = (config.get(name), planned.get(name));
        let keeps_prior =
            prior.is_some_and(|prior| !planned.is_null() && prior.get(name) == planned);
        if attribute.is_write_only() {
            planned.is_null()
        } else if configured.is_unknown() {
            planned.is_unknown()
        } else if configured.is_null() {
            attribute.is_computed() || planned.is_null()
        } else {
            planned == configured || keeps_prior
        }
    };
    schema
        .attributes
        .iter()
        .filter(|(name, attribute)| {
            !is_allowed(name, attribute) || !attribute.admits(planned.get(name))
        })
        .map(|(name, _)| {
            Diagnostic::bug("The planned value is not one that Terraform accepts.")
                .at_attribute(name)
        })
        .collect()
}

#[cfg(test)]
mod tests;
