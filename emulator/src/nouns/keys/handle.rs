//! What the handle can do with credentials and keys.

use std::time::Duration;

use time::OffsetDateTime;

use crate::account::{Credential, CredentialKind, Issued};
use crate::emulator::Emulator;
use crate::locks::lock;
use crate::nouns::keys::endpoints::{id_of, number_of};

/// An API key as the portal keeps it.
#[derive(Clone, Debug)]
pub struct IssuedKey {
    /// The GUID.
    pub id: String,
    /// What it opens, for whom and for how long, with its value.
    pub credential: Credential,
    /// When it was made.
    pub created_on: OffsetDateTime,
}

impl From<&Issued> for IssuedKey {
    fn from(issued: &Issued) -> Self {
        Self {
            id: id_of(issued.number),
            credential: issued.credential.clone(),
            created_on: issued.created_on,
        }
    }
}

impl Emulator {
    /// Adds a credential.
    pub fn add_credential(&self, credential: Credential) {
        lock(&self.portal.nouns.keys.credentials).add(credential);
    }

    /// The API keys in the order in which they were made, the one of the start first.
    pub fn api_keys(&self) -> Vec<IssuedKey> {
        let credentials = lock(&self.portal.nouns.keys.credentials);
        let keys = credentials.all_issued();
        keys.filter(|issued| issued.credential.kind == CredentialKind::ApiKey)
            .map(IssuedKey::from)
            .collect()
    }

    /// Changes a key out of band; false if there is none of this id.
    pub fn change_api_key(&self, id: &str, change: impl FnOnce(&mut Credential)) -> bool {
        let mut credentials = lock(&self.portal.nouns.keys.credentials);
        let credential = credentials.credential_mut(number_of(id));
        credential.map(change).is_some()
    }

    /// Lets time pass for a key: it was created that much earlier, and expires that much earlier.
    pub fn age_api_key(&self, id: &str, by: Duration) -> bool {
        lock(&self.portal.nouns.keys.credentials).age(number_of(id), by)
    }

    /// Removes a key out of band.
    pub fn remove_api_key(&self, id: &str) -> bool {
        lock(&self.portal.nouns.keys.credentials).remove(number_of(id))
    }
}
