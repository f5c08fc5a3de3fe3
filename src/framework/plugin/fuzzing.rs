//! What the fuzz target calls: everything that is read from the environment before the handshake.

use super::handshake::{Settings, is_invited};
use crate::framework::environment::Environment;

/// Reads the environment as a process started by a host does.
pub(crate) fn handshake(environment: &dyn Environment) {
    let _ = is_invited(environment);
    drop(Settings::from_host(environment).tls());
    drop(Settings::for_debugging(environment));
}
