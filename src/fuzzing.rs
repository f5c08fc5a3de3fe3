//! Entry points for the fuzz targets in `fuzz/`, which must not reach into private modules.
//!
//! Only compiled with the feature `fuzzing`. Each function takes any bytes and panics only when a
//! promise is broken.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::api;
use crate::framework::plugin;
use crate::framework::server::{ConnectionKey, Engine};
use crate::framework::value::{Object, Type, Value};
use crate::provider::DocSpace;

const RESOURCE: &str = "docspace_webhook";

/// Reads values as Terraform sends them; what is accepted must survive being written and read again.
///
/// # Panics
/// When a value changes on the way.
pub fn msgpack(bytes: &[u8]) {
    let numbers = Type::list(Type::Map(Box::new(Type::Number)));
    for ty in [resource_type(), &numbers, &Type::set(Type::String)] {
        let Ok(value) = Value::from_msgpack(ty, bytes) else {
            continue;
        };
        let written = value.to_msgpack(ty);
        let again = written
            .ok()
            .and_then(|written| Value::from_msgpack(ty, &written).ok());
        assert_eq!(
            again,
            Some(value),
            "a value changed when it was written and read again"
        );
    }
}

/// Reads stored states and identities; a state that is accepted can be written.
///
/// # Panics
/// When an answer is neither a state nor an error, or cannot be written.
pub fn state(bytes: &[u8]) {
    let engine = engine();
    let upgraded = engine.upgrade_state(ConnectionKey::default(), RESOURCE, 0, bytes);
    assert_eq!(upgraded.state.is_none(), upgraded.diagnostics.has_errors());
    if let Some(state) = upgraded.state {
        assert!(Value::Object(state).to_msgpack(resource_type()).is_ok());
    }
    let identity = engine.upgrade_identity(RESOURCE, 0, bytes);
    assert!(
        identity
            .identity
            .is_none_or(|identity: Object| identity.len() == 1)
    );
}

/// Reads successful answers of a portal.
pub fn portal_answer(bytes: &[u8]) {
    api::fuzzing::answer(bytes);
}

/// Reads error answers of a portal.
pub fn portal_error(bytes: &[u8]) {
    api::fuzzing::error(bytes);
}

/// Reads the environment of a plugin process: `NAME=value` entries, separated by zero bytes.
pub fn handshake(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let entries = text.split('\0').filter_map(|entry| entry.split_once('='));
    let environment: BTreeMap<String, String> = entries
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    plugin::fuzzing::handshake(&environment);
}

fn engine() -> &'static Engine<DocSpace> {
    static ENGINE: OnceLock<Engine<DocSpace>> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::new(DocSpace::new(Arc::new(BTreeMap::new()))))
}

fn resource_type() -> &'static Type {
    static TYPE: OnceLock<Type> = OnceLock::new();
    TYPE.get_or_init(|| {
        let resource = engine().registry().resources.get(RESOURCE);
        resource.map_or(Type::Bool, |resource| resource.ty.clone())
    })
}
