//! How the portal's database compares text: `utf8_general_ci` of MySQL and `MariaDB` (API §7 E, §16 O4).
//!
//! That collation weighs one character after the other: no letter counts as two, none is ignored, and only blanks at
//! the end are. So a letter with its accent in one character is its bare letter, and one with a combining accent is
//! not.

use std::iter;

use icu_normalizer::properties::{CanonicalDecompositionBorrowed, Decomposed};

/// The high bytes of the characters that have a weight other than themselves: Latin, Greek, Cyrillic, Armenian and
/// Hebrew, their later additions, letterlike symbols, enclosed and full-width letters.
const WEIGHED: [u32; 11] = [
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x1e, 0x1f, 0x21, 0x24, 0xff,
];

/// Returns what equal texts have in common.
pub(crate) fn key(text: &str) -> String {
    text.trim_end_matches(' ').chars().map(weight).collect()
}

/// Whether a column can hold a text: a fourth byte is one too many (API §4.1, §16 O5).
pub(crate) fn holds(text: &str) -> bool {
    text.chars().all(|character| character.len_utf8() < 4)
}

/// The bare letter in upper case.
///
/// Letters that Unicode got later than the database's tables count with their case on a real portal.
fn weight(character: char) -> char {
    match character {
        'ß' => 'S',
        // A letter of its own, although Unicode can take it apart.
        'Й' | 'й' => 'Й',
        _ if WEIGHED.contains(&(u32::from(character) >> 8)) => upper(bare(character)),
        _ => character,
    }
}

/// Takes every accent off, one decomposition after the other.
fn bare(character: char) -> char {
    let decompositions = CanonicalDecompositionBorrowed::new();
    let next = |letter: &char| match decompositions.decompose(*letter) {
        Decomposed::Default => None,
        Decomposed::Singleton(letter) | Decomposed::Expansion(letter, _) => Some(letter),
    };
    iter::successors(Some(character), next)
        .last()
        .unwrap_or(character)
}

/// The capital, where it is one character.
fn upper(letter: char) -> char {
    let mut capitals = letter.to_uppercase();
    match (capitals.next(), capitals.next()) {
        (Some(capital), None) => capital,
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_blanks_at_the_end_do_not_count() {
        for (one, other) in [
            ("cafe", "café"),
            ("trail", "trail   "),
            ("T7I", "t7i"),
            ("/X", "/x"),
            ("Ёлка", "ЕЛКА"),
            ("ᾆ", "α"),
            ("Straße", "strase"),
            ("ắ", "a"),
            ("", "  "),
        ] {
            assert_eq!(key(one), key(other), "{one:?} and {other:?}");
        }
    }

    #[test]
    fn everything_else_counts() {
        for (one, other) in [
            ("pad", " pad"),
            ("pad", "pad\t"),
            ("a b", "ab"),
            ("café", "cafe\u{301}"),
            ("й", "и"),
            ("ø", "o"),
            ("ł", "l"),
            ("Straße", "strasse"),
            ("が", "か"),
            ("가", "각"),
        ] {
            assert_ne!(key(one), key(other), "{one:?} and {other:?}");
        }
    }

    #[test]
    fn a_character_of_four_bytes_does_not_fit() {
        assert!(holds("Füße ☃ 漢字"));
        assert!(!holds("rocket 🚀"));
    }
}
