//! Creating a webhook: one POST, the id recorded the moment it is known, nothing read back (product §4.3). What no POST
//! can ask for follows after it.

use super::completion;
use super::creation::{Creation, Found, SUMMARY};
use super::drift::stored_differently;
use super::lost_create;
use super::model::{ID, WebhookModel};
use super::private::WebhookPrivate;
use super::rotation::{self, SecretChange};
use super::secret_hash::SecretHashes;
use crate::framework::diagnostics::Diagnostic;
use crate::framework::private_state::PrivateState;
use crate::framework::resource::{CreateRequest, Progress};
use crate::framework::value::Object;
use crate::provider::diagnose;
use crate::provider::portal::LivePortal;
use crate::provider::triggers::{self, KnownBits};

/// Creates a webhook.
pub(super) async fn create(
    portal: &LivePortal,
    hashes: &SecretHashes,
    request: CreateRequest,
    progress: &Progress,
) -> Result<(), Diagnostic> {
    let CreateRequest {
        config,
        plan,
        private,
    } = request;
    let model = WebhookModel::from_object(&plan)?;
    let private: WebhookPrivate = private.decode();
    portal.webhooks().renames.forget(&model.name, &model.uri);
    portal.webhooks().forget_planned(&model.name, &model.uri);
    portal.require_supported_version().await?;
    let (mask, trigger_bits) =
        triggers::resolve(portal, &model.triggers, &private.trigger_bits).await?;
    let secret = rotation::apply_create(hashes, &config).await?;
    let body = model.to_create(mask, secret.send.as_ref());
    let _turn = portal
        .webhooks()
        .turn_to_create(&model.name, &model.uri)
        .await;
    let (ready, allowed) = tokio::join!(prepare(portal), portal.require_write(SUMMARY));
    ready.and(allowed)?;
    let creation = Creation {
        portal,
        model: &model,
        triggers: mask,
        body: &body,
        predecessor: &private.provenance,
    };
    let found = match creation.post().await {
        Ok(created) => Found::created(created, &creation),
        Err(error) if error.outcome_unknown() => {
            lost_create::resolve(&creation, error, progress).await?
        }
        Err(error) => return Err(lost_create::refused(&creation, &error).await),
    };
    portal
        .webhooks()
        .mark_created(found.id, &model.name, &model.uri);
    record(&found, &plan, &secret, trigger_bits, progress);
    completion::complete(&creation, &found, &plan, progress).await
}

/// Makes sure that there is a list before the first POST, to tell later what was there before. A portal that is down or
/// unusable is sent nothing: there would be no way to find out what became of it.
async fn prepare(portal: &LivePortal) -> Result<(), Diagnostic> {
    let is_down = portal.client.is_down();
    if portal.webhooks().list.has_baseline() && !is_down {
        return Ok(());
    }
    let list = if is_down {
        portal.webhooks().list.fresh().await
    } else {
        portal.webhooks().list.read().await
    };
    match list {
        Err(error) if diagnose::is_definitive(&error) || portal.client.is_down() => {
            let mut diagnostic = portal.explain(SUMMARY, &error);
            diagnostic.detail.push_str(" Nothing was created.");
            Err(diagnostic)
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Records the new webhook with its planned values. From here on, there are only warnings: an error would taint an
/// existing webhook, and the next apply would destroy it.
fn record(
    found: &Found,
    plan: &Object,
    secret: &SecretChange,
    trigger_bits: KnownBits,
    progress: &Progress,
) {
    let mut private = WebhookPrivate {
        provenance: found.provenance.clone(),
        trigger_bits,
        ..WebhookPrivate::default()
    };
    secret.record(&mut private);
    let mut state = plan.clone();
    state.set(ID, found.id.to_string());
    secret.stored.put_into(&mut state);
    if found.is_different {
        progress.warn(stored_differently("created", found.id, &state));
    }
    progress.save(state, PrivateState::encode(&private));
}
