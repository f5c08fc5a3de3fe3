//! Planning: a pure function of configuration, prior state and private state (product §4.6). What the portal says about
//! the plan is in [`super::review`].

use super::model::{ID, NAME, SECRET_KEY, SECRET_KEY_WO, SECRET_KEY_WO_VERSION, TRIGGERS};
use super::private::WebhookPrivate;
use super::secret_hash::SecretHashes;
use super::{rotation, target};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::private_state::PrivateState;
use crate::framework::resource::{Plan, PlanRequest};
use crate::framework::value::{Object, Value};
use crate::provider::triggers::{TriggerResolver, TriggerSet};

/// Completes a plan that the engine has filled.
pub(super) async fn propose(
    hashes: &SecretHashes,
    request: &PlanRequest<'_>,
    plan: &mut Plan,
    diagnostics: &mut Diagnostics,
) {
    let prior_private: WebhookPrivate = plan.private.decode();
    let mut private = match request.prior {
        Some(_) => prior_private,
        // What was kept for a webhook that is being replaced says nothing about its successor. But its deletion
        // receives the private state of this plan, and must recognize it.
        None => WebhookPrivate {
            provenance: prior_private.provenance,
            ..WebhookPrivate::default()
        },
    };
    let secret = match request.prior {
        None => {
            plan.state.set(ID, Value::unknown_not_null());
            rotation::plan_create(request.config)
        }
        Some(prior) => {
            keep_spelling(prior, &private, &mut plan.state);
            let is_changed = differs(prior, &plan.state);
            rotation::plan_update(hashes, request.config, prior, &private, is_changed).await
        }
    };
    private.is_secret_given = is_secret_given(request.config);
    let mistake = differs_from_plan(request.planned, &private);
    let is_removed = secret.is_removed && mistake.is_none();
    diagnostics.extend(mistake);
    plan.state.set(SECRET_KEY, secret.key);
    plan.state.set(SECRET_KEY_WO_VERSION, secret.version);
    plan.private = PrivateState::encode(&private);
    plan.sends.extend(secret.sends.map(|(name, _)| name));
    target::check(request.prior, &plan.state, diagnostics);
    if is_removed {
        diagnostics.push(removed_secret(request.prior, &plan.state));
    }
}

/// Keeps the state's spelling of triggers that are the same events. The portal is not asked.
fn keep_spelling(prior: &Object, private: &WebhookPrivate, planned: &mut Object) {
    let resolver = TriggerResolver::new(&private.trigger_bits);
    let mask = |object: &Object| resolver.mask(&TriggerSet::of(object.get(TRIGGERS)));
    if mask(prior).is_some() && mask(prior) == mask(planned) {
        planned.set(TRIGGERS, prior.get(TRIGGERS).clone());
    }
}

/// Returns whether anything but the secret's version differs, which is planned last.
fn differs(prior: &Object, planned: &Object) -> bool {
    planned
        .iter()
        .filter(|(name, _)| *name != SECRET_KEY_WO_VERSION && *name != SECRET_KEY)
        .any(|(name, value)| prior.get(name) != value)
}

/// Returns whether a configuration has a write-only secret, if that is known.
fn is_secret_given(config: &Object) -> Option<bool> {
    let secret = config.get(SECRET_KEY_WO);
    (!secret.is_unknown()).then(|| !secret.is_null())
}

/// Explains that the plan was given a secret and the apply was not, or the other way round: a saved plan has no
/// write-only values. The second plan then differs from the first, which Terraform would call a bug.
fn differs_from_plan(planned: &PrivateState, now: &WebhookPrivate) -> Option<Diagnostic> {
    let then: WebhookPrivate = planned.decode();
    let (then, now) = then.is_secret_given.zip(now.is_secret_given)?;
    if then == now {
        return None;
    }
    let (then, now) = if then {
        ("set", "null")
    } else {
        ("null", "set")
    };
    Some(
        Diagnostic::error(
            "The secret is not what it was in the plan",
            format!(
                "secret_key_wo was {then} when this change was planned, but is {now} now. A plan does not store \
                 write-only values, so their source must supply them again. Nothing was changed. Give the apply the \
                 same variables as the plan, or plan again."
            ),
        )
        .at_attribute(SECRET_KEY_WO),
    )
}

fn removed_secret(prior: Option<&Object>, planned: &Object) -> Diagnostic {
    let text = |name: &str| {
        let planned = planned.get(name).as_str();
        planned.or_else(|| prior?.get(name).as_str()).unwrap_or("?")
    };
    let (id, name) = (text(ID), text(NAME));
    Diagnostic::warning(
        format!("Webhook \"{name}\" ({id}) keeps its old secret"),
        "The configuration no longer sets a secret, or ignore_changes hides it. The portal cannot clear a secret, so \
         it keeps signing with the last one sent; only the state forgets it. To replace the secret, set secret_key or \
         secret_key_wo to a new one.",
    )
}
