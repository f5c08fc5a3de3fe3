//! Keys: what the portal holds, what is sent, and the verbs (IH §3).
//!
//! The key itself is in the answer to its POST and nowhere else; a listed row has no place for it.

use std::fmt;
use std::str::FromStr;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::allowance::Allowance;
use super::permissions::Permissions;
use crate::api::guid::Guid;
use crate::api::http::client::{Call, Client};
use crate::api::http::envelope;
use crate::api::http::error::Error;
use crate::api::http::json::{DecodeError, Node};
use crate::api::http::operation::Operation;
use crate::api::lists::{Arrivals, Rows};
use crate::api::people::UserId;
use crate::api::timestamp::Timestamp;

const KEYS: &str = "/keys";

/// The id of a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyId(Guid);

/// A text is not the id of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of an API key: a GUID is expected")]
pub struct ParseKeyIdError;

impl KeyId {
    /// The least id.
    pub const MIN: Self = Self(Guid::MIN);
    /// The greatest id.
    pub const MAX: Self = Self(Guid::MAX);
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for KeyId {
    type Err = ParseKeyIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let guid = text.parse();
        guid.map(Self).map_err(|_malformed| ParseKeyIdError)
    }
}

/// A key as the portal lists it. The time of its last use, which every call changes, is not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// The portal's name for it.
    pub id: KeyId,
    /// Its name; several keys may have the same.
    pub name: String,
    /// The last four characters of the key itself.
    pub postfix: String,
    /// What it may do.
    pub permissions: Permissions,
    /// When it was created; the answer to a create is more precise than later lists (IH §15a).
    pub created_on: Option<Timestamp>,
    /// Who created it, and on whose behalf it acts.
    pub created_by: Option<UserId>,
    /// When it expires; `None` is never.
    pub expires_at: Option<Timestamp>,
    /// Whether it is switched on. The portal switches expired keys off.
    pub is_active: bool,
}

impl Key {
    fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
        // The row of a key that is switched off lacks the member (IH §15a).
        let is_active = match node.optional("isActive")? {
            Some(flag) => flag.boolean()?,
            None => false,
        };
        Ok(Self {
            id: decode_id(node)?,
            name: node.required("name", "a string")?.text()?.to_owned(),
            postfix: node
                .lenient_text("keyPostfix")
                .unwrap_or_default()
                .to_owned(),
            permissions: Permissions::decode(node)?,
            created_on: Timestamp::decode(node, "createOn"),
            created_by: UserId::of_employee(node, "createBy"),
            expires_at: Timestamp::decode(node, "expiresAt"),
            is_active,
        })
    }
}

fn decode_id(node: &Node<'_>) -> Result<KeyId, DecodeError> {
    Guid::decode(&node.required("id", "an id")?).map(KeyId)
}

/// A key that was just created.
#[derive(Debug, Clone)]
pub struct CreatedKey {
    /// The key itself, which the portal shows only this once.
    pub value: SecretString,
    /// What lists show of it.
    pub key: Key,
}

impl CreatedKey {
    /// Without the whole key, an answer is as good as lost: it cannot be requested again.
    fn decode(node: &Node<'_>, is_new: impl Fn(KeyId) -> bool) -> Result<Self, DecodeError> {
        let key = Key::decode(node)?;
        if !is_new(key.id) {
            return Err(DecodeError {
                found: "that of another one",
                ..node
                    .required("id", "an id")?
                    .mismatch("the id of a new key")
            });
        }
        let value = node.required("key", "the whole key")?;
        let text = value.text()?;
        if text.is_empty() || text.contains('*') {
            return Err(DecodeError {
                found: "a masked one",
                ..value.mismatch("the whole key")
            });
        }
        Ok(Self {
            value: SecretString::from(text),
            key,
        })
    }
}

/// The body of a create.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewKey {
    /// 1 to 30 UTF-16 code units, not blank.
    pub name: String,
    /// Never empty: nothing would be everything.
    #[serde(serialize_with = "names")]
    pub permissions: Permissions,
    /// 1 to 365; absent for a key that never expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in_days: Option<u16>,
}

/// The body of an update: what is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyChange {
    /// 1 to 30 UTF-16 code units, not blank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the key may do from now on.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "names_if_any"
    )]
    pub permissions: Option<Permissions>,
    /// Whether it is switched on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
}

impl KeyChange {
    /// Returns whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the key as the change leaves it.
    #[must_use]
    pub fn applied_to(&self, key: &Key) -> Key {
        let mut key = key.clone();
        key.name = self.name.clone().unwrap_or(key.name);
        key.permissions = self.permissions.clone().unwrap_or(key.permissions);
        key.is_active = self.is_active.unwrap_or(key.is_active);
        key
    }
}

fn names<S: serde::Serializer>(
    permissions: &Permissions,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(permissions.names())
}

#[expect(clippy::ref_option, reason = "the signature that serde calls")]
fn names_if_any<S: serde::Serializer>(
    permissions: &Option<Permissions>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(permissions.iter().flat_map(Permissions::names))
}

impl Client {
    /// Lists the keys that the caller may see: all for administrators, their own for others; expired ones too.
    pub async fn list_keys(&self) -> Result<Vec<Key>, Error> {
        let rows = self.read_keys(|_key| {}).await?;
        Ok(rows.all().collect())
    }

    /// Lists the keys that the caller may see and passes each on as soon as it has arrived.
    pub async fn list_keys_into(&self, arrivals: &Arrivals<Key>) -> Result<Rows<Key>, Error> {
        let arrivals = arrivals.clone();
        self.read_keys(move |key| arrivals.push(key)).await
    }

    pub(super) async fn read_keys(
        &self,
        arrived: impl Fn(&Key) + Clone + Send + Sync + 'static,
    ) -> Result<Rows<Key>, Error> {
        let call = Call::new(Operation::Read, "GET", KEYS);
        self.call_arriving(call, move |body| {
            let mut rows = Rows::default();
            envelope::decode_list_from(body, |node| {
                let key = Key::decode(node)?;
                arrived(&key);
                rows.insert(&key);
                Ok(())
            })?;
            Ok(rows)
        })
        .await
    }

    /// Returns the key that the client itself presents; `None` if it presents something else, such as a session's
    /// token, and on portals before 3.1.1, which cannot tell.
    pub async fn current_key(&self) -> Result<Option<Key>, Error> {
        let call = Call::new(Operation::Read, "GET", format!("{KEYS}/@self"));
        let read = self
            .call(call, |body| envelope::decode_value(body, Key::decode))
            .await;
        match read {
            Ok(key) => Ok(Some(key)),
            Err(error) if matches!(error.status(), Some(404 | 405)) => Ok(None),
            // The portal takes the key from the header without checking what is there.
            Err(error) if matches!(error.status(), Some(400 | 500)) && !self.presents_key() => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Returns whether the client presents a key with these last characters, which are all that a list shows of it.
    pub fn presents_key_ending_in(&self, postfix: &str) -> bool {
        let key = self.config().api_key.expose();
        self.presents_key() && !postfix.is_empty() && key.ends_with(postfix)
    }

    /// Returns whether what the client presents looks like a key, and not like a session's token.
    fn presents_key(&self) -> bool {
        self.config().api_key.expose().starts_with("sk-")
    }

    /// Creates a key, as soon as the portal's allowance permits. Sent at most once, unless no attempt can have reached
    /// the portal.
    ///
    /// `is_new` returns whether an id can be that of a new key. An answer with any other id, or without the whole key,
    /// counts as lost.
    ///
    /// # Errors
    ///
    /// Ask [`Error::outcome_unknown`]: the key may exist.
    pub async fn create_key(
        &self,
        key: &NewKey,
        allowance: &Allowance,
        is_new: impl Fn(KeyId) -> bool + Send + Sync,
    ) -> Result<CreatedKey, Error> {
        let is_new = &is_new;
        let created = allowance
            .wait_for(self, || async move {
                let call = Call::new(Operation::CreateKey, "POST", KEYS)
                    .with_body(key)
                    .commented_on();
                self.call(call, |body| {
                    envelope::decode_value(body, |node| CreatedKey::decode(node, is_new))
                })
                .await
            })
            .await?;
        self.remember([created.value.clone()]);
        Ok(created)
    }

    /// Changes a key, and returns whether the portal did: it answers `false` for someone else's key, and for one that
    /// has expired.
    ///
    /// # Errors
    ///
    /// A portal answers 500 for an id that it does not have.
    pub async fn update_key(&self, id: KeyId, change: &KeyChange) -> Result<bool, Error> {
        let call = Call::new(Operation::Replace, "PUT", format!("{KEYS}/{id}"))
            .with_body(change)
            .commented_on();
        self.call(call, was_done).await
    }

    /// Removes a key, and returns whether the portal did: it answers `false` for someone else's key.
    ///
    /// # Errors
    ///
    /// As for [`Client::update_key`]. An earlier attempt of the same call may have removed it.
    pub async fn delete_key(&self, id: KeyId) -> Result<bool, Error> {
        let call = Call::new(Operation::Remove, "DELETE", format!("{KEYS}/{id}"));
        self.call(call, was_done).await
    }
}

fn was_done(body: &[u8]) -> Result<bool, envelope::BodyError> {
    envelope::decode_value(body, |answer| {
        let is_done = answer.boolean()?;
        Ok(is_done)
    })
}

#[cfg(feature = "fuzzing")]
pub(super) fn fuzzing(bytes: &[u8]) {
    drop(envelope::decode_list(bytes, Key::decode));
    drop(envelope::decode_value(bytes, |node| {
        CreatedKey::decode(node, |_| true)
    }));
    drop(was_done(bytes));
}

#[cfg(test)]
mod tests;
