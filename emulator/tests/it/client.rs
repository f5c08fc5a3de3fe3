use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use docspace_emulator::{Config, Emulator};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// Far more than any answer needs; reaching it is a failure.
const LIMIT: Duration = Duration::from_secs(30);

pub(crate) const WEBHOOKS: &str = "/api/2.0/settings/webhook";

/// An address at which nobody listens, and what keeps it so: the port is taken, and whoever connects is refused.
pub(crate) fn nobody() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// An answer that arrived completely.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {:?}", self.text()))
    }

    /// `error.message` of a handler error.
    pub(crate) fn message(&self) -> String {
        self.json()["error"]["message"]
            .as_str()
            .unwrap_or_else(|| panic!("no error.message in {:?}", self.text()))
            .to_owned()
    }
}

/// Talks to one port, with one set of credentials.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    address: String,
    authorization: Option<String>,
}

impl Client {
    pub(crate) fn new(url: &str, authorization: Option<String>) -> Self {
        let address = url.strip_prefix("http://").expect("an http address");
        Self {
            address: address.to_owned(),
            authorization,
        }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn control(emulator: &Emulator) -> Self {
        Self::new(&emulator.control_url(), None)
    }

    /// The same port with other credentials.
    pub(crate) fn with_key(&self, key: &str) -> Self {
        Self {
            address: self.address.clone(),
            authorization: Some(format!("Bearer {key}")),
        }
    }

    pub(crate) fn anonymous(&self) -> Self {
        Self {
            address: self.address.clone(),
            authorization: None,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None).await.expect("an answer")
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, None).await.expect("an answer")
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, Some(body))
            .await
            .expect("an answer")
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send("PUT", path, Some(body)).await.expect("an answer")
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send("PATCH", path, Some(body))
            .await
            .expect("an answer")
    }

    /// Sends JSON and reads the answer; a broken one is an error.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> io::Result<Reply> {
        let headers: &[(&str, &str)] = match body {
            Some(_) => &[("Content-Type", "application/json")],
            None => &[],
        };
        let text = body.map(Value::to_string).unwrap_or_default();
        self.send_raw(method, path, headers, text.as_bytes()).await
    }

    /// Sends any bytes under any headers.
    pub(crate) async fn send_raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Reply> {
        let stream = self.begin(method, path, headers, body).await?;
        tokio::time::timeout(LIMIT, read_reply(stream))
            .await
            .expect("an answer within the limit")
    }

    /// Sends a request and leaves the answer to the caller.
    pub(crate) async fn begin(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect(&self.address).await?;
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n",
            self.address,
            body.len()
        );
        if let Some(authorization) = &self.authorization {
            head.push_str("Authorization: ");
            head.push_str(authorization);
            head.push_str("\r\n");
        }
        for (name, value) in headers {
            head.push_str(name);
            head.push_str(": ");
            head.push_str(value);
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body).await?;
        Ok(stream)
    }
}

async fn read_reply(mut stream: TcpStream) -> io::Result<Reply> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = find(&bytes, b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).expect("a head in ASCII");
    let mut lines = head.split("\r\n");
    let status = lines.next().expect("a status line");
    let status = status.split(' ').nth(1).expect("a status");
    let mut reply = Reply {
        status: status.parse().expect("a number"),
        headers: lines
            .map(|line| line.split_once(": ").expect("a header"))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        body: bytes.split_off(head_end + 4),
    };
    let length = reply
        .header("content-length")
        .map_or(0, |length| length.parse().expect("a length"));
    while reply.body.len() < length {
        if stream.read_buf(&mut reply.body).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(reply)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

/// Starts an emulator and a client with the owner's key.
pub(crate) async fn start(config: Config) -> (Emulator, Client) {
    let emulator = Emulator::start(config).await.expect("an emulator");
    let key = format!("Bearer {}", emulator.api_key());
    let client = Client::new(&emulator.base_url(), Some(key));
    (emulator, client)
}

/// Starts an emulator that validates offline.
pub(crate) async fn start_offline() -> (Emulator, Client) {
    start(Config::offline()).await
}

/// A request body that every portal accepts.
pub(crate) fn webhook(name: &str) -> Value {
    serde_json::json!({
        "name": name,
        "uri": format!("https://example.com/{name}"),
        "secretKey": "S3cretKey-42",
        "enabled": true,
        "ssl": true,
        "triggers": 384,
    })
}

/// Polls until the condition holds.
pub(crate) async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + LIMIT;
    let mut ticks = tokio::time::interval(Duration::from_millis(1));
    while !holds() {
        assert!(tokio::time::Instant::now() < deadline, "never: {what}");
        ticks.tick().await;
    }
}
