//! What the emulator costs with thousands of webhooks: the time of a list, and memory over many reads and writes.
//!
//! `cargo bench -p docspace-emulator` prints both. Nothing is asserted: numbers of different machines do not compare.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints its figures, and fails by panicking"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use docspace_emulator::{Config, Emulator, NewWebhook};

const WEBHOOKS: usize = 5_000;
const LISTS: usize = 25;
const REQUESTS: usize = 100_000;

const TRIGGERS: &str = "/api/2.0/settings/webhook/triggers";
const LIST: &str = "/api/2.0/settings/webhook";
const BODY: &str =
    r#"{"name":"one more","uri":"https://hooks.example.com/more","secretKey":"S3cretKey-42"}"#;

fn main() {
    let emulator = Emulator::start_blocking(Config::offline()).unwrap();
    for number in 0..WEBHOOKS {
        emulator.create_webhook(NewWebhook {
            name: format!("webhook {number}"),
            uri: format!("https://hooks.example.com/{number}"),
            ..NewWebhook::default()
        });
    }
    let mut client = Client::connect(&emulator);
    let mut times: Vec<Duration> = Vec::new();
    let mut size = 0;
    for _ in 0..=LISTS {
        let start = Instant::now();
        size = client.call("GET", LIST, "").len();
        times.push(start.elapsed());
    }
    // The first one warms up.
    times.remove(0);
    times.sort_unstable();
    let median = times.get(LISTS / 2).copied().unwrap_or_default();
    println!("list of {WEBHOOKS} webhooks, {size} bytes: median of {LISTS} {median:?}");
    for part in 1..=4 {
        for _ in 0..REQUESTS / 4 / 4 {
            client.call("GET", TRIGGERS, "");
            let created = client.call("POST", LIST, BODY);
            let id = number_after(&created, r#""id":"#);
            client.call("DELETE", &format!("{LIST}/{id}"), "");
            client.call("GET", TRIGGERS, "");
        }
        println!(
            "after {} requests: {} kB resident",
            part * REQUESTS / 4,
            resident_kb()
        );
    }
}

/// One connection that is kept, as a client would.
struct Client {
    reader: BufReader<TcpStream>,
    host: String,
    key: String,
}

impl Client {
    fn connect(emulator: &Emulator) -> Self {
        let host = emulator.base_url().trim_start_matches("http://").to_owned();
        let stream = TcpStream::connect(&host).unwrap();
        stream.set_nodelay(true).unwrap();
        let (reader, key) = (BufReader::new(stream), emulator.api_key().to_owned());
        Self { reader, host, key }
    }

    /// Returns the answer's body.
    fn call(&mut self, method: &str, path: &str, body: &str) -> String {
        let Self { host, key, .. } = self;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.reader.get_mut().write_all(request.as_bytes()).unwrap();
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.reader.read_line(&mut line).unwrap();
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body).unwrap();
        String::from_utf8(body).unwrap()
    }
}

/// Returns the first number that follows the text.
fn number_after(answer: &str, text: &str) -> u32 {
    let (_, rest) = answer.split_once(text).unwrap();
    let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap();
    rest.split_at(end).0.parse().unwrap()
}

/// Returns the memory of this process, the emulator's included; 0 where the system does not tell.
fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or_default()
}
