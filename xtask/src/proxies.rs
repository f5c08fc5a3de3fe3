//! `cargo xtask proxies`: the table of proxies, as Go fills it in.

use std::ffi::OsString;
use std::fs::{self, File};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail};

use crate::{Verb, workspace};

pub(crate) const VERB: Verb = Verb {
    name: "proxies",
    summary: "have Go decide the cases of tests/proxies/table.json",
    help: "\
Runs tests/proxies/main.go, which reads the cases of tests/proxies/table.json and
writes where Go sends a request in each. cargo test holds the provider against
that table, and needs no Go.

Usage: cargo xtask proxies [--check]

With --check the table is compared and not written. Needs go on the PATH.
",
    run,
};

fn run(args: Vec<OsString>) -> Result<ExitCode> {
    let mut is_check = false;
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            lexopt::Arg::Long("check") => is_check = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let directory = workspace::root().join("tests/proxies");
    let table = directory.join("table.json");
    let cases =
        File::open(&table).with_context(|| format!("could not open {}", table.display()))?;
    let output = Command::new("go")
        .args(["run", "."])
        .current_dir(&directory)
        .stdin(cases)
        .output()
        .context("could not run go, which this step needs; install it from https://go.dev/dl/")?;
    if !output.status.success() {
        bail!(
            "go run has failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    if fs::read(&table)? == output.stdout {
        return Ok(ExitCode::SUCCESS);
    }
    if is_check {
        bail!(
            "Go decides otherwise than tests/proxies/table.json says; run cargo xtask proxies and look at the difference"
        );
    }
    fs::write(&table, output.stdout)?;
    Ok(ExitCode::SUCCESS)
}
