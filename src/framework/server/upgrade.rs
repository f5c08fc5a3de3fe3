//! `UpgradeResourceState` and `UpgradeResourceIdentity` (TPP §8.6). Both are offline.

use serde_json::Value as Json;

use super::prelude::unknown_type;
use super::{ConnectionKey, Engine};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::provider::Provider;
use crate::framework::value::{Object, Value};

/// A stored state in the form of the current schema.
#[derive(Debug)]
pub struct UpgradedState {
    /// The state; none only with an error.
    pub state: Option<Object>,
    /// Diagnostics for the practitioner.
    pub diagnostics: Diagnostics,
}

/// A stored identity in the form of the current schema.
#[derive(Debug)]
pub struct UpgradedIdentity {
    /// The identity; none when nothing was stored.
    pub identity: Option<Object>,
    /// Diagnostics for the practitioner.
    pub diagnostics: Diagnostics,
}

impl<P: Provider> Engine<P> {
    /// Converts a stored state, of the current schema version or an older one.
    pub fn upgrade_state(
        &self,
        connection: ConnectionKey,
        type_name: &str,
        version: i64,
        json: &[u8],
    ) -> UpgradedState {
        let upgraded = serde_json::from_slice(json)
            .map_err(|_syntax| unreadable(type_name, "not JSON"))
            .and_then(|json| self.upgrade_known(type_name, version, json));
        match upgraded {
            Ok(state) => {
                if let (Some(context), Ok(resource)) =
                    (self.context(connection), self.registry.resource(type_name))
                {
                    resource.item.observe(&context, &state);
                }
                UpgradedState {
                    state: Some(state),
                    diagnostics: Diagnostics::new(),
                }
            }
            Err(diagnostic) => UpgradedState {
                state: None,
                diagnostics: diagnostic.into(),
            },
        }
    }

    /// Reads a state of the current schema version or an older one.
    pub(super) fn upgrade_known(
        &self,
        type_name: &str,
        version: i64,
        mut json: Json,
    ) -> Result<Object, Diagnostic> {
        let resource = self.registry.resource(type_name)?;
        if version > resource.schema.version {
            return Err(Diagnostic::error(
                "State written by a newer provider",
                format!(
                    "The state of this {type_name} has version {version}; this provider knows versions up to {}. \
                     Upgrade the provider.",
                    resource.schema.version
                ),
            ));
        }
        if version < resource.schema.version {
            json = resource.item.upgrade(version, json)?;
        }
        match Value::from_json(&resource.ty, json) {
            Ok(Value::Object(mut state)) => {
                resource.schema.clear_write_only(&mut state);
                Ok(state)
            }
            Ok(_) => Err(unreadable(type_name, "not an object")),
            Err(error) => Err(unreadable(type_name, &error.to_string())),
        }
    }

    /// Converts a stored identity. Objects from before identities existed have none; reading the
    /// object fills it in.
    pub fn upgrade_identity(&self, type_name: &str, version: i64, json: &[u8]) -> UpgradedIdentity {
        let failed = |diagnostic: Diagnostic| UpgradedIdentity {
            identity: None,
            diagnostics: diagnostic.into(),
        };
        let identity = self
            .registry
            .resources
            .get(type_name)
            .and_then(|found| found.identity_type.as_ref());
        let Some(ty) = identity else {
            return failed(unknown_type("resource with an identity", type_name));
        };
        if json.is_empty() {
            return UpgradedIdentity {
                identity: None,
                diagnostics: Diagnostics::new(),
            };
        }
        if version != 0 {
            return failed(unreadable(type_name, "an identity of another version"));
        }
        let json: Result<Json, _> = serde_json::from_slice(json);
        match json.map(|json| Value::from_json(ty, json)) {
            Ok(Ok(Value::Object(identity))) => UpgradedIdentity {
                identity: Some(identity),
                diagnostics: Diagnostics::new(),
            },
            Ok(Ok(Value::Null)) => UpgradedIdentity {
                identity: None,
                diagnostics: Diagnostics::new(),
            },
            Ok(Err(error)) => failed(unreadable(type_name, &error.to_string())),
            Ok(Ok(_)) | Err(_) => failed(unreadable(type_name, "not an object")),
        }
    }
}

fn unreadable(type_name: &str, why: &str) -> Diagnostic {
    Diagnostic::error(
        "Stored state cannot be read",
        format!(
            "The stored {type_name} does not have the form that this provider writes ({why}). If the \
             state was edited by hand, restore it from a backup; otherwise remove the resource with \
             `terraform state rm` and import it again."
        ),
    )
}
