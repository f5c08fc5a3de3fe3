//! The real command line tool in a directory of its own, of which everything can be looked through.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::archive::unpack;
use crate::host::process::PATIENCE;

const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-docspace");
const PROGRAM: &str = "terraform-provider-docspace";

/// A directory in which commands run at trace level, with the local build of the provider.
pub struct Directory {
    root: TempDir,
    environment: BTreeMap<String, String>,
    commands: usize,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub succeeded: bool,
    pub code: Option<i32>,
    /// What it wrote on stdout and stderr.
    pub said: String,
}

impl Directory {
    pub fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for name in ["home", "tmp", "plugin", "work"] {
            fs::create_dir(root.path().join(name)).unwrap();
        }
        // The tool takes the first file of a directory whose name fits (TPP §1.1).
        let plugin = root.path().join("plugin").join(PROGRAM);
        fs::hard_link(PROVIDER, &plugin)
            .or_else(|_| fs::copy(PROVIDER, &plugin).map(drop))
            .unwrap();
        let config = format!(
            "provider_installation {{\n  dev_overrides {{\n    \"onlyoffice/docspace\" = \"{}\"\n  }}\n}}\n",
            root.path().join("plugin").display()
        );
        fs::write(root.path().join("cli.tfrc"), config).unwrap();
        let path = |name: &str| root.path().join(name).to_str().unwrap().to_owned();
        let environment = [
            ("HOME", path("home")),
            ("TMPDIR", path("tmp")),
            ("TF_CLI_CONFIG_FILE", path("cli.tfrc")),
            ("TF_LOG", "TRACE".to_owned()),
            ("TF_LOG_PATH", path("trace.log")),
            ("TF_IN_AUTOMATION", "1".to_owned()),
            ("TF_INPUT", "0".to_owned()),
            ("CHECKPOINT_DISABLE", "1".to_owned()),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value));
        Self {
            environment: environment.into(),
            root,
            commands: 0,
        }
    }

    /// Sets a variable of the environment of the commands to come.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    /// Writes a file of the configuration.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.root.path().join("work").join(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        let path = self.root.path().join(name);
        String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
    }

    /// Starts a command.
    pub fn start(&self, args: &[&str]) -> Child {
        Command::new(tool())
            .args(args)
            .arg("-no-color")
            .current_dir(self.root.path().join("work"))
            .env_clear()
            .envs(&self.environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap()
    }

    /// Waits for the end of a command, and keeps what it said among the files.
    pub async fn end(&mut self, command: Child) -> Ran {
        let output = timeout(2 * PATIENCE, command.wait_with_output()).await;
        let output = output.unwrap().unwrap();
        let mut said = output.stdout;
        said.extend(output.stderr);
        self.commands += 1;
        let file = format!("said-{}", self.commands);
        fs::write(self.root.path().join(file), &said).unwrap();
        Ran {
            succeeded: output.status.success(),
            code: output.status.code(),
            said: String::from_utf8_lossy(&said).into_owned(),
        }
    }

    /// Runs a command.
    pub async fn run(&mut self, args: &[&str]) -> Ran {
        let command = self.start(args);
        self.end(command).await
    }

    /// Runs a command that has to succeed.
    pub async fn succeed(&mut self, args: &[&str]) -> String {
        let ran = self.run(args).await;
        assert!(ran.succeeded, "{args:?}: {}", ran.said);
        ran.said
    }

    /// Every file, and the name of everything: what was written there, what was said, the log. Saved
    /// plans are unpacked too. The program itself is left out.
    pub fn everything(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        collect(self.root.path(), &mut found);
        found
    }

    /// The processes of the provider that a command has started.
    pub fn providers(command: &Child) -> Vec<u32> {
        let parent = command.id().unwrap();
        let numbers = fs::read_dir("/proc").unwrap().filter_map(|entry| {
            let name = entry.unwrap().file_name();
            name.to_str()?.parse::<u32>().ok()
        });
        let is_ours = |pid: &u32| {
            // The parent's number follows the name in parentheses and the state.
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let rest = stat.rsplit_once(") ").map(|(_, rest)| rest);
            let field = rest.and_then(|rest| rest.split(' ').nth(1)?.parse().ok());
            field == Some(parent)
        };
        numbers.filter(is_ours).collect()
    }
}

fn collect(directory: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            collect(&path, found);
        } else if name == PROGRAM {
            continue;
        } else if path.is_file() {
            let content = fs::read(&path).unwrap();
            if content.starts_with(b"PK") {
                for (inner, content) in unpack(&content) {
                    found.push((path.join(inner), content));
                }
            }
            found.push((path.clone(), content));
        }
        found.push((path.join("(its name)"), name.into_bytes()));
    }
}

/// The tool: what `DOCSPACE_TF_CLI` names, else `terraform` or `tofu` on the search path.
fn tool() -> PathBuf {
    if let Some(named) = std::env::var_os("DOCSPACE_TF_CLI").filter(|named| !named.is_empty()) {
        return named.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories: Vec<_> = std::env::split_paths(&path).collect();
    let found = ["terraform", "tofu"].iter().find_map(|name| {
        let mut places = directories.iter().map(|directory| directory.join(name));
        places.find(|place| place.is_file())
    });
    found.unwrap_or_else(|| {
        panic!(
            "neither terraform nor tofu is on the PATH; install Terraform or OpenTofu 1.11 or later, or name its \
             program in DOCSPACE_TF_CLI"
        )
    })
}
