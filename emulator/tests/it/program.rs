use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::client::{Client, WEBHOOKS, webhook};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_docspace-emulator"))
}

/// Runs a program that must not start to serve; returns its exit code and what it complained of.
fn refused(arguments: &[&str]) -> (Option<i32>, String) {
    let mut child = program()
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("stdout");
    BufReader::new(stdout).read_line(&mut line).expect("text");
    if !line.is_empty() {
        child.kill().expect("an end");
    }
    let output = child.wait_with_output().expect("an end");
    assert_eq!(line, "", "it serves");
    let complaint = String::from_utf8(output.stderr).expect("text");
    (output.status.code(), complaint)
}

/// A running program; killed when the test ends early.
struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    ready: Value,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = program()
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        let ready = serde_json::from_str(&line).expect("JSON");
        Self {
            child,
            stdout,
            ready,
        }
    }

    fn client(&self, key: &str) -> Client {
        let url = self.ready["base_url"].as_str().expect("an address");
        Client::new(url, Some(format!("Bearer {key}")))
    }

    /// Asks the program to end; returns its exit code and what it printed after the ready line.
    fn end(mut self, signal: &str) -> (Option<i32>, String) {
        let kill = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status()
            .expect("kill");
        assert!(kill.success());
        let status = self.child.wait().expect("an end");
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).expect("text");
        (status.code(), rest)
    }
}

#[tokio::test]
async fn the_ready_line_names_both_addresses_and_a_signal_ends_cleanly() {
    for signal in ["-TERM", "-INT"] {
        let running = Running::start(&["--api-key", "sk-test", "--no-probe"]);
        assert_eq!(running.ready["profile"], "3.7");
        let client = running.client("sk-test");
        assert_eq!(client.post(WEBHOOKS, &webhook("a")).await.status, 200);
        let control = running.ready["control_url"].as_str().unwrap().to_owned();
        let control = Client::new(&control, None);
        assert_eq!(control.get("/health").await.status, 200);
        assert_eq!(running.end(signal), (Some(0), String::new()));
    }
}

#[tokio::test]
async fn flags_reach_the_portal() {
    let running = Running::start(&[
        "--api-key=sk-test",
        "--profile=3.6",
        "--allow-private-receivers",
        "--no-probe",
        "--latency-ms=1",
        "--delivery-speed=10",
        "--rate-limits",
    ]);
    let control = running.ready["control_url"].as_str().unwrap();
    let settings = Client::new(control, None).get("/settings").await.json();
    assert_eq!(settings["profile"], "3.6");
    assert_eq!(settings["blacklist"], serde_json::json!([]));
    assert_eq!(settings["probe"], false);
    assert_eq!(settings["latency_ms"], 1);
    assert_eq!(settings["delivery_speed"], 10.0);
    assert_eq!(settings["rate_limits"]["per_minute"], 1500);
}

#[test]
fn bad_flags_get_usage_on_stderr_and_status_2() {
    for arguments in [
        &["--bogus"][..],
        &["--listen", "nowhere"],
        &["--profile", "4"],
        &["--api-key", "has blank"],
        &["--api-key"],
        &["--delivery-speed", "0"],
        &["--tls-cert", "/nonexistent/cert.pem"],
        &["stray"],
    ] {
        let (code, text) = refused(arguments);
        assert_eq!(code, Some(2), "{arguments:?}");
        assert!(text.contains("Usage: docspace-emulator"), "{text}");
        assert!(!text.contains("has blank"), "{text}");
    }
}

#[test]
fn help_and_version_are_printed() {
    let help = program().arg("--help").output().expect("an end");
    assert!(help.status.success());
    let help = String::from_utf8(help.stdout).expect("text");
    for flag in [
        "--listen",
        "--state",
        "--profile",
        "--no-probe",
        "control_url",
    ] {
        assert!(help.contains(flag), "{flag}");
    }
    let version = program().arg("--version").output().expect("an end");
    let version = String::from_utf8(version.stdout).expect("text");
    assert_eq!(
        version,
        format!("docspace-emulator {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn an_address_in_use_is_a_failure_with_a_sentence() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, text) = refused(&["--listen", &address]);
    assert_eq!(code, Some(1));
    assert!(text.contains(&address), "{text}");
}

fn state_arguments(path: &Path) -> [&str; 5] {
    [
        "--api-key=sk-test",
        "--no-probe",
        "--allow-private-receivers",
        "--state",
        path.to_str().unwrap(),
    ]
}

#[tokio::test]
async fn webhooks_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portal.json");
    let running = Running::start(&state_arguments(&path));
    let client = running.client("sk-test");
    for name in ["a", "b", "c"] {
        client.post(WEBHOOKS, &webhook(name)).await;
    }
    client.delete("/api/2.0/settings/webhook/3").await;
    let before = client.get(WEBHOOKS).await.json()["response"].clone();
    assert_eq!(running.end("-TERM").0, Some(0));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "the file holds secrets");
    }
    let again = Running::start(&state_arguments(&path));
    let client = again.client("sk-test");
    let after = client.get(WEBHOOKS).await.json()["response"].clone();
    let names = |list: &Value| -> Vec<Value> {
        let items = list.as_array().unwrap().iter();
        items
            .map(|item| {
                let configs = &item["configs"];
                serde_json::json!([configs["id"], configs["name"], configs["createdOn"]])
            })
            .collect()
    };
    assert_eq!(names(&before), names(&after));
    let control = Client::new(again.ready["control_url"].as_str().unwrap(), None);
    let secret = serde_json::json!({"secret": "S3cretKey-42"});
    let compared = control.post("/webhooks/1/secret", &secret).await.json();
    assert_eq!(compared["matches"], true);
    let next = client.post(WEBHOOKS, &webhook("d")).await.json();
    assert_eq!(next["response"]["id"], 4, "ids are never used twice");
    assert_eq!(again.end("-TERM").0, Some(0));
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "no half-written neighbor");
}

#[tokio::test]
async fn keys_that_were_made_survive_a_restart_and_numbers_are_not_used_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portal.json");
    let keys = "/api/2.0/keys";
    let mut running = Running::start(&state_arguments(&path));
    let client = running.client("sk-test");
    let mut made = Vec::new();
    for name in ["kept", "removed"] {
        let body = serde_json::json!({"name": name, "permissions": ["*:read"]});
        made.push(client.post(keys, &body).await.json()["response"].clone());
    }
    let removed = format!("{keys}/{}", made[1]["id"].as_str().unwrap());
    client.delete(&removed).await;
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    let again = Running::start(&state_arguments(&path));
    let kept = again.client(made[0]["key"].as_str().unwrap());
    let own = kept.get("/api/2.0/keys/@self").await.json();
    assert_eq!(own["response"]["id"], made[0]["id"]);
    assert_eq!(kept.post(WEBHOOKS, &webhook("a")).await.status, 403);
    let gone = again.client(made[1]["key"].as_str().unwrap());
    assert_eq!(gone.get(keys).await.status, 401);
    let client = again.client("sk-test");
    let next = client
        .post(keys, &serde_json::json!({"name": "next"}))
        .await;
    let next = next.json()["response"]["id"].clone();
    assert!(made.iter().all(|key| key["id"] != next), "{next}");
}

#[tokio::test]
async fn domains_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portal.json");
    let csp = "/api/2.0/security/csp";
    let mut running = Running::start(&state_arguments(&path));
    let body = serde_json::json!({"domains": ["a.example"]});
    running.client("sk-test").post(csp, &body).await;
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    let again = Running::start(&state_arguments(&path));
    let kept = again.client("sk-test").get(csp).await.json();
    assert_eq!(kept["response"]["domains"], body["domains"]);
}

#[tokio::test]
async fn people_groups_and_rooms_survive_a_restart() {
    const BO: &str = "11111111-1111-4111-8111-111111111111";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portal.json");
    let mut running = Running::start(&state_arguments(&path));
    let control = Client::new(running.ready["control_url"].as_str().unwrap(), None);
    let bo = serde_json::json!({
        "id": BO, "display_name": "Bo", "email": "bo@example.com", "role": "user"
    });
    control.post("/users", &bo).await;
    let group = serde_json::json!({"id": BO, "name": "Design", "members": [BO]});
    control.post("/groups", &group).await;
    let room = serde_json::json!({"title": "Design", "room_type": 2});
    control.post("/rooms", &room).await;
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    let again = Running::start(&state_arguments(&path));
    let client = again.client("sk-test");
    let person = client.get(&format!("/api/2.0/people/{BO}")).await.json();
    assert_eq!(person["response"]["groups"][0]["name"], "Design");
    let rooms = client.get("/api/2.0/files/rooms").await.json();
    assert_eq!(rooms["response"]["folders"][0]["title"], "Design");
}

/// The names of a restarted portal's webhooks.
async fn names_after_restart(path: &Path) -> Vec<String> {
    let again = Running::start(&state_arguments(path));
    let list = again.client("sk-test").get(WEBHOOKS).await.json();
    let items = list["response"].as_array().unwrap().iter();
    items
        .map(|item| item["configs"]["name"].as_str().unwrap().to_owned())
        .collect()
}

/// `kill` is SIGKILL: nothing is written after it.
#[tokio::test]
async fn what_was_answered_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portal.json");
    let mut running = Running::start(&state_arguments(&path));
    let client = running.client("sk-test");
    let control = Client::new(running.ready["control_url"].as_str().unwrap(), None);
    for name in ["updated", "deleted", "patched"] {
        assert_eq!(client.post(WEBHOOKS, &webhook(name)).await.status, 200);
    }
    let mut update = webhook("new name");
    update["id"] = serde_json::json!(1);
    assert_eq!(client.put(WEBHOOKS, &update).await.status, 200);
    let second = "/api/2.0/settings/webhook/2";
    assert_eq!(client.delete(second).await.status, 200);
    let renaming = serde_json::json!({"name": "newer name"});
    assert_eq!(control.patch("/webhooks/3", &renaming).await.status, 200);
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    assert_eq!(names_after_restart(&path).await, ["new name", "newer name"]);
}

#[tokio::test]
async fn a_kill_amid_creates_loses_none_that_was_answered() {
    const WORKERS: usize = 4;
    const ENOUGH: usize = 20;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portal.json");
    let mut running = Running::start(&state_arguments(&path));
    let (answered, mut answers) = tokio::sync::mpsc::unbounded_channel();
    for worker in 0..WORKERS {
        let client = running.client("sk-test");
        let answered = answered.clone();
        drop(tokio::spawn(async move {
            for number in 0.. {
                let name = format!("{worker}-{number}");
                let created = client.send("POST", WEBHOOKS, Some(&webhook(&name))).await;
                match created {
                    Ok(reply) if reply.status == 200 => drop(answered.send(name)),
                    // Killed.
                    _ => return,
                }
            }
        }));
    }
    drop(answered);
    let mut acknowledged = Vec::new();
    while let Some(name) = answers.recv().await {
        acknowledged.push(name);
        if acknowledged.len() == ENOUGH {
            running.child.kill().unwrap();
        }
    }
    running.child.wait().unwrap();
    assert!(acknowledged.len() >= ENOUGH);
    let kept = names_after_restart(&path).await;
    acknowledged.retain(|name| !kept.contains(name));
    assert_eq!(acknowledged, Vec::<String>::new(), "answered and lost");
}

/// The first layout had the webhooks alone, beside the version.
#[tokio::test]
async fn the_state_file_of_an_older_emulator_is_read_and_renewed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portal.json");
    let running = Running::start(&state_arguments(&path));
    let client = running.client("sk-test");
    client.post(WEBHOOKS, &webhook("kept")).await;
    assert_eq!(running.end("-TERM").0, Some(0));
    let read = || -> Value { serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap() };
    let new = read();
    assert_eq!(new["version"], 2);
    let mut old = new["webhooks"].clone();
    old["version"] = 1.into();
    std::fs::write(&path, old.to_string()).unwrap();
    assert_eq!(names_after_restart(&path).await, ["kept"]);
    assert_eq!(read(), new);
}

#[test]
fn a_strange_state_file_is_refused_without_showing_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portal.json");
    for text in [
        "{\"secret\": \"hidden\"}",
        r#"{"version": 3}"#,
        r#"{"version": 1, "last_id": 0, "webhooks": [{"secret": "hidden"}]}"#,
        r#"{"version": 2, "webhooks": {"last_id": 0, "webhooks": "hidden"}}"#,
        r#"{"version": 2, "nothing of the kind": {}}"#,
        r#"{"version": 2, "people": {}}"#,
    ] {
        std::fs::write(&path, text).unwrap();
        let (code, error) = refused(&state_arguments(&path));
        assert_eq!(code, Some(1));
        assert!(error.contains("portal.json"), "{error}");
        assert!(!error.contains("hidden"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "left alone");
    }
}

#[test]
fn a_state_file_that_cannot_be_written_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing/portal.json");
    let (code, error) = refused(&state_arguments(&path));
    assert_eq!(code, Some(1));
    assert!(error.contains("cannot write the state file"), "{error}");
    assert!(error.contains("missing/portal.json"), "{error}");
}
