//! `docspace_webhook_secret`: a new random secret that is never stored (product §6).

use async_trait::async_trait;

use super::secret;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::ephemeral::{EphemeralResource, Opened};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::value::{Number, Object, Type, Value};
use crate::provider::portal::Portal;

const LENGTH: &str = "length";
const SECRET_KEY: &str = "secret_key";

/// The shortest secret that a portal accepts by default (API §7.2).
const MIN_LENGTH: usize = 8;

/// The ephemeral resource `docspace_webhook_secret`.
#[derive(Debug)]
pub(super) struct WebhookSecret;

#[async_trait]
impl EphemeralResource<Portal> for WebhookSecret {
    fn type_name(&self) -> &'static str {
        "docspace_webhook_secret"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "A new random secret for a webhook, different in every command and never stored in the plan or the \
             state. It has letters of both cases, digits and special characters, and satisfies the portal's \
             password policy.\n\n\
             Give it to `secret_key_wo` of `docspace_webhook` together with a `secret_key_wo_version` (without \
             one, every apply would rotate the secret), and to a write-only argument of your vault.",
        )
        .with(
            LENGTH,
            Attribute::optional_computed(
                Type::Number,
                "How many characters the secret has, from 8 to 30. Defaults to 30, the most that a portal accepts.",
            )
            .check(check_length),
        )
        .with(SECRET_KEY, Attribute::computed(Type::Secret, "The secret."))
    }

    async fn open(
        &self,
        context: &Portal,
        config: Object,
        diagnostics: &mut Diagnostics,
    ) -> Result<Opened, Diagnostic> {
        let length = whole(config.get(LENGTH)).unwrap_or(secret::MAX_LENGTH);
        if let Some(portal) = context.known() {
            let policy = portal.policy().await;
            diagnostics.extend(portal.long_wait());
            // A policy that cannot be read does not matter: the secret meets every possible requirement.
            let least = policy.map_or(0, |policy| policy.min_length);
            let least = usize::try_from(least).unwrap_or(usize::MAX);
            if length < least {
                return Err(too_short(length, least));
            }
        }
        let secret = secret::generate(length).map_err(|error| {
            Diagnostic::error(
                "Could not make a secret",
                format!("{error}. Try again on another machine."),
            )
        })?;
        if let Some(portal) = context.known() {
            portal.client.remember([secret.as_secret().clone()]);
        }
        let length = Number::from(u64::try_from(length).unwrap_or(u64::MAX));
        Ok(config.with(LENGTH, length).with(SECRET_KEY, secret).into())
    }
}

fn whole(value: &Value) -> Option<usize> {
    usize::try_from(value.as_number()?.to_u64()?).ok()
}

fn check_length(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(number) = value.as_number() else {
        return;
    };
    if whole(value).is_none_or(|length| !(MIN_LENGTH..=secret::MAX_LENGTH).contains(&length)) {
        diagnostics.push(
            Diagnostic::error(
                "Invalid secret length",
                format!(
                    "{number} is not accepted. Expected a whole number from {MIN_LENGTH} to {}.",
                    secret::MAX_LENGTH
                ),
            )
            .at(path.clone()),
        );
    }
}

fn too_short(length: usize, least: usize) -> Diagnostic {
    Diagnostic::error(
        "Secret is too short for the portal",
        format!(
            "The portal's password policy demands at least {least} characters, and length is {length}. Raise length, \
             or leave it out for {} characters.",
            secret::MAX_LENGTH
        ),
    )
    .at_attribute(LENGTH)
}
