//! The list of webhooks: numbers that grow, and the pair of name and address, which should be unique.

use super::collation::PairKey;
use super::webhook::{Webhook, WebhookId, WebhookListItem};
use crate::api::http::client::Client;
use crate::api::http::error::Error;
use crate::api::lists::{self, Arrivals, ListSource, Row, RowId, Rows};

/// The list of webhooks as one process sees it, shared by all its operations.
pub type WebhookList<S = Client> = lists::SharedList<WebhookListItem, S>;

/// The webhooks the caller could see at one moment.
pub type WebhookSnapshot = lists::Snapshot<WebhookListItem>;

impl RowId for WebhookId {
    const MIN: Self = Self::MIN;
    const MAX: Self = Self::MAX;
}

impl Row for WebhookListItem {
    type Id = WebhookId;
    type Key = PairKey;
    type Written = Webhook;

    fn id(&self) -> WebhookId {
        self.webhook.id
    }

    fn key(&self) -> PairKey {
        PairKey::new(&self.webhook.name, &self.webhook.uri)
    }

    fn id_of(webhook: &Webhook) -> WebhookId {
        webhook.id
    }

    /// The status of the latest delivery stays.
    fn after(webhook: Webhook, earlier: Option<&Self>) -> Self {
        let status = earlier.map(|item| item.status);
        Self {
            webhook,
            status: status.unwrap_or_default(),
        }
    }
}

impl ListSource<WebhookListItem> for Client {
    async fn fetch(&self) -> Result<Rows<WebhookListItem>, Error> {
        self.read_webhooks(|_item| {}).await
    }

    async fn fetch_into(
        &self,
        arrivals: &Arrivals<WebhookListItem>,
    ) -> Result<Rows<WebhookListItem>, Error> {
        self.list_webhooks_into(arrivals).await
    }
}

impl WebhookSnapshot {
    /// Returns the webhook with this id.
    pub fn webhook(&self, id: WebhookId) -> Option<Webhook> {
        Some(self.item(id)?.webhook)
    }

    /// Returns the webhooks with exactly this name and address, by ascending id.
    ///
    /// Creates keep the pair unique but updates do not (API §7 E).
    pub fn with_pair<'a>(&'a self, name: &'a str, uri: &'a str) -> impl Iterator<Item = Webhook> {
        self.like_pair(PairKey::new(name, uri))
            .filter(move |webhook| webhook.name == name && webhook.uri == uri)
    }

    /// Returns the webhooks whose name and address are probably the same to the portal, by ascending id.
    pub fn like_pair(&self, key: PairKey) -> impl Iterator<Item = Webhook> {
        self.with_key(key).map(|item| item.webhook)
    }
}

#[cfg(test)]
mod tests;
