//! The proposal: configuration where it is set, else what was there before where the provider decides.

use serde_json::{Map, Value};

use super::member;
use crate::host::schema::{Attribute, Object, Shape};
use crate::host::value::is_unknown;

/// Builds `proposed_new_state` (TPP §7.1).
pub fn proposed_new_state(object: &Object, prior: &Value, config: &Value) -> Value {
    if config.is_null() {
        return Value::Null;
    }
    let members = object.attributes.iter().map(|(name, attribute)| {
        let value = proposed(attribute, member(prior, name), member(config, name));
        (name.clone(), value)
    });
    Value::Object(members.collect::<Map<_, _>>())
}

fn proposed(attribute: &Attribute, prior: &Value, config: &Value) -> Value {
    if attribute.computed && config.is_null() {
        // A prior with values that only a configuration can give was configured, and no longer is.
        let was_configured = attribute.optional && has_configured_member(attribute, prior);
        return if was_configured {
            Value::Null
        } else {
            prior.clone()
        };
    }
    if is_unknown(config) {
        return config.clone();
    }
    match (&attribute.shape, config) {
        (Shape::Single(nested), Value::Object(_)) => proposed_new_state(nested, prior, config),
        (Shape::List(nested), Value::Array(items)) => {
            let items = items.iter().enumerate().map(|(index, item)| {
                let prior = prior.get(index).unwrap_or(&Value::Null);
                element(nested, prior, item)
            });
            items.collect()
        }
        (Shape::Map(nested), Value::Object(items)) => {
            let items = items
                .iter()
                .map(|(key, item)| (key.clone(), element(nested, member(prior, key), item)));
            Value::Object(items.collect())
        }
        (Shape::Set(nested), Value::Array(items)) => {
            let mut priors: Vec<&Value> = prior.as_array().into_iter().flatten().collect();
            let items = items.iter().map(|item| {
                let matching = priors
                    .iter()
                    .position(|prior| could_become(nested, prior, item));
                let prior = matching.map_or(&Value::Null, |index| priors.remove(index));
                element(nested, prior, item)
            });
            items.collect()
        }
        _ => config.clone(),
    }
}

fn element(nested: &Object, prior: &Value, config: &Value) -> Value {
    if is_unknown(config) {
        config.clone()
    } else {
        proposed_new_state(nested, prior, config)
    }
}

/// Whether a set's element in the configuration can be this prior element, as far as can be told.
fn could_become(nested: &Object, prior: &Value, config: &Value) -> bool {
    nested.attributes.iter().all(|(name, attribute)| {
        let config = member(config, name);
        config == member(prior, name) || (attribute.computed && config.is_null())
    })
}

fn has_configured_member(attribute: &Attribute, prior: &Value) -> bool {
    let in_object = |nested: &Object, value: &Value| {
        nested.attributes.iter().any(|(name, inner)| {
            let value = member(value, name);
            (!inner.computed && !value.is_null()) || has_configured_member(inner, value)
        })
    };
    match (&attribute.shape, prior) {
        (Shape::Single(nested), value) => in_object(nested, value),
        (Shape::List(nested) | Shape::Set(nested), Value::Array(items)) => {
            items.iter().any(|item| in_object(nested, item))
        }
        (Shape::Map(nested), Value::Object(items)) => {
            items.values().any(|item| in_object(nested, item))
        }
        _ => false,
    }
}
