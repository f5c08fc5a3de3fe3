//! What the database behind the portal can hold, and how it compares.

use serde::{Deserialize, Serialize};

use crate::collation;

/// The database behind the portal; what it can hold and how it compares shows on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Database {
    /// Text of three-byte characters, compared without case, accents and blanks at the end; dates of whole seconds,
    /// cut (API §16 O4, O5, O8).
    #[default]
    MariaDb,
    /// As `MariaDb`, but dates are rounded (API §4.4, inferred).
    MySql,
    /// Any text, compared exactly; dates of microseconds; deliveries keep their webhook from removal (API §6.5).
    PostgreSql,
}

impl Database {
    /// Whether a text can be stored, and compared with what is stored: emoji and the like need a fourth byte.
    pub(crate) fn can_hold(self, text: &str) -> bool {
        self == Self::PostgreSql || collation::holds(text)
    }

    /// Whether two texts are the same to a query.
    pub(crate) fn finds_equal(self, one: &str, other: &str) -> bool {
        let collates = self != Self::PostgreSql;
        one == other || (collates && collation::key(one) == collation::key(other))
    }

    /// Whether a webhook that has journal entries can't be removed (API §6.5).
    pub(crate) fn restricts_removal(self) -> bool {
        self == Self::PostgreSql
    }
}
