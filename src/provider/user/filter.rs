//! Choosing among all people.

use super::model::{ROLE, STATUS, STATUS_NAMES, status};
use crate::api::{Guid, Person};
use crate::framework::diagnostics::Diagnostics;
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::value::{Object, Type, Value};
use crate::provider::people::{ROLES, role};
use crate::provider::selection::{check_guid, check_name, described, guid};

const GROUP_ID: &str = "group_id";

/// Adds the filters.
pub(super) fn with_filters(schema: Schema) -> Schema {
    schema
        .with(
            ROLE,
            Attribute::optional(
                Type::String,
                format!("Only people with this role: {}.", described(&ROLES)),
            )
            .check(check_role),
        )
        .with(
            STATUS,
            Attribute::optional(
                Type::String,
                format!(
                    "Only people with this status: {}. Omit it for all of them.",
                    described(&STATUS_NAMES)
                ),
            )
            .check(check_status),
        )
        .with(
            GROUP_ID,
            Attribute::optional(
                Type::String,
                "Only members of the group with this id, a GUID. The portal selects them, which takes separate \
                 requests.",
            )
            .check(check_guid),
        )
}

fn check_role(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    check_name(path, value, ("role", &ROLES), diagnostics);
}

fn check_status(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    check_name(path, value, ("status", &STATUS_NAMES), diagnostics);
}

/// The conditions that a person must meet.
#[derive(Debug)]
pub(super) struct UserFilter {
    /// The group, which the portal itself filters by.
    pub(super) group: Option<Guid>,
    role: Option<String>,
    status: Option<String>,
}

impl UserFilter {
    pub(super) fn from_config(config: &Object) -> Self {
        let text = |name: &str| config.get(name).as_str().map(str::to_owned);
        Self {
            group: guid(config, GROUP_ID),
            role: text(ROLE),
            status: text(STATUS),
        }
    }

    /// Returns whether every condition except the group holds.
    pub(super) fn matches(&self, person: &Person) -> bool {
        let is_role = |wanted: &String| wanted == role(&person.user);
        let is_status = |wanted: &String| *wanted == status(person);
        self.role.as_ref().is_none_or(is_role) && self.status.as_ref().is_none_or(is_status)
    }
}
