//! The time zone of a portal, whose wall clock the dates of its webhooks show (API §4.4).
//!
//! The offset that follows such a date is that of the server's operating system and says nothing about it. No rule can
//! tell apart what the clock showed twice, in the hour in which it was set back: such a date is unknown.

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use time::{Duration, OffsetDateTime, PrimitiveDateTime};
use tokio::sync::OnceCell;

use super::dates;
use super::portal::{LivePortal, Session};
use crate::api::{Client, Error, Timestamp};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::value::Value;

/// A time zone, if it is known.
#[derive(Debug, Default)]
pub(super) struct Zone(Option<TimeZone>);

impl Zone {
    /// Finds a zone by its name in the IANA database, in any case.
    pub(super) fn named(name: &str) -> Self {
        Self(TimeZoneDatabase::bundled().get(name).ok())
    }

    /// Writes a date of this zone's clock in UTC, as [`dates::text`] does; null if the moment is not known.
    pub(super) fn utc_text(&self, date: Option<&Timestamp>) -> Value {
        dates::text(date.and_then(|date| self.moment(date)))
    }

    /// Returns whether this zone's clock showed a date twice, because it was set back. Without a zone, nothing is
    /// known.
    pub(super) fn is_shown_twice(&self, date: &Timestamp) -> bool {
        let offset = date.shown().and_then(|shown| self.offset(shown));
        matches!(offset, Some(AmbiguousOffset::Fold { .. }))
    }

    /// Returns the moment at which this zone's clock showed a date, if there was exactly one.
    fn moment(&self, date: &Timestamp) -> Option<OffsetDateTime> {
        let shown = date.shown()?;
        let AmbiguousOffset::Unambiguous { offset } = self.offset(shown)? else {
            return None;
        };
        let ahead = Duration::seconds(offset.seconds().into());
        shown.assume_utc().checked_sub(ahead)
    }

    fn offset(&self, shown: PrimitiveDateTime) -> Option<AmbiguousOffset> {
        let zone = self.0.as_ref()?;
        Some(zone.to_ambiguous_timestamp(civil(shown)?).offset())
    }
}

fn civil(shown: PrimitiveDateTime) -> Option<DateTime> {
    let (year, month, day) = shown.to_calendar_date();
    let (hour, minute, second) = shown.as_hms();
    let small = |number: u8| i8::try_from(number).ok();
    DateTime::new(
        i16::try_from(year).ok()?,
        small(month.into())?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
        0,
    )
    .ok()
}

/// The time zone of a portal, requested once, whatever the outcome, and only if dates are shown.
#[derive(Debug)]
struct PortalZone {
    answer: OnceCell<Result<Zone, Error>>,
    is_failure_reported: AtomicBool,
}

impl Session for PortalZone {
    fn new(_client: &Client) -> Self {
        Self {
            answer: OnceCell::new(),
            is_failure_reported: AtomicBool::new(false),
        }
    }
}

impl LivePortal {
    /// Returns the portal's time zone. If it could not be read, there is one warning per process, unless the portal has
    /// no such endpoint.
    pub(super) async fn zone(&self, diagnostics: &mut Diagnostics) -> &Zone {
        const UNKNOWN: &Zone = &Zone(None);
        let session: &PortalZone = self.session();
        match session.answer.get_or_init(|| ask(&self.client)).await {
            Ok(zone) => zone,
            Err(error) => {
                let is_missing = matches!(error.status(), Some(404 | 405));
                if !is_missing && !session.is_failure_reported.swap(true, Ordering::Relaxed) {
                    diagnostics.push(not_read(self, error));
                }
                UNKNOWN
            }
        }
    }
}

async fn ask(client: &Client) -> Result<Zone, Error> {
    let name = client.time_zone().await?.unwrap_or_default();
    let zone = Zone::named(&name);
    if zone.0.is_none() {
        let name = client.quote(&name);
        tracing::debug!(name = name.as_str(), "the portal's time zone is not known");
    }
    Ok(zone)
}

fn not_read(portal: &LivePortal, error: &Error) -> Diagnostic {
    Diagnostic::warning(
        portal
            .wording()
            .titled("Could not read the portal's time zone", error),
        format!(
            "{} The portal writes dates in its own time zone, so without it the dates of webhooks are null in this \
             run. Everything else is correct, healthy included.",
            portal.wording().detail(error)
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn writes(zone: &str, portal: &str, expected: impl Into<Value>) {
        let date = Zone::named(zone).utc_text(Some(&Timestamp::new(portal)));
        assert_eq!(date, expected.into(), "{portal} in {zone}");
    }

    #[test]
    fn the_wall_clock_counts_and_the_printed_offset_does_not() {
        for (zone, expected) in [
            ("UTC", "2026-06-30T12:34:57Z"),
            ("Etc/GMT+12", "2026-07-01T00:34:57Z"),
            ("Asia/Kolkata", "2026-06-30T07:04:57Z"),
            ("asia/calcutta", "2026-06-30T07:04:57Z"),
            ("Pacific/Kiritimati", "2026-06-29T22:34:57Z"),
            ("Europe/Berlin", "2026-06-30T10:34:57Z"),
        ] {
            for offset in ["+00:00", "-05:00", "Z"] {
                writes(
                    zone,
                    &format!("2026-06-30T12:34:56.7891234{offset}"),
                    expected,
                );
            }
        }
    }

    #[test]
    fn summer_and_winter_have_offsets_of_their_own() {
        writes(
            "Europe/Berlin",
            "2026-01-30T12:00:00+00:00",
            "2026-01-30T11:00:00Z",
        );
        writes(
            "America/New_York",
            "2026-07-30T12:00:00+00:00",
            "2026-07-30T16:00:00Z",
        );
        writes(
            "America/New_York",
            "2026-12-30T12:00:00+00:00",
            "2026-12-30T17:00:00Z",
        );
    }

    #[test]
    fn an_hour_that_came_twice_or_never_is_not_known() {
        writes("Europe/Berlin", "2026-10-25T02:30:00+00:00", Value::Null);
        writes(
            "Europe/Berlin",
            "2026-10-25T03:00:00+00:00",
            "2026-10-25T02:00:00Z",
        );
        writes("Europe/Berlin", "2026-03-29T02:30:00+00:00", Value::Null);
    }

    #[test]
    fn nothing_is_known_in_a_zone_without_a_known_name() {
        for zone in ["", "Romance Standard Time", "Mars/Olympus"] {
            writes(zone, "2026-06-30T12:34:56+00:00", Value::Null);
        }
    }

    #[test]
    fn what_is_not_a_date_is_null() {
        for date in [
            "garbage",
            "",
            "2026-06-30T12:34:56",
            "0001-01-01T00:00:00+00:00",
        ] {
            writes("UTC", date, Value::Null);
        }
        assert_eq!(Zone::named("UTC").utc_text(None), Value::Null);
    }
}
