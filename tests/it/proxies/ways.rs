//! What a proxy and a portal get to see: the key never reaches the proxy of an https portal, and what the proxy is told
//! never reaches the portal.

use rcgen::{CertificateParams, KeyPair};
use tokio_rustls::TlsAcceptor;

use super::forward::Forward;
use super::{KEY, PORTAL, client};
use crate::client::bench::create;
use crate::client::scripted::{Scripted, Step};
use crate::client::trust::acceptor;

const EMPTY_LIST: &str = r#"{"response":[]}"#;

/// `user:pass/word` in base64.
const LOGIN: &str = "Basic dXNlcjpwYXNzL3dvcmQ=";

/// A server with a self-signed certificate for this name, and the certificate.
pub fn tls(name: &str) -> (TlsAcceptor, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new([name.to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (acceptor(certificate.der(), &key), certificate.pem())
}

/// A portal that is there for the name [`PORTAL`], and its certificate.
async fn portal() -> (Scripted, String) {
    let (tls, certificate) = tls(PORTAL);
    let answers = [
        Step::json("200 OK", EMPTY_LIST),
        Step::json("200 OK", r#"{"response":{"id":5}}"#),
    ];
    (Scripted::start_tls(answers, tls).await, certificate)
}

/// Lists and creates, through this proxy.
async fn call(base_url: &str, variable: &str, proxy: &str, certificates: String) {
    let client = client(base_url, variable, proxy, Some(certificates));
    assert!(client.list_webhooks().await.unwrap().is_empty());
    client.create_webhook(&create("a"), |_| true).await.unwrap();
}

/// Checks that a portal got two requests with the key, and nothing that was meant for a proxy.
#[track_caller]
fn assert_asked(portal: &Scripted) {
    let requests = portal.requests();
    assert_eq!(requests.len(), 2);
    for request in requests {
        assert!(
            request.contains(&format!("authorization: Bearer {KEY}\r\n")),
            "{request}"
        );
        assert!(request.contains("host: portal.example.com"), "{request}");
        assert!(!request.to_lowercase().contains("proxy-"), "{request}");
    }
}

#[tokio::test]
async fn a_tunnel_shows_the_proxy_the_portals_place_and_nothing_else() {
    let (portal, certificate) = portal().await;
    let proxy = Forward::http(portal.port()).await;
    let address = format!("user:pass%2Fword@127.0.0.1:{}", proxy.port());
    call(
        "https://portal.example.com",
        "HTTPS_PROXY",
        &address,
        certificate,
    )
    .await;
    let told = proxy.told();
    assert_eq!(told.len(), 1, "the tunnel is used again: {told:?}");
    let (line, headers) = told[0].split_once("\r\n").unwrap();
    assert_eq!(line, "CONNECT portal.example.com:443 HTTP/1.1");
    let headers = headers.to_lowercase();
    let mut headers: Vec<&str> = headers.trim_end().lines().collect();
    headers.sort_unstable();
    let login = format!("proxy-authorization: {LOGIN}").to_lowercase();
    assert_eq!(headers[0], "host: portal.example.com:443");
    assert_eq!(headers[1], login);
    assert!(headers[2].starts_with("user-agent: terraform-provider-docspace/"));
    assert_eq!(headers.len(), 3);
    assert_asked(&portal);
}

#[tokio::test]
async fn a_tunnel_may_be_granted_as_old_proxies_do() {
    let answer = "HTTP/1.0 200 Connection established\r\nProxy-Agent: tinyproxy\r\n\r\n";
    let (portal, certificate) = portal().await;
    let proxy = Forward::answering(portal.port(), answer).await;
    let address = format!("http://127.0.0.1:{}/", proxy.port());
    let base_url = "https://portal.example.com:8443";
    call(base_url, "ALL_PROXY", &address, certificate).await;
    let told = proxy.told();
    assert!(told[0].starts_with("CONNECT portal.example.com:8443 HTTP/1.1\r\n"));
    assert!(!told[0].contains("Authorization"), "{told:?}");
    assert_asked(&portal);
}

#[tokio::test]
async fn a_proxy_may_itself_be_reached_by_tls() {
    let (portal, certificate) = portal().await;
    let (tls, of_the_proxy) = tls("localhost");
    let proxy = Forward::https(portal.port(), tls).await;
    let address = format!("https://user:pass%2Fword@localhost:{}", proxy.port());
    let certificates = certificate + &of_the_proxy;
    call(
        "https://portal.example.com",
        "HTTPS_PROXY",
        &address,
        certificates,
    )
    .await;
    assert!(proxy.told()[0].contains(LOGIN));
    assert_asked(&portal);
}

/// An http portal has no tunnel: the proxy reads the request, and has to be told whole URLs.
#[tokio::test]
async fn requests_to_a_portal_without_https_are_handed_to_the_proxy() {
    let answers = || {
        [
            Step::json("200 OK", EMPTY_LIST),
            Step::json("200 OK", r#"{"response":{"id":5}}"#),
        ]
    };
    let portal = Scripted::start(answers()).await;
    let address = format!("http://user:pass%2Fword@127.0.0.1:{}", portal.port());
    call(
        "http://portal.example.com",
        "HTTP_PROXY",
        &address,
        trusted_by_nobody(),
    )
    .await;
    for request in portal.requests() {
        assert!(
            request.contains(" http://portal.example.com/api/2.0/settings/webhook HTTP/1.1\r\n")
        );
        assert!(
            request.contains(&format!("proxy-authorization: {LOGIN}\r\n")),
            "{request}"
        );
        assert!(
            request.contains(&format!("authorization: Bearer {KEY}\r\n")),
            "{request}"
        );
    }
    let socks_portal = Scripted::start(answers()).await;
    let proxy = Forward::socks(socks_portal.port(), &[0]).await;
    let address = format!("socks5h://127.0.0.1:{}", proxy.port());
    call(
        "http://portal.example.com",
        "HTTP_PROXY",
        &address,
        trusted_by_nobody(),
    )
    .await;
    assert_eq!(proxy.told(), ["[5, 1, 0] portal.example.com 80"]);
    assert!(socks_portal.requests()[0].starts_with("GET /api/2.0/settings/webhook HTTP/1.1\r\n"));
    assert_asked(&socks_portal);
}

/// A certificate, where one has to be given and none is used.
fn trusted_by_nobody() -> String {
    tls("nobody.example.com").1
}

#[tokio::test]
async fn a_socks_proxy_resolves_the_name_and_is_told_the_login() {
    for (address, login) in [
        ("socks5://", None),
        ("socks5h://user:pass%2Fword@", Some("user:pass/word")),
    ] {
        let (portal, certificate) = portal().await;
        let proxy = Forward::socks(portal.port(), &[2, 0]).await;
        let address = format!("{address}127.0.0.1:{}", proxy.port());
        call(
            "https://portal.example.com",
            "HTTPS_PROXY",
            &address,
            certificate,
        )
        .await;
        let wish = "[5, 1, 0] portal.example.com 443";
        let expected: Vec<&str> = login.into_iter().chain([wish]).collect();
        assert_eq!(proxy.told(), expected);
        assert_asked(&portal);
    }
}

#[tokio::test]
async fn a_socks_proxy_is_told_addresses_as_addresses() {
    for (host, expected) in [
        ("192.0.2.7", "[5, 1, 0] 192.0.2.7 443"),
        ("[2001:db8::7]", "[5, 1, 0] 2001:db8::7 443"),
    ] {
        let proxy = Forward::socks(1, &[0]).await;
        let address = format!("socks5://127.0.0.1:{}", proxy.port());
        let client = client(
            &format!("https://{host}"),
            "HTTPS_PROXY",
            &address,
            Some(trusted_by_nobody()),
        );
        client.list_webhooks().await.unwrap_err();
        assert_eq!(proxy.told()[0], expected);
    }
    let proxy = Forward::http(1).await;
    let address = format!("http://127.0.0.1:{}", proxy.port());
    let client = client(
        "https://[2001:db8::7]",
        "HTTPS_PROXY",
        &address,
        Some(trusted_by_nobody()),
    );
    client.list_webhooks().await.unwrap_err();
    assert!(proxy.told()[0].starts_with("CONNECT [2001:db8::7]:443 HTTP/1.1\r\n"));
}
