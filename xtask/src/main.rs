//! The project's own commands: `cargo xtask VERB`.
//!
//! | module | verb |
//! | --- | --- |
//! | `demo` | a webhook's life with the real CLI, the emulator and a receiver |
//! | `ci`, `tidy` | what CI runs |
//! | `tf`, `terraform` | the CLI with the local build; which CLI that is |
//! | `docs`, `messages` | the Registry's documentation; the page of errors and warnings |
//! | `proxies` | the table of proxies, as Go fills it in |
//! | `bench` | start, time, memory and requests of the provider |
//! | `dist`, `install` | a release; one in the plugin directory of the user |
//!
//! `workspace` knows where things are and builds the provider, `screen` writes to the terminal,
//! `interrupt` outlives Ctrl-C, and `tests/support/cli.rs` finds the CLI and shields it.

mod bench;
mod checksum;
mod ci;
#[path = "../../tests/support/cli.rs"]
mod cli;
mod demo;
mod dist;
mod docs;
mod install;
mod interrupt;
mod messages;
mod proxies;
mod screen;
mod terraform;
mod tf;
mod tidy;
mod workspace;
mod zip;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::{ExitCode, ExitStatus};

use anyhow::Result;

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

const VERBS: [Verb; 11] = [
    demo::VERB,
    tf::VERB,
    terraform::VERB,
    docs::VERB,
    messages::VERB,
    proxies::VERB,
    ci::VERB,
    tidy::VERB,
    bench::VERB,
    dist::VERB,
    install::VERB,
];

/// The conventional status for a command line that was not understood.
const USAGE: u8 = 2;

fn main() -> ExitCode {
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
    match (verb.run)(rest) {
        Ok(code) => code,
        Err(error) if error.is::<lexopt::Error>() => misuse(&format!(
            "{}: {error}. See cargo xtask {0} --help",
            verb.name
        )),
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
        .map(|verb| format!("  {:<11}{}\n", verb.name, verb.summary))
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

fn report(text: &str) {
    // Without a place for the message the exit status has to do.
    drop(writeln!(std::io::stderr().lock(), "{text}"));
}

/// Hands on how another program ended.
fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Refuses arguments where none are taken.
fn no_arguments(args: Vec<OsString>) -> Result<()> {
    match lexopt::Parser::from_args(args).next()? {
        Some(unexpected) => Err(unexpected.unexpected().into()),
        None => Ok(()),
    }
}
