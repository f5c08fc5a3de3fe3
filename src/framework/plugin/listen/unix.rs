//! A Unix socket in a fresh directory that only this user can enter.
//!
//! The directory carries the privacy, so there is no moment, whatever the umask, at which another
//! user could connect.

use std::fs::{DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

use super::{Address, Bound, Listener, Place};
use crate::framework::plugin::error::Error;

/// Longest path in bytes that every system can bind: macOS has 104 with the closing zero.
const PATH_LIMIT: usize = 103;

/// Where the socket goes when the user's own directory for temporary files has too long a path.
const SHORT_TEMP_DIR: &str = "/tmp";

/// The directory of the socket; dropping it removes both.
#[derive(Debug)]
pub(in crate::framework::plugin) struct PrivateDirectory(PathBuf);

impl PrivateDirectory {
    /// Creates a directory under an unguessable name, refusing any that exists.
    fn create(parent: &Path) -> io::Result<Self> {
        let path = parent.join(random_name()?);
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }

    fn socket(&self) -> PathBuf {
        self.0.join("plugin")
    }
}

impl Drop for PrivateDirectory {
    fn drop(&mut self) {
        // The host may have removed the socket already; there is no one to tell about the rest.
        drop(std::fs::remove_file(self.socket()));
        drop(std::fs::remove_dir(&self.0));
    }
}

/// Listens in the directory the host named, or in the user's for temporary files.
pub(super) fn bind(place: &Place) -> Result<Bound, Error> {
    let parent = parent(place)?;
    let directory = PrivateDirectory::create(&parent)
        .map_err(|source| Error::SocketDirectory { parent, source })?;
    let path = directory.socket();
    let listener = UnixListener::bind(&path).map_err(|source| Error::Socket {
        path: path.clone(),
        source,
    })?;
    if let Some(group) = &place.socket_group {
        open_to_group(&directory, group)?;
    }
    Ok(Bound {
        listener: Listener::Unix(listener),
        address: Address {
            network: "unix",
            text: path.display().to_string(),
        },
        directory: Some(directory),
    })
}

/// Chooses where the socket's directory goes. A host's choice is obeyed or refused; the user's directory for temporary
/// files is only a default, so a shorter one may replace it.
fn parent(place: &Place) -> Result<PathBuf, Error> {
    let wanted = place.socket_dir.as_ref().unwrap_or(&place.temp_dir);
    let absolute = std::path::absolute(wanted).unwrap_or_else(|_| wanted.clone());
    if fits_the_handshake(&absolute) {
        return Ok(absolute);
    }
    if place.socket_dir.is_some() {
        return Err(Error::UnusableSocketDirectory {
            parent: absolute,
            limit: PATH_LIMIT,
        });
    }
    tracing::warn!(
        temp_dir = %absolute.display(),
        "TMPDIR is too long or too odd for a socket's path; the socket is in {SHORT_TEMP_DIR}"
    );
    Ok(PathBuf::from(SHORT_TEMP_DIR))
}

/// The line of the handshake ends at a line break and is split at bars; a socket's path has a limit.
fn fits_the_handshake(parent: &Path) -> bool {
    const NAME_LENGTH: usize = "/tfplugin-0123456789abcdef/plugin".len();
    parent.to_str().is_some_and(|text| {
        text.len() + NAME_LENGTH <= PATH_LIMIT && !text.contains(['|', '\n', '\r'])
    })
}

fn random_name() -> io::Result<String> {
    let number = getrandom::u64().map_err(|error| io::Error::other(error.to_string()))?;
    Ok(format!("tfplugin-{number:016x}"))
}

/// Lets a group in, because the host runs as another user and asked for it.
fn open_to_group(directory: &PrivateDirectory, name: &str) -> Result<(), Error> {
    let group = group_id(name)?;
    let change = |path: &Path, mode| {
        chown(path, None, Some(group))?;
        std::fs::set_permissions(path, Permissions::from_mode(mode))
    };
    change(&directory.0, 0o710)
        .and_then(|()| change(&directory.socket(), 0o660))
        .map_err(|source| Error::Group {
            name: name.to_owned(),
            source,
        })
}

/// A group's number, from the number itself or from the local group file. Groups of a directory
/// service need their number: asking the system by name takes unsafe code.
fn group_id(name: &str) -> Result<u32, Error> {
    if let Ok(number) = name.parse() {
        return Ok(number);
    }
    let groups = std::fs::read_to_string("/etc/group").unwrap_or_default();
    group_in(&groups, name).ok_or_else(|| Error::UnknownGroup {
        name: name.to_owned(),
    })
}

fn group_in(groups: &str, name: &str) -> Option<u32> {
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(name)).then(|| fields.nth(1)?.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    fn in_temp_dir(temp_dir: impl Into<PathBuf>) -> Place {
        Place {
            temp_dir: temp_dir.into(),
            ..Place::default()
        }
    }

    #[tokio::test]
    async fn the_directory_is_private_and_goes_with_its_owner() {
        let scratch = tempfile::tempdir().unwrap();
        let bound = bind(&in_temp_dir(scratch.path())).unwrap();
        let socket = PathBuf::from(&bound.address.text);
        let directory = socket.parent().unwrap().to_path_buf();
        assert_eq!(directory.parent(), Some(scratch.path()));
        assert_eq!(
            std::fs::metadata(&directory).unwrap().mode() & 0o7777,
            0o700
        );
        drop(bound);
        assert!(!directory.exists());
    }

    #[tokio::test]
    async fn a_group_by_number_may_use_the_socket() {
        let scratch = tempfile::tempdir().unwrap();
        let group = std::fs::metadata(scratch.path()).unwrap().gid();
        let bound = bind(&Place {
            socket_group: Some(group.to_string()),
            ..in_temp_dir(scratch.path())
        })
        .unwrap();
        let socket = std::fs::metadata(&bound.address.text).unwrap();
        assert_eq!((socket.gid(), socket.mode() & 0o7777), (group, 0o660));
    }

    #[test]
    fn a_directory_with_too_long_a_path_is_replaced_but_not_one_the_host_chose() {
        let long = format!("/{}", "x".repeat(100));
        assert_eq!(parent(&in_temp_dir(&long)).unwrap(), Path::new("/tmp"));
        assert_eq!(parent(&in_temp_dir("/a|b")).unwrap(), Path::new("/tmp"));
        let chosen = Place {
            socket_dir: Some(long.clone().into()),
            ..in_temp_dir("/tmp")
        };
        let refused = parent(&chosen).unwrap_err().to_string();
        assert!(refused.contains("PLUGIN_UNIX_SOCKET_DIR"), "{refused}");
        assert!(refused.contains(&long), "{refused}");
    }

    #[test]
    fn the_longest_path_that_fits_can_be_bound() {
        let scratch = tempfile::tempdir_in(SHORT_TEMP_DIR).unwrap();
        let room = PATH_LIMIT - "/tfplugin-0123456789abcdef/plugin".len();
        let filler = room - scratch.path().as_os_str().len() - 1;
        let parent = scratch.path().join("x".repeat(filler));
        std::fs::create_dir(&parent).unwrap();
        assert!(fits_the_handshake(&parent));
        let directory = PrivateDirectory::create(&parent).unwrap();
        assert_eq!(directory.socket().as_os_str().len(), PATH_LIMIT);
        assert!(std::os::unix::net::UnixListener::bind(directory.socket()).is_ok());
    }

    #[test]
    fn a_missing_parent_is_named_with_the_remedy() {
        let error = bind(&in_temp_dir("/nowhere/at-all"))
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains("/nowhere/at-all"), "{error}");
        assert!(error.contains("TMPDIR"), "{error}");
    }

    #[test]
    fn groups_are_found_by_name_and_by_number() {
        let groups = "root:x:0:\ndocker:x:998:alice,bob\nbroken\n";
        assert_eq!(group_in(groups, "docker"), Some(998));
        assert_eq!(group_in(groups, "alice"), None);
        assert_eq!(group_in(groups, "broken"), None);
        assert_eq!(group_id("1234").unwrap(), 1234);
        let unknown = group_id("no-such-group-here").unwrap_err().to_string();
        assert!(unknown.contains("no-such-group-here"), "{unknown}");
    }
}
