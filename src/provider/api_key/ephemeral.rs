//! The ephemeral `docspace_api_key`: a key for one command. It is created when it is opened and deleted when it is
//! closed, and expires within a day if it is never closed.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::creation::Creation;
use super::delete;
use super::mint::mint;
use super::model::{EXPIRES_AT, ID, KEY, PERMISSIONS, permissions_in};
use super::permissions;
use crate::api::keys::{KeyId, NewKey, Permissions};
use crate::framework::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::framework::ephemeral::{EphemeralResource, Opened};
use crate::framework::path::Path;
use crate::framework::private_state::PrivateState;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::value::{Object, SecretText, Type, Value};
use crate::provider::dates;
use crate::provider::portal::Portal;

const PURPOSE: &str = "purpose";

/// How the names of these keys begin, so that what is left of a killed run can be found.
const PREFIX: &str = "tf-ephemeral";

/// The longest purpose: a name has at most 30 UTF-16 code units, and a blank comes between.
const MAX_PURPOSE: usize = 30 - PREFIX.len() - 1;

/// The validity of a key that is never deleted.
const DAYS: u16 = 1;

/// What closing has to know.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Held {
    id: String,
    name: String,
}

/// The ephemeral resource `docspace_api_key`.
#[derive(Debug)]
pub(super) struct EphemeralKey;

#[async_trait]
impl EphemeralResource<Portal> for EphemeralKey {
    fn type_name(&self) -> &'static str {
        "docspace_api_key"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "An API key for one run, never stored in the plan or the state: it is created when it is first needed and \
             deleted when nothing needs it any longer, even after an interrupt. Terraform opens it in the plan and \
             again in the apply, so an `apply` creates two keys.\n\nWhere the portal limits requests, a person can \
             create five keys in 15 minutes, and the provider waits for the next one. If the process is killed, the \
             key that is left expires within a day; its name begins with `tf-ephemeral`.",
        )
        .with(
            PERMISSIONS,
            Attribute::required(Type::set(Type::String), permissions::description_of_new())
                .check(permissions::check),
        )
        .with(
            PURPOSE,
            Attribute::optional(
                Type::String,
                "What the key is for, at most 17 UTF-16 code units. It follows `tf-ephemeral` in the key's name.",
            )
            .check(check_purpose),
        )
        .with(ID, Attribute::computed(Type::String, "The key's id, a GUID."))
        .with(
            KEY,
            Attribute::computed(Type::Secret, "The key itself, `sk-` and 64 digits."),
        )
        .with(
            EXPIRES_AT,
            Attribute::computed(
                Type::String,
                "When the key expires unless it is deleted first, in RFC 3339: a day after it was created.",
            ),
        )
    }

    async fn open(
        &self,
        context: &Portal,
        config: Object,
        diagnostics: &mut Diagnostics,
    ) -> Result<Opened, Diagnostic> {
        let portal = context.live()?;
        let body = NewKey {
            name: name_for(config.get(PURPOSE).as_str()),
            permissions: permissions_in(&config).unwrap_or_else(|| Permissions::of(["*:read"])),
            expires_in_days: Some(DAYS),
        };
        let creation = Creation {
            portal,
            session: portal.keys(),
            body: &body,
        };
        let made = mint(&creation).await;
        diagnostics.extend(portal.long_wait().into_iter().chain(portal.own_key_ends()));
        let made = made?;
        let held = Held {
            id: made.key.id.to_string(),
            name: body.name,
        };
        let value = config
            .with(ID, made.key.id.to_string())
            .with(KEY, SecretText::new(made.value))
            .with(EXPIRES_AT, dates::told(made.key.expires_at.as_ref()));
        Ok(Opened {
            value,
            held: PrivateState::encode(&held),
        })
    }

    async fn close(&self, context: &Portal, held: &PrivateState) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        let Held { id, name } = held.decode();
        let Ok(id) = id.parse::<KeyId>() else {
            return Ok(());
        };
        // Even after an interrupt: it is the second half of what was begun.
        let client = portal.client.unstoppable();
        let removed = delete::remove(portal, portal.keys(), &client, id, &name).await;
        removed.map_err(|diagnostic| left(portal.origin(), id, &name, &diagnostic))
    }
}

fn name_for(purpose: Option<&str>) -> String {
    match purpose {
        Some(purpose) => format!("{PREFIX} {purpose}"),
        None => PREFIX.to_owned(),
    }
}

fn check_purpose(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(purpose) = value.as_str() else {
        return;
    };
    let units = purpose.encode_utf16().count();
    if purpose.trim().is_empty() || units > MAX_PURPOSE {
        diagnostics.push(
            Diagnostic::error(
                "Invalid purpose",
                format!(
                    "The purpose has {units} UTF-16 code units. Expected 1 to {MAX_PURPOSE} that are not all blank, or \
                     omit it: the portal accepts names of 30, and {PREFIX} comes first."
                ),
            )
            .at(path.clone()),
        );
    }
}

/// Warns that a key is left. It is no error: the run has done its work, and the key expires by itself.
fn left(origin: &str, id: KeyId, name: &str, why: &Diagnostic) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        summary: format!("Ephemeral key \"{name}\" was not deleted"),
        detail: format!(
            "{}: {} The provider tries once more before it exits. If that fails too, the key expires within a day of \
             its creation; to end it sooner, delete key {id} in the portal at {origin} under Developer Tools, API \
             keys.",
            why.summary, why.detail
        ),
        path: None,
    }
}
