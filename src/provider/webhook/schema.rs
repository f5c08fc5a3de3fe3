//! The schema of `docspace_webhook` and the checks of its single attributes (product §4).

use url::Url;

use super::secret;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, IdentitySchema, Schema};
use crate::framework::value::{Type, Value};
use crate::provider::triggers::{
    ALL, Fault, MAX_TRIGGERS, TriggerSet, Unknown, trigger_names, unknown,
};

/// The longest name, in UTF-16 code units, which is what the portal counts (API §4.1).
pub(super) const MAX_NAME: usize = 50;
/// The longest target id, in UTF-16 code units (API §4.1).
pub(super) const MAX_TARGET_ID: usize = 255;

/// A portal on MySQL stores texts as `utf8mb3`, which ends here (API §16 O5).
const LAST_OF_BASIC_PLANE: u32 = 0xffff;

/// Returns the schema.
pub(super) fn schema() -> Schema {
    with_secret(Schema::new(
        "A webhook of a DocSpace portal: the portal sends a signed POST request to a receiver for \
         each event that the webhook subscribes to.\n\nEvery change is made in place: the webhook \
         keeps its id and its delivery history.",
    )
    .with("id", Attribute::computed(Type::String, "The webhook's id, which the portal assigns."))
    .with(
        "name",
        Attribute::required(
            Type::String,
            "The name shown in the portal: not blank, at most 50 UTF-16 code units. The pair of name and `uri` must be \
             unique on the portal; on MySQL, the portal ignores differences in case, accents and trailing blanks.",
        )
        .check(check_name),
    )
    .with(
        "uri",
        Attribute::required(
            Type::String,
            "The address of the receiver: an absolute `https` URL, or `http` when `ssl` is false. \
             The portal probes it with a HEAD request on create, update and enable, and expects a \
             2xx answer without a redirect.",
        )
        .check(check_uri),
    )
    .with("triggers", Attribute::required(Type::set(Type::String), triggers_description()).check(check_triggers))
    .with(
        "enabled",
        Attribute::optional(
            Type::Bool,
            "Whether events are delivered. Defaults to `true`. The portal disables a webhook after more than 3 \
             days without a successful delivery.",
        )
        .default(true),
    )
    .with(
        "ssl",
        Attribute::optional(
            Type::Bool,
            "Whether the receiver must use https with a valid certificate. Defaults to `true`.",
        )
        .default(true),
    )
    .with(
        "target_id",
        Attribute::optional(
            Type::String,
            "Deliver only events of this one entity: the id of a file, folder, room or agent, or the GUID of a user or \
             group; at most 255 UTF-16 code units. A webhook on a room gets events of the room itself, never of its \
             contents. Omit it to receive the events of all entities.",
        )
        .check(check_target_id),
    ))
}

/// Adds the three attributes of the secret (product §4.2).
fn with_secret(schema: Schema) -> Schema {
    schema
    .with(
        "secret_key",
        Attribute::optional_computed(
            Type::Secret,
            "The secret with which the portal signs deliveries: 1 to 30 printable ASCII characters without \
             blanks, satisfying the portal's password policy (8 characters or more by default). It is stored in \
             the state; `secret_key_wo` is not. When both are omitted on create, a strong secret is generated \
             and kept in the state. The portal never returns a secret, so an out-of-band change is not detected. \
             Conflicts with `secret_key_wo`.",
        )
        .check(check_secret),
    )
    .with(
        "secret_key_wo",
        Attribute::optional(
            Type::Secret,
            "The secret with which the portal signs deliveries, with the same limits as `secret_key`, but never \
             stored in the plan or the state. Needs Terraform 1.11 or OpenTofu 1.11. Conflicts with \
             `secret_key`.",
        )
        .write_only()
        .check(check_secret),
    )
    .with(
        "secret_key_wo_version",
        Attribute::optional_computed(
            Type::Number,
            "The version of `secret_key_wo`, a whole number. When it is set, the secret is sent on create and \
             whenever the number changes, and nothing derived from the secret is stored. When it is omitted, a \
             salted hash in the private state detects a changed secret, and the number counts the changes; every \
             apply then rotates a secret that is generated in every run.",
        )
        .check(check_version),
    )
}

/// Returns the identity: the id, and nothing that can change.
pub(super) fn identity() -> IdentitySchema {
    IdentitySchema::default().with(
        "id",
        Type::String,
        "The webhook's id. Unique within one portal only.",
    )
}

fn triggers_description() -> String {
    format!(
        "The events to deliver: `{ALL}` alone, or one or more of {}. For a trigger that the portal supports but \
         this list lacks, give its name in the same style, or the decimal number of its bit.",
        trigger_names()
    )
}

fn check_name(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(name) = value.as_str() else { return };
    let units = name.encode_utf16().count();
    if name.trim().is_empty() {
        diagnostics.push(invalid(
            "Webhook name is blank",
            "The portal requires a name that is not blank. Give the webhook a name of 1 to 50 characters.",
            path,
        ));
    } else if units > MAX_NAME {
        let detail = format!(
            "The name has {units} UTF-16 code units; the portal accepts at most {MAX_NAME}. Shorten the name."
        );
        diagnostics.push(invalid("Webhook name is too long", detail, path));
    } else if let Some(character) = name.chars().find(|c| u32::from(*c) > LAST_OF_BASIC_PLANE) {
        diagnostics.push(
            Diagnostic::warning(
                "Webhook name has a character that MySQL cannot store",
                format!(
                    "The name contains {character:?} (U+{:X}), which is outside the basic multilingual plane, as emoji \
                     are. A portal on MySQL answers such a name with error 500. Remove the character, unless you know \
                     that the portal uses PostgreSQL.",
                    u32::from(character)
                ),
            )
            .at(path.clone()),
        );
    }
}

fn check_uri(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(text) = value.as_str() else { return };
    let expected =
        "Expected the absolute address of the receiver, such as https://example.com/webhook.";
    let url = match receiver(text) {
        Ok(url) => url,
        Err(reason) => {
            let detail = format!("The uri {reason}. {expected}");
            diagnostics.push(invalid("Invalid webhook uri", detail, path));
            return;
        }
    };
    if !matches!(url.scheme(), "http" | "https") {
        let detail = format!(
            "The portal delivers over http and https only, not over {:?}. {expected}",
            url.scheme()
        );
        diagnostics.push(invalid("Invalid webhook uri", detail, path));
        return;
    }
    if !url.username().is_empty() || url.password().is_some() || has_token(&url) {
        diagnostics.push(
            Diagnostic::warning(
                "Webhook uri seems to hold a credential",
                "The uri has a user name, a password or a query argument that looks like a token. It \
                 is stored in the state and shown in plans and in the portal. Verify the signature of \
                 deliveries with the webhook's secret instead, and remove the credential from the uri.",
            )
            .at(path.clone()),
        );
    }
}

/// Reads an absolute URL, or returns what is wrong with it. The parser repairs what a portal refuses: blanks at the
/// ends, backslashes, too few or too many slashes.
fn receiver(text: &str) -> Result<Url, String> {
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("contains a blank or a control character".to_owned());
    }
    let url = Url::parse(text).map_err(|error| format!("is not an absolute URL: {error}"))?;
    let after_scheme = text.get(url.scheme().len()..).unwrap_or_default();
    let authority = after_scheme.strip_prefix("://").unwrap_or_default();
    if !url.has_host() || authority.is_empty() || authority.starts_with(['/', '\\']) {
        return Err("has no host after its scheme and ://".to_owned());
    }
    Ok(url)
}

/// Returns whether a query argument is named like a credential.
fn has_token(url: &Url) -> bool {
    const NAMES: [&str; 6] = ["key", "sig", "auth", "code", "jwt", "pass"];
    const ENDINGS: [&str; 6] = [
        "token",
        "secret",
        "signature",
        "password",
        "apikey",
        "accesskey",
    ];
    url.query_pairs().any(|(name, value)| {
        let name = name.to_ascii_lowercase().replace(['-', '_'], "");
        let is_named =
            NAMES.contains(&name.as_str()) || ENDINGS.iter().any(|ending| name.ends_with(ending));
        !value.is_empty() && is_named
    })
}

fn check_triggers(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let faults = TriggerSet::of(value).faults();
    diagnostics.extend(faults.iter().map(|fault| faulty(fault).at(path.clone())));
}

/// Explains what is wrong with a set of triggers.
fn faulty(fault: &Fault<'_>) -> Diagnostic {
    match fault {
        Fault::Empty => Diagnostic::error(
            "No triggers",
            format!(
                "An empty set would subscribe to every event, because the portal stores it as 0. Write \
                 [\"{ALL}\"] for every event, name at least one trigger, or set enabled = false to receive none."
            ),
        ),
        Fault::TooMany(count) => Diagnostic::error(
            "Too many triggers",
            format!(
                "The set has {count} elements, but there can be at most {MAX_TRIGGERS} triggers, because the portal \
                 stores one bit for each. Expected names such as \"FileUploaded\", or [\"{ALL}\"] for every event."
            ),
        ),
        Fault::NotAlone => Diagnostic::error(
            "Trigger All must stand alone",
            format!(
                "\"{ALL}\" subscribes to every event, so other triggers have no effect. Keep only [\"{ALL}\"], or \
                 remove \"{ALL}\" and name the triggers you want."
            ),
        ),
        Fault::Twice(one, other) => twice(one, other),
        Fault::Unknown(name, error) => unknown(name, &Unknown::Spelling(error)),
        Fault::Null => Diagnostic::error(
            "Trigger is null",
            "An element of the set is null. Remove it, or name a trigger.",
        ),
    }
}

/// Explains that a set has a trigger twice.
pub(super) fn twice(one: &str, other: &str) -> Diagnostic {
    Diagnostic::error(
        "Trigger given twice",
        format!("{one:?} and {other:?} are two spellings of one trigger. Keep one of them."),
    )
}

fn check_secret(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(text) = value.as_secret() else {
        return;
    };
    let text = text.expose();
    let length = text.chars().count();
    if text.is_empty() {
        diagnostics.push(invalid(
            "Invalid webhook secret",
            format!(
                "The portal refuses an empty secret, and would sign nothing with one. Use 8 to {} printable \
                 ASCII characters without blanks, or omit {path} on create to have a secret generated.",
                secret::MAX_LENGTH
            ),
            path,
        ));
    } else if length > secret::MAX_LENGTH {
        let detail = format!(
            "The portal accepts secrets of at most {} characters; this one has {length}. Use 8 to {} printable ASCII \
             characters without blanks.",
            secret::MAX_LENGTH,
            secret::MAX_LENGTH
        );
        diagnostics.push(invalid("Invalid webhook secret", detail, path));
    } else if !secret::has_valid_characters(text) {
        diagnostics.push(invalid(
            "Invalid webhook secret",
            "The secret contains a blank, a control character or a character outside ASCII, which the \
             portal refuses. Use printable ASCII characters without blanks. A line break at the end often \
             comes from a file: trimspace() removes it.",
            path,
        ));
    }
}

fn check_version(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(number) = value.as_number() else {
        return;
    };
    if number.to_i64().is_none_or(|version| version < 0) {
        diagnostics.push(invalid(
            "Invalid secret version",
            "The version must be a whole number from 0 to 9223372036854775807. Raise it by one to send \
             the secret again.",
            path,
        ));
    }
}

fn check_target_id(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(target) = value.as_str() else { return };
    let units = target.encode_utf16().count();
    if target.is_empty() {
        diagnostics.push(invalid(
            "Empty target_id",
            "An empty string is not an id. Omit target_id, or set it to null, to receive the events of all entities.",
            path,
        ));
    } else if units > MAX_TARGET_ID {
        let detail = format!(
            "The target_id has {units} UTF-16 code units; the portal accepts at most {MAX_TARGET_ID}. Expected the id \
             of one file, folder, room, agent, user or group."
        );
        diagnostics.push(invalid("target_id is too long", detail, path));
    }
}

fn invalid(summary: &str, detail: impl Into<String>, path: &Path) -> Diagnostic {
    Diagnostic::error(summary, detail).at(path.clone())
}
