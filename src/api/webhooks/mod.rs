//! Webhooks: their shapes and verbs, their triggers, their deliveries.

pub(in crate::api) mod collation;
pub(in crate::api) mod deliveries;
mod list;
#[cfg(test)]
pub(in crate::api) mod samples;
pub(in crate::api) mod triggers;
mod webhook;

pub use collation::PairKey;
pub use deliveries::{
    Delivery, DeliveryId, DeliveryPage, DeliveryQuery, EventKey, SentBody, StatusGroups,
};
pub use list::{WebhookList, WebhookSnapshot};
pub use triggers::{CatalogEntry, TRIGGERS, Trigger, TriggerCatalog, TriggerMask};
pub use webhook::{
    CreateWebhook, CreatedWebhook, EnableWebhook, ParseWebhookIdError, Removal, UpdateWebhook,
    Webhook, WebhookId, WebhookListItem,
};
