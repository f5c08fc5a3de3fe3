//! Dates, which are RFC 3339 on Terraform's side.

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime, UtcOffset};

use crate::api::{Client, Timestamp};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::value::Value;

/// Writes a moment in UTC and in whole seconds, rounded as the portal's database does: the answer to a create
/// is more precise than what is read later (API §4.4), and both must read the same. What is not known is null:
/// arithmetic with dates in a `check` must not fail.
pub(super) fn text(moment: Option<OffsetDateTime>) -> Value {
    let date = moment
        .and_then(|moment| {
            moment
                .to_offset(UtcOffset::UTC)
                .checked_add(Duration::milliseconds(500))
        })
        .and_then(|moment| moment.truncate_to_second().format(&Rfc3339).ok());
    date.map_or(Value::Null, Value::from)
}

/// Writes a date whose offset is that of its clock, as those of keys are (API §4.4), in UTC and in whole seconds. Lists of
/// keys cut them, where lists of webhooks round (IH §15a).
pub(super) fn told(date: Option<&Timestamp>) -> Value {
    let moment = date.and_then(Timestamp::to_offset_date_time);
    text(moment.map(OffsetDateTime::truncate_to_second))
}

/// Writes a date of a clock that is this far ahead of UTC, as [`text`] does; null if that is not known.
pub(super) fn text_ahead(date: Option<&Timestamp>, ahead: Option<Duration>) -> Value {
    let shown = date.and_then(Timestamp::to_offset_date_time);
    let moment = shown.zip(ahead);
    text(moment.and_then(|(shown, ahead)| shown.checked_sub(ahead)))
}

/// Writes what the portal's clock showed, for messages, which do not ask for its time zone. A text that is not a date
/// is quoted.
pub(super) fn shown(date: &Timestamp, client: &Client) -> String {
    match date.shown() {
        Some(shown) => {
            let (hour, minute, second) = shown.as_hms();
            let date = shown.date();
            format!("{date} {hour:02}:{minute:02}:{second:02} by the portal's clock")
        }
        None => client.quote(date.as_str()).to_string(),
    }
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
    fn writes(portal: &str, expected: impl Into<Value>) {
        let date = text_ahead(Some(&Timestamp::new(portal)), Some(Duration::ZERO));
        assert_eq!(date, expected.into(), "{portal}");
    }

    #[test]
    fn the_portals_dates_become_whole_seconds_in_utc() {
        writes("2026-06-30T12:34:56.7891234+00:00", "2026-06-30T12:34:57Z");
        writes("2026-06-30T12:34:57.499999+00:00", "2026-06-30T12:34:57Z");
        writes("2026-06-30T12:34:56Z", "2026-06-30T12:34:56Z");
        writes("2026-06-30T14:34:56+02:00", "2026-06-30T12:34:56Z");
    }

    #[test]
    fn what_is_not_a_date_is_null() {
        for portal in [
            "30.06.2026",
            "garbage",
            "",
            "2026-06-30T12:34:56",
            "0001-01-01T00:00:00",
            "0001-01-01T00:00:00Z",
        ] {
            writes(portal, Value::Null);
        }
        assert_eq!(text(None), Value::Null);
    }

    #[test]
    fn dates_of_keys_are_cut() {
        for portal in [
            "2026-06-30T12:34:54.9123456Z",
            "2026-06-30T12:34:54.0000000Z",
        ] {
            let told = told(Some(&Timestamp::new(portal)));
            assert_eq!(told, Value::from("2026-06-30T12:34:54Z"));
        }
    }

    #[test]
    fn a_date_of_a_clock_that_nobody_knows_is_null() {
        let date = Timestamp::new("2026-06-30T12:34:56Z");
        assert_eq!(text_ahead(Some(&date), None), Value::Null);
        let ahead = text_ahead(Some(&date), Some(Duration::hours(2)));
        assert_eq!(ahead, Value::from("2026-06-30T10:34:56Z"));
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
