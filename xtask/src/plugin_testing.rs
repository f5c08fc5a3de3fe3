//! `cargo xtask plugin-testing`: the built provider under `HashiCorp`'s own library for acceptance tests.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};

use crate::cli::Cli;
use crate::dist::Platform;
use crate::{Verb, exit_code, install, no_arguments, workspace};

pub(crate) const VERB: Verb = Verb {
    name: "plugin-testing",
    summary: "drive the provider with HashiCorp's terraform-plugin-testing",
    help: "\
Builds the provider and the emulator, and runs the Go module in
tests/plugin-testing, in which HashiCorp's library for acceptance tests drives
them with the CLI: plan checks, state checks, imports, drift, ephemeral values.

Usage: cargo xtask plugin-testing

Needs Go 1.26 or later and terraform or tofu, and at the first run the registry of
Go's modules.
",
    run,
};

fn run(args: Vec<OsString>) -> Result<ExitCode> {
    no_arguments(args)?;
    let target = workspace::target()?;
    let cli = Cli::find(&target).map_err(anyhow::Error::from)?;
    let provider = workspace::build(workspace::PROVIDER)?;
    let emulator = workspace::build("docspace-emulator")?;
    // Development overrides do not do: the library calls init.
    let mirror = tempfile::Builder::new()
        .prefix("plugin-testing-")
        .tempdir_in(&target)?;
    let config = write_mirror(&provider, mirror.path())?;
    let mut go = Command::new("go");
    for (name, _) in std::env::vars_os() {
        let is_setting = ["TF_", "TOFU_", "DOCSPACE_"];
        if is_setting
            .iter()
            .any(|prefix| name.to_string_lossy().starts_with(prefix))
        {
            go.env_remove(name);
        }
    }
    go.args(["test", "-count=1", "-v", "./..."])
        .current_dir(workspace::root().join("tests").join("plugin-testing"))
        .env("CHECKPOINT_DISABLE", "1")
        .env("DOCSPACE_EMULATOR", emulator)
        .env("TF_ACC_TERRAFORM_PATH", &cli.path)
        .env("TF_CLI_CONFIG_FILE", config);
    if cli.path.file_stem().is_some_and(|name| name == "tofu") {
        go.env("TF_ACC_PROVIDER_HOST", install::REGISTRIES[1]);
    }
    let status = go.status();
    let status = status
        .context("could not run go, which this step needs; install it from https://go.dev/dl/")?;
    Ok(exit_code(status))
}

/// Makes a mirror with the provider alone, and the CLI configuration that names it.
fn write_mirror(provider: &Path, mirror: &Path) -> Result<std::path::PathBuf> {
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
