//! Starting the built binary as Terraform starts it, and watching it end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::certificate::ClientCertificate;
use super::handshake::Handshake;

/// How long anything that must happen may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(120);

const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// How the plugin is to be started. Its environment holds what is set here and nothing else.
pub struct Launch {
    args: Vec<String>,
    environment: BTreeMap<String, String>,
    certificate: Option<Arc<ClientCertificate>>,
    descriptors: Option<u32>,
    scratch: TempDir,
}

impl Launch {
    /// As Terraform starts it: cookie, protocol versions, port range and a client certificate.
    pub fn as_host() -> Self {
        let certificate = Arc::new(ClientCertificate::generate());
        let mut launch = Self::by_hand()
            .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
            .env("PLUGIN_PROTOCOL_VERSIONS", "6,5")
            .env("PLUGIN_MIN_PORT", "10000")
            .env("PLUGIN_MAX_PORT", "25000")
            .env("PLUGIN_CLIENT_CERT", certificate.pem());
        launch.certificate = Some(certificate);
        launch
    }

    /// As a person starts it, with a directory for temporary files and nothing else.
    pub fn by_hand() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let temp_dir = scratch.path().to_str().unwrap().to_owned();
        Self {
            args: Vec::new(),
            environment: BTreeMap::from([("TMPDIR".to_owned(), temp_dir)]),
            certificate: None,
            descriptors: None,
            scratch,
        }
    }

    /// As Terraform starts it with `TF_DISABLE_PLUGIN_TLS`.
    pub fn without_tls() -> Self {
        let mut launch = Self::as_host().without("PLUGIN_CLIENT_CERT");
        launch.certificate = None;
        launch
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.environment.remove(name);
        self
    }

    /// Turns logging on at this level.
    pub fn log(self, level: &str) -> Self {
        self.env("TF_LOG", level)
    }

    pub fn arg(mut self, arg: &str) -> Self {
        self.args.push(arg.to_owned());
        self
    }

    /// Lets the plugin have no more than this many open files and sockets.
    pub fn descriptors(mut self, limit: u32) -> Self {
        self.descriptors = Some(limit);
        self
    }

    /// Where the plugin's temporary files go.
    pub fn temp_dir(&self) -> &Path {
        self.scratch.path()
    }

    fn program(&self) -> Command {
        const PROGRAM: &str = env!("CARGO_BIN_EXE_terraform-provider-docspace");
        let Some(limit) = self.descriptors else {
            return Command::new(PROGRAM);
        };
        let mut shell = Command::new("sh");
        let script = format!("ulimit -n {limit} && exec \"$0\" \"$@\"");
        shell.args(["-c", &script, PROGRAM]);
        shell
    }

    pub fn spawn(self) -> Process {
        self.spawn_with_stdout(Stdio::piped())
    }

    /// Starts the plugin with its stdout elsewhere; nothing can be read from it then.
    pub fn spawn_with_stdout(self, stdout: Stdio) -> Process {
        let mut child = self
            .program()
            .args(&self.args)
            .env_clear()
            .envs(&self.environment)
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Process {
            pid: child.id().unwrap(),
            stdout: child.stdout.take().map(BufReader::new),
            stderr: Collector::start(child.stderr.take().unwrap()),
            child,
            certificate: self.certificate,
            scratch: self.scratch,
            has_ended: false,
        }
    }
}

/// A started plugin. Dropping it kills it, and fails the test if it had crashed by itself.
pub struct Process {
    child: Child,
    pid: u32,
    stdout: Option<BufReader<ChildStdout>>,
    stderr: Collector,
    certificate: Option<Arc<ClientCertificate>>,
    scratch: TempDir,
    has_ended: bool,
}

/// How a plugin ended.
#[derive(Debug)]
pub struct Exit {
    /// The exit status; none if a signal killed it.
    pub code: Option<i32>,
    /// What came on stdout and was not read before.
    pub stdout: String,
    pub stderr: String,
}

impl Process {
    /// The certificate the plugin was told to accept.
    pub fn certificate(&self) -> Option<&ClientCertificate> {
        self.certificate.as_deref()
    }

    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The most memory that was resident so far, in KiB, where the system tells.
    pub fn peak_memory(&self) -> Option<u32> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        peak.trim().strip_suffix(" kB")?.parse().ok()
    }

    /// What stands in the plugin's directory for temporary files.
    pub fn temporary_files(&self) -> Vec<PathBuf> {
        std::fs::read_dir(self.scratch.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect()
    }

    /// Reads the next line of stdout, with its line break; empty at the end.
    pub async fn stdout_line(&mut self) -> String {
        let mut line = String::new();
        let read = self.stdout.as_mut().unwrap().read_line(&mut line);
        timeout(PATIENCE, read).await.unwrap().unwrap();
        line
    }

    /// Reads the handshake.
    pub async fn handshake(&mut self) -> Handshake {
        let line = self.stdout_line().await;
        Handshake::parse(&line)
            .unwrap_or_else(|fault| panic!("{fault}\nstderr: {}", self.stderr.text()))
    }

    /// Waits until stderr has this text.
    pub async fn stderr_with(&self, text: &str) -> String {
        eventually(&format!("stderr to have {text:?}"), || {
            let stderr = self.stderr.text();
            stderr.contains(text).then_some(stderr)
        })
        .await
    }

    /// Sends a signal by its short name, `INT`.
    pub async fn signal(&self, name: &str) {
        let status = Command::new("sh")
            .args(["-c", &format!("kill -{name} {}", self.pid)])
            .status()
            .await
            .unwrap();
        assert!(status.success(), "kill -{name}: {status}");
    }

    /// Waits for the plugin to end by itself.
    pub async fn exit(mut self) -> Exit {
        self.exit_within(PATIENCE).await
    }

    /// Waits this long for the plugin to end by itself.
    pub async fn exit_within(&mut self, limit: Duration) -> Exit {
        let status = timeout(limit, self.child.wait())
            .await
            .unwrap_or_else(|_| panic!("still running after {limit:?}: {}", self.stderr.text()))
            .unwrap();
        self.has_ended = true;
        let mut stdout = String::new();
        if let Some(rest) = &mut self.stdout {
            rest.read_to_string(&mut stdout).await.unwrap();
        }
        Exit {
            code: status.code(),
            stdout,
            stderr: self.stderr.finish().await,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.has_ended || std::thread::panicking() {
            return;
        }
        if let Ok(Some(status)) = self.child.try_wait() {
            let stderr = self.stderr.text();
            assert!(
                status.success(),
                "the plugin died: {status}\nstderr: {stderr}"
            );
        }
    }
}

/// Collects a stream from the start, so that the plugin never waits for a reader.
struct Collector {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Collector {
    fn start(mut stream: impl AsyncRead + Send + Unpin + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&bytes);
        let reader = tokio::spawn(async move {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = stream.read(&mut buffer).await {
                sink.lock().unwrap().extend_from_slice(&buffer[..length]);
            }
        });
        Self { bytes, reader }
    }

    fn text(&self) -> String {
        String::from_utf8(self.bytes.lock().unwrap().clone()).unwrap()
    }

    async fn finish(&mut self) -> String {
        (&mut self.reader).await.unwrap();
        self.text()
    }
}

/// Asks again and again until there is an answer.
pub async fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask() {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, asking)
        .await
        .unwrap_or_else(|_| panic!("gave up waiting for {what}"))
}
