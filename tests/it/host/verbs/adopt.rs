//! Writing configurations for objects that exist, and identities from another time.

use serde_json::Value;

use super::{answered, by_core, unless_refused};
use crate::host::Host;
use crate::host::diagnostics::{self, Answer};
use crate::host::value::{decode, is_wholly_known};
use crate::host::wire::tfplugin6::{self as wire, RawState};

impl Host {
    /// Writes a configuration for an object, as it stands in a file then: what is null is left out
    /// (TPP §8.5).
    pub async fn generate_config(&self, name: &str, object: &Value) -> Answer<Value> {
        const CALL: &str = "GenerateResourceConfig";
        let kind = self.kind(name).await;
        let request = wire::generate_resource_config::Request {
            type_name: name.to_owned(),
            state: Some(kind.encode(object)),
        };
        let answer = self.provider().generate_resource_config(request).await;
        let answer = answered(CALL, answer);
        unless_refused(diagnostics::from_wire(answer.diagnostics), || {
            let config = by_core(CALL, decode(answer.config.as_ref(), &kind.ty));
            assert!(is_wholly_known(&config), "{CALL}: unknown parts");
            let Value::Object(mut config) = config else {
                panic!("{CALL}: {config} is no configuration");
            };
            for (name, attribute) in &kind.object.attributes {
                let is_written = !config[name].is_null();
                assert!(
                    !is_written || attribute.required || attribute.optional,
                    "{CALL}: .{name} cannot be configured"
                );
            }
            config.retain(|_, value| !value.is_null());
            Value::Object(config)
        })
    }

    /// Brings a stored identity up to date, which core does when its version differs from the
    /// schema's; nothing stored counts as version 0 (TPP §8.6).
    pub async fn upgrade_identity(
        &self,
        name: &str,
        version: i64,
        json: &str,
    ) -> Answer<Option<Value>> {
        const CALL: &str = "UpgradeResourceIdentity";
        let kind = self.kind(name).await;
        let request = wire::upgrade_resource_identity::Request {
            type_name: name.to_owned(),
            version,
            raw_identity: Some(RawState {
                json: json.as_bytes().to_vec(),
                ..RawState::default()
            }),
        };
        let answer = self.provider().upgrade_resource_identity(request).await;
        let answer = answered(CALL, answer);
        unless_refused(diagnostics::from_wire(answer.diagnostics), || {
            kind.identity(CALL, answer.upgraded_identity.as_ref())
        })
    }
}
