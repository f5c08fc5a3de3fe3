//! Dates, which are RFC 3339 on Terraform's side.

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::api::Timestamp;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::value::Value;

/// Writes a date of the portal in whole seconds, rounded as its database does: the answer to a create
/// is more precise than what is read later (API §4.4), and both must read the same. What is not a date with an
/// offset is null, and so is the year 1, which stands for "never" on a portal: arithmetic with dates in a
/// `check` must not fail.
pub(super) fn text(timestamp: Option<&Timestamp>) -> Value {
    text_ahead(timestamp, Duration::ZERO)
}

/// Writes a date of a clock that is so far ahead of UTC, as [`text`] does.
pub(super) fn text_ahead(timestamp: Option<&Timestamp>, ahead: Duration) -> Value {
    let Some(timestamp) = timestamp else {
        return Value::Null;
    };
    let date = timestamp
        .to_offset_date_time()
        .filter(|date| date.year() > 1)
        .and_then(|date| date.checked_add(Duration::milliseconds(500) - ahead))
        .and_then(|date| date.truncate_to_second().format(&Rfc3339).ok());
    date.map_or(Value::Null, Value::from)
}

/// Reads a date of a configuration.
pub(super) fn parse(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

/// Checks a date of a configuration.
pub(super) fn check(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(text) = value.as_str() else { return };
    if parse(text).is_none() {
        diagnostics.push(
            Diagnostic::error(
                "Invalid date",
                format!(
                    "{text:?} is not a date with a time and an offset. Expected RFC 3339, such as \
                     \"2026-06-30T12:00:00Z\"; timeadd(plantimestamp(), \"-24h\") is the moment one day ago."
                ),
            )
            .at(path.clone()),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn writes(portal: &str, expected: &str) {
        assert_eq!(text(Some(&Timestamp::new(portal))), Value::from(expected));
    }

    #[test]
    fn the_portals_dates_become_whole_seconds() {
        writes("2026-06-30T12:34:56.7891234+00:00", "2026-06-30T12:34:57Z");
        writes("2026-06-30T12:34:57.499999+00:00", "2026-06-30T12:34:57Z");
        writes("2026-06-30T12:34:56Z", "2026-06-30T12:34:56Z");
        writes("2026-06-30T14:34:56+02:00", "2026-06-30T14:34:56+02:00");
    }

    #[test]
    fn what_is_no_date_is_null() {
        for portal in [
            "30.06.2026",
            "garbage",
            "",
            "2026-06-30T12:34:56",
            "0001-01-01T00:00:00",
            "0001-01-01T00:00:00Z",
        ] {
            let date = text(Some(&Timestamp::new(portal)));
            assert_eq!(date, Value::Null, "{portal}");
        }
        assert_eq!(text(None), Value::Null);
    }

    #[test]
    fn a_configured_date_needs_time_and_offset() {
        for text in ["2026-06-30", "2026-06-30T12:00:00", "yesterday", ""] {
            let mut diagnostics = Diagnostics::new();
            check(&Path::attribute("from"), &text.into(), &mut diagnostics);
            assert!(diagnostics.has_errors(), "{text:?}");
        }
        assert!(parse("2026-06-30T12:00:00+02:00").is_some());
    }
}
