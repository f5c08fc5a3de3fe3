//! What core accepts as the outcome of an operation (TPP §7.3, §7.4, §7.5).

use serde_json::Value;

use super::plan::complain;
use super::{member, write_only_values};
use crate::host::schema::Object;
use crate::host::value::{is_unknown, is_wholly_known};

/// Complains of an object that can never be stored, whatever led to it.
pub fn check_stored(object: &Object, value: &Value) -> Result<(), String> {
    let mut faults = Vec::new();
    write_only_values(object, value, "", &mut |path| {
        faults.push(format!(
            "{path}: a value for the write-only attribute; old cores drop the object"
        ));
    });
    if !is_wholly_known(value) {
        faults.push(format!("still an unknown value in {value}"));
    }
    complain("Provider produced invalid object", &faults)
}

/// Complains of an outcome that is not what was planned, of an apply without errors.
pub fn check_applied(object: &Object, planned: &Value, actual: &Value) -> Result<(), String> {
    let mut faults = Vec::new();
    match (planned.is_null(), actual.is_null()) {
        (true, false) => faults.push("the object was absent, but now present".to_owned()),
        (false, true) => faults.push("the object was present, but now absent".to_owned()),
        _ => {}
    }
    if faults.is_empty() && !planned.is_null() {
        for (name, attribute) in &object.attributes {
            let mut own = Vec::new();
            let (planned, actual) = (member(planned, name), member(actual, name));
            compatible(&format!(".{name}"), planned, actual, &mut own);
            if attribute.sensitive && !own.is_empty() {
                own = vec![format!(
                    ".{name}: inconsistent values for sensitive attribute"
                )];
            }
            faults.extend(own);
        }
    }
    complain("Provider produced inconsistent result after apply", &faults)
}

/// What was planned and known is there; what was unknown may be anything.
fn compatible(path: &str, planned: &Value, actual: &Value, faults: &mut Vec<String>) {
    match (planned, actual) {
        (planned, _) if is_unknown(planned) => {}
        (_, actual) if is_unknown(actual) => {
            faults.push(format!("{path}: was known, but now unknown"));
        }
        (planned, actual) if planned == actual => {}
        (Value::Object(plans), Value::Object(actuals)) => {
            for key in plans.keys().filter(|key| !actuals.contains_key(*key)) {
                faults.push(format!("{path}[{key:?}]: has vanished"));
            }
            for (key, actual) in actuals {
                match plans.get(key) {
                    Some(planned) => compatible(&format!("{path}.{key}"), planned, actual, faults),
                    None => faults.push(format!("{path}[{key:?}]: new element has appeared")),
                }
            }
        }
        (Value::Array(plans), Value::Array(actuals)) if plans.iter().all(is_wholly_known) => {
            // Without unknowns a list has its elements in place and a set, here sorted, has them all.
            if plans.len() != actuals.len() {
                let (was, is) = (plans.len(), actuals.len());
                faults.push(format!("{path}: length changed from {was} to {is}"));
            }
            for (index, (planned, actual)) in plans.iter().zip(actuals).enumerate() {
                compatible(&format!("{path}[{index}]"), planned, actual, faults);
            }
        }
        (Value::Array(plans), Value::Array(actuals)) => {
            some_order(path, plans, actuals, faults);
        }
        (planned, actual) => faults.push(format!("{path}: was {planned}, but now {actual}")),
    }
}

/// Elements with unknown parts may stand anywhere in a set, and may turn out to be equal.
fn some_order(path: &str, plans: &[Value], actuals: &[Value], faults: &mut Vec<String>) {
    let fits = |planned: &Value, actual: &Value| {
        let mut faults = Vec::new();
        compatible("", planned, actual, &mut faults);
        faults.is_empty()
    };
    if actuals.len() > plans.len() {
        faults.push(format!(
            "{path}: length grew from {} to {}",
            plans.len(),
            actuals.len()
        ));
    }
    for planned in plans
        .iter()
        .filter(|planned| !actuals.iter().any(|actual| fits(planned, actual)))
    {
        faults.push(format!("{path}: planned element {planned} has vanished"));
    }
    for actual in actuals
        .iter()
        .filter(|actual| !plans.iter().any(|planned| fits(planned, actual)))
    {
        faults.push(format!(
            "{path}: actual element {actual} does not correspond to any in plan"
        ));
    }
}
