//! What core accepts as a plan, and what it makes of it (TPP §7.1, §7.2).

use serde_json::Value;

use super::{member, write_only_values};
use crate::host::schema::{Attribute, Object, Shape};
use crate::host::value::is_unknown;
use crate::host::wire::tfplugin6::AttributePath;
use crate::host::wire::tfplugin6::attribute_path::step::Selector;

/// What core is going to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    NoOp,
    Create,
    Update,
    Replace,
    Delete,
}

/// Derives the action: equality is by value, and an unknown value equals nothing.
pub fn action(prior: &Value, planned: &Value, replacements: &[String]) -> Action {
    match (prior.is_null(), planned.is_null()) {
        (true, true) => Action::NoOp,
        (true, false) => Action::Create,
        (false, true) => Action::Delete,
        (false, false) if !replacements.is_empty() => Action::Replace,
        (false, false) if prior == planned => Action::NoOp,
        (false, false) => Action::Update,
    }
}

/// Complains of a plan that core would refuse.
pub fn check_planned(
    object: &Object,
    prior: &Value,
    config: &Value,
    planned: &Value,
) -> Result<(), String> {
    let mut faults = Vec::new();
    write_only_values(object, planned, "", &mut |path| {
        faults.push(format!(
            "{path}: a value for the write-only attribute during planning"
        ));
    });
    existence("the object", config, planned, &mut faults);
    if !config.is_null() && !planned.is_null() {
        members(object, prior, config, planned, "", &mut faults);
    }
    complain("Provider produced invalid plan", &faults)
}

/// Complains of a second plan, with everything known, that does not keep the first one's word.
pub fn check_final_plan(
    (first_action, first): (Action, &Value),
    (second_action, second): (Action, &Value),
) -> Result<(), String> {
    let mut faults = Vec::new();
    let became_nothing = first_action == Action::Update && second_action == Action::NoOp;
    if first_action != second_action && !became_nothing {
        faults.push(format!(
            "{first_action:?} was planned, now {second_action:?}"
        ));
    }
    kept("", first, second, &mut faults);
    complain("Provider produced inconsistent final plan", &faults)
}

/// Which of the provider's replacement paths count: those at which something changes.
///
/// # Errors
///
/// A path that exists neither before nor after.
pub fn effective_replacements(
    paths: &[AttributePath],
    prior: &Value,
    planned: &Value,
) -> Result<Vec<String>, String> {
    let mut effective = Vec::new();
    for path in paths {
        let (before, after) = (at(path, prior), at(path, planned));
        let text = crate::host::diagnostics::path(path);
        if before.is_none() && after.is_none() {
            return Err(format!(
                "Provider produced invalid plan: \"requires replacement\" on {text} for a \
                 non-existent attribute path"
            ));
        }
        if !prior.is_null() && (before != after || after.is_some_and(is_unknown)) {
            effective.push(text);
        }
    }
    Ok(effective)
}

fn at<'a>(path: &AttributePath, value: &'a Value) -> Option<&'a Value> {
    path.steps
        .iter()
        .try_fold(value, |value, step| match step.selector.as_ref()? {
            Selector::AttributeName(name) | Selector::ElementKeyString(name) => value.get(name),
            Selector::ElementKeyInt(index) => value.get(usize::try_from(*index).ok()?),
        })
}

fn members(
    object: &Object,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &str,
    faults: &mut Vec<String>,
) {
    for (name, attribute) in &object.attributes {
        let values = [prior, config, planned].map(|value| member(value, name));
        // What is written only is null in a plan whatever the configuration says.
        if !attribute.write_only {
            one(attribute, values, &format!("{path}.{name}"), faults);
        }
    }
}

fn one(
    attribute: &Attribute,
    [prior, config, planned]: [&Value; 3],
    path: &str,
    faults: &mut Vec<String>,
) {
    let kept_prior = planned == prior && !prior.is_null() && !config.is_null();
    if planned == config || kept_prior || (config.is_null() && attribute.computed) {
        return;
    }
    if config.is_null() {
        faults.push(format!(
            "{path}: planned value {planned} for a non-computed attribute"
        ));
        return;
    }
    let (Shape::Single(nested) | Shape::List(nested) | Shape::Set(nested) | Shape::Map(nested)) =
        &attribute.shape
    else {
        let nor = if prior.is_null() {
            String::new()
        } else {
            format!(" nor prior value {prior}")
        };
        faults.push(format!(
            "{path}: planned value {planned} does not match config value {config}{nor}"
        ));
        return;
    };
    existence(path, config, planned, faults);
    match (&attribute.shape, config, planned) {
        _ if planned.is_null() => {}
        _ if is_unknown(planned) => {
            faults.push(format!("{path}: planned unknown for configured value"));
        }
        (Shape::Single(_), config, planned) => {
            members(nested, prior, config, planned, path, faults);
        }
        (Shape::List(_), Value::Array(configs), Value::Array(plans)) => {
            same_length(path, configs, plans, faults);
            for (index, (config, planned)) in configs.iter().zip(plans).enumerate() {
                let prior = prior.get(index).unwrap_or(&Value::Null);
                members(
                    nested,
                    prior,
                    config,
                    planned,
                    &format!("{path}[{index}]"),
                    faults,
                );
            }
        }
        (Shape::Map(_), Value::Object(configs), Value::Object(plans)) => {
            if !configs.keys().eq(plans.keys()) {
                faults.push(format!(
                    "{path}: the keys differ from those in the configuration"
                ));
            }
            for (key, config) in configs {
                let (prior, planned) = (member(prior, key), member(planned, key));
                members(
                    nested,
                    prior,
                    config,
                    planned,
                    &format!("{path}[{key:?}]"),
                    faults,
                );
            }
        }
        // Elements of a set cannot be told apart: core compares their number.
        (Shape::Set(_), Value::Array(configs), Value::Array(plans)) => {
            same_length(path, configs, plans, faults);
        }
        _ => faults.push(format!(
            "{path}: planned {planned} where config has {config}"
        )),
    }
}

fn existence(path: &str, config: &Value, planned: &Value, faults: &mut Vec<String>) {
    match (config.is_null(), planned.is_null()) {
        (false, true) => faults.push(format!(
            "{path}: planned for absence but config wants existence"
        )),
        (true, false) => faults.push(format!(
            "{path}: planned for existence but config wants absence"
        )),
        _ => {}
    }
}

fn same_length(path: &str, configs: &[Value], plans: &[Value], faults: &mut Vec<String>) {
    let (config, planned) = (configs.len(), plans.len());
    if config != planned {
        faults.push(format!(
            "{path}: count in plan ({planned}) disagrees with config ({config})"
        ));
    }
}

/// Everything known in the first plan is the same in the second.
fn kept(path: &str, first: &Value, second: &Value, faults: &mut Vec<String>) {
    match (first, second) {
        (first, _) if is_unknown(first) => {}
        (Value::Object(first), Value::Object(second)) if first.keys().eq(second.keys()) => {
            for ((name, first), second) in first.iter().zip(second.values()) {
                kept(&format!("{path}.{name}"), first, second, faults);
            }
        }
        (Value::Array(firsts), Value::Array(seconds)) if firsts.len() == seconds.len() => {
            for (index, (first, second)) in firsts.iter().zip(seconds).enumerate() {
                kept(&format!("{path}[{index}]"), first, second, faults);
            }
        }
        (first, second) if first == second => {}
        (first, second) => faults.push(format!("{path}: was {first}, now {second}")),
    }
}

pub(super) fn complain(summary: &str, faults: &[String]) -> Result<(), String> {
    if faults.is_empty() {
        Ok(())
    } else {
        Err(format!("{summary}:\n  {}", faults.join("\n  ")))
    }
}
