//! One attribute of a schema.

use std::collections::BTreeMap;

use crate::framework::diagnostics::Diagnostics;
use crate::framework::path::{Path, Step};
use crate::framework::value::{Type, Value};

/// Checks one value that is set. It may be unknown, or unknown in parts, and is then checked only
/// as far as it is known.
pub type Validator = fn(&Path, &Value, &mut Diagnostics);

/// Who sets an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The configuration must set it.
    Required,
    /// The configuration may set it; otherwise it is null.
    Optional,
    /// The provider sets it.
    Computed,
    /// The configuration may set it; otherwise the provider does.
    OptionalComputed,
}

/// How nested attributes are repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// One object.
    Single,
    /// A list of objects.
    List,
}

/// What an attribute holds.
#[derive(Debug, Clone)]
pub enum AttributeKind {
    /// A value of a type.
    Plain(Type),
    /// Objects with attributes of their own.
    Nested(Nesting, BTreeMap<String, Attribute>),
}

/// One attribute: its type, who sets it, what it means and what it may hold.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// What it holds.
    pub kind: AttributeKind,
    /// Who sets it.
    pub presence: Presence,
    /// What it means, with limits and default, in Markdown.
    pub description: String,
    sensitive: bool,
    write_only: bool,
    volatile: bool,
    default: Option<Value>,
    validators: Vec<Validator>,
}

impl Attribute {
    /// Returns an attribute of a type. A type with a secret in it makes the attribute sensitive.
    pub fn new(ty: Type, presence: Presence, description: impl Into<String>) -> Self {
        let sensitive = ty.holds(&Type::Secret);
        Self {
            kind: AttributeKind::Plain(ty),
            presence,
            description: description.into(),
            sensitive,
            write_only: false,
            volatile: false,
            default: None,
            validators: Vec::new(),
        }
    }

    /// Returns an attribute that the configuration must set.
    pub fn required(ty: Type, description: impl Into<String>) -> Self {
        Self::new(ty, Presence::Required, description)
    }

    /// Returns an attribute that the configuration may set.
    pub fn optional(ty: Type, description: impl Into<String>) -> Self {
        Self::new(ty, Presence::Optional, description)
    }

    /// Returns an attribute that the provider sets.
    pub fn computed(ty: Type, description: impl Into<String>) -> Self {
        Self::new(ty, Presence::Computed, description)
    }

    /// Returns an attribute that the provider sets when the configuration does not.
    pub fn optional_computed(ty: Type, description: impl Into<String>) -> Self {
        Self::new(ty, Presence::OptionalComputed, description)
    }

    /// Returns a computed attribute of nested objects.
    pub fn nested(
        nesting: Nesting,
        attributes: impl IntoIterator<Item = (&'static str, Attribute)>,
        description: impl Into<String>,
    ) -> Self {
        let attributes = attributes
            .into_iter()
            .map(|(name, attribute)| (name.to_owned(), attribute))
            .collect();
        Self {
            kind: AttributeKind::Nested(nesting, attributes),
            ..Self::new(Type::Bool, Presence::Computed, description)
        }
    }

    /// Marks a value that must not be shown and is not a text: a text is a [`Type::Secret`], alone or inside a
    /// collection, whose type makes the attribute sensitive.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// Makes the attribute write-only: it never appears in a plan or state (TPP §8.8).
    #[must_use]
    pub fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// Marks a computed value that changes on the server on its own. A plan that changes nothing else keeps the prior
    /// value, which the last read brought up to date; any other plan promises nothing about it, because the value can
    /// change before the apply.
    #[must_use]
    pub fn volatile(mut self) -> Self {
        self.volatile = true;
        self
    }

    /// Gives the value that the plan has when the configuration sets none. The attribute
    /// becomes optional and computed, because Terraform accepts a default only there (TPP §8.2).
    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(value.into());
        self.presence = Presence::OptionalComputed;
        self
    }

    /// Adds a check of values that are set.
    #[must_use]
    pub fn check(mut self, validator: Validator) -> Self {
        self.validators.push(validator);
        self
    }

    /// Returns whether the value must not be shown.
    pub fn is_sensitive(&self) -> bool {
        self.sensitive
    }

    /// Returns whether the value never appears in a plan or state.
    pub fn is_write_only(&self) -> bool {
        self.write_only
    }

    /// Returns whether the value changes on the server on its own.
    pub fn is_volatile(&self) -> bool {
        self.volatile
    }

    /// Returns whether the provider may set the value.
    pub fn is_computed(&self) -> bool {
        matches!(
            self.presence,
            Presence::Computed | Presence::OptionalComputed
        )
    }

    /// Returns whether the configuration may set the value.
    pub fn is_configurable(&self) -> bool {
        self.presence != Presence::Computed
    }

    /// Borrows the default.
    pub fn default_value(&self) -> Option<&Value> {
        self.default.as_ref()
    }

    /// Returns the type of the attribute's value.
    pub fn ty(&self) -> Type {
        match &self.kind {
            AttributeKind::Plain(ty) => ty.clone(),
            AttributeKind::Nested(Nesting::Single, attributes) => {
                Type::Object(types_of(attributes))
            }
            AttributeKind::Nested(Nesting::List, attributes) => {
                Type::list(Type::Object(types_of(attributes)))
            }
        }
    }

    /// Returns whether a value can be written as one of the attribute's type.
    pub fn admits(&self, value: &Value) -> bool {
        match &self.kind {
            AttributeKind::Plain(ty) => ty.admits(value),
            AttributeKind::Nested(..) => self.ty().admits(value),
        }
    }

    /// Runs the attribute's checks, and those of the attributes nested in it.
    pub(super) fn validate(&self, path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
        for validator in &self.validators {
            validator(path, value, diagnostics);
        }
        if let AttributeKind::Nested(_, attributes) = &self.kind {
            let elements = value.as_elements().unwrap_or(std::slice::from_ref(value));
            for (element, index) in elements.iter().zip(0..) {
                let path = match value {
                    Value::List(_) => path.clone().then(Step::Index(index)),
                    _ => path.clone(),
                };
                let Some(object) = element.as_object() else {
                    continue;
                };
                for (name, attribute) in attributes {
                    let path = path.clone().then(Step::Attribute(name.clone()));
                    if !object.get(name).is_null() {
                        attribute.validate(&path, object.get(name), diagnostics);
                    }
                }
            }
        }
    }
}

/// Returns the types of attributes by name.
pub(super) fn types_of(attributes: &BTreeMap<String, Attribute>) -> BTreeMap<String, Type> {
    attributes
        .iter()
        .map(|(name, attribute)| (name.clone(), attribute.ty()))
        .collect()
}
