//! How the portal prints dates (API §4.4): wall clock of one zone, offset of another, and two precisions.

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime, UtcOffset};

use crate::database::Database;

/// The current time with the portal's resolution of 100 ns.
pub(crate) fn now() -> OffsetDateTime {
    let now = OffsetDateTime::now_utc();
    let ticks = now.nanosecond() / 100 * 100;
    now.replace_nanosecond(ticks).unwrap_or(now)
}

/// The zones that decide how dates are printed (API §4.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Zones {
    pub(crate) portal_minutes: i32,
    pub(crate) server_minutes: i32,
    /// Decides how much of a stored date is left.
    pub(crate) database: Database,
    /// Whether the journal means its dates to be UTC (3.5).
    pub(crate) journal_is_utc: bool,
}

/// Whether a date comes from the request that set it or from the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precision {
    /// Up to seven digits, as create and update answer.
    Fresh,
    /// As the database kept it, which is what every later read answers.
    Stored,
}

impl Zones {
    /// Prints a date of a webhook: portal wall clock with the server's offset.
    pub(crate) fn config_date(self, at: OffsetDateTime, precision: Precision) -> String {
        let wall = self.at(at, precision).to_offset(UtcOffset::UTC) + minutes(self.portal_minutes);
        format!(
            "{}{}{}",
            date_and_time(wall),
            fraction(wall),
            offset(self.server_minutes)
        )
    }

    /// Prints a date of the journal. Before 3.5 it is printed as a date of a webhook. Since then what the database holds is
    /// taken for the portal's wall clock and turned into UTC, although it is UTC already; PostgreSQL alone says that it is
    /// (API §4.4).
    pub(crate) fn journal_date(self, at: OffsetDateTime) -> String {
        if !self.journal_is_utc {
            return self.config_date(at, Precision::Stored);
        }
        let behind = if self.database == Database::PostgreSql {
            0
        } else {
            self.portal_minutes
        };
        let shown = self.at(at, Precision::Stored).to_offset(UtcOffset::UTC) - minutes(behind);
        format!("{}{}Z", date_and_time(shown), fraction(shown))
    }

    /// Returns what the portal calls its time zone: the zone of the IANA database that always has this offset; `None` where
    /// there is none.
    pub(crate) fn portal_zone_name(self) -> Option<String> {
        let hours = self.portal_minutes / 60;
        let name = match self.portal_minutes {
            0 => "UTC",
            -570 => "Pacific/Marquesas",
            270 => "Asia/Kabul",
            330 => "Asia/Kolkata",
            345 => "Asia/Kathmandu",
            390 => "Asia/Yangon",
            525 => "Australia/Eucla",
            570 => "Australia/Darwin",
            // The sign of these names is that of POSIX: hours west of UTC.
            minutes if minutes % 60 == 0 && (-12..=14).contains(&hours) => {
                return Some(format!("Etc/GMT{:+}", -hours));
            }
            _ => return None,
        };
        Some(name.to_owned())
    }

    /// What is left of a date: in a database whole seconds, cut on `MariaDB` (API §16 O8) and rounded on MySQL, and
    /// microseconds on PostgreSQL (API §4.4).
    fn at(self, at: OffsetDateTime, precision: Precision) -> OffsetDateTime {
        let (kept, nanosecond) = match (precision, self.database) {
            (Precision::Fresh, _) => return at,
            (Precision::Stored, Database::MariaDb) => (at, 0),
            (Precision::Stored, Database::MySql) => (at + Duration::milliseconds(500), 0),
            (Precision::Stored, Database::PostgreSql) => (at, at.nanosecond() / 1000 * 1000),
        };
        kept.replace_nanosecond(nanosecond).unwrap_or(kept)
    }

    /// Prints a date of an API key: always seven digits, `Z` or the portal's offset (API §4.4, §16 O8).
    pub(crate) fn key_date(self, at: OffsetDateTime, precision: Precision) -> String {
        let wall = self.at(at, precision).to_offset(UtcOffset::UTC) + minutes(self.portal_minutes);
        let zone = if self.portal_minutes == 0 {
            "Z".to_owned()
        } else {
            offset(self.portal_minutes)
        };
        format!(
            "{}.{:07}{zone}",
            date_and_time(wall),
            wall.nanosecond() / 100
        )
    }
}

/// Prints UTC with whole seconds, as delivered payloads do (API §10).
pub(crate) fn payload_date(at: OffsetDateTime) -> String {
    format!("{}Z", date_and_time(at.to_offset(UtcOffset::UTC)))
}

/// Parses the ISO 8601 dates of the journal's filters; without an offset they count as UTC (API §4.4).
///
/// The official Python SDK writes the offset without a colon.
pub(crate) fn parse_query_date(text: &str) -> Option<OffsetDateTime> {
    let text = text.trim();
    // A `+` of an offset arrives as a blank when the client did not escape it.
    let mut text = text.replacen(' ', "+", 1);
    if ends_with_plain_offset(&text) {
        text.insert(text.len() - 2, ':');
    }
    [
        text.clone(),
        format!("{text}Z"),
        format!("{text}:00Z"),
        format!("{text}T00:00:00Z"),
    ]
    .iter()
    .find_map(|candidate| OffsetDateTime::parse(candidate, &Rfc3339).ok())
}

/// `+0200` or `-0230` behind a time of day.
fn ends_with_plain_offset(text: &str) -> bool {
    let Some((_, time)) = text.split_once(['T', 't']) else {
        return false;
    };
    time.rsplit_once(['+', '-'])
        .is_some_and(|(_, offset)| offset.len() == 4 && offset.bytes().all(|b| b.is_ascii_digit()))
}

fn minutes(count: i32) -> Duration {
    Duration::minutes(i64::from(count))
}

fn date_and_time(at: OffsetDateTime) -> String {
    let (year, month, day) = at.to_calendar_date();
    let (hour, minute, second) = at.to_hms();
    format!(
        "{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}",
        u8::from(month)
    )
}

/// Up to seven digits without trailing zeros; nothing at all for a whole second.
fn fraction(at: OffsetDateTime) -> String {
    let ticks = at.nanosecond() / 100;
    if ticks == 0 {
        return String::new();
    }
    format!(".{}", format!("{ticks:07}").trim_end_matches('0'))
}

fn offset(minutes: i32) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const AT: OffsetDateTime = datetime!(2026-06-30 12:34:56.7891234 UTC);

    #[test]
    fn the_same_moment_is_printed_with_two_precisions() {
        let zones = Zones::default();
        assert_eq!(
            zones.config_date(AT, Precision::Fresh),
            "2026-06-30T12:34:56.7891234+00:00"
        );
        assert_eq!(
            zones.config_date(AT, Precision::Stored),
            "2026-06-30T12:34:56+00:00"
        );
        let half = datetime!(2026-06-30 12:34:56.5 UTC);
        assert_eq!(
            zones.config_date(half, Precision::Fresh),
            "2026-06-30T12:34:56.5+00:00"
        );
    }

    #[test]
    fn mysql_rounds() {
        let zones = Zones {
            database: Database::MySql,
            ..Zones::default()
        };
        assert_eq!(
            zones.config_date(AT, Precision::Stored),
            "2026-06-30T12:34:57+00:00"
        );
    }

    #[test]
    fn postgresql_keeps_microseconds() {
        let zones = Zones {
            database: Database::PostgreSql,
            ..Zones::default()
        };
        assert_eq!(
            zones.config_date(AT, Precision::Stored),
            "2026-06-30T12:34:56.789123+00:00"
        );
    }

    #[test]
    fn the_wall_clock_is_the_portals_and_the_offset_the_servers() {
        let zones = Zones {
            portal_minutes: 120,
            server_minutes: -90,
            ..Zones::default()
        };
        assert_eq!(
            zones.config_date(AT, Precision::Stored),
            "2026-06-30T14:34:56-01:30"
        );
        assert_eq!(
            zones.key_date(AT, Precision::Fresh),
            "2026-06-30T14:34:56.7891234+02:00"
        );
        assert_eq!(
            Zones::default().key_date(AT, Precision::Stored),
            "2026-06-30T12:34:56.0000000Z"
        );
    }

    #[test]
    fn the_journal_is_ahead_and_later_behind_and_right_on_postgresql() {
        let before_3_5 = Zones {
            portal_minutes: 120,
            server_minutes: -90,
            ..Zones::default()
        };
        assert_eq!(before_3_5.journal_date(AT), "2026-06-30T14:34:56-01:30");
        let zones = Zones {
            journal_is_utc: true,
            ..before_3_5
        };
        assert_eq!(zones.journal_date(AT), "2026-06-30T10:34:56Z");
        let rounding = Zones {
            database: Database::MySql,
            ..zones
        };
        assert_eq!(rounding.journal_date(AT), "2026-06-30T10:34:57Z");
        let postgresql = Zones {
            database: Database::PostgreSql,
            ..zones
        };
        assert_eq!(postgresql.journal_date(AT), "2026-06-30T12:34:56.789123Z");
    }

    #[test]
    fn a_zone_has_a_name_where_one_has_this_offset_all_year() {
        let name = |portal_minutes| {
            let zones = Zones {
                portal_minutes,
                ..Zones::default()
            };
            zones.portal_zone_name()
        };
        for (minutes, expected) in [
            (0, Some("UTC")),
            (-720, Some("Etc/GMT+12")),
            (840, Some("Etc/GMT-14")),
            (330, Some("Asia/Kolkata")),
            (17, None),
            (900, None),
            (-780, None),
        ] {
            assert_eq!(name(minutes).as_deref(), expected, "{minutes}");
        }
    }

    #[test]
    fn query_dates_are_read_with_and_without_an_offset() {
        let noon = datetime!(2026-06-30 12:00 UTC);
        for text in [
            "2026-06-30T12:00:00Z",
            "2026-06-30T14:00:00+02:00",
            "2026-06-30T14:00:00 02:00",
            "2026-06-30T12:00:00+0000",
            "2026-06-30T12:00:00 0000",
            "2026-06-30T10:30:00-0130",
            "2026-06-30T12:00:00.000000+0000",
            "2026-06-30T12:00:00",
            "2026-06-30T12:00",
        ] {
            assert_eq!(parse_query_date(text), Some(noon), "{text}");
        }
        assert_eq!(
            parse_query_date("2026-06-30"),
            Some(datetime!(2026-06-30 00:00 UTC))
        );
        for text in ["yesterday", "2026-06-30T12:00:00+00", "2026-06-30+0000"] {
            assert_eq!(parse_query_date(text), None, "{text}");
        }
    }
}
