//! Rows in little memory.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::sync::Arc;

use super::row::{Row, RowId as _};

/// How long a block is, unless a single row is longer.
const BLOCK: usize = 16 * 1024;

/// The rows of a list, packed one after another, and where each begins.
///
/// A row is mostly short texts, each of which would be a separate allocation: in a process that knows thousands of
/// webhooks and changes a few, that took most of the memory. A row is unpacked when it is asked for. The previous
/// version of a changed row stays until the list is dropped; a process changes a row once or twice.
///
/// Cloning copies the indexes, but no row.
#[derive(Debug, Clone)]
pub struct Rows<R: Row> {
    /// A single vector would be copied as it grows, and leave holes that nothing else fits into.
    blocks: Vec<Arc<Vec<u8>>>,
    places: BTreeMap<R::Id, Place>,
    /// Hashes of the keys, which need not be unique.
    keys: BTreeSet<(u32, R::Id)>,
}

/// Where a row begins.
#[derive(Debug, Clone, Copy)]
struct Place {
    block: u32,
    offset: u32,
}

impl<R: Row> Default for Rows<R> {
    fn default() -> Self {
        Self {
            blocks: Vec::new(),
            places: BTreeMap::new(),
            keys: BTreeSet::new(),
        }
    }
}

impl<R: Row> FromIterator<R> for Rows<R> {
    fn from_iter<I: IntoIterator<Item = R>>(rows: I) -> Self {
        let mut all = Self::default();
        rows.into_iter().for_each(|row| all.insert(&row));
        all
    }
}

impl<R: Row> Rows<R> {
    /// Inserts a row, replacing any other with its id.
    pub fn insert(&mut self, row: &R) {
        let id = row.id();
        self.remove(id);
        let place = self.pack(row);
        self.places.insert(id, place);
        self.keys.insert((hash(&row.key()), id));
    }

    /// Removes the row with this id.
    pub(super) fn remove(&mut self, id: R::Id) {
        if let Some(row) = self.get(id) {
            self.keys.remove(&(hash(&row.key()), id));
            self.places.remove(&id);
        }
    }

    pub(super) fn get(&self, id: R::Id) -> Option<R> {
        Some(self.unpack(*self.places.get(&id)?))
    }

    pub(super) fn contains(&self, id: R::Id) -> bool {
        self.places.contains_key(&id)
    }

    /// Returns all ids in ascending order.
    pub(super) fn ids(&self) -> impl Iterator<Item = R::Id> {
        self.places.keys().copied()
    }

    /// Returns all rows by ascending id.
    pub fn all(&self) -> impl Iterator<Item = R> {
        self.places.values().map(|place| self.unpack(*place))
    }

    /// Returns the rows with this key, by ascending id.
    pub(super) fn with_key(&self, key: R::Key) -> impl Iterator<Item = R> {
        let hash = hash(&key);
        self.keys
            .range((hash, R::Id::MIN)..=(hash, R::Id::MAX))
            .filter_map(|(_, id)| self.get(*id))
            .filter(move |row| row.key() == key)
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    #[expect(clippy::expect_used, reason = "a vector takes everything")]
    fn pack(&mut self, row: &R) -> Place {
        let packed = postcard::to_allocvec(row).expect("packs");
        let has_room = |block: &Arc<Vec<u8>>| block.len() + packed.len() <= BLOCK;
        if !self.blocks.last().is_some_and(has_room) {
            let block = Vec::with_capacity(BLOCK.max(packed.len()));
            self.blocks.push(Arc::new(block));
        }
        let block = self.blocks.len() - 1;
        let last = self.blocks.last_mut().map(Arc::make_mut);
        let last = last.expect("is there");
        let offset = last.len();
        last.extend_from_slice(&packed);
        let number = |length| u32::try_from(length).expect("an answer is shorter");
        Place {
            block: number(block),
            offset: number(offset),
        }
    }

    #[expect(clippy::expect_used, reason = "what is there was packed above")]
    fn unpack(&self, place: Place) -> R {
        let Place { block, offset } = place;
        let block = self.blocks.get(block as usize);
        let packed = block.and_then(|block| block.get(offset as usize..));
        let (row, _rest) = postcard::take_from_bytes(packed.unwrap_or_default()).expect("unpacks");
        row
    }
}

fn hash(key: &impl Hash) -> u32 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let [a, b, c, d, ..] = hasher.finish().to_ne_bytes();
    u32::from_ne_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests;
