//! What survives a restart: one JSON file, replaced as a whole before an answer tells of a change.
//!
//! The file holds secrets, because a restarted portal continues to sign; only its owner may read it. Each noun that
//! keeps something has a part of its own, under the noun's name.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value};

use crate::changes::{Changes, Part};
use crate::nouns::Nouns;

/// The layout that is written: a part for each noun.
const VERSION: u64 = 2;

/// The member beside the parts.
const VERSION_MEMBER: &str = "version";

/// Reads the file into the nouns; one that does not exist is an empty portal.
///
/// # Errors
/// The file cannot be read or is not a state of this emulator; the text names it, never its content.
pub(crate) fn load(path: &Path, nouns: &Nouns) -> io::Result<()> {
    let explain = |what: String| io::Error::other(format!("state file {}: {what}", path.display()));
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(explain(error.to_string())),
    };
    let mut parts: Map<String, Value> = serde_json::from_slice(&text).map_err(|error| {
        let place = format!("line {} column {}", error.line(), error.column());
        explain(format!("not written by this emulator ({place})"))
    })?;
    let parts = match parts.remove(VERSION_MEMBER) {
        Some(version) if version == 1 => Map::from_iter([only_webhooks(parts)]),
        Some(version) if version == VERSION => parts,
        Some(Value::Number(version)) => {
            return Err(explain(format!("version {version} is not known")));
        }
        _ => return Err(explain("not written by this emulator".to_owned())),
    };
    for (name, part) in parts {
        // What serde says may quote a secret.
        let restored = nouns.restore(&name, part);
        restored
            .map_err(|_quoting| explain(format!("not written by this emulator (part {name})")))?;
    }
    Ok(())
}

/// The first layout: the file was the webhooks.
fn only_webhooks(members: Map<String, Value>) -> (String, Value) {
    ("webhooks".to_owned(), Value::Object(members))
}

/// The file of a running portal.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    /// How many changes are in the file.
    written: AtomicU64,
    /// Its holder writes; the others find their changes written too.
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
    /// A full disk must not stop the portal, but it is reported, and the next answer tries again.
    pub(crate) async fn catch_up(&self, nouns: &Nouns, changes: &Changes) {
        let wanted = changes.count();
        if self.written.load(Ordering::Acquire) >= wanted {
            return;
        }
        let _turn = self.turn.lock().await;
        if self.written.load(Ordering::Acquire) >= wanted {
            return;
        }
        let snapshot = Snapshot::of(nouns, changes);
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
    pub(crate) fn write_now(&self, nouns: &Nouns, changes: &Changes) -> io::Result<()> {
        let snapshot = Snapshot::of(nouns, changes);
        let changes = snapshot.changes;
        snapshot.write(&self.path)?;
        self.written.store(changes, Ordering::Release);
        Ok(())
    }
}

/// The nouns at one moment.
struct Snapshot {
    changes: u64,
    parts: Vec<(&'static str, Part)>,
}

impl Snapshot {
    /// Reads the count first: what is counted is then in the parts.
    fn of(nouns: &Nouns, changes: &Changes) -> Self {
        Self {
            changes: changes.count(),
            parts: nouns.save(),
        }
    }

    fn write(self, path: &Path) -> io::Result<()> {
        let mut state = Map::new();
        state.insert(VERSION_MEMBER.to_owned(), VERSION.into());
        for (name, part) in self.parts {
            state.insert(name.to_owned(), part()?);
        }
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
