//! A receiver of webhooks: it answers the portal's probe, keeps what is delivered and checks the signature, as every
//! receiver should.

/// The check that the guide for receivers shows.
#[expect(unreachable_pub, reason = "the guide shows it as its readers write it")]
#[path = "../../../examples/receivers/verify.rs"]
mod verify;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc::{Receiver as Inbox, Sender, channel};

use anyhow::{Context as _, Result, bail};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::any;
use serde_json::Value;

/// The header of the signature (API §10).
pub(super) const SIGNATURE: &str = "x-docspace-signature-256";

/// What was delivered.
#[derive(Debug)]
pub(super) struct Delivery {
    /// The header [`SIGNATURE`], `sha256=` and hexadecimal digits.
    pub(super) signature: String,
    /// The signed bytes.
    pub(super) body: Vec<u8>,
}

impl Delivery {
    /// Returns whether the body was signed with this secret, comparing in constant time.
    pub(super) fn is_signed_with(&self, secret: &str) -> bool {
        verify::is_genuine(&[secret], &self.body, &self.signature)
    }

    /// Parses the body.
    pub(super) fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).context("the delivery is not JSON")
    }
}

/// A receiver on loopback; it lives as long as the runtime it was started on.
#[derive(Debug)]
pub(super) struct Receiver {
    /// Its address.
    pub(super) uri: String,
    inbox: Inbox<Delivery>,
}

impl Receiver {
    /// Starts a receiver on a free port.
    pub(super) async fn start() -> Result<Self> {
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listener = tokio::net::TcpListener::bind(any_port).await?;
        let uri = format!("http://{}/docspace", listener.local_addr()?);
        let (sender, inbox) = channel();
        let app = Router::new()
            .route("/docspace", any(receive))
            .with_state(sender);
        drop(tokio::spawn(
            async move { axum::serve(listener, app).await },
        ));
        Ok(Self { uri, inbox })
    }

    /// Waits this long for the next delivery.
    pub(super) fn next(&self, limit: std::time::Duration) -> Result<Delivery> {
        match self.inbox.recv_timeout(limit) {
            Ok(delivery) => Ok(delivery),
            Err(_) => bail!("nothing was delivered within {} s", limit.as_secs()),
        }
    }
}

/// The probe has no body, which tells it from a delivery.
async fn receive(
    State(sender): State<Sender<Delivery>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    if !body.is_empty() {
        let signature = headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
        let delivery = Delivery {
            signature: signature.unwrap_or_default().to_owned(),
            body: body.to_vec(),
        };
        if sender.send(delivery).is_err() {
            return StatusCode::SERVICE_UNAVAILABLE;
        }
    }
    StatusCode::OK
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(signature: &str) -> Delivery {
        Delivery {
            signature: signature.to_owned(),
            body: b"what do ya want for nothing?".to_vec(),
        }
    }

    /// The second test case of RFC 4231.
    const RFC: &str = "5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843";

    #[test]
    fn a_signature_counts_in_upper_and_lower_case() {
        assert!(delivery(&format!("sha256={RFC}")).is_signed_with("Jefe"));
        assert!(delivery(&format!("sha256={}", RFC.to_lowercase())).is_signed_with("Jefe"));
    }

    #[test]
    fn another_secret_or_a_broken_signature_does_not_count() {
        assert!(!delivery(&format!("sha256={RFC}")).is_signed_with("jefe"));
        for broken in ["", RFC, "sha256=", "sha256=5B", "sha256=zz", "sha256=5"] {
            assert!(!delivery(broken).is_signed_with("Jefe"), "{broken}");
        }
    }
}
