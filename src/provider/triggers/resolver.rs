//! What turns spellings into the bits of a mask, and a mask into spellings.
//!
//! The bit of a name comes from the table of this build, else from what the private state recorded, else from the
//! portal's catalog.

use std::collections::BTreeMap;

use super::set::TriggerSet;
use super::spelling::{ALL, Spelling};
use crate::api::{Trigger, TriggerCatalog, TriggerMask};
use crate::framework::diagnostics::Diagnostic;
use crate::provider::portal::LivePortal;

/// The positions of bits by name, for names outside this build's table.
pub(in crate::provider) type KnownBits = BTreeMap<String, u8>;

/// What turns spellings into bits.
#[derive(Debug, Clone, Copy)]
pub(in crate::provider) struct TriggerResolver<'a> {
    recorded: &'a KnownBits,
    catalog: Option<&'a TriggerCatalog>,
}

impl<'a> TriggerResolver<'a> {
    /// Knows the table of this build, and the bits that private state recorded.
    pub(in crate::provider) fn new(recorded: &'a KnownBits) -> Self {
        Self {
            recorded,
            catalog: None,
        }
    }

    /// Also knows the portal's catalog.
    pub(in crate::provider) fn with_catalog(
        recorded: &'a KnownBits,
        catalog: &'a TriggerCatalog,
    ) -> Self {
        Self {
            recorded,
            catalog: Some(catalog),
        }
    }

    /// Returns the bit of a name that the table does not have.
    pub(super) fn bit_of_unlisted(&self, name: &str) -> Option<u8> {
        // Private state may be damaged; a mask has 64 bits.
        let recorded = self.recorded.get(name).copied().filter(|bit| *bit < 64);
        recorded.or_else(|| {
            let catalog = self.catalog?;
            let entry = catalog.by_name(name).or_else(|| {
                catalog
                    .by_name(&Trigger::name_from_dotted(name))
                    .filter(|_| name.contains('.'))
            })?;
            single_bit(entry.mask)
        })
    }

    /// Returns the bit of each single trigger of a set, none for a name without one. What is not the spelling of a
    /// trigger was refused earlier.
    pub(in crate::provider) fn bits<'s>(
        &self,
        set: &TriggerSet<'s>,
    ) -> impl Iterator<Item = (&'s str, Option<u8>)> {
        let spellings = set.spellings();
        spellings.filter_map(|(name, spelling)| match spelling {
            Ok(Spelling::Bit(bit)) => Some((name, Some(bit))),
            Ok(Spelling::Unlisted) => Some((name, self.bit_of_unlisted(name))),
            Ok(Spelling::All) | Err(_) => None,
        })
    }

    /// Returns the mask of a set; none when an element of it is not known or has no known bit.
    pub(in crate::provider) fn mask(&self, set: &TriggerSet<'_>) -> Option<TriggerMask> {
        if !set.is_known() {
            return None;
        }
        let mut bits = 0_u64;
        for (name, spelling) in set.spellings() {
            match spelling {
                Ok(Spelling::All) => return Some(TriggerMask::ALL),
                Ok(Spelling::Bit(bit)) => bits |= 1 << bit,
                // A spelling that was accepted once can be refused by a later table; what was
                // recorded for it still counts.
                Ok(Spelling::Unlisted) | Err(_) => bits |= 1 << self.bit_of_unlisted(name)?,
            }
        }
        (bits != 0).then(|| TriggerMask::from_bits(bits))
    }

    /// Returns the spelling of every bit of a mask: the table's name, else the recorded one, else
    /// the decimal number, so that nothing is dropped in a round trip.
    pub(in crate::provider) fn spell(&self, mask: TriggerMask) -> Vec<String> {
        self.spell_like(&TriggerSet::of_names(&[]), mask)
    }

    /// Returns the spelling of every bit of a mask, in a set's spelling for bits that the set has too.
    pub(in crate::provider) fn spell_like(
        &self,
        set: &TriggerSet<'_>,
        mask: TriggerMask,
    ) -> Vec<String> {
        if mask.is_all() {
            return vec![ALL.to_owned()];
        }
        let spelled: BTreeMap<u8, &str> = self
            .bits(set)
            .filter_map(|(name, bit)| Some((bit?, name)))
            .collect();
        mask.positions()
            .map(|bit| match spelled.get(&bit) {
                Some(name) => (*name).to_owned(),
                None => self.spell_bit(bit),
            })
            .collect()
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
pub(in crate::provider) fn spell(mask: TriggerMask) -> Vec<String> {
    TriggerResolver::new(&KnownBits::new()).spell(mask)
}

/// Returns the mask of the triggers to send, and the bits of those that this build's table does not have. The portal's
/// catalog is read only when it is needed for one of them.
pub(in crate::provider) async fn resolve(
    portal: &LivePortal,
    names: &[String],
    recorded: &KnownBits,
) -> Result<(TriggerMask, KnownBits), Diagnostic> {
    let set = TriggerSet::of_names(names);
    let mut resolver = TriggerResolver::new(recorded);
    let is_recorded = |name| resolver.bit_of_unlisted(name).is_some();
    if !set.unlisted().all(is_recorded) {
        let catalog = portal.catalog().await;
        let catalog =
            catalog.map_err(|error| portal.explain("Could not look up the triggers", error))?;
        resolver = TriggerResolver::with_catalog(recorded, catalog);
    }
    let known = set
        .unlisted()
        .filter_map(|name| Some((name.to_owned(), resolver.bit_of_unlisted(name)?)))
        .collect();
    match resolver.mask(&set) {
        Some(mask) => Ok((mask, known)),
        None => Err(Diagnostic::error(
            "Unknown trigger",
            format!(
                "The portal's catalog does not have every trigger of {names:?}. Nothing was sent. Check the names \
                 against the data source docspace_webhook_triggers, or give a trigger as the decimal number of its bit."
            ),
        )
        .at_attribute("triggers")),
    }
}

/// Returns the position of the only bit of a mask.
fn single_bit(mask: TriggerMask) -> Option<u8> {
    let mut positions = mask.positions();
    positions.next().filter(|_| positions.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_and_spellings_round_trip_through_recorded_bits() {
        let recorded = KnownBits::from([("MoonLanded".to_owned(), 40)]);
        let resolver = TriggerResolver::new(&recorded);
        let mask_of = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            resolver.mask(&TriggerSet::of_names(&names))
        };
        let mask = mask_of(&["MoonLanded", "FileUploaded", "2199023255552"]).unwrap();
        assert_eq!(mask.bits(), 1 << 40 | 1 << 8 | 1 << 41);
        assert_eq!(
            resolver.spell(mask),
            ["FileUploaded", "MoonLanded", "2199023255552"]
        );
        assert_eq!(mask_of(&["MarsLanded"]), None);
        assert_eq!(resolver.spell(TriggerMask::ALL), ["All"]);
        let names = ["file.uploaded".to_owned(), "room.created".to_owned()];
        let set = TriggerSet::of_names(&names);
        assert_eq!(
            resolver.spell_like(&set, mask),
            ["file.uploaded", "MoonLanded", "2199023255552"]
        );
    }
}
