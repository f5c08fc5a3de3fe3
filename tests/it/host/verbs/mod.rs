//! What core does with a provider, as verbs: each makes the calls that core makes, in core's order
//! (TPP §5.1), with core's rules checked (TPP §7).
//!
//! What the provider tells the user comes back in an [`Answer`]. What the provider does to core, a
//! broken rule or a gRPC error, fails the test at once.

mod action;
mod adopt;
mod apply;
mod configure;
mod data;
mod deferral;
mod ephemeral;
mod list;
mod plan;
mod state;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::OnceCell;
use tonic::{Code, Response, Status};

pub use self::apply::Applied;
pub use self::ephemeral::Opened;
pub use self::list::{Found, Query};
pub use self::plan::Plan;
pub use self::state::{State, raw_state};
use super::Host;
use super::core::check_stored;
use super::diagnostics::{self, Answer, Diagnostic};
use super::schema::{Object, Schemas};
use super::value::{Type, decode, encode, is_wholly_known};
use super::wire::tfplugin6::{
    self as wire, ClientCapabilities, DynamicValue, ResourceIdentityData,
};

/// The schemas, once per test program: newer cores ask one process for them and spare the others.
static SCHEMAS: OnceCell<Arc<Schemas>> = OnceCell::const_new();

/// What the newest core says it is.
pub const NEWEST: &str = "1.16.0";

/// What the newest core says it can do.
pub fn newest_core() -> ClientCapabilities {
    ClientCapabilities {
        deferral_allowed: false,
        write_only_attributes_allowed: true,
        store_planned_private: true,
        computed_blocks_allowed: true,
    }
}

/// A core older than all capabilities.
pub fn oldest_core() -> ClientCapabilities {
    ClientCapabilities::default()
}

impl Host {
    /// Says other things of itself than the newest core does; the oldest cores say nothing at all.
    pub fn with_capabilities(
        mut self,
        capabilities: impl Into<Option<ClientCapabilities>>,
    ) -> Self {
        self.capabilities = capabilities.into();
        self
    }

    /// Says that it is of this version.
    pub fn with_version(mut self, version: &str) -> Self {
        version.clone_into(&mut self.version);
        self
    }

    /// The provider's schemas, asked of another process.
    pub async fn schemas(&self) -> Arc<Schemas> {
        let ask = async {
            let host = Self::start().await;
            let schemas = host.ask_for_schemas().await;
            host.stop().await;
            schemas
        };
        Arc::clone(SCHEMAS.get_or_init(|| Box::pin(ask)).await)
    }

    /// The provider's schemas, asked of this process.
    pub async fn ask_for_schemas(&self) -> Arc<Schemas> {
        let mut provider = self.provider().max_decoding_message_size(64 << 20);
        let request = wire::get_provider_schema::Request {};
        let answer = provider.get_provider_schema(request).await;
        let mut answer = answered("GetProviderSchema", answer);
        let said = diagnostics::from_wire(std::mem::take(&mut answer.diagnostics));
        assert!(!has_errors(&said), "GetProviderSchema: {said:#?}");

        let request = wire::get_resource_identity_schemas::Request {};
        let identities = provider.get_resource_identity_schemas(request).await;
        let identities = match identities {
            Err(status) if status.code() == Code::Unimplemented => BTreeMap::default(),
            answer => answered("GetResourceIdentitySchemas", answer).identity_schemas,
        };
        by_core("GetProviderSchema", Schemas::from_wire(answer, &identities))
    }

    /// A value of a resource, for calls that a test makes by itself.
    pub async fn encode(&self, resource: &str, value: &Value) -> DynamicValue {
        self.kind(resource).await.encode(value)
    }

    /// An identity of a resource, for calls that a test makes by itself.
    pub async fn encode_identity(
        &self,
        resource: &str,
        identity: &Value,
    ) -> Option<ResourceIdentityData> {
        self.kind(resource).await.encode_identity(Some(identity))
    }

    /// Everything about one resource type that encoding and checking need.
    async fn kind(&self, resource: &str) -> Kind {
        let schemas = self.schemas().await;
        let Some(resource) = schemas.resources.get(resource) else {
            panic!("no resource {resource} in {:?}", schemas.resources.keys());
        };
        Kind {
            version: resource.version,
            ty: resource.object.ty(),
            object: resource.object.clone(),
            identity: resource.identity.as_ref().map(|(_, ty)| ty.clone()),
        }
    }
}

/// A resource type as seen from the wire.
struct Kind {
    version: i64,
    object: Object,
    ty: Type,
    identity: Option<Type>,
}

impl Kind {
    #[track_caller]
    fn encode(&self, value: &Value) -> DynamicValue {
        encode(value, &self.ty)
    }

    /// Decodes an object that core is going to store, null included.
    #[track_caller]
    fn stored(&self, call: &str, value: Option<&DynamicValue>) -> Value {
        let value = by_core(call, decode(value, &self.ty));
        by_core(call, check_stored(&self.object, &value));
        value
    }

    #[track_caller]
    fn encode_identity(&self, identity: Option<&Value>) -> Option<ResourceIdentityData> {
        Some(ResourceIdentityData {
            identity_data: Some(encode(identity?, self.identity.as_ref()?)),
        })
    }

    /// Decodes an identity that may have unknown parts still.
    #[track_caller]
    fn planned_identity(&self, call: &str, data: Option<&ResourceIdentityData>) -> Option<Value> {
        let data = data?.identity_data.as_ref()?;
        let Some(ty) = &self.identity else {
            panic!("{call}: an identity, and no schema for it");
        };
        let identity = by_core(call, decode(Some(data), ty));
        (!identity.is_null()).then_some(identity)
    }

    /// Decodes an identity that core is going to store.
    #[track_caller]
    fn identity(&self, call: &str, data: Option<&ResourceIdentityData>) -> Option<Value> {
        let identity = self.planned_identity(call, data)?;
        assert!(
            is_wholly_known(&identity),
            "{call}: Provider produced invalid identity: {identity}"
        );
        Some(identity)
    }
}

/// The answer of a call, or the end of the test: core has no use for a gRPC error.
#[track_caller]
fn answered<T>(call: &str, answer: Result<Response<T>, Status>) -> T {
    match answer {
        Ok(answer) => answer.into_inner(),
        Err(status) => panic!("Plugin error: unexpected error from {call}: {status:?}"),
    }
}

/// What core makes of it, or the end of the test: a broken rule is a bug of the provider.
#[track_caller]
fn by_core<T>(call: &str, verdict: Result<T, String>) -> T {
    verdict.unwrap_or_else(|fault| panic!("{call}: {fault}"))
}

fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}

/// Goes on to a result unless there were errors.
fn unless_refused<T>(diagnostics: Vec<Diagnostic>, result: impl FnOnce() -> T) -> Answer<T> {
    Answer {
        result: (!has_errors(&diagnostics)).then(result),
        diagnostics,
    }
}
