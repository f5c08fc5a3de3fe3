//! Proxies: what goes through them, and who is blamed when nothing does.
//!
//! Which proxy is used at all is a table of its own, `tests/proxies`, which Go has written.

/// A proxy that leads every name to one server.
pub mod forward;

/// What a proxy does wrong.
mod faults;
/// The program that people use as a proxy.
#[expect(dead_code, reason = "shared with the acceptance tests")]
#[path = "../../support/middle.rs"]
mod middle;
/// A proxy that people use.
mod real;
/// What a proxy and a portal get to see.
mod ways;

use std::collections::BTreeMap;

use terraform_provider_docspace::api::{BaseUrl, Client, Proxy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use crate::client::bench::client_of;

/// The name of a portal that no test can reach but through a proxy.
pub const PORTAL: &str = "portal.example.com";

/// The key of the requests, and what a proxy is told.
const KEY: &str = "sk-0123456789abcdef";

/// A client of a portal whose environment has this one variable.
fn client(base_url: &str, variable: &str, value: &str, certificate: Option<String>) -> Client {
    client_of("https://portal.example.com", KEY, |config| {
        config.base_url = BaseUrl::parse(base_url, true).unwrap();
        let environment = BTreeMap::from([(variable, value)]);
        let variable = |name: &str| environment.get(name).map(|value| (*value).to_owned());
        config.proxy = Proxy::for_portal(&config.base_url, variable).unwrap();
        assert!(config.proxy.is_some(), "{value}");
        config.ca_certificates_pem = certificate;
        config.max_retries = 1;
    })
}

/// A server that answers whatever it is sent with these bytes, and its address.
pub async fn answering(bytes: Vec<u8>) -> (String, AbortOnDropHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut hello = [0; 4096];
            drop(stream.read(&mut hello).await);
            drop(stream.write_all(&bytes).await);
            drop(stream.shutdown().await);
            // Until the other end has read everything: closing earlier could take the answer back.
            while matches!(stream.read(&mut hello).await, Ok(1..)) {}
        }
    });
    (address, AbortOnDropHandle::new(server))
}
