//! `cargo xtask bench`: what the provider costs (product §8).
//!
//! | module | what |
//! | --- | --- |
//! | `start` | one process: start to handshake, memory, size |
//! | `scale` | whole commands for N webhooks, beside the same N of `terraform_data` |
//! | `limits` | whole commands behind limiters, beside what these allow |
//! | `wire` | whole commands at a distance, beside thousands of others' webhooks and for two runs, of two builds |
//! | `subject` | what is measured, and with which configuration |
//! | `portal`, `watched` | the emulator and the CLI as processes, and what they tell |
//! | `figures`, `table` | medians, the machine, and how both are shown |

mod figures;
mod limits;
mod portal;
mod scale;
mod start;
mod subject;
mod table;
mod watched;
mod wire;

use std::ffi::OsString;
use std::io::Write as _;
use std::iter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use subject::Repetition;

use xtask::cli::Cli;
use xtask::{dist, report, workspace};

/// What the command line asks for.
struct Options {
    sizes: Vec<usize>,
    repetitions: Vec<Repetition>,
    runs: usize,
    parallelism: usize,
    provider: Option<PathBuf>,
    peers: Vec<PathBuf>,
    json: Option<PathBuf>,
    /// Whether only limiters are measured.
    is_about_limits: bool,
    rates: Vec<u32>,
    /// Whether only the traffic on the wire is measured.
    is_about_wire: bool,
    /// An earlier build, to measure for comparison.
    before: Option<PathBuf>,
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
            is_about_limits: false,
            rates: limits::RATES.to_vec(),
            is_about_wire: false,
            before: None,
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
                lexopt::Arg::Long("wire") => options.is_about_wire = true,
                lexopt::Arg::Long("before") => options.before = Some(parser.value()?.into()),
                lexopt::Arg::Long("limits") => options.is_about_limits = true,
                lexopt::Arg::Long("rates") => {
                    let text = parser.value()?.string()?;
                    let rates: Result<Vec<u32>, _> = text.split(',').map(str::parse).collect();
                    options.rates = rates.context("--rates takes numbers, such as 10,20")?;
                }
                lexopt::Arg::Long("json") => options.json = Some(parser.value()?.into()),
                other => return Err(other.unexpected().into()),
            }
        }
        if options.runs == 0 || options.parallelism == 0 {
            bail!("--runs and --parallelism are 1 or more");
        }
        if options.rates.contains(&0) {
            bail!("--rates are 1 or more");
        }
        Ok(options)
    }
}

/// Runs the verb.
pub(crate) fn run(args: Vec<OsString>) -> Result<ExitCode> {
    let options = Options::parse(args)?;
    let cli = Cli::find(&workspace::target()?)?;
    let version = cli.version()?;
    let provider = match &options.provider {
        Some(provider) => provider.clone(),
        None => dist::build(None)?,
    };
    let machine = figures::machine(&version);
    if options.is_about_limits {
        let limited = limits::measure(&cli, &provider, &options.rates)?;
        let text = limits::table(&limited) + &table::machine(&machine);
        let all = || json!({"machine": machine, "limits": limits::to_json(&limited)});
        return finish(&options, &text, all, &limits::misses(&limited));
    }
    if options.is_about_wire {
        let before = options.before.as_deref();
        let measured = wire::measure(&cli, &provider, before, options.runs)?;
        let text = measured.table() + &table::machine(&machine);
        let all = || json!({"machine": machine, "wire": measured.to_json()});
        return finish(&options, &text, all, &[]);
    }
    report("Starting each provider 26 times …");
    let peers = options.peers.iter().map(PathBuf::as_path);
    let programs: Vec<&Path> = iter::once(provider.as_path()).chain(peers).collect();
    let starts = start::measure(&programs)?;
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
    let excesses: Vec<String> = sizes.iter().flat_map(scale::Measured::excesses).collect();
    let all = || {
        let starts: Vec<_> = starts.iter().map(start::Start::to_json).collect();
        let sizes: Vec<_> = sizes.iter().map(scale::Measured::to_json).collect();
        json!({"machine": machine, "starts": starts, "sizes": sizes})
    };
    finish(&options, &text, all, &excesses)
}

/// Shows and writes what was measured, and fails if anything exceeds its limit.
fn finish(
    options: &Options,
    text: &str,
    all: impl FnOnce() -> Value,
    excesses: &[String],
) -> Result<ExitCode> {
    std::io::stdout().lock().write_all(text.as_bytes())?;
    if let Some(path) = &options.json {
        let all = all();
        std::fs::write(path, format!("{all:#}\n")).with_context(|| path.display().to_string())?;
    }
    for excess in excesses {
        report(excess);
    }
    Ok(if excesses.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
