//! Updating a webhook in place: one PUT, or none if the portal already holds everything (product §4.3).

use super::drift::{Outgoing, Side, stored_differently};
use super::guard;
use super::model::{TRIGGERS, WebhookModel, id_of};
use super::private::WebhookPrivate;
use super::read::refresh;
use super::rotation::{self, SecretChange};
use super::secret_hash::SecretHashes;
use crate::api::{Error, TriggerMask, Webhook, WebhookId};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::private_state::PrivateState;
use crate::framework::resource::{Progress, UpdateRequest};
use crate::framework::value::{Object, SecretText};
use crate::provider::portal::LivePortal;
use crate::provider::triggers::{self, TriggerResolver, TriggerSet};

const SUMMARY: &str = "Could not update the webhook";

/// What an update asks of the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    /// The portal already holds everything.
    Nothing,
    /// Switch off without probing the receiver (API §6.4).
    SwitchOff,
    /// Replace the configuration.
    Replace,
}

/// An update in progress.
struct Update<'a> {
    portal: &'a LivePortal,
    id: WebhookId,
    prior: &'a Object,
    outgoing: Outgoing,
    secret: &'a SecretChange,
    private: &'a WebhookPrivate,
}

/// Updates a webhook.
pub(super) async fn update(
    portal: &LivePortal,
    hashes: &SecretHashes,
    request: UpdateRequest,
    progress: &Progress,
) -> Result<(), Diagnostic> {
    let UpdateRequest {
        config,
        prior,
        plan,
        private,
    } = request;
    let id = id_of(&prior)?;
    portal.webhooks().mark_managed(id);
    let model = WebhookModel::from_object(&plan)?;
    let mut private: WebhookPrivate = private.decode();
    private.is_secret_given = None;
    let (triggers, trigger_bits) =
        triggers::resolve(portal, &model.triggers, &private.trigger_bits).await?;
    let secret = rotation::apply_update(hashes, &config, &prior, &plan, &private).await?;
    let before = Before::of(&prior, &private);
    let action = before.action(&model, triggers, &secret);
    let outgoing = if action == Action::Nothing && private.moved_from.is_none() {
        Outgoing::as_planned(&model, triggers)
    } else {
        let (now, allowed) = tokio::join!(
            guard::current(portal, SUMMARY, &prior, &mut private),
            require_write(portal, action),
        );
        let now = now?;
        allowed?;
        before.changed_to(&model, triggers, now.as_ref())
    };
    let update = Update {
        portal,
        id,
        prior: &prior,
        outgoing,
        secret: &secret,
        private: &private,
    };
    let is_as_sent = match update.send(action).await {
        Ok(is_as_sent) => is_as_sent,
        Err(error) if update.has_happened(&error).await => true,
        Err(error) => {
            update.record_failure(&error, progress).await;
            return Err(update.explain(&error));
        }
    };
    progress.warn_if(update.outgoing.warning(&model.name, id));
    let is_secret_sent = action == Action::Replace && update.secret().is_some();
    private.is_secret_in_doubt &= !is_secret_sent;
    private.trigger_bits = trigger_bits;
    secret.record(&mut private);
    let mut state = plan;
    secret.stored.put_into(&mut state);
    if !is_as_sent {
        progress.warn(stored_differently("updated", id, &state));
    }
    progress.save(state, PrivateState::encode(&private));
    Ok(())
}

/// Makes sure that the key may write, if something is written.
async fn require_write(portal: &LivePortal, action: Action) -> Result<(), Diagnostic> {
    match action {
        Action::Nothing => Ok(()),
        Action::SwitchOff | Action::Replace => portal.require_write(SUMMARY).await,
    }
}

/// What the plan starts from; without a model if the state is incomplete, as after a move.
struct Before {
    model: Option<WebhookModel>,
    triggers: Option<TriggerMask>,
}

impl Before {
    fn of(prior: &Object, private: &WebhookPrivate) -> Self {
        let resolver = TriggerResolver::new(&private.trigger_bits);
        Self {
            model: WebhookModel::from_object(prior).ok(),
            triggers: resolver.mask(&TriggerSet::of(prior.get(TRIGGERS))),
        }
    }

    /// Chooses the smallest sufficient request.
    fn action(
        &self,
        planned: &WebhookModel,
        triggers: TriggerMask,
        secret: &SecretChange,
    ) -> Action {
        let Some(before) = &self.model else {
            return Action::Replace;
        };
        let wanted = WebhookModel {
            triggers: before.triggers.clone(),
            ..planned.clone()
        };
        let off = WebhookModel {
            enabled: false,
            ..before.clone()
        };
        if secret.send.is_some() || self.triggers != Some(triggers) {
            Action::Replace
        } else if before.enabled && wanted == off {
            Action::SwitchOff
        } else if wanted == *before && secret.again.is_none() {
            Action::Nothing
        } else {
            Action::Replace
        }
    }

    /// Returns what is sent to change the webhook that the portal has now.
    fn changed_to(
        &self,
        planned: &WebhookModel,
        triggers: TriggerMask,
        now: Option<&Webhook>,
    ) -> Outgoing {
        match (&self.model, now) {
            (Some(model), Some(now)) => {
                let prior = Side {
                    model,
                    triggers: self.triggers,
                };
                Outgoing::over(now, prior, planned, triggers)
            }
            _ => Outgoing::as_planned(planned, triggers),
        }
    }
}

impl Update<'_> {
    /// Returns the secret that a full update carries.
    fn secret(&self) -> Option<&SecretText> {
        self.secret.send.as_ref().or(self.secret.again.as_ref())
    }

    /// Sends the request and keeps the shared list in step with its outcome. Returns whether the answer shows what was
    /// sent.
    async fn send(&self, action: Action) -> Result<bool, Error> {
        let client = &self.portal.client;
        let Outgoing {
            model, triggers, ..
        } = &self.outgoing;
        let token = match action {
            Action::Nothing => return Ok(true),
            Action::SwitchOff | Action::Replace => self.portal.webhooks().list.begin_write(self.id),
        };
        let result = if action == Action::SwitchOff {
            client.enable_webhook(&model.to_enable(self.id)).await
        } else {
            client
                .update_webhook(&model.to_update(self.id, *triggers, self.secret()))
                .await
        };
        match result {
            Ok(webhook) => {
                let is_as_sent = model.matches(*triggers, &webhook);
                token.updated(webhook);
                Ok(is_as_sent)
            }
            Err(error) => {
                token.failed(&error);
                Err(error)
            }
        }
    }

    /// Returns whether the list shows that an update without an answer happened. A secret cannot be seen.
    async fn has_happened(&self, error: &Error) -> bool {
        if !error.outcome_unknown() || self.secret().is_some() {
            return false;
        }
        self.look().await.is_some_and(|webhook| {
            self.outgoing
                .model
                .matches(self.outgoing.triggers, &webhook)
        })
    }

    /// Records what the portal holds now, with the prior secret, version and hash. If that cannot be read, the prior
    /// state stays. In either case, it is noted if the portal may have the new secret.
    async fn record_failure(&self, error: &Error, progress: &Progress) {
        let prior = self.prior;
        let is_in_doubt = self.is_secret_in_doubt(error);
        let seen = self.look().await;
        let refreshed =
            seen.and_then(|webhook| refresh(prior.clone(), &webhook, self.private).ok());
        let state = match refreshed {
            Some(state) => state,
            None if is_in_doubt => prior.clone(),
            None => return,
        };
        let mut private = self.private.clone();
        private.is_secret_in_doubt |= is_in_doubt;
        progress.save(state, PrivateState::encode(&private));
    }

    /// Returns whether the portal may have stored the new secret although the update failed.
    fn is_secret_in_doubt(&self, error: &Error) -> bool {
        let has_failed = error.status() == Some(500) && !error.is_receiver_unreachable();
        self.secret().is_some() && (error.outcome_unknown() || has_failed)
    }

    /// Returns what the list shows of the webhook now, unless it is someone else's with the same number.
    async fn look(&self) -> Option<Webhook> {
        let snapshot = self.portal.webhooks().list.fresh().await.ok()?;
        let webhook = snapshot.webhook(self.id)?;
        let origin = self.portal.origin();
        let recognized = self
            .private
            .provenance
            .recognize(origin, self.prior, &webhook);
        recognized.is_ok().then_some(webhook)
    }

    fn explain(&self, error: &Error) -> Diagnostic {
        let mut diagnostic = self.portal.explain(SUMMARY, error);
        if error.is_not_found() {
            diagnostic.detail = format!(
                "The portal no longer has webhook {}: it was deleted after it was last read. Plan again; the plan will \
                 propose to create it.",
                self.id
            );
        } else if self.is_secret_in_doubt(error) {
            diagnostic.detail.push_str(
                " It cannot be seen whether the portal stored the new secret; the next apply sends the configured one, \
                 unless all it does is switch the webhook off.",
            );
        } else if error.outcome_unknown() {
            diagnostic.detail.push_str(
                " Whether the portal made the change is not certain; the next plan shows what it holds.",
            );
        }
        diagnostic
    }
}
