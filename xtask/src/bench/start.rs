//! `cargo xtask bench`: what the provider's process costs (product §8).

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::{Verb, dist, report};

pub(crate) const VERB: Verb = Verb {
    name: "bench",
    summary: "measure the provider: start to handshake, memory, size",
    help: "\
Builds the provider as cargo xtask dist does and measures, started as Terraform starts
it with mutual TLS: the time from start to the handshake line (median of 25),
the memory resident then, and the size of the stripped program.

Usage: cargo xtask bench [--json]

  --json   print JSON instead of a table

Numbers of different machines do not compare; the machine is printed too.
",
    run,
};

/// How often the provider is started; the first start, which reads the disk, does not count.
const STARTS: usize = 25;
/// The cookie of every Terraform and OpenTofu (TPP §1.2).
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

fn run(args: Vec<OsString>) -> Result<ExitCode> {
    let mut as_json = false;
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            lexopt::Arg::Long("json") => as_json = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let program = dist::build(None)?;
    report("Starting the provider 26 times …");
    let results = measure(&program)?;
    let mut out = std::io::stdout().lock();
    if as_json {
        writeln!(out, "{results:#}")?;
    } else {
        write!(out, "{}", table(&results))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn measure(program: &Path) -> Result<Value> {
    let certificate = client_certificate()?;
    // Ended the hard way, a provider leaves its socket behind.
    let scratch = tempfile::tempdir()?;
    start(program, &certificate, scratch.path())?;
    let mut times = Vec::with_capacity(STARTS);
    let mut memories = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let (time, memory) = start(program, &certificate, scratch.path())?;
        times.push(time.as_secs_f64() * 1000.0);
        memories.extend(memory.map(|kib| f64::from(kib) * 1024.0 / 1e6));
    }
    let size = program.metadata()?.len();
    Ok(json!({
        "start_to_handshake_ms": summary(times),
        "resident_mb": summary(memories),
        "program_bytes": size,
        "starts": STARTS,
        "machine": machine(),
    }))
}

/// Starts the provider, waits for its handshake, looks at its memory, and ends it.
fn start(program: &Path, certificate: &str, scratch: &Path) -> Result<(Duration, Option<u32>)> {
    let begin = Instant::now();
    let child = Command::new(program)
        .env_clear()
        .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
        .env("PLUGIN_PROTOCOL_VERSIONS", "6,5")
        .env("PLUGIN_MIN_PORT", "10000")
        .env("PLUGIN_MAX_PORT", "25000")
        .env("PLUGIN_CLIENT_CERT", certificate)
        .env("TMPDIR", scratch)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("could not start {}", program.display()))?;
    let mut child = Ended(child);
    let stdout = child.0.stdout.take().context("no stdout")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let time = begin.elapsed();
    if !line.starts_with("1|6|") {
        bail!("the provider printed no handshake, but {line:?}");
    }
    Ok((time, resident(child.0.id())))
}

/// A process that does not outlive its measurement.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing else to do about it.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Returns the resident memory of a process in KiB, where the system tells it in a file.
fn resident(pid: u32) -> Option<u32> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// A certificate as Terraform's plugin host makes it, as far as it costs time (TPP §2.1).
fn client_certificate() -> Result<String> {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512)?;
    let certificate = rcgen::CertificateParams::new(["localhost".to_owned()])?.self_signed(&key)?;
    Ok(certificate.pem())
}

/// The median, the least and the most; null where nothing could be measured.
fn summary(mut values: Vec<f64>) -> Value {
    values.sort_by(f64::total_cmp);
    let rounded = |value: &f64| (value * 100.0).round() / 100.0;
    let (Some(least), Some(median), Some(most)) = (
        values.first().map(rounded),
        values.get(values.len() / 2).map(rounded),
        values.last().map(rounded),
    ) else {
        return Value::Null;
    };
    json!({"median": median, "min": least, "max": most})
}

fn machine() -> Value {
    let processor = std::fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        });
    json!({
        "system": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        "processor": processor,
        "threads": std::thread::available_parallelism().map_or(0, usize::from),
        "rustc": rustc_version(),
    })
}

fn rustc_version() -> Option<String> {
    let output = Command::new("rustc").arg("--version").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn table(results: &Value) -> String {
    let number = |path: &str| results.pointer(path).and_then(Value::as_f64);
    let row = |label: &str, path: &str, unit: &str| match number(&format!("{path}/median")) {
        Some(median) => {
            let least = number(&format!("{path}/min")).unwrap_or_default();
            let most = number(&format!("{path}/max")).unwrap_or_default();
            format!("{label:<22}{median:>9.2} {unit}   {least:>7.2} … {most:.2}\n")
        }
        None => format!("{label:<22}{:>9}\n", "unknown"),
    };
    let size = number("/program_bytes").unwrap_or_default() / 1e6;
    let text = |path: &str| match results.pointer(path) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "unknown".to_owned(),
        Some(other) => other.to_string(),
    };
    format!(
        "{:<22}{:>12}   {}\n{}{}{:<22}{size:>9.2} MB\n\n{}, {} threads, {}, {}\n",
        "",
        "median",
        "least … most",
        row("start to handshake", "/start_to_handshake_ms", "ms"),
        row("resident memory", "/resident_mb", "MB"),
        "stripped program",
        text("/machine/processor"),
        text("/machine/threads"),
        text("/machine/system"),
        text("/machine/rustc"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_median_least_and_most() {
        let expected = json!({"median": 2.0, "min": 1.0, "max": 9.0});
        assert_eq!(summary(vec![9.0, 1.0, 2.0]), expected);
        assert_eq!(summary(Vec::new()), Value::Null);
    }

    #[test]
    fn the_table_shows_what_is_unknown() {
        let results = json!({"start_to_handshake_ms": {"median": 2.5, "min": 2.0, "max": 3.25},
            "resident_mb": null, "program_bytes": 8_000_000});
        let table = table(&results);
        assert!(
            table.contains("start to handshake         2.50 ms      2.00 … 3.25"),
            "{table}"
        );
        assert!(table.contains("resident memory         unknown"), "{table}");
        assert!(
            table.contains("stripped program           8.00 MB"),
            "{table}"
        );
    }
}
