//! Who is calling, and what the portal is: identity, version, password policy (API §3.3, §7.2).

use super::client::{Call, Client};
use super::envelope;
use super::error::Error;
use super::json::{DecodeError, Node};
use super::retry::Operation;
use super::webhooks::UserId;

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
#[derive(Debug, Clone, PartialEq, Eq)]
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

    fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
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

/// What the portal demands of a password, and so of a webhook's secret (API §7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// The shortest length; the longest is always 30.
    pub min_length: u32,
    /// Whether a capital letter is demanded.
    pub upper_case: bool,
    /// Whether a digit is demanded.
    pub digits: bool,
    /// Whether a special character is demanded.
    pub special: bool,
}

impl PasswordPolicy {
    fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
        let flag = |name| match node.optional(name)? {
            Some(flag) => flag.boolean(),
            None => Ok(false),
        };
        let min_length = node.required("minLength", "a length")?;
        Ok(Self {
            min_length: u32::try_from(min_length.integer()?)
                .map_err(|_too_large| min_length.mismatch("a length"))?,
            upper_case: flag("upperCase")?,
            digits: flag("digits")?,
            special: flag("specSymbols")?,
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

    /// Returns the version of DocSpace, as in `3.7.2`.
    ///
    /// Builds without one answer `3.1.0` (API §3.3); what a portal can do is better told by
    /// [`Client::trigger_catalog`].
    pub async fn portal_version(&self) -> Result<String, Error> {
        let call = Call::new(Operation::Read, "GET", "/settings/version/build");
        self.call(call, |body| {
            envelope::decode_value(body, |node| {
                let version = node.required("docSpace", "a version")?;
                Ok(version.text()?.to_owned())
            })
        })
        .await
    }

    /// Returns what the portal demands of a webhook's secret.
    pub async fn password_policy(&self) -> Result<PasswordPolicy, Error> {
        let call = Call::new(Operation::Read, "GET", "/settings/security/password");
        self.call(call, |body| {
            envelope::decode_value(body, PasswordPolicy::decode)
        })
        .await
    }
}

/// Decodes an answer as each of these.
#[cfg(feature = "fuzzing")]
pub(super) fn fuzzing(bytes: &[u8]) {
    drop(envelope::decode_value(bytes, CurrentUser::decode));
    drop(envelope::decode_value(bytes, PasswordPolicy::decode));
}

#[cfg(test)]
mod tests;
