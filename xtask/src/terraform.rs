//! `cargo xtask terraform`: which CLI the other verbs and the tests use, and fetching one.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Result;

use crate::cli::Cli;
use crate::{Verb, linked, report, workspace};

pub(crate) const VERB: Verb = Verb {
    name: "terraform",
    summary: "show which terraform or tofu is used, or fetch terraform",
    help: "\
Shows which terraform or tofu the demo and the tests use.

Usage: cargo xtask terraform [--fetch]

  --fetch  download the official release of Terraform 1.11.4 for this machine,
           verify its checksum, and put it below target, where it is found

It is what DOCSPACE_TF_CLI names (a path, or a name on the PATH), else terraform
on the PATH, else tofu on the PATH, else what --fetch has put below target.
Exits 1, saying what to install, when there is none. Nothing is ever downloaded
without --fetch. Terraform's licence is the Business Source License.
",
    run,
};

fn run(args: Vec<OsString>) -> Result<ExitCode> {
    let mut is_fetch = false;
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            lexopt::Arg::Long("fetch") => is_fetch = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let target = workspace::target()?;
    if is_fetch {
        let program = Cli::fetched(&target);
        if program.is_file() {
            report(&format!("{} is there already", program.display()));
        } else {
            linked::fetch_terraform()?;
        }
    }
    let cli = Cli::find(&target)?;
    let version = cli.version()?;
    writeln!(
        std::io::stdout().lock(),
        "{} {version} ({})",
        cli.path.display(),
        cli.reason
    )?;
    Ok(ExitCode::SUCCESS)
}
