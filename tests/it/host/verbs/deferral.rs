//! The calls of a core that lets answers be put off, which only experimental ones do (TPP §8.13).

use serde_json::Value;

use super::{State, answered, by_core};
use crate::host::Host;
use crate::host::core::proposed_new_state;
use crate::host::diagnostics::{self, Diagnostic};
use crate::host::value::{conform, decode, encode};
use crate::host::wire::tfplugin6::deferred::Reason;
use crate::host::wire::tfplugin6::{self as wire, ClientCapabilities};

/// The answer of a call that may be put off.
#[derive(Debug)]
pub struct Deferral {
    /// Why it was put off, if it was.
    pub reason: Option<Reason>,
    /// The best that can be said now; null where the call has nothing to say.
    pub value: Value,
    pub diagnostics: Vec<Diagnostic>,
}

impl Deferral {
    fn new(
        deferred: Option<wire::Deferred>,
        value: Value,
        diagnostics: Vec<wire::Diagnostic>,
    ) -> Self {
        Self {
            reason: deferred.map(|deferred| deferred.reason()),
            value,
            diagnostics: diagnostics::from_wire(diagnostics),
        }
    }

    /// The best that could be said by a call that was put off because the provider's configuration
    /// is not known, and said nothing else.
    #[track_caller]
    pub fn put_off(self) -> Value {
        assert_eq!(self.reason, Some(Reason::ProviderConfigUnknown));
        assert_eq!(self.diagnostics, [], "a deferral says enough");
        self.value
    }
}

impl Host {
    /// Says, beside everything else, that answers may be put off.
    pub fn allowing_deferral(self) -> Self {
        let capabilities = ClientCapabilities {
            deferral_allowed: true,
            ..super::newest_core()
        };
        self.with_capabilities(capabilities)
    }

    /// Plans an object.
    pub async fn plan_or_defer(
        &self,
        name: &str,
        prior: Option<&State>,
        config: &Value,
    ) -> Deferral {
        let kind = self.kind(name).await;
        let config = by_core("the test's value", conform(config, &kind.ty));
        let before = prior.map_or(&Value::Null, |prior| &prior.value);
        let proposed = proposed_new_state(&kind.object, before, &config);
        let request = wire::plan_resource_change::Request {
            type_name: name.to_owned(),
            prior_state: Some(kind.encode(before)),
            proposed_new_state: Some(kind.encode(&proposed)),
            config: Some(kind.encode(&config)),
            prior_private: prior.map_or_else(Vec::new, |prior| prior.private.clone()),
            prior_identity: prior.and_then(|it| kind.encode_identity(it.identity.as_ref())),
            client_capabilities: self.capabilities,
            ..Default::default()
        };
        let answer = self.provider().plan_resource_change(request).await;
        let answer = answered("PlanResourceChange", answer);
        let planned = decode(answer.planned_state.as_ref(), &kind.ty);
        let planned = by_core("PlanResourceChange", planned);
        Deferral::new(answer.deferred, planned, answer.diagnostics)
    }

    /// Reads an object.
    pub async fn read_or_defer(&self, state: &State) -> Deferral {
        let kind = self.kind(&state.type_name).await;
        let request = wire::read_resource::Request {
            type_name: state.type_name.clone(),
            current_state: Some(kind.encode(&state.value)),
            private: state.private.clone(),
            client_capabilities: self.capabilities,
            current_identity: kind.encode_identity(state.identity.as_ref()),
            provider_meta: None,
        };
        let answer = self.provider().read_resource(request).await;
        let answer = answered("ReadResource", answer);
        let value = kind.stored("ReadResource", answer.new_state.as_ref());
        assert_eq!(answer.private, state.private, "ReadResource: private");
        Deferral::new(answer.deferred, value, answer.diagnostics)
    }

    /// Imports an object. The value is the imported objects' number.
    pub async fn import_or_defer(&self, name: &str, id: &str) -> Deferral {
        let request = wire::import_resource_state::Request {
            type_name: name.to_owned(),
            id: id.to_owned(),
            identity: None,
            client_capabilities: self.capabilities,
        };
        let answer = self.provider().import_resource_state(request).await;
        let answer = answered("ImportResourceState", answer);
        let count = answer.imported_resources.len();
        Deferral::new(answer.deferred, count.into(), answer.diagnostics)
    }

    /// Reads a data source.
    pub async fn read_data_or_defer(&self, name: &str, config: &Value) -> Deferral {
        let ty = self.schemas().await.data_sources[name].ty();
        let request = wire::read_data_source::Request {
            type_name: name.to_owned(),
            config: Some(encode(config, &ty)),
            provider_meta: None,
            client_capabilities: self.capabilities,
        };
        let answer = self.provider().read_data_source(request).await;
        let answer = answered("ReadDataSource", answer);
        let value = by_core("ReadDataSource", decode(answer.state.as_ref(), &ty));
        Deferral::new(answer.deferred, value, answer.diagnostics)
    }

    /// Opens an ephemeral resource.
    pub async fn open_or_defer(&self, name: &str, config: &Value) -> Deferral {
        let ty = self.ephemeral(name).await.ty();
        let request = wire::open_ephemeral_resource::Request {
            type_name: name.to_owned(),
            config: Some(encode(config, &ty)),
            client_capabilities: self.capabilities,
        };
        let answer = self.provider().open_ephemeral_resource(request).await;
        let answer = answered("OpenEphemeralResource", answer);
        let value = decode(answer.result.as_ref(), &ty);
        let value = by_core("OpenEphemeralResource", value);
        Deferral::new(answer.deferred, value, answer.diagnostics)
    }

    /// Plans an action.
    pub async fn plan_action_or_defer(&self, name: &str, config: &Value) -> Deferral {
        let request = wire::plan_action::Request {
            action_type: name.to_owned(),
            config: Some(encode(config, &self.action(name).await)),
            client_capabilities: self.capabilities,
        };
        let answer = answered("PlanAction", self.provider().plan_action(request).await);
        Deferral::new(answer.deferred, Value::Null, answer.diagnostics)
    }
}
