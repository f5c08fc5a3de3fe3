//! A portal that accepts the question and never answers it, on a clock that runs ahead.

use tokio::net::TcpListener;
use tokio::time::Instant;

use super::*;
use crate::api::{ApiKey, BaseUrl, Client, Config};

fn live(address: std::net::SocketAddr) -> LivePortal {
    let base_url = BaseUrl::parse(&format!("http://{address}"), false).unwrap();
    let config = Config::new(base_url, ApiKey::parse("sk-0").unwrap());
    LivePortal::new(Client::new(config).unwrap(), &[])
}

#[tokio::test]
async fn writes_wait_together_and_only_so_long_for_what_is_known_of_the_key() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let portal = live(silent.local_addr().unwrap());
    let began = Instant::now();
    let connected = async {
        let connection = silent.accept().await.unwrap();
        // From here on the clock runs ahead of everything that waits; earlier, it would overtake the connection.
        tokio::time::pause();
        connection
    };
    let (_connection, one, other) = tokio::join!(
        connected,
        portal.require_write("One"),
        portal.require_write("Other")
    );
    assert!(one.is_ok() && other.is_ok(), "the portal decides");
    let waited = began.elapsed();
    assert!(
        waited >= PATIENCE && waited < PATIENCE * 2,
        "once, and not until the request is given up: {waited:?}"
    );
    let now = Instant::now();
    assert!(portal.require_write("Third").await.is_ok());
    assert_eq!(now.elapsed(), std::time::Duration::ZERO);
}
