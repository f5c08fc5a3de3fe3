//! The msgpack form of values (TPP §6.2 to §6.4), directed by a [`Type`].
//!
//! The reader never trusts a length: it allocates only what the input really holds, and its depth is the depth of the
//! type. Errors tell the place, what was expected and what was found, never the value itself.

use std::collections::BTreeMap;

use rmp::Marker;
use rmp::decode::{self, RmpRead};
use rmp::encode;

use super::{Number, Object, Refinements, SecretText, Type, Value, normal_form};

/// The extension type that announces an unknown value with refinements.
const REFINED_UNKNOWN: i8 = 12;

/// The longest refinement payload that Terraform sends or accepts, in bytes (TPP §6.4).
const MAX_REFINEMENT: usize = 1024;

/// How deep a skipped value may nest.
const MAX_SKIP_DEPTH: usize = 16;

/// Where and why bytes are not a value of the expected type. Never holds the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at {}: expected {expected}, found {found}", if path.is_empty() { "the root" } else { path })]
pub struct DecodeError {
    path: String,
    expected: String,
    found: String,
}

impl DecodeError {
    fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            path: String::new(),
            expected: expected.into(),
            found: found.into(),
        }
    }

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

/// A value does not have the type it is written with: always a provider bug.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a value that is not a {expected} cannot be written as one")]
pub struct EncodeError {
    expected: &'static str,
}

type Reader<'a> = decode::Bytes<'a>;

impl Value {
    /// Reads a value of a type from msgpack.
    ///
    /// # Errors
    /// When the bytes are not exactly one value of that type.
    pub fn from_msgpack(ty: &Type, bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let value = read(&mut reader, ty)?;
        if reader.remaining_slice().is_empty() {
            Ok(value)
        } else {
            Err(DecodeError::new("the end of the input", "more bytes"))
        }
    }

    /// Writes the value as msgpack of a type. Attributes that an object lacks are written as null.
    ///
    /// # Errors
    /// When the value does not have that type.
    pub fn to_msgpack(&self, ty: &Type) -> Result<Vec<u8>, EncodeError> {
        let mut bytes = Vec::new();
        write(&mut bytes, self, ty)?;
        Ok(bytes)
    }
}

fn read(reader: &mut Reader<'_>, ty: &Type) -> Result<Value, DecodeError> {
    let marker = decode::read_marker(reader).map_err(|_end| cut_short(ty))?;
    match marker {
        Marker::Null => return Ok(Value::Null),
        Marker::FixExt1
        | Marker::FixExt2
        | Marker::FixExt4
        | Marker::FixExt8
        | Marker::FixExt16
        | Marker::Ext8
        | Marker::Ext16
        | Marker::Ext32 => {
            return read_unknown(reader, marker).map(Value::Unknown);
        }
        _ => {}
    }
    match ty {
        Type::Bool => match marker {
            Marker::True => Ok(Value::Bool(true)),
            Marker::False => Ok(Value::Bool(false)),
            other => Err(mismatch(ty, other)),
        },
        Type::Number => read_number(reader, marker).map(Value::Number),
        Type::String => read_text(reader, marker).map(|text| Value::String(normal_form(text))),
        Type::Secret => {
            read_text(reader, marker).map(|text| Value::Secret(SecretText::new(normal_form(text))))
        }
        Type::List(element) => read_elements(reader, marker, element).map(Value::List),
        Type::Set(element) => read_elements(reader, marker, element).map(Value::set),
        Type::Map(element) => read_map(reader, marker, element).map(Value::Map),
        Type::Object(attributes) => read_object(reader, marker, attributes).map(Value::Object),
    }
}

fn read_elements(
    reader: &mut Reader<'_>,
    marker: Marker,
    element: &Type,
) -> Result<Vec<Value>, DecodeError> {
    let count = match marker {
        Marker::FixArray(count) => u32::from(count),
        Marker::Array16 => u32::from(reader.read_data_u16().map_err(|_end| cut_short_length())?),
        Marker::Array32 => reader.read_data_u32().map_err(|_end| cut_short_length())?,
        other => return Err(DecodeError::new("a list or set", describe(other))),
    };
    (0..count)
        .map(|index| read(reader, element).map_err(|error| error.within(&format!("[{index}]"))))
        .collect()
}

fn read_entries(
    reader: &mut Reader<'_>,
    marker: Marker,
    mut entry: impl FnMut(&mut Reader<'_>, String) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let count = match marker {
        Marker::FixMap(count) => u32::from(count),
        Marker::Map16 => u32::from(reader.read_data_u16().map_err(|_end| cut_short_length())?),
        Marker::Map32 => reader.read_data_u32().map_err(|_end| cut_short_length())?,
        other => return Err(DecodeError::new("a map or object", describe(other))),
    };
    for _ in 0..count {
        let key_marker = decode::read_marker(reader).map_err(|_end| cut_short_length())?;
        let key = normal_form(read_text(reader, key_marker)?);
        entry(reader, key)?;
    }
    Ok(())
}

fn read_map(
    reader: &mut Reader<'_>,
    marker: Marker,
    element: &Type,
) -> Result<BTreeMap<String, Value>, DecodeError> {
    let mut elements = BTreeMap::new();
    read_entries(reader, marker, |reader, key| {
        let value = read(reader, element).map_err(|error| error.within(&format!("[{key:?}]")))?;
        elements.insert(key, value);
        Ok(())
    })?;
    Ok(elements)
}

fn read_object(
    reader: &mut Reader<'_>,
    marker: Marker,
    attributes: &BTreeMap<String, Type>,
) -> Result<Object, DecodeError> {
    let mut object: Object = attributes
        .keys()
        .map(|name| (name.clone(), Value::Null))
        .collect();
    read_entries(reader, marker, |reader, name| {
        let Some(ty) = attributes.get(&name) else {
            return Err(DecodeError::new("an attribute of the schema", "another").within(&name));
        };
        let value = read(reader, ty).map_err(|error| error.within(&name))?;
        object.set(&name, value);
        Ok(())
    })?;
    Ok(object)
}

fn read_text<'a>(reader: &mut Reader<'a>, marker: Marker) -> Result<&'a str, DecodeError> {
    let length = match marker {
        Marker::FixStr(length) => u32::from(length),
        Marker::Str8 | Marker::Bin8 => {
            u32::from(reader.read_data_u8().map_err(|_end| cut_short_length())?)
        }
        Marker::Str16 | Marker::Bin16 => {
            u32::from(reader.read_data_u16().map_err(|_end| cut_short_length())?)
        }
        Marker::Str32 | Marker::Bin32 => {
            reader.read_data_u32().map_err(|_end| cut_short_length())?
        }
        other => return Err(DecodeError::new("a string", describe(other))),
    };
    let bytes = take(reader, length)?;
    std::str::from_utf8(bytes)
        .map_err(|_invalid| DecodeError::new("a string", "bytes that are not UTF-8"))
}

fn read_number(reader: &mut Reader<'_>, marker: Marker) -> Result<Number, DecodeError> {
    let cut = |_end| DecodeError::new("a number", "the end of the input");
    match marker {
        Marker::FixPos(value) => Ok(Number::from(u32::from(value))),
        Marker::FixNeg(value) => Ok(Number::from(i32::from(value))),
        Marker::U8 => reader
            .read_data_u8()
            .map(|value| Number::from(u32::from(value)))
            .map_err(cut),
        Marker::U16 => reader
            .read_data_u16()
            .map(|value| Number::from(u32::from(value)))
            .map_err(cut),
        Marker::U32 => reader.read_data_u32().map(Number::from).map_err(cut),
        Marker::U64 => reader.read_data_u64().map(Number::from).map_err(cut),
        Marker::I8 => reader
            .read_data_i8()
            .map(|value| Number::from(i32::from(value)))
            .map_err(cut),
        Marker::I16 => reader
            .read_data_i16()
            .map(|value| Number::from(i32::from(value)))
            .map_err(cut),
        Marker::I32 => reader.read_data_i32().map(Number::from).map_err(cut),
        Marker::I64 => reader.read_data_i64().map(Number::from).map_err(cut),
        Marker::F32 => finite(f64::from(reader.read_data_f32().map_err(cut)?)),
        Marker::F64 => finite(reader.read_data_f64().map_err(cut)?),
        text => read_text(reader, text)
            .map_err(|_other| DecodeError::new("a number", describe(marker)))?
            .parse()
            .map_err(|_unreadable| DecodeError::new("a number", "a text that is not one")),
    }
}

fn finite(value: f64) -> Result<Number, DecodeError> {
    Number::from_f64(value).ok_or_else(|| DecodeError::new("a finite number", "an infinite one"))
}

/// Reads what follows the marker of an extension: unknown, whatever its type (TPP §6.4).
fn read_unknown(reader: &mut Reader<'_>, marker: Marker) -> Result<Refinements, DecodeError> {
    let cut = |_end| cut_short_length();
    let length = match marker {
        Marker::FixExt1 => 1,
        Marker::FixExt2 => 2,
        Marker::FixExt4 => 4,
        Marker::FixExt8 => 8,
        Marker::FixExt16 => 16,
        Marker::Ext8 => u32::from(reader.read_data_u8().map_err(cut)?),
        Marker::Ext16 => u32::from(reader.read_data_u16().map_err(cut)?),
        _ => reader.read_data_u32().map_err(cut)?,
    };
    let kind = reader.read_data_i8().map_err(cut)?;
    let payload = take(reader, length)?;
    if kind == REFINED_UNKNOWN && payload.len() > 1 && payload.len() <= MAX_REFINEMENT {
        // An unreadable payload refines nothing; the value is still unknown.
        return Ok(read_refinements(payload).unwrap_or_default());
    }
    Ok(Refinements::default())
}

fn read_refinements(payload: &[u8]) -> Option<Refinements> {
    let mut reader = Reader::new(payload);
    let mut refinements = Refinements::default();
    for _ in 0..decode::read_map_len(&mut reader).ok()? {
        let key: i64 = decode::read_int(&mut reader).ok()?;
        match key {
            1 => refinements.not_null = !decode::read_bool(&mut reader).ok()?,
            2 => {
                let marker = decode::read_marker(&mut reader).ok()?;
                refinements.prefix = Some(read_text(&mut reader, marker).ok()?.to_owned());
            }
            _ => skip(&mut reader, MAX_SKIP_DEPTH)?,
        }
    }
    Some(refinements)
}

/// Skips one value of any kind inside a refinement.
fn skip(reader: &mut Reader<'_>, depth: usize) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    let marker = decode::read_marker(reader).ok()?;
    match marker {
        Marker::Null | Marker::True | Marker::False => Some(()),
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => {
            let count = match marker {
                Marker::FixArray(count) => u32::from(count),
                Marker::Array16 => u32::from(reader.read_data_u16().ok()?),
                _ => reader.read_data_u32().ok()?,
            };
            (0..count).try_for_each(|_| skip(reader, depth))
        }
        other => read_number(reader, other)
            .map(drop)
            .or_else(|_| read_text(reader, other).map(drop))
            .ok(),
    }
}

fn take<'a>(reader: &mut Reader<'a>, length: u32) -> Result<&'a [u8], DecodeError> {
    let length = usize::try_from(length).map_err(|_huge| cut_short_length())?;
    let (bytes, rest) = reader
        .remaining_slice()
        .split_at_checked(length)
        .ok_or_else(cut_short_length)?;
    *reader = Reader::new(rest);
    Ok(bytes)
}

fn write(bytes: &mut Vec<u8>, value: &Value, ty: &Type) -> Result<(), EncodeError> {
    match (ty, value) {
        (_, Value::Null) => put(encode::write_nil(bytes)),
        (_, Value::Unknown(refinements)) => write_unknown(bytes, refinements),
        (Type::Bool, Value::Bool(value)) => put(encode::write_bool(bytes, *value)),
        (Type::Number, Value::Number(number)) => write_number(bytes, number),
        (Type::String | Type::Secret, Value::String(text)) => put(encode::write_str(bytes, text)),
        (Type::Secret, Value::Secret(secret)) => put(encode::write_str(bytes, secret.expose())),
        (Type::List(ty), Value::List(elements)) | (Type::Set(ty), Value::Set(elements)) => {
            put(encode::write_array_len(bytes, length(elements.len())));
            return elements
                .iter()
                .try_for_each(|element| write(bytes, element, ty));
        }
        (Type::Map(ty), Value::Map(elements)) => {
            put(encode::write_map_len(bytes, length(elements.len())));
            return elements.iter().try_for_each(|(key, element)| {
                put(encode::write_str(bytes, key));
                write(bytes, element, ty)
            });
        }
        (Type::Object(attributes), Value::Object(object)) => {
            return write_object(bytes, object, attributes);
        }
        _ => {
            return Err(EncodeError {
                expected: ty.name(),
            });
        }
    }
    Ok(())
}

fn write_object(
    bytes: &mut Vec<u8>,
    object: &Object,
    attributes: &BTreeMap<String, Type>,
) -> Result<(), EncodeError> {
    if object
        .iter()
        .any(|(name, _)| !attributes.contains_key(name))
    {
        return Err(EncodeError {
            expected: "object of this schema",
        });
    }
    put(encode::write_map_len(bytes, length(attributes.len())));
    attributes.iter().try_for_each(|(name, ty)| {
        put(encode::write_str(bytes, name));
        write(bytes, object.get(name), ty)
    })
}

fn write_number(bytes: &mut Vec<u8>, number: &Number) {
    if let Some(value) = number.to_i64() {
        put(encode::write_sint(bytes, value));
    } else if let Some(value) = number.to_u64() {
        put(encode::write_uint(bytes, value));
    } else {
        put(encode::write_str(bytes, &number.to_string()));
    }
}

fn write_unknown(bytes: &mut Vec<u8>, refinements: &Refinements) {
    if *refinements == Refinements::default() {
        // The plain unknown: one byte of payload, type 0.
        put(encode::write_ext_meta(bytes, 1, 0));
        bytes.push(0);
        return;
    }
    let mut payload = Vec::new();
    let count = u32::from(refinements.not_null) + u32::from(refinements.prefix.is_some());
    put(encode::write_map_len(&mut payload, count));
    if refinements.not_null {
        put(encode::write_sint(&mut payload, 1));
        put(encode::write_bool(&mut payload, false));
    }
    if let Some(prefix) = &refinements.prefix {
        put(encode::write_sint(&mut payload, 2));
        put(encode::write_str(&mut payload, prefix));
    }
    put(encode::write_ext_meta(
        bytes,
        length(payload.len()),
        REFINED_UNKNOWN,
    ));
    bytes.extend_from_slice(&payload);
}

/// Drops the result of a write into a vector, which cannot fail.
fn put<T, E>(_written: Result<T, E>) {}

fn length(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn cut_short(ty: &Type) -> DecodeError {
    DecodeError::new(ty.name(), "the end of the input")
}

fn cut_short_length() -> DecodeError {
    DecodeError::new("more bytes", "the end of the input")
}

fn mismatch(ty: &Type, found: Marker) -> DecodeError {
    DecodeError::new(ty.name(), describe(found))
}

fn describe(marker: Marker) -> &'static str {
    match marker {
        Marker::Null => "null",
        Marker::True | Marker::False => "a bool",
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => "a string",
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => "bytes",
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => "a list",
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => "a map",
        Marker::Reserved => "a reserved byte",
        Marker::FixExt1
        | Marker::FixExt2
        | Marker::FixExt4
        | Marker::FixExt8
        | Marker::FixExt16
        | Marker::Ext8
        | Marker::Ext16
        | Marker::Ext32 => "an unknown value",
        _ => "a number",
    }
}

#[cfg(test)]
mod tests;
