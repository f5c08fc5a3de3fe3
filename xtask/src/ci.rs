//! `cargo xtask ci`: what `.ci/run` runs, and nothing that a contributor cannot repeat.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::cli::Cli;
use crate::pinned::Pinned;
use crate::screen::Screen;
use crate::{Verb, workspace};

pub(crate) const VERB: Verb = Verb {
    name: "ci",
    summary: "run everything that CI runs",
    help: "\
Runs everything that CI runs, in order, and stops at the first step that fails
with the command that repeats it. Exits 0 only when every step has passed.

Usage: cargo xtask ci [--all]

  --all  run everything: all acceptance tests with the newest CLIs too, not only
         those that depend on the CLI most, the random faults with ten times as
         many webhooks, and the release build of the README (an hour more)

Needs terraform or tofu (see cargo xtask terraform), Go, Python, nginx and
tinyproxy, and no network beyond the registries of packages. The newest CLIs,
Conftest and Checkov are made at the first run, beside the other steps, and kept
in your cache directory (see cargo xtask newest --help).
",
    run,
};

/// One step: its name and the command a person repeats it with.
struct Step {
    name: &'static str,
    command: &'static str,
}

/// The marker for the CLI in a command, which may be tofu.
const CLI: &str = "terraform";
/// How the commands that run the newest CLIs begin.
const NEWEST: &str = "cargo xtask newest";
/// How the commands begin that need programs of others, which take a while to make.
const PINNED: [&str; 3] = [NEWEST, "cargo xtask plugin-testing", "cargo xtask policies"];

const STEPS: [Step; 12] = [
    Step {
        name: "format",
        command: "cargo fmt --all --check",
    },
    Step {
        name: "lints",
        command: "cargo clippy --workspace --all-targets --all-features --locked -- -D warnings",
    },
    Step {
        name: "tests",
        command: "cargo test --workspace --locked",
    },
    Step {
        name: "format of configurations",
        command: "terraform fmt -check -diff -recursive examples tests",
    },
    Step {
        name: "documentation",
        command: "cargo xtask docs --check",
    },
    Step {
        name: "proxy rules",
        command: "cargo xtask proxies --check",
    },
    Step {
        name: "real nginx and proxy",
        command: "cargo test --test it --test acc --locked real:: -- --ignored",
    },
    Step {
        name: "demo",
        command: "cargo xtask demo",
    },
    Step {
        name: "plugin testing",
        command: "cargo xtask plugin-testing",
    },
    Step {
        name: "policies",
        command: "cargo xtask policies",
    },
    Step {
        name: "newest OpenTofu",
        command: "cargo xtask newest opentofu",
    },
    Step {
        name: "newest Terraform",
        command: "cargo xtask newest terraform",
    },
];

fn run(args: Vec<OsString>) -> Result<ExitCode> {
    let mut is_all = false;
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            lexopt::Arg::Long("all") => is_all = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let mut screen = Screen::new();
    // A CLI that is missing is told before half an hour of work, not after it.
    let cli = Cli::find(&workspace::target()?)?.path;
    // They are built while Cargo works. What fails is tried again, and told, by the step that needs it.
    let build = |programs: [Pinned; 2]| {
        std::thread::spawn(move || programs.map(|pinned| drop(pinned.program())))
    };
    let mut builds = Pinned::BY_MAKER.map(build).into_iter();
    let mut wait = || builds.by_ref().for_each(|build| drop(build.join()));
    let mut times = Vec::new();
    for (step, number) in STEPS.iter().zip(1..) {
        screen.heading(&format!("{number}/{}  {}", STEPS.len(), step.name))?;
        let is_whole = is_all && step.command.starts_with(NEWEST);
        let line = format!("{}{}", step.command, if is_whole { " --all" } else { "" });
        screen.command(&line)?;
        if PINNED.iter().any(|start| line.starts_with(start)) {
            wait();
        }
        let start = Instant::now();
        let mut command = command(&line, &cli);
        if is_all {
            command.env("DOCSPACE_TEST_FULL", "1");
        }
        let status = command
            .status()
            .with_context(|| format!("could not run: {line}"))?;
        if !status.success() {
            screen.bad(&format!(
                "The step \"{}\" has failed ({status}). Repeat it with:",
                step.name
            ))?;
            screen.command(&line)?;
            wait();
            return Ok(ExitCode::FAILURE);
        }
        times.push(start.elapsed());
    }
    screen.heading("All steps have passed")?;
    for (step, time) in STEPS.iter().zip(&times) {
        screen.line(&format!("{:<26}{}", step.name, seconds(*time)))?;
    }
    screen.line(&format!("{:<26}{}", "all", seconds(times.iter().sum())))?;
    Ok(ExitCode::SUCCESS)
}

/// Returns a step's command, run from the project's root without a terminal to ask questions on.
fn command(line: &str, cli: &Path) -> Command {
    let mut words = line.split(' ');
    let program = words.next();
    let mut command = match program {
        Some(CLI) => Command::new(cli),
        _ => workspace::cargo(),
    };
    command
        .current_dir(workspace::root())
        .args(words)
        .stdin(Stdio::null())
        .env("CHECKPOINT_DISABLE", "1")
        .env_remove("TF_CLI_CONFIG_FILE");
    command
}

fn seconds(time: Duration) -> String {
    format!("{:>7.1} s", time.as_secs_f64())
}
