//! Checking a configuration once more when it is used.
//!
//! When the client asked for checks, values may have been unknown, and they may have become anything since. Terraform
//! asks again before everything but the invocation of an action (TPP §8.12). Nothing here relies on that: everything
//! happens only with a configuration that was checked as it is.

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::schema::Schema;
use crate::framework::value::Object;

/// Returns the errors of a configuration that is about to be used; a value that is still unknown is one.
///
/// `validate` checks it beyond its single attributes. Warnings are left out, because they were given before.
pub(super) fn whole(
    schema: &Schema,
    config: &Object,
    validate: impl FnOnce(&mut Diagnostics),
) -> Result<(), Diagnostics> {
    let unknown = schema
        .attributes
        .keys()
        .filter(|name| !config.get(name).is_wholly_known());
    let unknown: Diagnostics = unknown.map(|name| still_unknown(name)).collect();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    known_parts(schema, config, validate)
}

/// Returns the errors of a configuration as far as it is known.
pub(super) fn known_parts(
    schema: &Schema,
    config: &Object,
    validate: impl FnOnce(&mut Diagnostics),
) -> Result<(), Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    schema.validate(config, &mut diagnostics);
    validate(&mut diagnostics);
    if !diagnostics.has_errors() {
        return Ok(());
    }
    let errors = diagnostics.into_iter().filter(Diagnostic::is_error);
    Err(errors.collect())
}

fn still_unknown(name: &str) -> Diagnostic {
    Diagnostic::error(
        "Value is not known yet",
        format!(
            "{name} is needed now, but still depends on something that has not been applied. Apply that first, with \
             -target, or set {name} to a known value."
        ),
    )
    .at_attribute(name)
}

#[cfg(test)]
mod tests;
