//! The rate limit of an nginx in front of the portal: the directive `limit_req`, one bucket for all clients.
//!
//! A request adds one to the bucket, which loses `rate` each second; one that would make it higher than `burst` is
//! refused and leaves no trace. Whatever is above zero is held back until its turn comes, unless `nodelay` is set.

use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use crate::front::answer::Answer;
use crate::locks::lock;

/// The settings of the directive, and what the refusal looks like.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitReq {
    /// Requests a second; `rate` of nginx's zone.
    pub rate: f64,
    /// How many requests may be ahead of their time.
    pub burst: u32,
    /// Whether these are served at once rather than in their turn.
    pub nodelay: bool,
    /// What the others are answered; `limit_req_status`.
    pub status: u16,
    /// Whether that answer says when to come back.
    pub retry_after: RetryAfter,
}

impl Default for LimitReq {
    fn default() -> Self {
        Self {
            rate: 10.0,
            burst: 0,
            nodelay: false,
            status: 503,
            retry_after: RetryAfter::None,
        }
    }
}

/// The header `Retry-After` of a refusal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// There is none, as nginx has it unless a header is added.
    #[default]
    None,
    /// So many seconds.
    Seconds(u32),
    /// The moment in so many seconds, as a date.
    Date(u32),
}

impl LimitReq {
    /// Returns what cannot work, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        if !(self.rate.is_finite() && self.rate > 0.0) {
            Some("limit_req.rate must be a number above 0")
        } else if !(400..600).contains(&self.status) {
            Some("limit_req.status must be from 400 to 599")
        } else {
            None
        }
    }

    /// The refusal of nginx itself.
    pub(crate) fn refusal(&self) -> Answer {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        let answer = Answer::html(status);
        let value = match self.retry_after {
            RetryAfter::None => return answer,
            RetryAfter::Seconds(seconds) => HeaderValue::from(seconds),
            RetryAfter::Date(seconds) => {
                let moment = SystemTime::now() + Duration::from_secs(seconds.into());
                let date = httpdate::fmt_http_date(moment);
                match HeaderValue::from_str(&date) {
                    Ok(date) => date,
                    Err(_) => return answer,
                }
            }
        };
        answer.with_header(RETRY_AFTER, value)
    }
}

/// How full the bucket is.
#[derive(Debug, Default)]
pub(crate) struct Bucket(Mutex<Option<Level>>);

#[derive(Clone, Copy, Debug)]
struct Level {
    excess: f64,
    at: Instant,
}

impl Bucket {
    /// Admits a request, which is held back for the returned time, or refuses it.
    pub(crate) fn admit(&self, limit: &LimitReq) -> Option<Duration> {
        self.admit_at(limit, Instant::now())
    }

    fn admit_at(&self, limit: &LimitReq, now: Instant) -> Option<Duration> {
        let mut level = lock(&self.0);
        let excess = level.map_or(0.0, |Level { excess, at }| {
            let drained = now.duration_since(at).as_secs_f64() * limit.rate;
            (excess - drained + 1.0).max(0.0)
        });
        if excess > f64::from(limit.burst) {
            return None;
        }
        *level = Some(Level { excess, at: now });
        let held = if limit.nodelay {
            0.0
        } else {
            excess / limit.rate
        };
        Some(Duration::from_secs_f64(held))
    }

    /// Empties the bucket.
    pub(crate) fn reset(&self) {
        *lock(&self.0) = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn limit() -> LimitReq {
        LimitReq {
            rate: 10.0,
            burst: 3,
            nodelay: true,
            ..LimitReq::default()
        }
    }

    #[test]
    fn a_burst_passes_and_then_so_many_a_second() {
        let bucket = Bucket::default();
        let start = Instant::now();
        let admitted = |after: Duration| bucket.admit_at(&limit(), start + after).is_some();
        let at_once: Vec<bool> = (0..6).map(|_| admitted(Duration::ZERO)).collect();
        assert_eq!(at_once, [true, true, true, true, false, false]);
        assert!(!admitted(SECOND / 20));
        assert!(admitted(SECOND / 10));
        assert!(!admitted(SECOND / 10));
        let later: Vec<bool> = (0..6).map(|_| admitted(SECOND * 9)).collect();
        assert_eq!(later, [true, true, true, true, false, false]);
        bucket.reset();
        assert!(admitted(SECOND * 9));
    }

    #[test]
    fn without_nodelay_a_burst_is_held_back() {
        let bucket = Bucket::default();
        let limit = LimitReq {
            nodelay: false,
            ..limit()
        };
        let now = Instant::now();
        let held: Vec<_> = (0..5).map(|_| bucket.admit_at(&limit, now)).collect();
        let tenths = |number| Some(SECOND * number / 10);
        assert_eq!(held, [tenths(0), tenths(1), tenths(2), tenths(3), None]);
    }

    #[test]
    fn a_refusal_says_when_to_come_back_in_the_form_that_was_chosen() {
        let header = |retry_after| {
            let limit = LimitReq {
                status: 429,
                retry_after,
                ..limit()
            };
            let answer = limit.refusal();
            assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
            let value = answer.headers.get(RETRY_AFTER)?;
            Some(value.to_str().unwrap().to_owned())
        };
        assert_eq!(header(RetryAfter::None), None);
        assert_eq!(header(RetryAfter::Seconds(7)).as_deref(), Some("7"));
        let date = header(RetryAfter::Date(7)).unwrap();
        assert!(httpdate::parse_http_date(&date).unwrap() > SystemTime::now());
        assert_eq!(
            LimitReq::default().refusal().status,
            StatusCode::SERVICE_UNAVAILABLE
        );
    }

    #[test]
    fn what_cannot_work_is_named() {
        assert_eq!(limit().fault(), None);
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let fault = LimitReq { rate, ..limit() }.fault();
            assert!(fault.is_some_and(|fault| fault.contains("rate")));
        }
        let fault = LimitReq {
            status: 200,
            ..limit()
        };
        assert!(fault.fault().is_some_and(|fault| fault.contains("status")));
    }
}
