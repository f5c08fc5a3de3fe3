//! What takes hours, on a clock that is moved by hand.

use std::time::Duration;

use tokio::net::TcpSocket;

use super::*;
use crate::api::{ApiKey, BaseUrl, WebhookId};

/// A client of a portal where nothing listens: every request is refused at once, and may be repeated. The socket keeps
/// anything else from taking the port.
fn client(max_retries: u32) -> (TcpSocket, Client) {
    let taken = TcpSocket::new_v4().unwrap();
    taken.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let base_url = format!("http://{}", taken.local_addr().unwrap());
    let mut config = Config::new(
        BaseUrl::parse(&base_url, false).unwrap(),
        ApiKey::parse("key").unwrap(),
    );
    config.max_retries = max_retries;
    config.max_concurrent_writes = 1;
    (taken, Client::new(config).unwrap())
}

#[tokio::test]
async fn a_write_that_has_stood_in_the_queue_for_long_is_repeated_all_the_same() {
    let (_taken, client) = client(1);
    let gate = &client.shared.gate;
    let turn = gate.turn(Rank::Fresh);
    let now = tokio::time::Instant::now();
    let place = gate.enter(turn, Operation::Replace, now).await.unwrap();
    let waiting = {
        let client = client.clone();
        tokio::spawn(async move { client.delete_webhook(WebhookId::new(1).unwrap()).await })
    };
    tokio::task::yield_now().await;
    // The clock stands still only here: it would run ahead of a connection.
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(3600)).await;
    tokio::time::resume();
    assert_eq!(place.leave(None), None);
    let error = waiting.await.unwrap().unwrap_err();
    assert_eq!(error.attempts(), 2, "{error}");
}
