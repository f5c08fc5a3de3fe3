//! The program: flags, one line of JSON when ready, a clean end on SIGTERM and SIGINT.

mod cli;

use std::io::{self, Write};
use std::process::ExitCode;

use docspace_emulator::{Config, Emulator};
use serde_json::json;

use crate::cli::Command;

/// The conventional status for a command line that was not understood.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    match cli::parse(std::env::args_os()) {
        Ok(Command::Help) => print(cli::HELP),
        Ok(Command::Version) => print(concat!(
            "docspace-emulator ",
            env!("CARGO_PKG_VERSION"),
            "\n"
        )),
        Ok(Command::Run(config)) => match run(*config) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                report(&format!("docspace-emulator: {error}\n"));
                ExitCode::FAILURE
            }
        },
        Err(error) => {
            report(&format!("docspace-emulator: {error}\n\n{}", cli::USAGE));
            ExitCode::from(USAGE)
        }
    }
}

fn run(config: Config) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        // Before the ready line: whoever reads it may send a signal at once.
        let signals = Signals::catch()?;
        let profile = config.settings.profile;
        let emulator = Emulator::start(config).await?;
        let ready = json!({
            "base_url": emulator.base_url(),
            "control_url": emulator.control_url(),
            "profile": profile,
            "version": env!("CARGO_PKG_VERSION"),
        });
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{ready}")?;
        stdout.flush()?;
        drop(stdout);
        signals.wait().await?;
        emulator.shutdown().await;
        Ok(())
    })
}

/// The signals that ask for an end, caught from the moment this exists.
struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn catch() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    #[cfg(unix)]
    async fn wait(mut self) -> io::Result<()> {
        tokio::select! {
            _ = self.terminate.recv() => Ok(()),
            _ = self.interrupt.recv() => Ok(()),
        }
    }

    #[cfg(not(unix))]
    fn catch() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn wait(self) -> io::Result<()> {
        tokio::signal::ctrl_c().await
    }
}

fn print(text: &str) -> ExitCode {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn report(text: &str) {
    // Without a place for the message the exit status has to do.
    drop(io::stderr().lock().write_all(text.as_bytes()));
}
