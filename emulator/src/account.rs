//! Callers: users with roles, and their credentials (API §3).
//!
//! Credentials are values a test gives to the emulator; none is ever answered, logged or printed.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The id of the default user, the portal's owner.
pub const OWNER_ID: &str = "4c65a238-ca50-4374-b904-0d51d4c1822b";

/// The account that deliveries act as (API §4.2: "a system account").
pub(crate) const SYSTEM_ID: &str = "a37ee56e-3302-4a7b-b67e-ddbea64cd032";

/// What a user may do (API §3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The portal's owner.
    Owner,
    /// A `DocSpace` admin.
    Admin,
    /// A room admin: own webhooks only, every trigger.
    RoomAdmin,
    /// A user: own webhooks only, some triggers.
    User,
    /// A guest: refused everywhere but the trigger catalogue.
    Guest,
}

impl Role {
    /// Whether the role sees and changes every webhook of the portal.
    pub fn is_admin(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
}

/// A person of the portal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// A GUID in lower case with hyphens.
    pub id: String,
    /// The name shown next to webhooks.
    pub display_name: String,
    /// The address used for Basic authentication and the profile link.
    pub email: String,
    /// What the user may do.
    pub role: Role,
    /// False: every credential of the user is refused with 401.
    #[serde(default = "yes")]
    pub active: bool,
    /// True: invited, but has not accepted yet.
    #[serde(default)]
    pub pending: bool,
    /// Of a guest: who invited them. Only admins and this person see them (IH §8).
    #[serde(default)]
    pub guest_of: Option<String>,
}

impl User {
    /// Makes an active user with a display name and address derived from the role, for tests.
    pub fn new(id: impl Into<String>, role: Role) -> Self {
        let label = match role {
            Role::Owner => "Jane Admin",
            Role::Admin => "Second Admin",
            Role::RoomAdmin => "Room Admin",
            Role::User => "Plain User",
            Role::Guest => "Some Guest",
        };
        Self {
            id: id.into(),
            display_name: label.to_owned(),
            email: format!(
                "{}@example.com",
                label.to_ascii_lowercase().replace(' ', ".")
            ),
            role,
            active: true,
            pending: false,
            guest_of: None,
        }
    }

    /// The name that identifies the user in page addresses.
    pub(crate) fn name(&self) -> &str {
        self.email.split('@').next().unwrap_or_default()
    }

    /// Whether this person sees another one (IH §8). Guests are seen by admins and by the person who invited them; that
    /// they see no one else is inferred.
    pub(crate) fn sees(&self, other: &Self) -> bool {
        let is_known = other.role != Role::Guest || other.guest_of.as_ref() == Some(&self.id);
        self.id == other.id || self.role.is_admin() || self.role != Role::Guest && is_known
    }

    /// The system account as answers show it.
    pub(crate) fn system() -> Self {
        Self {
            id: SYSTEM_ID.to_owned(),
            display_name: "System".to_owned(),
            email: String::new(),
            role: Role::Admin,
            active: true,
            pending: false,
            guest_of: None,
        }
    }
}

/// How a credential is presented (API §3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// `Authorization: Bearer sk-…`, restricted by its permissions.
    #[default]
    ApiKey,
    /// `Authorization: Bearer …` or the cookie `asc_auth_key`: full access.
    Session,
    /// `Authorization: Bearer <JWT>`, restricted by its scopes.
    Oauth,
    /// `Authorization: Basic …` of `email:password`; the value is the password. Full access.
    Password,
}

/// A secret that authenticates one user.
#[derive(Clone, Debug)]
pub struct Credential {
    /// How it is presented.
    pub kind: CredentialKind,
    /// The key, token or password itself.
    pub value: SecretString,
    /// The user it belongs to.
    pub user_id: String,
    /// Scope names such as `*:read`; empty or containing `*` means unrestricted (API §3.2).
    pub scopes: Vec<String>,
    /// False: refused with 401.
    pub active: bool,
    /// The moment after which it is refused with 401.
    pub expires_at: Option<OffsetDateTime>,
    /// The name `GET /keys/@self` shows.
    pub name: String,
}

impl Credential {
    /// Makes an unrestricted API key.
    pub fn api_key(value: impl Into<String>, user_id: impl Into<String>) -> Self {
        Self {
            kind: CredentialKind::ApiKey,
            value: SecretString::from(value.into()),
            user_id: user_id.into(),
            scopes: Vec::new(),
            active: true,
            expires_at: None,
            name: "Emulator key".to_owned(),
        }
    }

    /// Restricts the key to the scopes, replacing earlier ones.
    #[must_use]
    pub fn with_scopes<I: IntoIterator<Item = S>, S: Into<String>>(mut self, scopes: I) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    pub(crate) fn is_unrestricted(&self) -> bool {
        matches!(
            self.kind,
            CredentialKind::Session | CredentialKind::Password
        ) || self.scopes.is_empty()
            || self.scopes.iter().any(|scope| scope == "*")
    }

    pub(crate) fn allows(&self, wanted: &[&str]) -> bool {
        self.is_unrestricted()
            || self
                .scopes
                .iter()
                .any(|scope| wanted.contains(&scope.as_str()))
    }

    pub(crate) fn is_usable(&self, now: OffsetDateTime) -> bool {
        self.active && self.expires_at.is_none_or(|end| now < end)
    }

    /// The last four characters, which the API itself shows (API §3.2).
    pub(crate) fn postfix(&self) -> String {
        let value = self.value.expose_secret();
        let skip = value.chars().count().saturating_sub(4);
        value.chars().skip(skip).collect()
    }
}

/// A credential that the portal has issued, and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    /// Counts every credential from 1, the key of the start.
    pub(crate) number: i32,
    pub(crate) credential: Credential,
    pub(crate) created_on: OffsetDateTime,
    pub(crate) last_used: Option<OffsetDateTime>,
}

/// An authenticated caller: the user and the credential that was used.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) user: User,
    pub(crate) credential: Credential,
    /// See [`Issued::number`].
    pub(crate) number: i32,
}

impl Caller {
    pub(crate) fn is_admin(&self) -> bool {
        self.user.role.is_admin()
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("user", &self.user.id)
            .finish_non_exhaustive()
    }
}

pub(crate) fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_without_scopes_is_unrestricted() {
        let key = Credential::api_key("sk-1", OWNER_ID);
        assert!(key.allows(&["*:write"]));
        let read = key.clone().with_scopes(["*:read"]);
        assert!(read.allows(&["*:read", "*:write"]));
        assert!(!read.allows(&["*:write"]));
        let star = key.with_scopes(["rooms:read", "*"]);
        assert!(star.allows(&["*:write"]));
    }

    #[test]
    fn debug_output_hides_the_value() {
        let key = Credential::api_key("sk-very-secret", OWNER_ID);
        assert!(!format!("{key:?}").contains("very-secret"));
    }
}
