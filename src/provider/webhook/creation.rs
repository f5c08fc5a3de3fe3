//! A creation in progress: what is to be created, its one request, and the resulting webhook.

use super::model::WebhookModel;
use super::name_conflict::{self, Likeness};
use super::provenance::Provenance;
use crate::api::{
    Client, CreateWebhook, CreatedWebhook, Error, PairKey, Role, TriggerMask, Webhook, WebhookId,
};
use crate::framework::diagnostics::Diagnostic;
use crate::provider::portal::LivePortal;

pub(super) const SUMMARY: &str = "Could not create the webhook";

/// A creation in progress.
pub(super) struct Creation<'a> {
    pub(super) portal: &'a LivePortal,
    pub(super) model: &'a WebhookModel,
    pub(super) triggers: TriggerMask,
    pub(super) body: &'a CreateWebhook,
    /// What is remembered of the webhook that this one replaces, if anything is.
    pub(super) predecessor: &'a Provenance,
}

impl Creation<'_> {
    /// Sends the POST once and keeps the shared list in step with its outcome.
    pub(super) async fn post(&self) -> Result<CreatedWebhook, Error> {
        self.post_over(&self.portal.client).await
    }

    /// Sends the POST once more, over a connection of its own.
    pub(super) async fn post_again(&self) -> Result<CreatedWebhook, Error> {
        self.post_over(&self.portal.client.again()).await
    }

    async fn post_over(&self, client: &Client) -> Result<CreatedWebhook, Error> {
        let token = self.portal.webhooks().list.begin_create();
        // What this process has already seen cannot be new, whatever the answer says.
        let baseline = self.portal.webhooks().list.baseline();
        let is_new = |id| {
            let was_there = baseline.as_ref().is_some_and(|list| list.contains(id));
            !was_there && !self.portal.webhooks().is_created(id)
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

    /// Explains a refusal. If name and uri are taken, it tells the id of the webhook that has them.
    pub(super) async fn refused(&self, error: &Error) -> Diagnostic {
        if !error.is_duplicate() {
            return self.portal.explain(SUMMARY, error);
        }
        let (name, uri) = (&self.model.name, &self.model.uri);
        let Ok(snapshot) = self.portal.webhooks().list.fresh().await else {
            return self.portal.explain(SUMMARY, error);
        };
        let likeness = |webhook: &Webhook| Likeness::of(webhook, name, uri);
        let taken = snapshot
            .like_pair(PairKey::new(name, uri))
            .min_by_key(|webhook| (likeness(webhook), self.portal.webhooks().manages(webhook)));
        let Some(webhook) = taken else {
            let caller = self.portal.caller().await;
            let sees_all = caller.is_ok_and(|caller| caller.role() == Role::Admin);
            return name_conflict::invisible(name, sees_all, &self.portal.wording().detail(error));
        };
        let id = webhook.id;
        let mut refusal = if self.portal.webhooks().has_created(&webhook) {
            name_conflict::created_twice(name, id)
        } else if self.predecessor.is_of(self.portal.origin(), &webhook) {
            name_conflict::own(name, id)
        } else if self.portal.webhooks().manages(&webhook) {
            name_conflict::replaced_too_early(name, id)
        } else {
            name_conflict::refused(name, id)
        };
        if likeness(&webhook) != Likeness::Identical {
            let differs = name_conflict::differs_a_little(&webhook.name);
            refusal.detail.push_str(&differs);
        }
        refusal
    }
}

/// The webhook that a creation led to.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) id: WebhookId,
    /// What is remembered to recognize it.
    pub(super) provenance: Provenance,
    /// What the portal shows of it; `None` if its answer tells no more than the id.
    pub(super) webhook: Option<Webhook>,
    /// Whether it was found after a lost answer, so that it could be another run's.
    pub(super) is_adopted: bool,
    /// Whether the portal shows something other than what was sent, apart from `enabled` and `ssl`.
    pub(super) is_different: bool,
}

impl Found {
    /// Takes it from the portal's answer.
    pub(super) fn created(created: CreatedWebhook, creation: &Creation<'_>) -> Self {
        let webhook = created.webhook.as_ref();
        Self {
            id: created.id,
            provenance: Provenance::new(
                creation.portal.origin(),
                created.created_by.as_ref(),
                webhook.and_then(|webhook| webhook.created_on.as_ref()),
            ),
            is_adopted: false,
            is_different: created.webhook.as_ref().is_some_and(|webhook| {
                !creation
                    .model
                    .matches_but_for_flags(creation.triggers, webhook)
            }),
            webhook: created.webhook,
        }
    }

    pub(super) fn adopted(webhook: &Webhook, creation: &Creation<'_>) -> Self {
        Self {
            id: webhook.id,
            provenance: Provenance::of(creation.portal.origin(), webhook),
            webhook: Some(webhook.clone()),
            is_adopted: true,
            is_different: false,
        }
    }
}
