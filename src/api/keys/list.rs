//! The list of keys: GUIDs in no order, and names that repeat.

use super::key::{Key, KeyId};
use crate::api::http::client::Client;
use crate::api::http::error::Error;
use crate::api::lists::{self, Arrivals, ListSource, Row, RowId, Rows};

/// The list of keys as one process sees it, shared by all its operations.
pub type KeyList<S = Client> = lists::SharedList<Key, S>;

/// The keys that the caller could see at one moment.
pub type KeySnapshot = lists::Snapshot<Key>;

impl RowId for KeyId {
    const MIN: Self = Self::MIN;
    const MAX: Self = Self::MAX;
}

impl Row for Key {
    type Id = KeyId;
    type Key = String;
    type Written = Self;

    fn id(&self) -> KeyId {
        self.id
    }

    fn key(&self) -> String {
        self.name.clone()
    }

    fn id_of(written: &Self) -> KeyId {
        written.id
    }

    /// A row has everything about a key.
    fn after(written: Self, _earlier: Option<&Self>) -> Self {
        written
    }
}

impl ListSource<Key> for Client {
    async fn fetch(&self) -> Result<Rows<Key>, Error> {
        self.read_keys(|_key| {}).await
    }

    async fn fetch_into(&self, arrivals: &Arrivals<Key>) -> Result<Rows<Key>, Error> {
        self.list_keys_into(arrivals).await
    }
}
