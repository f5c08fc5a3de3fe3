//! `docspace_api_key`: one key of a portal, and what is offered around it (IH §3).
//!
//! | module | holds |
//! | --- | --- |
//! | `schema`, `permissions` | the attributes and their checks |
//! | `model` | what a key is made of |
//! | `private`, `guard` | what is kept with a key to recognize it, and that no other key is touched |
//! | `session` | what one process knows of a portal's keys |
//! | `plan` | what will change |
//! | `refusal` | what the portal means by an error status |
//! | `own_key` | protecting the key that the provider runs with |
//! | `create`, `creation`, `mint`, `lost_create`, `update`, `delete` | changes, and how a lost answer is resolved |
//! | `read`, `import` | what exists |
//! | `ephemeral` | a key for one run |
//! | `keys`, `list`, `filter`, `current` | what is reported about keys, and finding and choosing them |

mod create;
mod creation;
mod current;
mod delete;
mod ephemeral;
mod filter;
mod guard;
mod import;
mod keys;
mod list;
mod lost_create;
mod mint;
mod model;
mod own_key;
mod permissions;
mod plan;
mod private;
mod read;
mod refusal;
mod schema;
mod session;
mod update;

use async_trait::async_trait;

use self::current::CurrentKey;
use self::ephemeral::EphemeralKey;
use self::keys::ApiKeys;
use self::list::KeyFinder;
use self::model::secrets_in;
use self::own_key::Harm;
use self::refusal::KeyRefusals;
use super::diagnose::Refusals;
use super::portal::{LivePortal, Portal};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::provider::Offer;
use crate::framework::resource::{
    CreateRequest, DeleteRequest, ImportRequest, Plan, PlanRequest, Progress, ReadRequest,
    Resource, UpdateRequest, ValidateRequest,
};
use crate::framework::schema::{IdentitySchema, Schema};
use crate::framework::value::Object;

/// What an error status means at the endpoints of keys.
pub(super) const REFUSALS: &dyn Refusals = &KeyRefusals;

/// Returns everything about API keys.
pub(super) fn offer() -> Offer<Portal> {
    Offer::default()
        .resource(ApiKeyResource)
        .data_source(ApiKeys)
        .data_source(CurrentKey)
        .ephemeral_resource(EphemeralKey)
        .list_resource(KeyFinder)
}

/// The resource `docspace_api_key`.
#[derive(Debug)]
struct ApiKeyResource;

#[async_trait]
impl Resource<Portal> for ApiKeyResource {
    fn type_name(&self) -> &'static str {
        "docspace_api_key"
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(schema::identity())
    }

    fn validate(&self, request: &ValidateRequest<'_>, diagnostics: &mut Diagnostics) {
        schema::validate(request.config, diagnostics);
    }

    async fn propose(
        &self,
        request: &PlanRequest<'_>,
        plan: &mut Plan,
        diagnostics: &mut Diagnostics,
    ) {
        plan::propose(request, plan, diagnostics);
    }

    async fn review(
        &self,
        context: &Portal,
        request: &PlanRequest<'_>,
        plan: &Plan,
        diagnostics: &mut Diagnostics,
    ) {
        let (Some(portal), Some(prior)) = (context.known(), request.prior) else {
            return;
        };
        let harm = if plan.replacements.is_empty() {
            Harm::of_change(prior, &plan.state)
        } else {
            Some(Harm::Replaced)
        };
        if let Some(harm) = harm {
            own_key::review(portal, prior, harm, diagnostics).await;
        }
        diagnostics.extend(portal.long_wait());
    }

    async fn review_deletion(
        &self,
        context: &Portal,
        prior: &Object,
        diagnostics: &mut Diagnostics,
    ) {
        if let Some(portal) = context.known() {
            own_key::review(portal, prior, Harm::Deleted, diagnostics).await;
        }
    }

    async fn create(
        &self,
        context: &Portal,
        request: CreateRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        let creating = create::create(portal, portal.keys(), request, progress);
        warning(portal, progress, creating).await
    }

    async fn read(
        &self,
        context: &Portal,
        request: ReadRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        portal.client.remember(secrets_in(&request.state));
        let reading = read::read(portal, portal.keys(), request, progress);
        warning(portal, progress, reading).await
    }

    async fn update(
        &self,
        context: &Portal,
        request: UpdateRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        portal.client.remember(secrets_in(&request.prior));
        let updating = update::update(portal, portal.keys(), request, progress);
        warning(portal, progress, updating).await
    }

    async fn delete(
        &self,
        context: &Portal,
        request: DeleteRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        portal.client.remember(secrets_in(&request.prior));
        let deleting = delete::delete(portal, portal.keys(), request);
        warning(portal, progress, deleting).await
    }

    async fn import(
        &self,
        context: &Portal,
        request: ImportRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        let importing = import::import(portal, portal.keys(), request, progress);
        warning(portal, progress, importing).await
    }

    fn observe(&self, context: &Portal, state: &Object) {
        if let Some(portal) = context.known() {
            portal.client.remember(secrets_in(state));
        }
    }
}

/// Warns of a call's long wait and of the expiry of the key that it used, whatever the call's outcome.
async fn warning(
    portal: &LivePortal,
    progress: &Progress,
    call: impl Future<Output = Result<(), Diagnostic>>,
) -> Result<(), Diagnostic> {
    let result = call.await;
    progress.warn_if(portal.long_wait());
    if portal.is_applying() {
        progress.warn_if(portal.own_key_ends());
    }
    result
}
