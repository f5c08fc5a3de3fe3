//! A provider for the engine's own tests: one resource whose behavior a test chooses.

use async_trait::async_trait;

use super::{Applied, ApplyRequest, Capabilities, ConnectionKey, Engine, PlanCall, Planned};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::private_state::PrivateState;
use crate::framework::provider::{ConfigureRequest, Offer, Provider};
use crate::framework::resource::{
    CreateRequest, DeleteRequest, Plan, PlanRequest, Progress, ReadRequest, Resource, UpdateRequest,
};
use crate::framework::schema::{Attribute, IdentitySchema, Schema};
use crate::framework::value::{Object, Type, Value};

pub(super) const CONNECTION: ConnectionKey = ConnectionKey(1);
pub(super) const THING: &str = "fake_thing";

/// What a change or a read does.
type Behavior = fn(&Progress) -> Result<(), Diagnostic>;

/// What planning does.
type Planning = fn(&mut Plan);

/// What reviewing a plan does.
type Review = fn(&Plan, &mut Diagnostics);

/// What reviewing a deletion does.
type Farewell = fn(&Object, &mut Diagnostics);

pub(super) struct Fake {
    pub(super) behavior: Behavior,
    pub(super) planning: Planning,
    pub(super) review: Review,
    pub(super) farewell: Farewell,
}

impl Default for Fake {
    fn default() -> Self {
        Self {
            behavior: |_| Ok(()),
            planning: |_| (),
            review: |_, _| (),
            farewell: |_, _| (),
        }
    }
}

/// Starts an engine that is configured for [`CONNECTION`].
pub(super) async fn engine(fake: Fake) -> Engine<Fake> {
    let engine = Engine::new(fake);
    assert!(
        engine.registry().problems.is_empty(),
        "{:?}",
        engine.registry().problems
    );
    let diagnostics = engine
        .configure(CONNECTION, Object::new(), String::new())
        .await;
    assert!(diagnostics.is_empty());
    engine
}

pub(super) fn thing(id: Value, name: &str) -> Object {
    Object::new()
        .with("id", id)
        .with("name", name)
        .with("enabled", true)
        .with("secret", Value::Null)
        .with("note", Value::Null)
        .with("expired", false)
}

pub(super) async fn plan(fake: Fake, prior: Option<Object>, config: Object) -> Planned {
    let call = PlanCall {
        prior,
        config: Some(config),
        private: PrivateState::from_bytes(b"kept".to_vec()),
        planned: PrivateState::default(),
        identity: None,
        capabilities: Capabilities::default(),
    };
    engine(fake).await.plan(CONNECTION, THING, call).await
}

pub(super) async fn apply(
    behavior: Behavior,
    prior: Option<Object>,
    planned: Option<Object>,
) -> Applied {
    apply_config(behavior, prior, planned, &Object::new().with("name", "a")).await
}

pub(super) async fn apply_config(
    behavior: Behavior,
    prior: Option<Object>,
    planned: Option<Object>,
    config: &Object,
) -> Applied {
    let engine = engine(Fake {
        behavior,
        ..Fake::default()
    })
    .await;
    let config = planned.is_some().then(|| config.clone());
    let private = PrivateState::default();
    engine
        .apply(
            CONNECTION,
            THING,
            ApplyRequest {
                prior,
                planned,
                config,
                private,
            },
        )
        .await
}

#[async_trait]
impl Provider for Fake {
    type Context = ();

    fn schema(&self) -> Schema {
        Schema::new("A fake.")
    }

    async fn configure(&self, _request: ConfigureRequest, _: &mut Diagnostics) -> Option<()> {
        Some(())
    }

    fn offer(&self) -> Offer<()> {
        Offer::default().resource(Thing {
            behavior: self.behavior,
            planning: self.planning,
            review: self.review,
            farewell: self.farewell,
        })
    }
}

fn check_name(path: &Path, name: &Value, diagnostics: &mut Diagnostics) {
    if name.as_str().is_some_and(|name| name.len() > 50) {
        diagnostics.push(Diagnostic::error("Name is too long", "Shorten it.").at(path.clone()));
    }
}

struct Thing {
    behavior: Behavior,
    planning: Planning,
    review: Review,
    farewell: Farewell,
}

#[async_trait]
impl Resource<()> for Thing {
    fn type_name(&self) -> &'static str {
        THING
    }

    fn schema(&self) -> Schema {
        Schema::new("A thing.")
            .with("id", Attribute::computed(Type::String, "The id."))
            .with(
                "name",
                Attribute::required(Type::String, "The name.").check(check_name),
            )
            .with(
                "enabled",
                Attribute::optional(Type::Bool, "Whether it is on.").default(true),
            )
            .with(
                "secret",
                Attribute::optional(Type::Secret, "A secret.").write_only(),
            )
            .with("note", Attribute::optional(Type::String, "A note."))
            .with(
                "expired",
                Attribute::computed(Type::Bool, "Whether it has ended.").volatile(),
            )
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(IdentitySchema::default().with("id", Type::String, "The id."))
    }

    async fn propose(&self, _: &PlanRequest<'_>, plan: &mut Plan, _: &mut Diagnostics) {
        (self.planning)(plan);
    }

    async fn review(
        &self,
        (): &(),
        _: &PlanRequest<'_>,
        plan: &Plan,
        diagnostics: &mut Diagnostics,
    ) {
        (self.review)(plan, diagnostics);
    }

    async fn review_deletion(&self, (): &(), prior: &Object, diagnostics: &mut Diagnostics) {
        (self.farewell)(prior, diagnostics);
    }

    async fn create(
        &self,
        (): &(),
        _: CreateRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        (self.behavior)(progress)
    }

    async fn read(&self, (): &(), _: ReadRequest, progress: &Progress) -> Result<(), Diagnostic> {
        (self.behavior)(progress)
    }

    async fn update(
        &self,
        (): &(),
        _: UpdateRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        (self.behavior)(progress)
    }

    async fn delete(
        &self,
        (): &(),
        _: DeleteRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        (self.behavior)(progress)
    }
}
