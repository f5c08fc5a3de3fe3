//! Private state: bytes that the provider keeps with a resource and Terraform does not show.
//!
//! They are stored in the state without encryption (TPP §8.2): no secrets. They can be missing at
//! any time (import, a crash, a tainted object), so reading them never fails.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The private bytes of one resource instance; empty when there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrivateState(Vec<u8>);

impl PrivateState {
    /// Wraps bytes as they came from Terraform.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Writes a structure as JSON. A structure that cannot be written leaves nothing.
    pub fn encode(content: &impl Serialize) -> Self {
        Self(serde_json::to_vec(content).unwrap_or_default())
    }

    /// Reads the structure back; its default when there is none or it cannot be read.
    pub fn decode<T: DeserializeOwned + Default>(&self) -> T {
        serde_json::from_slice(&self.0).unwrap_or_default()
    }

    /// Returns whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the bytes for the wire.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}
