//! The query `fields=a,b.c`, with which any endpoint leaves members out of its `response` (API §2.1).
//!
//! Names are compared as they are written, upper and lower case included. Lists are pruned member by member.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use crate::front::json::{self, Node, Value};

/// Returns the wanted members, or `None` when the query does not ask: `fields[]=a&fields[]=b`, `fields=a&fields=b`
/// or `fields=a,b`.
pub(crate) fn wanted(query: &[(String, String)]) -> Option<Vec<&str>> {
    let values = |wanted: &str| -> Vec<&str> {
        query
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.as_str())
            .collect()
    };
    let several = values("fields[]");
    if !several.is_empty() {
        return Some(several);
    }
    match values("fields").as_slice() {
        [] => None,
        [one] => Some(one.split(',').collect()),
        several => Some(several.to_vec()),
    }
}

/// A response with only the members that were asked for.
pub(crate) struct Pruned(Value);

impl Pruned {
    pub(crate) fn new(response: &impl Serialize, fields: &[&str]) -> Self {
        // The shapes of this crate have text keys and finite numbers only, which always serialize.
        let text = serde_json::to_vec(response).unwrap_or_default();
        let mut value = json::parse(&text)
            .root
            .map_or(Value::Null, |node| node.value);
        prune(&mut value, None, fields);
        Self(value)
    }
}

/// Prunes a value that is found under this name; `None` is the response itself.
fn prune(value: &mut Value, parent: Option<&str>, fields: &[&str]) {
    match value {
        Value::Object(members) => members.retain_mut(|(name, node)| {
            let reached = reached(name, parent, fields);
            if let Some(reached) = &reached {
                prune(&mut node.value, Some(reached), fields);
            }
            reached.is_some()
        }),
        Value::Array(items) => {
            for item in items {
                prune(&mut item.value, parent, fields);
            }
        }
        _ => {}
    }
}

/// The name under which the members of a kept member are compared; `None` drops it.
fn reached(name: &str, parent: Option<&str>, fields: &[&str]) -> Option<String> {
    let path = parent.map_or_else(|| name.to_owned(), |parent| format!("{parent}.{name}"));
    fields.iter().find_map(|field| {
        if field.contains('.') {
            let leads_there = field
                .strip_prefix(path.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            (leads_there || Some(*field) == parent).then(|| path.clone())
        } else {
            // A name without a dot asks for everything below.
            let asked = parent.unwrap_or(name);
            (*field == asked).then(|| asked.to_owned())
        }
    })
}

impl Serialize for Pruned {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written(&self.0).serialize(serializer)
    }
}

/// Writes a value back as it was read.
struct Written<'a>(&'a Value);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null | Value::BrokenText => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Number(digits) => match digits.parse::<i64>() {
                Ok(whole) => serializer.serialize_i64(whole),
                Err(_) => serializer.serialize_f64(digits.parse().unwrap_or_default()),
            },
            Value::Text(text) => serializer.serialize_str(text),
            Value::Array(items) => {
                let mut sequence = serializer.serialize_seq(Some(items.len()))?;
                for Node { value, .. } in items {
                    sequence.serialize_element(&Written(value))?;
                }
                sequence.end()
            }
            Value::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, Node { value, .. }) in members {
                    map.serialize_entry(name, &Written(value))?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pruned(fields: &str) -> String {
        let response = json!([{
            "configs": {"id": 17, "name": "a", "createdBy": {"id": "x", "hasAvatar": false}},
            "status": 0,
        }]);
        let query = [("fields".to_owned(), fields.to_owned())];
        let fields = wanted(&query).expect("fields");
        serde_json::to_string(&Pruned::new(&response, &fields)).expect("JSON")
    }

    #[test]
    fn a_name_keeps_everything_below_and_a_path_only_what_it_leads_to() {
        for (fields, expected) in [
            ("status", r#"[{"status":0}]"#),
            ("configs.id", r#"[{"configs":{"id":17}}]"#),
            ("configs.id,status", r#"[{"configs":{"id":17},"status":0}]"#),
            (
                "configs.createdBy",
                r#"[{"configs":{"createdBy":{"hasAvatar":false,"id":"x"}}}]"#,
            ),
            (
                "configs.createdBy.id",
                r#"[{"configs":{"createdBy":{"id":"x"}}}]"#,
            ),
            (
                "configs",
                r#"[{"configs":{"createdBy":{"hasAvatar":false,"id":"x"},"id":17,"name":"a"}}]"#,
            ),
            ("Status", "[{}]"),
            ("", "[{}]"),
        ] {
            assert_eq!(pruned(fields), expected, "{fields}");
        }
    }

    #[test]
    fn fields_are_given_in_one_value_or_in_several() {
        let query = |text: &str| -> Vec<(String, String)> {
            url::form_urlencoded::parse(text.as_bytes())
                .into_owned()
                .collect()
        };
        assert_eq!(wanted(&query("a=b")), None);
        assert_eq!(wanted(&query("Fields=a,b.c")), Some(vec!["a", "b.c"]));
        assert_eq!(wanted(&query("fields=a&fields=b")), Some(vec!["a", "b"]));
        assert_eq!(wanted(&query("fields[]=a,b&fields=c")), Some(vec!["a,b"]));
    }
}
