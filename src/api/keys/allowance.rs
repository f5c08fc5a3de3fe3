//! How many keys a portal lets a person create: five in 15 minutes if it limits requests, across all of the person's
//! keys and processes (API §9). It refuses the sixth with 429 and does not say when to come back.
//!
//! Such a refusal says nothing about any other request, so it is waited out here and not at the gate. One call at a
//! time asks again; the others queue behind it, and while any waits, no new request is spent.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::RwLock;
use tokio::time::{Instant, sleep};

use crate::api::http::client::Client;
use crate::api::http::error::Error;

/// How long nothing may get through before giving up: the window, and some slack.
const PATIENCE: Duration = Duration::from_secs(20 * 60);

/// The pauses between two requests. The first ones are short: the portal's other limits pass sooner.
const PAUSES: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(20),
];

/// The pause after these, and thus how often a wait is logged.
const LAST_PAUSE: Duration = Duration::from_secs(60);

/// The allowance for new keys, as one process uses it up.
#[derive(Debug, Default)]
pub struct Allowance {
    /// A sender shares it; a refused caller holds it exclusively.
    line: RwLock<()>,
    /// When the last key was created.
    granted: Mutex<Option<Instant>>,
}

impl Allowance {
    /// Sends a request that creates a key, again and again while the portal refuses it because there were too many.
    ///
    /// A queued caller keeps waiting while keys get through: 20 minutes without one end it. A stop ends it at once.
    pub(super) async fn wait_for<T, F>(
        &self,
        client: &Client,
        send: impl Fn() -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let first = {
            let _shared = self.line.read().await;
            send().await
        };
        let mut error = match first {
            Err(error) if is_spent(&error) && client.config().max_retries > 0 => error,
            other => return self.note(other),
        };
        let stop = client.stop_signal();
        let refused = Instant::now();
        let _alone = tokio::select! {
            biased;
            () = stop.cancelled() => return Err(error),
            alone = self.line.write() => alone,
        };
        let mut pauses = PAUSES.into_iter();
        loop {
            let pause = pauses.next().unwrap_or(LAST_PAUSE);
            let since = refused.max(self.granted().unwrap_or(refused));
            if since.elapsed() + pause > PATIENCE {
                return Err(error);
            }
            log_wait(refused, pause);
            tokio::select! {
                biased;
                () = stop.cancelled() => return Err(error),
                () = sleep(pause) => {}
            }
            client.waits().record(pause);
            error = match send().await {
                Err(again) if is_spent(&again) => again,
                other => return self.note(other),
            };
        }
    }

    /// Notes that a key was created.
    fn note<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if result.is_ok() {
            *self.granted.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
        result
    }

    fn granted(&self) -> Option<Instant> {
        *self.granted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns whether the portal refused a new key because there were too many. A refusal that says when to come back is
/// from another limit, which was already waited out.
fn is_spent(error: &Error) -> bool {
    error.status() == Some(429) && error.retry_after().is_none()
}

fn log_wait(refused: Instant, pause: Duration) {
    tracing::warn!(
        waited_s = refused.elapsed().as_secs(),
        next_request_s = pause.as_secs(),
        "The portal lets a person create only a few API keys in 15 minutes; waiting for the next one"
    );
}

#[cfg(test)]
mod tests;
