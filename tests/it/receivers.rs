//! The receivers that the guide shows, each with real deliveries of the emulator: what is signed with
//! the secret, or with the one before it, is believed, and nothing else.
//!
//! The one in Rust is a function that `cargo xtask demo` uses, and is tested there.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use docspace_emulator::{Config, Emulator, Event, NewWebhook};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/receivers");
const SECRET: &str = "Receiver-Secret-2";
const PREVIOUS: &str = "Receiver-Secret-1";
const FILE_UPLOADED: i64 = 256;
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn the_receiver_in_javascript_believes_only_what_is_signed() {
    check(&["node", "receiver.mjs"]).await;
}

#[tokio::test]
async fn the_receiver_in_python_believes_only_what_is_signed() {
    check(&["python3", "receiver.py"]).await;
}

#[tokio::test]
async fn the_receiver_in_go_believes_only_what_is_signed() {
    let scratch = tempfile::tempdir().unwrap();
    let program = scratch.path().join("receiver");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg("receiver.go")
        .current_dir(EXAMPLES)
        .env("GOCACHE", scratch.path().join("cache"))
        .status();
    match built {
        Ok(status) => assert!(status.success()),
        Err(_) => return not_run("go"),
    }
    check(&[program.to_str().unwrap()]).await;
}

/// Says aloud that a receiver was not tried here.
fn not_run(program: &str) {
    let mut stderr = std::io::stderr().lock();
    writeln!(stderr, "not run: {program} is not on this machine").unwrap();
}

async fn check(command: &[&str]) {
    let Some(mut receiver) = Receiver::start(command, [SECRET, PREVIOUS]) else {
        return not_run(command[0]);
    };
    let mut config = Config::default();
    config.settings.blacklist.clear();
    config.settings.delivery_speed = 20.0;
    let portal = Emulator::start(config).await.unwrap();
    // One whose secret has been rotated, and one that is yet to be.
    for secret in [SECRET, PREVIOUS] {
        portal.create_webhook(NewWebhook {
            uri: format!("http://127.0.0.1:{}/", receiver.port),
            secret: secret.into(),
            ssl: false,
            ..NewWebhook::default()
        });
    }
    portal.raise_event(&Event::new(FILE_UPLOADED, "5")).unwrap();
    assert!(portal.deliveries_settled(PATIENCE).await);
    let status: Vec<u16> = portal
        .deliveries()
        .iter()
        .map(|delivery| delivery.status)
        .collect();
    assert_eq!(status, [204, 204]);
    for _ in [SECRET, PREVIOUS] {
        assert!(receiver.line().contains("file.uploaded"));
    }

    let forged = "sha256=5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843";
    for signature in [
        forged,
        "sha256=",
        "sha256=zz",
        "",
        forged.trim_start_matches("sha256="),
    ] {
        assert_eq!(receiver.post(signature), "401", "{signature:?}");
    }
    assert_eq!(
        receiver.ask("HEAD / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"),
        "200"
    );

    // Nobody's secret is the empty one.
    let careless = Receiver::start(command, ["", ""]).unwrap();
    let signed_with_nothing =
        "sha256=5328F439357B79169C6725C1A60B95481C0C85226EF49C248C58137B848B4ECA";
    assert_eq!(careless.post(signed_with_nothing), "401");
}

/// A receiver in a process of its own, which ends with this.
struct Receiver {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
    port: u16,
}

impl Receiver {
    /// Starts it with the current and the previous secret; none when its language is not on this machine.
    fn start(command: &[&str], secrets: [&str; 2]) -> Option<Self> {
        let mut child = Command::new(command[0])
            .args(&command[1..])
            .current_dir(EXAMPLES)
            .env("WEBHOOK_SECRET", secrets[0])
            .env("WEBHOOK_SECRET_PREVIOUS", secrets[1])
            .env("PORT", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut receiver = Self {
            child,
            lines,
            port: 0,
        };
        let line = receiver.line();
        receiver.port = line.trim().rsplit(' ').next().unwrap().parse().unwrap();
        Some(receiver)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line
    }

    /// Posts a body of somebody else, and returns the status.
    fn post(&self, signature: &str) -> String {
        let body = "{\"event\":{\"id\":1,\"trigger\":\"file.uploaded\"}}";
        let length = body.len();
        self.ask(&format!(
            "POST / HTTP/1.1\r\nhost: a\r\nx-docspace-signature-256: {signature}\r\ncontent-length: \
             {length}\r\nconnection: close\r\n\r\n{body}"
        ))
    }

    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        String::from_utf8(answer[9..].to_vec()).unwrap()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
