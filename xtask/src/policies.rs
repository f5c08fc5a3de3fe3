//! `cargo xtask policies`: the rules of the guide on policies, judged by the programs that they are for.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;

use crate::pinned::Pinned;
use crate::{Verb, become_program, no_arguments, report, workspace};

pub(crate) const VERB: Verb = Verb {
    name: "policies",
    summary: "have Conftest and Checkov judge by the rules in examples/policy",
    help: "\
Runs the acceptance tests of the guide on policies: what follows the rules passes,
and what breaks one is refused. They need Conftest 0.71.1, which Go builds from its
module in about four minutes, and Checkov 3.3.30, which Python installs in about
two (300 MB). Both are kept in your cache directory.

Usage: cargo xtask policies

Needs Go 1.26 or later, Python 3.10 or later, and at the first run their package
registries. Linux and macOS only.
",
    run,
};

fn run(args: Vec<OsString>) -> Result<ExitCode> {
    no_arguments(args)?;
    let mut command = workspace::cargo();
    // The whole workspace, so that nothing is built with other features than for all tests.
    command.args(["test", "--workspace", "--locked", "--test", "acc"]);
    command.args(["--", "--ignored", "policy::"]);
    for (variable, pinned) in [
        ("DOCSPACE_CONFTEST", Pinned::Conftest),
        ("DOCSPACE_CHECKOV", Pinned::Checkov),
    ] {
        let program = pinned.program()?;
        report(&format!("{}: {}", pinned.title(), program.display()));
        command.env(variable, program);
    }
    become_program(command)
}
