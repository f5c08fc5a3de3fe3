//! The filters by which webhooks are chosen: shared by the list resource and the data source.

use super::triggers::{self, Bits, KnownBits, Spelling, SpellingError};
use crate::api::{TriggerMask, Webhook};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::value::{Object, Type, Value};
use crate::provider::diagnose;
use crate::provider::portal::LivePortal;

const ENABLED: &str = "enabled";
const NAME_PREFIX: &str = "name_prefix";
const URI_PREFIX: &str = "uri_prefix";
const TRIGGER: &str = "trigger";

/// Which webhooks are wanted; everything that is set must match.
#[derive(Debug, Default)]
pub(in crate::provider) struct Filter {
    enabled: Option<bool>,
    name_prefix: Option<String>,
    uri_prefix: Option<String>,
    trigger: Option<TriggerMask>,
}

impl Filter {
    /// Adds the filters' attributes to a schema.
    pub(in crate::provider) fn add_to(schema: Schema) -> Schema {
        schema
            .with(ENABLED, Attribute::optional(Type::Bool, "Only webhooks that are switched on, or off."))
            .with(
                NAME_PREFIX,
                Attribute::optional(Type::String, "Only webhooks whose name begins with this text, exactly."),
            )
            .with(
                URI_PREFIX,
                Attribute::optional(Type::String, "Only webhooks whose uri begins with this text, exactly."),
            )
            .with(
                TRIGGER,
                Attribute::optional(
                    Type::String,
                    "Only webhooks that receive this event, those that receive every event included: a trigger's name \
                     such as `FileUploaded`, or `All` for webhooks that receive every event.",
                )
                .check(check_trigger),
            )
    }

    /// Reads the filters. The portal is asked only about a trigger that this build does not know.
    pub(in crate::provider) async fn from_config(
        config: &Object,
        portal: &LivePortal,
    ) -> Result<Self, Diagnostic> {
        let text = |name: &str| config.get(name).as_str().map(str::to_owned);
        let trigger = match config.get(TRIGGER).as_str() {
            Some(name) => Some(mask(name, portal).await?),
            None => None,
        };
        Ok(Self {
            enabled: config.get(ENABLED).as_bool(),
            name_prefix: text(NAME_PREFIX),
            uri_prefix: text(URI_PREFIX),
            trigger,
        })
    }

    /// Says whether a webhook is wanted.
    pub(in crate::provider) fn matches(&self, webhook: &Webhook) -> bool {
        let begins = |text: &str, prefix: &Option<String>| {
            prefix
                .as_deref()
                .is_none_or(|prefix| text.starts_with(prefix))
        };
        self.enabled
            .is_none_or(|enabled| webhook.enabled == enabled)
            && begins(&webhook.name, &self.name_prefix)
            && begins(&webhook.uri, &self.uri_prefix)
            && self.trigger.is_none_or(|wanted| receives(webhook, wanted))
    }
}

/// Says whether a webhook receives an event; a webhook of all events receives each.
fn receives(webhook: &Webhook, wanted: TriggerMask) -> bool {
    webhook.triggers.is_some_and(|mask| {
        mask.is_all() || (!wanted.is_all() && mask.bits() & wanted.bits() == wanted.bits())
    })
}

async fn mask(name: &str, portal: &LivePortal) -> Result<TriggerMask, Diagnostic> {
    let nothing = KnownBits::new();
    let catalog = match triggers::parse(name) {
        Ok(Spelling::Foreign) => {
            let catalog = portal.catalog().await;
            Some(
                catalog
                    .map_err(|error| diagnose::explain("Could not look up the trigger", error))?,
            )
        }
        _ => None,
    };
    let bits = Bits {
        recorded: &nothing,
        catalog,
    };
    bits.mask([name])
        .ok_or_else(|| unknown(name, "The portal does not know it either.").at_attribute(TRIGGER))
}

fn check_trigger(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(name) = value.as_str() else { return };
    let advice = match triggers::parse(name) {
        Ok(_) => return,
        Err(SpellingError::Misspelled(meant)) => format!("Did you mean \"{meant}\"?"),
        Err(SpellingError::Malformed) => {
            "Expected the name of a trigger, such as \"FileUploaded\", or one bit as a decimal number.".to_owned()
        }
    };
    diagnostics.push(unknown(name, &advice).at(path.clone()));
}

fn unknown(name: &str, advice: &str) -> Diagnostic {
    Diagnostic::error(
        "Unknown trigger",
        format!("{name:?} is not a trigger. {advice}"),
    )
}
