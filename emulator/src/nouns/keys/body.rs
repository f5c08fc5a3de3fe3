//! From request body to typed fields for API keys (API §3.2).

use crate::front::binding::{
    ValidationErrors, bind_members, boolean, cannot_convert, missing_property, number, required,
    text,
};
use crate::front::json::{Node, Value};

/// The longest name of a key.
const NAME_LIMIT: usize = 30;

/// The body of `POST /keys`.
#[derive(Debug, Default)]
pub(crate) struct NewKey {
    pub(crate) name: String,
    /// Empty is everything.
    pub(crate) permissions: Vec<String>,
    /// `None` is never.
    pub(crate) expires_in_days: Option<i32>,
}

/// The body of `PUT /keys/{guid}`; what is absent, null or empty stays.
#[derive(Debug, Default)]
pub(crate) struct KeyChange {
    pub(crate) name: Option<String>,
    pub(crate) permissions: Vec<String>,
    pub(crate) is_active: Option<bool>,
}

pub(crate) fn bind_new_key(body: &[u8]) -> Result<NewKey, ValidationErrors> {
    const TYPE: &str = "ASC.People.ApiModels.RequestDto.CreateApiKeyRequestDto";
    let mut name = None;
    let mut key = NewKey::default();
    bind_members(body, TYPE, |member, node, path| {
        match member.to_ascii_lowercase().as_str() {
            "name" => name = Some(text(node, path)?),
            "permissions" => key.permissions = names(node, path)?,
            "expiresindays" => key.expires_in_days = unless_null(node, path, number)?,
            _ => {}
        }
        Ok(())
    })?;
    let Some(name) = name else {
        return Err(missing_property(TYPE, "name"));
    };
    let mut errors = Vec::new();
    required(&mut errors, "Name", name.as_deref());
    limit_name(&mut errors, name.as_deref());
    if key
        .expires_in_days
        .is_some_and(|days| !(1..=365).contains(&days))
    {
        let message = "Incorrect number of days. Value must be between 1 and 365";
        errors.push(("ExpiresInDays".to_owned(), message.to_owned()));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    key.name = name.unwrap_or_default();
    Ok(key)
}

pub(crate) fn bind_key_change(body: &[u8]) -> Result<KeyChange, ValidationErrors> {
    let mut change = KeyChange::default();
    bind_members(
        body,
        "ASC.People.ApiModels.RequestDto.UpdateApiKeyRequest",
        |member, node, path| {
            match member.to_ascii_lowercase().as_str() {
                "name" => change.name = text(node, path)?,
                "permissions" => change.permissions = names(node, path)?,
                "isactive" => change.is_active = unless_null(node, path, boolean)?,
                _ => {}
            }
            Ok(())
        },
    )?;
    let mut errors = Vec::new();
    limit_name(&mut errors, change.name.as_deref());
    if errors.is_empty() {
        Ok(change)
    } else {
        Err(errors)
    }
}

fn limit_name(errors: &mut ValidationErrors, name: Option<&str>) {
    if name.is_some_and(|name| name.encode_utf16().count() > NAME_LIMIT) {
        let message = "Incorrect name. Length must be less than 30";
        errors.push(("Name".to_owned(), message.to_owned()));
    }
}

/// A list of names; null is an empty one.
fn names(node: &Node, path: &str) -> Result<Vec<String>, ValidationErrors> {
    match &node.value {
        Value::Null => Ok(Vec::new()),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                text(item, &format!("{path}[{index}]")).map(Option::unwrap_or_default)
            })
            .collect(),
        _ => {
            let list = "System.Collections.Generic.List`1[System.String]";
            Err(cannot_convert(node, path, list))
        }
    }
}

fn unless_null<T>(
    node: &Node,
    path: &str,
    read: fn(&Node, &str) -> Result<T, ValidationErrors>,
) -> Result<Option<T>, ValidationErrors> {
    match node.value {
        Value::Null => Ok(None),
        _ => read(node, path).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_is_read_and_checked() {
        let key = bind_new_key(br#"{"Name":"CI","permissions":["*:read"],"expiresInDays":"365"}"#)
            .expect("a key");
        assert_eq!((key.name.as_str(), key.expires_in_days), ("CI", Some(365)));
        assert_eq!(key.permissions, ["*:read"]);
        let open = bind_new_key(br#"{"name":"CI","permissions":null,"expiresInDays":null}"#);
        assert!(open.expect("a key").permissions.is_empty());
        for (body, key) in [
            (r"{}", "$"),
            (r#"{"name":null}"#, "Name"),
            (r#"{"name":" "}"#, "Name"),
            (r#"{"name":"a name of thirty-one characters"}"#, "Name"),
            (r#"{"name":"a","expiresInDays":0}"#, "ExpiresInDays"),
            (r#"{"name":"a","expiresInDays":366}"#, "ExpiresInDays"),
            (r#"{"name":"a","permissions":"*"}"#, "$.permissions"),
            (r#"{"name":"a","permissions":[1]}"#, "$.permissions[0]"),
        ] {
            let errors = bind_new_key(body.as_bytes()).expect_err(body);
            assert_eq!(errors[0].0, key, "{body}");
        }
    }

    #[test]
    fn a_change_names_only_what_changes() {
        let change = bind_key_change(br#"{"isActive":false}"#).expect("a change");
        assert_eq!((change.name, change.is_active), (None, Some(false)));
        let none = bind_key_change(br#"{"isActive":null,"name":null}"#).expect("a change");
        assert_eq!(none.is_active, None);
        assert!(bind_key_change(br#"{"isActive":"no"}"#).is_err());
    }
}
