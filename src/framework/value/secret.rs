//! A text that must never be printed.

use std::cmp::Ordering;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// A secret text: zeroized when dropped, redacted by `Debug`, compared by content.
///
/// Values of sensitive and write-only string attributes are decoded into this type and stay in it
/// until they are written to the wire.
#[derive(Clone)]
pub struct SecretText(SecretString);

impl SecretText {
    /// Takes ownership of a secret text.
    pub fn new(text: impl Into<SecretString>) -> Self {
        Self(text.into())
    }

    /// Borrows the secret itself. Callers must not copy it into anything that can be printed.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Borrows the inner secret.
    pub fn as_secret(&self) -> &SecretString {
        &self.0
    }
}

impl From<SecretString> for SecretText {
    fn from(secret: SecretString) -> Self {
        Self(secret)
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}

impl PartialEq for SecretText {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for SecretText {}

impl Ord for SecretText {
    fn cmp(&self, other: &Self) -> Ordering {
        self.expose().cmp(other.expose())
    }
}

impl PartialOrd for SecretText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_the_secret() {
        let printed = format!("{:?}", SecretText::new("hunter2-hunter2"));
        assert_eq!(printed, "<secret>");
    }
}
