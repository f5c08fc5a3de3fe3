//! Terraform values: known, null or unknown, with exact numbers and typed secrets.
//!
//! A [`Value`] carries no type of its own; a [`Type`] directs how it is read and written
//! (`msgpack`, `json`). Nothing here knows of protobuf, sockets or DocSpace.

mod json;
mod msgpack;
mod number;
mod object;
mod secret;
mod types;

use std::collections::BTreeMap;

pub use json::JsonError;
pub use msgpack::{DecodeError, EncodeError};
pub use number::{Number, ParseNumberError};
pub use object::Object;
pub use secret::SecretText;
pub use types::Type;

/// A value as Terraform knows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Not set.
    Null,
    /// Not known before apply; what is known about it is in the refinements.
    Unknown(Refinements),
    /// A truth value.
    Bool(bool),
    /// An exact number.
    Number(Number),
    /// A text in Unicode normal form C.
    String(String),
    /// The text of a sensitive or write-only attribute.
    Secret(SecretText),
    /// The elements of a list, in order.
    List(Vec<Value>),
    /// The elements of a set, sorted and without duplicates; build it with [`Value::set`].
    Set(Vec<Value>),
    /// The elements of a map.
    Map(BTreeMap<String, Value>),
    /// The attributes of an object.
    Object(Object),
}

/// What is already known of an unknown value (TPP §6.4). A refinement in a plan is a promise.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refinements {
    /// The value will not be null.
    pub not_null: bool,
    /// The value, a string, will begin with this text.
    pub prefix: Option<String>,
}

impl Value {
    /// Returns an unknown value of which nothing is known.
    pub fn unknown() -> Self {
        Self::Unknown(Refinements::default())
    }

    /// Returns an unknown value that is promised not to be null.
    pub fn unknown_not_null() -> Self {
        Self::Unknown(Refinements {
            not_null: true,
            prefix: None,
        })
    }

    /// Builds a set: elements sorted, equal known elements once.
    pub fn set(elements: impl IntoIterator<Item = Value>) -> Self {
        let mut elements: Vec<Value> = elements.into_iter().collect();
        elements.sort();
        elements.dedup_by(|a, b| a == b && a.is_wholly_known());
        Self::Set(elements)
    }

    /// Returns whether the value is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns whether the value itself, not something inside it, is unknown.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// Returns whether neither the value nor anything inside it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::List(elements) | Self::Set(elements) => {
                elements.iter().all(Self::is_wholly_known)
            }
            Self::Map(elements) => elements.values().all(Self::is_wholly_known),
            Self::Object(object) => object.iter().all(|(_, value)| value.is_wholly_known()),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Secret(_) => {
                true
            }
        }
    }

    /// Returns the value with every unknown in it replaced by null.
    #[must_use]
    pub fn with_unknowns_null(self) -> Self {
        match self {
            Self::Unknown(_) => Self::Null,
            Self::List(elements) => {
                Self::List(elements.into_iter().map(Self::with_unknowns_null).collect())
            }
            Self::Set(elements) => Self::set(elements.into_iter().map(Self::with_unknowns_null)),
            Self::Map(elements) => Self::Map(
                elements
                    .into_iter()
                    .map(|(key, value)| (key, value.with_unknowns_null()))
                    .collect(),
            ),
            Self::Object(object) => Self::Object(
                object
                    .into_iter()
                    .map(|(name, value)| (name, value.with_unknowns_null()))
                    .collect(),
            ),
            known => known,
        }
    }

    /// Borrows every known secret in the value.
    pub fn secrets(&self) -> Vec<&SecretText> {
        match self {
            Self::Secret(secret) => vec![secret],
            Self::List(elements) | Self::Set(elements) => {
                elements.iter().flat_map(Self::secrets).collect()
            }
            Self::Map(elements) => elements.values().flat_map(Self::secrets).collect(),
            Self::Object(object) => object.secrets().collect(),
            Self::Null | Self::Unknown(_) | Self::Bool(_) | Self::Number(_) | Self::String(_) => {
                Vec::new()
            }
        }
    }

    /// Borrows the text of a known string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Borrows a known secret.
    pub fn as_secret(&self) -> Option<&SecretText> {
        match self {
            Self::Secret(secret) => Some(secret),
            _ => None,
        }
    }

    /// Returns a known truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// Borrows a known number.
    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Borrows the elements of a known list or set.
    pub fn as_elements(&self) -> Option<&[Value]> {
        match self {
            Self::List(elements) | Self::Set(elements) => Some(elements),
            _ => None,
        }
    }

    /// Borrows a known object.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(normal_form(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(normal_form(&text))
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl From<SecretText> for Value {
    fn from(secret: SecretText) -> Self {
        Self::Secret(secret)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Returns a text in Unicode normal form C, which is how Terraform keeps every string (TPP §6.7).
pub fn normal_form(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    icu_normalizer::ComposingNormalizerBorrowed::new_nfc()
        .normalize(text)
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_sorted_and_hold_each_known_element_once() {
        let set = Value::set(["b".into(), "a".into(), "b".into()]);
        assert_eq!(set, Value::Set(vec!["a".into(), "b".into()]));
    }

    #[test]
    fn two_unknown_elements_of_a_set_stay_two() {
        let set = Value::set([Value::unknown(), Value::unknown()]);
        assert_eq!(set.as_elements().unwrap().len(), 2);
    }

    #[test]
    fn secrets_are_found_in_collections_and_never_printed() {
        let secret = |text: &str| Value::Secret(SecretText::new(text));
        let object = Object::new()
            .with("name", "shown")
            .with("key", secret("k3y"))
            .with(
                "tokens",
                Value::set([secret("t1"), Value::unknown(), secret("t2")]),
            )
            .with(
                "by_name",
                Value::Map(BTreeMap::from([("a".to_owned(), secret("m1"))])),
            );
        let found: Vec<&str> = object.secrets().map(SecretText::expose).collect();
        assert_eq!(found, ["m1", "k3y", "t1", "t2"]);
        let printed = format!("{object:?}");
        assert!(printed.contains("shown"));
        assert!(found.iter().all(|secret| !printed.contains(secret)));
    }

    #[test]
    fn strings_are_composed() {
        assert_eq!(Value::from("e\u{301}"), Value::from("\u{e9}"));
    }

    #[test]
    fn unknowns_inside_collections_are_found_and_can_be_dropped() {
        let value = Value::List(vec![Value::Bool(true), Value::unknown()]);
        assert!(!value.is_wholly_known());
        assert_eq!(
            value.with_unknowns_null(),
            Value::List(vec![Value::Bool(true), Value::Null])
        );
    }
}
