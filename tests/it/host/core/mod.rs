//! Core in miniature: what Terraform proposes to a provider, and what it accepts from one (TPP §7).
//!
//! Pure functions over values in the form that `value::conform` gives them. Each rule complains in
//! core's own words, so that a failure here reads like the bug report it would become.

mod apply;
mod plan;
mod proposed;
#[cfg(test)]
mod tests;

pub use self::apply::{check_applied, check_stored};
pub use self::plan::{Action, action, check_final_plan, check_planned, effective_replacements};
pub use self::proposed::proposed_new_state;

use serde_json::Value;

use super::schema::{Object, Shape};

/// The member of an object, null where there is no object.
fn member<'a>(object: &'a Value, name: &str) -> &'a Value {
    object.get(name).unwrap_or(&Value::Null)
}

/// Calls `visit` with the path of every write-only attribute that has a value.
fn write_only_values(object: &Object, value: &Value, path: &str, visit: &mut impl FnMut(String)) {
    for (name, attribute) in &object.attributes {
        let value = member(value, name);
        let path = format!("{path}.{name}");
        if attribute.write_only && !value.is_null() {
            visit(path.clone());
        }
        match (&attribute.shape, value) {
            (Shape::Single(nested), value) => write_only_values(nested, value, &path, visit),
            (Shape::List(nested), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    write_only_values(nested, item, &format!("{path}[{index}]"), visit);
                }
            }
            (Shape::Map(nested), Value::Object(items)) => {
                for (key, item) in items {
                    write_only_values(nested, item, &format!("{path}[{key:?}]"), visit);
                }
            }
            _ => {}
        }
    }
}
