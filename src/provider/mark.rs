//! A mark in private state, by which a process tells what another state has set from what this one has.

use serde::{Deserialize, Serialize};

/// A state keeps the mark that its first change gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Mark(u64);

impl Mark {
    /// Makes a mark that no other state has. Without randomness all are the same, and nothing is told apart.
    pub(super) fn new() -> Self {
        Self(getrandom::u64().unwrap_or_default())
    }
}
