//! Reads the errors of the HTTP and TLS libraries. Only the innermost reason of their text is kept: the outer layers
//! quote the URL.

use std::error::Error as StdError;
use std::io;

use rustls::{AlertDescription, CertificateError, InvalidMessage, OtherError};

/// Why a TLS handshake fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsFault {
    /// No trusted authority has issued the server's certificate; often it is self-signed.
    UnknownIssuer,
    /// The server's certificate has expired, or is not valid yet.
    OutOfDate,
    /// The server's certificate is for other names.
    WrongName,
    /// The server's certificate is refused for another reason.
    BadCertificate,
    /// The server does not speak TLS; on this port it probably speaks http.
    NotTls,
    /// The server speaks only versions of TLS, or algorithms, that are too old.
    Version,
}

/// Returns what TLS found wrong, if a retry does not help.
pub(crate) fn tls_fault(error: &(dyn StdError + 'static)) -> Option<TlsFault> {
    match find::<rustls::Error>(error)? {
        rustls::Error::InvalidCertificate(fault) => Some(match fault {
            CertificateError::UnknownIssuer => TlsFault::UnknownIssuer,
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => TlsFault::OutOfDate,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                TlsFault::WrongName
            }
            // An authority that serves as its own server, and is not in the configuration.
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

/// Returns whether the head of an answer has more headers, or longer ones, than the HTTP library reads.
pub(crate) fn is_long_head(error: &(dyn StdError + 'static)) -> bool {
    find(error).is_some_and(hyper::Error::is_parse_too_large)
}

pub(crate) fn innermost(error: &(dyn StdError + 'static)) -> String {
    chain(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    chain(error).find_map(|error| error.downcast_ref())
}

/// The error and what is inside it. An `io::Error` hides what it wraps from `source`.
pub(crate) fn chain<'a>(
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
