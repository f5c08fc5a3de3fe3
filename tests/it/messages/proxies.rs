//! What a proxy does wrong, and what somebody else between here and the portal does.

use rcgen::{CertificateParams, date_time_ymd};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::page::Section;
use super::said;
use crate::client::scripted::{Scripted, answer};
use crate::client::trust::self_signed;
use crate::commands::Workspace;
use crate::host::diagnostics::Diagnostic;
use crate::proxies::answering;
use crate::proxies::forward::Forward;
use crate::webhook::{Portal, webhook};

/// A TLS record that says: no such version.
const PROTOCOL_VERSION: [u8; 7] = [0x15, 3, 1, 0, 2, 2, 70];

const LOGIN: &str = "Proxy-Authenticate: Basic realm=\"proxy\"\r\n";
const KERBEROS: &str = "Proxy-Authenticate: Negotiate\r\n";

pub async fn section() -> Section {
    let mut section = Section::new("Proxies");
    unreached(&mut section).await;
    for (when, scheme, bytes) in answers() {
        let (address, _server) = answering(bytes).await;
        let said = through(&format!("{scheme}{address}")).await;
        section.add(when, said);
    }
    by_tls(&mut section).await;
    behind(&mut section).await;
    before_the_portal(&mut section).await;
    section
}

/// What a proxy may answer, and how it is spoken to.
fn answers() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let login = |headers| answer("407 Proxy Authentication Required", headers, "");
    let many = "X-More: a\r\n".repeat(101);
    let http = "http://";
    let known = "http://me:pw@";
    let socks = "socks5://";
    vec![
        ("The proxy demands a login", http, login(LOGIN)),
        ("The proxy refuses the login", known, login(LOGIN)),
        (
            "The proxy refuses the login with a 401",
            known,
            answer("401 Unauthorized", "", ""),
        ),
        ("The proxy demands Kerberos", http, login(KERBEROS)),
        (
            "The proxy forbids it",
            http,
            answer("403 Forbidden", "", ""),
        ),
        (
            "The proxy does not reach the portal",
            http,
            answer("502 Bad Gateway", "", ""),
        ),
        (
            "The proxy is busy",
            http,
            answer("503 Service Unavailable", "", ""),
        ),
        (
            "The proxy makes no tunnels",
            http,
            answer("405 Method Not Allowed", "", ""),
        ),
        (
            "The proxy's answer has too many headers",
            http,
            answer("200 OK", &many, ""),
        ),
        (
            "The proxy does not speak HTTP",
            http,
            b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(),
        ),
        ("The proxy hangs up", http, Vec::new()),
        (
            "The proxy does not speak SOCKS",
            socks,
            answer("400 Bad Request", "", ""),
        ),
        (
            "The SOCKS proxy demands a login",
            socks,
            b"\x05\xff".to_vec(),
        ),
        (
            "The SOCKS proxy refuses the login",
            "socks5://me:pw@",
            b"\x05\x02\x01\x01".to_vec(),
        ),
        (
            "The SOCKS proxy forbids it",
            socks,
            b"\x05\x00\x05\x02\x00\x01\0\0\0\0\0\0".to_vec(),
        ),
    ]
}

async fn unreached(section: &mut Section) {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let said = through(&format!("http://{address}")).await;
    section.add("The proxy is down", said);
    let said = through(&format!("socks5://{address}")).await;
    section.add("The SOCKS proxy is down", said);
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    let said = through(&format!("http://{address}")).await;
    section.add("The proxy says nothing", said);
}

/// What is wrong with TLS to the proxy itself.
async fn by_tls(section: &mut Section) {
    let (address, _server) = answering(answer("400 Bad Request", "", "")).await;
    let said = through(&format!("https://{address}")).await;
    section.add("The proxy does not speak TLS", said);
    let (address, _server) = answering(PROTOCOL_VERSION.to_vec()).await;
    let said = through(&format!("https://{address}")).await;
    section.add("The proxy is too old for TLS 1.2", said);
    let (server, _) = self_signed(|_| {});
    let said = through_tls("localhost", server, None).await;
    section.add("The proxy's certificate is not trusted", said);
    let (server, trusted) = self_signed(|_| {});
    let said = through_tls("127.0.0.1", server, Some(trusted)).await;
    section.add("The proxy's certificate is for another name", said);
}

async fn through_tls(host: &str, server: TlsAcceptor, trusted: Option<String>) -> Vec<Diagnostic> {
    let proxy = Forward::https(1, server).await;
    let mut directory = directory(&format!("https://{host}:{}", proxy.port())).await;
    if let Some(trusted) = trusted {
        directory.set("ca_certificate", json!(trusted));
    }
    said(directory.refresh().await)
}

/// What is wrong behind a proxy that does its part.
async fn behind(section: &mut Section) {
    let (server, _) = self_signed(|_| {});
    let portal = Scripted::start_tls([], server).await;
    let proxy = Forward::http(portal.port()).await;
    let said = through(&format!("http://127.0.0.1:{}", proxy.port())).await;
    section.add("The certificate behind the proxy is not trusted", said);

    let (address, _server) = answering(answer("400 Bad Request", "", "")).await;
    let port = address.rsplit(':').next().unwrap().parse().unwrap();
    let proxy = Forward::http(port).await;
    let said = through(&format!("http://127.0.0.1:{}", proxy.port())).await;
    section.add("The server behind the proxy does not speak TLS", said);

    let (address, _server) = answering(Vec::new()).await;
    let port = address.rsplit(':').next().unwrap().parse().unwrap();
    let proxy = Forward::http(port).await;
    let said = through(&format!("http://127.0.0.1:{}", proxy.port())).await;
    section.add("The server behind the proxy hangs up", said);

    for (when, status) in [
        (
            "The proxy of an http portal refuses the login",
            "401 Unauthorized",
        ),
        ("The proxy of an http portal forbids it", "403 Forbidden"),
        (
            "The proxy of an http portal does not reach it",
            "502 Bad Gateway",
        ),
    ] {
        let (address, _server) = answering(answer(status, "", "<html>no</html>")).await;
        let mut directory = directory("").await.env("HTTP_PROXY", &address);
        directory.set("base_url", json!("http://portal.example.com"));
        directory.set("allow_plain_http", json!(true));
        section.add(when, super::said(directory.refresh().await));
    }
}

/// Answers that are made before the portal is reached, with or without a proxy of one's own.
async fn before_the_portal(section: &mut Section) {
    let challenge = "WWW-Authenticate: Negotiate\r\n";
    for (when, headers, body) in [
        ("A gateway demands Kerberos", challenge, ""),
        (
            "A gateway shows a page to sign in",
            "",
            "<html>sign in</html>",
        ),
    ] {
        let (address, _server) = answering(answer("401 Unauthorized", headers, body)).await;
        let mut directory = directory("").await;
        directory.set("base_url", json!(format!("http://{address}")));
        section.add(when, said(directory.refresh().await));
    }
}

/// What a refresh says when the portal is asked through this proxy.
async fn through(proxy: &str) -> Vec<Diagnostic> {
    said(directory(proxy).await.refresh().await)
}

/// A directory with one webhook of a portal that is reached through this proxy.
async fn directory(proxy: &str) -> Workspace {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await.env("HTTPS_PROXY", proxy);
    directory.set("max_retries", json!(0));
    directory.set("request_timeout", json!("15s"));
    directory.set("base_url", json!("https://portal.example.com"));
    // One that nobody presents, so that the system's are not needed.
    let (_, unused) = self_signed(|params: &mut CertificateParams| {
        params.not_after = date_time_ymd(2021, 1, 1);
    });
    directory.set("ca_certificate", json!(unused));
    directory
}
