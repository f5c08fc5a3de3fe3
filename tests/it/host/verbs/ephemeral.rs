//! Ephemeral resources: opened in every walk, never stored (TPP §8.9).

use serde_json::Value;

use super::configure::said;
use super::{answered, by_core, has_errors, unless_refused};
use crate::host::Host;
use crate::host::core::check_planned;
use crate::host::diagnostics::{self, Answer};
use crate::host::schema::Object;
use crate::host::value::{conform, decode, encode, is_wholly_known};
use crate::host::wire::tfplugin6 as wire;

const CALL: &str = "OpenEphemeralResource";

/// An ephemeral resource that is open.
#[derive(Debug, Clone)]
pub struct Opened {
    pub value: Value,
    /// What renewing and closing are told.
    pub private: Option<Vec<u8>>,
    /// Whether it has to be renewed at some time.
    pub expires: bool,
}

impl Host {
    /// Checks an ephemeral resource's configuration; values may be unknown.
    pub async fn validate_ephemeral(&self, name: &str, config: &Value) -> Answer<()> {
        let request = wire::validate_ephemeral_resource_config::Request {
            type_name: name.to_owned(),
            config: Some(encode(config, &self.ephemeral(name).await.ty())),
        };
        let answer = self
            .provider()
            .validate_ephemeral_resource_config(request)
            .await;
        said(answered("ValidateEphemeralResourceConfig", answer).diagnostics)
    }

    /// Checks the configuration of an ephemeral resource and opens it.
    pub async fn open(&self, name: &str, config: Value) -> Answer<Opened> {
        let object = self.ephemeral(name).await;
        let validated = self.validate_ephemeral(name, &config).await;
        if has_errors(&validated.diagnostics) {
            return Answer {
                result: None,
                diagnostics: validated.diagnostics,
            };
        }
        let config = by_core("the test's value", conform(&config, &object.ty()));
        assert!(is_wholly_known(&config), "nothing is opened before");
        let request = wire::open_ephemeral_resource::Request {
            type_name: name.to_owned(),
            config: Some(encode(&config, &object.ty())),
            client_capabilities: self.capabilities,
        };
        let answer = self.provider().open_ephemeral_resource(request).await;
        let answer = answered(CALL, answer);
        assert!(answer.deferred.is_none(), "{CALL}: not allowed");
        unless_refused(diagnostics::from_wire(answer.diagnostics), || {
            let value = by_core(CALL, decode(answer.result.as_ref(), &object.ty()));
            assert!(!value.is_null(), "{CALL}: no result");
            assert!(is_wholly_known(&value), "{CALL}: unknown parts in a result");
            by_core(CALL, check_planned(&object, &Value::Null, &config, &value));
            Opened {
                value,
                private: answer.private,
                expires: answer.renew_at.is_some(),
            }
        })
    }

    /// Renews what is open; tells whether it has to be renewed again.
    pub async fn renew(&self, name: &str, opened: &Opened) -> Answer<bool> {
        let request = wire::renew_ephemeral_resource::Request {
            type_name: name.to_owned(),
            private: opened.private.clone(),
        };
        let answer = self.provider().renew_ephemeral_resource(request).await;
        let answer = answered("RenewEphemeralResource", answer);
        unless_refused(diagnostics::from_wire(answer.diagnostics), || {
            answer.renew_at.is_some()
        })
    }

    /// Closes what is open.
    pub async fn close(&self, name: &str, opened: &Opened) -> Answer<()> {
        let request = wire::close_ephemeral_resource::Request {
            type_name: name.to_owned(),
            private: opened.private.clone(),
        };
        let answer = self.provider().close_ephemeral_resource(request).await;
        said(answered("CloseEphemeralResource", answer).diagnostics)
    }

    pub(super) async fn ephemeral(&self, name: &str) -> Object {
        let schemas = self.schemas().await;
        match schemas.ephemeral_resources.get(name) {
            Some(object) => object.clone(),
            None => panic!("no {name} in {:?}", schemas.ephemeral_resources.keys()),
        }
    }
}
