//! A webhook as Terraform holds it, and how it becomes a request to DocSpace.

use secrecy::SecretString;

use crate::api::{CreateWebhook, EnableWebhook, TriggerMask, UpdateWebhook, Webhook, WebhookId};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::value::{Number, Object, SecretText, Value};

pub(super) const ID: &str = "id";
pub(super) const NAME: &str = "name";
pub(super) const URI: &str = "uri";
pub(super) const TRIGGERS: &str = "triggers";
pub(super) const ENABLED: &str = "enabled";
pub(super) const SSL: &str = "ssl";
pub(super) const SECRET_KEY: &str = "secret_key";
pub(super) const SECRET_KEY_WO: &str = "secret_key_wo";
pub(super) const SECRET_KEY_WO_VERSION: &str = "secret_key_wo_version";
pub(super) const TARGET_ID: &str = "target_id";

/// A webhook's configuration, wholly known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WebhookModel {
    pub(super) name: String,
    pub(super) uri: String,
    pub(super) triggers: Vec<String>,
    pub(super) enabled: bool,
    pub(super) ssl: bool,
    pub(super) target_id: Option<String>,
}

impl WebhookModel {
    /// Takes the model out of a planned or stored state.
    pub(super) fn from_object(object: &Object) -> Result<Self, Diagnostic> {
        let text = |name: &str| {
            object
                .get(name)
                .as_str()
                .map(str::to_owned)
                .ok_or_else(|| incomplete(name))
        };
        let flag = |name: &str| object.get(name).as_bool().ok_or_else(|| incomplete(name));
        let triggers = object
            .get(TRIGGERS)
            .as_elements()
            .ok_or_else(|| incomplete(TRIGGERS))?;
        Ok(Self {
            name: text(NAME)?,
            uri: text(URI)?,
            triggers: triggers
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            enabled: flag(ENABLED)?,
            ssl: flag(SSL)?,
            target_id: object.get(TARGET_ID).as_str().map(str::to_owned),
        })
    }

    /// Returns the body of a create.
    pub(super) fn to_create(
        &self,
        triggers: TriggerMask,
        secret: Option<&SecretText>,
    ) -> CreateWebhook {
        CreateWebhook {
            name: self.name.clone(),
            uri: self.uri.clone(),
            secret_key: secret.map(|secret| secret.as_secret().clone()),
            enabled: self.enabled,
            ssl: self.ssl,
            triggers,
            target_id: self.target_id.clone(),
        }
    }

    /// Returns the body of an update; without a secret the portal keeps its own.
    pub(super) fn to_update(
        &self,
        id: WebhookId,
        triggers: TriggerMask,
        secret: Option<&SecretText>,
    ) -> UpdateWebhook {
        UpdateWebhook {
            id,
            name: self.name.clone(),
            uri: self.uri.clone(),
            secret_key: secret.map(|secret| secret.as_secret().clone()),
            enabled: self.enabled,
            ssl: self.ssl,
            triggers,
            target_id: self.target_id.clone(),
        }
    }

    /// Returns the body of a switch.
    pub(super) fn to_enable(&self, id: WebhookId) -> EnableWebhook {
        EnableWebhook {
            id,
            name: self.name.clone(),
            uri: self.uri.clone(),
            enabled: self.enabled,
        }
    }

    /// Returns whether a webhook of the portal has exactly this configuration.
    pub(super) fn matches(&self, triggers: TriggerMask, webhook: &Webhook) -> bool {
        self.matches_but_for_flags(triggers, webhook)
            && self.enabled == webhook.enabled
            && self.ssl == webhook.ssl
    }

    /// Returns whether a webhook has this configuration, apart from `enabled` and `ssl`: a create sets both to true,
    /// whatever was sent (API §16 O1).
    pub(super) fn matches_but_for_flags(&self, triggers: TriggerMask, webhook: &Webhook) -> bool {
        self.name == webhook.name
            && self.uri == webhook.uri
            && self.target_id == webhook.target_id
            && webhook.triggers == Some(triggers)
    }
}

/// What is stored of the secret itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct StoredSecret {
    /// `secret_key`.
    pub(super) key: Option<SecretText>,
    /// `secret_key_wo_version`.
    pub(super) version: Option<i64>,
}

impl StoredSecret {
    /// Takes it out of a state.
    pub(super) fn from_object(object: &Object) -> Self {
        Self {
            key: object.get(SECRET_KEY).as_secret().cloned(),
            version: object
                .get(SECRET_KEY_WO_VERSION)
                .as_number()
                .and_then(Number::to_i64),
        }
    }

    /// Returns whether `ignore_changes` keeps the values of two secrets, of which the portal has only one.
    pub(super) fn is_mixed(&self) -> bool {
        self.key.is_some() && self.version.is_some()
    }

    /// Puts it into a state.
    pub(super) fn put_into(&self, object: &mut Object) {
        object.set(SECRET_KEY, self.key.clone());
        object.set(SECRET_KEY_WO_VERSION, self.version.map(Number::from));
    }
}

/// Returns every secret in these configurations and states: the portal may know them and repeat them.
pub(super) fn secrets_in<'a>(
    objects: impl IntoIterator<Item = &'a Object>,
) -> impl Iterator<Item = SecretString> {
    let secrets = objects.into_iter().flat_map(Object::secrets);
    secrets.map(|secret| secret.as_secret().clone())
}

/// Returns name and uri, once they are known.
pub(super) fn pair(object: &Object) -> Option<(&str, &str)> {
    let name = object.get(NAME).as_str()?;
    Some((name, object.get(URI).as_str()?))
}

/// Returns the id in a state.
pub(super) fn id_of(object: &Object) -> Result<WebhookId, Diagnostic> {
    let text = object.get(ID).as_str().unwrap_or_default();
    text.parse().map_err(|_malformed| {
        Diagnostic::error(
            "Stored webhook id is not usable",
            format!(
                "The state holds the id {text:?}, which is not a whole number from 1 to 2147483647. Remove \
                 the resource with `terraform state rm` and import the webhook again by its number."
            ),
        )
    })
}

fn incomplete(name: &str) -> Diagnostic {
    Diagnostic::bug(format!("The planned webhook lacks its {name}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_is_no_number_is_refused_with_the_way_out() {
        for id in ["", "0", "x", "2147483648", "017"] {
            let diagnostic = id_of(&Object::new().with(ID, id)).unwrap_err();
            assert!(diagnostic.detail.contains("terraform state rm"));
        }
        assert_eq!(id_of(&Object::new().with(ID, "17")).unwrap().get(), 17);
    }
}
