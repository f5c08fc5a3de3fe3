//! `cargo xtask install` and `uninstall`: a release build where the CLI finds it without a registry
//! (TPP §10.3).

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};

use crate::dist::{self, Platform, Release, archive_name};
use crate::{Verb, report};

pub(crate) const INSTALL: Verb = Verb {
    name: "install",
    summary: "install a release build for every directory, so that terraform init finds it",
    help: "\
Builds the provider as for a release and puts it where terraform init and tofu
init look by themselves, in every directory and without any registry.

Usage: cargo xtask install [--target TRIPLE] [--dir DIR] [--provider PATH]

  --target TRIPLE  build for another platform; x86_64-unknown-linux-musl runs on
                   every Linux of this processor, in Alpine images too
  --dir DIR        a mirror of your own, such as one that a team shares (default:
                   .terraform.d/plugins in your home directory, or
                   terraform.d/plugins in %APPDATA% on Windows)
  --provider PATH  install this program instead of building one

It replaces an earlier build of the same version, and leaves other versions and
platforms alone. The archive is that of cargo xtask dist, so a lock file that
was written with the one is right for the other.

As long as a version is there, the CLI takes the provider from there alone and
never looks it up in its registry. cargo xtask uninstall undoes that.
",
    run: install,
};

pub(crate) const UNINSTALL: Verb = Verb {
    name: "uninstall",
    summary: "remove what install has put there",
    help: "\
Removes every version of the provider that cargo xtask install has put there, so
that terraform init and tofu init look it up in their registries again.

Usage: cargo xtask uninstall [--dir DIR]

  --dir DIR  the mirror that install was given
",
    run: uninstall,
};

/// The default registries, whose names stand in a provider's full address.
pub(crate) const REGISTRIES: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];
/// The provider's address below a registry.
const NAMESPACE: &str = "onlyoffice";
const NAME: &str = "docspace";

fn install(args: Vec<OsString>) -> Result<ExitCode> {
    let (mut triple, mut own, mut program) = (None, None, None);
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            lexopt::Arg::Long("target") => triple = Some(parser.value()?),
            lexopt::Arg::Long("dir") => own = Some(PathBuf::from(parser.value()?)),
            lexopt::Arg::Long("provider") => program = Some(PathBuf::from(parser.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    let mirror = mirror(own.clone())?;
    let triple = triple.map(|triple| triple.to_string_lossy().into_owned());
    let platform = Platform::of(triple.as_deref())?;
    let program = match program {
        Some(program) => program,
        None => dist::build(triple.as_deref())?,
    };
    let release = dist::release(&program, &platform)?;
    let mut out = std::io::stdout().lock();
    for path in put(&release, &platform, &mirror)? {
        writeln!(out, "{}", path.display())?;
    }
    let advice = match own {
        Some(_) => block(&mirror),
        None => String::new(),
    };
    writeln!(out, "\n{}{advice}", consequences(&release.version))?;
    if own.is_none() {
        for config in configurations().iter().filter(|path| is_in_the_way(path)) {
            report(&format!(
                "\nWarning: {}\n{}",
                in_the_way(config),
                block(&mirror)
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn uninstall(args: Vec<OsString>) -> Result<ExitCode> {
    let mut own = None;
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            lexopt::Arg::Long("dir") => own = Some(PathBuf::from(parser.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    let mirror = mirror(own)?;
    let removed = remove(&mirror)?;
    let mut out = std::io::stdout().lock();
    for path in &removed {
        writeln!(out, "removed {}", path.display())?;
    }
    let rest = if removed.is_empty() {
        format!("The provider is not below {}.", mirror.display())
    } else {
        "terraform init and tofu init look it up in their registries again.".to_owned()
    };
    writeln!(out, "{rest}")?;
    Ok(ExitCode::SUCCESS)
}

/// What an installation means for whoever runs the CLI.
fn consequences(version: &str) -> String {
    format!(
        "A configuration that asks for {NAMESPACE}/{NAME} now gets version {version} from there, and \
         from there alone:\nno version is looked up in a registry until cargo xtask uninstall. Other \
         providers are\ninstalled as before.\n\n\
         Next, in the directory of a configuration: terraform init, or tofu init. If its lock file is \
         of another\nbuild of this version, init says so: remove the provider's block from \
         .terraform.lock.hcl.\n"
    )
}

/// What a CLI configuration must say to look into a mirror.
fn block(mirror: &Path) -> String {
    let path = mirror.to_string_lossy().replace('\\', "/");
    format!(
        "\nThe CLI looks there when its configuration file (~/.terraformrc, ~/.tofurc or \
         TF_CLI_CONFIG_FILE) says so:\n\n\
         provider_installation {{\n  filesystem_mirror {{\n    path    = \"{path}\"\n    include = \
         [\"{NAMESPACE}/{NAME}\"]\n  }}\n  direct {{\n    exclude = [\"{NAMESPACE}/{NAME}\"]\n  }}\n}}\n"
    )
}

/// Returns the directory to install below: the given one, or where the CLI looks by itself.
fn mirror(own: Option<PathBuf>) -> Result<PathBuf> {
    if let Some(own) = own {
        return std::path::absolute(&own).with_context(|| own.display().to_string());
    }
    if cfg!(windows) {
        let data = std::env::var_os("APPDATA").context("APPDATA is not set")?;
        return Ok(PathBuf::from(data).join("terraform.d").join("plugins"));
    }
    let home = std::env::home_dir().context("no home directory")?;
    Ok(home.join(".terraform.d").join("plugins"))
}

/// The configuration files that the CLI may read.
fn configurations() -> Vec<PathBuf> {
    if let Some(named) = std::env::var_os("TF_CLI_CONFIG_FILE").filter(|named| !named.is_empty()) {
        return vec![PathBuf::from(named)];
    }
    let (folder, names) = if cfg!(windows) {
        let data = std::env::var_os("APPDATA").map(PathBuf::from);
        (data, ["terraform.rc", "tofu.rc"])
    } else {
        (std::env::home_dir(), [".terraformrc", ".tofurc"])
    };
    let folder = folder.into_iter();
    folder
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .collect()
}

/// Returns whether a configuration file keeps the CLI from looking into the plugin directory by itself.
fn is_in_the_way(config: &Path) -> bool {
    std::fs::read_to_string(config).is_ok_and(|text| {
        let mut lines = text.lines().map(str::trim_start);
        lines.any(|line| line.starts_with("provider_installation"))
    })
}

fn in_the_way(config: &Path) -> String {
    format!(
        "{} says where providers come from, so the CLI does not look into its plugin directory by itself.",
        config.display()
    )
}

/// The provider's directory for each registry.
pub(crate) fn places(mirror: &Path) -> impl Iterator<Item = PathBuf> {
    REGISTRIES
        .map(|registry| mirror.join(registry).join(NAMESPACE).join(NAME))
        .into_iter()
}

/// Puts a release there for each registry, in place of an earlier one of the same version, and
/// returns the archives.
fn put(release: &Release, platform: &Platform, mirror: &Path) -> Result<Vec<PathBuf>> {
    let archive = release.archive(platform)?;
    let name = archive_name(&release.version, platform);
    let put = |place: PathBuf| {
        std::fs::create_dir_all(&place)?;
        // Of a packed and an unpacked package of one version the CLI takes either.
        let unpacked = place.join(&release.version).join(&platform.name);
        if unpacked.exists() {
            std::fs::remove_dir_all(&unpacked)?;
            remove_empty(unpacked.parent(), &place)?;
        }
        let (part, whole) = (place.join(format!(".{name}.part")), place.join(&name));
        std::fs::write(&part, &archive)?;
        std::fs::rename(&part, &whole)?;
        Ok(whole)
    };
    let put: std::io::Result<Vec<PathBuf>> = places(mirror).map(put).collect();
    put.with_context(|| format!("could not write below {}", mirror.display()))
}

/// Removes the provider, and the directories that are empty then, and returns what was there.
fn remove(mirror: &Path) -> Result<Vec<PathBuf>> {
    let mut removed = Vec::new();
    for place in places(mirror).filter(|place| place.exists()) {
        std::fs::remove_dir_all(&place)
            .and_then(|()| remove_empty(place.parent(), mirror))
            .with_context(|| format!("could not remove {}", place.display()))?;
        removed.push(place);
    }
    Ok(removed)
}

/// Removes empty directories from one upwards, up to another, which stays.
fn remove_empty(from: Option<&Path>, to: &Path) -> std::io::Result<()> {
    for directory in from.into_iter().flat_map(Path::ancestors) {
        if directory == to || directory.read_dir()?.next().is_some() {
            break;
        }
        std::fs::remove_dir(directory)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
