//! From request body to typed fields, with the portal's validation answers (API §2.2, §4.1, §8.3).
//!
//! Two stages, as in the portal: the parser stage stops at the first value of a wrong type and reports its JSON path;
//! the schema stage looks at every field and reports property names.

use crate::front::json::{self, Node, Value};

/// One key of the `errors` object with its sentence.
pub(crate) type ValidationErrors = Vec<(String, String)>;

/// Reads a body that is one object, member by member.
pub(crate) fn bind_members(
    body: &[u8],
    type_name: &str,
    mut bind: impl FnMut(&str, &Node, &str) -> Result<(), ValidationErrors>,
) -> Result<(), ValidationErrors> {
    if body.is_empty() {
        return Err(no_body());
    }
    let document = json::parse(body);
    let root = document.root.as_ref();
    match root.map(|node| &node.value) {
        Some(Value::Object(members)) => {
            for (name, node) in members {
                bind(name, node, &format!("$.{name}"))?;
            }
        }
        Some(Value::Null) => return Err(no_body()),
        Some(_) => {
            return Err(root.map_or_else(Vec::new, |node| cannot_convert(node, "$", type_name)));
        }
        None => {}
    }
    match document.error {
        Some(error) => Err(vec![(error.path, error.message)]),
        None => Ok(()),
    }
}

pub(crate) fn required(errors: &mut ValidationErrors, field: &str, value: Option<&str>) {
    if value.is_none_or(|text| text.trim().is_empty()) {
        errors.push((field.to_owned(), format!("The {field} field is required.")));
    }
}

pub(crate) fn limited(
    errors: &mut ValidationErrors,
    field: &str,
    value: Option<&str>,
    limit: usize,
) {
    if value.is_some_and(|text| text.encode_utf16().count() > limit) {
        let message =
            format!("The field {field} must be a string with a maximum length of {limit}.");
        errors.push((field.to_owned(), message));
    }
}

/// Plain numbers may also be given as text (API §2.2).
pub(crate) fn number(node: &Node, path: &str) -> Result<i32, ValidationErrors> {
    match &node.value {
        Value::Number(digits) | Value::Text(digits) if !digits.starts_with('+') => {
            digits.parse().ok()
        }
        _ => None,
    }
    .ok_or_else(|| cannot_convert(node, path, "System.Int32"))
}

pub(crate) fn text(node: &Node, path: &str) -> Result<Option<String>, ValidationErrors> {
    match &node.value {
        Value::Text(text) => Ok(Some(text.clone())),
        Value::Null => Ok(None),
        _ => Err(cannot_convert(node, path, "System.String")),
    }
}

pub(crate) fn boolean(node: &Node, path: &str) -> Result<bool, ValidationErrors> {
    match node.value {
        Value::Bool(value) => Ok(value),
        _ => Err(cannot_convert(node, path, "System.Boolean")),
    }
}

pub(crate) fn cannot_convert(node: &Node, path: &str, type_name: &str) -> ValidationErrors {
    let json::Position { line, byte } = node.position;
    let message = format!(
        "The JSON value could not be converted to {type_name}. Path: {path} | LineNumber: {line} | BytePositionInLine: {byte}."
    );
    vec![(path.to_owned(), message)]
}

pub(crate) fn missing_property(type_name: &str, property: &str) -> ValidationErrors {
    let message = format!(
        "JSON deserialization for type '{type_name}' was missing required properties including: '{property}'."
    );
    vec![("$".to_owned(), message)]
}

fn no_body() -> ValidationErrors {
    vec![(
        String::new(),
        "A non-empty request body is required.".to_owned(),
    )]
}
