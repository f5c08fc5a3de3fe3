//! Values as tests write them, `json!({…})`, and as they travel (TPP §6).
//!
//! JSON has no unknown value; [`unknown`] is its marker here. Encoding and decoding follow a type, as
//! in core, and are strict where core is.

use std::collections::BTreeMap;

use icu_normalizer::ComposingNormalizerBorrowed;
use rmpv::{Utf8String, Value as Item};
use serde_json::{Map, Number, Value, json};

use super::wire::tfplugin6::DynamicValue;

const MARKER: &str = "$unknown";

/// A value that is not known yet.
pub fn unknown() -> Value {
    json!({ MARKER: true })
}

/// Tells whether a value is the marker.
pub fn is_unknown(value: &Value) -> bool {
    value.get(MARKER).is_some()
}

/// Tells whether no part of a value is unknown.
pub fn is_wholly_known(value: &Value) -> bool {
    !is_unknown(value)
        && match value {
            Value::Array(items) => items.iter().all(is_wholly_known),
            Value::Object(members) => members.values().all(is_wholly_known),
            _ => true,
        }
}

/// A type of the type system that providers and core share.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    String,
    Number,
    Bool,
    Dynamic,
    List(Box<Type>),
    Set(Box<Type>),
    Map(Box<Type>),
    Tuple(Vec<Type>),
    Object(BTreeMap<String, Type>),
}

impl Type {
    /// Reads a type's JSON signature (TPP §6.5).
    pub fn parse(signature: &Value) -> Result<Self, String> {
        let parts = match signature {
            Value::String(name) => {
                return match name.as_str() {
                    "string" => Ok(Self::String),
                    "number" => Ok(Self::Number),
                    "bool" => Ok(Self::Bool),
                    "dynamic" => Ok(Self::Dynamic),
                    other => Err(format!("no type is called {other:?}")),
                };
            }
            Value::Array(parts) => parts.as_slice(),
            other => return Err(format!("{other} is no type")),
        };
        let [Value::String(kind), inner] = parts else {
            return Err(format!("{signature} is no type"));
        };
        match (kind.as_str(), inner) {
            ("list", inner) => Ok(Self::List(Box::new(Self::parse(inner)?))),
            ("set", inner) => Ok(Self::Set(Box::new(Self::parse(inner)?))),
            ("map", inner) => Ok(Self::Map(Box::new(Self::parse(inner)?))),
            ("tuple", Value::Array(inner)) => inner
                .iter()
                .map(Self::parse)
                .collect::<Result<_, _>>()
                .map(Self::Tuple),
            ("object", Value::Object(inner)) => inner
                .iter()
                .map(|(name, inner)| Ok((name.clone(), Self::parse(inner)?)))
                .collect::<Result<_, String>>()
                .map(Self::Object),
            _ => Err(format!("{signature} is no type")),
        }
    }
}

/// Encodes a value for a request. Attributes that a test leaves out are null.
#[track_caller]
pub fn encode(value: &Value, ty: &Type) -> DynamicValue {
    let item = to_item(value, ty).unwrap_or_else(|fault| panic!("the test's value: {fault}"));
    let mut msgpack = Vec::new();
    rmpv::encode::write_value(&mut msgpack, &item).unwrap();
    DynamicValue {
        msgpack,
        json: Vec::new(),
    }
}

/// Decodes a value from a response as core does: nothing at all is null.
pub fn decode(value: Option<&DynamicValue>, ty: &Type) -> Result<Value, String> {
    match value {
        Some(DynamicValue { msgpack, .. }) if !msgpack.is_empty() => from_item(&read(msgpack)?, ty),
        Some(DynamicValue { json, .. }) if !json.is_empty() => {
            let value = serde_json::from_slice(json).map_err(|error| error.to_string())?;
            conform(&value, ty)
        }
        _ => Ok(Value::Null),
    }
}

/// Reads one item that takes up all the bytes.
fn read(mut bytes: &[u8]) -> Result<Item, String> {
    let item = rmpv::decode::read_value(&mut bytes).map_err(|error| error.to_string())?;
    match bytes {
        [] => Ok(item),
        rest => Err(format!("{} bytes after the value", rest.len())),
    }
}

/// Brings a value into the one form in which equal values are equal: every attribute present, sets
/// sorted and without duplicates, numbers and texts as core compares them.
pub fn conform(value: &Value, ty: &Type) -> Result<Value, String> {
    from_item(&to_item(value, ty)?, ty)
}

fn to_item(value: &Value, ty: &Type) -> Result<Item, String> {
    if is_unknown(value) {
        return Ok(Item::Ext(0, vec![0]));
    }
    Ok(match (ty, value) {
        (_, Value::Null) => Item::Nil,
        (Type::Dynamic, value) => {
            let (ty, signature) = infer(value);
            let signature = signature.to_string().into_bytes();
            Item::Array(vec![Item::Binary(signature), to_item(value, &ty)?])
        }
        (Type::String, Value::String(text)) => text.as_str().into(),
        (Type::Bool, Value::Bool(value)) => Item::Boolean(*value),
        (Type::Number, Value::Number(number)) => number_item(number),
        (Type::List(inner) | Type::Set(inner), Value::Array(items)) => {
            let items = items.iter().map(|item| to_item(item, inner));
            Item::Array(items.collect::<Result<_, _>>()?)
        }
        (Type::Tuple(types), Value::Array(items)) if types.len() == items.len() => {
            let items = items.iter().zip(types).map(|(item, ty)| to_item(item, ty));
            Item::Array(items.collect::<Result<_, _>>()?)
        }
        (Type::Map(inner), Value::Object(members)) => {
            let entries = members
                .iter()
                .map(|(key, value)| Ok((key.as_str().into(), to_item(value, inner)?)));
            Item::Map(entries.collect::<Result<_, String>>()?)
        }
        (Type::Object(types), Value::Object(members)) => {
            if let Some(extra) = members.keys().find(|name| !types.contains_key(*name)) {
                return Err(format!("an unsupported attribute {extra:?}"));
            }
            let entries = types.iter().map(|(name, ty)| {
                let value = members.get(name).unwrap_or(&Value::Null);
                let item = to_item(value, ty).map_err(|fault| format!(".{name}: {fault}"))?;
                Ok((name.as_str().into(), item))
            });
            Item::Map(entries.collect::<Result<_, String>>()?)
        }
        (ty, value) => return Err(format!("{value} is no {ty:?}")),
    })
}

fn from_item(item: &Item, ty: &Type) -> Result<Value, String> {
    Ok(match (ty, item) {
        (_, Item::Nil) => Value::Null,
        (_, Item::Ext(kind, payload)) => {
            if payload.len() > 1 && *kind != 12 {
                return Err(format!("an unsupported extension type {kind}"));
            }
            unknown()
        }
        (Type::Dynamic, Item::Array(parts)) => {
            let [Item::Binary(signature), inner] = parts.as_slice() else {
                return Err("a dynamic value without its type".to_owned());
            };
            let signature = serde_json::from_slice(signature).map_err(|error| error.to_string())?;
            from_item(inner, &Type::parse(&signature)?)?
        }
        (Type::String, Item::String(text)) => normalized(utf8(text)?).into(),
        (Type::Bool, Item::Boolean(value)) => (*value).into(),
        (Type::Number, item) => number_value(item)?,
        (Type::List(inner), Item::Array(items)) => elements(items, inner)?.into(),
        (Type::Set(inner), Item::Array(items)) => {
            let mut elements = elements(items, inner)?;
            elements.sort_by_key(Value::to_string);
            elements.dedup();
            elements.into()
        }
        (Type::Tuple(types), Item::Array(items)) if types.len() == items.len() => {
            let items = items
                .iter()
                .zip(types)
                .map(|(item, ty)| from_item(item, ty));
            items.collect::<Result<Vec<_>, _>>()?.into()
        }
        (Type::Map(inner), Item::Map(entries)) => {
            let members = entries
                .iter()
                .map(|(key, item)| Ok((key_text(key)?, from_item(item, inner)?)));
            Value::Object(members.collect::<Result<_, String>>()?)
        }
        (Type::Object(types), Item::Map(entries)) => object(entries, types)?,
        (ty, item) => return Err(format!("{item:?} where {ty:?} is required")),
    })
}

fn object(entries: &[(Item, Item)], types: &BTreeMap<String, Type>) -> Result<Value, String> {
    if entries.len() != types.len() {
        let (required, given) = (types.len(), entries.len());
        return Err(format!(
            "an object with {required} attributes is required ({given} given)"
        ));
    }
    let mut members = Map::new();
    for (key, item) in entries {
        let name = key_text(key)?;
        let ty = types
            .get(&name)
            .ok_or_else(|| format!("an unsupported attribute {name:?}"))?;
        let value = from_item(item, ty).map_err(|fault| format!(".{name}: {fault}"))?;
        members.insert(name, value);
    }
    Ok(Value::Object(members))
}

fn elements(items: &[Item], inner: &Type) -> Result<Vec<Value>, String> {
    items.iter().map(|item| from_item(item, inner)).collect()
}

fn key_text(key: &Item) -> Result<String, String> {
    match key {
        Item::String(text) => Ok(normalized(utf8(text)?)),
        other => Err(format!("{other:?} is no key")),
    }
}

fn utf8(text: &Utf8String) -> Result<&str, String> {
    text.as_str().ok_or_else(|| format!("{text} is not UTF-8"))
}

/// Core brings every text it receives into this form (TPP §6.7).
fn normalized(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc()
        .normalize(text)
        .into_owned()
}

/// Integers travel as such, fractions as floats if binary can hold them, all else as text.
fn number_item(number: &Number) -> Item {
    let text = number.to_string();
    if let Ok(integer) = text.parse::<i64>() {
        return integer.into();
    }
    match text.parse::<f64>() {
        Ok(float) if text.contains('.') && exact_text(float) == text => float.into(),
        _ => text.into(),
    }
}

fn number_value(item: &Item) -> Result<Value, String> {
    let text = match item {
        Item::Integer(integer) => integer.to_string(),
        Item::F32(float) => exact_text((*float).into()),
        Item::F64(float) => exact_text(*float),
        Item::String(text) => utf8(text)?.to_owned(),
        other => return Err(format!("{other:?} is no number")),
    };
    let text = match text.split_once('.') {
        Some(_) => text.trim_end_matches('0').trim_end_matches('.'),
        None => &text,
    };
    let number: Number = text.parse().map_err(|_| format!("{text:?} is no number"))?;
    Ok(number.into())
}

/// All decimal digits of a float, without trailing zeros.
fn exact_text(float: f64) -> String {
    let digits = format!("{float:.1074}");
    digits
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

/// The type of a value where the schema leaves it open, and its signature.
fn infer(value: &Value) -> (Type, Value) {
    match value {
        Value::Bool(_) => (Type::Bool, json!("bool")),
        Value::Number(_) => (Type::Number, json!("number")),
        Value::Array(items) => {
            let (types, signatures): (Vec<_>, Vec<_>) = items.iter().map(infer).unzip();
            (Type::Tuple(types), json!(["tuple", signatures]))
        }
        Value::Object(members) => {
            let inferred = members
                .iter()
                .map(|(name, value)| (name.clone(), infer(value)));
            let inferred: BTreeMap<String, (Type, Value)> = inferred.collect();
            let types = inferred
                .iter()
                .map(|(name, (ty, _))| (name.clone(), ty.clone()));
            let signatures: Map<String, Value> = inferred
                .iter()
                .map(|(name, (_, signature))| (name.clone(), signature.clone()))
                .collect();
            (Type::Object(types.collect()), json!(["object", signatures]))
        }
        Value::Null | Value::String(_) => (Type::String, json!("string")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty(signature: &Value) -> Type {
        Type::parse(signature).unwrap()
    }

    fn round_trip(value: &Value, ty: &Type) -> Value {
        decode(Some(&encode(value, ty)), ty).unwrap()
    }

    #[test]
    fn numbers_travel_as_core_sends_them() {
        for (text, item) in [
            ("80", Item::from(80)),
            ("2.5", Item::from(2.5)),
            ("0.1", Item::from("0.1")),
            (
                "12345678901234567890123",
                Item::from("12345678901234567890123"),
            ),
        ] {
            let number: Value = serde_json::from_str(text).unwrap();
            assert_eq!(to_item(&number, &Type::Number).unwrap(), item);
            assert_eq!(round_trip(&number, &Type::Number), number);
        }
    }

    /// The format's own bytes: the provider reads them with the same library.
    #[test]
    fn an_object_travels_in_these_bytes() {
        let ty = ty(&json!(["object", {
            "b": "bool", "d": "dynamic", "f": "number", "i": "number", "l": ["list", "string"], "n": "string",
            "u": "string",
        }]));
        let value = json!({
            "b": true, "d": "x", "f": 2.5, "i": -200, "l": ["a", ""], "n": null, "u": unknown(),
        });
        let expected = [
            &b"\x87\xa1b\xc3"[..],
            b"\xa1d\x92\xc4\x08\"string\"\xa1x",
            b"\xa1f\xcb\x40\x04\0\0\0\0\0\0",
            b"\xa1i\xd1\xff\x38",
            b"\xa1l\x92\xa1a\xa0",
            b"\xa1n\xc0",
            b"\xa1u\xd4\0\0",
        ];
        assert_eq!(encode(&value, &ty).msgpack, expected.concat());
        assert_eq!(round_trip(&value, &ty), value);
        let mut longer = encode(&value, &ty);
        longer.msgpack.push(0xc0);
        assert!(decode(Some(&longer), &ty).is_err());
    }

    #[test]
    fn objects_are_complete_and_sets_have_one_order() {
        let ty = ty(&json!(["object", {"a": "string", "s": ["set", "string"], "d": "dynamic"}]));
        let value = json!({"s": ["b", "a", "b"], "d": [1, {"x": "e\u{301}"}]});
        assert_eq!(
            round_trip(&value, &ty),
            json!({"a": null, "s": ["a", "b"], "d": [1, {"x": "\u{e9}"}]})
        );
        assert!(conform(&json!({"other": 1}), &ty).is_err());
        let unknowns = json!({"a": unknown(), "s": [unknown()], "d": null});
        assert_eq!(round_trip(&unknowns, &ty), unknowns);
    }

    #[test]
    fn an_answer_with_a_missing_attribute_is_refused_as_core_refuses_it() {
        let answer = DynamicValue {
            msgpack: vec![0x80],
            json: Vec::new(),
        };
        let fault = decode(Some(&answer), &ty(&json!(["object", {"a": "string"}]))).unwrap_err();
        assert_eq!(fault, "an object with 1 attributes is required (0 given)");
    }
}
