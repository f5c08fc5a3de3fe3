//! Creating a webhook: one POST, the id recorded the moment it is known, nothing read back
//! (product §4.3).

use super::clash;
use super::lost_create::{self, Found};
use super::model::{ID, WebhookModel, WebhookPrivate};
use super::rotation::{self, SecretChange};
use super::triggers::{self, Bits, KnownBits, Spelling};
use crate::api::{
    Client, CreateWebhook, CreatedWebhook, Error, Role, TriggerMask, Webhook, WebhookId,
};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::private_state::PrivateState;
use crate::framework::resource::{CreateRequest, Progress};
use crate::framework::value::Object;
use crate::provider::diagnose;
use crate::provider::portal::LivePortal;

pub(super) const SUMMARY: &str = "Could not create the webhook";

/// A creation on its way.
pub(super) struct Creation<'a> {
    pub(super) portal: &'a LivePortal,
    pub(super) model: &'a WebhookModel,
    pub(super) triggers: TriggerMask,
    body: &'a CreateWebhook,
}

/// Creates a webhook.
pub(super) async fn create(
    portal: &LivePortal,
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
    portal.require_supported_version().await?;
    let (mask, trigger_bits) = resolve_triggers(portal, &model.triggers, &private).await?;
    let secret = rotation::apply_create(&config).await?;
    let body = model.to_create(mask, secret.send.as_ref());
    let _turn = portal.turn_to_create(&model.name, &model.uri).await;
    prepare(portal).await?;
    let creation = Creation {
        portal,
        model: &model,
        triggers: mask,
        body: &body,
    };
    let found = match creation.post().await {
        Ok(created) => Found::created(&created, &creation),
        Err(error) if error.outcome_unknown() => {
            lost_create::resolve(&creation, &error, progress).await?
        }
        Err(error) => return Err(lost_create::refused(&creation, &error).await),
    };
    portal.mark_created(found.id);
    record(&found, &plan, &secret, trigger_bits, progress);
    Ok(())
}

/// Makes sure of the list before the first POST, which tells later what was there before. A portal that
/// is down or unusable is sent nothing: nobody could find out what became of it.
async fn prepare(portal: &LivePortal) -> Result<(), Diagnostic> {
    let list = if portal.client.is_down() {
        portal.list.fresh().await
    } else {
        portal.list.read().await
    };
    match list {
        Err(error) if diagnose::is_definitive(&error) || portal.client.is_down() => {
            let mut diagnostic = diagnose::explain(SUMMARY, &error);
            diagnostic.detail.push_str(" Nothing was created.");
            Err(diagnostic)
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

impl Creation<'_> {
    /// Sends the POST once and keeps the shared list in step with its outcome.
    pub(super) async fn post(&self) -> Result<CreatedWebhook, Error> {
        self.post_over(&self.portal.client).await
    }

    /// Sends the POST once more, over a connection of its own.
    pub(super) async fn post_again(&self) -> Result<CreatedWebhook, Error> {
        self.post_over(&self.portal.client.on_fresh_connections())
            .await
    }

    async fn post_over(&self, client: &Client) -> Result<CreatedWebhook, Error> {
        let token = self.portal.list.begin_create();
        // What this process has seen before cannot be new, whatever the answer says.
        let baseline = self.portal.list.baseline();
        let is_new = |id| {
            let was_there = baseline
                .as_ref()
                .is_some_and(|list| list.webhook(id).is_some());
            !was_there && !self.portal.is_created(id)
        };
        match client.create_webhook(self.body, is_new).await {
            Ok(created) => {
                match &created.webhook {
                    Some(webhook) => token.created(webhook.clone()),
                    None => token.unknown(),
                }
                Ok(created)
            }
            Err(error) => {
                token.failed(&error);
                Err(error)
            }
        }
    }

    /// Words a refusal. A name and uri that are taken get the id of the webhook that has them.
    pub(super) async fn refused(&self, error: &Error) -> Diagnostic {
        if !error.is_duplicate() {
            return diagnose::explain(SUMMARY, error);
        }
        let (name, uri) = (&self.model.name, &self.model.uri);
        let Ok(snapshot) = self.portal.list.fresh().await else {
            return diagnose::explain(SUMMARY, error);
        };
        let mut taken: Vec<&Webhook> = snapshot.with_pair(name, uri).collect();
        if taken.is_empty() {
            let all = snapshot.items().map(|item| &item.webhook);
            taken = all.filter(|webhook| self.is_alike(webhook)).collect();
        }
        let foreign = taken
            .iter()
            .find(|webhook| !self.portal.is_managed(webhook.id));
        let Some(webhook) = foreign.or(taken.first()) else {
            let caller = self.portal.caller().await;
            let sees_all = caller.is_ok_and(|caller| caller.role() == Role::Admin);
            return clash::invisible(name, sees_all, &diagnose::detail(error));
        };
        let id = webhook.id;
        let mut refusal = if self.portal.is_created(id) {
            clash::created_twice(name, id)
        } else if self.portal.is_managed(id) {
            clash::replaced_too_early(name, id)
        } else {
            clash::refused(name, id)
        };
        if webhook.name != *name || webhook.uri != *uri {
            refusal.detail.push_str(&clash::but_for_case(&webhook.name));
        }
        refusal
    }

    /// Says whether a webhook has this name and uri but for upper and lower case, which a portal on
    /// MySQL does not tell apart (API §7 E).
    fn is_alike(&self, webhook: &Webhook) -> bool {
        webhook.name.to_lowercase() == self.model.name.to_lowercase()
            && webhook.uri.to_lowercase() == self.model.uri.to_lowercase()
    }
}

/// Returns the mask of the triggers, and the bits of those that this build's table does not have.
pub(super) async fn resolve_triggers(
    portal: &LivePortal,
    names: &[String],
    private: &WebhookPrivate,
) -> Result<(TriggerMask, KnownBits), Diagnostic> {
    let foreign: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| matches!(triggers::parse(name), Ok(Spelling::Foreign)))
        .collect();
    let recorded = &private.trigger_bits;
    let remembered = Bits {
        recorded,
        catalog: None,
    };
    let catalog = if foreign
        .iter()
        .all(|name| remembered.of_foreign(name).is_some())
    {
        None
    } else {
        let catalog = portal.catalog().await;
        Some(catalog.map_err(|error| diagnose::explain("Could not look up the triggers", error))?)
    };
    let bits = Bits { recorded, catalog };
    let known = foreign
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), bits.of_foreign(name)?)))
        .collect();
    match bits.mask(names.iter().map(String::as_str)) {
        Some(mask) => Ok((mask, known)),
        None => Err(Diagnostic::error(
            "Unknown trigger",
            format!(
                "The portal's catalog does not have every trigger of {names:?}. Nothing was sent. Check the names \
                 against the data source docspace_webhook_triggers, or give a trigger as the decimal number of its bit."
            ),
        )
        .at_attribute(super::model::TRIGGERS)),
    }
}

/// Records the new webhook with its planned values. From here on only warnings: an error would taint
/// a webhook that exists, and destroy it in the next apply.
fn record(
    found: &Found,
    plan: &Object,
    secret: &SecretChange,
    trigger_bits: KnownBits,
    progress: &Progress,
) {
    let mut private = WebhookPrivate {
        trigger_bits,
        ..WebhookPrivate::default()
    };
    private.created_by.clone_from(&found.created_by);
    secret.record(&mut private);
    let mut state = plan.clone();
    state.set(ID, found.id.to_string());
    secret.stored.put_into(&mut state);
    if found.is_different {
        progress.warn(stored_differently("created", found.id, &state));
    }
    progress.save(state, PrivateState::encode(&private));
}

/// Warns that the portal answered a change with something else than was asked for.
pub(super) fn stored_differently(done: &str, id: WebhookId, state: &Object) -> Diagnostic {
    let name = state.get(super::model::NAME).as_str().unwrap_or("?");
    Diagnostic::warning(
        format!("Webhook \"{name}\" ({id}) was stored differently"),
        format!(
            "The portal {done} the webhook, but its answer does not show the configuration that was sent. Plan again: \
             the plan shows what differs."
        ),
    )
}
