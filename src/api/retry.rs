//! Which request may be repeated, and how long to wait before.
//!
//! The decision belongs to the operation, not to the HTTP library (house-style 2.5): only the operation knows whether
//! a second request could do a second thing. What may be repeated is one function, [`Plan::allows`]; the rest is
//! delays: exponential with jitter, `Retry-After` honored, everything bounded.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::error::{Cause, ConnectReason, Error};

/// The longest single wait. A portal that asks for more is not waited for: its daily limit can ask for hours
/// (API §9), and a person should hear of that at once.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// How long a read goes on after a stop: a portal that is well answers in less, and one that hangs is not waited for.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// No wait ends later than this after a call began, so a call lasts at most this and one `request_timeout`, apart from
/// the queue of the writes.
const OPERATION_BUDGET: Duration = Duration::from_secs(180);

/// Waits above this are logged as warnings.
const LONG_WAIT: Duration = Duration::from_secs(10);

/// How long after a read that failed in spite of its repeats other reads are sent once only.
const OUTAGE: Duration = Duration::from_secs(30);

/// What a request does, which decides whether it may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Changes nothing.
    Read,
    /// Replaces a whole object: twice is the same as once.
    Replace,
    /// Removes an object: the second time finds nothing.
    Remove,
    /// Makes a new object: twice makes two, or an error that hides the first.
    Create,
    /// Delivers a journaled event again: twice reaches the receiver twice.
    RetryDelivery,
}

impl Operation {
    /// Returns whether the portal's data or a receiver is affected.
    pub fn is_write(self) -> bool {
        self != Self::Read
    }

    /// Returns whether a request may be sent again although an earlier one may have been carried out.
    pub fn is_repeatable(self) -> bool {
        matches!(self, Self::Read | Self::Replace | Self::Remove)
    }
}

/// How long calls had to wait before repeating requests, and callers for the outcome of a lost one.
///
/// A caller that wants to tell people about waits gives each operation its own through
/// [`Client::with_waits`](super::Client::with_waits).
#[derive(Debug, Default)]
pub struct Waits {
    // All in milliseconds.
    total: AtomicU64,
    longest: AtomicU64,
    longest_throttled: AtomicU64,
}

impl Waits {
    /// Returns the sum of all waits.
    pub fn total(&self) -> Duration {
        Duration::from_millis(self.total.load(Ordering::Relaxed))
    }

    /// Returns the longest wait.
    pub fn longest(&self) -> Duration {
        Duration::from_millis(self.longest.load(Ordering::Relaxed))
    }

    /// Returns the longest wait because of too many requests (429).
    pub fn longest_throttled(&self) -> Duration {
        Duration::from_millis(self.longest_throttled.load(Ordering::Relaxed))
    }

    /// Adds a wait because of too many requests.
    fn record_throttled(&self, wait: Duration) {
        self.record(wait);
        let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        self.longest_throttled.fetch_max(millis, Ordering::Relaxed);
    }

    /// Adds a wait.
    pub fn record(&self, wait: Duration) {
        let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        self.total.fetch_add(millis, Ordering::Relaxed);
        self.longest.fetch_max(millis, Ordering::Relaxed);
    }
}

/// Whether the portal was just found to be down.
///
/// A plan of 300 webhooks reads again after every failure, because failures are not kept. Only the first of these
/// reads waits for a portal that is down; without this, the plan would take minutes to say so.
#[derive(Debug, Default)]
pub(crate) struct Outage(Mutex<Option<Instant>>);

impl Outage {
    /// Returns whether it was found to be down within the last 30 seconds.
    pub(crate) fn is_noticed(&self) -> bool {
        self.lock()
            .is_some_and(|noticed| noticed.elapsed() < OUTAGE)
    }

    /// Returns how many retries a call gets.
    pub(crate) fn retries(&self, operation: Operation, max_retries: u32) -> u32 {
        if self.is_noticed() && operation == Operation::Read {
            0
        } else {
            max_retries
        }
    }

    /// Learns from the end of a call.
    pub(crate) fn record<T>(&self, result: &Result<T, Error>) {
        let mut noticed = self.lock();
        match result {
            Ok(_) => *noticed = None,
            Err(error) if error.status() == Some(429) || !error.is_retryable() => *noticed = None,
            Err(error) if error.attempts() > 1 || noticed.is_some() => {
                *noticed = Some(Instant::now());
            }
            Err(_) => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a call has stood in the queue of the writes, which its budget does not count.
#[derive(Debug, Default)]
pub(crate) struct Queued(Mutex<Duration>);

impl Queued {
    /// Waits for a place, and adds the wait.
    pub(crate) async fn during<T>(&self, waiting: impl Future<Output = T>) -> T {
        let since = Instant::now();
        let place = waiting.await;
        *self.lock() += since.elapsed();
        place
    }

    fn total(&self) -> Duration {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Duration> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The retries of one call.
pub(crate) struct Plan<'a> {
    max_retries: u32,
    used: u32,
    timeouts: u32,
    server_errors: u32,
    unresolved: u32,
    started: Instant,
    queued: &'a Queued,
    throttled: ExponentialBackoff,
    faulty: ExponentialBackoff,
    unreachable: ExponentialBackoff,
}

/// Delays that start at `first` and grow by `factor`, each with up to as much again as jitter.
///
/// The attempts are counted by [`Plan`], so the schedule itself never ends.
fn schedule(first: Duration, factor: f32) -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(first)
        .with_factor(factor)
        .with_max_delay(MAX_WAIT)
        .without_max_times()
        .with_jitter()
        .build()
}

impl<'a> Plan<'a> {
    /// Creates the plan of a call that starts now.
    pub(crate) fn new(max_retries: u32, queued: &'a Queued) -> Self {
        Self {
            max_retries,
            used: 0,
            timeouts: 0,
            server_errors: 0,
            unresolved: 0,
            started: Instant::now(),
            queued,
            // Four waits span the minute of the portal's sliding window (API §9).
            throttled: schedule(Duration::from_secs(1), 4.0),
            faulty: schedule(Duration::from_millis(500), 3.0),
            // Short: most of these are typing errors in the address.
            unreachable: schedule(Duration::from_millis(250), 3.0),
        }
    }

    /// Returns how long to wait before the next attempt, or `None` when the error is final.
    fn next_wait(&mut self, error: &Error) -> Option<Duration> {
        if self.used >= self.max_retries || !self.allows(error) {
            return None;
        }
        let wait = self.wait_after(error)?;
        if self.spent() + wait > OPERATION_BUDGET {
            return None;
        }
        self.used += 1;
        Some(wait)
    }

    /// Returns how much of its budget the call has used. A write that has stood in the queue for long was not even
    /// tried, so it has all of it left.
    fn spent(&self) -> Duration {
        let elapsed = self.started.elapsed();
        elapsed.saturating_sub(self.queued.total())
    }

    /// Decides whether the operation may be repeated after this failure.
    ///
    /// A create, and likewise a redelivery, only when the failed attempt surely reached no endpoint. A time limit is
    /// given one more try: it is the longest wait of all, and a portal that is silent twice is down.
    fn allows(&mut self, error: &Error) -> bool {
        let operation = error.operation();
        match error.cause() {
            Cause::Connect { reason, .. } => match reason {
                ConnectReason::Tls(_) => false,
                ConnectReason::NameResolution | ConnectReason::TimedOut => {
                    once(&mut self.unresolved)
                }
                ConnectReason::Other => true,
            },
            Cause::Proxy { fault, .. } if fault.is_slow() => once(&mut self.unresolved),
            Cause::Proxy { fault, .. } => fault.can_heal(),
            Cause::Timeout { .. } => operation.is_repeatable() && once(&mut self.timeouts),
            Cause::Transport { .. } => operation.is_repeatable(),
            Cause::Status(failure) => match failure.status {
                // The retry endpoints allow 5 calls in 15 minutes (API §9): without a time, waiting is no use.
                429 => operation != Operation::RetryDelivery || failure.retry_after.is_some(),
                502..=504 => operation.is_repeatable(),
                // On writes this is mostly the receiver that the portal could not reach (API §8.2).
                500 => operation == Operation::Read && once(&mut self.server_errors),
                _ => false,
            },
            Cause::Redirect { .. }
            | Cause::Decode { .. }
            | Cause::NotJson { .. }
            | Cause::TooLarge { .. }
            | Cause::LongHead
            | Cause::Stopped
            | Cause::NoAuthorities { .. }
            | Cause::Setup { .. } => false,
        }
    }

    fn wait_after(&mut self, error: &Error) -> Option<Duration> {
        if let Some(asked) = error.retry_after() {
            // First of all: a portal may ask for any number of seconds, and adding to the largest overflows.
            if asked > MAX_WAIT {
                return None;
            }
            // A little later than asked, and not all at once.
            let spread = (asked / 10).clamp(Duration::from_millis(20), Duration::from_secs(1));
            return Some(asked + schedule(spread, 1.0).next()?);
        }
        let schedule = match (error.status(), error.cause()) {
            (Some(429), _) => &mut self.throttled,
            (_, Cause::Connect { .. } | Cause::Proxy { .. }) => &mut self.unreachable,
            _ => &mut self.faulty,
        };
        schedule.next().map(|wait| wait.min(MAX_WAIT))
    }
}

fn once(counter: &mut u32) -> bool {
    *counter += 1;
    *counter == 1
}

/// Runs `attempt` until it succeeds or its error is final.
///
/// `attempt` gets the number of repeats before it. A stop ends a wait at once with the last error; it never touches
/// an attempt that is under way. The error that is returned knows of every attempt: it says that the outcome is
/// unknown if it was after any of them.
pub(crate) async fn run<T, A>(
    mut plan: Plan<'_>,
    stop: &CancellationToken,
    waits: &Waits,
    attempt: impl Fn(u32) -> A,
) -> Result<T, Error>
where
    A: Future<Output = Result<T, Error>>,
{
    let mut attempts = 0;
    let mut last: Option<Error> = None;
    let mut outcome_unknown = false;
    loop {
        let error = match attempt(attempts).await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if let (Cause::Stopped, Some(last)) = (error.cause(), last.take()) {
            return Err(last.after_attempts(attempts, outcome_unknown));
        }
        attempts += 1;
        outcome_unknown |= error.outcome_unknown();
        let Some(wait) = plan.next_wait(&error) else {
            return Err(error.after_attempts(attempts, outcome_unknown));
        };
        log_wait(&error, wait);
        let waiting_since = Instant::now();
        let stopped = tokio::select! {
            biased;
            () = stop.cancelled() => true,
            () = tokio::time::sleep(wait) => false,
        };
        if error.status() == Some(429) {
            waits.record_throttled(waiting_since.elapsed());
        } else {
            waits.record(waiting_since.elapsed());
        }
        if stopped {
            return Err(error.after_attempts(attempts, outcome_unknown));
        }
        last = Some(error);
    }
}

/// Carries out a read. After a stop it has a moment left, and no more: nothing is lost with it, and somebody waits.
pub(crate) async fn ended_by_stop<T>(
    stop: &CancellationToken,
    reading: impl Future<Output = Result<T, Cause>>,
) -> Result<T, Cause> {
    let out_of_time = async {
        stop.cancelled().await;
        tokio::time::sleep(STOP_PATIENCE).await;
    };
    tokio::select! {
        biased;
        result = reading => result,
        () = out_of_time => Err(Cause::Stopped),
    }
}

fn log_wait(error: &Error, wait: Duration) {
    let http_method = error.method();
    let http_path = error.path();
    let http_status = error.status();
    let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    if wait > LONG_WAIT {
        tracing::warn!(
            http_method,
            http_path,
            http_status,
            wait_ms,
            "waiting long before repeating a request"
        );
    } else {
        tracing::debug!(
            http_method,
            http_path,
            http_status,
            wait_ms,
            "waiting before repeating a request"
        );
    }
}

#[cfg(test)]
mod tests;
