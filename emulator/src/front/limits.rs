//! The portal's rate limits (API §9): a sliding minute, requests in flight, a day's writes, sensitive paths.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use time::OffsetDateTime;

use crate::config::RateLimits;
use crate::front::answer::Answer;
use crate::locks::lock;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// A request that is one too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exceeded {
    limit: u32,
    /// Only the daily window says when to come back.
    retry_after: Option<Duration>,
}

impl Exceeded {
    /// 429 without a body.
    pub(crate) fn into_answer(self) -> Answer {
        let answer = Answer::empty(StatusCode::TOO_MANY_REQUESTS)
            .with_header(LIMIT, HeaderValue::from(self.limit))
            .with_header(REMAINING, HeaderValue::from(0));
        let Some(wait) = self.retry_after else {
            return answer;
        };
        let seconds = wait.as_secs() + 1;
        let reset = OffsetDateTime::now_utc() + Duration::from_secs(seconds);
        answer
            .with_header(RETRY_AFTER, HeaderValue::from(seconds))
            .with_header(RESET, HeaderValue::from(reset.unix_timestamp()))
    }
}

/// The counters of one user, or of all anonymous callers.
#[derive(Debug, Default)]
struct Usage {
    minute: VecDeque<Instant>,
    reads: u32,
    writes: u32,
    day_began: Option<Instant>,
    writes_today: u32,
    sensitive: HashMap<String, VecDeque<Instant>>,
}

#[derive(Debug, Default)]
pub(crate) struct Limiter {
    usage: Mutex<HashMap<String, Usage>>,
}

/// A request in flight; dropping it makes room for another.
pub(crate) struct Permit<'a> {
    limiter: &'a Limiter,
    key: String,
    is_read: bool,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if let Some(usage) = lock(&self.limiter.usage).get_mut(&self.key) {
            let in_flight = if self.is_read {
                &mut usage.reads
            } else {
                &mut usage.writes
            };
            *in_flight = in_flight.saturating_sub(1);
        }
    }
}

impl Limiter {
    /// Counts a request of a caller; `sensitive` names the path of an endpoint with the tight limit.
    pub(crate) fn admit(
        &self,
        limits: &RateLimits,
        key: &str,
        method: &Method,
        sensitive: Option<&str>,
    ) -> Result<Permit<'_>, Exceeded> {
        let now = Instant::now();
        let mut all = lock(&self.usage);
        let usage = all.entry(key.to_owned()).or_default();
        let minute = Duration::from_millis(limits.minute_ms);
        sliding(&mut usage.minute, limits.per_minute, minute, now)?;
        let is_read = *method == Method::GET;
        let (in_flight, limit) = if is_read {
            (usage.reads, limits.concurrent_reads)
        } else {
            (usage.writes, limits.concurrent_writes)
        };
        if limit > 0 && in_flight >= limit {
            return Err(exceeded(limit));
        }
        if matches!(*method, Method::POST | Method::PUT) {
            usage.count_write(limits.writes_per_day, now)?;
        }
        if let Some(path) = sensitive {
            let calls = usage.sensitive.entry(path.to_owned()).or_default();
            let limit = limits.sensitive_per_quarter_hour;
            let quarter_hour = Duration::from_millis(limits.quarter_hour_ms);
            sliding(calls, limit, quarter_hour, now)?;
        }
        if is_read {
            usage.reads += 1;
        } else {
            usage.writes += 1;
        }
        Ok(Permit {
            limiter: self,
            key: key.to_owned(),
            is_read,
        })
    }

    /// Forgets what was counted; requests in flight stay counted.
    pub(crate) fn reset(&self) {
        let mut all = lock(&self.usage);
        all.retain(|_, usage| {
            *usage = Usage {
                reads: usage.reads,
                writes: usage.writes,
                ..Usage::default()
            };
            usage.reads + usage.writes > 0
        });
    }
}

impl Usage {
    /// A window that begins with its first request and ends a day later.
    fn count_write(&mut self, limit: u32, now: Instant) -> Result<(), Exceeded> {
        let began = match self.day_began {
            Some(began) if now.duration_since(began) < DAY => began,
            _ => {
                self.writes_today = 0;
                now
            }
        };
        self.day_began = Some(began);
        if limit > 0 && self.writes_today >= limit {
            return Err(Exceeded {
                limit,
                retry_after: Some(DAY.saturating_sub(now.duration_since(began))),
            });
        }
        self.writes_today += 1;
        Ok(())
    }
}

fn exceeded(limit: u32) -> Exceeded {
    Exceeded {
        limit,
        retry_after: None,
    }
}

fn sliding(
    calls: &mut VecDeque<Instant>,
    limit: u32,
    window: Duration,
    now: Instant,
) -> Result<(), Exceeded> {
    while calls
        .front()
        .is_some_and(|first| now.duration_since(*first) >= window)
    {
        calls.pop_front();
    }
    if limit == 0 {
        return Ok(());
    }
    if calls.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
        return Err(exceeded(limit));
    }
    calls.push_back(now);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(change: impl FnOnce(&mut RateLimits)) -> RateLimits {
        let mut limits = RateLimits {
            per_minute: 0,
            minute_ms: 60_000,
            concurrent_reads: 0,
            concurrent_writes: 0,
            writes_per_day: 0,
            sensitive_per_quarter_hour: 0,
            quarter_hour_ms: 900_000,
        };
        change(&mut limits);
        limits
    }

    #[test]
    fn each_user_has_a_minute_of_their_own() {
        let limits = only(|limits| limits.per_minute = 2);
        let limiter = Limiter::default();
        let admit = |key| limiter.admit(&limits, key, &Method::GET, None).map(drop);
        assert_eq!(admit("a"), Ok(()));
        assert_eq!(admit("a"), Ok(()));
        assert_eq!(admit("a"), Err(exceeded(2)));
        assert_eq!(admit("b"), Ok(()));
    }

    #[test]
    fn a_minute_can_be_compressed() {
        let limits = RateLimits {
            minute_ms: 0,
            ..only(|limits| limits.per_minute = 1)
        };
        let limiter = Limiter::default();
        let admit = || limiter.admit(&limits, "a", &Method::GET, None).map(drop);
        assert_eq!((admit(), admit()), (Ok(()), Ok(())), "it is over at once");
    }

    #[test]
    fn requests_in_flight_are_counted_apart_for_reads_and_writes() {
        let limits = only(|limits| limits.concurrent_writes = 1);
        let limiter = Limiter::default();
        let admit = |method| limiter.admit(&limits, "a", &method, None);
        let held = admit(Method::DELETE);
        assert!(held.is_ok());
        assert!(admit(Method::POST).is_err());
        assert!(admit(Method::GET).is_ok());
        drop(held);
        assert!(admit(Method::POST).is_ok());
    }

    #[test]
    fn the_days_writes_say_when_to_come_back() {
        let limits = only(|limits| limits.writes_per_day = 1);
        let limiter = Limiter::default();
        let admit = |method| limiter.admit(&limits, "a", &method, None).map(drop);
        assert!(admit(Method::DELETE).is_ok());
        assert!(admit(Method::PUT).is_ok());
        assert!(admit(Method::DELETE).is_ok());
        let answer = admit(Method::POST).expect_err("one too many").into_answer();
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(answer.headers.contains_key(RETRY_AFTER));
        assert!(answer.headers.contains_key(RESET));
        assert_eq!(answer.headers[REMAINING], "0");
        assert!(answer.body.is_empty());
    }

    #[test]
    fn sensitive_paths_are_counted_one_by_one() {
        let limits = only(|limits| limits.sensitive_per_quarter_hour = 1);
        let limiter = Limiter::default();
        let admit = |path| {
            limiter
                .admit(&limits, "a", &Method::PUT, Some(path))
                .map(drop)
        };
        assert!(admit("one").is_ok());
        assert!(admit("two").is_ok());
        let refused = admit("one").expect_err("one too many");
        assert_eq!(refused.retry_after, None);
        limiter.reset();
        assert!(admit("one").is_ok());
    }
}
