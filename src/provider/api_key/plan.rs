//! Planning: a pure function of configuration, prior state and private state. It looks at `expired`, which the last
//! read determined, and never at a clock.

use super::model::{
    CREATED_BY, CREATED_ON, EXPIRED, EXPIRES_AT, EXPIRES_IN_DAYS, ID, KEY, KEY_POSTFIX, NAME,
    ROTATE_BEFORE_DAYS, ROTATION, days_in,
};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::resource::{Plan, PlanRequest};
use crate::framework::value::{Object, Value};

/// Completes a plan that the engine has filled in. The private state stays: the deletion of a predecessor receives it
/// with the plan of its successor.
pub(super) fn propose(request: &PlanRequest<'_>, plan: &mut Plan, diagnostics: &mut Diagnostics) {
    match request.prior {
        None => propose_creation(request.config, &mut plan.state),
        Some(prior) => propose_change(prior, plan, diagnostics),
    }
    let planned = &plan.state;
    let is_endless = planned.get(EXPIRES_AT).is_null() && planned.get(EXPIRES_IN_DAYS).is_null();
    if is_endless && days_in(planned.get(ROTATE_BEFORE_DAYS)).is_some() {
        diagnostics.push(never_due(planned));
    }
}

fn propose_creation(config: &Object, planned: &mut Object) {
    for name in [ID, KEY, KEY_POSTFIX] {
        planned.set(name, Value::unknown_not_null());
    }
    for name in [CREATED_ON, CREATED_BY] {
        planned.set(name, Value::unknown());
    }
    let days = config.get(EXPIRES_IN_DAYS).clone();
    let end = if days.is_null() {
        Value::Null
    } else {
        Value::unknown()
    };
    planned.set(EXPIRES_AT, end);
    planned.set(EXPIRES_IN_DAYS, days);
    planned.set(EXPIRED, false);
}

fn propose_change(prior: &Object, plan: &mut Plan, diagnostics: &mut Diagnostics) {
    if prior.get(EXPIRED).as_bool() == Some(true) {
        plan.require_replacement(EXPIRED);
    }
    if prior.get(ROTATION) != plan.state.get(ROTATION) {
        plan.require_replacement(ROTATION);
    }
    let (before, planned) = (prior.get(EXPIRES_IN_DAYS), plan.state.get(EXPIRES_IN_DAYS));
    if before == planned {
        return;
    }
    // Only an imported key lacks its own value.
    let is_taken_over = before.is_null() && prior.get(KEY).is_null();
    if !is_taken_over {
        plan.require_replacement(EXPIRES_IN_DAYS);
    } else if plan.replacements.is_empty() {
        diagnostics.push(does_not_fit(prior, planned));
    }
}

/// Warns that a key that never expires is never due for replacement.
fn never_due(planned: &Object) -> Diagnostic {
    let name = planned.get(NAME).as_str().unwrap_or("?");
    Diagnostic::warning(
        "rotate_before_days has no effect",
        format!(
            "Key \"{name}\" never expires, so rotate_before_days never replaces it. Set expires_in_days, or remove \
             rotate_before_days."
        ),
    )
    .at_attribute(ROTATE_BEFORE_DAYS)
}

/// Warns that an imported key is not valid for as long as configured. If its dates told how long, the state would have
/// that.
fn does_not_fit(prior: &Object, planned: &Value) -> Diagnostic {
    let name = prior.get(NAME).as_str().unwrap_or("?");
    let end = match prior.get(EXPIRES_AT).as_str() {
        Some(end) => {
            format!("expires on {end}, which is not a whole number of days after it was created")
        }
        None => "never expires".to_owned(),
    };
    let days = days_in(planned).map_or_else(|| "a number".to_owned(), |days| days.to_string());
    Diagnostic::warning(
        format!("Imported key \"{name}\" keeps its own expiry"),
        format!(
            "expires_in_days is {days}, but the key was created elsewhere and {end}. The value is adopted into the \
             state, and the key stays as it is. To have a key that expires as configured, replace it with `-replace`, \
             or set rotation."
        ),
    )
    .at_attribute(EXPIRES_IN_DAYS)
}
