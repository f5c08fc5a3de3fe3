//! Who is calling (API §3.3).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::api::guid::Guid;
use crate::api::http::client::{Call, Client};
use crate::api::http::envelope;
use crate::api::http::error::Error;
use crate::api::http::json::{DecodeError, Node};
use crate::api::http::operation::Operation;

/// The account of the portal's core, the same on every portal.
const CORE: &str = "a37ee56e-3302-4a7b-b67e-ddbea64cd032";
/// The account of anyone who is not signed in, the same on every portal.
const NOBODY: &str = "712d9ec3-5d2b-4b13-824f-71f00191dcca";

/// The id of a user: a GUID in lower case, as filters and target ids expect it, or another text as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UserId(Box<str>);

impl UserId {
    /// Creates an id from a text that may have capital letters.
    pub fn new(text: &str) -> Self {
        let guid = text.parse::<Guid>();
        Self(guid.map_or_else(|_| text.into(), |guid| guid.to_string().into()))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the portal itself acts under this id: its core, or its delivery service, which is not signed in
    /// (API §4.2, §16 O2).
    pub fn is_system(&self) -> bool {
        let is = |id: &str| self.0.eq_ignore_ascii_case(id);
        is(CORE) || is(NOBODY)
    }

    /// Reads the id of an employee object; nothing else of it is stable (API §4.3).
    pub(crate) fn of_employee(owner: &Node<'_>, name: &str) -> Option<Self> {
        let id = owner.value().get(name)?.get("id")?.as_str()?;
        Some(Self::new(id))
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A caller's rank, as far as webhooks are concerned (API §3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Owner or DocSpace administrator: sees and changes all webhooks.
    Admin,
    /// Sees and changes its own webhooks, all triggers.
    RoomAdmin,
    /// Sees and changes its own webhooks, most triggers.
    User,
    /// Is refused everywhere.
    Guest,
}

/// The user a key acts as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the portal's flags, which are not exclusive"
)]
pub struct CurrentUser {
    /// The user's id.
    pub id: UserId,
    /// The name as the portal shows it, with HTML entities.
    pub display_name: Option<String>,
    /// The flag of the portal's owner.
    pub is_owner: bool,
    /// The flag of DocSpace administrators.
    pub is_admin: bool,
    /// The flag of room administrators.
    pub is_room_admin: bool,
    /// The flag of the role User, under its older name.
    pub is_collaborator: bool,
    /// The flag of guests, under its older name.
    pub is_visitor: bool,
}

impl CurrentUser {
    /// Returns the highest role that the flags give; `User` when none is set.
    pub fn role(&self) -> Role {
        if self.is_owner || self.is_admin {
            Role::Admin
        } else if self.is_visitor {
            Role::Guest
        } else if self.is_room_admin {
            Role::RoomAdmin
        } else {
            Role::User
        }
    }

    pub(super) fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
        let flag = |name| match node.optional(name)? {
            Some(flag) => flag.boolean(),
            None => Ok(false),
        };
        Ok(Self {
            id: UserId::new(node.required("id", "a user id")?.text()?),
            display_name: node.lenient_text("displayName").map(str::to_owned),
            is_owner: flag("isOwner")?,
            is_admin: flag("isAdmin")?,
            is_room_admin: flag("isRoomAdmin")?,
            is_collaborator: flag("isCollaborator")?,
            is_visitor: flag("isVisitor")?,
        })
    }
}

impl Client {
    /// Returns the user the key acts as (`people/@self`); needs a scope that covers the own account (API §3.3).
    pub async fn current_user(&self) -> Result<CurrentUser, Error> {
        let call = Call::new(Operation::Read, "GET", "/people/@self");
        self.call(call, |body| {
            envelope::decode_value(body, CurrentUser::decode)
        })
        .await
    }
}

/// Decodes an answer as this.
#[cfg(feature = "fuzzing")]
pub(super) fn fuzzing(bytes: &[u8]) {
    drop(envelope::decode_value(bytes, CurrentUser::decode));
}

#[cfg(test)]
mod tests;
