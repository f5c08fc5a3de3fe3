//! The keys of TLS connections, which would open recordings of them, are written nowhere.

use docspace_emulator::{Config, TlsIdentity};
use serde_json::json;

use crate::host::{Host, Launch};
use crate::webhook::Portal;

#[tokio::test]
async fn keys_of_connections_are_written_nowhere() {
    let identity = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let portal = Portal::with(Config {
        tls: Some(TlsIdentity {
            certificate_chain: identity.cert.pem().into_bytes(),
            private_key: identity.signing_key.serialize_pem().into_bytes().into(),
        }),
        ..Config::offline()
    })
    .await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.log");
    // What browsers and many tools write their keys to.
    let launch = Launch::as_host().env("SSLKEYLOGFILE", file.to_str().unwrap());
    let host = Host::launch(launch).await;
    let block = json!({
        "base_url": portal.emulator.base_url(),
        "api_key": portal.emulator.api_key(),
        "insecure_skip_tls_verify": true,
    });
    host.configure(block).await.ok();
    let listed = host.read_data("docspace_webhooks", json!({})).await;
    listed.ok();
    assert_eq!(portal.counts(), ["1 GET /webhook"]);
    host.stop().await;
    assert!(!file.exists());
}
