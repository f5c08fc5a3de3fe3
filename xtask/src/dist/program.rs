//! The program of a release: stripped, and without a path of this machine in it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};

use crate::workspace;

/// How link-time optimization works on the whole program. At the level of the libraries, for size, it would vectorize no
/// loop of any of them: Argon2 would take half as long again.
const LINK_TIME_OPTIMIZATION: &str = "-Copt-level=2";

/// Builds the release's program for a target, the machine's own by default, and returns where it is.
pub fn build(triple: Option<&str>) -> Result<PathBuf> {
    let target = workspace::target()?.join("dist-build");
    let renamed = renamed_paths()?;
    let rust: Vec<String> = renamed
        .iter()
        .map(|(from, to)| format!("--remap-path-prefix={from}={to}"))
        .collect();
    let c: Vec<String> = renamed
        .iter()
        .map(|(from, to)| format!("-ffile-prefix-map={from}={to}"))
        .collect();
    let mut command = workspace::cargo();
    command
        .args(["rustc", "--release", "--locked", "--message-format"])
        .args(["json-render-diagnostics", "--package", workspace::PROVIDER])
        .args(["--bin", workspace::PROVIDER, "--target-dir"])
        .arg(target)
        .env("CARGO_ENCODED_RUSTFLAGS", rust.join("\x1f"))
        .env("CFLAGS", c.join(" "));
    if let Some(triple) = triple {
        command.args(["--target", triple]);
    }
    command.args(["--", LINK_TIME_OPTIMIZATION]);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .context("could not run cargo")?;
    if !output.status.success() {
        bail!("the release does not build; see above");
    }
    workspace::built_program(&output.stdout, workspace::PROVIDER)
}

/// Directories of this machine whose names would end up in the program, and what stands for them.
/// Of two that match, compilers take the last.
fn renamed_paths() -> Result<Vec<(String, &'static str)>> {
    let home = |variable: &str, directory: &str| -> Result<OsString> {
        if let Some(home) = std::env::var_os(variable) {
            return Ok(home);
        }
        let home = std::env::home_dir().context("no home directory")?;
        Ok(home.join(directory).into_os_string())
    };
    let text = |path: OsString| match path.into_string() {
        Ok(path) => Ok(path),
        Err(path) => bail!("{} is not Unicode", path.display()),
    };
    Ok(vec![
        (text(home("RUSTUP_HOME", ".rustup")?)?, "/rustup"),
        (text(home("CARGO_HOME", ".cargo")?)?, "/cargo"),
        (text(workspace::target()?.into_os_string())?, "/target"),
        (text(workspace::root().as_os_str().to_owned())?, "/source"),
    ])
}
