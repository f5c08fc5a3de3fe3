//! Which request may be sent next: the one queue of all requests of a client, reads included.
//!
//! A request cannot know what the client knows: that the portal has just asked all requests to wait, how many requests
//! a second it lets through, that no request has reached it yet. So no request sleeps on its own. Each attempt enters
//! here, in the order in which the calls began, and leaves with its outcome. The reasons are in
//! design/adr/0007-waiting-for-the-portal.md.
//!
//! - A refusal (429, 503) **closes** the gate for all.
//! - After the first refusal, requests are sent at a **pace** ([`Pace`]); the **number** of writes in flight is limited
//!   from the start ([`WriteLimit`]).
//! - What cannot be waited for is a **verdict**: all waiting requests get the same error at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use backon::{BackoffBuilder as _, ConstantBuilder};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::config::{Config, longest_connect};
use super::error::{Cause, ConnectReason, Error};
use super::operation::Operation;
use super::pace::Pace;
use super::write_limit::{Load, Place, WriteLimit};

/// The longest single wait. A portal that asks for more is not waited for: its daily limit can ask for hours (API §9),
/// and a person should know that at once.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(60);

/// How long the gate is closed after a 503 without a time, as sent by nginx's limiter or a portal that is down.
const HICCUP: Duration = Duration::from_millis(500);

/// How long a write waits if the user has too many in flight; no longer than it takes others to be answered (API §9).
const CROWDED: Duration = Duration::from_secs(1);

/// How long connections may be refused before the portal's first answer.
const REFUSED: Duration = Duration::from_secs(4);

/// How long connections may get no answer before the portal's first answer.
const SWALLOWED: Duration = Duration::from_secs(22);

/// How long a portal that could not be reached is not tried again.
const UNREACHED: Duration = Duration::from_secs(30);

/// A call's place in the queue, the same for all its attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Turn {
    rank: Rank,
    number: u64,
}

/// Who goes first, whatever the age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// The same was sent before, by another call.
    Again,
    /// Everything else.
    Fresh,
}

/// The queue and what it waits for.
#[derive(Debug)]
pub(crate) struct Gate {
    state: Mutex<State>,
    moved: Notify,
}

#[derive(Debug)]
struct State {
    turns: u64,
    line: BTreeMap<Turn, Waiting>,
    writes: WriteLimit,
    pace: Pace,
    /// Nothing is sent before.
    opens: Instant,
    /// Counts the closings. The outcome of a request that was sent before the last one says nothing new.
    era: u64,
    /// How long a portal that lets nothing through is waited for.
    patience: Duration,
    /// How often a limiter closed it since something got through.
    closings: u32,
    /// When a limiter began to let nothing through.
    refusing_since: Option<Instant>,
    /// How many requests got through.
    passed: u64,
    reach: Reach,
    verdict: Option<Verdict>,
}

/// A waiter in the queue.
#[derive(Debug)]
struct Waiting {
    operation: Operation,
    not_before: Instant,
    ended: Option<Cause>,
}

/// Whether the portal has ever been reached.
#[derive(Debug)]
enum Reach {
    Answered,
    /// Not yet; since when it has been tried, and how long a connection may take.
    Sought {
        since: Option<Instant>,
        longest_connect: Duration,
    },
}

/// Why waiting makes no sense for some time.
#[derive(Debug)]
struct Verdict {
    cause: Cause,
    until: Instant,
}

/// What a waiter in the queue does next.
enum Step {
    Go(Sent),
    End(Cause),
    Until(Instant),
    Wait,
}

/// What is remembered of a request in flight.
#[derive(Debug, Clone, Copy)]
struct Sent {
    era: u64,
    write: Option<Place>,
}

/// The outcome of an attempt, as far as it concerns the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// An answer of the portal itself.
    Passed,
    /// A refusal to take more requests.
    Refused,
    /// A refusal to take more writes at once.
    Crowded,
    /// An answer from something on the way.
    Answered,
    /// No answer.
    Silent,
}

impl Outcome {
    fn of(error: Option<&Error>) -> Self {
        let Some(error) = error else {
            return Self::Passed;
        };
        match error.cause() {
            Cause::Status(failure) => match failure.status {
                // The allowance of new keys is used up, which concerns no other request.
                429 if error.operation() == Operation::CreateKey
                    && failure.retry_after.is_none() =>
                {
                    Self::Answered
                }
                429 if error.is_crowded() => Self::Crowded,
                429 | 503 => Self::Refused,
                502 | 504 => Self::Answered,
                _ => Self::Passed,
            },
            Cause::Redirect { .. }
            | Cause::Decode { .. }
            | Cause::NotJson { .. }
            | Cause::TooLarge { .. }
            | Cause::LongHead => Self::Passed,
            Cause::Timeout { .. }
            | Cause::Connect { .. }
            | Cause::Proxy { .. }
            | Cause::Transport { .. }
            | Cause::Stopped
            | Cause::NoAuthorities { .. }
            | Cause::Setup { .. } => Self::Silent,
        }
    }
}

/// Returns by how much a pause is longer than asked: a little, and differently in each run.
fn spread(pause: Duration) -> Duration {
    let least = (pause / 50).clamp(Duration::from_millis(10), Duration::from_secs(1));
    let jitter = ConstantBuilder::new().with_delay(least).with_jitter();
    jitter.build().next().unwrap_or(least)
}

impl State {
    /// Decides about a waiter in the queue.
    fn step(&mut self, turn: Turn) -> Step {
        let now = Instant::now();
        let Some(waiting) = self.line.get_mut(&turn) else {
            return Step::Wait;
        };
        if let Some(cause) = waiting.ended.take() {
            return Step::End(cause);
        }
        if let Some(verdict) = self.verdict.as_ref().filter(|verdict| verdict.until > now) {
            return Step::End(verdict.cause.clone());
        }
        if waiting.not_before > now {
            return Step::Until(waiting.not_before);
        }
        let operation = waiting.operation;
        let has_room = self.writes.has_room();
        let mut able = self.line.iter().filter(|(_, waiting)| {
            waiting.not_before <= now && (has_room || !waiting.operation.is_write())
        });
        if able.next().is_none_or(|(first, _)| *first != turn) {
            return Step::Wait;
        }
        let due = self.pace.next().unwrap_or(now).max(self.opens);
        if due > now {
            return Step::Until(due);
        }
        self.pace.sent(now);
        if let Reach::Sought { since, .. } = &mut self.reach {
            since.get_or_insert(now);
        }
        Step::Go(Sent {
            era: self.era,
            write: if operation.is_write() {
                self.writes.try_enter(operation, now)
            } else {
                None
            },
        })
    }

    /// Records the outcome of an attempt. After a limiter's refusal that can be waited for, returns how long that
    /// takes.
    fn leave(&mut self, sent: Sent, error: Option<&Error>) -> Option<Duration> {
        let now = Instant::now();
        let outcome = match Outcome::of(error) {
            // There cannot be fewer at once, so they have to be slower.
            Outcome::Crowded if self.writes.allowed() == 1 => Outcome::Refused,
            outcome => outcome,
        };
        if let Some(place) = sent.write {
            self.writes.leave(
                place,
                match outcome {
                    // A request that is refused for its content takes no time.
                    Outcome::Passed if error.is_none() => Load::Accepted,
                    Outcome::Refused | Outcome::Crowded => Load::Throttled,
                    Outcome::Passed | Outcome::Answered | Outcome::Silent => Load::Unknown,
                },
                now,
            );
        }
        if outcome != Outcome::Silent && !matches!(self.reach, Reach::Answered) {
            self.reach = Reach::Answered;
            self.verdict = None;
        }
        match (outcome, error) {
            (Outcome::Passed, _) => {
                self.pass(sent, now);
                None
            }
            (Outcome::Refused, Some(error)) => self.refuse(sent, error, now),
            (Outcome::Crowded, _) => Some(CROWDED + spread(CROWDED)),
            (Outcome::Refused | Outcome::Answered | Outcome::Silent, _) => None,
        }
    }

    fn pass(&mut self, sent: Sent, now: Instant) {
        self.passed += 1;
        self.closings = 0;
        self.refusing_since = None;
        self.verdict = None;
        if sent.era == self.era {
            self.pace.passed(now);
        } else {
            self.pace.passed_late();
        }
    }

    fn refuse(&mut self, sent: Sent, error: &Error, now: Instant) -> Option<Duration> {
        let asked = error.retry_after();
        if asked.is_some_and(|asked| asked > MAX_WAIT) {
            self.end_all(error.cause());
            return None;
        }
        if now > self.opens + MAX_WAIT {
            // That was long ago.
            self.refusing_since = None;
        }
        if sent.era == self.era {
            let pause = if error.is_limited() {
                self.closings += 1;
                self.pause(asked)
            } else {
                HICCUP
            };
            let pause = pause + spread(pause);
            self.pace.refused(now, pause);
            self.opens = now + pause;
            self.era += 1;
        } else if let Some(asked) = asked {
            self.opens = self.opens.max(now + asked);
        }
        if !error.is_limited() {
            return None;
        }
        let since = *self.refusing_since.get_or_insert(now);
        if self.opens.duration_since(since) > self.patience {
            self.end_all(error.cause());
            self.verdict = Some(Verdict {
                cause: error.cause().clone(),
                until: self.opens,
            });
            return None;
        }
        Some(self.opens.saturating_duration_since(now))
    }

    /// Returns how long to send nothing: as long as the answer asked, unless that failed before. Otherwise the pauses
    /// grow; four of them span the minute of the portal's sliding window (API §9).
    fn pause(&self, asked: Option<Duration>) -> Duration {
        let grown = Duration::from_secs(4_u64.pow(self.closings.min(4) - 1)).min(MAX_WAIT);
        match asked {
            Some(asked) if self.closings == 1 => asked,
            Some(asked) => asked.max(grown),
            None => grown,
        }
    }

    /// Records a failed connection, and returns whether to try again after this wait.
    fn unreached(&mut self, cause: &Cause, wait: Option<Duration>) -> bool {
        let Reach::Sought {
            since,
            longest_connect,
        } = &mut self.reach
        else {
            return wait.is_some();
        };
        let now = Instant::now();
        let is_slow = match cause {
            Cause::Connect { reason, .. } => *reason == ConnectReason::TimedOut,
            Cause::Proxy { fault, .. } => fault.is_slow(),
            _ => false,
        };
        let latest = if is_slow {
            SWALLOWED.saturating_sub(*longest_connect)
        } else {
            REFUSED
        };
        let until = since.unwrap_or(now) + latest;
        if wait.is_some_and(|wait| now + wait <= until) {
            return true;
        }
        *since = None;
        self.end_all(cause);
        self.verdict = Some(Verdict {
            cause: cause.clone(),
            until: now + UNREACHED,
        });
        false
    }

    fn end_all(&mut self, cause: &Cause) {
        for waiting in self.line.values_mut() {
            waiting.ended = Some(cause.clone());
        }
    }
}

impl Gate {
    /// Creates an open gate to a portal, by the limits of a configuration.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            state: Mutex::new(State {
                turns: 0,
                line: BTreeMap::new(),
                writes: WriteLimit::new(config.max_concurrent_writes),
                pace: Pace::default(),
                opens: Instant::now(),
                era: 0,
                // Even without retries, a request that was not sent yet waits.
                patience: config.patience().max(MAX_WAIT),
                closings: 0,
                refusing_since: None,
                passed: 0,
                reach: Reach::Sought {
                    since: None,
                    longest_connect: longest_connect(config.request_timeout),
                },
                verdict: None,
            }),
            moved: Notify::new(),
        }
    }

    /// Gives a call its place in the queue.
    pub(crate) fn turn(&self, rank: Rank) -> Turn {
        let mut state = self.lock();
        state.turns += 1;
        Turn {
            rank,
            number: state.turns,
        }
    }

    /// Waits until an attempt may be sent, but not before a given moment. Dropping the future leaves the queue.
    ///
    /// # Errors
    ///
    /// What cannot be waited for.
    pub(crate) async fn enter(
        self: &Arc<Self>,
        turn: Turn,
        operation: Operation,
        not_before: Instant,
    ) -> Result<Pass, Cause> {
        let _standing = self.stand(turn, operation, not_before);
        loop {
            // A change between the look and the wait is not missed: a waiter created before it is notified.
            let moved = self.moved.notified();
            let step = self.lock().step(turn);
            match step {
                Step::Go(sent) => {
                    return Ok(Pass {
                        gate: Arc::clone(self),
                        sent: Some(sent),
                    });
                }
                Step::End(cause) => return Err(cause),
                Step::Until(moment) => tokio::select! {
                    () = moved => {}
                    () = sleep_until(moment) => {}
                },
                Step::Wait => moved.await,
            }
        }
    }

    fn stand(&self, turn: Turn, operation: Operation, not_before: Instant) -> Standing<'_> {
        let waiting = Waiting {
            operation,
            not_before,
            ended: None,
        };
        self.lock().line.insert(turn, waiting);
        Standing { gate: self, turn }
    }

    /// Reports a failed connection. Returns whether to try again after this wait: never without one, and before the
    /// portal's first answer only for a limited time.
    pub(crate) fn unreached(&self, cause: &Cause, wait: Option<Duration>) -> bool {
        let is_worth_it = self.lock().unreached(cause, wait);
        self.moved.notify_waiters();
        is_worth_it
    }

    /// Returns how many requests have got through to the portal.
    pub(crate) fn passed(&self) -> u64 {
        self.lock().passed
    }

    /// Returns whether it makes no sense to ask the portal now, as all waiting requests were told.
    pub(crate) fn is_hopeless(&self) -> bool {
        let now = Instant::now();
        let state = self.lock();
        state
            .verdict
            .as_ref()
            .is_some_and(|verdict| verdict.until > now)
    }

    fn leave(&self, sent: Sent, error: Option<&Error>) -> Option<Duration> {
        let mut state = self.lock();
        let (before, era) = (state.writes.allowed(), state.era);
        let wait = state.leave(sent, error);
        let (now, max) = (state.writes.allowed(), state.writes.max());
        let pace = state.pace.per_second().filter(|_| state.era != era);
        drop(state);
        self.moved.notify_waiters();
        if now != before {
            log_writes(before, now, max);
        }
        if let Some(requests_per_second) = pace {
            tracing::debug!(
                requests_per_second,
                "the portal refused requests, so they are paced from now on"
            );
        }
        wait
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Logs why writes become slower or faster, which the lines of the requests do not tell. Only at debug level: a refusal
/// that causes a long wait is already a warning.
fn log_writes(before: usize, now: usize, max: usize) {
    let message = if now < before {
        "the portal refused writes or became slow, so fewer are sent at once"
    } else {
        "the portal is as fast as before, so more writes are sent at once"
    };
    tracing::debug!(
        writes_at_once = now,
        max_concurrent_writes = max,
        "{message}"
    );
}

/// A waiter in the queue, until this is dropped.
struct Standing<'a> {
    gate: &'a Gate,
    turn: Turn,
}

impl Drop for Standing<'_> {
    fn drop(&mut self) {
        self.gate.lock().line.remove(&self.turn);
        self.gate.moved.notify_waiters();
    }
}

/// The right to send one request; its place is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Pass {
    gate: Arc<Gate>,
    sent: Option<Sent>,
}

impl Pass {
    /// Reports the outcome of the request. After a limiter's refusal that can be waited for, returns how long that
    /// takes.
    pub(crate) fn leave(mut self, error: Option<&Error>) -> Option<Duration> {
        let sent = self.sent.take()?;
        self.gate.leave(sent, error)
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if let Some(Sent {
            write: Some(place), ..
        }) = self.sent
        {
            let now = Instant::now();
            self.gate.lock().writes.leave(place, Load::Unknown, now);
            self.gate.moved.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests;
