//! A command that runs to its end while its memory is watched.

use std::fs;
use std::io::{self, Seek as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// When memory is looked at first.
const LOOK: Duration = Duration::from_millis(10);

/// How much longer a command may run until the next look, as a part of its time so far. Looking takes from what is
/// measured. The system keeps the high-water marks, so only what a process takes in its last moments can be missed.
const PART: u32 = 20;

/// How the names of all plugins begin, as far as Linux keeps the names of processes.
const PLUGIN: &str = "terraform-provi";

/// What a finished command took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) time: Duration,
    /// Seconds of processor time of the command and its plugins, where the system tells. Unlike the
    /// wall clock it hardly depends on what else the machine does.
    pub(super) processor: Option<f64>,
    pub(super) peaks: Peaks,
}

/// The most memory that was resident, in KiB; 0 where the system does not tell.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Peaks {
    /// Of the command itself.
    pub(super) own: u32,
    /// Of the plugins it has started, each for itself.
    pub(super) plugin: u32,
}

/// Runs a command to its end.
///
/// # Errors
///
/// It cannot be started, or fails; then the error has what it said.
pub(super) fn run(mut command: Command) -> Result<Run> {
    let mut stderr = tempfile::tempfile()?;
    command.stdout(Stdio::null()).stderr(stderr.try_clone()?);
    let (begin, used) = (Instant::now(), processor_of_children());
    let mut child = Ended(command.spawn().context("could not start the CLI")?);
    let (pid, (running, ended)) = (child.0.id(), channel::<()>());
    let (status, time, peaks) = std::thread::scope(|scope| {
        let watching = scope.spawn(move || watch(pid, &ended));
        let status = child.0.wait();
        let time = begin.elapsed();
        drop(running);
        (status, time, watching.join().unwrap_or_default())
    });
    let status = status?;
    if !status.success() {
        stderr.rewind()?;
        let said = io::read_to_string(stderr)?;
        let said: String = said.chars().take(2_000).collect();
        bail!("the command failed ({status}):\n{said}");
    }
    let processor = processor_of_children()
        .zip(used)
        .map(|(after, before)| after - before);
    Ok(Run {
        time,
        processor,
        peaks,
    })
}

/// Returns the seconds of processor time of all processes below this one that have ended.
fn processor_of_children() -> Option<f64> {
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in parentheses, may contain anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let ended = fields.split_whitespace().skip(13).take(2);
    let ticks: Result<Vec<u32>, _> = ended.map(str::parse).collect();
    Some(f64::from(ticks.ok()?.iter().sum::<u32>()) / TICKS)
}

/// Looks at a process and its plugins until the other end of the channel is dropped.
fn watch(pid: u32, ended: &Receiver<()>) -> Peaks {
    let begin = Instant::now();
    let pause = || LOOK.max(begin.elapsed() / PART);
    let mut peaks = Peaks::default();
    while ended.recv_timeout(pause()) == Err(RecvTimeoutError::Timeout) {
        peaks.own = peaks.own.max(peak(pid, "").unwrap_or_default());
        for child in children(pid) {
            // Until it has loaded its program, a child counts the memory of its parent.
            let memory = peak(child, PLUGIN).unwrap_or_default();
            peaks.plugin = peaks.plugin.max(memory);
        }
    }
    peaks
}

/// Returns the children of all threads of a process, where the system tells.
fn children(pid: u32) -> Vec<u32> {
    let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return Vec::new();
    };
    let lists = tasks
        .flatten()
        .filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists
        .flat_map(|list| {
            let pids = list.split_whitespace().filter_map(|pid| pid.parse().ok());
            pids.collect::<Vec<u32>>()
        })
        .collect()
}

/// Returns the high-water mark of a process whose name begins like this.
fn peak(pid: u32, name: &str) -> Option<u32> {
    let status =
        fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status")).ok()?;
    let is_named = field(&status, "Name:")?.starts_with(name);
    is_named.then(|| kib(&status, "VmHWM:")).flatten()
}

/// Returns the memory of a process in KiB as a status file tells it.
pub(super) fn kib(status: &str, name: &str) -> Option<u32> {
    field(status, name)?.split_whitespace().next()?.parse().ok()
}

fn field<'a>(status: &'a str, name: &str) -> Option<&'a str> {
    let value = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(value.trim())
}

/// A process that does not outlive its measurement.
pub(super) struct Ended(pub(super) Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing else to do about it.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_failure_is_told_in_the_words_of_the_command() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo no such webhook >&2; exit 3"]);
        let error = run(command).unwrap_err().to_string();
        assert!(error.contains("exit status: 3"), "{error}");
        assert!(error.contains("no such webhook"), "{error}");
    }

    #[test]
    fn memory_is_read_from_the_status_of_a_process() {
        let status = "Name:\tterraform-provi\nVmPeak:\t  9000 kB\nVmHWM:\t  5120 kB\n";
        assert_eq!(kib(status, "VmHWM:"), Some(5120));
        assert_eq!(kib(status, "VmRSS:"), None);
        assert_eq!(field(status, "Name:"), Some(PLUGIN));
    }
}
