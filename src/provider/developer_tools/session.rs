//! Whose turn it is to change the setting, and what has set it in this run.

use tokio::sync::{Mutex, MutexGuard};

use crate::api::Client;
use crate::provider::mark::Mark;
use crate::provider::portal::{LivePortal, Session};

/// One change at a time.
///
/// With `create_before_destroy`, or after a renaming without a `moved` block, what is to be destroyed may already have a
/// successor, and a portal has only one setting.
#[derive(Debug, Default)]
struct DeveloperToolsSession {
    turn: Mutex<Turn>,
}

/// What is known while nobody else changes the setting.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// The state that has set it, since it was last read for one: Terraform reads every state before it changes any.
    pub(super) set_by: Option<Mark>,
}

impl Session for DeveloperToolsSession {
    fn new(_client: &Client) -> Self {
        Self::default()
    }
}

impl LivePortal {
    /// Waits for the turn to change the setting.
    pub(super) async fn developer_tools_turn(&self) -> MutexGuard<'_, Turn> {
        self.session::<DeveloperToolsSession>().turn.lock().await
    }
}
