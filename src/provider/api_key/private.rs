//! What is kept with a key in private state.

use serde::{Deserialize, Serialize};

use crate::api::keys::Key;
use crate::provider::provenance::Provenance;

/// What is kept in private state. Everything in it can be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct KeyPrivate {
    /// Which key the state was written for.
    #[serde(flatten)]
    pub(super) provenance: Provenance,
}

impl KeyPrivate {
    /// Takes it from a key as the portal at `origin` shows it.
    pub(super) fn of(origin: &str, key: &Key) -> Self {
        let (creator, created_on) = (key.created_by.as_ref(), key.created_on.as_ref());
        Self {
            provenance: Provenance::new(origin, creator, created_on),
        }
    }
}
