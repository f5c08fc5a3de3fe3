//! Trigger names in a configuration, and the bit mask they stand for (product §4.1, ADR 0003).
//!
//! A spelling is one of: `All` alone, a name such as `FileUploaded`, or one bit as a decimal number.
//! The bit of a name comes from the table of this build, else from what the private state recorded,
//! else from the portal's catalog.

use std::collections::BTreeMap;

use crate::api::{TRIGGERS, Trigger, TriggerCatalog, TriggerMask};

/// The word for every event, also of future portals.
pub(crate) const ALL: &str = "All";

/// How much of a text is compared with names, in characters.
const MAX_COMPARED: usize = 64;

/// The positions of bits by name, for names outside this build's table.
pub(crate) type KnownBits = BTreeMap<String, u8>;

/// What one spelling stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// Every event.
    All,
    /// One bit.
    Bit(u8),
    /// A name that the table does not have; only the portal can say its bit.
    Foreign,
}

/// Why a text is not the spelling of a trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SpellingError {
    /// Very likely a slip of the pen: the name that was probably meant.
    Misspelled(&'static str),
    /// Neither a name nor a number with exactly one bit.
    Malformed,
}

/// Reads one spelling, without asking the portal.
pub(crate) fn parse(text: &str) -> Result<Spelling, SpellingError> {
    if text == ALL {
        return Ok(Spelling::All);
    }
    if let Some(trigger) = Trigger::by_name(text) {
        return Ok(Spelling::Bit(trigger.bit));
    }
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return parse_bit(text)
            .map(Spelling::Bit)
            .ok_or(SpellingError::Malformed);
    }
    if let Some(meant) = nearest(text, 2).first() {
        return Err(SpellingError::Misspelled(meant));
    }
    if let Some(trigger) = TRIGGERS.iter().find(|trigger| trigger.dotted == text) {
        return Err(SpellingError::Misspelled(trigger.name));
    }
    let is_name = text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric());
    if is_name {
        Ok(Spelling::Foreign)
    } else {
        Err(SpellingError::Malformed)
    }
}

/// Reads a power of two in plain decimal digits, without leading zeros.
fn parse_bit(text: &str) -> Option<u8> {
    if text.starts_with('0') || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let bits: u64 = text.parse().ok()?;
    bits.is_power_of_two()
        .then(|| u8::try_from(bits.trailing_zeros()).ok())?
}

/// Returns the names of the table, and `All`, that are at most `distance` edits away, nearest first.
pub(crate) fn nearest(text: &str, distance: usize) -> Vec<&'static str> {
    // Longer than any name; a text of megabytes is compared no further.
    let wanted: String = text.chars().take(MAX_COMPARED).collect();
    let wanted = wanted.to_ascii_lowercase();
    let mut names: Vec<(usize, &'static str)> = std::iter::once(ALL)
        .chain(TRIGGERS.iter().map(|trigger| trigger.name))
        .map(|name| {
            (
                strsim::levenshtein(&wanted, &name.to_ascii_lowercase()),
                name,
            )
        })
        // A short word is near to every other short word: `All` must not be found for `Abc`.
        .filter(|(edits, name)| *edits <= distance && *edits < name.len() - 1)
        .collect();
    names.sort_unstable();
    names.into_iter().map(|(_, name)| name).collect()
}

/// What turns spellings into bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bits<'a> {
    /// The bits recorded in private state.
    pub(crate) recorded: &'a KnownBits,
    /// The portal's catalog, when it was read.
    pub(crate) catalog: Option<&'a TriggerCatalog>,
}

impl Bits<'_> {
    /// Returns the bit of a name that the table does not have.
    pub(crate) fn of_foreign(&self, name: &str) -> Option<u8> {
        // Private state may be damaged; a mask has 64 bits.
        let recorded = self.recorded.get(name).copied().filter(|bit| *bit < 64);
        recorded.or_else(|| single_bit(self.catalog?.by_name(name)?.mask))
    }

    /// Returns the mask of spellings; none when one of them has no known bit.
    pub(crate) fn mask<'s>(
        &self,
        spellings: impl IntoIterator<Item = &'s str>,
    ) -> Option<TriggerMask> {
        let mut bits = 0_u64;
        for text in spellings {
            match parse(text) {
                Ok(Spelling::All) => return Some(TriggerMask::ALL),
                Ok(Spelling::Bit(bit)) => bits |= 1 << bit,
                // A spelling that was accepted once can be refused by a later table; what was
                // recorded for it still counts.
                Ok(Spelling::Foreign) | Err(_) => bits |= 1 << self.of_foreign(text)?,
            }
        }
        (bits != 0).then(|| TriggerMask::from_bits(bits))
    }

    /// Returns the spelling of every bit of a mask: the table's name, else the recorded one, else
    /// the decimal number, so that nothing is dropped in a round trip.
    pub(crate) fn spell(&self, mask: TriggerMask) -> Vec<String> {
        if mask.is_all() {
            return vec![ALL.to_owned()];
        }
        mask.positions().map(|bit| self.spell_bit(bit)).collect()
    }

    fn spell_bit(&self, bit: u8) -> String {
        if let Some(trigger) = Trigger::by_bit(bit) {
            return trigger.name.to_owned();
        }
        let recorded = self.recorded.iter().find(|(_, position)| **position == bit);
        recorded.map_or_else(|| (1_u64 << bit).to_string(), |(name, _)| name.clone())
    }
}

/// Returns the spelling of every bit of a mask, as far as this build knows names.
pub(crate) fn spell(mask: TriggerMask) -> Vec<String> {
    let bits = Bits {
        recorded: &KnownBits::new(),
        catalog: None,
    };
    bits.spell(mask)
}

/// Returns the position of the only bit of a mask.
pub(crate) fn single_bit(mask: TriggerMask) -> Option<u8> {
    let mut positions = mask.positions();
    positions.next().filter(|_| positions.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn parses(text: &str, expected: &Result<Spelling, SpellingError>) {
        assert_eq!(&parse(text), expected, "{text}");
    }

    #[test]
    fn names_numbers_and_all_are_spellings() {
        parses("All", &Ok(Spelling::All));
        parses("FileUploaded", &Ok(Spelling::Bit(8)));
        parses("256", &Ok(Spelling::Bit(8)));
        parses("9223372036854775808", &Ok(Spelling::Bit(63)));
        parses("TenantExploded", &Ok(Spelling::Foreign));
    }

    #[test]
    fn slips_of_the_pen_are_recognized() {
        parses(
            "FileUploadd",
            &Err(SpellingError::Misspelled("FileUploaded")),
        );
        parses(
            "fileuploaded",
            &Err(SpellingError::Misspelled("FileUploaded")),
        );
        parses(
            "file.uploaded",
            &Err(SpellingError::Misspelled("FileUploaded")),
        );
        parses(
            "form.filled.out",
            &Err(SpellingError::Misspelled("FormFilledOut")),
        );
        parses("all", &Err(SpellingError::Misspelled("All")));
        parses("RoomCreatd", &Err(SpellingError::Misspelled("RoomCreated")));
    }

    #[test]
    fn what_is_neither_name_nor_bit_is_malformed() {
        for text in [
            "",
            "0",
            "384",
            "0256",
            "18446744073709551616",
            "*",
            "Some Event",
            "some",
            "-1",
            "1e3",
        ] {
            parses(text, &Err(SpellingError::Malformed));
        }
    }

    #[test]
    fn masks_and_spellings_round_trip_through_recorded_bits() {
        let recorded = KnownBits::from([("MoonLanded".to_owned(), 40)]);
        let bits = Bits {
            recorded: &recorded,
            catalog: None,
        };
        let mask = bits
            .mask(["MoonLanded", "FileUploaded", "2199023255552"])
            .unwrap();
        assert_eq!(mask.bits(), 1 << 40 | 1 << 8 | 1 << 41);
        assert_eq!(
            bits.spell(mask),
            ["FileUploaded", "MoonLanded", "2199023255552"]
        );
        assert_eq!(bits.mask(["MarsLanded"]), None);
        assert_eq!(bits.spell(TriggerMask::ALL), ["All"]);
    }
}
