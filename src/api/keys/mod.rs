//! API keys: their shapes and verbs, and how many new ones a portal allows (IH §3).

mod allowance;
mod key;
mod list;
mod permissions;

pub use allowance::Allowance;
pub use key::{CreatedKey, Key, KeyChange, KeyId, NewKey, ParseKeyIdError};
pub use list::{KeyList, KeySnapshot};
pub use permissions::{EVERYTHING, PERMISSIONS, Permissions};

/// Decodes an answer with every decoder of keys.
#[cfg(feature = "fuzzing")]
pub(super) fn fuzzing(bytes: &[u8]) {
    key::fuzzing(bytes);
}
