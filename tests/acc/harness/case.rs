//! One test's world.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use docspace_emulator::{Config, Emulator};
use serde_json::Value;

use super::cli::Sandbox;
use super::running::Running;
use super::{Run, SavedPlan, TARGET, cli, wait_for, wait_until};

/// The file that a saved plan goes to.
const PLAN: &str = "saved.tfplan";

/// A directory with a configuration and its state, the CLI with nothing of the user's own, and a
/// portal that the environment points at. Dropping it checks that nothing was left behind.
#[derive(Debug)]
pub struct Case {
    /// The portal.
    pub portal: Emulator,
    sandbox: Sandbox,
}

impl Case {
    /// Makes a case whose portal accepts any receiver without probing it.
    pub fn new() -> Self {
        Self::with(Config::offline())
    }

    /// Makes a case whose portal is configured like this.
    pub fn with(config: Config) -> Self {
        let provider = Path::new(env!("CARGO_BIN_EXE_terraform-provider-docspace"));
        let mut sandbox = Sandbox::new(cli().clone(), &TARGET, provider).unwrap();
        let portal = start(config);
        sandbox.set("DOCSPACE_BASE_URL", portal.base_url());
        sandbox.set("DOCSPACE_API_KEY", portal.api_key());
        let case = Self { portal, sandbox };
        case.write("versions.tf", VERSIONS);
        case
    }

    /// Writes a file of the configuration.
    pub fn write(&self, file: &str, content: impl Display) {
        fs::write(self.path(file), content.to_string()).unwrap();
    }

    /// Removes a file of the configuration.
    pub fn remove(&self, file: &str) {
        fs::remove_file(self.path(file)).unwrap();
    }

    /// Reads a file of the case's directory.
    pub fn read(&self, file: &str) -> Vec<u8> {
        fs::read(self.path(file)).unwrap()
    }

    /// Returns where a file of the case's directory is.
    pub fn path(&self, file: &str) -> PathBuf {
        self.sandbox.work().join(file)
    }

    /// Sets an environment variable of every command to come.
    pub fn set(&mut self, name: &str, value: &str) {
        self.sandbox.set(name, value);
    }

    /// Lets the program under test stand in for another provider that a state names, such as
    /// `magodo/restful`: the CLI asks it for its schema and nothing else.
    pub fn stand_in_for(&self, provider: &str) {
        // OpenTofu takes what a state says of Terraform's registry as said of its own.
        for registry in ["registry.terraform.io", "registry.opentofu.org"] {
            self.stand_in_at(registry, provider);
        }
    }

    /// The same for a provider in the registry or mirror of one host.
    pub fn stand_in_at(&self, host: &str, provider: &str) {
        let (_, name) = provider.split_once('/').unwrap();
        let folder = self.sandbox.root().join(host).join(name);
        fs::create_dir_all(&folder).unwrap();
        let program = format!("terraform-provider-{name}{}", env::consts::EXE_SUFFIX);
        let ours = env!("CARGO_BIN_EXE_terraform-provider-docspace");
        fs::hard_link(ours, folder.join(program)).unwrap();
        let config = self.sandbox.root().join("cli.tfrc");
        let folder = folder.to_string_lossy().replace('\\', "/");
        let block = format!("dev_overrides {{\n    \"{host}/{provider}\" = \"{folder}\"\n");
        let text = fs::read_to_string(&config).unwrap();
        fs::write(&config, text.replacen("dev_overrides {\n", &block, 1)).unwrap();
    }

    /// Runs a command of the CLI to its end.
    #[track_caller]
    pub fn run(&self, args: &[&str]) -> Run {
        self.start(args).finish().hides(self.portal.api_key())
    }

    /// Starts a command of the CLI.
    pub fn start(&self, args: &[&str]) -> Running {
        Running::start(self.command(args))
    }

    /// Runs lines of a shell, as they stand in a guide: `terraform` is the CLI under test in them.
    #[cfg(unix)]
    #[track_caller]
    pub fn shell(&self, lines: &str) -> Run {
        let cli = self.command(&[]);
        let program = Path::new(cli.get_program()).display();
        let script = format!("terraform() {{ '{program}' \"$@\"; }}\n{lines}");
        let mut command = Command::new("sh");
        command
            .args(["-euc", &script])
            .current_dir(self.sandbox.work())
            .env_clear()
            .envs(
                cli.get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            );
        let run = Running::start(command).finish();
        run.hides(self.portal.api_key())
    }

    /// Plans: exit code 0 is an empty plan, 2 one with changes.
    #[track_caller]
    pub fn plan(&self) -> Run {
        self.run(&["plan", "-detailed-exitcode"])
    }

    /// Plans and applies at once.
    #[track_caller]
    pub fn apply(&self) -> Run {
        self.run(&["apply", "-auto-approve"])
    }

    /// Destroys everything.
    #[track_caller]
    pub fn destroy(&self) -> Run {
        self.run(&["destroy", "-auto-approve"])
    }

    /// Imports by the command.
    #[track_caller]
    pub fn import(&self, address: &str, id: &str) -> Run {
        self.run(&["import", address, id])
    }

    /// Saves a plan, made with these additional arguments, and reads it.
    #[track_caller]
    pub fn saved_plan(&self, args: &[&str]) -> SavedPlan {
        let out = format!("-out={PLAN}");
        self.run(&[&["plan", &out], args].concat()).succeeds();
        SavedPlan::parse(self.run(&["show", "-json", PLAN]).succeeds().stdout())
    }

    /// Applies the plan that was saved last.
    #[track_caller]
    pub fn apply_saved(&self) -> Run {
        self.run(&["apply", PLAN])
    }

    /// Reads the state through `show -json`.
    #[track_caller]
    pub fn show_state(&self) -> Value {
        serde_json::from_str(self.run(&["show", "-json"]).succeeds().stdout()).unwrap()
    }

    /// Returns a resource's attributes in the state, null if it is not there.
    #[track_caller]
    pub fn attributes(&self, address: &str) -> Value {
        let state = self.show_state();
        let resources = state["values"]["root_module"]["resources"].as_array();
        let mut resources = resources.into_iter().flatten();
        let found = resources.find(|resource| resource["address"] == address);
        found.map_or(Value::Null, |resource| resource["values"].clone())
    }

    /// Demands exactly these requests since the last time they were taken.
    #[track_caller]
    pub fn has_requested(&self, expected: &[(&str, u64)]) {
        let requests = self.take_requests();
        let expected = expected
            .iter()
            .map(|(name, count)| ((*name).to_owned(), *count));
        assert_eq!(requests, expected.collect::<BTreeMap<_, _>>());
    }

    /// Counts the requests since the last time they were taken, by method and path below the API.
    pub fn take_requests(&self) -> BTreeMap<String, u64> {
        self.made_no_wrong_request();
        let summary = self.portal.request_summary();
        self.portal.reset_log();
        let short = |route: String| route.replace("/api/2.0/", "").replace("settings/", "");
        let counts = summary.by_route.into_iter();
        counts.map(|(route, count)| (short(route), count)).collect()
    }

    /// Demands that the provider knew the portal's paths, methods and content types.
    #[track_caller]
    fn made_no_wrong_request(&self) {
        for entry in self.portal.request_log() {
            let is_wrong =
                matches!(entry.status, Some(405 | 415)) || !entry.path.starts_with("/api/2.0/");
            assert!(!is_wrong, "the provider sent {entry:?}");
        }
    }

    /// Waits until no plugin is left: each has a socket in the directory for temporary files.
    #[track_caller]
    pub fn has_no_plugin(&self) {
        wait_until("every plugin to end", || {
            fs::read_dir(self.temporary()).unwrap().next().is_none()
        });
    }

    /// Returns the directory for temporary files.
    pub fn temporary(&self) -> PathBuf {
        self.sandbox.root().join("tmp")
    }

    /// Returns the home directory of every command.
    pub fn home(&self) -> PathBuf {
        self.sandbox.root().join("home")
    }

    /// Returns a command of the CLI whose environment holds only what it needs.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.sandbox.command(args);
        let own: Vec<_> = command
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect();
        command.env_clear().envs(own);
        for name in ["PATH", "SystemRoot"] {
            if let Some(value) = env::var_os(name) {
                command.env(name, value);
            }
        }
        command
    }
}

impl Drop for Case {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        self.made_no_wrong_request();
        self.has_no_plugin();
    }
}

/// Starts a portal.
pub fn start(config: Config) -> Emulator {
    wait_for("the portal to start", Emulator::start(config)).unwrap()
}

/// What every configuration begins with.
const VERSIONS: &str = r#"terraform {
  required_providers {
    docspace = {
      source = "onlyoffice/docspace"
    }
  }
}
"#;
