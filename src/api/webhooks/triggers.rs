//! Triggers: the events a webhook subscribes to, as names and as the bit mask on the wire (API §5).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::api::http::json::{DecodeError, Node};

/// One event a webhook can subscribe to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trigger {
    /// The name in the portal's sources and in configurations, as in `FileUploaded`.
    pub name: &'static str,
    /// The name in deliveries and in the portal's catalog, as in `file.uploaded`.
    pub dotted: &'static str,
    /// The position of its bit in a mask, from 0.
    pub bit: u8,
    /// The oldest portal version that knows it.
    pub since: &'static str,
}

impl Trigger {
    /// Returns the mask that holds this trigger alone.
    pub const fn mask(&self) -> TriggerMask {
        TriggerMask(1 << self.bit)
    }

    /// Finds a trigger of [`TRIGGERS`] by its name, exactly.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        TRIGGERS.iter().find(|trigger| trigger.name == name)
    }

    /// Finds a trigger of [`TRIGGERS`] by its dotted name, exactly.
    pub fn by_dotted(dotted: &str) -> Option<&'static Self> {
        TRIGGERS.iter().find(|trigger| trigger.dotted == dotted)
    }

    /// Finds a trigger of [`TRIGGERS`] by the position of its bit.
    pub fn by_bit(bit: u8) -> Option<&'static Self> {
        TRIGGERS.iter().find(|trigger| trigger.bit == bit)
    }

    /// Converts a dotted name to the other spelling: `form.filled.out` becomes `FormFilledOut`.
    pub fn name_from_dotted(dotted: &str) -> String {
        dotted
            .split('.')
            .flat_map(|word| {
                let mut letters = word.chars();
                let first = letters.next().map(|letter| letter.to_ascii_uppercase());
                first.into_iter().chain(letters)
            })
            .collect()
    }
}

const fn trigger(
    bit: u8,
    name: &'static str,
    dotted: &'static str,
    since: &'static str,
) -> Trigger {
    Trigger {
        name,
        dotted,
        bit,
        since,
    }
}

/// Every trigger of DocSpace 3.7 in the order of its bits (API §5.2).
pub const TRIGGERS: &[Trigger] = &[
    trigger(0, "UserCreated", "user.created", "3.1"),
    trigger(1, "UserInvited", "user.invited", "3.1"),
    trigger(2, "UserUpdated", "user.updated", "3.1"),
    trigger(3, "UserDeleted", "user.deleted", "3.1"),
    trigger(4, "GroupCreated", "group.created", "3.1"),
    trigger(5, "GroupUpdated", "group.updated", "3.1"),
    trigger(6, "GroupDeleted", "group.deleted", "3.1"),
    trigger(7, "FileCreated", "file.created", "3.1"),
    trigger(8, "FileUploaded", "file.uploaded", "3.1"),
    trigger(9, "FileUpdated", "file.updated", "3.1"),
    trigger(10, "FileTrashed", "file.trashed", "3.1"),
    trigger(11, "FileDeleted", "file.deleted", "3.1"),
    trigger(12, "FileRestored", "file.restored", "3.1"),
    trigger(13, "FileCopied", "file.copied", "3.1"),
    trigger(14, "FileMoved", "file.moved", "3.1"),
    trigger(15, "FolderCreated", "folder.created", "3.1"),
    trigger(16, "FolderUpdated", "folder.updated", "3.1"),
    trigger(17, "FolderTrashed", "folder.trashed", "3.1"),
    trigger(18, "FolderDeleted", "folder.deleted", "3.1"),
    trigger(19, "FolderRestored", "folder.restored", "3.1"),
    trigger(20, "FolderCopied", "folder.copied", "3.1"),
    trigger(21, "FolderMoved", "folder.moved", "3.1"),
    trigger(22, "RoomCreated", "room.created", "3.1"),
    trigger(23, "RoomUpdated", "room.updated", "3.1"),
    trigger(24, "RoomArchived", "room.archived", "3.1"),
    trigger(25, "RoomDeleted", "room.deleted", "3.1"),
    trigger(26, "RoomRestored", "room.restored", "3.1"),
    trigger(27, "RoomCopied", "room.copied", "3.1"),
    trigger(28, "FormSubmit", "form.submit", "3.7"),
    trigger(29, "FormFilledOut", "form.filled.out", "3.7"),
    trigger(30, "FormStopped", "form.stopped", "3.7"),
    trigger(31, "AgentCreated", "agent.created", "3.7"),
    trigger(32, "AgentUpdated", "agent.updated", "3.7"),
    trigger(33, "AgentDeleted", "agent.deleted", "3.7"),
    trigger(34, "FileDownloaded", "file.downloaded", "3.7"),
    trigger(35, "FolderDownloaded", "folder.downloaded", "3.7"),
];

/// A set of triggers as the portal stores it: one bit each, and 0 for all of them (API §5.1).
///
/// There is no mask for "no events". Bits that no table knows are kept: the portal accepts, stores and returns them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TriggerMask(u64);

impl TriggerMask {
    /// Every event, including those of future versions.
    pub const ALL: Self = Self(0);

    /// Creates a mask from its bits.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Returns the bits.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Creates a mask from the number on the wire, which is signed there.
    pub const fn from_wire(number: i64) -> Self {
        Self(number.cast_unsigned())
    }

    /// Returns the number on the wire.
    pub const fn to_wire(self) -> i64 {
        self.0.cast_signed()
    }

    /// Returns whether a portal before 3.7 takes this mask (API §5.1).
    pub fn fits_32_bits(self) -> bool {
        i32::try_from(self.to_wire()).is_ok()
    }

    /// Returns the name of the one trigger, as the journal's filter expects it (API §16 O17); the number if this table
    /// has none.
    pub fn to_word(self) -> String {
        let mut triggers = TRIGGERS.iter();
        let trigger = triggers.find(|trigger| trigger.mask() == self);
        trigger.map_or_else(|| self.to_string(), |trigger| trigger.name.to_owned())
    }

    /// Returns whether this is the mask of all events.
    pub const fn is_all(self) -> bool {
        self.0 == 0
    }

    /// Returns the positions of the bits that are set, lowest first; none for [`TriggerMask::ALL`].
    pub fn positions(self) -> impl Iterator<Item = u8> {
        (0..64_u8).filter(move |position| self.0 & (1 << position) != 0)
    }

    /// Returns the mask with the events of both; all events when either is [`TriggerMask::ALL`].
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        if self.is_all() || other.is_all() {
            Self::ALL
        } else {
            Self(self.0 | other.0)
        }
    }

    /// Reads every form that was observed on the wire or is documented: a number, a numeric string, a name, a dotted
    /// name, several of these separated by commas, or an array of these (product §4.1).
    pub(crate) fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
        const EXPECTED: &str = "a trigger mask or known trigger names";
        if node.value().is_array() {
            let masks = node.elements()?.map(|element| Self::decode(&element));
            return masks
                .reduce(|all, next| Ok(all?.union(next?)))
                .unwrap_or_else(|| Err(node.mismatch("at least one trigger")));
        }
        match node.value() {
            Value::Number(number) => number
                .as_i64()
                .map(Self::from_wire)
                .or_else(|| number.as_u64().map(Self)),
            Value::String(text) => text
                .split(',')
                .map(|word| Self::from_word(word.trim()))
                .reduce(|all, next| Some(all?.union(next?)))
                .flatten(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
        .ok_or_else(|| node.mismatch(EXPECTED))
    }

    fn from_word(word: &str) -> Option<Self> {
        if word == "*" || word.eq_ignore_ascii_case("all") {
            return Some(Self::ALL);
        }
        if let Ok(number) = word.parse::<i64>() {
            return Some(Self::from_wire(number));
        }
        TRIGGERS
            .iter()
            .find(|trigger| {
                trigger.name.eq_ignore_ascii_case(word) || trigger.dotted.eq_ignore_ascii_case(word)
            })
            .map(Trigger::mask)
    }
}

impl fmt::Debug for TriggerMask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TriggerMask({})", self.to_wire())
    }
}

impl fmt::Display for TriggerMask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.to_wire(), f)
    }
}

impl<'de> Deserialize<'de> for TriggerMask {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self::from_wire)
    }
}

impl Serialize for TriggerMask {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.to_wire())
    }
}

/// One row of the portal's own list of triggers (API §6.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogEntry {
    /// The dotted name, `*` for all events.
    pub dotted: String,
    /// The bit of this trigger, 0 for all events.
    pub mask: TriggerMask,
    /// Whether the caller's role may subscribe to it; `None` before 3.7, which does not check.
    pub available: Option<bool>,
}

impl CatalogEntry {
    /// Returns whether the name has the form that every documented one has, so that a message may repeat it.
    pub fn is_well_named(&self) -> bool {
        is_well_named(&self.dotted)
    }

    /// Returns the name as configurations spell it, as in `FileUploaded`; `All` for all events.
    pub fn name(&self) -> String {
        if self.dotted == "*" {
            "All".to_owned()
        } else {
            Trigger::name_from_dotted(&self.dotted)
        }
    }
}

/// The portal's own list of triggers, in the portal's order (before 3.7 in the order of the bits).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriggerCatalog {
    entries: Vec<CatalogEntry>,
}

impl TriggerCatalog {
    /// Creates a catalog of these entries.
    pub fn new(entries: Vec<CatalogEntry>) -> Self {
        Self { entries }
    }

    /// Returns every entry, the one for all events included.
    pub fn entries(&self) -> &[CatalogEntry] {
        &self.entries
    }

    /// Finds an entry by its name as configurations spell it.
    pub fn by_name(&self, name: &str) -> Option<&CatalogEntry> {
        self.entries.iter().find(|entry| entry.name() == name)
    }

    /// Finds the entry of one bit.
    pub fn by_mask(&self, mask: TriggerMask) -> Option<&CatalogEntry> {
        self.entries.iter().find(|entry| entry.mask == mask)
    }

    /// Returns whether this is the catalog of a portal that takes masks of 32 bits only, with a sign, as all before 3.7 do
    /// (API §5.1). Their catalogs do not tell what is available.
    pub fn is_of_32_bits(&self) -> bool {
        let is_old = |entry: &CatalogEntry| entry.available.is_none() && entry.mask.fits_32_bits();
        self.entries.iter().all(is_old)
    }

    /// Reads either shape: an array of objects (3.7), or an object of numbers (3.1 to 3.6).
    pub(crate) fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
        if node.value().is_array() {
            let entries = node
                .elements()?
                .map(|entry| decode_entry(&entry))
                .collect::<Result<_, _>>()?;
            return Ok(Self { entries });
        }
        let mut entries = node
            .object()?
            .keys()
            .map(|dotted| {
                let mask = node.required(dotted, "a trigger mask");
                let mask = mask.and_then(|mask| mask.integer());
                // An error would quote the name, which is the portal's text.
                let number = mask.map_err(|error| {
                    if is_well_named(dotted) {
                        error
                    } else {
                        node.mismatch("names of triggers")
                    }
                })?;
                Ok(CatalogEntry {
                    dotted: dotted.clone(),
                    mask: TriggerMask::from_wire(number),
                    available: None,
                })
            })
            .collect::<Result<Vec<_>, DecodeError>>()?;
        entries.sort_by_key(|entry| entry.mask);
        Ok(Self { entries })
    }
}

fn is_well_named(dotted: &str) -> bool {
    let mut letters = dotted.bytes();
    letters.all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'*'))
}

fn decode_entry(entry: &Node<'_>) -> Result<CatalogEntry, DecodeError> {
    let available = entry.optional("available")?;
    Ok(CatalogEntry {
        dotted: entry.required("name", "a trigger name")?.text()?.to_owned(),
        mask: TriggerMask::from_wire(entry.required("id", "a trigger mask")?.integer()?),
        available: available.map(|node| node.boolean()).transpose()?,
    })
}

#[cfg(test)]
mod tests;
