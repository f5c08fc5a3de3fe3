//! Webhooks that survive a restart: one JSON file, replaced as a whole before an answer tells of a change.
//!
//! The file holds the secrets, because a restarted portal goes on signing; only its owner may read it.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::locks::lock;
use crate::nouns::webhooks::store::{Store, Webhook};

/// The only layout there is so far.
const VERSION: u32 = 1;

#[derive(Deserialize, Serialize)]
struct State {
    version: u32,
    last_id: i32,
    webhooks: Vec<Stored>,
}

#[derive(Deserialize, Serialize)]
struct Stored {
    id: i32,
    name: String,
    uri: String,
    secret: String,
    enabled: bool,
    ssl: bool,
    triggers: i64,
    trigger_text: Option<String>,
    target_id: Option<String>,
    created_by: String,
    #[serde(with = "time::serde::rfc3339")]
    created_on: OffsetDateTime,
    modified_by: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    modified_on: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    last_failure_on: Option<OffsetDateTime>,
    last_failure_content: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    last_success_on: Option<OffsetDateTime>,
    status: u16,
}

impl From<&Webhook> for Stored {
    fn from(webhook: &Webhook) -> Self {
        let webhook = webhook.clone();
        Self {
            id: webhook.id,
            name: webhook.name,
            uri: webhook.uri,
            secret: webhook.secret.expose_secret().to_owned(),
            enabled: webhook.enabled,
            ssl: webhook.ssl,
            triggers: webhook.triggers,
            trigger_text: webhook.trigger_text,
            target_id: webhook.target_id,
            created_by: webhook.created_by,
            created_on: webhook.created_on,
            modified_by: webhook.modified_by,
            modified_on: webhook.modified_on,
            last_failure_on: webhook.last_failure_on,
            last_failure_content: webhook.last_failure_content,
            last_success_on: webhook.last_success_on,
            status: webhook.status,
        }
    }
}

impl From<Stored> for Webhook {
    fn from(stored: Stored) -> Self {
        Self {
            id: stored.id,
            name: stored.name,
            uri: stored.uri,
            secret: SecretString::from(stored.secret),
            enabled: stored.enabled,
            ssl: stored.ssl,
            triggers: stored.triggers,
            trigger_text: stored.trigger_text,
            target_id: stored.target_id,
            created_by: stored.created_by,
            created_on: stored.created_on,
            modified_by: stored.modified_by,
            modified_on: stored.modified_on,
            last_failure_on: stored.last_failure_on,
            last_failure_content: stored.last_failure_content,
            last_success_on: stored.last_success_on,
            status: stored.status,
        }
    }
}

/// Reads the file; one that does not exist is an empty portal.
///
/// # Errors
/// The file cannot be read or is no state of this emulator; the text names it, never its content.
pub(crate) fn load(path: &Path) -> io::Result<Store> {
    let explain = |what: String| io::Error::other(format!("state file {}: {what}", path.display()));
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Store::default()),
        Err(error) => return Err(explain(error.to_string())),
    };
    let state: State = serde_json::from_slice(&text).map_err(|error| {
        let place = format!("line {} column {}", error.line(), error.column());
        explain(format!("not written by this emulator ({place})"))
    })?;
    if state.version != VERSION {
        return Err(explain(format!("version {} is not known", state.version)));
    }
    Ok(Store::restore(
        state.last_id,
        state.webhooks.into_iter().map(Webhook::from),
    ))
}

/// The file of a running portal.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    /// How many changes of the store are in the file.
    written: AtomicU64,
    /// Whoever holds it writes; the others find their changes written along.
    turn: tokio::sync::Mutex<()>,
}

impl StateFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            written: AtomicU64::new(0),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// Returns when every change up to now is in the file, so that an answer does not promise what a crash would
    /// lose.
    ///
    /// A full disk must not stop the portal; but somebody should know, and the next answer tries again.
    pub(crate) async fn catch_up(&self, store: &Mutex<Store>) {
        let wanted = lock(store).changes();
        if self.written.load(Ordering::Acquire) >= wanted {
            return;
        }
        let _turn = self.turn.lock().await;
        if self.written.load(Ordering::Acquire) >= wanted {
            return;
        }
        let snapshot = Snapshot::of(&lock(store));
        let (changes, path) = (snapshot.changes, self.path.clone());
        match tokio::task::spawn_blocking(move || snapshot.write(&path)).await {
            Ok(Ok(())) => self.written.store(changes, Ordering::Release),
            Ok(Err(error)) => {
                drop(writeln!(io::stderr().lock(), "docspace-emulator: {error}"));
            }
            // A panic has been printed already.
            Err(_panic) => {}
        }
    }

    /// Writes the file now.
    ///
    /// # Errors
    /// It cannot be written; the text names it.
    pub(crate) fn write_now(&self, store: &Mutex<Store>) -> io::Result<()> {
        let snapshot = Snapshot::of(&lock(store));
        snapshot.write(&self.path)?;
        self.written.store(snapshot.changes, Ordering::Release);
        Ok(())
    }
}

/// The store at one moment.
struct Snapshot {
    changes: u64,
    last_id: i32,
    webhooks: Vec<Arc<Webhook>>,
}

impl Snapshot {
    fn of(store: &Store) -> Self {
        Self {
            changes: store.changes(),
            last_id: store.last_id(),
            webhooks: store.snapshot(),
        }
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let webhooks = self.webhooks.iter();
        let state = State {
            version: VERSION,
            last_id: self.last_id,
            webhooks: webhooks.map(|webhook| Stored::from(&**webhook)).collect(),
        };
        let text = serde_json::to_vec_pretty(&state)?;
        replace(path, &text).map_err(|error| {
            let text = format!("cannot write the state file {}: {error}", path.display());
            io::Error::new(error.kind(), text)
        })
    }
}

/// Writes a neighbor file and renames it, so that a reader never sees half a state.
fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let neighbor = path.with_file_name(name);
    let mut file = create_private(&neighbor)?;
    file.write_all(text)?;
    file.sync_all()?;
    std::fs::rename(&neighbor, path)
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}
