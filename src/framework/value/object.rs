//! The attributes of an object by name.

use std::collections::BTreeMap;
use std::collections::btree_map::IntoIter;

use super::{SecretText, Value};

/// An object: attribute values by name. A name that is absent reads as null.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object(BTreeMap<String, Value>);

static NULL: Value = Value::Null;

impl Object {
    /// Returns an object without attributes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Borrows an attribute's value; null when the object has no such attribute.
    pub fn get(&self, name: &str) -> &Value {
        self.0.get(name).unwrap_or(&NULL)
    }

    /// Sets an attribute.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        match self.0.get_mut(name) {
            Some(slot) => *slot = value,
            None => drop(self.0.insert(name.to_owned(), value)),
        }
    }

    /// Sets an attribute and returns the object, for building one in a single expression.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    /// Removes an attribute and returns its value; null when there was none.
    pub fn take(&mut self, name: &str) -> Value {
        self.0.remove(name).unwrap_or(Value::Null)
    }

    /// Returns whether the object has the attribute, null or not.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Returns the number of attributes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether the object has no attribute.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Iterates over the attributes in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Borrows every known secret in the attributes.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretText> {
        self.0.values().flat_map(Value::secrets)
    }

    /// Returns whether neither an attribute nor anything inside one is unknown.
    pub fn is_wholly_known(&self) -> bool {
        self.0.values().all(Value::is_wholly_known)
    }
}

impl FromIterator<(String, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(attributes: I) -> Self {
        Self(attributes.into_iter().collect())
    }
}

impl IntoIterator for Object {
    type Item = (String, Value);
    type IntoIter = IntoIter<String, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
