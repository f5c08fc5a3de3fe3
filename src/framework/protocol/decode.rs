//! From the wire to our types.

use secrecy::zeroize::Zeroize;

use crate::framework::diagnostics::Diagnostic;
use crate::framework::server::Capabilities;
use crate::framework::value::{Object, Type, Value};
use crate::wire::tfplugin6 as wire;

/// Decodes a value; an absent one and one with neither form is null (TPP §6.1, §8.10). The bytes
/// are wiped, because they may hold a secret.
pub(super) fn value(ty: &Type, wire: Option<wire::DynamicValue>) -> Result<Value, Diagnostic> {
    let Some(mut wire) = wire else {
        return Ok(Value::Null);
    };
    let decoded = if !wire.msgpack.is_empty() {
        Value::from_msgpack(ty, &wire.msgpack).map_err(|error| error.to_string())
    } else if !wire.json.is_empty() {
        serde_json::from_slice(&wire.json)
            .map_err(|_syntax| "not JSON".to_owned())
            .and_then(|json| Value::from_json(ty, json).map_err(|error| error.to_string()))
    } else {
        Ok(Value::Null)
    };
    wire.msgpack.zeroize();
    wire.json.zeroize();
    decoded.map_err(|error| Diagnostic::bug(format!("A value does not fit the schema: {error}.")))
}

/// Decodes an object that may be null. If it is unknown as a whole, so is every attribute.
pub(super) fn object(
    ty: &Type,
    wire: Option<wire::DynamicValue>,
) -> Result<Option<Object>, Diagnostic> {
    match value(ty, wire)? {
        Value::Null => Ok(None),
        Value::Object(object) => Ok(Some(object)),
        Value::Unknown(_) => Ok(Some(unknown(ty))),
        _ => Err(Diagnostic::bug("An object arrived as something else.")),
    }
}

fn unknown(ty: &Type) -> Object {
    let Type::Object(attributes) = ty else {
        return Object::new();
    };
    let names = attributes.keys().cloned();
    names.map(|name| (name, Value::unknown())).collect()
}

/// Decodes a configuration. Terraform sends null for an empty or absent block in a few places; it
/// reads as an object without anything set.
pub(super) fn config(ty: &Type, wire: Option<wire::DynamicValue>) -> Result<Object, Diagnostic> {
    Ok(object(ty, wire)?.unwrap_or_default())
}

/// Decodes an identity; what cannot be read counts as absent, because reading fills it in again.
pub(super) fn identity(
    ty: Option<&Type>,
    wire: Option<wire::ResourceIdentityData>,
) -> Option<Object> {
    object(ty?, wire?.identity_data).ok().flatten()
}

/// Decodes the client's capabilities; an absent message announces none.
pub(super) fn capabilities(wire: Option<wire::ClientCapabilities>) -> Capabilities {
    let wire = wire.unwrap_or_default();
    Capabilities {
        deferral_allowed: wire.deferral_allowed,
        write_only_allowed: wire.write_only_attributes_allowed,
    }
}
