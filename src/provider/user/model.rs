//! What is told of a person.

use crate::api::Person;
use crate::framework::schema::Attribute;
use crate::framework::value::{Object, Type, Value};
use crate::provider::people::{ROLES, plain, role};
use crate::provider::selection::described;

pub(super) const ID: &str = "id";
pub(super) const EMAIL: &str = "email";
pub(super) const ROLE: &str = "role";
pub(super) const STATUS: &str = "status";

const DISPLAY_NAME: &str = "display_name";
const FIRST_NAME: &str = "first_name";
const LAST_NAME: &str = "last_name";
const USER_NAME: &str = "user_name";
const GROUP_IDS: &str = "group_ids";

/// The names of a person's statuses, and the portal's numbers for them.
pub(super) const STATUSES: [(i64, &str); 3] = [(1, "active"), (2, "disabled"), (4, "pending")];

/// The names alone.
pub(super) const STATUS_NAMES: [&str; 3] = [STATUSES[0].1, STATUSES[1].1, STATUSES[2].1];

/// Returns everything that is told of a person.
pub(super) fn attributes() -> [(&'static str, Attribute); 9] {
    let text = |description: &str| Attribute::computed(Type::String, description);
    [
        (
            ID,
            text(
                "The person's id, a GUID in lower case, as the `target_id` of a webhook expects it.",
            ),
        ),
        (EMAIL, text("The person's e-mail address.")),
        (DISPLAY_NAME, text("The name as the portal shows it.")),
        (FIRST_NAME, text("The first name.")),
        (LAST_NAME, text("The last name.")),
        (
            USER_NAME,
            text("The short name that the portal uses in the addresses of its pages."),
        ),
        (
            ROLE,
            text(&format!(
                "The person's role: {}. The portal's owner is `owner` and not `admin`.",
                described(&ROLES)
            )),
        ),
        (
            STATUS,
            text(&format!(
                "The state of the account: {}. `pending` is somebody who was invited and has not signed in yet. A status that \
                 this provider does not know appears as the portal's number.",
                described(&STATUS_NAMES)
            )),
        ),
        (
            GROUP_IDS,
            Attribute::computed(
                Type::set(Type::String),
                "The ids of the groups that the person is in, without those that the portal maintains itself.",
            ),
        ),
    ]
}

/// Names a status.
pub(super) fn status(person: &Person) -> String {
    let mut known = STATUSES.into_iter();
    let known = known.find(|(number, _)| *number == person.status);
    known.map_or_else(|| person.status.to_string(), |(_, name)| name.to_owned())
}

/// Describes a person by these attributes.
pub(super) fn describe(person: &Person) -> Object {
    let groups = person.groups.iter().map(|id| Value::from(id.to_string()));
    Object::new()
        .with(ID, person.id.to_string())
        .with(EMAIL, person.email.clone())
        .with(DISPLAY_NAME, person.user.display_name.as_deref().map(plain))
        .with(FIRST_NAME, person.first_name.clone())
        .with(LAST_NAME, person.last_name.clone())
        .with(USER_NAME, person.user_name.clone())
        .with(ROLE, role(&person.user))
        .with(STATUS, status(person))
        .with(GROUP_IDS, Value::set(groups))
}
