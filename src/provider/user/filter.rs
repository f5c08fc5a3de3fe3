//! Choosing among all people.

use super::model::{ROLE, STATUS, STATUS_NAMES, STATUSES, status};
use crate::api::{Guid, Person};
use crate::framework::diagnostics::Diagnostics;
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::value::{Object, Type, Value};
use crate::provider::people::{ROLES, role};
use crate::provider::selection::{check_guid, check_name, check_name_or_number, described, guid};

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
                    "Only people with this status: {}, or the portal's number of another one. Omit it for all of them.",
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
    check_name_or_number(path, value, ("status", &STATUSES), diagnostics);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_looked_for_as_it_is_shown() {
        for (text, is_taken) in [
            ("active", true),
            ("8", true),
            ("-1", true),
            ("1", false),
            ("08", false),
            ("Active", false),
            ("", false),
        ] {
            let mut diagnostics = Diagnostics::new();
            check_status(&Path::default(), &Value::from(text), &mut diagnostics);
            assert_eq!(!diagnostics.has_errors(), is_taken, "{text:?}");
        }
    }
}
