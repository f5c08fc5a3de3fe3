//! The portal's shared state: what routes, deliveries, the control API and the in-process handle all work on.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::changes::Changes;
use crate::config::{Config, Settings, SettingsCell};
use crate::delivery::outbound::Outbound;
use crate::faults::rules::Faults;
use crate::front::limit_req::Bucket;
use crate::front::limits::Limiter;
use crate::front::log::RequestLog;
use crate::nouns::Nouns;
use crate::state_file::{self, StateFile};

pub(crate) struct Portal {
    pub(crate) settings: Arc<SettingsCell>,
    pub(crate) nouns: Nouns,
    /// What the state file has to follow.
    changes: Arc<Changes>,
    state_file: Option<StateFile>,
    pub(crate) limiter: Limiter,
    pub(crate) limit_req: Bucket,
    pub(crate) log: RequestLog,
    pub(crate) faults: Faults,
    pub(crate) outbound: Outbound,
    pub(crate) shutdown: CancellationToken,
    pub(crate) tasks: TaskTracker,
    /// What a reset returns to.
    initial: Settings,
    /// `http` or `https`.
    pub(crate) scheme: &'static str,
    sequence: AtomicU64,
}

impl Portal {
    pub(crate) fn new(config: &Config) -> io::Result<Self> {
        let settings = Arc::new(SettingsCell::new(config.settings.clone()));
        let changes = Arc::default();
        let nouns = Nouns::new(config, &changes);
        if let Some(path) = &config.state_file {
            state_file::load(path, &nouns)?;
        }
        let outbound = Outbound::new(&settings, config.receiver_ca.as_deref())?;
        Ok(Self {
            settings,
            nouns,
            changes,
            state_file: config.state_file.clone().map(StateFile::new),
            limiter: Limiter::default(),
            limit_req: Bucket::default(),
            log: RequestLog::new(config.log_capacity),
            faults: Faults::default(),
            outbound,
            shutdown: CancellationToken::new(),
            tasks: TaskTracker::new(),
            initial: config.settings.clone(),
            scheme: if config.tls.is_some() {
                "https"
            } else {
                "http"
            },
            sequence: AtomicU64::new(0),
        })
    }

    /// Writes the state file once, if there is one, so that a start fails if it cannot be written.
    pub(crate) fn write_state(&self) -> io::Result<()> {
        let file = self.state_file.as_ref();
        file.map_or(Ok(()), |file| file.write_now(&self.nouns, &self.changes))
    }

    /// Returns when what has changed is in the state file, if there is one.
    pub(crate) async fn catch_up(&self) {
        if let Some(file) = &self.state_file {
            file.catch_up(&self.nouns, &self.changes).await;
        }
    }

    /// Writes the changes that no answer waits for, such as the outcomes of deliveries, until shutdown.
    pub(crate) async fn keep_state(self: Arc<Self>) {
        loop {
            let is_ending = tokio::select! {
                () = self.shutdown.cancelled() => true,
                () = self.changes.noted() => false,
            };
            self.catch_up().await;
            if is_ending {
                return;
            }
        }
    }

    pub(crate) fn next_sequence(&self) -> u64 {
        self.sequence.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Returns to the state after start: nothing stored, no faults, no log, the first settings and people.
    pub(crate) fn reset(&self) {
        self.settings
            .change(|settings| settings.clone_from(&self.initial));
        self.nouns.reset();
        self.limiter.reset();
        self.limit_req.reset();
        self.faults.clear();
        self.log.reset();
    }
}
