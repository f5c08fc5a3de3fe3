//! How many writes are in flight at once.
//!
//! The portal refuses the sixteenth concurrent write of a user with a 429 (API §9), and those 15 are shared by
//! everything the user runs. So each client has a fixed cap, and a refusal halves what it allows itself; successes win
//! the rest back one by one. A place is taken while a request is in flight, never while waiting to repeat it.

/// What a finished write says about the portal's load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Load {
    /// The write was taken.
    Accepted,
    /// The portal asked to slow down (429, 503).
    Throttled,
    /// Nothing: another error.
    Unknown,
}

/// The rule; the gate does the waiting.
#[derive(Debug)]
pub(crate) struct WriteLimit {
    max: usize,
    allowed: usize,
    in_flight: usize,
    accepted: usize,
    /// Counts the halvings. A burst of 429s to requests that were sent together is one sign, not many.
    era: u64,
}

impl WriteLimit {
    /// Creates a limit of at most `max` writes; 0 counts as 1.
    pub(crate) fn new(max: usize) -> Self {
        let max = max.max(1);
        Self {
            max,
            allowed: max,
            in_flight: 0,
            accepted: 0,
            era: 0,
        }
    }

    /// Returns how many writes may be in flight at present.
    pub(crate) fn allowed(&self) -> usize {
        self.allowed
    }

    pub(crate) fn has_room(&self) -> bool {
        self.in_flight < self.allowed
    }

    /// Takes a place and returns the era to give back with it.
    pub(crate) fn try_enter(&mut self) -> Option<u64> {
        self.has_room().then(|| {
            self.in_flight += 1;
            self.era
        })
    }

    /// Gives a place back with what the answer said about the load.
    pub(crate) fn leave(&mut self, era: u64, load: Load) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if era != self.era {
            return;
        }
        match load {
            Load::Throttled => {
                self.allowed = (self.allowed / 2).max(1);
                self.accepted = 0;
                self.era += 1;
            }
            Load::Accepted if self.allowed < self.max => {
                self.accepted += 1;
                // As many successes as there are places: about one round trip per place that is won back.
                if self.accepted >= self.allowed {
                    self.allowed += 1;
                    self.accepted = 0;
                }
            }
            Load::Accepted | Load::Unknown => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cap_of_zero_still_lets_one_write_pass() {
        let mut limit = WriteLimit::new(0);
        assert!(limit.try_enter().is_some());
        assert!(limit.try_enter().is_none());
    }

    #[test]
    fn a_burst_of_429s_halves_once_and_successes_win_back_one_by_one() {
        let mut limit = WriteLimit::new(7);
        let eras: Vec<u64> = (0..7).map(|_| limit.try_enter().unwrap()).collect();
        for era in eras {
            limit.leave(era, Load::Throttled);
        }
        assert_eq!(limit.allowed, 3);
        let era = limit.try_enter().unwrap();
        limit.leave(era, Load::Throttled);
        assert_eq!(limit.allowed, 1);
        let era = limit.try_enter().unwrap();
        limit.leave(era, Load::Throttled);
        assert_eq!(limit.allowed, 1);
        let mut history = Vec::new();
        for _ in 0..40 {
            let era = limit.try_enter().unwrap();
            limit.leave(era, Load::Accepted);
            history.push(limit.allowed);
        }
        assert!(history.is_sorted());
        assert_eq!(history.first(), Some(&2));
        assert_eq!(history.last(), Some(&7));
    }

    #[test]
    fn other_errors_change_nothing() {
        let mut limit = WriteLimit::new(2);
        let era = limit.try_enter().unwrap();
        limit.leave(era, Load::Unknown);
        assert_eq!((limit.allowed, limit.in_flight), (2, 0));
    }

    proptest! {
        #[test]
        fn never_more_in_flight_than_the_cap_and_never_stuck(
            max in 1..16_usize,
            steps in prop::collection::vec(0..4_u8, 1..200),
        ) {
            let mut limit = WriteLimit::new(max);
            let mut held = Vec::new();
            for step in steps {
                match step {
                    0 => held.extend(limit.try_enter()),
                    load => if let Some(era) = held.pop() {
                        limit.leave(era, [Load::Accepted, Load::Throttled, Load::Unknown][usize::from(load) - 1]);
                    },
                }
                prop_assert_eq!(limit.in_flight, held.len());
                prop_assert!(limit.in_flight <= max);
                prop_assert!((1..=max).contains(&limit.allowed));
            }
            for era in held {
                limit.leave(era, Load::Unknown);
            }
            prop_assert!(limit.try_enter().is_some());
        }
    }
}
