//! API keys as the state file has them: those that were created since the start, in full, because they must work again.
//! What the portal is started with is not among them.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::account::{Credential, CredentialKind, Issued};
use crate::changes::Part;
use crate::nouns::keys::credentials::Credentials;

#[derive(Deserialize, Serialize)]
struct Saved {
    last_number: i32,
    keys: Vec<Key>,
}

#[derive(Deserialize, Serialize)]
struct Key {
    number: i32,
    value: String,
    user_id: String,
    name: String,
    scopes: Vec<String>,
    active: bool,
    #[serde(with = "time::serde::rfc3339::option")]
    expires_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339")]
    created_on: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    last_used: Option<OffsetDateTime>,
}

impl From<&Issued> for Key {
    fn from(issued: &Issued) -> Self {
        let credential = issued.credential.clone();
        Self {
            number: issued.number,
            value: credential.value.expose_secret().to_owned(),
            user_id: credential.user_id,
            name: credential.name,
            scopes: credential.scopes,
            active: credential.active,
            expires_at: credential.expires_at,
            created_on: issued.created_on,
            last_used: issued.last_used,
        }
    }
}

impl From<Key> for Issued {
    fn from(key: Key) -> Self {
        Self {
            number: key.number,
            credential: Credential {
                kind: CredentialKind::ApiKey,
                value: SecretString::from(key.value),
                user_id: key.user_id,
                scopes: key.scopes,
                active: key.active,
                expires_at: key.expires_at,
                name: key.name,
            },
            created_on: key.created_on,
            last_used: key.last_used,
        }
    }
}

/// The keys at this moment that are none of the first so many.
pub(super) fn save(credentials: &Credentials, first: usize) -> Part {
    let last_number = credentials.last_number();
    let issued: Vec<Issued> = credentials
        .all_issued()
        .filter(|issued| issued.credential.kind == CredentialKind::ApiKey)
        .filter(|issued| usize::try_from(issued.number).is_ok_and(|number| number > first))
        .cloned()
        .collect();
    Box::new(move || {
        let keys = issued.iter().map(Key::from).collect();
        serde_json::to_value(Saved { last_number, keys })
    })
}

/// Takes over what an earlier portal saved.
pub(super) fn restore(
    credentials: &mut Credentials,
    part: serde_json::Value,
) -> serde_json::Result<()> {
    let saved: Saved = serde_json::from_value(part)?;
    let keys = saved.keys.into_iter().map(Issued::from);
    credentials.restore(saved.last_number, keys);
    Ok(())
}
