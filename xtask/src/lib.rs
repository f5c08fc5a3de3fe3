//! The project's own commands: `cargo xtask VERB`.
//!
//! | module | verb |
//! | --- | --- |
//! | `linked` | demo, docs, bench: run by `xtask-linked`, which links the provider and the emulator |
//! | `ci`, `tidy`, `newest` | what CI runs; tests with the newest CLIs |
//! | `policies`, `plugin_testing` | tests with programs and libraries of others |
//! | `tf`, `terraform` | the CLI with the local build; which CLI that is |
//! | `messages` | the page of errors and warnings |
//! | `proxies` | the table of proxies, as Go fills it in |
//! | `dist`, `install` | a release; installing one, and removing it again |
//!
//! `workspace` knows where things are and builds them, `pinned` makes programs of others, `screen`
//! writes to the terminal, and `tests/support/cli.rs` finds the CLI and shields it.
//!
//! This program links neither the provider nor the emulator, so that a first `cargo xtask` answers
//! after seconds. What both programs need is public.

pub mod checksum;
mod ci;
#[path = "../../tests/support/cli.rs"]
pub mod cli;
pub mod dist;
mod install;
mod linked;
mod messages;
mod newest;
mod pinned;
mod plugin_testing;
mod policies;
mod proxies;
pub mod screen;
mod terraform;
mod tf;
mod tidy;
pub mod workspace;
pub mod zip;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::{Command, ExitCode, ExitStatus};

use anyhow::{Context as _, Result};

/// One command.
struct Verb {
    /// What is typed.
    name: &'static str,
    /// What it does, in one line.
    summary: &'static str,
    /// The whole help.
    help: &'static str,
    /// Does it. Failures that were reported already are an exit code, all others an error.
    run: fn(Vec<OsString>) -> Result<ExitCode>,
}

const VERBS: [Verb; 15] = [
    linked::DEMO,
    tf::VERB,
    terraform::VERB,
    linked::DOCS,
    messages::VERB,
    proxies::VERB,
    ci::VERB,
    tidy::VERB,
    newest::VERB,
    policies::VERB,
    plugin_testing::VERB,
    linked::BENCH,
    dist::VERB,
    install::INSTALL,
    install::UNINSTALL,
];

/// The conventional status for a command line that was not understood.
const USAGE: u8 = 2;

/// Runs the verb that the command line names.
pub fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let name = args.next().unwrap_or_default();
    let rest: Vec<OsString> = args.collect();
    let wants_help = |arg: &OsString| arg == "--help" || arg == "-h";
    if name == "help" || name.is_empty() || wants_help(&name) {
        return match rest.first().and_then(|verb| find(verb)) {
            Some(verb) => say(verb.help),
            None if rest.is_empty() => say(&overview()),
            None => misuse("there is no such verb"),
        };
    }
    let Some(verb) = find(&name) else {
        return misuse(&format!("there is no verb {}", name.display()));
    };
    if rest.first().is_some_and(wants_help) {
        return say(verb.help);
    }
    conclude(verb.name, (verb.run)(rest))
}

/// Says what became of a verb, unless it has said so itself.
pub fn conclude(verb: &str, result: Result<ExitCode>) -> ExitCode {
    match result {
        Ok(code) => code,
        Err(error) if error.is::<lexopt::Error>() => {
            misuse(&format!("{verb}: {error}. See cargo xtask {verb} --help"))
        }
        Err(error) => {
            report(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn find(name: &OsString) -> Option<&'static Verb> {
    VERBS.iter().find(|verb| name == verb.name)
}

fn overview() -> String {
    let verbs: Vec<String> = VERBS
        .iter()
        .map(|verb| format!("  {:<16}{}\n", verb.name, verb.summary))
        .collect();
    format!(
        "The project's own commands.\n\nUsage: cargo xtask VERB [OPTIONS]\n\n{}\nMore about one of \
         them: cargo xtask VERB --help\n",
        verbs.concat()
    )
}

fn say(text: &str) -> ExitCode {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn misuse(problem: &str) -> ExitCode {
    report(&format!("xtask: {problem}\n\n{}", overview()));
    ExitCode::from(USAGE)
}

/// Writes a line to stderr.
pub fn report(text: &str) {
    // Without a place for the message the exit status has to do.
    drop(writeln!(std::io::stderr().lock(), "{text}"));
}

/// Hands on how another program ended.
fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Becomes another program, whose exit status is ours: Ctrl-C reaches it as if it had been started
/// by the shell.
#[cfg(unix)]
fn become_program(mut command: Command) -> Result<ExitCode> {
    let error = std::os::unix::process::CommandExt::exec(&mut command);
    let program = command.get_program().display();
    Err(error).with_context(|| format!("could not run {program}"))
}

/// Runs another program, whose exit status is ours, and leaves Ctrl-C to it.
#[cfg(windows)]
fn become_program(mut command: Command) -> Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new()?;
    let guard = runtime.enter();
    // As long as somebody listens, it does not end this program.
    let _listening = tokio::signal::windows::ctrl_c()?;
    drop(guard);
    let status = command.status();
    let program = command.get_program().display();
    Ok(exit_code(
        status.with_context(|| format!("could not run {program}"))?,
    ))
}

/// Refuses arguments where none are taken.
fn no_arguments(args: Vec<OsString>) -> Result<()> {
    match lexopt::Parser::from_args(args).next()? {
        Some(unexpected) => Err(unexpected.unexpected().into()),
        None => Ok(()),
    }
}
