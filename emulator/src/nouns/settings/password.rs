//! The portal's password policy, which webhook secrets must satisfy (API §7.2).

use serde::{Deserialize, Serialize};

/// The longest password any portal accepts (API §7.2).
pub(crate) const MAX_LENGTH: usize = 30;

/// The rules for passwords, and so for webhook secrets (API §7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordPolicy {
    /// The least number of characters; 8 unless an admin raised it.
    pub min_length: usize,
    /// Whether a capital letter is required.
    pub upper_case: bool,
    /// Whether a digit is required.
    pub digits: bool,
    /// Whether a character that is neither letter nor digit is required.
    pub spec_symbols: bool,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            min_length: 8,
            upper_case: false,
            digits: false,
            spec_symbols: false,
        }
    }
}

impl PasswordPolicy {
    /// Whether a secret satisfies the policy: printable ASCII without blanks, length and classes.
    pub fn accepts(&self, secret: &str) -> bool {
        let length = secret.encode_utf16().count();
        (self.min_length..=MAX_LENGTH).contains(&length)
            && secret.bytes().all(|byte| byte.is_ascii_graphic())
            && (!self.upper_case || secret.bytes().any(|byte| byte.is_ascii_uppercase()))
            && (!self.digits || secret.bytes().any(|byte| byte.is_ascii_digit()))
            && (!self.spec_symbols || secret.bytes().any(|byte| byte.is_ascii_punctuation()))
    }

    /// The portal's English sentence about a refused secret.
    pub(crate) fn refusal(&self) -> String {
        let mut text = format!(
            "Password must contain from {} to {MAX_LENGTH} characters, only latin letters, no spaces",
            self.min_length
        );
        for (required, words) in [
            (self.upper_case, ", capital letters"),
            (self.digits, ", digits"),
            (self.spec_symbols, ", special characters"),
        ] {
            if required {
                text.push_str(words);
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_policy_wants_8_to_30_printable_characters() {
        let policy = PasswordPolicy::default();
        assert!(policy.accepts("my-secret"));
        assert!(policy.accepts("12345678"));
        assert!(policy.accepts(&"x".repeat(30)));
        for refused in ["1234567", &"x".repeat(31), "has a blank", "pässword", ""] {
            assert!(!policy.accepts(refused), "{refused}");
        }
        assert_eq!(
            policy.refusal(),
            "Password must contain from 8 to 30 characters, only latin letters, no spaces"
        );
    }

    #[test]
    fn classes_are_required_when_the_portal_says_so() {
        let policy = PasswordPolicy {
            min_length: 10,
            upper_case: true,
            digits: true,
            spec_symbols: true,
        };
        assert!(policy.accepts("Abcdefgh1!"));
        for refused in ["abcdefgh1!", "Abcdefghi!", "Abcdefghi1", "Abcdefg1!"] {
            assert!(!policy.accepts(refused), "{refused}");
        }
        assert!(
            policy
                .refusal()
                .ends_with("capital letters, digits, special characters")
        );
    }
}
