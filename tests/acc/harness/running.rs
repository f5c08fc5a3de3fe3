//! A command that has not ended yet, and can be interrupted.

use std::process::{Command, Stdio};

use tokio::process::Child;

use super::{RUNTIME, Run, wait_for};

/// A command under way. Dropping it kills it.
#[derive(Debug)]
pub struct Running {
    command: String,
    child: Child,
}

impl Running {
    /// Starts a command.
    pub fn start(mut command: Command) -> Self {
        // A signal sent to the group reaches the CLI and its plugins, as Ctrl-C in a terminal does.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut name = command.get_program().to_string_lossy().into_owned();
        for arg in command.get_args() {
            name = format!("{name} {}", arg.to_string_lossy());
        }
        let _in_runtime = RUNTIME.enter();
        let child = tokio::process::Command::from(command)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self {
            command: name,
            child,
        }
    }

    /// Waits for the end.
    #[track_caller]
    pub fn finish(self) -> Run {
        let Self { command, child } = self;
        let output = wait_for(&command, child.wait_with_output()).unwrap();
        Run::new(command, output)
    }

    /// Kills the command itself, and nothing that it started.
    #[track_caller]
    pub fn kill(mut self) {
        wait_for("the command to die", self.child.kill()).unwrap();
    }

    /// Presses Ctrl-C again and again until the command has ended, whatever it has to say.
    #[cfg(unix)]
    #[track_caller]
    pub fn interrupt_until_it_ends(mut self) {
        let group = format!("-{}", self.child.id().unwrap());
        super::wait_until("the command to give up", || {
            let has_ended = self.child.try_wait().unwrap().is_some();
            if !has_ended {
                signal("INT", &group);
            }
            has_ended
        });
    }

    /// Sends a signal by its short name, such as `INT`, to the command and all that it started.
    #[cfg(unix)]
    #[track_caller]
    pub fn signal(&self, name: &str) {
        signal(name, &format!("-{}", self.child.id().unwrap()));
    }
}

/// Sends a signal to a process, or to a group by its negative number.
#[cfg(unix)]
#[track_caller]
pub fn signal(name: &str, target: &str) {
    let status = Command::new("sh")
        .args(["-c", &format!("kill -s {name} -- {target}")])
        .status()
        .unwrap();
    assert!(status.success(), "kill -s {name}: {status}");
}
