//! A proxy that people use, tinyproxy, before a portal. `cargo xtask ci` runs this; it needs the program.
//!
//! The portal is at 0.0.0.0, which reaches this machine and is no loopback address by the rules of proxies.

use terraform_provider_docspace::api::{Cause, ProxyAnswer, ProxyFault};

use super::client;
use super::middle::Middle;
use super::ways::tls;
use crate::client::scripted::{Scripted, Step};

const EMPTY_LIST: &str = r#"{"response":[]}"#;

#[tokio::test]
#[ignore = "needs tinyproxy; cargo xtask ci runs it"]
async fn a_real_proxy_is_gone_through_with_a_login() {
    let proxy = Middle::tinyproxy("BasicAuth user pass\n");
    let (server, certificate) = tls("0.0.0.0");
    let portal = Scripted::start_tls([Step::json("200 OK", EMPTY_LIST)], server).await;
    let base_url = format!("https://0.0.0.0:{}", portal.port());
    let address = proxy.address("user:pass@");
    let https = client(
        &base_url,
        "HTTPS_PROXY",
        &address,
        Some(certificate.clone()),
    );
    assert!(https.list_webhooks().await.unwrap().is_empty());

    let plain = Scripted::start([Step::json("200 OK", EMPTY_LIST)]).await;
    let base_url = format!("http://0.0.0.0:{}", plain.port());
    let http = client(&base_url, "HTTP_PROXY", &address, None);
    assert!(http.list_webhooks().await.unwrap().is_empty());
    let told = plain.requests()[0].to_lowercase();
    assert!(
        told.contains("via:") && !told.contains("proxy-auth"),
        "{told}"
    );

    for (base_url, variable) in [
        ("https://portal.example.com", "HTTPS_PROXY"),
        ("http://portal.example.com", "HTTP_PROXY"),
    ] {
        let certificate = Some(certificate.clone());
        let stranger = client(base_url, variable, &proxy.address(""), certificate);
        let error = stranger.list_webhooks().await.unwrap_err();
        let Cause::Proxy { fault, .. } = error.cause() else {
            panic!("{error:?}");
        };
        let is_login = matches!(
            fault,
            ProxyFault::Login {
                was_told: false,
                ..
            }
        );
        assert!(is_login, "{fault:?}");
        assert_eq!(error.attempts(), 1);
    }
}

#[tokio::test]
#[ignore = "needs tinyproxy; cargo xtask ci runs it"]
async fn a_real_proxy_is_blamed_for_what_it_refuses() {
    let proxy = Middle::tinyproxy("ConnectPort 443\n");
    let (_, certificate) = tls("0.0.0.0");
    let certificate = Some(certificate);
    let address = proxy.address("");
    for (base_url, statuses) in [
        // Another port than the one that it allows.
        ("https://0.0.0.0:8443", [403, 403]),
        ("https://portal.invalid", [500, 502]),
    ] {
        let client = client(base_url, "HTTPS_PROXY", &address, certificate.clone());
        let error = client.list_webhooks().await.unwrap_err();
        let Cause::Proxy { fault, .. } = error.cause() else {
            panic!("{error:?}");
        };
        let ProxyFault::Refused(ProxyAnswer::Status(status)) = fault else {
            panic!("{fault:?}");
        };
        assert!(statuses.contains(status), "{status}");
    }
}
