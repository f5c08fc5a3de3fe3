//! Where things are, and building the provider.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// The package and program of the provider.
pub const PROVIDER: &str = "terraform-provider-docspace";

/// Returns the project's root.
pub fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// Returns a command of the Cargo that started this program, to run in the project's root.
pub fn cargo() -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root());
    command
}

/// Asks Cargo for the directory of build products.
pub fn target() -> Result<PathBuf> {
    let metadata = metadata()?;
    let directory = metadata
        .get("target_directory")
        .and_then(Value::as_str)
        .context("cargo metadata names no target directory")?;
    Ok(PathBuf::from(directory))
}

/// Asks Cargo for the provider's version.
pub fn version() -> Result<String> {
    let metadata = metadata()?;
    let packages = metadata.get("packages").and_then(Value::as_array);
    packages
        .into_iter()
        .flatten()
        .find(|package| package.get("name").and_then(Value::as_str) == Some(PROVIDER))
        .and_then(|package| package.get("version").and_then(Value::as_str))
        .map(str::to_owned)
        .context("cargo metadata does not know the provider")
}

fn metadata() -> Result<Value> {
    let output = cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .stderr(Stdio::inherit())
        .output()
        .context("could not run cargo")?;
    serde_json::from_slice(&output.stdout).context("cargo metadata")
}

/// Builds a program of this workspace, with Cargo's progress on stderr, and returns where it is.
///
/// No package is named, so that dependencies have the features that `cargo build` gives them, and
/// none is built twice.
pub fn build(name: &str) -> Result<PathBuf> {
    let mut command = cargo();
    command.args(["build", "--bin", name, "--message-format"]);
    command.arg("json-render-diagnostics");
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .context("could not run cargo")?;
    if !output.status.success() {
        bail!("{name} does not build; see above");
    }
    built_program(&output.stdout, name)
}

/// Finds the program of this name in the messages of a build.
pub fn built_program(messages: &[u8], name: &str) -> Result<PathBuf> {
    String::from_utf8_lossy(messages)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|message| Some(PathBuf::from(message.get("executable")?.as_str()?)))
        .find(|program| program.file_stem().is_some_and(|stem| stem == name))
        .with_context(|| format!("cargo did not say where {name} is"))
}
