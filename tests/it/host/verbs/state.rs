//! Objects as core keeps them, and the calls that bring them there without an apply.

use serde_json::Value;

use super::{answered, has_errors, unless_refused};
use crate::host::Host;
use crate::host::diagnostics::{self, Answer, Diagnostic};
use crate::host::wire::tfplugin6::diagnostic::Severity;
use crate::host::wire::tfplugin6::{self as wire, RawState};

/// An object as core keeps it between commands.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    pub type_name: String,
    pub value: Value,
    pub private: Vec<u8>,
    pub identity: Option<Value>,
    /// Whether its creation went wrong, so that the next plan replaces it.
    pub tainted: bool,
}

impl Host {
    /// Brings stored text of some schema version up to date.
    pub async fn upgrade(&self, name: &str, version: i64, json: &str) -> Answer<Value> {
        const CALL: &str = "UpgradeResourceState";
        let kind = self.kind(name).await;
        let request = wire::upgrade_resource_state::Request {
            type_name: name.to_owned(),
            version,
            raw_state: Some(raw_state(json)),
        };
        let answer = self.provider().upgrade_resource_state(request).await;
        let answer = answered(CALL, answer);
        unless_refused(diagnostics::from_wire(answer.diagnostics), || {
            let value = kind.stored(CALL, answer.upgraded_state.as_ref());
            assert!(!value.is_null(), "{CALL}: core takes the object for gone");
            value
        })
    }

    /// Reads an object as it is now; none if it is gone.
    ///
    /// Upgrades the state first, as every walk does, and insists that this changes nothing.
    pub async fn read(&self, state: &State) -> Answer<Option<State>> {
        let version = self.kind(&state.type_name).await.version;
        let json = state.value.to_string();
        let upgraded = self.upgrade(&state.type_name, version, &json).await.ok();
        assert_eq!(upgraded, state.value, "the state has this version already");
        self.read_only(state).await
    }

    async fn read_only(&self, state: &State) -> Answer<Option<State>> {
        const CALL: &str = "ReadResource";
        let kind = self.kind(&state.type_name).await;
        let request = wire::read_resource::Request {
            type_name: state.type_name.clone(),
            current_state: Some(kind.encode(&state.value)),
            private: state.private.clone(),
            provider_meta: None,
            client_capabilities: self.capabilities,
            current_identity: kind.encode_identity(state.identity.as_ref()),
        };
        let answer = answered(CALL, self.provider().read_resource(request).await);
        assert!(
            answer.deferred.is_none(),
            "{CALL}: deferral was not allowed"
        );
        unless_refused(diagnostics::from_wire(answer.diagnostics), || {
            let value = kind.stored(CALL, answer.new_state.as_ref());
            let read = State {
                value,
                private: answer.private,
                identity: kind.identity(CALL, answer.new_identity.as_ref()),
                ..state.clone()
            };
            (!read.value.is_null()).then_some(read)
        })
    }

    /// Imports one object by its id, and reads it as core then does.
    pub async fn import(&self, name: &str, id: &str) -> Answer<State> {
        let request = wire::import_resource_state::Request {
            type_name: name.to_owned(),
            id: id.to_owned(),
            identity: None,
            client_capabilities: self.capabilities,
        };
        self.import_and_read(request).await
    }

    /// Imports one object by its identity, and reads it as core then does.
    pub async fn import_by_identity(&self, name: &str, identity: &Value) -> Answer<State> {
        let request = wire::import_resource_state::Request {
            type_name: name.to_owned(),
            id: String::new(),
            identity: self.kind(name).await.encode_identity(Some(identity)),
            client_capabilities: self.capabilities,
        };
        self.import_and_read(request).await
    }

    async fn import_and_read(
        &self,
        request: wire::import_resource_state::Request,
    ) -> Answer<State> {
        const CALL: &str = "ImportResourceState";
        let name = request.type_name.clone();
        let kind = self.kind(&name).await;
        let is_by_identity = request.identity.is_some();
        let answer = self.provider().import_resource_state(request).await;
        let answer = answered(CALL, answer);
        assert!(
            answer.deferred.is_none(),
            "{CALL}: deferral was not allowed"
        );
        let objects = answer.imported_resources;
        let imported = unless_refused(diagnostics::from_wire(answer.diagnostics), || {
            let [imported] = objects.as_slice() else {
                panic!("{CALL}: one object is imported, not {}", objects.len());
            };
            assert_eq!(imported.type_name, name);
            let value = kind.stored(CALL, imported.state.as_ref());
            assert!(!value.is_null(), "{CALL}: Import returned null resource");
            let identity = kind.identity(CALL, imported.identity.as_ref());
            assert!(identity.is_some() || !is_by_identity, "{CALL}: no identity");
            State {
                type_name: name,
                value,
                private: imported.private.clone(),
                identity,
                tainted: false,
            }
        });
        let Some(state) = &imported.result else {
            return imported;
        };
        let read = self.read_only(state).await;
        let mut diagnostics = imported.diagnostics;
        diagnostics.extend(read.diagnostics);
        let found = read.result.flatten();
        if found.is_none() && !has_errors(&diagnostics) {
            diagnostics.push(nothing_there());
        }
        Answer {
            result: found,
            diagnostics,
        }
    }

    /// Takes another type's object over, in a process that need not be configured.
    pub async fn move_state(
        &self,
        name: &str,
        source: wire::move_resource_state::Request,
    ) -> Answer<State> {
        const CALL: &str = "MoveResourceState";
        let kind = self.kind(name).await;
        let request = wire::move_resource_state::Request {
            target_type_name: name.to_owned(),
            ..source
        };
        let answer = answered(CALL, self.provider().move_resource_state(request).await);
        unless_refused(diagnostics::from_wire(answer.diagnostics), || {
            let value = kind.stored(CALL, answer.target_state.as_ref());
            assert!(!value.is_null(), "{CALL}: Provider returned invalid value");
            State {
                type_name: name.to_owned(),
                value,
                private: answer.target_private,
                identity: kind.identity(CALL, answer.target_identity.as_ref()),
                tainted: false,
            }
        })
    }
}

/// Stored text, as it stands in a state file.
pub fn raw_state(json: &str) -> RawState {
    RawState {
        json: json.as_bytes().to_vec(),
        ..RawState::default()
    }
}

/// What core itself says when an imported object cannot be read.
fn nothing_there() -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        summary: "Cannot import non-existent remote object".to_owned(),
        detail: String::new(),
        path: String::new(),
    }
}
