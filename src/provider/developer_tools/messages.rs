//! The messages about the setting.

use super::model::{LIMITED_TO_ADMINS, THE_ID};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::value::Value;

pub(super) const UPDATE: &str = "Could not update developer tools";

/// Warns of a key whose owner may not change the setting.
pub(super) fn below_admin() -> Diagnostic {
    Diagnostic::warning(
        "The key cannot change who may use developer tools",
        "The API key belongs to a person who is neither the portal's owner nor an administrator. Such a person may \
         read this setting, but not change it or undo a change, so applying this plan will fail. Run the provider with \
         the key of an administrator.",
    )
}

/// Warns of what destroying the setting does.
pub(super) fn opens_them() -> Diagnostic {
    Diagnostic::warning(
        "Destroying this opens the developer tools to all users",
        "A portal always has this setting, so destroying the resource sets limited_to_admins to false, as on a new portal. \
         To keep the limit, remove the resource from the state with a removed block, or with `terraform state rm`.",
    )
}

/// Refuses to change a portal that the state was not written for.
pub(super) fn of_another_portal(here: &str, there: &str) -> Diagnostic {
    Diagnostic::error(
        "The developer tools setting belongs to another portal",
        format!(
            "This state was written for {there}, but base_url names {here}. Nothing was changed. Set base_url (or \
             DOCSPACE_BASE_URL) to {there}. If {here} is now the right portal, remove the resource from the state with \
             `terraform state rm`, and import it with the id \"{THE_ID}\"."
        ),
    )
}

/// Refuses an import by any other id than the one.
pub(super) fn unknown_id(id: &Value) -> Diagnostic {
    let id = id.as_str().unwrap_or_default();
    Diagnostic::error(
        "Invalid import id",
        format!(
            "{id:?} does not identify the developer tools setting. Expected \"{THE_ID}\": a portal has one."
        ),
    )
}

/// Explains that a portal answered a change with the old value.
pub(super) fn not_taken() -> Diagnostic {
    Diagnostic::error(
        UPDATE,
        "The portal answered with success, but with the setting's old value. Plan again to see what it holds.",
    )
    .at_attribute(LIMITED_TO_ADMINS)
}
