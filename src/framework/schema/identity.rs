//! Resource identity: the attributes that tell one remote object from all others.

use std::collections::BTreeMap;

use crate::framework::value::{Object, Type};

/// The identity of a resource type (TPP §4.4, §8.4). Its version stays 0.
#[derive(Debug, Clone, Default)]
pub struct IdentitySchema {
    /// The attributes by name. Each is also an attribute of the resource, of the same name.
    pub attributes: BTreeMap<String, IdentityAttribute>,
}

/// One attribute of an identity, required for import.
#[derive(Debug, Clone)]
pub struct IdentityAttribute {
    /// Its type: a primitive or a list of primitives.
    pub ty: Type,
    /// What it means.
    pub description: String,
}

impl IdentitySchema {
    /// Adds an attribute.
    #[must_use]
    pub fn with(mut self, name: &str, ty: Type, description: impl Into<String>) -> Self {
        let attribute = IdentityAttribute {
            ty,
            description: description.into(),
        };
        self.attributes.insert(name.to_owned(), attribute);
        self
    }

    /// Returns the type of an identity.
    pub fn ty(&self) -> Type {
        Type::Object(
            self.attributes
                .iter()
                .map(|(name, attribute)| (name.clone(), attribute.ty.clone()))
                .collect(),
        )
    }

    /// Takes the identity out of a resource's state; none while a part of it is unknown.
    pub fn of(&self, state: &Object) -> Option<Object> {
        self.attributes
            .keys()
            .map(|name| {
                let value = state.get(name);
                (!value.is_null() && value.is_wholly_known()).then(|| (name.clone(), value.clone()))
            })
            .collect()
    }
}
