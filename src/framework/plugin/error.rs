//! What can keep the process from serving, in sentences for people who read stderr.

use std::io;
use std::path::PathBuf;

/// A reason not to start. The texts name the variable or directory to change.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("cannot start the async runtime: {0}")]
    Runtime(#[source] io::Error),

    #[error("cannot watch for signals: {0}")]
    Signals(#[source] io::Error),

    #[error(
        "cannot create a directory for the plugin's socket in {}: {source}. \
         Set TMPDIR to a directory that exists, has room and is yours to write to",
        parent.display()
    )]
    SocketDirectory { parent: PathBuf, source: io::Error },

    #[error(
        "cannot open the plugin's socket {}: {source}. \
         Set TMPDIR to a directory that has room and can hold sockets",
        path.display()
    )]
    Socket { path: PathBuf, source: io::Error },

    #[error(
        "PLUGIN_UNIX_SOCKET_DIR is {}: a socket in it would have a path of more than {limit} bytes \
         or with a character that the handshake cannot carry",
        parent.display()
    )]
    UnusableSocketDirectory { parent: PathBuf, limit: usize },

    #[error("PLUGIN_UNIX_SOCKET_GROUP is {name}: no group has that name or number")]
    UnknownGroup { name: String },

    #[error("cannot open the plugin's socket to group {name}: {source}")]
    Group { name: String, source: io::Error },

    #[error("cannot listen on 127.0.0.1, ports {first} to {last}: {source}")]
    Port {
        first: u16,
        last: u16,
        source: io::Error,
    },

    #[error("PLUGIN_CLIENT_CERT must hold one certificate in PEM form, and it does not")]
    ClientCertificate,

    #[error("cannot make the plugin's own certificate: {0}")]
    Certificate(#[from] rcgen::Error),

    #[error("cannot set up TLS: {0}")]
    Tls(#[from] rustls::Error),

    #[error("cannot tell the host where the plugin listens: {0}")]
    Announce(#[source] io::Error),
}
