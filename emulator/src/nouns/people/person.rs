//! The long form of a person (IH §8).

use serde::Serialize;

use super::employee::Employee;
use crate::account::{Role, User};
use crate::front::call::Call;
use crate::nouns::groups::group::Group;

/// A person as the endpoints of people answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the wire has one flag per role"
)]
pub(crate) struct Person {
    first_name: String,
    last_name: String,
    user_name: String,
    email: String,
    status: u8,
    activation_status: u8,
    is_admin: bool,
    is_room_admin: bool,
    is_owner: bool,
    is_visitor: bool,
    is_collaborator: bool,
    #[serde(rename = "isLDAP")]
    is_ldap: bool,
    #[serde(rename = "isSSO")]
    is_sso: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<Membership>,
    #[serde(flatten)]
    employee: Employee,
}

/// A group shown with a person.
#[derive(Serialize)]
struct Membership {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    manager: Option<String>,
}

impl Person {
    /// Describes a person, whose groups are among these.
    pub(crate) fn new(user: &User, groups: &[Group], call: &Call) -> Self {
        let names = user.display_name.split_once(' ');
        let (first_name, last_name) = names.unwrap_or((&user.display_name, ""));
        let of_theirs = |group: &&Group| !group.is_system && group.members.contains(&user.id);
        let groups = groups.iter().filter(of_theirs).map(|group| Membership {
            id: group.id.clone(),
            name: group.name.clone(),
            manager: group.manager.clone(),
        });
        Self {
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            user_name: user.name().to_owned(),
            email: user.email.clone(),
            status: status(user),
            activation_status: u8::from(!user.pending),
            // Not of the owner (API §16 O7).
            is_admin: user.role == Role::Admin,
            is_room_admin: user.role == Role::RoomAdmin,
            is_owner: user.role == Role::Owner,
            is_visitor: user.role == Role::Guest,
            is_collaborator: user.role == Role::User,
            is_ldap: false,
            is_sso: false,
            groups: groups.collect(),
            employee: Employee::new(user, call),
        }
    }
}

/// 1 for active people, 2 for disabled people, 4 for invited people.
pub(super) fn status(user: &User) -> u8 {
    match (user.active, user.pending) {
        (false, _) => 2,
        (true, true) => 4,
        (true, false) => 1,
    }
}
