//! A receiver on loopback that answers deliveries as a test wants.
//!
//! Shared by the tests that drive the provider through the plugin host and those that use the real CLI.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// An HTTP server; it ends with the test.
pub struct Receiver {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
    hold: watch::Sender<bool>,
}

#[derive(Default)]
struct Script {
    /// Statuses of the next answers; the last one stays.
    statuses: Vec<u16>,
    /// How many requests came.
    received: usize,
    /// Which request, from 1, waits for [`Receiver::release`].
    held: Option<usize>,
}

impl Receiver {
    /// Answers with these statuses in turn, with the last one for ever.
    pub async fn start(statuses: &[u16]) -> Self {
        let script = Script {
            statuses: statuses.to_vec(),
            ..Script::default()
        };
        let script = Arc::new(Mutex::new(script));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (hold, waits) = watch::channel(true);
        tokio::spawn(serve(listener, Arc::clone(&script), waits));
        Self {
            address,
            script,
            hold,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Answers with this status from now on.
    pub fn answer_with(&self, status: u16) {
        self.script.lock().unwrap().statuses = vec![status];
    }

    /// Lets the request that comes after this many more wait until it is released.
    pub fn hold_after(&self, more: usize) {
        let mut script = self.script.lock().unwrap();
        script.held = Some(script.received + more + 1);
    }

    /// Answers what waits.
    pub fn release(&self) {
        self.hold.send_replace(false);
    }

    /// How many requests came so far.
    pub fn received(&self) -> usize {
        self.script.lock().unwrap().received
    }
}

async fn serve(listener: TcpListener, script: Arc<Mutex<Script>>, hold: watch::Receiver<bool>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(answer(stream, Arc::clone(&script), hold.clone()));
    }
}

async fn answer(
    mut stream: TcpStream,
    script: Arc<Mutex<Script>>,
    mut hold: watch::Receiver<bool>,
) {
    if read_request(&mut stream).await.is_none() {
        return;
    }
    let (status, is_held) = {
        let mut script = script.lock().unwrap();
        script.received += 1;
        let status = script.statuses[0];
        if script.statuses.len() > 1 {
            script.statuses.remove(0);
        }
        (status, script.held == Some(script.received))
    };
    if is_held {
        // The test may end first.
        drop(hold.wait_for(|is_on| !is_on).await);
    }
    let head = format!("HTTP/1.1 {status} \r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    // The portal may have hung up.
    drop(stream.write_all(head.as_bytes()).await);
}

/// Reads one request to its end.
async fn read_request(stream: &mut TcpStream) -> Option<()> {
    let mut bytes = Vec::new();
    loop {
        let head = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(head) = head {
            let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
            let length = text.lines().find_map(|line| {
                let length = line.strip_prefix("content-length: ")?;
                length.parse::<usize>().ok()
            });
            if bytes.len() >= head + 4 + length.unwrap_or_default() {
                return Some(());
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
