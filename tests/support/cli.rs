//! Finding Terraform or OpenTofu, and running it with the local build of the provider and nothing
//! of the user's own.
//!
//! Included by path in `xtask`, the acceptance tests and the leak test, so that all shield the CLI
//! alike. It therefore uses only std, `serde_json` and `tempfile`.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The variable that names the CLI to use: a path, or a name on the `PATH`.
pub const OVERRIDE: &str = "DOCSPACE_TF_CLI";
/// The provider's program, without the suffix of Windows.
const PROVIDER: &str = "terraform-provider-docspace";
/// The source address; this short form is completed with each CLI's own default registry.
const ADDRESS: &str = "onlyoffice/docspace";
/// Where a downloaded CLI lies, below the target directory.
const FETCHED: &str = "terraform-cli";

/// A Terraform or OpenTofu program on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cli {
    /// Where it is.
    pub path: PathBuf,
    /// Why this one, for people.
    pub reason: String,
}

/// No CLI was found; the text says what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing(String);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Missing {}

impl Cli {
    /// Finds the CLI: what [`OVERRIDE`] names, else `terraform` and then `tofu` on the `PATH`, else
    /// the one that `cargo xtask terraform --fetch` has put below the target directory.
    pub fn find(target: &Path) -> Result<Self, Missing> {
        Self::find_in(&|name| std::env::var_os(name), target)
    }

    fn find_in(
        variable: &dyn Fn(&str) -> Option<OsString>,
        target: &Path,
    ) -> Result<Self, Missing> {
        let search = variable("PATH").unwrap_or_default();
        if let Some(wanted) = variable(OVERRIDE).filter(|wanted| !wanted.is_empty()) {
            let path = program(&wanted, &search).ok_or_else(|| {
                let wanted = wanted.to_string_lossy();
                Missing(format!(
                    "{OVERRIDE} is \"{wanted}\", but there is no such program. Set it to the path of \
                     terraform or tofu, to a name on the PATH, or unset it."
                ))
            })?;
            let reason = format!("{OVERRIDE} names it");
            return Ok(Self { path, reason });
        }
        for name in ["terraform", "tofu"] {
            if let Some(path) = program(OsStr::new(name), &search) {
                let reason = "it is on the PATH".to_owned();
                return Ok(Self { path, reason });
            }
        }
        let fetched = Self::fetched(target);
        if fetched.is_file() {
            let reason = "cargo xtask terraform --fetch has put it there".to_owned();
            return Ok(Self {
                path: fetched,
                reason,
            });
        }
        Err(Missing(format!(
            "Neither terraform nor tofu is on the PATH. Install Terraform 1.5 or later \
             (https://developer.hashicorp.com/terraform/install) or OpenTofu 1.6 or later \
             (https://opentofu.org/docs/intro/install), or run cargo xtask terraform --fetch, or set \
             {OVERRIDE} to the path of one of them."
        )))
    }

    /// Returns where `cargo xtask terraform --fetch` puts the CLI, whether it is there or not.
    pub fn fetched(target: &Path) -> PathBuf {
        target.join(FETCHED).join(executable("terraform"))
    }

    /// Asks the CLI for its version, such as `1.11.4`.
    pub fn version(&self) -> io::Result<String> {
        let mut command = Command::new(&self.path);
        shield(&mut command);
        let output = command.args(["version", "-json"]).output()?;
        let version = serde_json::from_slice::<serde_json::Value>(&output.stdout)
            .ok()
            .and_then(|json| Some(json.get("terraform_version")?.as_str()?.to_owned()));
        version.ok_or_else(|| {
            io::Error::other(format!(
                "{} did not tell its version, so it seems to be neither terraform nor tofu",
                self.path.display()
            ))
        })
    }
}

/// What the CLI may install beside the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherProviders {
    /// Nothing: no command opens a connection to a registry.
    None,
    /// Whatever a configuration names, from its registry.
    FromRegistries,
}

/// Writes a CLI configuration that replaces the released provider by a local build, and returns its
/// path: the value of `TF_CLI_CONFIG_FILE`. No `init` is needed then.
///
/// The program gets a directory of its own, because the CLI takes the first file whose name begins
/// like the provider's (TPP §1.1).
pub fn write_config(
    directory: &Path,
    provider: &Path,
    others: OtherProviders,
) -> io::Result<PathBuf> {
    let plugins = directory.join("plugin");
    fs::create_dir_all(&plugins)?;
    let copy = plugins.join(executable(PROVIDER));
    if copy.exists() {
        fs::remove_file(&copy)?;
    }
    // A link is instant, and the linker replaces the program instead of writing into it.
    fs::hard_link(provider, &copy).or_else(|_| fs::copy(provider, &copy).map(drop))?;
    let direct = match others {
        OtherProviders::None => "",
        OtherProviders::FromRegistries => "  direct {}\n",
    };
    let config = directory.join("cli.tfrc");
    let plugins = plugins.to_string_lossy().replace('\\', "/");
    fs::write(
        &config,
        format!(
            "provider_installation {{\n  dev_overrides {{\n    \"{ADDRESS}\" = \"{plugins}\"\n  \
             }}\n{direct}}}\n"
        ),
    )?;
    Ok(config)
}

/// A directory in which the CLI runs with the local build, shielded from the user's settings.
/// Dropping it removes the directory.
#[derive(Debug)]
pub struct Sandbox {
    cli: Cli,
    root: TempDir,
    config: PathBuf,
    environment: BTreeMap<String, OsString>,
}

impl Sandbox {
    /// Makes a sandbox below the target directory.
    pub fn new(cli: Cli, target: &Path, provider: &Path) -> io::Result<Self> {
        fs::create_dir_all(target)?;
        let root = tempfile::Builder::new()
            .prefix("cli-sandbox-")
            .tempdir_in(target)?;
        let config = write_config(root.path(), provider, OtherProviders::None)?;
        for directory in ["home", "tmp", "work"] {
            fs::create_dir(root.path().join(directory))?;
        }
        Ok(Self {
            cli,
            root,
            config,
            environment: BTreeMap::new(),
        })
    }

    /// Sets a variable of every command to come.
    pub fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.environment.insert(name.to_owned(), value.into());
    }

    /// Returns the directory that everything of the sandbox is in, and that goes with it.
    pub fn root(&self) -> PathBuf {
        self.root.path().to_owned()
    }

    /// Returns the directory that the commands run in; configurations and state lie there.
    pub fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// Returns a command of the CLI, ready to run: no colors, no questions, no checks for updates,
    /// no proxies and none of the user's own settings.
    pub fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(&self.cli.path);
        shield(&mut command);
        let root = self.root.path();
        command
            .args(args)
            .current_dir(self.work())
            .stdin(std::process::Stdio::null())
            .env("TF_CLI_CONFIG_FILE", &self.config)
            .env("HOME", root.join("home"))
            .env("USERPROFILE", root.join("home"))
            .env("APPDATA", root.join("home"))
            .env("TMPDIR", root.join("tmp"))
            .envs(&self.environment);
        command
    }
}

/// Takes away what the user's environment would change, and switches off what no script wants.
fn shield(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let upper = name.to_string_lossy().to_ascii_uppercase();
        let is_setting = ["TF_", "TOFU_", "DOCSPACE_", "XDG_"]
            .iter()
            .any(|prefix| upper.starts_with(prefix));
        if is_setting || upper.ends_with("_PROXY") {
            command.env_remove(name);
        }
    }
    command
        .env("CHECKPOINT_DISABLE", "1")
        .env("TF_IN_AUTOMATION", "1")
        .env("TF_INPUT", "0")
        .env("TF_CLI_ARGS", "-no-color");
}

/// Finds a program: as a path when it has a directory part, else on the search path.
fn program(name: &OsStr, search: &OsStr) -> Option<PathBuf> {
    let as_path = Path::new(name);
    if as_path.components().count() > 1 {
        let path = std::path::absolute(as_path).ok()?;
        return is_program(&path).then_some(path);
    }
    let name = match as_path.extension() {
        Some(_) => name.to_owned(),
        None => executable(&name.to_string_lossy()).into(),
    };
    std::env::split_paths(search)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(&name))
        .find(|path| is_program(path))
}

fn is_program(path: &Path) -> bool {
    let Ok(metadata) = path.metadata() else {
        return false;
    };
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 == 0 {
        return false;
    }
    metadata.is_file()
}

fn executable(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Finds a CLI among these files, with this override.
    fn find(files: &[&str], wanted: Option<&str>) -> Result<String, String> {
        let root = tempfile::tempdir().unwrap();
        let bin = root.path().join("bin");
        fs::create_dir(&bin).unwrap();
        for file in files {
            let path = root.path().join(executable(file));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
            #[cfg(unix)]
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755))
                .unwrap();
        }
        let wanted = wanted.map(|wanted| match wanted.strip_prefix("./") {
            Some(relative) => root.path().join(relative).into_os_string(),
            None => wanted.into(),
        });
        let variable = |name: &str| match name {
            "PATH" => Some(bin.clone().into_os_string()),
            OVERRIDE => wanted.clone(),
            _ => None,
        };
        let found = Cli::find_in(&variable, &root.path().join("target"));
        found.map_err(|missing| missing.to_string()).map(|cli| {
            let name = cli
                .path
                .strip_prefix(root.path())
                .unwrap()
                .to_string_lossy();
            let name = name.strip_suffix(std::env::consts::EXE_SUFFIX).unwrap();
            name.replace('\\', "/")
        })
    }

    #[test]
    fn terraform_is_preferred_to_tofu_and_the_path_to_a_download() {
        let all = [
            "bin/tofu",
            "bin/terraform",
            "target/terraform-cli/terraform",
        ];
        assert_eq!(find(&all, None).unwrap(), "bin/terraform");
        assert_eq!(find(&["bin/tofu", all[2]], None).unwrap(), "bin/tofu");
        assert_eq!(find(&all[2..], None).unwrap(), all[2]);
    }

    #[test]
    fn the_override_wins_and_may_be_a_name_or_a_path() {
        let files = ["bin/terraform", "bin/tofu"];
        assert_eq!(find(&files, Some("tofu")).unwrap(), "bin/tofu");
        assert_eq!(find(&files, Some("")).unwrap(), "bin/terraform");
        let by_path = find(&["bin/terraform", "other/cli"], Some("./other/cli"));
        #[cfg(unix)]
        assert_eq!(by_path.unwrap(), "other/cli");
        #[cfg(not(unix))]
        drop(by_path);
    }

    #[test]
    fn a_wrong_override_is_an_error_and_no_reason_to_look_elsewhere() {
        let error = find(&["bin/terraform"], Some("tofu")).unwrap_err();
        assert!(error.contains("DOCSPACE_TF_CLI is \"tofu\""), "{error}");
    }

    #[test]
    fn nothing_found_says_what_to_install() {
        let error = find(&[], None).unwrap_err();
        for advice in [
            "Install Terraform 1.5",
            "OpenTofu 1.6",
            "cargo xtask terraform --fetch",
        ] {
            assert!(error.contains(advice), "{error}");
        }
    }
}
