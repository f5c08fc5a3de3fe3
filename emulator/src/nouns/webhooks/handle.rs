//! What the handle can do with webhooks.

use std::sync::Arc;

use crate::emulator::Emulator;
use crate::locks::lock;
use crate::nouns::webhooks::removal;
use crate::nouns::webhooks::store::{NewWebhook, Webhook, WebhookPatch};

impl Emulator {
    /// All webhooks by id.
    pub fn webhooks(&self) -> Vec<Webhook> {
        let snapshot = lock(&self.portal.nouns.webhooks.store).snapshot();
        snapshot.into_iter().map(Arc::unwrap_or_clone).collect()
    }

    /// One webhook.
    pub fn webhook(&self, id: i32) -> Option<Webhook> {
        lock(&self.portal.nouns.webhooks.store)
            .find(id)
            .map(Arc::unwrap_or_clone)
    }

    /// Whether a webhook exists and its secret is exactly this.
    pub fn secret_is(&self, id: i32, expected: &str) -> bool {
        self.webhook(id)
            .is_some_and(|webhook| webhook.secret_is(expected))
    }

    /// Stores a webhook as someone else would, without any check or request.
    pub fn create_webhook(&self, webhook: NewWebhook) -> Webhook {
        let stored = lock(&self.portal.nouns.webhooks.store).insert(webhook.into_webhook());
        Arc::unwrap_or_clone(stored)
    }

    /// Changes a webhook out of band.
    pub fn patch_webhook(&self, id: i32, patch: WebhookPatch) -> Option<Webhook> {
        lock(&self.portal.nouns.webhooks.store)
            .patch(id, patch)
            .map(Arc::unwrap_or_clone)
    }

    /// Removes a webhook out of band.
    pub fn delete_webhook(&self, id: i32) -> Option<Webhook> {
        removal::remove(&self.portal, id).map(Arc::unwrap_or_clone)
    }
}
