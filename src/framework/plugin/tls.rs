//! Mutual TLS with exactly one peer: the host that started this process (TPP §2, ADR 0002).
//!
//! The host's certificate is self-signed and marked as a CA, which the standard verifier refuses for
//! an end entity. Ours compares it byte for byte with the one from the environment and leaves the
//! proof of its key to the crypto library. Both sides trust one certificate each, both certificates
//! live as long as this process, and neither key is ever written anywhere.

use std::sync::Arc;

use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{self, CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{NoServerSessionStorage, ParsedCertificate, ServerConfig};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName as Issuer, SignatureScheme,
};
use tokio_rustls::TlsAcceptor;

use super::error::Error;

/// The name every plugin host expects in the certificate.
const SERVER_NAME: &str = "localhost";

/// The plugin's side of TLS.
pub(super) struct Tls {
    /// Our certificate, which the host pins.
    pub(super) certificate: CertificateDer<'static>,
    /// Accepts the host, and no one else.
    pub(super) acceptor: TlsAcceptor,
}

impl Tls {
    /// Makes a new identity that talks only to the owner of the certificate in `pem`.
    ///
    /// # Errors
    ///
    /// Fails unless `pem` holds exactly one certificate, and when the crypto library refuses.
    pub(super) fn for_client(pem: &str) -> Result<Self, Error> {
        let client = single_certificate(pem)?;
        let (certificate, key) = identity()?;
        let provider = Arc::new(crypto::aws_lc_rs::default_provider());
        let verifier = Arc::new(OnlyThisClient::new(client, &provider));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![certificate.clone()], key)?;
        // Newer hosts refuse a peer that does not name the protocol.
        config.alpn_protocols = vec![b"h2".to_vec()];
        // One connection per process: a resumed session would only be a second way in.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self {
            certificate,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }
}

fn single_certificate(pem: &str) -> Result<CertificateDer<'static>, Error> {
    let mut certificates = CertificateDer::pem_slice_iter(pem.as_bytes());
    match (certificates.next(), certificates.next()) {
        (Some(Ok(certificate)), None) if ParsedCertificate::try_from(&certificate).is_ok() => {
            Ok(certificate)
        }
        _ => Err(Error::ClientCertificate),
    }
}

/// Makes the throw-away certificate: a P-256 leaf, not a CA. Its validity is wide because the host relies on the pin,
/// not on the calendar; a wrong clock must not stop anyone.
fn identity() -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::new([SERVER_NAME.to_owned()])?;
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, SERVER_NAME);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.self_signed(&key)?;
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    Ok((certificate.into(), key.into()))
}

/// Accepts one certificate, byte for byte.
#[derive(Debug)]
struct OnlyThisClient {
    certificate: CertificateDer<'static>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl OnlyThisClient {
    fn new(certificate: CertificateDer<'static>, provider: &CryptoProvider) -> Self {
        Self {
            certificate,
            algorithms: provider.signature_verification_algorithms,
        }
    }
}

impl ClientCertVerifier for OnlyThisClient {
    fn root_hint_subjects(&self) -> &[Issuer] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if *end_entity == self.certificate {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        crypto::verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        crypto::verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNFINISHED: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n";
    const NOT_X509: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

    fn certificate() -> String {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let params = CertificateParams::new([SERVER_NAME.to_owned()]).unwrap();
        params.self_signed(&key).unwrap().pem()
    }

    #[test]
    fn exactly_one_certificate_is_taken() {
        assert!(Tls::for_client(&certificate()).is_ok());
        let two = certificate() + &certificate();
        for pem in ["", "nonsense", two.as_str(), UNFINISHED, NOT_X509] {
            let refused = Tls::for_client(pem).err();
            assert!(matches!(refused, Some(Error::ClientCertificate)), "{pem}");
        }
    }

    #[test]
    fn the_schemes_include_the_one_of_the_hosts_key() {
        let provider = crypto::aws_lc_rs::default_provider();
        let client = single_certificate(&certificate()).unwrap();
        let schemes = OnlyThisClient::new(client, &provider).supported_verify_schemes();
        assert!(schemes.contains(&SignatureScheme::ECDSA_NISTP521_SHA512));
    }
}
