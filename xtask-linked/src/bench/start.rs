//! What one process costs, started as Terraform starts it with mutual TLS.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::figures::{Summary, megabytes};
use super::watched::{Ended, kib};

/// How often a provider is started; the first start, which reads the disk, does not count.
const STARTS: usize = 25;
/// The cookie of every Terraform and OpenTofu (TPP §1.2).
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// What the start of a program costs.
#[derive(Debug)]
pub(super) struct Start {
    /// The program's file name.
    pub(super) name: String,
    /// From start to handshake line, in milliseconds.
    pub(super) handshake_ms: Option<Summary>,
    /// The memory resident then, in megabytes.
    pub(super) resident_mb: Option<Summary>,
    /// The size of the program in bytes.
    pub(super) size: u64,
}

impl Start {
    pub(super) fn to_json(&self) -> Value {
        json!({
            "program": self.name,
            "starts": STARTS,
            "start_to_handshake_ms": self.handshake_ms.map(Summary::to_json),
            "resident_mb": self.resident_mb.map(Summary::to_json),
            "program_bytes": self.size,
        })
    }
}

/// Starts programs again and again, one after the other, so that other load on the machine affects all of them.
pub(super) fn measure(programs: &[&Path]) -> Result<Vec<Start>> {
    let certificate = client_certificate()?;
    // Ended the hard way, a provider leaves its socket behind.
    let scratch = tempfile::tempdir()?;
    for program in programs {
        start(program, &certificate, scratch.path())?;
    }
    let mut measured = vec![(Vec::new(), Vec::new()); programs.len()];
    for _ in 0..STARTS {
        for (program, (times, memories)) in programs.iter().zip(&mut measured) {
            let (time, memory) = start(program, &certificate, scratch.path())?;
            times.push(time.as_secs_f64() * 1000.0);
            memories.extend(memory.map(megabytes));
        }
    }
    let starts = programs.iter().zip(measured);
    starts
        .map(|(program, (times, memories))| {
            let name = program.file_name().unwrap_or_default();
            Ok(Start {
                name: name.to_string_lossy().into_owned(),
                handshake_ms: Summary::of(times),
                resident_mb: Summary::of(memories),
                size: program.metadata()?.len(),
            })
        })
        .collect()
}

/// Starts a provider, waits for its handshake, looks at its memory, and ends it.
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
    if !line.starts_with("1|6|") && !line.starts_with("1|5|") {
        bail!("{} printed no handshake, but {line:?}", program.display());
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.0.id()));
    Ok((time, status.ok().and_then(|status| kib(&status, "VmRSS:"))))
}

/// A certificate as Terraform's plugin host makes it, as far as it costs time (TPP §2.1).
fn client_certificate() -> Result<String> {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512)?;
    let certificate = rcgen::CertificateParams::new(["localhost".to_owned()])?.self_signed(&key)?;
    Ok(certificate.pem())
}
