//! The portal's dates.

use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, PrimitiveDateTime};

use crate::api::http::json::Node;

/// A date of the portal as it was written.
///
/// What it means depends on where it comes from: dates of webhooks show the wall clock of the portal's time zone with
/// the offset of the server's operating system (API §4.4). Formats vary, so a date never makes an answer fail; a caller
/// that needs a moment in time asks for it and may get none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

    /// Returns the moment, if the text is a date with an offset. The year 1, which means "never" on a portal, is not
    /// one.
    pub fn to_offset_date_time(&self) -> Option<OffsetDateTime> {
        let moment = OffsetDateTime::parse(&self.0, &Rfc3339).ok();
        moment.filter(|moment| moment.year() > 1)
    }

    /// Returns what the portal's clock showed, if the text is a date with an offset: the offset is not the clock's.
    pub fn shown(&self) -> Option<PrimitiveDateTime> {
        let date = self.to_offset_date_time()?;
        Some(PrimitiveDateTime::new(date.date(), date.time()))
    }

    pub(crate) fn decode(owner: &Node<'_>, name: &str) -> Option<Self> {
        owner.lenient_text(name).map(Self::new)
    }
}
