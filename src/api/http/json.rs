//! Reading values out of a portal's JSON, with the path of whatever does not fit.
//!
//! Decoding is written by hand instead of derived: a derived error quotes the unexpected value, while ours may tell
//! only path, expected and found. Numbers keep their text (`serde_json` is built with `arbitrary_precision`), so a
//! 64-bit mask never passes through a float.

use std::fmt;

use serde_json::{Map, Value};

/// A place in an answer that does not contain what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DecodeError {
    /// Where, as in `response[3].configs.id`; empty for the whole body.
    pub(crate) path: String,
    /// What belongs there, as a noun with its article.
    pub(crate) expected: &'static str,
    /// What is there, as a noun with its article; never the value.
    pub(crate) found: &'static str,
}

/// A value of an answer and its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'a> {
    value: &'a Value,
    path: Path<'a>,
}

/// A path as a list from the inside out, so that nothing is allocated unless an error is reported.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Path<'a> {
    Root(&'static str),
    Index(&'a Path<'a>, usize),
    Field(&'a Path<'a>, &'a str),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
            Self::Root(name) => f.write_str(name),
            Self::Field(parent, name) => match parent {
                Self::Root("") => f.write_str(name),
                parent => write!(f, "{parent}.{name}"),
            },
        }
    }
}

impl<'a> Node<'a> {
    /// Creates the node of `value` at `path`.
    pub(crate) fn new(value: &'a Value, path: Path<'a>) -> Self {
        Self { value, path }
    }

    /// Returns the value itself, for shapes that this module has no reader for.
    pub(crate) fn value(&self) -> &'a Value {
        self.value
    }

    /// Returns the error that this node is not `expected`.
    pub(crate) fn mismatch(&self, expected: &'static str) -> DecodeError {
        DecodeError {
            path: self.path.to_string(),
            expected,
            found: kind(self.value),
        }
    }

    /// Returns the member `name`, `None` when it is missing or null: the portal omits nulls (API §2.2).
    pub(crate) fn optional(&'a self, name: &'a str) -> Result<Option<Node<'a>>, DecodeError> {
        let member = self.object()?.get(name).filter(|value| !value.is_null());
        Ok(member.map(|value| Node::new(value, Path::Field(&self.path, name))))
    }

    /// Returns the member `name`.
    pub(crate) fn required(
        &'a self,
        name: &'a str,
        expected: &'static str,
    ) -> Result<Node<'a>, DecodeError> {
        self.optional(name)?.ok_or_else(|| DecodeError {
            path: Path::Field(&self.path, name).to_string(),
            expected,
            found: "nothing",
        })
    }

    /// Returns the members of an object.
    pub(crate) fn object(&self) -> Result<&'a Map<String, Value>, DecodeError> {
        self.value
            .as_object()
            .ok_or_else(|| self.mismatch("an object"))
    }

    /// Returns the elements of an array.
    pub(crate) fn elements(&'a self) -> Result<impl Iterator<Item = Node<'a>>, DecodeError> {
        let elements = self
            .value
            .as_array()
            .ok_or_else(|| self.mismatch("an array"))?;
        Ok(elements
            .iter()
            .enumerate()
            .map(|(index, value)| Node::new(value, Path::Index(&self.path, index))))
    }

    /// Returns a string.
    pub(crate) fn text(&self) -> Result<&'a str, DecodeError> {
        self.value.as_str().ok_or_else(|| self.mismatch("a string"))
    }

    /// Returns a boolean.
    pub(crate) fn boolean(&self) -> Result<bool, DecodeError> {
        self.value
            .as_bool()
            .ok_or_else(|| self.mismatch("true or false"))
    }

    /// Returns a whole number of 64 bits, even when it is written as a string.
    pub(crate) fn integer(&self) -> Result<i64, DecodeError> {
        match self.value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
        .ok_or_else(|| self.mismatch("a whole number"))
    }

    /// Returns the string member `name`, `None` when it is missing, null or not a string.
    ///
    /// For decoration only, such as dates and display names: nothing that decides anything may be read this way.
    pub(crate) fn lenient_text(&self, name: &str) -> Option<&'a str> {
        self.value.get(name).and_then(Value::as_str)
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_mismatch_names_path_expected_and_found_but_not_the_value() {
        let value = json!({"items": [{"id": "hunter2"}]});
        let root = Node::new(&value, Path::Root("response"));
        let items = root.required("items", "an array").unwrap();
        let item = items.elements().unwrap().next().unwrap();
        let error = item
            .required("id", "a number")
            .unwrap()
            .integer()
            .unwrap_err();
        assert_eq!(error.path, "response.items[0].id");
        assert_eq!(error.expected, "a whole number");
        assert_eq!(error.found, "a string");
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[test]
    fn null_counts_as_missing() {
        let value = json!({"a": null});
        let root = Node::new(&value, Path::Root(""));
        assert!(root.optional("a").unwrap().is_none());
        assert!(root.optional("b").unwrap().is_none());
        let error = root.required("a", "a string").unwrap_err();
        assert_eq!((error.path.as_str(), error.found), ("a", "nothing"));
    }

    #[test]
    fn integers_may_be_strings_but_never_fractions() {
        for (value, expected) in [
            (json!(34_359_738_368_i64), Some(34_359_738_368)),
            (json!("34359738368"), Some(34_359_738_368)),
            (json!(-1), Some(-1)),
            (json!(1.5), None),
            (json!("1.5"), None),
            (json!(""), None),
            (json!([1]), None),
            (json!(true), None),
        ] {
            let node = Node::new(&value, Path::Root(""));
            assert_eq!(node.integer().ok(), expected, "{value}");
        }
    }
}
