//! How many requests a second are sent, once a limiter has refused one.
//!
//! A limiter such as nginx's `limit_req` lets a burst through at once and then a number of requests a second. A refusal
//! costs a pause, in which everything beyond the burst is lost, so the rate is learned:
//! design/adr/0007-waiting-for-the-portal.md has the reasons and the numbers. Nothing here waits; the gate does.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// The pace after the first refusal, in requests a second.
const FIRST_RATE: f64 = 10.0;

/// How long the pace takes to double while the limiter's rate is still unknown.
const DOUBLING: Duration = Duration::from_millis(1500);

/// How long the pace takes to double once the rate is known. It grows with the cube of the time.
const EXPLORING: Duration = Duration::from_secs(45);

/// What is left of the pace if it is refused before anything could be learned.
const SLOWDOWN: f64 = 0.6;

/// What is left, at most, of a pace that was refused, whatever was measured.
const LESS: f64 = 0.95;

/// How many requests beyond the burst determine a rate.
const TELLING: u32 = 4;

/// How much of a request the limiter still has room for when it refuses one: on average, half.
const REMAINDER: f64 = 0.5;

/// A shorter time says nothing about a rate.
const SHORTEST_MEASURE: Duration = Duration::from_millis(250);

/// How far apart the requests of a burst may get through.
const BURST: Duration = Duration::from_secs(1);

/// How much a slot that was taken late may catch up, as a fraction of the interval; a limiter without a burst allows
/// none.
const CATCH_UP: f64 = 0.125;

/// How many requests are remembered.
const MEMORY: usize = 1_000;

/// The pace of all requests; none until one is refused.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    limit: Option<Limit>,
    /// When requests got through since the last refusal.
    passed: VecDeque<Instant>,
    /// The last refusal, or else the first request that is remembered.
    since: Option<Instant>,
}

#[derive(Debug)]
struct Limit {
    /// In requests a second, without its growth since.
    rate: f64,
    /// Whether nothing that was sent at this pace has got through.
    is_new: bool,
    /// How the rate was measured, if it was.
    measured: Option<Measured>,
    /// How many requests the limiter lets through at once, at most.
    burst: u32,
    /// How long requests have waited for the pace since the last refusal.
    used: Duration,
    last: Instant,
    next: Instant,
}

#[derive(Debug)]
struct Measured {
    /// For how long.
    over: Duration,
    /// A rate that is certainly too high.
    refused: f64,
}

impl Limit {
    fn grown(&self) -> f64 {
        let growth = if self.measured.is_some() {
            1.0 + (self.used.as_secs_f64() / EXPLORING.as_secs_f64()).powi(3)
        } else {
            (self.used.as_secs_f64() / DOUBLING.as_secs_f64()).exp2()
        };
        self.rate * growth
    }

    fn sent(&mut self, now: Instant) {
        let interval = Duration::from_secs_f64(1.0 / self.grown());
        self.used += now.duration_since(self.last).min(interval * 2);
        self.last = now;
        let earliest = now.checked_sub(interval.mul_f64(CATCH_UP)).unwrap_or(now);
        self.next = self.next.max(earliest) + interval;
    }
}

impl Pace {
    /// Returns when the next request may be sent; `None` for at once.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.limit.as_ref().map(|limit| limit.next)
    }

    /// Returns the pace in requests a second, if there is one.
    pub(crate) fn per_second(&self) -> Option<f64> {
        self.limit.as_ref().map(Limit::grown)
    }

    /// A request is sent.
    pub(crate) fn sent(&mut self, now: Instant) {
        self.since.get_or_insert(now);
        if let Some(limit) = &mut self.limit {
            limit.sent(now);
        }
    }

    /// A request that was sent since the last refusal got through.
    pub(crate) fn passed(&mut self, now: Instant) {
        if let Some(limit) = &mut self.limit {
            limit.is_new = false;
        }
        self.passed.push_back(now);
        if self.passed.len() > MEMORY {
            self.since = self.passed.pop_front();
        }
    }

    /// A request that was sent before the last refusal got through: it belongs to what was measured then.
    pub(crate) fn passed_late(&mut self) {
        match &mut self.limit {
            Some(limit) if limit.is_new => limit.burst += 1,
            Some(limit) => {
                if let Some(measured) = &limit.measured {
                    let more = limit.rate + rate(1, measured.over);
                    limit.rate = more.min(measured.refused);
                }
            }
            None => {}
        }
    }

    /// A request that was sent since the last refusal was refused, and nothing is sent during a pause.
    pub(crate) fn refused(&mut self, now: Instant, pause: Duration) {
        let passed = count(self.passed.len());
        let elapsed = now.duration_since(self.since.unwrap_or(now));
        match &mut self.limit {
            // The pause says how long to wait, but nothing about the pace.
            Some(limit) if passed == 0 => limit.used = Duration::ZERO,
            Some(limit) => {
                limit.burst = limit.burst.clamp(1, passed);
                let sustained = rate(passed, elapsed);
                if passed.saturating_sub(limit.burst) < TELLING {
                    limit.rate = sustained.max(limit.rate * SLOWDOWN);
                    limit.measured = None;
                } else {
                    let (over, fastest) = fastest_beyond(limit.burst, &self.passed, now);
                    let refused = limit.grown() * LESS;
                    limit.rate = sustained.max(fastest).min(refused);
                    limit.measured = Some(Measured { over, refused });
                }
                limit.used = Duration::ZERO;
            }
            None => {
                let burst = self.passed.iter().filter(|at| now - **at < BURST);
                self.limit = Some(Limit {
                    rate: rate(passed, elapsed + pause).max(FIRST_RATE),
                    is_new: true,
                    measured: None,
                    burst: count(burst.count()),
                    used: Duration::ZERO,
                    last: now,
                    next: now,
                });
            }
        }
        self.passed.clear();
        self.since = Some(now);
    }
}

/// Returns the time in which requests got through fastest until now, without those that a burst may explain, and how
/// many a second these were.
fn fastest_beyond(burst: u32, passed: &VecDeque<Instant>, now: Instant) -> (Duration, f64) {
    let mut fastest = (Duration::MAX, 0.0);
    for (first, number) in passed.iter().zip((1..=count(passed.len())).rev()) {
        let elapsed = now.duration_since(*first);
        let beyond = f64::from(number.saturating_sub(burst)) + REMAINDER;
        let rate = beyond / elapsed.as_secs_f64();
        if elapsed >= SHORTEST_MEASURE && rate > fastest.1 {
            fastest = (elapsed, rate);
        }
    }
    fastest
}

fn rate(number: u32, elapsed: Duration) -> f64 {
    f64::from(number) / elapsed.max(Duration::from_millis(1)).as_secs_f64()
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
