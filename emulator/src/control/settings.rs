//! `/settings`: the knobs.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde_json::Value;

use crate::config::Settings;
use crate::control::exchange::{ControlError, ControlRoutes, Shared, read, reply};

/// The routes of this part.
pub(crate) fn routes() -> ControlRoutes {
    ControlRoutes::default().at("/settings", get(show).patch(change))
}

async fn show(State(portal): Shared) -> Response {
    reply(portal.settings.current().as_ref())
}

/// Merges the given members into the settings (RFC 7396: objects are merged, null restores the default).
async fn change(State(portal): Shared, body: Bytes) -> Result<Response, ControlError> {
    let patch: Value = read(&body)?;
    let current = portal.settings.current();
    let mut merged = serde_json::to_value(current.as_ref())
        .map_err(|error| ControlError::bad_request(&error))?;
    merge(&mut merged, patch);
    let settings: Settings =
        serde_json::from_value(merged).map_err(|error| ControlError::bad_request(&error))?;
    settings
        .validate()
        .map_err(|error| ControlError::bad_request(&error))?;
    portal.settings.change(|current| *current = settings);
    Ok(reply(portal.settings.current().as_ref()))
}

fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    if let Value::Object(target) = target {
        for (name, value) in patch {
            if value.is_null() {
                target.remove(&name);
            } else {
                merge(target.entry(name).or_insert(Value::Null), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn merging_keeps_what_is_not_named() {
        let mut value = json!({"a": {"b": 1, "c": 2}, "d": [1], "e": 5});
        merge(&mut value, json!({"a": {"b": 3}, "d": [2, 3], "e": null}));
        assert_eq!(value, json!({"a": {"b": 3, "c": 2}, "d": [2, 3]}));
    }
}
