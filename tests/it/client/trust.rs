//! Whose certificate is taken for the portal's.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use terraform_provider_docspace::api::{
    ApiKey, BaseUrl, Cause, Client, Config, ConfigError, ConnectReason, Error, TlsFault,
};
use time::{Duration, OffsetDateTime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::task::AbortOnDropHandle;

use super::bench::{client_of, create};
use super::scripted::{Scripted, Step, answer};

const EMPTY_LIST: &str = r#"{"response":[]}"#;

/// A server that presents a certificate with this key.
pub fn acceptor(certificate: &CertificateDer<'static>, key: &KeyPair) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let key = provider.key_provider.load_private_key(key).unwrap();
    // Unlike `with_single_cert`, takes a key that is not the certificate's.
    let certified = CertifiedKey::new(vec![certificate.clone()], key);
    let server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    TlsAcceptor::from(Arc::new(server))
}

pub fn localhost() -> CertificateParams {
    CertificateParams::new(["localhost".to_owned()]).unwrap()
}

/// A server whose certificate an authority has signed, the authority in PEM, and the certificate in PEM.
fn issued() -> (TlsAcceptor, String, String) {
    let mut authority = CertificateParams::new([]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = localhost().signed_by(&key, &authority).unwrap();
    let acceptor = acceptor(certificate.der(), &key);
    (acceptor, authority.pem(), certificate.pem())
}

fn tls() -> (TlsAcceptor, String) {
    let (acceptor, authority, _) = issued();
    (acceptor, authority)
}

/// A server with a self-signed certificate, and that certificate in PEM.
pub fn self_signed(change: impl FnOnce(&mut CertificateParams)) -> (TlsAcceptor, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = localhost();
    change(&mut params);
    let certificate = params.self_signed(&key).unwrap();
    (acceptor(certificate.der(), &key), certificate.pem())
}

/// As `openssl req -x509` makes it.
fn authority(params: &mut CertificateParams) {
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
}

/// Lists the webhooks of a server at this host, trusting these certificates.
async fn list(acceptor: TlsAcceptor, host: &str, trusted: Option<String>) -> Result<usize, Error> {
    let server = Scripted::start_tls([Step::json("200 OK", EMPTY_LIST)], acceptor).await;
    let base_url = format!("https://{host}:{}", server.port());
    let client = client_of(&base_url, "sk-1", |config| {
        config.ca_certificates_pem = trusted;
        config.max_retries = 4;
    });
    let listed = client.list_webhooks().await;
    assert_eq!(server.requests().len(), usize::from(listed.is_ok()));
    Ok(listed?.len())
}

/// Demands that nothing was sent, for this reason, and that it was not tried again.
#[track_caller]
fn refused(listed: Result<usize, Error>, fault: TlsFault) {
    let error = listed.unwrap_err();
    let Cause::Connect { reason, .. } = error.cause() else {
        panic!("{error:?}");
    };
    assert_eq!(*reason, ConnectReason::Tls(fault), "{error}");
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn an_unknown_authority_is_refused_once_and_named_as_the_reason() {
    let (acceptor, _authority) = tls();
    let server = Scripted::start_tls([], acceptor).await;
    let base_url = format!("https://localhost:{}", server.port());
    let client = client_of(&base_url, "sk-1", |config| config.max_retries = 4);
    let error = client
        .create_webhook(&create("a"), |_| true)
        .await
        .unwrap_err();
    let Cause::Connect { reason, .. } = error.cause() else {
        panic!("{error:?}");
    };
    assert_eq!(*reason, ConnectReason::Tls(TlsFault::UnknownIssuer));
    assert!(!error.outcome_unknown());
    assert_eq!((error.attempts(), server.requests().len()), (1, 0));
}

#[tokio::test]
async fn an_authority_of_the_configuration_is_trusted() {
    let (acceptor, authority) = tls();
    assert_eq!(
        list(acceptor, "localhost", Some(authority)).await.unwrap(),
        0
    );
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused_even_from_a_trusted_authority() {
    let (acceptor, authority) = tls();
    let listed = list(acceptor, "127.0.0.1", Some(authority)).await;
    refused(listed, TlsFault::WrongName);
}

#[tokio::test]
async fn a_self_signed_certificate_of_the_configuration_is_trusted() {
    for change in [authority as fn(&mut CertificateParams), |_| {}] {
        let (acceptor, certificate) = self_signed(change);
        let listed = list(acceptor.clone(), "localhost", Some(certificate.clone())).await;
        assert_eq!(listed.unwrap(), 0);
        let listed = list(acceptor.clone(), "127.0.0.1", Some(certificate)).await;
        refused(listed, TlsFault::WrongName);
        let (_, another) = self_signed(change);
        let listed = list(acceptor.clone(), "localhost", Some(another)).await;
        refused(listed, TlsFault::UnknownIssuer);
        refused(
            list(acceptor, "localhost", None).await,
            TlsFault::UnknownIssuer,
        );
    }
}

#[tokio::test]
async fn the_portals_own_certificate_is_trusted_without_its_authority() {
    let (acceptor, _authority, certificate) = issued();
    let listed = list(acceptor.clone(), "localhost", Some(certificate.clone())).await;
    assert_eq!(listed.unwrap(), 0);
    let listed = list(acceptor, "127.0.0.1", Some(certificate)).await;
    refused(listed, TlsFault::WrongName);
}

#[tokio::test]
async fn a_certificate_of_the_configuration_counts_only_while_it_is_valid() {
    let now = OffsetDateTime::now_utc();
    for (from, to) in [(-2, -1), (1, 2)] {
        for is_authority in [false, true] {
            let (acceptor, certificate) = self_signed(|params| {
                params.not_before = now + from * Duration::DAY;
                params.not_after = now + to * Duration::DAY;
                if is_authority {
                    authority(params);
                }
            });
            let listed = list(acceptor, "localhost", Some(certificate)).await;
            refused(listed, TlsFault::OutOfDate);
        }
    }
}

/// Having the certificate is not enough: it is public.
#[tokio::test]
async fn a_server_without_the_key_of_the_certificate_is_refused() {
    let key = KeyPair::generate().unwrap();
    let certificate = localhost().self_signed(&key).unwrap();
    let impostor = acceptor(certificate.der(), &KeyPair::generate().unwrap());
    let listed = list(impostor, "localhost", Some(certificate.pem())).await;
    refused(listed, TlsFault::BadCertificate);
}

#[tokio::test]
async fn a_port_that_speaks_http_is_told_from_a_portal_that_is_not_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("https://{}", listener.local_addr().unwrap());
    let _server = AbortOnDropHandle::new(tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut hello = [0; 16];
            stream.read_exact(&mut hello).await.unwrap();
            let refusal = answer("400 Bad Request", "", "");
            stream.write_all(&refusal).await.unwrap();
        }
    }));
    let client = client_of(&base_url, "sk-1", |config| config.max_retries = 4);
    let error = client.list_webhooks().await.unwrap_err();
    refused(Err(error), TlsFault::NotTls);
}

#[tokio::test]
async fn verification_can_be_switched_off() {
    let (acceptor, _authority) = tls();
    let server = Scripted::start_tls([Step::json("200 OK", EMPTY_LIST)], acceptor).await;
    let base_url = format!("https://127.0.0.1:{}", server.port());
    let client = client_of(&base_url, "sk-1", |config| {
        config.insecure_skip_tls_verify = true;
    });
    assert!(client.list_webhooks().await.unwrap().is_empty());
}

#[test]
fn bad_certificates_are_found_before_the_first_request() {
    let (_acceptor, authority) = tls();
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (pem, expected) in [
        (
            "no certificate at all".to_owned(),
            ConfigError::NoCertificate,
        ),
        (String::new(), ConfigError::NoCertificate),
        (
            broken.to_owned(),
            ConfigError::BadCertificate { position: 1 },
        ),
        (
            format!("{authority}{broken}"),
            ConfigError::BadCertificate { position: 2 },
        ),
    ] {
        let mut config = Config::new(
            BaseUrl::parse("https://portal.example.com", false).unwrap(),
            ApiKey::parse("sk-1").unwrap(),
        );
        config.ca_certificates_pem = Some(pem);
        assert_eq!(Client::new(config).unwrap_err(), expected);
    }
}
