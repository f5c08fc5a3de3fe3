//! Being a plugin process: what Terraform and OpenTofu expect of the program they start (TPP §0-§3, §11).
//!
//! The life of the process, in the order of the modules:
//!
//! 1. `cli` reads the flags. A host passes none.
//! 2. `handshake` checks the cookie and reads what the host asks for; its answer, one line, is all
//!    that this process ever writes to stdout. If it cannot start, the reason replaces it.
//! 3. `listen` opens a socket that only this user can reach, `tls` makes a throw-away identity and
//!    a verifier that accepts exactly the host's certificate.
//! 4. `accept` turns sockets into `connection`s that have authenticated; `services` and the
//!    provider's own service answer on them. Every provider call runs in `calls`, apart from its
//!    connection.
//! 5. `shutdown` decides when the process has served long enough; `signals` is one of its inputs.
//!    `reattach` is the other way to live: started by a developer, stopped by a developer.
//!
//! Nothing here knows what a provider is, beyond the generated service trait.

mod accept;
mod calls;
mod cli;
mod connection;
mod error;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod handshake;
mod listen;
mod panic_hook;
mod reattach;
mod services;
mod shutdown;
mod signals;
#[cfg(test)]
mod tests;
mod tls;

use std::ffi::OsString;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use tokio::runtime::Runtime;

pub(crate) use self::calls::Calls;
pub(crate) use self::connection::ConnectionId;
use self::error::Error;
use self::handshake::Settings;
use self::listen::Bound;
pub(crate) use self::shutdown::Mode;
use self::signals::Signals;
use crate::framework::environment::Environment;
use crate::framework::log;
use crate::wire::tfplugin6::provider_server::Provider;

/// Who this plugin is, for people who run it by hand.
#[derive(Debug, Clone, Copy)]
pub struct Plugin {
    /// The program's name, `terraform-provider-…`.
    pub name: &'static str,
    /// The version without a leading `v`.
    pub version: &'static str,
    /// The source address as practitioners write it, `namespace/type`.
    pub address: &'static str,
    /// The environment variables that replace arguments of the provider block.
    pub variables: &'static [&'static str],
}

/// Runs the program to its end and returns its exit status.
///
/// `make_service` is called once, after the handshake, and must not fail or wait: what is wrong with
/// a provider is reported when the host asks for its schema, where a person sees it. The service must
/// spawn every provider call on the [`Calls`] it is given.
pub(crate) fn run<S, F>(
    plugin: &Plugin,
    args: impl IntoIterator<Item = OsString>,
    environment: &dyn Environment,
    make_service: F,
) -> ExitCode
where
    S: Provider,
    F: FnOnce(Calls, Mode) -> S,
{
    match cli::parse(args) {
        Ok(cli::Command::Serve) if handshake::is_invited(environment) => {
            start(plugin, environment, Mode::Child, make_service)
        }
        Ok(cli::Command::Debug) => start(plugin, environment, Mode::Debug, make_service),
        Ok(command) => cli::answer(plugin, command),
        Err(mistake) => cli::refuse(plugin, &mistake),
    }
}

fn start<S, F>(
    plugin: &Plugin,
    environment: &dyn Environment,
    mode: Mode,
    make_service: F,
) -> ExitCode
where
    S: Provider,
    F: FnOnce(Calls, Mode) -> S,
{
    log::install(environment);
    panic_hook::install();
    let settings = match mode {
        Mode::Child => Settings::from_host(environment),
        Mode::Debug => Settings::for_debugging(environment),
    };
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => return give_up(plugin, mode, &Error::Runtime(error)),
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(serve(plugin, &settings, mode, make_service))
    }));
    // A call that outlived its time must not hold the process.
    runtime.shutdown_background();
    match outcome {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => give_up(plugin, mode, &error),
        Err(_) => {
            panic_hook::report_death(plugin);
            ExitCode::FAILURE
        }
    }
}

/// One thread: a call takes microseconds of computing between two waits for the network, and passing it from thread to
/// thread would cost as much again. Longer computations, hashes and large answers, have threads of their own.
fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

async fn serve<S, F>(
    plugin: &Plugin,
    settings: &Settings,
    mode: Mode,
    make_service: F,
) -> Result<(), Error>
where
    S: Provider,
    F: FnOnce(Calls, Mode) -> S,
{
    let signals = Signals::install().map_err(Error::Signals)?;
    let Bound {
        listener,
        address,
        directory,
    } = listen::bind(&settings.place)?;
    let tls = settings.tls()?;
    let announced = match mode {
        Mode::Child => handshake::announce(settings, &address, tls.as_ref()),
        Mode::Debug => reattach::announce(plugin, &address),
    };
    announced.map_err(Error::Announce)?;

    let calls = Calls::default();
    let service = make_service(calls.clone(), mode);
    let incoming = accept::incoming(listener, tls.map(|tls| tls.acceptor), calls.connections());
    shutdown::serve_until_done(mode, service, incoming, calls, signals).await;
    // Held until here: the socket's directory is removed once no one can connect any more.
    drop(directory);
    Ok(())
}

/// Reports why the process cannot start: on stderr, which a host keeps for its log, and to a host also in place of the
/// handshake, because it shows a line that it cannot read (TPP §1.2).
fn give_up(plugin: &Plugin, mode: Mode, error: &Error) -> ExitCode {
    let reason = format!("{}: {error}", plugin.name);
    // A closed pipe has no reader; the exit status still tells.
    drop(writeln!(io::stderr(), "[ERROR] {reason}"));
    if mode == Mode::Child {
        // Neither a second line nor what separates the fields of a handshake.
        drop(writeln!(
            io::stdout(),
            "{}",
            reason.replace(['|', '\n'], " ")
        ));
    }
    ExitCode::FAILURE
}
