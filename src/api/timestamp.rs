//! The portal's dates.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::api::http::json::Node;

/// A date of the portal as it was written.
///
/// Only the portal's administrators know what its offset means (API §4.4), and formats vary, so a date never makes an
/// answer fail; whoever wants a moment in time asks for it and may get none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timestamp(Box<str>);

impl Timestamp {
    /// Creates a date from the portal's text.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// Returns the portal's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the moment, if the text is a date with an offset.
    pub fn to_offset_date_time(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::parse(&self.0, &Rfc3339).ok()
    }

    /// Returns the moment in RFC 3339, if the text is a date with an offset.
    pub fn to_rfc3339(&self) -> Option<String> {
        self.to_offset_date_time()?.format(&Rfc3339).ok()
    }

    pub(crate) fn decode(owner: &Node<'_>, name: &str) -> Option<Self> {
        owner.lenient_text(name).map(Self::new)
    }
}
