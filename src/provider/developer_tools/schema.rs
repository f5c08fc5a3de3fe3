//! The schema of `docspace_developer_tools` (IH §10).

use super::model::{ID, LIMITED_TO_ADMINS};
use crate::framework::schema::{Attribute, IdentitySchema, Schema};
use crate::framework::value::Type;

const THE_ID_IS: &str = "Always `developer_tools`: a portal has one such setting.";

/// Returns the schema.
pub(super) fn schema() -> Schema {
    Schema::new(
        "Who may use the Developer Tools of a DocSpace portal: its API keys, webhooks and JavaScript SDK.\n\nA portal has \
         one such setting, so a configuration has at most one `docspace_developer_tools` for each portal.",
    )
    .with(ID, Attribute::computed(Type::String, THE_ID_IS))
    .with(
        LIMITED_TO_ADMINS,
        Attribute::required(
            Type::Bool,
            "Whether only the portal's owner and its administrators may use them. Room administrators and users can \
             then not create API keys, nor use webhooks. The keys that they have keep working for everything else.",
        ),
    )
}

/// Returns the identity, which is the same on every portal.
pub(super) fn identity() -> IdentitySchema {
    IdentitySchema::default().with(ID, Type::String, THE_ID_IS)
}
