//! `cargo xtask dist`: what a release consists of, in the shape that the Registry takes (TPP §10.1).
//!
//! `program` builds, `notices` collects licences and the list of components, `assets` names and
//! packs. The same source gives the same bytes: no dates, no paths of this machine.

mod assets;
mod notices;
mod program;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail};

pub(crate) use self::assets::{Platform, Release, archive_name};
pub use self::program::build;
use crate::{Verb, workspace};

pub(crate) const VERB: Verb = Verb {
    name: "dist",
    summary: "build a release: archive, checksums, manifest, components, signature",
    help: "\
Builds a release of the provider for one platform, in the shape that the
Registry takes: the zip, its SHA256SUMS, the manifest and the list of components
(CycloneDX). The same source gives the same bytes.

Usage: cargo xtask dist [--target TRIPLE] [--out DIR] [--sign KEY]

  --target TRIPLE  build for another platform, such as x86_64-unknown-linux-musl;
                   needs that target and a C compiler for it
  --out DIR        where it goes (default target/dist); zips of other platforms
                   that are there already stay, and are in SHA256SUMS too
  --sign KEY       sign SHA256SUMS with this key of gpg; the Registry takes RSA

Releases for Linux are built for musl, so that they run on every distribution.
",
    run,
};

fn run(args: Vec<OsString>) -> Result<ExitCode> {
    let (mut triple, mut out, mut key) = (None, None, None);
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            lexopt::Arg::Long("target") => triple = Some(parser.value()?),
            lexopt::Arg::Long("out") => out = Some(PathBuf::from(parser.value()?)),
            lexopt::Arg::Long("sign") => key = Some(parser.value()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let triple = triple.map(|triple| triple.to_string_lossy().into_owned());
    let out = match out {
        Some(out) => out,
        None => workspace::target()?.join("dist"),
    };
    let platform = Platform::of(triple.as_deref())?;
    let built = build(triple.as_deref())?;
    let release = release(&built, &platform)?;
    std::fs::create_dir_all(&out).with_context(|| out.display().to_string())?;
    let sums = release.write(&platform, &out)?;
    if let Some(key) = key {
        sign(&sums, &key)?;
    }
    let mut screen = std::io::stdout().lock();
    for entry in sorted(&out)? {
        writeln!(
            screen,
            "{:>10}  {}",
            entry.metadata()?.len(),
            entry.display()
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Collects what a release with this program consists of.
pub(crate) fn release(program: &Path, platform: &Platform) -> Result<Release> {
    let version = workspace::version()?;
    let packages = notices::packages(platform)?;
    Ok(Release {
        program: std::fs::read(program).with_context(|| program.display().to_string())?,
        license: std::fs::read(workspace::root().join("LICENSE"))?,
        notices: notices::text(&packages)?,
        components: notices::components(&version, &packages),
        manifest: std::fs::read(workspace::root().join("terraform-registry-manifest.json"))?,
        version,
    })
}

/// Writes a binary detached signature, which is what the Registry takes.
fn sign(sums: &Path, key: &OsString) -> Result<()> {
    let signature = format!("{}.sig", sums.display());
    let status = Command::new("gpg")
        .args(["--batch", "--yes", "--detach-sign", "--local-user"])
        .arg(key)
        .args(["--output", &signature])
        .arg(sums)
        .status()
        .context("could not run gpg")?;
    if !status.success() {
        bail!("gpg has not signed {} ({status})", sums.display());
    }
    Ok(())
}

/// The files of a directory by name.
fn sorted(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(directory)?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests;
