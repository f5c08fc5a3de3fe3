//! What the author of a managed resource implements.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::diagnostics::{Diagnostic, Diagnostics};
use super::private_state::PrivateState;
use super::schema::{IdentitySchema, Schema};
use super::value::Object;

/// A managed resource. `C` is what the provider's configuration produces.
///
/// For every resource, the engine does: decoding and encoding, the schema's validators, defaults, nulling of write-only
/// attributes, planning of deletions, checking of plans and results against Terraform's rules (TPP §7), identity
/// derived from the state, and a diagnostic instead of a panic.
#[async_trait]
pub trait Resource<C: Send + Sync>: Send + Sync {
    /// Returns the type's name, beginning with the provider's.
    fn type_name(&self) -> &'static str;

    /// Returns the schema.
    fn schema(&self) -> Schema;

    /// Returns the identity's schema, if the resource has one.
    fn identity(&self) -> Option<IdentitySchema> {
        None
    }

    /// Checks a configuration beyond its single attributes. Anything in it may be unknown, and the
    /// provider may not be configured: no requests.
    fn validate(&self, request: &ValidateRequest<'_>, diagnostics: &mut Diagnostics) {
        let _ = (request, diagnostics);
    }

    /// Completes the plan of a creation or an update. The engine has filled it in: configured values, defaults, the
    /// prior values of computed attributes, else unknown. A pure function of configuration, prior state and private
    /// state (TPP §7.2): nothing here leads to a server.
    async fn propose(
        &self,
        request: &PlanRequest<'_>,
        plan: &mut Plan,
        diagnostics: &mut Diagnostics,
    ) {
        let _ = (request, plan, diagnostics);
    }

    /// Reports what the server says about a proposed plan, which stays as it is. Not called while the provider is not
    /// configured.
    async fn review(
        &self,
        context: &C,
        request: &PlanRequest<'_>,
        plan: &Plan,
        diagnostics: &mut Diagnostics,
    ) {
        let _ = (context, request, plan, diagnostics);
    }

    /// Reports what the server says about a planned deletion. Not called while the provider is not configured.
    ///
    /// A replacement is not a separate deletion: it is a change with [`Plan::replacements`].
    async fn review_deletion(&self, context: &C, prior: &Object, diagnostics: &mut Diagnostics) {
        let _ = (context, prior, diagnostics);
    }

    /// Creates the object. What exists must be recorded in `progress` the moment it exists: that is what Terraform
    /// learns, even if this method fails or panics afterwards.
    async fn create(
        &self,
        context: &C,
        request: CreateRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic>;

    /// Reads the object. Nothing recorded and no error means that it is gone.
    async fn read(
        &self,
        context: &C,
        request: ReadRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic>;

    /// Updates the object. After a failure, what is recorded is stored; if nothing is recorded, Terraform keeps the
    /// prior state.
    async fn update(
        &self,
        context: &C,
        request: UpdateRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic>;

    /// Deletes the object. After a failure, Terraform keeps the prior state.
    async fn delete(
        &self,
        context: &C,
        request: DeleteRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic>;

    /// Imports an existing object. The state may hold as little as the identity: Terraform reads the object next.
    ///
    /// By default, an id goes into the attribute `id`, an identity into its attributes, and the read judges them.
    async fn import(
        &self,
        context: &C,
        request: ImportRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        let _ = context;
        let state = match request {
            ImportRequest::Id(id) => Object::new().with("id", id),
            ImportRequest::Identity(identity) => identity,
        };
        progress.save(state, PrivateState::default());
        Ok(())
    }

    /// Converts a state of an older schema version to the current one, as JSON of the state file.
    /// The engine handles the current version itself.
    fn upgrade(
        &self,
        version: i64,
        state: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostic> {
        let _ = state;
        Err(Diagnostic::bug(format!(
            "There is no upgrade from version {version} of this state."
        )))
    }

    /// Takes over the state of another resource type, even of another provider, without requests.
    /// The same type under another address of the provider does not get here: it needs no conversion.
    /// A source that cannot be understood is an error that says what to do instead.
    fn move_state(&self, request: &MoveRequest, progress: &Progress) -> Result<(), Diagnostic> {
        let _ = progress;
        Err(Diagnostic::error(
            "Unsupported move",
            format!(
                "{} cannot take over the state of {}. Remove the moved block, and import the object instead.",
                self.type_name(),
                request.source_type
            ),
        ))
    }

    /// Is shown each state that passes through `UpgradeResourceState`, before anything else happens
    /// to it in a walk.
    fn observe(&self, context: &C, state: &Object) {
        let _ = (context, state);
    }
}

/// A configuration to check.
#[derive(Debug)]
pub struct ValidateRequest<'a> {
    /// The configuration; anything in it may be unknown.
    pub config: &'a Object,
    /// Whether the client knows write-only attributes.
    pub write_only_allowed: bool,
}

/// What a plan starts from.
#[derive(Debug)]
pub struct PlanRequest<'a> {
    /// The configuration, write-only values included.
    pub config: &'a Object,
    /// The state before; none when the object is to be created.
    pub prior: Option<&'a Object>,
    /// The private state of the first plan, when this is the second one, in the apply walk. Only newer clients pass it
    /// on (TPP §5.2); otherwise it is empty.
    pub planned: &'a PrivateState,
}

/// The plan so far.
#[derive(Debug)]
pub struct Plan {
    /// The planned state.
    pub state: Object,
    /// The planned private state; begins as the prior one.
    pub private: PrivateState,
    /// The attributes that ask for a replacement.
    pub replacements: BTreeSet<&'static str>,
    /// The secret attributes whose value applying sends, as far as planning can tell. A write-only one is in no plan,
    /// so the plan notes it here.
    pub sends: BTreeSet<&'static str>,
}

impl Plan {
    /// Begins a plan.
    pub fn new(state: Object, private: PrivateState) -> Self {
        Self {
            state,
            private,
            replacements: BTreeSet::new(),
            sends: BTreeSet::new(),
        }
    }

    /// Asks for the object to be replaced because of an attribute, whose planned value differs from the prior one. An
    /// attribute that the provider computes becomes unknown, as the successor's value is.
    ///
    /// The request depends on more than the attribute: on what the object has become on its own, or on a value that is
    /// only missing after an import. Without a prior state it changes nothing.
    pub fn require_replacement(&mut self, attribute: &'static str) {
        self.replacements.insert(attribute);
    }
}

/// What is to be created.
#[derive(Debug)]
pub struct CreateRequest {
    /// The configuration, write-only values included.
    pub config: Object,
    /// The planned state.
    pub plan: Object,
    /// The planned private state.
    pub private: PrivateState,
}

/// What is to be read.
#[derive(Debug)]
pub struct ReadRequest {
    /// The state before; after an import, as little as the identity.
    pub state: Object,
    /// The private state before.
    pub private: PrivateState,
}

/// What is to be changed.
#[derive(Debug)]
pub struct UpdateRequest {
    /// The configuration, write-only values included.
    pub config: Object,
    /// The state before.
    pub prior: Object,
    /// The planned state.
    pub plan: Object,
    /// The planned private state.
    pub private: PrivateState,
}

/// What is to be deleted.
#[derive(Debug)]
pub struct DeleteRequest {
    /// The state before.
    pub prior: Object,
    /// The private state before.
    pub private: PrivateState,
}

/// How the practitioner names the object to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportRequest {
    /// By a text.
    Id(String),
    /// By its identity.
    Identity(Object),
}

/// A state of another resource type that is to be taken over.
#[derive(Debug)]
pub struct MoveRequest {
    /// The source's provider, as `host/namespace/type`.
    pub source_provider: String,
    /// The source's type name.
    pub source_type: String,
    /// The version of the source's schema.
    pub source_version: i64,
    /// The source's state, as JSON of the state file.
    pub source_state: serde_json::Value,
    /// What the source's provider kept with it.
    pub source_private: PrivateState,
}

/// What is known to exist so far. It survives a panic of the method that records into it.
#[derive(Debug, Default)]
pub struct Progress(Mutex<Recorded>);

/// What a method has recorded.
#[derive(Debug, Default)]
pub struct Recorded {
    /// The object as it exists; none when there is none, or nothing was recorded.
    pub state: Option<Object>,
    /// Its private state.
    pub private: PrivateState,
    /// Warnings, and errors that were not returned.
    pub diagnostics: Diagnostics,
}

impl Progress {
    /// Records the object as it exists now, with its private state.
    pub fn save(&self, state: Object, private: PrivateState) {
        let mut recorded = self.lock();
        recorded.state = Some(state);
        recorded.private = private;
    }

    /// Takes back what was recorded: the object no longer exists. Warnings stay.
    pub fn forget(&self) {
        let mut recorded = self.lock();
        recorded.state = None;
        recorded.private = PrivateState::default();
    }

    /// Adds a warning.
    pub fn warn(&self, diagnostic: Diagnostic) {
        self.lock().diagnostics.push(diagnostic);
    }

    /// Adds a warning if there is one.
    pub fn warn_if(&self, diagnostic: Option<Diagnostic>) {
        self.lock().diagnostics.extend(diagnostic);
    }

    /// Takes what was recorded.
    pub fn take(&self) -> Recorded {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Recorded> {
        // A panic while recording leaves whole values: each is assigned in one step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
