//! Webhooks for the tests of lists.

use super::{Webhook, WebhookId, WebhookListItem};

/// Builds a webhook whose name contains its version.
pub(in crate::api) fn webhook(id: u32, version: u32) -> Webhook {
    Webhook {
        id: WebhookId::new(id).unwrap(),
        name: format!("version {version}"),
        uri: format!("https://receiver.example/{id}"),
        enabled: true,
        ssl: true,
        triggers: None,
        target_id: None,
        created_by: None,
        created_on: None,
        is_first_changed_by_portal: false,
        modified_on: None,
        last_failure_on: None,
        last_failure_content: None,
        last_success_on: None,
    }
}

/// Builds its row in the list.
pub(in crate::api) fn item(id: u32, version: u32) -> WebhookListItem {
    WebhookListItem {
        webhook: webhook(id, version),
        status: 200,
    }
}

/// Builds an id.
pub(in crate::api) fn id(number: u32) -> WebhookId {
    WebhookId::new(number).unwrap()
}
