//! Choosing among all webhooks: the filters that the data source `docspace_webhooks` and the list
//! resource have in common (product §5).

use super::model::ENABLED;
use crate::api::{TriggerMask, Webhook};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::value::{Object, Type, normal_form};
use crate::provider::portal::LivePortal;
use crate::provider::triggers::{TRIGGER, check_trigger, resolve_trigger};

const NAME_PREFIX: &str = "name_prefix";
const URI_PREFIX: &str = "uri_prefix";

/// Which webhooks are wanted; every condition that is set must hold.
#[derive(Debug, Default)]
pub(super) struct WebhookFilter {
    enabled: Option<bool>,
    name_prefix: Option<String>,
    uri_prefix: Option<String>,
    trigger: Option<TriggerMask>,
}

/// Adds the filters' arguments to a schema.
pub(super) fn with_filters(schema: Schema) -> Schema {
    schema
        .with(
            ENABLED,
            Attribute::optional(
                Type::Bool,
                "Only enabled, or only disabled, webhooks. Omit it for both.",
            ),
        )
        .with(
            NAME_PREFIX,
            Attribute::optional(Type::String, "Only webhooks whose name begins with this text."),
        )
        .with(
            URI_PREFIX,
            Attribute::optional(
                Type::String,
                "Only webhooks whose receiver's address begins with this text, such as `https://hooks.example.com/`.",
            ),
        )
        .with(
            TRIGGER,
            Attribute::optional(
                Type::String,
                "Only webhooks that subscribe to this trigger, such as `FileUploaded`, explicitly or through \
                 `All`. `All` finds those that subscribe to every event.",
            )
            .check(check_trigger),
        )
}

impl WebhookFilter {
    /// Reads the arguments. The portal is asked only about a trigger that this build has no name for.
    pub(super) async fn from_config(
        portal: &LivePortal,
        config: &Object,
    ) -> Result<Self, Diagnostic> {
        let text = |name: &str| config.get(name).as_str().map(str::to_owned);
        let trigger = match config.get(TRIGGER).as_str() {
            Some(name) => Some(resolve_trigger(portal, name).await?),
            None => None,
        };
        Ok(Self {
            enabled: config.get(ENABLED).as_bool(),
            name_prefix: text(NAME_PREFIX),
            uri_prefix: text(URI_PREFIX),
            trigger,
        })
    }

    /// Returns whether a webhook is wanted. Texts are compared in the form in which Terraform keeps them (TPP §6.7). A
    /// webhook without triggers comes from a portal that is too old, which its description reports; leaving it out
    /// would be a lie.
    pub(super) fn matches(&self, webhook: &Webhook) -> bool {
        let begins = |text: &str, prefix: &Option<String>| {
            prefix
                .as_ref()
                .is_none_or(|prefix| normal_form(text).starts_with(prefix.as_str()))
        };
        self.enabled
            .is_none_or(|enabled| enabled == webhook.enabled)
            && begins(&webhook.name, &self.name_prefix)
            && begins(&webhook.uri, &self.uri_prefix)
            && self
                .trigger
                .is_none_or(|wanted| webhook.triggers.is_none_or(|mask| receives(mask, wanted)))
    }
}

/// Returns whether a webhook with this mask receives a trigger. A webhook for all events receives each; only such a
/// webhook receives `All`.
fn receives(mask: TriggerMask, wanted: TriggerMask) -> bool {
    mask.is_all() || mask.bits() & wanted.bits() != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn receives(mask: u64, wanted: u64, expected: bool) {
        let [mask, wanted] = [mask, wanted].map(TriggerMask::from_bits);
        assert_eq!(
            super::receives(mask, wanted),
            expected,
            "{mask:?}, {wanted:?}"
        );
    }

    #[test]
    fn a_webhook_of_all_events_receives_each() {
        receives(384, 256, true);
        receives(128, 256, false);
        receives(0, 256, true);
        receives(0, 1 << 63, true);
    }

    #[test]
    fn only_a_webhook_of_all_events_receives_all() {
        receives(0, 0, true);
        receives(u64::MAX, 0, false);
    }
}
