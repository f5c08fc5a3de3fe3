//! The portal's health: whether it could be asked, and how long it made requests wait.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::LivePortal;
use crate::api::Error;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::provider::diagnose;

/// The summary when the configured address does not lead to a usable portal.
const UNUSABLE: &str = "The portal cannot be used";
/// A wait that the practitioner should know about.
const LONG_WAIT: Duration = Duration::from_secs(10);

/// What has been reported so far.
#[derive(Debug, Default)]
pub(super) struct Health {
    is_trouble_reported: AtomicBool,
    is_wait_reported: AtomicBool,
}

impl LivePortal {
    /// Returns whether the portal could not be asked while planning, so that asking again would be a waste.
    pub(in crate::provider) fn is_in_trouble(&self) -> bool {
        self.health.is_trouble_reported.load(Ordering::Relaxed)
    }

    /// Reports that the portal could not be asked while planning: an error if every other request would fail too,
    /// otherwise a warning; in either case once per process.
    pub(in crate::provider) fn report_trouble(&self, error: &Error, diagnostics: &mut Diagnostics) {
        if self
            .health
            .is_trouble_reported
            .swap(true, Ordering::Relaxed)
        {
            return;
        }
        let detail = self.wording().detail(error);
        diagnostics.push(if diagnose::is_definitive(error) {
            self.explain(UNUSABLE, error)
        } else {
            Diagnostic::warning(
                "The plan was not checked against the portal",
                format!(
                    "{detail} The plan continues without these checks; the apply will show whether the portal accepts \
                     the changes."
                ),
            )
        });
    }

    /// Returns a warning, once per process, when the portal made a request wait for long.
    pub(in crate::provider) fn long_wait(&self) -> Option<Diagnostic> {
        let longest = self.client.waits().longest();
        if longest < LONG_WAIT || self.health.is_wait_reported.swap(true, Ordering::Relaxed) {
            return None;
        }
        let why = if self.client.waits().longest_throttled() >= LONG_WAIT {
            "The portal, or a limiter in front of it, limits requests; the portal counts them per user, across all \
             keys and parallel runs. Run fewer at the same time."
        } else {
            "The portal could not be reached or failed for a while, or an answer was lost."
        };
        Some(Diagnostic::warning(
            "The portal slowed this run down",
            format!(
                "Requests had to be repeated; the longest wait was {} seconds. {why} Set TF_LOG=DEBUG to see each \
                 wait.",
                longest.as_secs()
            ),
        ))
    }
}
