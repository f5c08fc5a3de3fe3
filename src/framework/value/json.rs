//! The JSON form of values, as state files store it (TPP §6.6), directed by a [`Type`].

use serde_json::Value as Json;

use super::{Object, SecretText, Type, Value, normal_form};

/// Where and why a JSON value is not of the expected type. Never holds the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at {}: expected {expected}, found {found}", if path.is_empty() { "the root" } else { path })]
pub struct JsonError {
    path: String,
    expected: &'static str,
    found: &'static str,
}

impl JsonError {
    fn within(mut self, step: &str) -> Self {
        let separator = if self.path.is_empty() || self.path.starts_with('[') {
            ""
        } else {
            "."
        };
        self.path = format!("{step}{separator}{}", self.path);
        self
    }
}

impl Value {
    /// Converts a JSON value of a type. Attributes that an object lacks become null, attributes
    /// that the type lacks are dropped: a state may be older or newer than the schema (TPP §8.6).
    ///
    /// # Errors
    /// When the JSON value does not have that type.
    pub fn from_json(ty: &Type, json: Json) -> Result<Self, JsonError> {
        match (ty, json) {
            (_, Json::Null) => Ok(Self::Null),
            (Type::Bool, Json::Bool(value)) => Ok(Self::Bool(value)),
            (Type::Number, Json::Number(number)) => number
                .to_string()
                .parse()
                .map(Self::Number)
                .map_err(|_unreadable| mismatch(ty, "a number out of range")),
            (Type::String, Json::String(text)) => Ok(Self::String(normal_form(&text))),
            (Type::Secret, Json::String(text)) => Ok(Self::Secret(SecretText::new(text))),
            (Type::List(element), Json::Array(elements)) => {
                convert_elements(element, elements).map(Self::List)
            }
            (Type::Set(element), Json::Array(elements)) => {
                convert_elements(element, elements).map(Self::set)
            }
            (Type::Map(element), Json::Object(entries)) => entries
                .into_iter()
                .map(|(key, json)| match Self::from_json(element, json) {
                    Ok(value) => Ok((key, value)),
                    Err(error) => Err(error.within(&format!("[{key:?}]"))),
                })
                .collect::<Result<_, _>>()
                .map(Self::Map),
            (Type::Object(attributes), Json::Object(mut entries)) => attributes
                .iter()
                .map(|(name, ty)| {
                    let json = entries.remove(name).unwrap_or(Json::Null);
                    let value = Self::from_json(ty, json).map_err(|error| error.within(name))?;
                    Ok((name.clone(), value))
                })
                .collect::<Result<Object, _>>()
                .map(Self::Object),
            (ty, other) => Err(mismatch(ty, describe(&other))),
        }
    }
}

fn convert_elements(element: &Type, elements: Vec<Json>) -> Result<Vec<Value>, JsonError> {
    elements
        .into_iter()
        .enumerate()
        .map(|(index, json)| {
            Value::from_json(element, json).map_err(|error| error.within(&format!("[{index}]")))
        })
        .collect()
}

fn mismatch(ty: &Type, found: &'static str) -> JsonError {
    JsonError {
        path: String::new(),
        expected: ty.name(),
        found,
    }
}

fn describe(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a bool",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn ty() -> Type {
        Type::Object(BTreeMap::from([
            ("count".to_owned(), Type::Number),
            ("names".to_owned(), Type::set(Type::String)),
        ]))
    }

    fn convert(text: &str) -> Result<Value, JsonError> {
        Value::from_json(&ty(), serde_json::from_str(text).unwrap())
    }

    #[test]
    fn big_numbers_keep_every_digit() {
        let value = convert(r#"{ "count": 12345678901234567890123 }"#).unwrap();
        let count = value
            .as_object()
            .unwrap()
            .get("count")
            .as_number()
            .unwrap()
            .to_string();
        assert_eq!(count, "12345678901234567890123");
    }

    #[test]
    fn missing_attributes_become_null_and_foreign_ones_are_dropped() {
        let value = convert(r#"{ "old": true, "names": ["b", "a"] }"#).unwrap();
        let expected = Object::new()
            .with("count", Value::Null)
            .with("names", Value::set(["a".into(), "b".into()]));
        assert_eq!(value, Value::Object(expected));
    }

    #[test]
    fn a_value_of_another_type_is_refused_with_its_place() {
        let error = convert(r#"{ "names": ["a", 1] }"#).unwrap_err();
        assert_eq!(
            error.to_string(),
            "at names[1]: expected string, found a number"
        );
    }
}
