//! The schema of `docspace_api_key` and the checks of its attributes (IH §3).

use super::model::{
    CREATED_BY, CREATED_ON, EXPIRED, EXPIRES_AT, EXPIRES_IN_DAYS, ID, IS_ACTIVE, KEY, KEY_POSTFIX,
    MAX_DAYS, NAME, PERMISSIONS, ROTATE_BEFORE_DAYS, ROTATION, days_in,
};
use super::permissions;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, IdentitySchema, Schema};
use crate::framework::value::{Object, Type, Value};

/// The longest name, in UTF-16 code units, which is what the portal counts.
const MAX_NAME: usize = 30;

/// Returns the schema.
pub(super) fn schema() -> Schema {
    with_life(with_computed(
        Schema::new(
            "An API key of a DocSpace portal. It acts as the person whose key the provider runs with, within its \
             permissions.\n\nThe portal shows a key once, in the answer to its creation, so `key` is known only to the \
             state of the configuration that created it. Use an encrypted backend, pass the key on to a vault, or use \
             the ephemeral resource `docspace_api_key`, which stores nothing.",
        )
        .with(
            NAME,
            Attribute::required(
                Type::String,
                "The name shown in the portal: not blank, at most 30 UTF-16 code units. Names may repeat. Changed in \
                 place.",
            )
            .check(check_name),
        )
        .with(
            PERMISSIONS,
            Attribute::required(Type::set(Type::String), permissions::description())
                .check(permissions::check),
        )
        .with(
            IS_ACTIVE,
            Attribute::optional(
                Type::Bool,
                "Whether the key is switched on. Defaults to `true`. Changed in place. The portal switches expired keys \
                 off.",
            )
            .default(true),
        ),
    ))
}

/// Adds the attributes that decide how long a key is valid.
fn with_life(schema: Schema) -> Schema {
    schema
        .with(
            EXPIRES_IN_DAYS,
            Attribute::optional_computed(
                Type::Number,
                "For how many days the key is valid, from 1 to 365, counted from its creation. A change replaces the \
                 key. Without it, the key never expires. Removing it changes nothing. For an imported key, it is \
                 computed from the key's dates; if they do not tell, the configured value is adopted without a \
                 replacement.",
            )
            .check(check_days),
        )
        .with(
            ROTATE_BEFORE_DAYS,
            Attribute::optional(
                Type::Number,
                "Replace the key when it has this many days left or fewer, from 1 to 364, instead of only once it has \
                 expired. Use it with `create_before_destroy`. Without it, only an expired key is replaced.",
            )
            .check(check_margin),
        )
        .with(
            ROTATION,
            Attribute::optional(
                Type::Map(Box::new(Type::String)),
                "Any values. A change replaces the key, such as `rotation = { quarter = \"2027-1\" }`. Setting it for an \
                 imported key replaces that key too.",
            ),
        )
}

fn with_computed(schema: Schema) -> Schema {
    schema
        .with(
            ID,
            Attribute::computed(Type::String, "The key's id, a GUID that the portal assigns."),
        )
        .with(
            KEY,
            Attribute::computed(
                Type::Secret,
                "The key itself, `sk-` and 64 digits. It is stored in the state. Null for an imported key, which can \
                 no longer be read.",
            ),
        )
        .with(
            KEY_POSTFIX,
            Attribute::computed(
                Type::String,
                "The last four characters of the key, which the portal's list shows.",
            ),
        )
        .with(
            CREATED_ON,
            Attribute::computed(Type::String, "When the key was created, in RFC 3339."),
        )
        .with(
            CREATED_BY,
            Attribute::computed(Type::String, "The id of the person for whom the key acts."),
        )
        .with(
            EXPIRES_AT,
            Attribute::computed(
                Type::String,
                "When the key expires, in RFC 3339. Null for a key that never does.",
            ),
        )
        .with(
            EXPIRED,
            Attribute::computed(
                Type::Bool,
                "Whether the key had expired when it was last read, or was within `rotate_before_days` of its expiry. \
                 When true, the next plan replaces it.",
            ),
        )
}

/// Returns the identity: the id, and nothing that can change.
pub(super) fn identity() -> IdentitySchema {
    IdentitySchema::default().with(ID, Type::String, "The key's id, a GUID.")
}

/// Checks the two numbers of days together.
pub(super) fn validate(config: &Object, diagnostics: &mut Diagnostics) {
    let (life, margin) = (config.get(EXPIRES_IN_DAYS), config.get(ROTATE_BEFORE_DAYS));
    if let (Some(life), Some(margin)) = (days_in(life), days_in(margin))
        && margin >= life
    {
        diagnostics.push(
            Diagnostic::error(
                "Key is replaced in every plan",
                format!(
                    "rotate_before_days is {margin}, and the key is valid for {life} days: it would be due for \
                     replacement as soon as it is created. Set rotate_before_days to less than expires_in_days."
                ),
            )
            .at_attribute(ROTATE_BEFORE_DAYS),
        );
    }
}

/// Checks the name of a key.
pub(super) fn check_name(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(name) = value.as_str() else { return };
    let units = name.encode_utf16().count();
    let fault = if name.trim().is_empty() {
        Diagnostic::error(
            "Key name is blank",
            "The portal requires a name that is not blank. Give the key a name of 1 to 30 characters.",
        )
    } else if units > MAX_NAME {
        Diagnostic::error(
            "Key name is too long",
            format!(
                "The name has {units} UTF-16 code units; the portal accepts at most {MAX_NAME}. Shorten the name."
            ),
        )
    } else {
        return;
    };
    diagnostics.push(fault.at(path.clone()));
}

fn check_days(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    check_range(path, value, MAX_DAYS, diagnostics);
}

fn check_margin(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    check_range(path, value, MAX_DAYS - 1, diagnostics);
}

fn check_range(path: &Path, value: &Value, most: i64, diagnostics: &mut Diagnostics) {
    let Some(number) = value.as_number() else {
        return;
    };
    if days_in(value).is_none_or(|days| !(1..=most).contains(&days)) {
        diagnostics.push(
            Diagnostic::error(
                "Invalid number of days",
                format!(
                    "{number} is not accepted. Expected a whole number of days from 1 to {most}."
                ),
            )
            .at(path.clone()),
        );
    }
}
