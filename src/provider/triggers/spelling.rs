//! How one trigger is spelled in a configuration: `All`, a name such as `FileUploaded`, the same as deliveries and the
//! catalog spell it, `file.uploaded`, or one bit as a decimal number.

use crate::api::{TRIGGERS, Trigger};

/// The word for every event, including those of future portals.
pub(in crate::provider) const ALL: &str = "All";

/// How much of a text is compared with names, in characters.
const MAX_COMPARED: usize = 64;

/// What one spelling stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::provider) enum Spelling {
    /// Every event.
    All,
    /// One bit.
    Bit(u8),
    /// A name that the table does not have; only the portal can tell its bit.
    Unlisted,
}

/// Why a text is not the spelling of a trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::provider) enum SpellingError {
    /// Very likely a typo: the name that was probably meant.
    Misspelled(&'static str),
    /// Neither a name nor a number with exactly one bit.
    Malformed,
}

/// Reads one spelling, without asking the portal.
pub(in crate::provider) fn parse(text: &str) -> Result<Spelling, SpellingError> {
    if text == ALL {
        return Ok(Spelling::All);
    }
    if let Some(trigger) = Trigger::by_name(text).or_else(|| Trigger::by_dotted(text)) {
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
    let is_name = text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric());
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_dotted = text.contains('.') && text.split('.').all(is_word);
    if is_name || is_dotted {
        Ok(Spelling::Unlisted)
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
pub(in crate::provider) fn nearest(text: &str, distance: usize) -> Vec<&'static str> {
    // Longer than any name: a text of megabytes is not compared further.
    let wanted: String = text.chars().take(MAX_COMPARED).collect();
    let wanted = wanted.to_ascii_lowercase();
    let spelled = |trigger: &Trigger| {
        if text.contains('.') {
            trigger.dotted
        } else {
            trigger.name
        }
    };
    let mut names: Vec<(usize, &'static str)> = std::iter::once(ALL)
        .chain(TRIGGERS.iter().map(spelled))
        .map(|name| {
            (
                strsim::levenshtein(&wanted, &name.to_ascii_lowercase()),
                name,
            )
        })
        // Every short word is near every other short word: `All` must not be found for `Abc`.
        .filter(|(edits, name)| *edits <= distance && *edits < name.len() - 1)
        .collect();
    names.sort_unstable();
    names.into_iter().map(|(_, name)| name).collect()
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
        parses("file.uploaded", &Ok(Spelling::Bit(8)));
        parses("form.filled.out", &Ok(Spelling::Bit(29)));
        parses("256", &Ok(Spelling::Bit(8)));
        parses("9223372036854775808", &Ok(Spelling::Bit(63)));
        parses("TenantExploded", &Ok(Spelling::Unlisted));
        parses("tenant.exploded", &Ok(Spelling::Unlisted));
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
            "file.uploadd",
            &Err(SpellingError::Misspelled("file.uploaded")),
        );
        parses(
            "File.Uploaded",
            &Err(SpellingError::Misspelled("file.uploaded")),
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
            "some.",
            "a..b",
            "Moon.landed",
            "-1",
            "1e3",
        ] {
            parses(text, &Err(SpellingError::Malformed));
        }
    }
}
