//! Which names and addresses a portal treats as equal.
//!
//! A portal on MySQL compares them by the collation `utf8_general_ci`: case, accents and trailing blanks do not count
//! (API §16 O4). Its tables are not repeated here. The comparison here finds everything that was observed, and a little
//! more; a portal on PostgreSQL distinguishes everything. So the answer is *probably*.

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;

/// A name and an address, without what probably does not count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PairKey {
    name: String,
    uri: String,
}

impl PairKey {
    /// Makes the key of a name and an address. Pairs with equal keys are probably one pair to the portal.
    pub fn new(name: &str, uri: &str) -> Self {
        Self {
            name: fold(name),
            uri: fold(uri),
        }
    }
}

/// Decomposes a text into letters and marks, drops the marks, converts it to upper case and trims trailing blanks.
fn fold(text: &str) -> String {
    let mut folded = if text.is_ascii() {
        text.to_ascii_uppercase()
    } else {
        let classes = CanonicalCombiningClassMapBorrowed::new();
        DecomposingNormalizerBorrowed::new_nfd()
            .normalize_iter(text.chars())
            .filter(|character| classes.get_u8(*character) == 0)
            .flat_map(char::to_uppercase)
            .collect()
    };
    folded.truncate(folded.trim_end_matches(' ').len());
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn are_alike(one: &str, other: &str, expected: bool) {
        let uri = "https://example.com/";
        for (one, other) in [
            (PairKey::new(one, uri), PairKey::new(other, uri)),
            (PairKey::new("x", one), PairKey::new("x", other)),
        ] {
            assert_eq!(one == other, expected, "{one:?} {other:?}");
        }
    }

    /// API §16 O4.
    #[test]
    fn what_was_observed_to_clash_is_alike() {
        are_alike("cafe", "caf\u{e9}", true);
        are_alike("trail", "trail ", true);
        are_alike("T7I", "t7i", true);
        are_alike("https://example.com/X", "https://example.com/x", true);
    }

    #[test]
    fn composed_and_decomposed_are_alike() {
        are_alike("caf\u{e9}", "cafe\u{301}", true);
        are_alike("\u{1e69}", "S\u{307}\u{323}", true);
        are_alike("\u{ac00}", "\u{1100}\u{1161}", true);
    }

    #[test]
    fn other_letters_and_blanks_elsewhere_count() {
        are_alike("cafe", "cafes", false);
        are_alike("  pad", "pad", false);
        are_alike("a b", "ab", false);
        are_alike("trail", "trail\u{a0}", false);
        are_alike("\u{f8}l", "ol", false);
        are_alike("", "x", false);
    }
}
