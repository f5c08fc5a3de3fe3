//! The webhook's secret: its limits and its generation (product §4.2).

use secrecy::zeroize::Zeroizing;

use crate::api::PasswordPolicy;
use crate::framework::value::SecretText;

/// The most characters that a portal accepts (API §7.2).
pub(crate) const MAX_LENGTH: usize = 30;

const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const DIGITS: &[u8] = b"0123456789";
/// Special characters that need no quoting in shells, URLs in documents, or JSON.
const SPECIAL: &[u8] = b"!#%*+-.:=?@^_~";

/// Returns whether a secret consists of characters that it may have: printable ASCII without blanks.
pub(crate) fn has_valid_characters(secret: &str) -> bool {
    secret.bytes().all(|byte| (0x21..=0x7e).contains(&byte))
}

/// Returns what a secret lacks for a portal's policy, in words; nothing when it satisfies it.
pub(crate) fn shortcomings(secret: &str, policy: PasswordPolicy) -> Vec<String> {
    let has = |test: fn(&u8) -> bool| secret.bytes().any(|byte| test(&byte));
    let mut missing = Vec::new();
    let least = usize::try_from(policy.min_length)
        .unwrap_or(usize::MAX)
        .max(1);
    if secret.chars().count() < least {
        missing.push(format!("at least {least} characters"));
    }
    if secret.chars().count() > MAX_LENGTH {
        missing.push(format!("at most {MAX_LENGTH} characters"));
    }
    if policy.upper_case && !has(u8::is_ascii_uppercase) {
        missing.push("a capital letter".to_owned());
    }
    if policy.digits && !has(u8::is_ascii_digit) {
        missing.push("a digit".to_owned());
    }
    if policy.special && !has(u8::is_ascii_punctuation) {
        missing.push("a special character".to_owned());
    }
    missing
}

/// Returned when the operating system provides no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system provides no random numbers")]
pub(crate) struct NoRandomness;

/// Generates a secret of at least 4 characters, uniformly among those with all four character classes.
pub(crate) fn generate(length: usize) -> Result<SecretText, NoRandomness> {
    loop {
        let mut secret = Zeroizing::new(String::with_capacity(length));
        while secret.len() < length {
            secret.push(random_character()?);
        }
        let has = |class: &[u8]| secret.bytes().any(|byte| class.contains(&byte));
        if [UPPER, LOWER, DIGITS, SPECIAL].into_iter().all(has) {
            return Ok(SecretText::new(secret.as_str()));
        }
    }
}

fn random_character() -> Result<char, NoRandomness> {
    let alphabet = || [UPPER, LOWER, DIGITS, SPECIAL].into_iter().flatten();
    let size = alphabet().count();
    loop {
        let mut byte = [0_u8];
        getrandom::fill(&mut byte).map_err(|_unavailable| NoRandomness)?;
        let [byte] = byte;
        // The lowest seven bits are uniform; values past the alphabet are drawn again.
        if let Some(character) = alphabet()
            .nth(usize::from(byte & 0x7f))
            .filter(|_| size <= 0x80)
        {
            return Ok(char::from(*character));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_secrets_have_all_classes_and_never_repeat() {
        let policy = PasswordPolicy {
            min_length: 30,
            upper_case: true,
            digits: true,
            special: true,
        };
        let secrets: Vec<_> = (0..200).map(|_| generate(MAX_LENGTH).unwrap()).collect();
        for secret in &secrets {
            assert_eq!(shortcomings(secret.expose(), policy), Vec::<String>::new());
            assert!(has_valid_characters(secret.expose()));
            assert!(
                secret
                    .expose()
                    .bytes()
                    .any(|byte| byte.is_ascii_lowercase())
            );
        }
        let mut distinct = secrets.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), secrets.len());
    }

    #[test]
    fn generation_uses_the_whole_alphabet() {
        let mut seen: Vec<u8> = (0..400)
            .flat_map(|_| generate(MAX_LENGTH).unwrap().expose().as_bytes().to_vec())
            .collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 26 + 26 + 10 + SPECIAL.len());
    }

    #[test]
    fn shortcomings_name_what_is_missing() {
        let policy = PasswordPolicy {
            min_length: 10,
            upper_case: true,
            digits: true,
            special: true,
        };
        assert_eq!(
            shortcomings("abc", policy),
            [
                "at least 10 characters",
                "a capital letter",
                "a digit",
                "a special character"
            ]
        );
        assert_eq!(
            shortcomings(&"aA1!".repeat(8), policy),
            ["at most 30 characters"]
        );
    }
}
