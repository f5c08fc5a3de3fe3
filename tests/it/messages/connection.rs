//! Why there is no secure connection to a portal.

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::task::AbortOnDropHandle;

use super::page::Section;
use super::{changed, plan, said};
use crate::client::scripted::{Scripted, answer};
use crate::client::trust::{acceptor, localhost, self_signed};
use crate::commands::Workspace;
use crate::host::diagnostics::Diagnostic;
use crate::webhook::{Portal, webhook};

/// A TLS record that says: no such version.
const PROTOCOL_VERSION: [u8; 7] = [0x15, 3, 1, 0, 2, 2, 70];

pub async fn section() -> Section {
    let mut section = Section::new("Secure connections");
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    directory.set("max_retries", json!(0));

    let (server, trusted) = self_signed(|_| {});
    let said = refreshing(&mut directory, server.clone(), "localhost", None).await;
    section.add("The certificate is not trusted", said);
    let said = refreshing(&mut directory, server, "127.0.0.1", Some(trusted)).await;
    section.add("The certificate is for another name", said);

    let (server, trusted) = self_signed(|params: &mut CertificateParams| {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    });
    let said = refreshing(&mut directory, server, "localhost", Some(trusted)).await;
    section.add("The certificate is out of date", said);

    let certificate = localhost()
        .self_signed(&KeyPair::generate().unwrap())
        .unwrap();
    let impostor = acceptor(certificate.der(), &KeyPair::generate().unwrap());
    let trusted = Some(certificate.pem());
    let said = refreshing(&mut directory, impostor, "localhost", trusted).await;
    section.add("The server does not have the certificate's key", said);

    let (address, _server) = answering(answer("400 Bad Request", "", "")).await;
    let said = at(&mut directory, &address, None).await;
    section.add("The port serves http", said);
    let (address, _server) = answering(PROTOCOL_VERSION.to_vec()).await;
    let said = at(&mut directory, &address, None).await;
    section.add("The server is too old for TLS 1.2", said);

    let (server, _) = self_signed(|_| {});
    let portal = Scripted::start_tls([], server).await;
    let mut directory = Workspace::new(json!({
        "base_url": format!("https://localhost:{}", portal.port()),
        "api_key": "sk-0123",
    }));
    let said = plan(&mut directory, &changed(json!({}))).await;
    let when = "A webhook is planned, and the certificate is not trusted";
    section.add(when, said);
    section
}

/// What a refresh says when the portal is this server, by this name, and these certificates are trusted.
async fn refreshing(
    directory: &mut Workspace,
    server: TlsAcceptor,
    host: &str,
    trusted: Option<String>,
) -> Vec<Diagnostic> {
    let server = Scripted::start_tls([], server).await;
    at(directory, &format!("{host}:{}", server.port()), trusted).await
}

async fn at(directory: &mut Workspace, address: &str, trusted: Option<String>) -> Vec<Diagnostic> {
    directory.set("base_url", json!(format!("https://{address}")));
    directory.set("ca_certificate", trusted.map_or(Value::Null, Value::from));
    said(directory.refresh().await)
}

/// A server that answers whatever it is sent with these bytes, and its address.
async fn answering(bytes: Vec<u8>) -> (String, AbortOnDropHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut hello = [0; 16];
            stream.read_exact(&mut hello).await.unwrap();
            stream.write_all(&bytes).await.unwrap();
        }
    });
    (address, AbortOnDropHandle::new(server))
}
