//! The files of a release: names, contents and checksums (TPP §10.1).

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::sorted;
use crate::checksum::sha256;
use crate::workspace::PROVIDER;
use crate::zip;

/// What a release is built for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Platform {
    /// The target as Rust names it.
    pub(crate) triple: String,
    /// System and architecture as Terraform names them, after Go.
    pub(crate) name: String,
    /// What programs end in.
    pub(crate) suffix: &'static str,
}

impl Platform {
    /// Returns the platform of a target, this machine's by default.
    pub(crate) fn of(triple: Option<&str>) -> Result<Self> {
        let triple = match triple {
            Some(triple) => triple.to_owned(),
            None => host()?,
        };
        let architecture = match triple.split('-').next() {
            Some("x86_64") => "amd64",
            Some("aarch64") => "arm64",
            _ => bail!("no release is made for {triple}"),
        };
        let (system, suffix) = if triple.contains("-linux-") {
            ("linux", "")
        } else if triple.contains("-apple-darwin") {
            ("darwin", "")
        } else if triple.contains("-windows-") {
            ("windows", ".exe")
        } else {
            bail!("no release is made for {triple}");
        };
        Ok(Self {
            name: format!("{system}_{architecture}"),
            triple,
            suffix,
        })
    }
}

/// Asks the compiler for this machine's target.
fn host() -> Result<String> {
    let output = std::process::Command::new("rustc").arg("-vV").output()?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .find_map(|line| line.strip_prefix("host: ").map(str::to_owned))
        .context("rustc does not tell its host")
}

/// What a release is made of.
#[derive(Debug)]
pub(crate) struct Release {
    pub(crate) version: String,
    pub(super) program: Vec<u8>,
    pub(super) license: Vec<u8>,
    pub(super) notices: String,
    pub(super) components: String,
    pub(super) manifest: Vec<u8>,
}

impl Release {
    /// Writes the release's files into a directory, and returns that of the checksums, which
    /// covers what other platforms have put there too.
    pub(super) fn write(&self, platform: &Platform, out: &Path) -> Result<PathBuf> {
        let stem = format!("{PROVIDER}_{}", self.version);
        let zip = archive_name(&self.version, platform);
        let components = format!("{stem}_{}.cdx.json", platform.name);
        std::fs::write(out.join(zip), self.archive(platform)?)?;
        std::fs::write(out.join(components), &self.components)?;
        std::fs::write(out.join(format!("{stem}_manifest.json")), &self.manifest)?;
        let sums = out.join(format!("{stem}_SHA256SUMS"));
        std::fs::write(&sums, checksums(out, &stem)?)?;
        Ok(sums)
    }

    /// Packs the program with the licences. It comes first, because the CLI takes the first file
    /// whose name begins like it.
    pub(crate) fn archive(&self, platform: &Platform) -> Result<Vec<u8>> {
        let mut archive = zip::Writer::default();
        let name = format!("{PROVIDER}_v{}{}", self.version, platform.suffix);
        archive.add(&name, &self.program, 0o755)?;
        archive.add("LICENSE.txt", &self.license, 0o644)?;
        archive.add("THIRD-PARTY-LICENSES.txt", self.notices.as_bytes(), 0o644)?;
        archive.finish()
    }
}

/// Returns the name of a release's archive, which is also its name in a mirror.
pub(crate) fn archive_name(version: &str, platform: &Platform) -> String {
    format!("{PROVIDER}_{version}_{}.zip", platform.name)
}

/// The lines of SHA256SUMS: every file of this version but the checksums themselves.
fn checksums(out: &Path, stem: &str) -> Result<String> {
    let mut lines = Vec::new();
    for path in sorted(out)? {
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.unwrap_or_default();
        if name.starts_with(stem) && !name.contains("SHA256SUMS") {
            let checksum = sha256(&std::fs::read(&path)?);
            lines.push(format!("{checksum}  {name}\n"));
        }
    }
    Ok(lines.concat())
}
