//! The portal's shared state: what routes, deliveries, the control API and the in-process handle all work on.

use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::ExposeSecret;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::account::{Credential, OWNER_ID, User};
use crate::config::{Config, Settings, SettingsCell};
use crate::delivery::journal::Journal;
use crate::delivery::outbound::Outbound;
use crate::directory::Directory;
use crate::faults::rules::Faults;
use crate::front::limit_req::Bucket;
use crate::front::limits::Limiter;
use crate::front::log::RequestLog;
use crate::locks::lock;
use crate::nouns::Nouns;
use crate::nouns::webhooks::races::Races;
use crate::nouns::webhooks::store::{Store, Webhook};
use crate::state_file::{self, StateFile};

pub(crate) struct Portal {
    pub(crate) settings: Arc<SettingsCell>,
    pub(crate) nouns: Nouns,
    pub(crate) directory: Mutex<Directory>,
    pub(crate) store: Mutex<Store>,
    state_file: Option<StateFile>,
    pub(crate) races: Races,
    pub(crate) journal: Mutex<Journal>,
    /// Wakes the senders.
    pub(crate) queue: Notify,
    /// Tells that a delivery was queued or has ended.
    pub(crate) deliveries_changed: Notify,
    pub(crate) limiter: Limiter,
    pub(crate) limit_req: Bucket,
    pub(crate) log: RequestLog,
    pub(crate) faults: Faults,
    /// The built-in hooks that somebody switched off, in profile 3.0.
    pub(crate) disabled_route_hooks: Mutex<BTreeSet<i32>>,
    pub(crate) outbound: Outbound,
    pub(crate) shutdown: CancellationToken,
    pub(crate) tasks: TaskTracker,
    initial: Initial,
    /// `http` or `https`.
    pub(crate) scheme: &'static str,
    sequence: AtomicU64,
}

/// The database keeps a webhook because something refers to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Restricted;

/// What a reset returns to.
struct Initial {
    settings: Settings,
    users: Vec<User>,
    credentials: Vec<Credential>,
}

impl Portal {
    pub(crate) fn new(config: &Config) -> io::Result<Self> {
        let settings = Arc::new(SettingsCell::new(config.settings.clone()));
        let store = match &config.state_file {
            Some(path) => state_file::load(path)?,
            None => Store::default(),
        };
        let outbound = Outbound::new(&settings, config.receiver_ca.as_deref())?;
        let mut credentials = vec![Credential::api_key(
            config.api_key.expose_secret(),
            OWNER_ID,
        )];
        credentials.extend(config.credentials.iter().cloned());
        let initial = Initial {
            settings: config.settings.clone(),
            users: config.all_users(),
            credentials,
        };
        Ok(Self {
            settings,
            nouns: Nouns::default(),
            directory: Mutex::new(initial.directory()),
            store: Mutex::new(store),
            state_file: config.state_file.clone().map(StateFile::new),
            races: Races::default(),
            journal: Mutex::default(),
            queue: Notify::new(),
            deliveries_changed: Notify::new(),
            limiter: Limiter::default(),
            limit_req: Bucket::default(),
            log: RequestLog::new(config.log_capacity),
            faults: Faults::default(),
            disabled_route_hooks: Mutex::default(),
            outbound,
            shutdown: CancellationToken::new(),
            tasks: TaskTracker::new(),
            initial,
            scheme: if config.tls.is_some() {
                "https"
            } else {
                "http"
            },
            sequence: AtomicU64::new(0),
        })
    }

    /// Writes the state file once, if there is one: whoever asks for it learns at the start that it cannot be written.
    pub(crate) fn write_state(&self) -> io::Result<()> {
        let file = self.state_file.as_ref();
        file.map_or(Ok(()), |file| file.write_now(&self.store))
    }

    /// Returns when what has changed is in the state file, if there is one.
    pub(crate) async fn catch_up(&self) {
        if let Some(file) = &self.state_file {
            file.catch_up(&self.store).await;
        }
    }

    /// Writes the changes that no answer waits for, such as the outcomes of deliveries, until shutdown.
    pub(crate) async fn keep_state(self: Arc<Self>) {
        let changed = lock(&self.store).changed();
        loop {
            let is_ending = tokio::select! {
                () = self.shutdown.cancelled() => true,
                () = changed.notified() => false,
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

    /// Stores a webhook that nobody asked the API for.
    pub(crate) fn insert_unchecked(&self, webhook: Webhook) -> Webhook {
        Arc::unwrap_or_clone(lock(&self.store).insert(webhook))
    }

    /// Removes a webhook as the portal itself would: on PostgreSQL not while it has journal entries (API §6.5).
    pub(crate) fn remove_as_api(&self, id: i32) -> Result<Option<Arc<Webhook>>, Restricted> {
        let is_restricted = self.settings.current().database.restricts_removal()
            && lock(&self.journal).has_entries_of(id);
        if is_restricted {
            return Err(Restricted);
        }
        Ok(self.remove_webhook(id))
    }

    /// Removes a webhook together with its journal (API §6.5).
    pub(crate) fn remove_webhook(&self, id: i32) -> Option<Arc<Webhook>> {
        let removed = lock(&self.store).remove(id)?;
        lock(&self.journal).forget_webhook(id);
        self.deliveries_changed.notify_waiters();
        Some(removed)
    }

    /// Waits until no delivery is queued or between attempts; false if that takes longer than the limit.
    pub(crate) async fn deliveries_settled(&self, limit: Duration) -> bool {
        let settled = async {
            loop {
                let changed = self.deliveries_changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                if lock(&self.journal).open() == 0 {
                    return;
                }
                changed.await;
            }
        };
        tokio::time::timeout(limit, settled).await.is_ok()
    }

    /// Returns to the state after start: no webhooks, no faults, no log, the first settings and people.
    pub(crate) fn reset(&self) {
        self.settings
            .change(|settings| settings.clone_from(&self.initial.settings));
        *lock(&self.directory) = self.initial.directory();
        lock(&self.store).clear();
        lock(&self.journal).clear();
        self.limiter.reset();
        self.limit_req.reset();
        self.faults.clear();
        lock(&self.disabled_route_hooks).clear();
        self.log.reset();
    }
}

impl Initial {
    fn directory(&self) -> Directory {
        Directory::new(self.users.clone(), self.credentials.iter().cloned())
    }
}
