//! A server that says and does exactly what the test wrote down.
//!
//! For what the emulator cannot be asked to do, because no HTTP framework would: answers byte by byte, connections that
//! end at a chosen moment, TLS.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// What to do with the next request.
#[derive(Debug, Clone)]
pub enum Step {
    /// Send these bytes and keep the connection.
    Answer(Vec<u8>),
    /// Send these bytes and close the connection.
    AnswerAndClose(Vec<u8>),
    /// Close without a byte.
    Close,
    /// Send the head of an endless chunked body, then chunks for as long as somebody listens.
    Flood,
}

impl Step {
    /// A complete answer with a length.
    pub fn json(status: &str, body: &str) -> Self {
        Self::Answer(answer(status, "", body))
    }
}

/// Returns the bytes of an answer; `headers` are whole lines.
pub fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}").into_bytes()
}

#[derive(Debug, Default)]
struct Script {
    steps: VecDeque<Step>,
    requests: Vec<String>,
    connections: u32,
    /// Connections that were closed here and then by the client.
    closed: u32,
}

/// A running server; it ends when dropped.
pub struct Scripted {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
    _tasks: JoinSet<()>,
}

impl Scripted {
    pub async fn start(steps: impl IntoIterator<Item = Step>) -> Self {
        Self::serve(steps, None).await
    }

    pub async fn start_tls(steps: impl IntoIterator<Item = Step>, tls: TlsAcceptor) -> Self {
        Self::serve(steps, Some(tls)).await
    }

    async fn serve(steps: impl IntoIterator<Item = Step>, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let script = Arc::new(Mutex::new(Script {
            steps: steps.into_iter().collect(),
            ..Script::default()
        }));
        let mut tasks = JoinSet::new();
        let shared = Arc::clone(&script);
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let script = Arc::clone(&shared);
                script.lock().unwrap().connections += 1;
                let tls = tls.clone();
                connections.spawn(async move {
                    match tls {
                        None => converse(stream, &script).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                converse(stream, &script).await;
                            }
                        }
                    }
                });
            }
        });
        Self {
            address,
            script,
            _tasks: tasks,
        }
    }

    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Returns the requests so far, head and body as text.
    pub fn requests(&self) -> Vec<String> {
        self.script.lock().unwrap().requests.clone()
    }

    /// Returns how many connections were accepted.
    pub fn connections(&self) -> u32 {
        self.script.lock().unwrap().connections
    }

    /// Returns of how many connections that were closed after an answer the client has noticed that.
    pub fn closed(&self) -> u32 {
        self.script.lock().unwrap().closed
    }
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, script: &Mutex<Script>) {
    while let Some(request) = read_request(&mut stream).await {
        let step = {
            let mut script = script.lock().unwrap();
            script.requests.push(request);
            script.steps.pop_front()
        };
        let goes_on = match step.unwrap_or(Step::Close) {
            Step::Answer(bytes) => stream.write_all(&bytes).await.is_ok(),
            Step::AnswerAndClose(bytes) => {
                drop(stream.write_all(&bytes).await);
                drop(stream.shutdown().await);
                let mut rest = [0; 4096];
                while stream.read(&mut rest).await.is_ok_and(|count| count > 0) {}
                script.lock().unwrap().closed += 1;
                false
            }
            Step::Close => false,
            Step::Flood => {
                flood(&mut stream).await;
                false
            }
        };
        if !goes_on {
            return;
        }
    }
}

async fn flood<S: AsyncWrite + Unpin>(stream: &mut S) {
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut open = stream.write_all(head).await.is_ok();
    let mut chunk = b"100000\r\n".to_vec();
    chunk.extend_from_slice(&vec![b' '; 0x0010_0000]);
    chunk.extend_from_slice(b"\r\n");
    while open {
        open = stream.write_all(&chunk).await.is_ok();
    }
}

/// Reads one request; `None` at the end of the connection.
async fn read_request<S: AsyncRead + Unpin>(stream: &mut S) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, value)| value.trim().parse::<usize>().unwrap());
            if body.len() >= length {
                return Some(text);
            }
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
            _ => return None,
        }
    }
}
