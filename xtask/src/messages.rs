//! `cargo xtask messages`: the page of everything that the provider can say.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context as _, Result};

use crate::{Verb, exit_code, no_arguments, workspace};

pub(crate) const VERB: Verb = Verb {
    name: "messages",
    summary: "write the page of errors and warnings, design/messages.md",
    help: "\
Brings every error and warning about, and writes what was said into
design/messages.md. Then checks that every sentence of the sources is there and
that every message says what to do next. cargo test compares the page.

Usage: cargo xtask messages
",
    run,
};

/// Read in tests/it/messages/page.rs.
const WRITE: &str = "DOCSPACE_WRITE_MESSAGES";

fn run(args: Vec<OsString>) -> Result<ExitCode> {
    no_arguments(args)?;
    // The sources are compared with the page that was just written.
    let written = test("messages::the_page")?;
    if written == ExitCode::SUCCESS {
        test("messages::")
    } else {
        Ok(written)
    }
}

fn test(filter: &str) -> Result<ExitCode> {
    let status = workspace::cargo()
        .args(["test", "--test", "it", filter])
        .env(WRITE, "1")
        .status()
        .context("could not run cargo")?;
    Ok(exit_code(status))
}
