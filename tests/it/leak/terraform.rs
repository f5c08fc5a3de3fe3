//! The real command line tool in a directory of its own, of which everything can be looked through.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::archive::unpack;
use super::cli_support::{Cli, Sandbox};
use crate::host::process::PATIENCE;

const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-docspace");
const PROGRAM: &str = "terraform-provider-docspace";

/// A directory in which commands run at trace level, with the local build of the provider.
pub struct Directory {
    sandbox: Sandbox,
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
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let cli = Cli::find(target).unwrap_or_else(|missing| panic!("{missing}"));
        let mut sandbox = Sandbox::new(cli, target, Path::new(PROVIDER)).unwrap();
        sandbox.set("TF_LOG", "TRACE");
        sandbox.set("TF_LOG_PATH", sandbox.root().join("trace.log"));
        Self {
            sandbox,
            commands: 0,
        }
    }

    /// Sets a variable of the environment of the commands to come.
    pub fn set(&mut self, name: &str, value: &str) {
        self.sandbox.set(name, value);
    }

    /// Writes a file of the configuration.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.sandbox.work().join(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        let path = self.sandbox.root().join(name);
        String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
    }

    /// Starts a command.
    pub fn start(&self, args: &[&str]) -> Child {
        let mut command = self.sandbox.command(args);
        let own: Vec<_> = command
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect();
        command.env_clear().envs(own);
        Command::from(command)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap()
    }

    /// Waits for the end of a command, and keeps what it said among the files.
    pub async fn end(&mut self, command: Child) -> Ran {
        let output = timeout(PATIENCE, command.wait_with_output()).await;
        let output = output.unwrap().unwrap();
        let mut said = output.stdout;
        said.extend(output.stderr);
        self.commands += 1;
        let file = format!("said-{}", self.commands);
        fs::write(self.sandbox.root().join(file), &said).unwrap();
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
        collect(&self.sandbox.root(), &mut found);
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
