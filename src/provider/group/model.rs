//! What is told of a group.

use crate::api::groups::Group;
use crate::framework::schema::Attribute;
use crate::framework::value::{Number, Object, Type};

pub(super) const ID: &str = "id";
pub(super) const NAME: &str = "name";

const MANAGER_ID: &str = "manager_id";
const MEMBERS_COUNT: &str = "members_count";
const IS_LDAP: &str = "is_ldap";
const IS_SYSTEM: &str = "is_system";

/// Returns everything that is told of a group.
pub(super) fn attributes() -> [(&'static str, Attribute); 6] {
    [
        (
            ID,
            Attribute::computed(
                Type::String,
                "The group's id, a GUID in lower case, as the `target_id` of a webhook expects it.",
            ),
        ),
        (
            NAME,
            Attribute::computed(Type::String, "The name; other groups may have the same."),
        ),
        (
            MANAGER_ID,
            Attribute::computed(
                Type::String,
                "The id of the person who manages the group; null if there is none.",
            ),
        ),
        (
            MEMBERS_COUNT,
            Attribute::computed(
                Type::Number,
                "How many members there are, without those who are disabled. Who they are is told by `docspace_users` with \
                 the `group_id`.",
            ),
        ),
        (
            IS_LDAP,
            Attribute::computed(
                Type::Bool,
                "Whether a directory service maintains the group.",
            ),
        ),
        (
            IS_SYSTEM,
            Attribute::computed(
                Type::Bool,
                "Whether the portal maintains the group itself, like that of all guests.",
            ),
        ),
    ]
}

/// Describes a group by these attributes.
pub(super) fn describe(group: &Group) -> Object {
    Object::new()
        .with(ID, group.id.to_string())
        .with(NAME, group.name.as_str())
        .with(MANAGER_ID, group.manager.map(|id| id.to_string()))
        .with(MEMBERS_COUNT, group.members_count.map(Number::from))
        .with(IS_LDAP, group.is_ldap)
        .with(IS_SYSTEM, group.is_system)
}
