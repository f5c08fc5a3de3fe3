//! `cargo xtask plugin-testing`: the built provider under `HashiCorp`'s own library for acceptance tests.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};

use crate::cli::Cli;
use crate::dist::Platform;
use crate::pinned::Pinned;
use crate::{Verb, exit_code, install, no_arguments, workspace};

pub(crate) const VERB: Verb = Verb {
    name: "plugin-testing",
    summary: "drive the provider with HashiCorp's terraform-plugin-testing",
    help: "\
Builds the provider and the emulator, and runs the Go module in
tests/plugin-testing, in which HashiCorp's library for acceptance tests drives
them: plan and state checks, imports, drift, identity, query, ephemeral values.
The CLI is a current Terraform (see cargo xtask newest --help), or the one that
DOCSPACE_TF_CLI names.

Usage: cargo xtask plugin-testing

Needs Go 1.26 or later and what that Terraform needs, and at the first run the
registry of Go's modules.
",
    run,
};

fn run(args: Vec<OsString>) -> Result<ExitCode> {
    no_arguments(args)?;
    let target = workspace::target()?;
    let cli = if std::env::var_os(crate::cli::OVERRIDE).is_some() {
        Cli::find(&target)?.path
    } else {
        Pinned::Terraform.program()?
    };
    let provider = workspace::build(workspace::PROVIDER)?;
    let emulator = workspace::build("docspace-emulator")?;
    // Development overrides do not do: the library calls init.
    let mirror = tempfile::Builder::new()
        .prefix("plugin-testing-")
        .tempdir_in(&target)?;
    let config = write_mirror(&provider, mirror.path())?;
    let mut go = Command::new("go");
    let names = std::env::vars_os().map(|(name, _)| name);
    let is_setting = |name: &OsString| {
        let mut prefixes = ["TF_", "TOFU_", "DOCSPACE_"].iter();
        prefixes.any(|prefix| name.to_string_lossy().starts_with(prefix))
    };
    for setting in names.filter(is_setting) {
        go.env_remove(setting);
    }
    go.args(["test", "-count=1", "-v", "./..."])
        .current_dir(workspace::root().join("tests").join("plugin-testing"))
        .env("CHECKPOINT_DISABLE", "1")
        .env("DOCSPACE_EMULATOR", emulator)
        .env("TF_ACC_TERRAFORM_PATH", &cli)
        .env("TF_CLI_CONFIG_FILE", config);
    if cli.file_stem().is_some_and(|name| name == "tofu") {
        go.env("TF_ACC_PROVIDER_HOST", install::REGISTRIES[1]);
    }
    let status = go.status();
    let status = status
        .context("could not run go, which this step needs; install it from https://go.dev/dl/")?;
    Ok(exit_code(status))
}

/// Makes a mirror with the provider alone, and the CLI configuration that names it.
fn write_mirror(provider: &Path, mirror: &Path) -> Result<PathBuf> {
    let platform = Platform::of(None)?;
    let version = workspace::version()?;
    for place in install::places(mirror) {
        let place = place.join(&version).join(&platform.name);
        std::fs::create_dir_all(&place)?;
        let name = format!("{}{}", workspace::PROVIDER, platform.suffix);
        std::fs::hard_link(provider, place.join(name))?;
    }
    let config = mirror.join("cli.tfrc");
    let path = mirror.to_string_lossy().replace('\\', "/");
    std::fs::write(
        &config,
        format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = \"{path}\"\n  }}\n}}\n"
        ),
    )?;
    Ok(config)
}
