//! `cargo xtask bench`: what the provider costs (product §8).
//!
//! | module | what |
//! | --- | --- |
//! | `start` | one process: start to handshake, memory, size |
//! | `scale` | whole commands for N webhooks, beside the same N of `terraform_data` |
//! | `subject` | who is measured, and with which configuration |
//! | `portal`, `watched` | the emulator and the CLI as processes, and what they tell |
//! | `figures`, `table` | medians, the machine, and how both are shown |

mod figures;
mod portal;
mod scale;
mod start;
mod subject;
mod table;
mod watched;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use subject::Repetition;

use crate::cli::Cli;
use crate::{Verb, dist, report, workspace};

pub(crate) const VERB: Verb = Verb {
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
  --json FILE      write everything to this file as well

Numbers of different machines do not compare, so the machine is printed too.
The ratios do, more or less. The CLI's own work grows with the square of the
number: the default takes three quarters of an hour, and --sizes 5000 hours.
",
    run,
};

/// What the command line asks for.
struct Options {
    sizes: Vec<usize>,
    repetitions: Vec<Repetition>,
    runs: usize,
    parallelism: usize,
    provider: Option<PathBuf>,
    peers: Vec<PathBuf>,
    json: Option<PathBuf>,
}

impl Options {
    fn parse(args: Vec<OsString>) -> Result<Self> {
        let mut options = Self {
            sizes: vec![1, 300, 1_000],
            repetitions: vec![Repetition::ForEach, Repetition::Count],
            runs: 3,
            parallelism: 10,
            provider: None,
            peers: Vec::new(),
            json: None,
        };
        let mut parser = lexopt::Parser::from_args(args);
        while let Some(arg) = parser.next()? {
            use lexopt::ValueExt as _;
            match arg {
                lexopt::Arg::Long("sizes") => {
                    let text = parser.value()?.string()?;
                    let sizes: Result<Vec<usize>, _> = text.split(',').map(str::parse).collect();
                    options.sizes = sizes.context("--sizes takes numbers, such as 1,300")?;
                    options.sizes.retain(|size| *size > 0);
                }
                lexopt::Arg::Long("by") => {
                    let text = parser.value()?.string()?;
                    options.repetitions =
                        text.split(',').map(Repetition::of).collect::<Result<_>>()?;
                }
                lexopt::Arg::Long("runs") => options.runs = parser.value()?.parse()?,
                lexopt::Arg::Long("parallelism") => {
                    options.parallelism = parser.value()?.parse()?;
                }
                lexopt::Arg::Long("provider") => options.provider = Some(parser.value()?.into()),
                lexopt::Arg::Long("peer") => options.peers.push(parser.value()?.into()),
                lexopt::Arg::Long("json") => options.json = Some(parser.value()?.into()),
                other => return Err(other.unexpected().into()),
            }
        }
        if options.runs == 0 || options.parallelism == 0 {
            bail!("--runs and --parallelism are 1 or more");
        }
        Ok(options)
    }
}

fn run(args: Vec<OsString>) -> Result<ExitCode> {
    let options = Options::parse(args)?;
    let cli = Cli::find(&workspace::target()?)?;
    let version = cli.version()?;
    let provider = match &options.provider {
        Some(provider) => provider.clone(),
        None => dist::build(None)?,
    };
    let machine = figures::machine(&version);
    report("Starting each provider 26 times …");
    let mut starts = vec![start::measure(&provider)?];
    for peer in &options.peers {
        starts.push(start::measure(peer)?);
    }
    let mut text = table::starts(&starts);
    let mut sizes = Vec::new();
    if !options.sizes.is_empty() {
        let bench = scale::Bench::new(cli, &provider, &options)?;
        for size in &options.sizes {
            for repetition in &options.repetitions {
                let measured = bench.measure(*size, *repetition)?;
                text += &table::commands(&measured);
                sizes.push(measured);
            }
        }
    }
    text += &table::machine(&machine);
    std::io::stdout().lock().write_all(text.as_bytes())?;
    if let Some(path) = options.json {
        let starts: Vec<_> = starts.iter().map(start::Start::to_json).collect();
        let sizes_json: Vec<_> = sizes.iter().map(scale::Measured::to_json).collect();
        let all = json!({"machine": machine, "starts": starts, "sizes": sizes_json});
        std::fs::write(&path, format!("{all:#}\n")).with_context(|| path.display().to_string())?;
    }
    let excesses: Vec<String> = sizes.iter().flat_map(scale::Measured::excesses).collect();
    for excess in &excesses {
        report(excess);
    }
    Ok(if excesses.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
