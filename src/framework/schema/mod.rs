//! Schemas: the one definition of every attribute, from which the wire, the documentation, the
//! validation and the planning are derived.
//!
//! Schemas here consist of attributes only, plain or nested; configuration blocks are not offered,
//! because nested attributes do the same and can also be computed (TPP appendix B). A managed
//! resource's attributes are flat, which `check` enforces: planning inside collections would need
//! rules that nothing here uses.

mod attribute;
mod check;
mod identity;

use std::collections::BTreeMap;

pub use attribute::{Attribute, AttributeKind, Nesting, Presence, Validator};
pub use check::{SchemaKind, check};
pub use identity::{IdentityAttribute, IdentitySchema};

use super::diagnostics::{Diagnostic, Diagnostics};
use super::path::Path;
use super::value::{Object, Type, Value};

/// The schema of a provider block, resource, data source or another configurable thing.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// The version of the stored state; raised when a state needs an upgrade. Starts at 0.
    pub version: i64,
    /// What it is for, in Markdown.
    pub description: String,
    /// The attributes by name.
    pub attributes: BTreeMap<String, Attribute>,
}

impl Schema {
    /// Returns a schema without attributes.
    pub fn new(description: impl Into<String>) -> Self {
        Self {
            version: 0,
            description: description.into(),
            attributes: BTreeMap::new(),
        }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn with(mut self, name: &str, attribute: Attribute) -> Self {
        self.attributes.insert(name.to_owned(), attribute);
        self
    }

    /// Adds attributes that several schemas have.
    #[must_use]
    pub fn with_all<'a>(self, attributes: impl IntoIterator<Item = (&'a str, Attribute)>) -> Self {
        let attributes = attributes.into_iter();
        attributes.fold(self, |schema, (name, attribute)| {
            schema.with(name, attribute)
        })
    }

    /// Returns the type of a value of this schema.
    pub fn ty(&self) -> Type {
        Type::Object(attribute::types_of(&self.attributes))
    }

    /// Checks every attribute of a configuration, as far as it is known.
    ///
    /// Terraform refuses a required argument that is omitted, but accepts one that is null, as a variable's default
    /// often is, and a computed attribute that is set.
    ///
    /// An entirely unknown configuration cannot be checked.
    pub fn validate(&self, config: &Object, diagnostics: &mut Diagnostics) {
        let mut names = self.attributes.keys();
        if names.all(|name| config.get(name).is_unknown()) {
            return;
        }
        for (name, attribute) in &self.attributes {
            let value = config.get(name);
            if value.is_null() {
                if attribute.presence == Presence::Required {
                    diagnostics.push(missing(name));
                }
            } else if attribute.is_configurable() {
                attribute.validate(&Path::attribute(name), value, diagnostics);
            } else {
                diagnostics.push(not_configurable(name));
            }
        }
    }

    /// Sets every write-only attribute of a value to null: such values never leave the
    /// configuration (TPP §8.8).
    pub fn clear_write_only(&self, object: &mut Object) {
        for (name, attribute) in &self.attributes {
            if attribute.is_write_only() {
                object.set(name, Value::Null);
            }
        }
    }
}

fn missing(name: &str) -> Diagnostic {
    Diagnostic::error(
        "Required value is null",
        format!(
            "{name} is required, but its value is null, as a variable without a value is. Set {name}."
        ),
    )
    .at_attribute(name)
}

fn not_configurable(name: &str) -> Diagnostic {
    Diagnostic::error(
        "Attribute cannot be set",
        format!(
            "The value of {name} comes from the provider. Remove {name} from the configuration."
        ),
    )
    .at_attribute(name)
}
