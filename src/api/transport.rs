//! The HTTP library, and the one place that reads its errors.
//!
//! What reqwest 0.13 with hyper-util 0.1 does on its own, and what that means for a create that must not be sent twice:
//!
//! - reqwest repeats requests that an HTTP/2 server refused unprocessed. We speak HTTP/1.1 only and switch it off.
//! - hyper-util takes another connection when a pooled one turns out closed before the first byte of the request was
//!   written (`retry_canceled_requests`, always on in reqwest). Hyper hands the request back only in that case; once
//!   a byte may have left, the error is ours to judge. A contract test holds it to that.
//! - Pooled connections are dropped after [`POOL_IDLE`], well before common servers drop them, because a request that
//!   crosses the server's close ends with an unknown outcome.
//! - Redirects, referers and automatic decompression are off; TLS keys are never logged.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use reqwest::{redirect, retry};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{AlertDescription, CertificateError, InvalidMessage, OtherError, RootCertStore};

use super::config::{Config, ConfigError};
use super::error::{Cause, ConnectReason, TlsFault};
use super::trust;

const POOL_IDLE: Duration = Duration::from_secs(20);

const MAX_CONNECT: Duration = Duration::from_secs(10);

/// Returns the time limit for connecting; always less than the whole request's, so that the two can be told apart.
pub(crate) fn longest_connect(request_timeout: Duration) -> Duration {
    MAX_CONNECT.min(request_timeout / 2)
}

/// Reads the certificates of the configuration, so that a bad one is found before the first request.
pub(crate) fn parse_certificates(
    config: &Config,
) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    let Some(pem) = &config.ca_certificates_pem else {
        return Ok(Vec::new());
    };
    let mut certificates = Vec::new();
    for (index, certificate) in CertificateDer::pem_slice_iter(pem.as_bytes()).enumerate() {
        let bad = ConfigError::BadCertificate {
            position: index + 1,
        };
        let Ok(certificate) = certificate else {
            return Err(bad);
        };
        if RootCertStore::empty().add(certificate.clone()).is_err() {
            return Err(bad);
        }
        certificates.push(certificate);
    }
    if certificates.is_empty() {
        return Err(ConfigError::NoCertificate);
    }
    Ok(certificates)
}

/// What of an earlier request a client uses again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reuse {
    Connections,
    Nothing,
}

/// Builds the HTTP client. Loads the system's trusted certificates, unless none can be needed.
pub(crate) fn build(
    config: &Config,
    certificates: &[CertificateDer<'static>],
    reuse: Reuse,
) -> Result<reqwest::Client, Cause> {
    let mut builder = reqwest::Client::builder()
        .http1_only()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .timeout(config.request_timeout)
        .connect_timeout(longest_connect(config.request_timeout))
        .pool_idle_timeout(POOL_IDLE)
        .user_agent(header_text(&config.user_agent));
    if reuse == Reuse::Nothing {
        builder = builder.pool_max_idle_per_host(0);
    }
    if config.base_url.is_loopback() {
        // A proxy could not reach this machine, and would see the key of an http address.
        builder = builder.no_proxy();
    }
    if config.base_url.is_plain_http() && config.base_url.is_loopback() {
        let tls = trust::nobody().map_err(|error| setup(&error))?;
        builder = builder.tls_backend_preconfigured(tls);
    } else if certificates.is_empty() || config.insecure_skip_tls_verify {
        install_crypto_provider();
        builder = builder.tls_danger_accept_invalid_certs(config.insecure_skip_tls_verify);
    } else {
        let tls = trust::system_and(certificates).map_err(|error| setup(&error))?;
        builder = builder.tls_backend_preconfigured(tls);
    }
    builder.build().map_err(|error| setup(&error))
}

/// reqwest takes the process's crypto provider and panics without one.
fn install_crypto_provider() {
    if CryptoProvider::get_default().is_none() {
        // An error means that somebody else was faster, which is as good.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    }
}

fn setup(error: &(dyn StdError + 'static)) -> Cause {
    Cause::Setup {
        detail: innermost(error),
    }
}

/// Keeps what a header may hold.
fn header_text(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_graphic() || *c == ' ')
        .collect()
}

/// Tells what a failed exchange was. Nothing of the library's own text is kept but the innermost reason: the outer
/// layers quote the URL.
pub(crate) fn cause_of(error: &reqwest::Error, config: &Config) -> Cause {
    if error.is_connect() {
        let reason = if let Some(fault) = tls_fault(error) {
            ConnectReason::Tls(fault)
        } else if error.is_dns() {
            ConnectReason::NameResolution
        } else if error.is_timeout() {
            ConnectReason::TimedOut
        } else {
            ConnectReason::Other
        };
        return Cause::Connect {
            host: config.base_url.host().to_owned(),
            detail: innermost(error),
            reason,
        };
    }
    if error.is_timeout() {
        return Cause::Timeout {
            after: config.request_timeout,
        };
    }
    if error.is_builder() {
        return setup(error);
    }
    Cause::Transport {
        detail: innermost(error),
    }
}

/// Tells what TLS found wrong, where repeating is no use.
fn tls_fault(error: &reqwest::Error) -> Option<TlsFault> {
    let error = chain(error).find_map(|error| error.downcast_ref::<rustls::Error>())?;
    match error {
        rustls::Error::InvalidCertificate(fault) => Some(match fault {
            CertificateError::UnknownIssuer => TlsFault::UnknownIssuer,
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => TlsFault::OutOfDate,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                TlsFault::WrongName
            }
            // An authority that serves as its own server, and was not vouched for.
            CertificateError::Other(other) if is_authority(other) => TlsFault::UnknownIssuer,
            _ => TlsFault::BadCertificate,
        }),
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => Some(TlsFault::NotTls),
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::AlertReceived(AlertDescription::ProtocolVersion) => {
            Some(TlsFault::Version)
        }
        _ => None,
    }
}

fn is_authority(error: &OtherError) -> bool {
    error.0.downcast_ref::<webpki::Error>() == Some(&webpki::Error::CaUsedAsEndEntity)
}

/// The error and what is inside it. An `io::Error` hides what it wraps from `source`.
fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            .map(|inner| inner as &(dyn StdError + 'static));
        wrapped.or_else(|| error.source())
    })
}

fn innermost(error: &(dyn StdError + 'static)) -> String {
    chain(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}
