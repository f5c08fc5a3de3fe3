//! The types of values and their signatures on the wire.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::Value;

/// The type of a value. Dynamic types and tuples are not offered: no schema of ours needs them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// A truth value.
    Bool,
    /// An exact number.
    Number,
    /// A text.
    String,
    /// A text that is decoded into [`super::SecretText`]; a plain string on the wire.
    Secret,
    /// A list of one element type.
    List(Box<Type>),
    /// A set of one element type.
    Set(Box<Type>),
    /// A map from text to one element type.
    Map(Box<Type>),
    /// An object with exactly these attributes.
    Object(BTreeMap<String, Type>),
}

impl Type {
    /// Returns the type of a list.
    pub fn list(element: Self) -> Self {
        Self::List(Box::new(element))
    }

    /// Returns the type of a set.
    pub fn set(element: Self) -> Self {
        Self::Set(Box::new(element))
    }

    /// Returns the type signature that Terraform expects (TPP §6.5).
    pub fn signature(&self) -> Json {
        match self {
            Self::Bool => json!("bool"),
            Self::Number => json!("number"),
            Self::String | Self::Secret => json!("string"),
            Self::List(element) => json!(["list", element.signature()]),
            Self::Set(element) => json!(["set", element.signature()]),
            Self::Map(element) => json!(["map", element.signature()]),
            Self::Object(attributes) => {
                let attributes: serde_json::Map<String, Json> = attributes
                    .iter()
                    .map(|(name, attribute)| (name.clone(), attribute.signature()))
                    .collect();
                json!(["object", attributes])
            }
        }
    }

    /// Returns whether a value can be written as one of this type; null and unknown can. An object may lack attributes.
    pub fn admits(&self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Null | Value::Unknown(_))
            | (Self::Bool, Value::Bool(_))
            | (Self::Number, Value::Number(_))
            | (Self::String | Self::Secret, Value::String(_))
            | (Self::Secret, Value::Secret(_)) => true,
            (Self::List(ty), Value::List(elements)) | (Self::Set(ty), Value::Set(elements)) => {
                elements.iter().all(|element| ty.admits(element))
            }
            (Self::Map(ty), Value::Map(elements)) => {
                elements.values().all(|element| ty.admits(element))
            }
            (Self::Object(attributes), Value::Object(object)) => object
                .iter()
                .all(|(name, value)| attributes.get(name).is_some_and(|ty| ty.admits(value))),
            _ => false,
        }
    }

    /// Returns whether a value of this type can hold one of another type, at any depth.
    pub fn holds(&self, inner: &Self) -> bool {
        self == inner
            || match self {
                Self::Bool | Self::Number | Self::String | Self::Secret => false,
                Self::List(element) | Self::Set(element) | Self::Map(element) => {
                    element.holds(inner)
                }
                Self::Object(attributes) => attributes.values().any(|ty| ty.holds(inner)),
            }
    }

    /// Returns the type's name for messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Number => "number",
            Self::String | Self::Secret => "string",
            Self::List(_) => "list",
            Self::Set(_) => "set",
            Self::Map(_) => "map",
            Self::Object(_) => "object",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_at_any_depth() {
        let object = |ty| Type::Object(BTreeMap::from([("a".to_owned(), ty)]));
        for ty in [
            Type::Secret,
            Type::list(Type::Secret),
            Type::set(Type::set(Type::Secret)),
            Type::Map(Box::new(object(Type::Secret))),
        ] {
            assert!(ty.holds(&Type::Secret), "{ty:?}");
        }
        assert!(!Type::list(object(Type::String)).holds(&Type::Secret));
    }

    #[track_caller]
    fn check(ty: &Type, signature: &str) {
        assert_eq!(ty.signature().to_string(), signature);
    }

    #[test]
    fn signatures_are_those_of_the_handbook() {
        check(&Type::Secret, r#""string""#);
        check(&Type::set(Type::String), r#"["set","string"]"#);
        let object = BTreeMap::from([("a".to_owned(), Type::Number), ("b".to_owned(), Type::Bool)]);
        check(
            &Type::list(Type::Object(object)),
            r#"["list",["object",{"a":"number","b":"bool"}]]"#,
        );
    }
}
