//! GUIDs, which name keys, people and groups.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::http::json::{DecodeError, Node};
use super::lists::RowId;

/// A GUID.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Guid(u128);

/// A text is not a GUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a GUID")]
pub struct ParseGuidError;

impl Guid {
    /// The least one.
    pub const MIN: Self = Self(0);
    /// The greatest one.
    pub const MAX: Self = Self(u128::MAX);

    /// Where the hyphens are.
    const HYPHENS: [usize; 4] = [8, 13, 18, 23];
    /// How long the text is.
    const LENGTH: usize = 36;

    pub(crate) fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
        let parsed = node.text()?.parse();
        parsed.map_err(|_malformed| node.mismatch("a GUID"))
    }
}

impl fmt::Display for Guid {
    /// In lower case with hyphens, as the portal writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:032x}", self.0);
        for (index, digit) in digits.char_indices() {
            if matches!(index, 8 | 12 | 16 | 20) {
                f.write_str("-")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Guid {
    type Err = ParseGuidError;

    /// Reads a GUID with hyphens, in upper or lower case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_right = |(index, byte): (usize, u8)| {
            if Self::HYPHENS.contains(&index) {
                byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        };
        if text.len() != Self::LENGTH || !text.bytes().enumerate().all(is_right) {
            return Err(ParseGuidError);
        }
        let digits = text.replace('-', "");
        let number = u128::from_str_radix(&digits, 16);
        number.map(Self).map_err(|_malformed| ParseGuidError)
    }
}

impl RowId for Guid {
    const MIN: Self = Self::MIN;
    const MAX: Self = Self::MAX;
}
