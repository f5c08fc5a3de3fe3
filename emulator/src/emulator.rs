//! The handle of a running emulator: start, stop, and everything the control API can do, without HTTP.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;

use crate::config::{Config, Settings};
use crate::control;
use crate::delivery::sending;
use crate::faults::rules::{Fault, FaultReport, InvalidFault};
use crate::front::log::{RequestLogEntry, RequestSummary};
use crate::front::{server, tls};
use crate::portal::Portal;

/// How long a shutdown waits for running requests.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(5);

/// A running portal; dropping it stops everything it started.
pub struct Emulator {
    /// What the parts of the handle in the folders of the nouns work on.
    pub(crate) portal: Arc<Portal>,
    base: SocketAddr,
    is_https: bool,
    control: SocketAddr,
    api_key: SecretString,
    /// The thread of [`Emulator::start_blocking`], joined on drop.
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator")
            .field("base_url", &self.base_url())
            .field("control_url", &self.control_url())
            .finish_non_exhaustive()
    }
}

impl Emulator {
    /// Starts a portal and its control API; both listen when this returns.
    ///
    /// # Errors
    /// An address cannot be bound, the extra certificates cannot be read, or the state file cannot be read or written.
    pub async fn start(config: Config) -> io::Result<Self> {
        // An error means that one is already installed, which is just as good.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        config.settings.validate().map_err(io::Error::other)?;
        let portal = Arc::new(Portal::new(&config)?);
        portal.write_state()?;
        let portal_listener = listen(config.listen).await?;
        let control_listener = listen(config.control).await?;
        let tls = config.tls.as_ref().map(tls::acceptor).transpose()?;
        let emulator = Self {
            is_https: tls.is_some(),
            base: portal_listener.local_addr()?,
            control: control_listener.local_addr()?,
            api_key: config.api_key,
            thread: None,
            portal: Arc::clone(&portal),
        };
        let tasks = portal.tasks.clone();
        if config.state_file.is_some() {
            drop(tasks.spawn(Arc::clone(&portal).keep_state()));
        }
        let served = server::serve(Arc::clone(&portal), portal_listener, tls);
        drop(tasks.spawn(served));
        drop(tasks.spawn(sending::run(Arc::clone(&portal))));
        drop(tasks.spawn(control::server::serve(portal, control_listener)));
        Ok(emulator)
    }

    /// Starts a portal on a thread of its own, for tests without a runtime or that block theirs.
    ///
    /// Dropping the handle waits for that thread, so nothing is left behind.
    ///
    /// # Errors
    /// As [`Emulator::start`]; or no thread can be started.
    pub fn start_blocking(config: Config) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let mut emulator = runtime.block_on(Self::start(config))?;
        let portal = Arc::clone(&emulator.portal);
        let thread = std::thread::Builder::new().name("docspace-emulator".to_owned());
        emulator.thread = Some(thread.spawn(move || {
            runtime.block_on(async {
                portal.shutdown.cancelled().await;
                finish(&portal).await;
            });
        })?);
        Ok(emulator)
    }

    /// Stops listening, lets running requests finish for up to five seconds, and stops the rest.
    pub async fn shutdown(self) {
        self.portal.shutdown.cancel();
        finish(&self.portal).await;
    }

    /// The portal's address, `http://127.0.0.1:port` (`https` with [`Config::tls`]), without a trailing slash.
    pub fn base_url(&self) -> String {
        let scheme = if self.is_https { "https" } else { "http" };
        format!("{scheme}://{}", self.base)
    }

    /// The control API's address, `http://127.0.0.1:port`, without a trailing slash.
    pub fn control_url(&self) -> String {
        format!("http://{}", self.control)
    }

    /// The owner's API key.
    pub fn api_key(&self) -> &str {
        self.api_key.expose_secret()
    }

    /// The requests since the last reset, oldest first, up to the log's capacity.
    pub fn request_log(&self) -> Vec<RequestLogEntry> {
        self.portal.log.entries()
    }

    /// Exact counters since the last reset.
    pub fn request_summary(&self) -> RequestSummary {
        self.portal.log.summary()
    }

    /// Forgets logged requests and counters.
    pub fn reset_log(&self) {
        self.portal.log.reset();
    }

    /// Puts a fault rule in force and returns its number.
    ///
    /// # Errors
    /// The rule contradicts itself; the error says how.
    pub fn add_fault(&self, fault: Fault) -> Result<u64, InvalidFault> {
        self.portal.faults.add(fault)
    }

    /// The fault rules with their counters.
    pub fn faults(&self) -> Vec<FaultReport> {
        self.portal.faults.reports()
    }

    /// How often a rule acted; 0 for a rule that is not there.
    pub fn fault_hits(&self, id: u64) -> u64 {
        let reports = self.portal.faults.reports();
        reports
            .iter()
            .find(|report| report.id == id)
            .map_or(0, |report| report.hits)
    }

    /// Removes every fault rule.
    pub fn clear_faults(&self) {
        self.portal.faults.clear();
    }

    /// The settings in force.
    pub fn settings(&self) -> Settings {
        Settings::clone(&self.portal.settings.current())
    }

    /// Changes the settings for every later request.
    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        self.portal.settings.change(change);
    }

    /// Returns to the state after start: no webhooks, no faults, no log, the first settings and people.
    pub fn reset(&self) {
        self.portal.reset();
    }
}

async fn finish(portal: &Portal) {
    portal.tasks.close();
    // Past the limit the tasks are left to the runtime, which ends with the program.
    drop(tokio::time::timeout(SHUTDOWN_LIMIT, portal.tasks.wait()).await);
}

async fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let text = format!("cannot listen on {address}: {error}");
        io::Error::new(error.kind(), text)
    })
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.portal.shutdown.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic of that thread has been printed already.
            drop(thread.join());
        }
    }
}
