//! The key that the provider itself runs with: which one it is, what it may do, and when it expires (IH §3).

use std::sync::atomic::{AtomicBool, Ordering};

use time::Duration;
use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::LivePortal;
use crate::api::keys::Key;
use crate::api::{Error, Timestamp};
use crate::framework::diagnostics::Diagnostic;
use crate::provider::{dates, expiry};

/// How long before its expiry a run that writes warns of it.
const NOTICE: Duration = Duration::days(14);

/// A key that is valid for less was created for one run, as by the ephemeral `docspace_api_key`, and its expiry needs
/// no warning.
const SHORT_LIFE: Duration = Duration::hours(25);

/// How long a write waits to learn about the key. After that, the portal decides.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(15);

/// What is known of it.
#[derive(Debug, Default)]
pub(super) struct OwnKey {
    key: OnceCell<Option<Key>>,
    /// Filled when the portal was asked before a write, whatever came of it.
    asked: OnceCell<()>,
    is_end_reported: AtomicBool,
}

impl LivePortal {
    /// Returns the key that the provider runs with, if the portal can tell. It is requested once; a failure is not
    /// remembered.
    pub(in crate::provider) async fn own_key(&self) -> Result<Option<&Key>, Error> {
        let request = || self.client.current_key();
        Ok(self.own_key.key.get_or_try_init(request).await?.as_ref())
    }

    /// Asks for the key before it is needed, for callers that ask other questions at the same time. It is requested
    /// once, and waited for no longer than [`PATIENCE`].
    pub(in crate::provider) async fn prepare_write(&self) {
        let ask = || async {
            if timeout(PATIENCE, self.own_key()).await.is_err() {
                tracing::debug!("the portal did not tell in time which key this is");
            }
        };
        self.own_key.asked.get_or_init(ask).await;
    }

    /// Refuses a write with a key that may only read, before it is sent. If it is not known what the key may do, the
    /// portal decides, and is not asked again.
    pub(in crate::provider) async fn require_write(&self, what: &str) -> Result<(), Diagnostic> {
        self.prepare_write().await;
        let key = match self.own_key.key.get() {
            Some(Some(key)) if key.permissions.are_read_only() => key,
            _ => return Ok(()),
        };
        let names: Vec<&str> = key.permissions.names().collect();
        Err(Diagnostic::error(
            format!("{what}: key lacks the scope"),
            format!(
                "The provider runs with the API key ending in {}, whose permissions are {}. Nothing was sent: a change \
                 needs *:write, or no restriction at all. Create such a key in the portal under Developer Tools, API \
                 keys, or change the permissions of this one there.",
                self.client.quote(&key.postfix),
                names.join(", ")
            ),
        ))
    }

    /// Returns a warning, once per process, if the key that the provider runs with expires soon. Nothing is requested:
    /// a process that writes has called [`Self::require_write`], and one that only plans does not ask for the sake of a
    /// warning.
    pub(in crate::provider) fn own_key_ends(&self) -> Option<Diagnostic> {
        let key = self.own_key.key.get()?.as_ref()?;
        let end = key.expires_at.as_ref();
        if expiry::remaining(end)? > NOTICE
            || is_for_one_run(key)
            || self.own_key.is_end_reported.swap(true, Ordering::Relaxed)
        {
            return None;
        }
        let end = dates::told(end);
        Some(Diagnostic::warning(
            "The provider's own API key expires soon",
            format!(
                "The provider runs with the API key ending in {}, which expires on {}. After that, no run can read or \
                 change anything. Create a new key in the portal under Developer Tools, API keys, and set api_key (or \
                 DOCSPACE_API_KEY) to it.",
                self.client.quote(&key.postfix),
                end.as_str().unwrap_or_default(),
            ),
        ))
    }
}

fn is_for_one_run(key: &Key) -> bool {
    let moment = |date: &Option<Timestamp>| date.as_ref().and_then(Timestamp::to_offset_date_time);
    let life = moment(&key.created_on).zip(moment(&key.expires_at));
    life.is_some_and(|(start, end)| end - start < SHORT_LIFE)
}

#[cfg(test)]
mod tests;
