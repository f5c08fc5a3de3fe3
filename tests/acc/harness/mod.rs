//! What a test needs to play the practitioner: [`Case`] is a directory with the CLI and a portal,
//! [`Webhook`] writes configuration, [`Run`] and [`SavedPlan`] are what came out.

mod case;
#[expect(
    dead_code,
    reason = "shared with xtask, which also lets the CLI install other providers"
)]
#[path = "../../support/cli.rs"]
mod cli;
#[cfg(unix)]
mod debugged;
mod hcl;
mod plan;
mod recorder;
mod run;
mod running;

use std::future::Future;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

pub use self::case::{Case, start};
use self::cli::{Cli, Missing};
#[cfg(unix)]
pub use self::debugged::Debugged;
pub use self::hcl::Webhook;
pub use self::plan::SavedPlan;
pub use self::recorder::{RawRequest, Recorder};
pub use self::run::Run;
#[cfg(unix)]
pub use self::running::Running;

/// How long anything that must happen may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// Drives the portals and waits for the CLI; tests themselves are ordinary functions.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
});

/// Where cargo builds; the directories of the cases lie there.
static TARGET: LazyLock<&Path> =
    LazyLock::new(|| Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap());

/// The CLI of this machine. A test that needs it fails with what to install.
static CLI: LazyLock<Result<Cli, Missing>> = LazyLock::new(|| Cli::find(&TARGET));

/// Major and minor version of the CLI.
static VERSION: LazyLock<(u32, u32)> = LazyLock::new(|| {
    let version = cli().version().unwrap();
    minor(&version)
});

/// Ends a test aloud when the CLI is older than what the test is about, or does not have it at all.
macro_rules! needs {
    (Terraform, $version:literal, $what:literal) => {
        crate::harness::needs!($version, $what);
        if !crate::harness::cli_is_terraform($what) {
            return;
        }
    };
    ($version:literal, $what:literal) => {
        if !crate::harness::cli_has($version, $what) {
            return;
        }
    };
}
pub(crate) use needs;

/// Returns whether the CLI is at least this version, such as `1.11`; if not, prints what is skipped.
pub fn cli_has(version: &str, what: &str) -> bool {
    let is_enough = *VERSION >= minor(version);
    if !is_enough {
        let path = cli().path.display();
        say_skipped(&format!("{what} needs version {version} of {path}"));
    }
    is_enough
}

/// Returns whether the CLI is Terraform; if it is OpenTofu, prints what is skipped.
pub fn cli_is_terraform(what: &str) -> bool {
    let mut version = Command::new(&cli().path);
    version.arg("version").env("CHECKPOINT_DISABLE", "1");
    let is_terraform = version.output().unwrap().stdout.starts_with(b"Terraform");
    if !is_terraform {
        say_skipped(&format!("OpenTofu does not have {what}"));
    }
    is_terraform
}

fn say_skipped(why: &str) {
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    // The macros for printing are captured, and a skipped test must be seen.
    let mut stderr = std::io::stderr();
    writeln!(stderr, "skipped {test}: {why}").unwrap();
}

#[track_caller]
fn cli() -> &'static Cli {
    CLI.as_ref().unwrap_or_else(|missing| panic!("{missing}"))
}

fn minor(version: &str) -> (u32, u32) {
    let mut parts = version
        .split('.')
        .map(|part| part.parse().unwrap_or_default());
    (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    )
}

/// Waits for something asynchronous, but not for ever.
#[track_caller]
pub fn wait_for<F: Future>(what: &str, future: F) -> F::Output {
    let limited = async { tokio::time::timeout(PATIENCE, future).await };
    let outcome = RUNTIME.block_on(limited);
    outcome.unwrap_or_else(|_elapsed| panic!("gave up after {PATIENCE:?} waiting for {what}"))
}

/// Asks again and again until the answer is yes.
#[track_caller]
pub fn wait_until(what: &str, mut ask: impl FnMut() -> bool) {
    wait_for(what, async {
        while !ask() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
}
