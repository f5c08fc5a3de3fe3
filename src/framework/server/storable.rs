//! States that Terraform can store.

use crate::framework::schema::Schema;
use crate::framework::value::{Object, Value};

/// Makes a state one that Terraform can store, whatever went wrong: a value that is unknown or of
/// another type becomes null, because an answer that Terraform cannot read loses the object
/// (TPP §7.3 R6).
pub(super) fn storable(schema: &Schema, state: Object) -> Object {
    state
        .into_iter()
        .filter_map(|(name, value)| {
            let attribute = schema.attributes.get(&name)?;
            let value = Some(value.with_unknowns_null()).filter(|value| attribute.admits(value));
            Some((name, value.unwrap_or(Value::Null)))
        })
        .collect()
}
