//! Entry points for the fuzz targets in `fuzz/`, which must not reach into private modules.
//!
//! Only compiled with the feature `fuzzing`. Each function takes any bytes and panics only when a
//! promise is broken.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::api;
use crate::framework::plugin;
use crate::framework::private_state::PrivateState;
use crate::framework::resource::MoveRequest;
use crate::framework::server::{Capabilities, ConnectionKey, Engine, PlanCall};
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

/// Reads what a state file holds: a state, then after a zero byte its private state. A state that is
/// accepted can be written and planned with; an identity, or the state of another provider's resource,
/// is read from the same bytes.
///
/// # Panics
/// When an answer is neither a state nor an error, cannot be written, or planning finds a bug.
pub fn state(bytes: &[u8]) {
    let engine = engine();
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let json = parts.next().unwrap_or_default();
    let private = parts.next().unwrap_or_default();
    let upgraded = engine.upgrade_state(ConnectionKey::default(), RESOURCE, 0, json);
    assert_eq!(upgraded.state.is_none(), upgraded.diagnostics.has_errors());
    if let Some(state) = upgraded.state {
        let written = Value::Object(state.clone()).to_msgpack(resource_type());
        assert!(written.is_ok(), "a state that was read cannot be written");
        plan(state, private);
    }
    let identity = engine.upgrade_identity(RESOURCE, 0, json);
    assert!(
        identity
            .identity
            .is_none_or(|identity: Object| identity.len() == 1)
    );
    move_state(json);
}

/// Plans an update that keeps what is stored.
fn plan(state: Object, private: &[u8]) {
    let config = state.clone().with("id", Value::Null);
    let call = PlanCall {
        prior: Some(state),
        config: Some(config.with("secret_key_wo_version", Value::Null)),
        private: PrivateState::from_bytes(private.to_vec()),
        planned: PrivateState::default(),
        identity: None,
        capabilities: Capabilities::default(),
    };
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else {
        return;
    };
    let planned = runtime.block_on(engine().plan(ConnectionKey::default(), RESOURCE, call));
    for diagnostic in &planned.diagnostics {
        assert_ne!(diagnostic.summary, "Provider bug", "{diagnostic:?}");
    }
}

/// Takes over the state of the resources that `moved` blocks may name.
fn move_state(json: &[u8]) {
    let Ok(source_state) = serde_json::from_slice::<serde_json::Value>(json) else {
        return;
    };
    for (provider, source_type) in [
        ("mastercard/restapi", "restapi_object"),
        ("magodo/restful", "restful_resource"),
    ] {
        let request = MoveRequest {
            source_provider: format!("registry.terraform.io/{provider}"),
            source_type: source_type.to_owned(),
            source_version: 0,
            source_state: source_state.clone(),
            source_private: PrivateState::default(),
        };
        let moved = engine().move_state(RESOURCE, &request);
        assert_eq!(moved.state.is_none(), moved.diagnostics.has_errors());
    }
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
