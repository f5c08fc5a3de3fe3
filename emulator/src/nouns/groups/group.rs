//! A group, as it is stored (IH §7).

use serde::{Deserialize, Serialize};

use crate::account::User;
use crate::nouns::people::users::Users;

/// A group of people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// A GUID in lower case with hyphens.
    pub id: String,
    /// The name; other groups may have the same.
    pub name: String,
    /// The id of who manages it.
    #[serde(default)]
    pub manager: Option<String>,
    /// The ids of its members.
    #[serde(default)]
    pub members: Vec<String>,
    /// Whether a directory service maintains it.
    #[serde(default)]
    pub is_ldap: bool,
    /// Whether the portal itself made it, like the group of everyone. It is answered by its id and not listed, which is
    /// inferred.
    #[serde(default)]
    pub is_system: bool,
}

impl Group {
    /// Makes a group of these members without a manager.
    pub fn new<S: Into<String>>(
        id: impl Into<String>,
        name: impl Into<String>,
        members: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            manager: None,
            members: members.into_iter().map(Into::into).collect(),
            is_ldap: false,
            is_system: false,
        }
    }

    /// Its members except disabled ones (IH §7).
    pub(super) fn people<'a>(&'a self, users: &'a Users) -> impl Iterator<Item = &'a User> {
        let members = self.members.iter().filter_map(|id| users.find(id));
        members.filter(|user| user.active)
    }
}
