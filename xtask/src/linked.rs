//! The verbs of `xtask-linked`, which is built when one of them is run.

use std::ffi::OsString;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::{Verb, become_program, workspace};

pub(crate) const DEMO: Verb = Verb {
    name: "demo",
    summary: "watch a webhook's life: the real CLI, an emulated portal, a receiver",
    help: "\
Builds everything, starts an emulated DocSpace portal and a receiver on this
machine, and runs the real terraform or tofu through a webhook's life: plan,
apply, a signed delivery, an update in place, drift, import, destroy. Each step
is checked; the exit status is 0 only if every check held.

Usage: cargo xtask demo [--keep] [--verbose] [--picture FILE]

  --keep          keep the portal and the receiver running at the end, to explore
  --verbose       show everything that the CLI writes
  --picture FILE  draw what was shown as a moving SVG, such as the one in README.md

Nothing is left behind: no process, no state, no file outside target.
",
    run: |args| become_program(command("demo", args)?),
};

pub(crate) const DOCS: Verb = Verb {
    name: "docs",
    summary: "write the Registry's documentation, or check it",
    help: "\
Writes docs/ from the provider's schemas, templates/ and examples/.

Usage: cargo xtask docs [--check]

  --check  write nothing; exit 1 and name the pages that are out of date

A template is a page with a few lines of the form {{ name }}, which are replaced:
{{ header }}, {{ description }}, {{ schema }}, {{ import }} and
{{ example PATH }}, with a path below examples/. What has no template gets the
usual page of its kind. templates/guides/ becomes docs/guides/.
",
    run: |args| become_program(command("docs", args)?),
};

pub(crate) const BENCH: Verb = Verb {
    name: "bench",
    summary: "measure the provider: start, time, memory, requests for N webhooks",
    help: "\
Builds the provider as cargo xtask dist does, and measures

  its start as Terraform starts it, with mutual TLS: the time to the handshake
  line (median of 25), the memory resident then, the size of the program;

  whole commands of the real CLI for N webhooks against an emulated portal that
  answers at once: first plan, create, empty plan, change all, destroy. The same number
  of Terraform's built-in terraform_data with the same values is measured in the
  same run, one command after the other, and the ratio is printed beside the
  goal. The column bare has the ratio to terraform_data with one string each.
  Requests are counted by the portal; one too many fails the command.

Usage: cargo xtask bench [OPTIONS]

  --sizes N,…      how many webhooks (default 1,300,1000; 0 for the start only)
  --by META,…      how they are repeated (default for_each,count)
  --runs N         how often each command runs (default 3); above 1000 once
  --parallelism N  how many resources the CLI handles at once (default 10)
  --provider PATH  measure this program of ours instead of building one
  --peer PATH      measure another provider's program too: its start, and, if it
                   is restapi or restful, the same webhooks; can be repeated
  --limits         measure 300 webhooks behind limiters instead, half an hour: the
                   time beside the number of requests over the limiter's rate
  --rates N,…      the limiters' rates in requests a second (default 5,10,20),
                   all measured at the same time
  --json FILE      write everything to this file as well

Numbers of different machines do not compare, so the machine is printed too.
The ratios do, more or less. The CLI's own work grows with the square of the
number: the default takes three quarters of an hour, and --sizes 5000 hours.
",
    run: |args| become_program(command("bench", args)?),
};

/// The name of the package and the program.
const PROGRAM: &str = "xtask-linked";

/// Downloads Terraform and puts it below the target directory.
pub(crate) fn fetch_terraform() -> Result<()> {
    let mut command = command("fetch", Vec::new())?;
    let status = command.status();
    let status = status.with_context(|| format!("could not run {PROGRAM}"))?;
    if !status.success() {
        bail!("Terraform was not fetched; see above");
    }
    Ok(())
}

/// Builds the program, and returns a command that runs a verb of it.
fn command(verb: &str, args: Vec<OsString>) -> Result<Command> {
    let mut command = Command::new(workspace::build(PROGRAM)?);
    command.arg(verb).args(args);
    Ok(command)
}
