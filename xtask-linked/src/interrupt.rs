//! Outliving Ctrl-C, which ends the CLI in its own good time, to clean up after it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Runtime;

/// Whether somebody asked this program to end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupted(Arc<AtomicBool>);

impl Interrupted {
    /// From now on an interrupt no longer ends this program, but is noted. The runtime must have a
    /// thread of its own.
    pub(crate) fn watch(runtime: &Runtime) -> io::Result<Self> {
        let interrupted = Self::default();
        let guard = runtime.enter();
        for mut signal in signals()? {
            let interrupted = interrupted.clone();
            drop(runtime.spawn(async move {
                while signal.recv().await.is_some() {
                    interrupted.0.store(true, Ordering::Relaxed);
                }
            }));
        }
        drop(guard);
        Ok(interrupted)
    }

    /// Returns whether an interrupt came.
    pub(crate) fn has_come(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(unix)]
fn signals() -> io::Result<[tokio::signal::unix::Signal; 2]> {
    use tokio::signal::unix::{SignalKind, signal};
    Ok([
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    ])
}

#[cfg(windows)]
fn signals() -> io::Result<[tokio::signal::windows::CtrlC; 1]> {
    Ok([tokio::signal::windows::ctrl_c()?])
}
