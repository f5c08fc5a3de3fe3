//! `ApplyResourceChange`: create, update and delete, and what Terraform learns of them (TPP §7.3).

use super::guard::attempt;
use super::storable::storable;
use super::{ConnectionKey, Engine, recheck};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::private_state::PrivateState;
use crate::framework::provider::Provider;
use crate::framework::resource::{
    CreateRequest, DeleteRequest, Progress, Recorded, Resource, UpdateRequest, ValidateRequest,
};
use crate::framework::schema::Schema;
use crate::framework::value::Object;

/// A planned change to carry out. Without a planned state the object is deleted, without a prior
/// state it is created.
#[derive(Debug)]
pub struct ApplyRequest {
    /// The state before.
    pub prior: Option<Object>,
    /// The planned state.
    pub planned: Option<Object>,
    /// The configuration.
    pub config: Option<Object>,
    /// The planned private state.
    pub private: PrivateState,
}

/// What a change led to.
///
/// An error without a state leaves Terraform's prior state intact after an update or deletion; that is why a failed
/// change records a state only if it knows better.
#[derive(Debug)]
pub struct Applied {
    /// The object as it exists; none when it does not, or when the prior state holds.
    pub state: Option<Object>,
    /// Its private state.
    pub private: PrivateState,
    /// Its identity.
    pub identity: Option<Object>,
    /// Diagnostics for the practitioner.
    pub diagnostics: Diagnostics,
}

impl<P: Provider> Engine<P> {
    /// Carries out a planned change.
    pub async fn apply(
        &self,
        connection: ConnectionKey,
        type_name: &str,
        request: ApplyRequest,
    ) -> Applied {
        let applied = self.apply_ready(connection, type_name, request).await;
        applied.unwrap_or_else(|diagnostics| Applied {
            state: None,
            private: PrivateState::default(),
            identity: None,
            diagnostics,
        })
    }

    async fn apply_ready(
        &self,
        connection: ConnectionKey,
        type_name: &str,
        request: ApplyRequest,
    ) -> Result<Applied, Diagnostics> {
        let resource = self.registry.resource(type_name)?;
        let context = self.configured_context(connection)?;
        self.provider.applying(&context);
        if let (Some(config), Some(_)) = (&request.config, &request.planned) {
            recheck::whole(&resource.schema, config, |diagnostics| {
                let request = ValidateRequest {
                    config,
                    // Whether the client knows them was checked when it asked for checks.
                    write_only_allowed: true,
                };
                resource.item.validate(&request, diagnostics);
            })?;
        }
        let planned = request.planned.clone();
        let progress = Progress::default();
        let change = carry_out(resource.item.as_ref(), context.as_ref(), request, &progress);
        let result = attempt("apply a change", change).await;
        let mut applied = conclude(&resource.schema, planned.as_ref(), result, progress.take());
        let state = applied.state.as_ref();
        applied.identity = state.and_then(|state| resource.identity_of(state));
        Ok(applied)
    }
}

async fn carry_out<C: Send + Sync>(
    resource: &dyn Resource<C>,
    context: &C,
    request: ApplyRequest,
    progress: &Progress,
) -> Result<(), Diagnostic> {
    let ApplyRequest {
        prior,
        planned,
        config,
        private,
    } = request;
    match (prior, planned, config) {
        (Some(prior), None, _) => {
            resource
                .delete(context, DeleteRequest { prior, private }, progress)
                .await
        }
        (None, Some(plan), Some(config)) => {
            resource
                .create(
                    context,
                    CreateRequest {
                        config,
                        plan,
                        private,
                    },
                    progress,
                )
                .await
        }
        (Some(prior), Some(plan), Some(config)) => {
            let request = UpdateRequest {
                config,
                prior,
                plan,
                private,
            };
            resource.update(context, request, progress).await
        }
        _ => Err(Diagnostic::bug(
            "A change arrived without a plan or a configuration.",
        )),
    }
}

/// Joins the method's result with what it had recorded, and checks what Terraform would check.
fn conclude(
    schema: &Schema,
    planned: Option<&Object>,
    result: Result<(), Diagnostic>,
    recorded: Recorded,
) -> Applied {
    let Recorded {
        state,
        private,
        mut diagnostics,
    } = recorded;
    diagnostics.extend(result.err());
    let Some(mut state) = state else {
        if planned.is_some() && !diagnostics.has_errors() {
            diagnostics.push(Diagnostic::bug(
                "A change succeeded without a resulting state.",
            ));
        }
        return Applied {
            state: None,
            private: PrivateState::default(),
            identity: None,
            diagnostics,
        };
    };
    if planned.is_none() && !diagnostics.has_errors() {
        diagnostics.push(Diagnostic::bug("A deletion succeeded and left a state."));
    }
    schema.clear_write_only(&mut state);
    if let Some(planned) = planned.filter(|_| !diagnostics.has_errors()) {
        diagnostics.extend(inconsistencies(schema, planned, &state));
    }
    Applied {
        state: Some(storable(schema, state)),
        private,
        identity: None,
        diagnostics,
    }
}

/// Returns a bug for each value that breaks what the plan promised (TPP §7.4).
fn inconsistencies(schema: &Schema, planned: &Object, state: &Object) -> Vec<Diagnostic> {
    schema
        .attributes
        .keys()
        .filter(|name| {
            let (planned, actual) = (planned.get(name), state.get(name));
            !actual.is_wholly_known() || (planned.is_wholly_known() && planned != actual)
        })
        .map(|name| {
            Diagnostic::bug("The value after the change is not the one that was planned.")
                .at_attribute(name)
        })
        .collect()
}

#[cfg(test)]
mod tests;
