//! `cargo xtask terraform`: which CLI the other verbs and the tests use.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Result;

use crate::cli::Cli;
use crate::{Verb, no_arguments, workspace};

pub(crate) const VERB: Verb = Verb {
    name: "terraform",
    summary: "show which terraform or tofu is used",
    help: "\
Shows which terraform or tofu the demo and the tests use.

Usage: cargo xtask terraform

It is what DOCSPACE_TF_CLI names (a path, or a name on the PATH), else terraform
on the PATH, else tofu on the PATH. Exits 1, saying what to install, when there
is none.
",
    run,
};

fn run(args: Vec<OsString>) -> Result<ExitCode> {
    no_arguments(args)?;
    let cli = Cli::find(&workspace::target()?)?;
    let version = cli.version()?;
    writeln!(
        std::io::stdout().lock(),
        "{} {version} ({})",
        cli.path.display(),
        cli.reason
    )?;
    Ok(ExitCode::SUCCESS)
}
