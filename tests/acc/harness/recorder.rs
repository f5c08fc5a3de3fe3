//! A wire tap: passes every byte on to the portal and keeps what the provider sent.
//!
//! The portal's own log masks secrets; whoever wants to see a request as it was takes this.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use docspace_emulator::Emulator;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::{RUNTIME, wait_for};

/// The bytes of each connection, in the order of their beginning.
type Connections = Arc<Mutex<Vec<Vec<u8>>>>;

/// A tap in front of a portal.
#[derive(Debug)]
pub struct Recorder {
    address: SocketAddr,
    connections: Connections,
    accepting: JoinHandle<()>,
}

/// A request as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawRequest {
    /// Method and target, such as `GET /api/2.0/settings/webhook`.
    pub line: String,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Recorder {
    /// Starts recording what goes to a portal.
    pub fn in_front_of(portal: &Emulator) -> Self {
        let target: SocketAddr = portal.base_url().replace("http://", "").parse().unwrap();
        let listener = wait_for("a free port", TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Connections::default();
        let kept = Arc::clone(&connections);
        let accepting = RUNTIME.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let index = {
                    let mut kept = kept.lock().unwrap();
                    kept.push(Vec::new());
                    kept.len() - 1
                };
                tokio::spawn(pass_on(client, target, Arc::clone(&kept), index));
            }
        });
        Self {
            address,
            connections,
            accepting,
        }
    }

    /// Returns the address to use instead of the portal's.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the requests whose line begins like this.
    pub fn requests(&self, line: &str) -> Vec<RawRequest> {
        let connections = self.connections.lock().unwrap();
        let all = connections.iter().flat_map(|bytes| split(bytes));
        all.filter(|request| request.line.starts_with(line))
            .collect()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Carries one connection in both directions, until one side ends it.
async fn pass_on(client: TcpStream, target: SocketAddr, kept: Connections, index: usize) {
    let Ok(portal) = TcpStream::connect(target).await else {
        return;
    };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_portal, mut to_portal) = portal.into_split();
    let back = tokio::spawn(async move { tokio::io::copy(&mut from_portal, &mut to_client).await });
    let mut buffer = [0; 8192];
    while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
        kept.lock().unwrap()[index].extend_from_slice(&buffer[..length]);
        if to_portal.write_all(&buffer[..length]).await.is_err() {
            break;
        }
    }
    drop(to_portal);
    drop(back.await);
}

/// Splits what one connection carried into requests. Bodies have a `Content-Length`.
fn split(mut bytes: &[u8]) -> Vec<RawRequest> {
    let mut requests = Vec::new();
    while let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let (line, rest) = head.split_once("\r\n").unwrap_or((head, ""));
        let headers: Vec<(String, String)> = rest
            .lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length = length.map_or(0, |(_, value)| value.parse::<usize>().unwrap());
        let body = end + 4;
        requests.push(RawRequest {
            line: line.trim_end_matches(" HTTP/1.1").to_owned(),
            headers,
            body: String::from_utf8(bytes[body..body + length].to_vec()).unwrap(),
        });
        bytes = &bytes[body + length..];
    }
    requests
}
