//! The JSON shapes of success answers about webhooks (API §4.2, §6.1), key order included.

use secrecy::ExposeSecret;
use serde::Serialize;

use crate::account::User;
use crate::config::Settings;
use crate::dates::{Precision, Zones};
use crate::front::call::Call;
use crate::locks::lock;
use crate::nouns::people::employee::Employee;
use crate::nouns::webhooks::store::Webhook;

/// One element of `GET /settings/webhook`.
#[derive(Serialize)]
pub(crate) struct ListItem<'a> {
    configs: WebhookConfig<'a>,
    status: u16,
}

/// A webhook as answered; nulls are left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WebhookConfig<'a> {
    id: i32,
    name: &'a str,
    uri: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_key: Option<&'a str>,
    enabled: bool,
    ssl: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    triggers: Option<Triggers<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<&'a Employee>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_by: Option<&'a Employee>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_failure_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_failure_content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_success_on: Option<String>,
}

/// A mask, or the tutorial's names.
enum Triggers<'a> {
    Mask(i64),
    Text(&'a str),
}

impl Serialize for Triggers<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Mask(mask) => serializer.serialize_i64(*mask),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// Everything needed to turn stored webhooks into answers.
pub(crate) struct Renderer<'a> {
    settings: &'a Settings,
    employees: Vec<Employee>,
}

impl<'c> Renderer<'c> {
    /// Prepares everything that answers about webhooks show besides the webhooks.
    pub(crate) fn of(call: &'c Call) -> Self {
        let mut users = lock(&call.portal.nouns.people.users).all().to_vec();
        users.push(User::system());
        Self {
            settings: &call.settings,
            employees: users.iter().map(|user| Employee::new(user, call)).collect(),
        }
    }

    /// Renders the answer of create and update, where dates are fresh.
    pub(crate) fn fresh<'a>(&'a self, webhook: &'a Webhook) -> WebhookConfig<'a> {
        self.config(webhook, Precision::Fresh, Precision::Fresh)
    }

    /// Renders the answer of an update: what was stored before comes from the database.
    pub(crate) fn updated<'a>(&'a self, webhook: &'a Webhook) -> WebhookConfig<'a> {
        self.config(webhook, Precision::Stored, Precision::Fresh)
    }

    /// Renders what a read of the database answers.
    pub(crate) fn stored<'a>(&'a self, webhook: &'a Webhook) -> WebhookConfig<'a> {
        self.config(webhook, Precision::Stored, Precision::Stored)
    }

    pub(crate) fn list_item<'a>(&'a self, webhook: &'a Webhook) -> ListItem<'a> {
        ListItem {
            configs: self.stored(webhook),
            status: webhook.status,
        }
    }

    fn employee(&self, id: &str) -> Option<&Employee> {
        self.employees.iter().find(|employee| employee.id == id)
    }

    fn config<'a>(
        &'a self,
        webhook: &'a Webhook,
        created: Precision,
        modified: Precision,
    ) -> WebhookConfig<'a> {
        let profile = self.settings.profile;
        let zones = self.settings.zones();
        let is_old = !profile.has_triggers();
        WebhookConfig {
            id: webhook.id,
            name: &webhook.name,
            uri: &webhook.uri,
            secret_key: profile
                .returns_secret()
                .then(|| webhook.secret.expose_secret()),
            enabled: webhook.enabled,
            ssl: webhook.ssl,
            triggers: (!is_old).then(|| match &webhook.trigger_text {
                Some(text) if profile.accepts_trigger_names() => Triggers::Text(text),
                _ => Triggers::Mask(webhook.triggers),
            }),
            target_id: hidden(is_old, webhook.target_id.as_deref()),
            created_by: hidden(is_old, self.employee(&webhook.created_by)),
            created_on: hidden(is_old, Some(zones.config_date(webhook.created_on, created))),
            modified_by: hidden(
                is_old,
                webhook
                    .modified_by
                    .as_deref()
                    .and_then(|id| self.employee(id)),
            ),
            modified_on: hidden(is_old, date(zones, webhook.modified_on, modified)),
            last_failure_on: hidden(
                is_old,
                date(zones, webhook.last_failure_on, Precision::Stored),
            ),
            last_failure_content: hidden(is_old, webhook.last_failure_content.as_deref()),
            last_success_on: hidden(
                is_old,
                date(zones, webhook.last_success_on, Precision::Stored),
            ),
        }
    }
}

fn hidden<T>(is_hidden: bool, value: Option<T>) -> Option<T> {
    if is_hidden { None } else { value }
}

fn date(zones: Zones, at: Option<time::OffsetDateTime>, precision: Precision) -> Option<String> {
    at.map(|at| zones.config_date(at, precision))
}
