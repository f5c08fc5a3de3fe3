//! Creates that run into each other: the portal looks for duplicates first and inserts afterwards, and nothing in its
//! database keeps two equal webhooks apart (API §16 O4).

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::locks::lock;

/// How long a create waits for rivals that may never come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// Where creates of one pair wait for each other, by the pair's key.
#[derive(Debug, Default)]
pub(crate) struct Races(Mutex<HashMap<String, Start>>);

/// A starting line that opens when all are there.
#[derive(Clone, Debug, Default)]
struct Start {
    waiting: usize,
    open: CancellationToken,
}

impl Races {
    /// Waits until that many creates of the pair are here; false if they did not come.
    pub(crate) async fn meet(&self, pair: &str, rivals: usize, patience: Duration) -> bool {
        let Some(open) = self.arrive(pair, rivals) else {
            return true;
        };
        let is_open = tokio::time::timeout(patience, open.cancelled())
            .await
            .is_ok();
        if !is_open {
            self.leave(pair);
        }
        is_open
    }

    /// Returns what to wait for; the last to arrive opens the line and waits for nothing.
    fn arrive(&self, pair: &str, rivals: usize) -> Option<CancellationToken> {
        let mut starts = lock(&self.0);
        let start = starts.entry(pair.to_owned()).or_default();
        start.waiting += 1;
        if start.waiting < rivals {
            return Some(start.open.clone());
        }
        start.open.cancel();
        starts.remove(pair);
        None
    }

    fn leave(&self, pair: &str) {
        let mut starts = lock(&self.0);
        if let Some(start) = starts.get_mut(pair) {
            start.waiting -= 1;
            if start.waiting == 0 {
                starts.remove(pair);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let races = Races::default();
        assert!(!races.meet("a", 2, Duration::ZERO).await, "nobody came");
        assert!(lock(&races.0).is_empty());
    }

    #[tokio::test]
    async fn all_of_one_pair_go_on_together() {
        let races = Races::default();
        let meet = || races.meet("a", 2, PATIENCE);
        let (one, two) = tokio::join!(meet(), meet());
        assert!(one && two);
        assert!(lock(&races.0).is_empty(), "the next race begins anew");
    }
}
