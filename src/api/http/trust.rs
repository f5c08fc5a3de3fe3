//! Which certificate is accepted as the portal's: what the system trusts, what the authorities of the configuration
//! issued, and a certificate that is itself in the configuration.
//!
//! The last is for self-hosted portals (API §12). A self-signed certificate, as `openssl req -x509` creates it, is its
//! own authority, and webpki accepts no authority as a server; a server's own certificate without its authority has no
//! issuer. A certificate in the configuration is vouched for byte by byte, so no authority has to. Its dates and names
//! are still checked, and so is the signature of the handshake, which proves that the server has the key.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use rustls_platform_verifier::Verifier;
use webpki::{EndEntityCert, KeyUsage};

use super::config::Config;
use super::error::Cause;
use super::failure;
use super::proxy::{Protocol, Proxy};

/// Returns the TLS configuration of a client. Loads the system's certificates, unless none can be needed: that takes
/// milliseconds and about a megabyte.
pub(crate) fn tls(
    config: &Config,
    certificates: &[CertificateDer<'static>],
) -> Result<ClientConfig, Cause> {
    let proxy = config.proxy.as_ref().map(Proxy::protocol);
    let is_used = !config.base_url.is_plain_http() || proxy == Some(Protocol::Https);
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| Cause::Setup {
            detail: failure::innermost(&error),
        })?;
    if !is_used {
        let nobody = builder.with_root_certificates(RootCertStore::empty());
        return Ok(nobody.with_no_client_auth());
    }
    let verifier: Arc<dyn ServerCertVerifier> = if config.insecure_skip_tls_verify {
        Arc::new(Anybody(provider()))
    } else {
        let trusted = NamedOrIssued::new(certificates);
        Arc::new(trusted.map_err(|error| Cause::NoAuthorities {
            detail: failure::innermost(&error),
            variables: config.certificate_variables.clone(),
        })?)
    };
    let mut tls = builder
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(tls)
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// Accepts a certificate that is in the configuration, byte by byte, or that a trusted authority has issued.
#[derive(Debug)]
struct NamedOrIssued {
    named: Vec<CertificateDer<'static>>,
    issued: Verifier,
}

impl NamedOrIssued {
    /// Trusts what the system trusts, and these certificates: as authorities, and each as the portal's own.
    fn new(certificates: &[CertificateDer<'static>]) -> Result<Self, rustls::Error> {
        let named = certificates.to_vec();
        Ok(Self {
            issued: Verifier::new_with_extra_roots(named.clone(), provider())?,
            named,
        })
    }
}

impl ServerCertVerifier for NamedOrIssued {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if self.named.contains(end_entity) && is_in_date(end_entity, now) {
            verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            return Ok(ServerCertVerified::assertion());
        }
        let verified = self.issued.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        verified.map_err(|error| match error {
            // An authority that has the issuer's name but another key, such as one that was generated again.
            rustls::Error::InvalidCertificate(CertificateError::BadSignature) => {
                CertificateError::UnknownIssuer.into()
            }
            error => error,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.issued
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.issued
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.issued.supported_verify_schemes()
    }
}

/// Accepts every certificate, as `insecure_skip_tls_verify` asks for.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = self.0.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}

/// Returns whether a certificate is valid at this time.
///
/// webpki has no function for that alone. Asked for a chain without trust anchors, it first checks the certificate's
/// dates, then whether it is an authority, then its purpose, and only then looks for an issuer: these two answers mean
/// that the dates were right, and no third one does. A test guards that order.
fn is_in_date(certificate: &CertificateDer<'_>, now: UnixTime) -> bool {
    let Ok(certificate) = EndEntityCert::try_from(certificate) else {
        return false;
    };
    let chain =
        certificate.verify_for_usage(&[], &[], &[], now, KeyUsage::server_auth(), None, None);
    matches!(
        chain,
        Err(webpki::Error::CaUsedAsEndEntity | webpki::Error::UnknownIssuer)
    )
}
