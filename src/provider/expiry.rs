//! When a key expires. Only this module looks at the clock, and only for reads: a plan that depended on it would come
//! out differently when it is applied.

use time::{Duration, OffsetDateTime};

use crate::api::Timestamp;

/// Returns whether a key has expired, or will within this many days. One without an expiry date never does.
pub(super) fn is_over(expires_at: Option<&Timestamp>, within_days: i64) -> bool {
    remaining(expires_at).is_some_and(|rest| rest <= Duration::days(within_days))
}

/// Returns how long a key has left, which is negative once it has expired. `None` if it never expires.
pub(super) fn remaining(expires_at: Option<&Timestamp>) -> Option<Duration> {
    let end = expires_at?.to_offset_date_time()?;
    Some(end - OffsetDateTime::now_utc())
}

#[cfg(test)]
mod tests {
    use time::format_description::well_known::Rfc3339;

    use super::*;

    fn ends_in(rest: Duration) -> Timestamp {
        let end = OffsetDateTime::now_utc() + rest;
        Timestamp::new(&end.format(&Rfc3339).unwrap())
    }

    #[test]
    fn a_key_is_over_so_many_days_before_its_end() {
        let hour = Duration::hours(1);
        for (rest, within, expected) in [
            (-hour, 0, true),
            (hour, 0, false),
            (Duration::days(7) - hour, 7, true),
            (Duration::days(7) + hour, 7, false),
        ] {
            let end = ends_in(rest);
            assert_eq!(is_over(Some(&end), within), expected, "{rest} {within}");
        }
        assert!(!is_over(None, 365));
        for never in ["never", "0001-01-01T00:00:00.0000000Z"] {
            assert!(!is_over(Some(&Timestamp::new(never)), 365), "{never}");
        }
    }
}
