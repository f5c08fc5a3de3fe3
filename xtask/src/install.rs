//! `cargo xtask install`: a release build where the CLI finds it without a registry (TPP §10.3).

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};

use crate::dist::{self, Platform};
use crate::{Verb, workspace};

pub(crate) const VERB: Verb = Verb {
    name: "install",
    summary: "put a release build into your plugin directory, for terraform init",
    help: "\
Builds the provider as for a release and puts it into your plugin directory,
where terraform init and tofu init find it without any registry.

Usage: cargo xtask install [--dir DIR]

  --dir DIR  another plugin directory (default: .terraform.d/plugins in your
             home, or terraform.d/plugins in %APPDATA% on Windows)

To have the released provider again, remove the directories that this prints.
",
    run,
};

/// The default registries, whose names stand in a provider's full address.
const REGISTRIES: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

fn run(args: Vec<OsString>) -> Result<ExitCode> {
    let mut directory = None;
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            lexopt::Arg::Long("dir") => directory = Some(PathBuf::from(parser.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    let directory = match directory {
        Some(directory) => directory,
        None => plugin_directory()?,
    };
    let version = workspace::version()?;
    let program = dist::build(None)?;
    let platform = Platform::of(None)?;
    let mut out = std::io::stdout().lock();
    for place in places(&directory, &version, &platform) {
        put(&program, &place, &version, &platform)
            .with_context(|| format!("could not write below {}", place.display()))?;
        writeln!(out, "{}", place.display())?;
    }
    writeln!(
        out,
        "\nA configuration that asks for onlyoffice/docspace now gets version {version} from there.\n\
         Run terraform init, or tofu init; after an earlier one, with -upgrade."
    )?;
    Ok(ExitCode::SUCCESS)
}

fn plugin_directory() -> Result<PathBuf> {
    if cfg!(windows) {
        let data = std::env::var_os("APPDATA").context("APPDATA is not set")?;
        return Ok(PathBuf::from(data).join("terraform.d").join("plugins"));
    }
    let home = std::env::home_dir().context("no home directory")?;
    Ok(home.join(".terraform.d").join("plugins"))
}

/// The directories of a version, for each registry.
fn places(directory: &Path, version: &str, platform: &Platform) -> Vec<PathBuf> {
    let place = |registry: &&str| {
        let provider = directory.join(registry).join("onlyoffice").join("docspace");
        provider.join(version).join(&platform.name)
    };
    REGISTRIES.iter().map(place).collect()
}

/// Puts the program there, alone: every file in the directory counts for its checksum.
fn put(program: &Path, place: &Path, version: &str, platform: &Platform) -> Result<()> {
    if place.exists() {
        std::fs::remove_dir_all(place)?;
    }
    std::fs::create_dir_all(place)?;
    let name = format!("{}_v{version}{}", workspace::PROVIDER, platform.suffix);
    std::fs::copy(program, place.join(name))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_lies_alone_where_both_clis_look() {
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("program");
        std::fs::write(&program, "new").unwrap();
        let platform = Platform::of(Some("x86_64-unknown-linux-musl")).unwrap();
        let plugins = directory.path().join("plugins");
        for place in places(&plugins, "1.2.3", &platform) {
            std::fs::create_dir_all(&place).unwrap();
            std::fs::write(place.join("left-over"), "").unwrap();
            put(&program, &place, "1.2.3", &platform).unwrap();
            let files: Vec<_> = place
                .read_dir()
                .unwrap()
                .map(|file| file.unwrap().path())
                .collect();
            assert_eq!(files, [place.join("terraform-provider-docspace_v1.2.3")]);
        }
        for registry in REGISTRIES {
            let place = "onlyoffice/docspace/1.2.3/linux_amd64/terraform-provider-docspace_v1.2.3";
            let content = std::fs::read(plugins.join(registry).join(place));
            assert_eq!(content.unwrap(), b"new");
        }
    }
}
