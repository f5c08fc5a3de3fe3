//! `cargo xtask tidy`: the house rules alone.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context as _, Result};

use crate::{Verb, exit_code, no_arguments, workspace};

pub(crate) const VERB: Verb = Verb {
    name: "tidy",
    summary: "check the house rules: floors, files, licences, schemas, examples",
    help: "\
Runs the house tests, which cargo test runs too: which module may name which,
file sizes and heads, licences and duplicate crates, schemas and examples.

Usage: cargo xtask tidy
",
    run,
};

fn run(args: Vec<OsString>) -> Result<ExitCode> {
    no_arguments(args)?;
    let status = workspace::cargo()
        .args(["test", "--test", "it", "house::"])
        .status()
        .context("could not run cargo")?;
    Ok(exit_code(status))
}
