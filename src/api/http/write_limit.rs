//! How many writes are in flight at once.
//!
//! The portal refuses the sixteenth concurrent write of a user with a 429 (API §9), and everything that the user runs
//! shares those 15. How many it really works on at once, it does not say. So the number is found by additive increase
//! and multiplicative decrease: it begins with [`FIRST`], grows by one with each round of answers that takes no longer
//! than usual, and is halved by a refusal, or by a round that takes twice as long. The configured number is the
//! ceiling. A place is taken while a request is in flight, never while waiting to repeat it.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::operation::Operation;

/// How many writes a client begins with: two of them leave room below the portal's 15.
const FIRST: usize = 7;

/// By how much the latency of a round may differ without a reason.
const NOISE: Duration = Duration::from_millis(50);

/// What a finished write says about the portal's load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Load {
    /// The write was accepted.
    Accepted,
    /// The portal asked to slow down (429, 503).
    Throttled,
    /// Nothing: another error.
    Unknown,
}

/// A place among the writes in flight.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    kind: Operation,
    since: Instant,
    era: u64,
}

/// The rule; the gate does the waiting.
#[derive(Debug)]
pub(crate) struct WriteLimit {
    max: usize,
    allowed: usize,
    in_flight: usize,
    /// What the answers of this round have taken. Kinds differ: the portal probes the receiver in some (API §7).
    round: BTreeMap<Operation, Vec<Duration>>,
    /// The shortest median of a round so far.
    usual: BTreeMap<Operation, Duration>,
    /// Counts the halvings. A burst of 429s to requests that were sent together is one sign, not many.
    era: u64,
}

impl WriteLimit {
    /// Creates a limit of at most `max` writes; 0 counts as 1.
    pub(crate) fn new(max: usize) -> Self {
        let max = max.max(1);
        Self {
            max,
            allowed: FIRST.min(max),
            in_flight: 0,
            round: BTreeMap::new(),
            usual: BTreeMap::new(),
            era: 0,
        }
    }

    /// Returns how many writes may be in flight at present.
    pub(crate) fn allowed(&self) -> usize {
        self.allowed
    }

    /// Returns how many writes may ever be in flight.
    pub(crate) fn max(&self) -> usize {
        self.max
    }

    pub(crate) fn has_room(&self) -> bool {
        self.in_flight < self.allowed
    }

    /// Takes a place.
    pub(crate) fn try_enter(&mut self, kind: Operation, now: Instant) -> Option<Place> {
        self.has_room().then(|| {
            self.in_flight += 1;
            Place {
                kind,
                since: now,
                era: self.era,
            }
        })
    }

    /// Gives a place back with what the answer said about the load.
    pub(crate) fn leave(&mut self, place: Place, load: Load, now: Instant) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if place.era != self.era {
            return;
        }
        match load {
            Load::Throttled => self.halve(),
            Load::Accepted => self.accepted(place.kind, now.duration_since(place.since)),
            Load::Unknown => {}
        }
    }

    /// Learns from an answer. A round is as many answers of one kind as may be in flight; a few receivers that are slow
    /// to probe do not move its median.
    fn accepted(&mut self, kind: Operation, latency: Duration) {
        let round = self.round.entry(kind).or_default();
        round.push(latency);
        if round.len() < self.allowed {
            return;
        }
        let middle = round.len() / 2;
        let (_, &mut median, _) = round.select_nth_unstable(middle);
        self.round.clear();
        let usual = self.usual.entry(kind).or_insert(median);
        let rise = median.saturating_sub(*usual);
        if rise >= (*usual).max(NOISE) {
            // Slow receivers look like a slow portal, so latency alone does not end in one write at a time.
            let least = (FIRST / 2).min(self.allowed);
            self.halve();
            self.allowed = self.allowed.max(least);
            // If fewer writes take as long, their number is not the reason, and the usual latency has changed.
            self.usual.clear();
            return;
        }
        *usual = median.min(*usual);
        // Below the initial number, what refusals cost is regained at any latency except a doubled one.
        if self.allowed < FIRST || rise <= (*usual / 4).max(NOISE) {
            self.allowed = (self.allowed + 1).min(self.max);
        }
    }

    fn halve(&mut self) {
        self.allowed = (self.allowed / 2).max(1);
        self.round.clear();
        self.era += 1;
    }
}

#[cfg(test)]
mod tests;
