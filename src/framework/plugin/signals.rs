//! The signals that a plugin receives and survives (TPP §3.4).
//!
//! The terminal sends Ctrl-C to the whole process group, and the host wants the plugin to finish what
//! it is doing; when the host dies of a hangup, the plugin must still finish. Having a handler is what
//! replaces the deadly default, so all are installed before anything else happens.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlBreak as Terminate, CtrlC as Interrupt, ctrl_break, ctrl_c};

/// How people and supervisors ask a process to end.
pub(super) trait Requests {
    /// Waits for a signal to end the process.
    fn terminated(&mut self) -> impl Future<Output = ()> + Send;

    /// Waits for the same, or for Ctrl-C.
    fn interrupted_or_terminated(&mut self) -> impl Future<Output = ()> + Send;
}

/// The signals of this process, from now on handled here.
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    terminate: Signal,
    /// Never read: the lost connection says the same, even after a kill.
    #[cfg(unix)]
    _hangup: Signal,
    #[cfg(windows)]
    interrupt: Interrupt,
    #[cfg(windows)]
    terminate: Terminate,
}

impl Signals {
    /// Takes the signals over.
    #[cfg(unix)]
    pub(super) fn install() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            _hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Takes the signals over.
    #[cfg(windows)]
    pub(super) fn install() -> io::Result<Self> {
        Ok(Self {
            interrupt: ctrl_c()?,
            terminate: ctrl_break()?,
        })
    }
}

impl Requests for Signals {
    async fn terminated(&mut self) {
        self.terminate.recv().await;
    }

    async fn interrupted_or_terminated(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
