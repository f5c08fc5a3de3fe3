//! `docspace_webhook`: one webhook of a portal, and what is offered around it.
//!
//! | module | holds |
//! | --- | --- |
//! | `schema` | the attributes and their single checks |
//! | `model`, `secret` | what a webhook is made of |
//! | `secret_hash` | recognizing a write-only secret by its hash |
//! | `private` | what is kept with it in private state |
//! | `provenance`, `guard` | which webhook a number identifies, and leaving all others alone |
//! | `drift` | what changed on the portal between plan and apply |
//! | `plan`, `rotation` | what will change, and what happens to the secret |
//! | `review` | what the portal has to say about it |
//! | `create`, `creation`, `completion`, `lost_create`, `update`, `delete` | changes, and how a lost answer is resolved |
//! | `read`, `import` | what exists |
//! | `moved` | taking over webhooks from generic REST providers |
//! | `data_source`, `webhooks`, `list`, `filter` | what is reported about webhooks; finding and filtering them |
//! | `health` | whether deliveries succeed |
//! | `trigger_catalog`, `deliveries` | what the portal knows of events, and what became of them |
//! | `ephemeral`, `functions` | secrets that are never stored, and what is computed without a portal |
//! | `name_conflict` | messages about a name and uri that are taken |

mod completion;
mod create;
mod creation;
mod data_source;
mod delete;
mod deliveries;
mod drift;
mod ephemeral;
mod filter;
mod functions;
mod guard;
mod health;
mod import;
mod list;
mod lost_create;
mod model;
mod moved;
mod name_conflict;
mod plan;
mod private;
mod provenance;
mod read;
mod refusal;
mod renames;
mod review;
mod rotation;
mod schema;
mod secret;
mod secret_hash;
mod session;
mod target;
mod trigger_catalog;
mod update;
mod version;
mod webhooks;

use async_trait::async_trait;

use self::data_source::WebhookDataSource;
use self::deliveries::{Redeliver, WebhookDeliveries};
use self::ephemeral::WebhookSecret;
use self::functions::{TriggersDecode, TriggersEncode, WebhookSignature};
use self::list::WebhookList;
use self::model::{SECRET_KEY, SECRET_KEY_WO, SECRET_KEY_WO_VERSION, SSL, URI, secrets_in};
use self::refusal::WebhookRefusals;
use self::secret_hash::SecretHashes;
use self::trigger_catalog::TriggerCatalog;
use self::webhooks::Webhooks;
use super::diagnose::Refusals;
use super::portal::{LivePortal, Portal};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::provider::Offer;
use crate::framework::resource::{
    CreateRequest, DeleteRequest, ImportRequest, MoveRequest, Plan, PlanRequest, Progress,
    ReadRequest, Resource, UpdateRequest, ValidateRequest,
};
use crate::framework::schema::{IdentitySchema, Schema};
use crate::framework::value::Object;

/// What an error status of the portal means here.
pub(super) const REFUSALS: &dyn Refusals = &WebhookRefusals;

/// Returns everything named `docspace_webhook…`, and the related functions.
pub(super) fn offer() -> Offer<Portal> {
    Offer::default()
        .resource(WebhookResource::default())
        .data_source(WebhookDataSource)
        .data_source(WebhookDeliveries)
        .data_source(TriggerCatalog)
        .data_source(Webhooks)
        .ephemeral_resource(WebhookSecret)
        .list_resource(WebhookList)
        .action(Redeliver)
        .function(TriggersDecode)
        .function(TriggersEncode)
        .function(WebhookSignature)
}

/// The resource `docspace_webhook`.
#[derive(Debug, Default)]
struct WebhookResource {
    hashes: SecretHashes,
}

#[async_trait]
impl Resource<Portal> for WebhookResource {
    fn type_name(&self) -> &'static str {
        "docspace_webhook"
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(schema::identity())
    }

    fn validate(&self, request: &ValidateRequest<'_>, diagnostics: &mut Diagnostics) {
        let config = request.config;
        let is_set = |name: &str| !config.get(name).is_null() && !config.get(name).is_unknown();
        if is_set(SECRET_KEY) && is_set(SECRET_KEY_WO) {
            diagnostics.push(two_secrets());
        }
        if is_set(SECRET_KEY_WO_VERSION) && config.get(SECRET_KEY_WO).is_null() {
            diagnostics.push(version_without_secret());
        }
        let ssl = config.get(SSL);
        let wants_ssl = ssl.is_null() || ssl.as_bool() == Some(true);
        let is_plain = config.get(URI).as_str().is_some_and(|uri| {
            uri.get(..7)
                .is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"))
        });
        if wants_ssl && is_plain {
            diagnostics.push(ssl_needs_https());
        }
    }

    async fn propose(
        &self,
        request: &PlanRequest<'_>,
        plan: &mut Plan,
        diagnostics: &mut Diagnostics,
    ) {
        plan::propose(&self.hashes, request, plan, diagnostics).await;
    }

    async fn review(
        &self,
        context: &Portal,
        request: &PlanRequest<'_>,
        plan: &Plan,
        diagnostics: &mut Diagnostics,
    ) {
        if let Some(portal) = context.known() {
            let objects = [Some(request.config), request.prior].into_iter().flatten();
            portal.client.remember(secrets_in(objects));
            review::review(portal, request, plan, diagnostics).await;
        }
        diagnostics.extend(context.long_wait());
    }

    async fn review_deletion(
        &self,
        context: &Portal,
        prior: &Object,
        diagnostics: &mut Diagnostics,
    ) {
        if let Some(portal) = context.known() {
            review::review_deletion(portal, prior, diagnostics);
        }
    }

    async fn create(
        &self,
        context: &Portal,
        request: CreateRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        portal.client.remember(secrets_in([&request.config]));
        let create = create::create(portal, &self.hashes, request, progress);
        warning(portal, progress, create).await
    }

    async fn read(
        &self,
        context: &Portal,
        request: ReadRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        portal.client.remember(secrets_in([&request.state]));
        warning(portal, progress, read::read(portal, request, progress)).await
    }

    async fn update(
        &self,
        context: &Portal,
        request: UpdateRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        let objects = [&request.config, &request.prior];
        portal.client.remember(secrets_in(objects));
        let update = update::update(portal, &self.hashes, request, progress);
        warning(portal, progress, update).await
    }

    async fn delete(
        &self,
        context: &Portal,
        request: DeleteRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        portal.client.remember(secrets_in([&request.prior]));
        warning(portal, progress, delete::delete(portal, request)).await
    }

    async fn import(
        &self,
        context: &Portal,
        request: ImportRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        warning(portal, progress, import::import(portal, request, progress)).await
    }

    fn move_state(&self, request: &MoveRequest, progress: &Progress) -> Result<(), Diagnostic> {
        moved::move_state(request, progress)
    }

    fn observe(&self, context: &Portal, state: &Object) {
        if let (Some(portal), Ok(id)) = (context.known(), model::id_of(state)) {
            portal.webhooks().mark_managed(id);
            portal.client.remember(secrets_in([state]));
        }
    }
}

/// Warns of a call's long wait, and of a key that expires soon, whatever the call's outcome.
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

fn two_secrets() -> Diagnostic {
    Diagnostic::error(
        "Two secrets",
        "secret_key and secret_key_wo are both set, but a webhook has one secret. Keep secret_key_wo to keep it out of \
         the state, or secret_key for Terraform and OpenTofu before 1.11.",
    )
    .at_attribute(SECRET_KEY_WO)
}

fn version_without_secret() -> Diagnostic {
    Diagnostic::error(
        "Secret version without a secret",
        "secret_key_wo_version is set, but secret_key_wo is not. The version decides when secret_key_wo is sent again. \
         Set secret_key_wo, or remove the version.",
    )
    .at_attribute(SECRET_KEY_WO_VERSION)
}

fn ssl_needs_https() -> Diagnostic {
    Diagnostic::error(
        "Webhook uri must use https",
        "ssl is true, which is the default, so the portal accepts only https receivers. Use an https uri, or set ssl = \
         false to deliver without encryption.",
    )
    .at_attribute(URI)
}
