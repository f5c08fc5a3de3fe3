//! The socket the host connects to: a Unix socket nobody else can reach, or TCP on loopback where
//! there are none (TPP §1.5).

#[cfg(unix)]
mod unix;

use std::io;
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;

use super::error::Error;

/// A byte stream from one peer, whatever carries it.
pub(super) trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}

/// Where the plugin may listen.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// Where temporary files go.
    pub(super) temp_dir: PathBuf,
    /// Where the socket must be created, if the host insists on a place.
    pub(super) socket_dir: Option<PathBuf>,
    /// The group that may use the socket too.
    pub(super) socket_group: Option<String>,
    /// The ports that may be listened on, where there are no Unix sockets.
    pub(super) ports: Option<RangeInclusive<u16>>,
}

/// Where the host finds the plugin, in the words of the handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// `unix` or `tcp`.
    pub(super) network: &'static str,
    /// An absolute path, or host and port.
    pub(super) text: String,
}

/// A listener that already accepts, and what keeps its socket private.
pub(super) struct Bound {
    pub(super) listener: Listener,
    pub(super) address: Address,
    /// Removed, with the socket in it, when dropped.
    pub(super) directory: Option<PrivateDirectory>,
}

#[cfg(unix)]
pub(super) use self::unix::PrivateDirectory;

/// Without Unix sockets there is no directory to keep.
#[cfg(not(unix))]
pub(super) enum PrivateDirectory {}

/// Accepts connections.
pub(super) enum Listener {
    #[cfg(unix)]
    Unix(tokio::net::UnixListener),
    Tcp(TcpListener),
}

impl Listener {
    pub(super) async fn accept(&self) -> io::Result<Box<dyn Socket>> {
        match self {
            #[cfg(unix)]
            Self::Unix(listener) => Ok(Box::new(listener.accept().await?.0)),
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
        }
    }
}

/// Starts listening, the way this system does it.
#[cfg(unix)]
pub(super) fn bind(place: &Place) -> Result<Bound, Error> {
    unix::bind(place)
}

/// Starts listening, the way this system does it.
#[cfg(not(unix))]
pub(super) fn bind(place: &Place) -> Result<Bound, Error> {
    bind_tcp(place)
}

/// Listens on the first free port of the host's range, or on any port when it named none.
#[cfg_attr(
    all(unix, not(test)),
    expect(
        dead_code,
        reason = "only systems without Unix sockets, and tests, use TCP"
    )
)]
fn bind_tcp(place: &Place) -> Result<Bound, Error> {
    let ports = place.ports.clone().unwrap_or(0..=0);
    let (first, last) = (*ports.start(), *ports.end());
    let mut refused = io::Error::from(io::ErrorKind::AddrInUse);
    for port in ports {
        match tcp_on(port) {
            Ok(bound) => return Ok(bound),
            Err(error) => refused = error,
        }
    }
    Err(Error::Port {
        first,
        last,
        source: refused,
    })
}

fn tcp_on(port: u16) -> io::Result<Bound> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let address = Address {
        network: "tcp",
        text: listener.local_addr()?.to_string(),
    };
    Ok(Bound {
        listener: Listener::Tcp(TcpListener::from_std(listener)?),
        address,
        directory: None,
    })
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn tcp_takes_the_next_port_of_the_range_when_one_is_taken() {
        let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let only_the_taken = Place {
            ports: Some(port..=port),
            ..Place::default()
        };
        let refused = bind_tcp(&only_the_taken).err().unwrap().to_string();
        assert!(
            refused.contains(&format!("ports {port} to {port}")),
            "{refused}"
        );

        let and_those_above = Place {
            ports: Some(port..=u16::MAX),
            ..Place::default()
        };
        let bound = bind_tcp(&and_those_above).unwrap();
        assert_eq!(bound.address.network, "tcp");
        let mut client = TcpStream::connect(&bound.address.text).await.unwrap();
        let mut server = bound.listener.accept().await.unwrap();
        client.write_all(b"hello").await.unwrap();
        let mut received = [0; 5];
        server.read_exact(&mut received).await.unwrap();
        assert_eq!(&received, b"hello");
    }
}
