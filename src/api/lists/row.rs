//! What a list consists of. Its noun defines how rows are told apart, looked up and changed.

use std::fmt;
use std::hash::Hash;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A row of a list that the portal returns only as a whole. The serde traits are about how it is kept in memory, not
/// about how the portal writes it.
pub trait Row: fmt::Debug + Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The portal's id for it, which no two rows share.
    type Id: RowId;
    /// What rows are looked up by besides the id; several may have the same.
    type Key: Hash + Eq;
    /// What the answer to a write shows of a row.
    type Written: fmt::Debug + Clone + Send + Sync + 'static;

    /// Returns the row's id.
    fn id(&self) -> Self::Id;

    /// Returns what the row is looked up by.
    fn key(&self) -> Self::Key;

    /// Returns the id of what a write has changed.
    fn id_of(written: &Self::Written) -> Self::Id;

    /// Builds the row that a write leaves, with what only a list shows taken from the previous row.
    fn after(written: Self::Written, earlier: Option<&Self>) -> Self;
}

/// An id, in the order of the list.
pub trait RowId: fmt::Debug + Copy + Ord + Send + Sync + 'static {
    /// The least one.
    const MIN: Self;
    /// The greatest one.
    const MAX: Self;
}
