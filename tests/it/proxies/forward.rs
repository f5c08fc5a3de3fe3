//! A proxy that leads every name to one server on this machine, and keeps what it was told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// The protocol that a proxy speaks.
#[derive(Clone)]
enum Protocol {
    /// By HTTP, inside TLS if there is an acceptor; the bytes answer a CONNECT.
    Http(Option<TlsAcceptor>, &'static str),
    /// By SOCKS 5, which takes one of these methods.
    Socks(&'static [u8]),
}

/// A running proxy; it ends when dropped.
pub struct Forward {
    address: SocketAddr,
    told: Arc<Mutex<Vec<String>>>,
    _tasks: JoinSet<()>,
}

impl Forward {
    /// A proxy that speaks HTTP.
    pub async fn http(portal: u16) -> Self {
        Self::answering(portal, "HTTP/1.1 200 Connection established\r\n\r\n").await
    }

    /// A proxy that speaks HTTP and answers a CONNECT like this.
    pub async fn answering(portal: u16, answer: &'static str) -> Self {
        Self::start(portal, Protocol::Http(None, answer)).await
    }

    /// A proxy that speaks HTTP inside TLS.
    pub async fn https(portal: u16, tls: TlsAcceptor) -> Self {
        Self::start(portal, Protocol::Http(Some(tls), "HTTP/1.1 200 OK\r\n\r\n")).await
    }

    /// A proxy that speaks SOCKS 5 and takes one of these methods of logging in.
    pub async fn socks(portal: u16, methods: &'static [u8]) -> Self {
        Self::start(portal, Protocol::Socks(methods)).await
    }

    async fn start(portal: u16, protocol: Protocol) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = JoinSet::new();
        let shared = Arc::clone(&told);
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (protocol, told) = (protocol.clone(), Arc::clone(&shared));
                connections.spawn(async move {
                    match protocol {
                        Protocol::Http(None, answer) => http(stream, portal, answer, &told).await,
                        Protocol::Http(Some(tls), answer) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                http(stream, portal, answer, &told).await;
                            }
                        }
                        Protocol::Socks(methods) => {
                            drop(socks(stream, portal, methods, &told).await);
                        }
                    }
                });
            }
        });
        Self {
            address,
            told,
            _tasks: tasks,
        }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Returns what the proxy was told so far: heads of requests, or the wishes of SOCKS.
    pub fn told(&self) -> Vec<String> {
        self.told.lock().unwrap().clone()
    }
}

async fn http<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    portal: u16,
    answer: &str,
    told: &Mutex<Vec<String>>,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    told.lock().unwrap().push(head.clone());
    let Ok(mut onward) = TcpStream::connect(("127.0.0.1", portal)).await else {
        return;
    };
    let is_told = if head.starts_with("CONNECT ") {
        stream.write_all(answer.as_bytes()).await
    } else {
        onward.write_all(head.as_bytes()).await
    };
    if is_told.is_ok() {
        drop(copy_bidirectional(&mut stream, &mut onward).await);
    }
}

async fn socks(
    mut stream: TcpStream,
    portal: u16,
    methods: &[u8],
    told: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let offered = {
        assert_eq!(stream.read_u8().await?, 5);
        read_counted(&mut stream).await?
    };
    let method = methods.iter().find(|method| offered.contains(method));
    stream.write_all(&[5, *method.unwrap_or(&255)]).await?;
    if method == Some(&2) {
        assert_eq!(stream.read_u8().await?, 1);
        let user = read_counted(&mut stream).await?;
        let password = read_counted(&mut stream).await?;
        let login = [user, b":".to_vec(), password].concat();
        told.lock().unwrap().push(String::from_utf8(login).unwrap());
        stream.write_all(&[1, 0]).await?;
    }
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    let host = match head[3] {
        1 => {
            let mut address = [0; 4];
            stream.read_exact(&mut address).await?;
            std::net::Ipv4Addr::from(address).to_string()
        }
        3 => String::from_utf8(read_counted(&mut stream).await?).unwrap(),
        _ => {
            let mut address = [0; 16];
            stream.read_exact(&mut address).await?;
            std::net::Ipv6Addr::from(address).to_string()
        }
    };
    let port = stream.read_u16().await?;
    let wish = format!("{:?} {host} {port}", &head[..3]);
    told.lock().unwrap().push(wish);
    let mut onward = TcpStream::connect(("127.0.0.1", portal)).await?;
    // Where it connects from, as a name: nobody does that, and everybody may.
    stream.write_all(b"\x05\x00\x00\x03\x02me\x00\x50").await?;
    copy_bidirectional(&mut stream, &mut onward).await?;
    Ok(())
}

/// Reads bytes that their number stands before.
async fn read_counted(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::from(stream.read_u8().await?)];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}
