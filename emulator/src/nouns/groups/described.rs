//! A group, as the endpoints answer (IH §7).

use serde::Serialize;

use super::group::Group;
use crate::account::User;
use crate::front::call::Call;
use crate::nouns::people::person::Person;
use crate::nouns::people::users::Users;

/// A group as the endpoints answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Described<'a> {
    id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    manager: Option<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<Vec<Person>>,
    members_count: usize,
    #[serde(rename = "isLDAP")]
    is_ldap: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_system: Option<bool>,
}

impl<'a> Described<'a> {
    /// Describes one of all groups.
    pub(super) fn new(
        group: &'a Group,
        all: &[Group],
        users: &Users,
        with_members: bool,
        call: &Call,
    ) -> Self {
        let person = |user: &User| Person::new(user, all, call);
        let manager = group.manager.as_deref().and_then(|id| users.find(id));
        Self {
            id: &group.id,
            name: &group.name,
            manager: manager.map(person),
            members: with_members.then(|| group.people(users).map(person).collect()),
            members_count: group.people(users).count(),
            is_ldap: group.is_ldap,
            is_system: group.is_system.then_some(true),
        }
    }
}
