//! Which request may be repeated, and when.
//!
//! The decision belongs to the operation, not to the HTTP library: only the operation knows whether a second request
//! could have a second effect. One function decides what may be repeated, [`Plan::allows`]. How long to wait after a
//! refusal is up to the [`Gate`], since it concerns all requests; after everything else the pauses grow, with jitter.
//! Everything is bounded.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::error::{Cause, ConnectReason, Error};
use super::gate::{Gate, MAX_WAIT, Pass, Rank, Turn};
use super::operation::Operation;

/// The waits of a call, except those after a limiter's refusals, add up to at most this.
const BUDGET: Duration = Duration::from_secs(180);

/// The longest wait after a 503 that does not say how long, while the portal lets others through.
const LONGEST_GUESS: Duration = Duration::from_secs(5);

/// How long a read continues after a stop: a healthy portal answers in less, and one that hangs is not waited for.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// Waits above this are logged as warnings.
const LONG_WAIT: Duration = Duration::from_secs(10);

/// How long after a read that failed despite its retries other reads are sent only once.
const OUTAGE: Duration = Duration::from_secs(30);

/// How long calls waited before repeating requests, and callers for the outcome of a lost one.
///
/// A caller that reports waits gives each operation its own through
/// [`Client::with_waits`](crate::api::Client::with_waits).
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
/// A plan of 300 webhooks reads again after every failure, because failures are not kept. Only the first of these reads
/// waits for a portal that is down; otherwise the plan would take minutes to report it.
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

/// The retries of one call.
struct Plan {
    limits: Limits,
    used: u32,
    timeouts: u32,
    server_errors: u32,
    unresolved: u32,
    /// How many requests of the client had got through when this call began or last failed.
    passed: u64,
    /// How much of its budget the call has used. A call that was queued for long was not even tried, so it has all of
    /// it left.
    spent: Duration,
    faulty: ExponentialBackoff,
    unreachable: ExponentialBackoff,
}

/// Delays that start at `first` and grow by `factor`, each with up to the same amount of jitter on top.
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

impl Plan {
    fn new(limits: Limits, passed: u64) -> Self {
        Self {
            limits,
            used: 0,
            timeouts: 0,
            server_errors: 0,
            unresolved: 0,
            passed,
            spent: Duration::ZERO,
            faulty: schedule(Duration::from_millis(500), 3.0),
            // Short: most of these are typos in the address.
            unreachable: schedule(Duration::from_millis(250), 3.0),
        }
    }

    /// Returns how long to wait before the next attempt, or `None` when the error is final.
    ///
    /// `reopening` is the gate's answer to a refusal, and `passed` how many requests have got through to the portal.
    fn next_wait(
        &mut self,
        error: &Error,
        reopening: Option<Duration>,
        passed: u64,
    ) -> Option<Duration> {
        let others_pass = std::mem::replace(&mut self.passed, passed) != passed;
        let is_probably_limited = error.status() == Some(503) && others_pass;
        let is_limited = error.is_limited() || is_probably_limited;
        let Limits {
            max_retries,
            patience,
        } = self.limits;
        let has_tries = is_limited || self.used < max_retries;
        if max_retries == 0 || !has_tries || !self.allows(error) {
            return None;
        }
        let wait = if error.is_limited() {
            reopening?
        } else if is_probably_limited {
            self.pause_after(error)?.min(LONGEST_GUESS)
        } else {
            self.pause_after(error)?
        };
        let budget = if is_limited { patience } else { BUDGET };
        if self.spent + wait > budget {
            return None;
        }
        self.spent += wait;
        self.used += u32::from(!is_limited);
        Some(wait)
    }

    /// Decides whether the operation may be repeated after this failure.
    ///
    /// A create, like a redelivery, only if the failed attempt certainly reached no endpoint. After a timeout there is
    /// one retry: it is the longest wait of all, and a portal that is silent twice is down.
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
                // These endpoints allow 5 calls in 15 minutes (API §9): without a time, waiting here does not help.
                429 => !is_rationed(operation) || failure.retry_after.is_some(),
                502..=504 => operation.is_repeatable(),
                // On writes, the cause is usually a receiver that the portal could not reach (API §8.2).
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

    fn pause_after(&mut self, error: &Error) -> Option<Duration> {
        let schedule = match error.cause() {
            Cause::Connect { .. } | Cause::Proxy { .. } => &mut self.unreachable,
            _ => &mut self.faulty,
        };
        schedule.next().map(|wait| wait.min(MAX_WAIT))
    }
}

/// Returns whether a portal allows only a few such requests in 15 minutes.
fn is_rationed(operation: Operation) -> bool {
    matches!(operation, Operation::CreateKey | Operation::RetryDelivery)
}

fn once(counter: &mut u32) -> bool {
    *counter += 1;
    *counter == 1
}

/// What the attempts of a call share.
pub(crate) struct Line<'a> {
    gate: &'a Arc<Gate>,
    stop: &'a CancellationToken,
    waits: &'a Waits,
    turn: Turn,
    operation: Operation,
    limits: Limits,
}

/// How often, and for how long, a call is repeated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Not counting a limiter's refusals; 0 switches all retries off.
    pub(crate) max_retries: u32,
    /// How long a limiter is waited for.
    pub(crate) patience: Duration,
}

impl<'a> Line<'a> {
    /// Queues a call.
    pub(crate) fn new(
        gate: &'a Arc<Gate>,
        stop: &'a CancellationToken,
        waits: &'a Waits,
        (operation, rank): (Operation, Rank),
        limits: Limits,
    ) -> Self {
        Self {
            gate,
            stop,
            waits,
            turn: gate.turn(rank),
            operation,
            limits,
        }
    }

    /// Waits until an attempt may be sent. A stop ends the wait; only reads that were not sent yet have a moment left.
    async fn enter(&self, not_before: Instant, after: Option<&Error>) -> Result<Pass, Cause> {
        let is_write = self.operation.is_write();
        let since = Instant::now();
        let entering = self.gate.enter(self.turn, self.operation, not_before);
        let entered = if is_write || after.is_some() {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => Err(Cause::Stopped),
                entered = entering => entered,
            }
        } else {
            ended_by_stop(self.stop, entering).await
        };
        match after {
            Some(error) if error.status() == Some(429) => {
                self.waits.record_throttled(since.elapsed());
            }
            Some(_) => self.waits.record(since.elapsed()),
            None => {}
        }
        entered
    }

    /// Returns how long to wait before the next attempt, or `None` when the error is final.
    fn next_wait(
        &self,
        plan: &mut Plan,
        error: &Error,
        reopening: Option<Duration>,
    ) -> Option<Duration> {
        let wait = plan.next_wait(error, reopening, self.gate.passed());
        match error.cause() {
            cause @ (Cause::Connect { .. } | Cause::Proxy { .. }) => {
                let is_worth_it = self.gate.unreached(cause, wait);
                wait.filter(|_| is_worth_it)
            }
            _ => wait,
        }
    }
}

/// Runs `attempt` until it succeeds or its error is final. `fail` turns whatever ends a call before an attempt into an
/// error.
///
/// `attempt` gets the number of repeats before it. A stop ends a wait at once with the last error; it never touches an
/// attempt that is under way. The returned error covers every attempt: it says that the outcome is unknown if it was
/// unknown after any of them.
pub(crate) async fn run<T, A>(
    line: Line<'_>,
    fail: impl Fn(Cause) -> Error,
    attempt: impl Fn(u32) -> A,
) -> Result<T, Error>
where
    A: Future<Output = Result<T, Error>>,
{
    let mut plan = Plan::new(line.limits, line.gate.passed());
    let mut tried = Tried::default();
    let mut not_before = Instant::now();
    loop {
        let pass = match line.enter(not_before, tried.last.as_ref()).await {
            Ok(pass) => pass,
            Err(cause) => return Err(tried.end(fail(cause))),
        };
        let began = Instant::now();
        let result = attempt(tried.attempts).await;
        let reopening = pass.leave(result.as_ref().err());
        let error = match result {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        plan.spent += began.elapsed();
        tried.add(&error);
        let Some(wait) = line.next_wait(&mut plan, &error, reopening) else {
            return Err(tried.end(error));
        };
        log_wait(&error, wait);
        if !error.is_limited() || error.is_crowded() {
            not_before = Instant::now() + wait;
        }
        tried.last = Some(error);
    }
}

/// What the attempts of a call have left behind so far.
#[derive(Default)]
struct Tried {
    attempts: u32,
    outcome_unknown: bool,
    last: Option<Error>,
}

impl Tried {
    fn add(&mut self, error: &Error) {
        // A retry that was not started, or was not waited for, leaves the error before it.
        if !(matches!(error.cause(), Cause::Stopped) && self.last.is_some()) {
            self.attempts += 1;
            self.outcome_unknown |= error.outcome_unknown();
        }
    }

    fn end(self, error: Error) -> Error {
        let error = match (error.cause(), self.last) {
            (Cause::Stopped, Some(last)) => last,
            _ => error,
        };
        error.after_attempts(self.attempts.max(1), self.outcome_unknown)
    }
}

/// Carries out a read. After a stop it has only a moment left: nothing is lost with it, and the user is waiting.
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
