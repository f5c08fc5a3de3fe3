use std::collections::VecDeque;

use rustls::ClientConfig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::time::timeout;
use tonic::transport::Channel;

use crate::host::certificate::ClientCertificate;
use crate::host::handshake::Handshake;
use crate::host::process::PATIENCE;
use crate::host::transport::{connect, connect_with, tls_config};
use crate::host::wire::tfplugin6::get_provider_schema;
use crate::host::wire::tfplugin6::provider_client::ProviderClient;
use crate::host::{Launch, Process};

/// A plugin that has not met its host yet.
async fn waiting() -> (Process, Handshake) {
    let mut process = Launch::as_host().spawn();
    let handshake = process.handshake().await;
    (process, handshake)
}

/// Tries a call over TLS of this kind, or over none.
async fn call(handshake: &Handshake, tls: Option<ClientConfig>) -> Result<(), String> {
    let channel = connect_with(&handshake.socket, tls)
        .await
        .map_err(|error| format!("{error:?}"))?;
    schema(&channel).await
}

async fn schema(channel: &Channel) -> Result<(), String> {
    let mut client = ProviderClient::new(channel.clone());
    let request = get_provider_schema::Request {};
    let answer = client.get_provider_schema(request).await;
    answer.map(|_| ()).map_err(|status| format!("{status:?}"))
}

/// The host itself is served, whatever happened before. The plugin ends with the returned connection.
async fn the_host_is_served(process: &Process, handshake: &Handshake) -> Channel {
    let channel = connect(handshake, process.certificate()).await.unwrap();
    schema(&channel).await.unwrap();
    channel
}

fn tls(handshake: &Handshake, client: Option<&ClientCertificate>) -> ClientConfig {
    let server = handshake.certificate.as_ref().unwrap();
    tls_config(server, client, rustls::ALL_VERSIONS)
}

#[tokio::test]
async fn nobody_but_the_host_gets_an_answer() {
    let (process, handshake) = waiting().await;
    let another = ClientCertificate::generate();
    for (who, tls) in [
        ("no certificate", Some(tls(&handshake, None))),
        ("another certificate", Some(tls(&handshake, Some(&another)))),
        ("no TLS", None),
    ] {
        let refused = call(&handshake, tls).await;
        assert!(refused.is_err(), "{who}");
    }
    the_host_is_served(&process, &handshake).await;
}

#[tokio::test]
async fn both_versions_of_tls_are_spoken() {
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let (process, handshake) = waiting().await;
        let server = handshake.certificate.as_ref().unwrap();
        let stranger = ClientCertificate::generate();
        let tls = tls_config(server, Some(&stranger), &[version]);
        assert!(call(&handshake, Some(tls)).await.is_err(), "{version:?}");
        let tls = tls_config(server, process.certificate(), &[version]);
        call(&handshake, Some(tls)).await.unwrap();
    }
}

#[tokio::test]
async fn noise_disturbs_nobody() {
    let (process, handshake) = waiting().await;
    for noise in [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".as_slice(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        &[0x16, 0x03, 0x01, 0xff, 0xff],
        &[0xff; 10_000],
    ] {
        let mut stranger = UnixStream::connect(&handshake.socket).await.unwrap();
        // The plugin may hang up before all of it is written.
        let _ = stranger.write_all(noise).await;
        let _ = stranger.shutdown().await;
        let mut answer = Vec::new();
        let _ = stranger.read_to_end(&mut answer).await;
        assert!(answer.len() < 100, "{answer:?}");
    }
    the_host_is_served(&process, &handshake).await;
}

#[tokio::test]
async fn a_thousand_silent_connections_keep_nobody_out() {
    // Far fewer than there are silent connections at any moment.
    let mut process = Launch::as_host().descriptors(60).spawn();
    let handshake = process.handshake().await;
    let mut silent = VecDeque::new();
    let mut silence = async || {
        silent.push_back(UnixStream::connect(&handshake.socket).await.unwrap());
        if silent.len() > 200 {
            // Some systems give a test no more than 256 descriptors.
            silent.pop_front();
        }
    };
    for _ in 0..500 {
        silence().await;
    }
    let host = the_host_is_served(&process, &handshake);
    let host = timeout(PATIENCE, host).await.unwrap();
    for _ in 0..500 {
        silence().await;
    }
    schema(&host).await.unwrap();
}

#[tokio::test]
async fn without_tls_silence_and_noise_do_not_count_as_the_host() {
    let mut process = Launch::without_tls().spawn();
    let handshake = process.handshake().await;
    drop(UnixStream::connect(&handshake.socket).await.unwrap());
    let mut stranger = UnixStream::connect(&handshake.socket).await.unwrap();
    stranger.write_all(&[b'x'; 24]).await.unwrap();
    assert_eq!(stranger.read(&mut [0; 1]).await.unwrap(), 0);
    the_host_is_served(&process, &handshake).await;
}
