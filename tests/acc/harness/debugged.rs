//! The provider started by a developer instead of the CLI.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::running::signal;
use super::{Case, RUNTIME, wait_for};

/// A provider in debug mode, which the CLI attaches to.
#[derive(Debug)]
pub struct Debugged {
    child: Child,
    /// Kept open, so that the provider can go on writing.
    _stdout: Lines<BufReader<ChildStdout>>,
    reattach: String,
}

impl Debugged {
    /// Starts the provider and waits until it says how to attach.
    pub fn start(case: &Case) -> Self {
        let _in_runtime = RUNTIME.enter();
        let mut child = Command::new(env!("CARGO_BIN_EXE_terraform-provider-docspace"))
            .arg("--debug")
            .env_clear()
            .env("TMPDIR", case.temporary())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let reattach = wait_for("the provider to say how to attach", async {
            loop {
                let line = stdout.next_line().await.unwrap().unwrap();
                let assignment = line.trim().strip_prefix("export TF_REATTACH_PROVIDERS='");
                if let Some(value) = assignment {
                    break value.trim_end_matches('\'').to_owned();
                }
            }
        });
        Self {
            child,
            _stdout: stdout,
            reattach,
        }
    }

    /// Returns the value of `TF_REATTACH_PROVIDERS`.
    pub fn reattach(&self) -> &str {
        &self.reattach
    }

    /// Ends it as Ctrl-C does, and demands that it ends well.
    #[track_caller]
    pub fn end(mut self) {
        signal("INT", &self.child.id().unwrap().to_string());
        let status = wait_for("the provider to end", self.child.wait()).unwrap();
        assert!(status.success(), "{status}");
    }
}
