//! The certificates of the configuration, in PEM.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::config::{Config, ConfigError};

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

/// How the names of files with certificates end.
const ENDINGS: [&str; 4] = [".pem", ".crt", ".cer", ".der"];

/// Reads the certificates of the configuration, so that a bad one is found before the first request.
pub(crate) fn parse(config: &Config) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    let Some(text) = &config.ca_certificates_pem else {
        return Ok(Vec::new());
    };
    let pem = unindented(text);
    let mut certificates = Vec::new();
    for (index, certificate) in CertificateDer::pem_slice_iter(pem.as_bytes()).enumerate() {
        let bad = || {
            misread(&pem).unwrap_or(ConfigError::BadCertificate {
                position: index + 1,
            })
        };
        let certificate = certificate.map_err(|_invalid| bad())?;
        let added = RootCertStore::empty().add(certificate.clone());
        added.map_err(|_invalid| bad())?;
        certificates.push(certificate);
    }
    if certificates.is_empty() {
        return Err(misread(&pem).unwrap_or(ConfigError::NoCertificate));
    }
    Ok(certificates)
}

/// Strips what editors and indented heredocs add: a byte order mark, and blanks around lines.
fn unindented(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.join("\n") + "\n"
}

/// Returns what a text without a certificate is instead.
fn misread(text: &str) -> Option<ConfigError> {
    let text = text.trim();
    if text.contains("\\n") && text.contains(BEGIN) {
        return Some(ConfigError::EscapedLineBreaks);
    }
    if text.contains('\n') {
        return None;
    }
    if text.contains(BEGIN) {
        return Some(ConfigError::NoLineBreaks);
    }
    // A certificate is a sequence in DER, which begins with this byte; a text in PEM begins with its first line.
    let is_certificate =
        |bytes: Vec<u8>| bytes.starts_with(&[0x30, 0x82]) || bytes.starts_with(BEGIN.as_bytes());
    if STANDARD.decode(text).is_ok_and(is_certificate) {
        return Some(ConfigError::BareBase64);
    }
    let is_path = text.starts_with(['/', '~', '.'])
        || text.contains(":\\")
        || ENDINGS
            .iter()
            .any(|ending| text.to_lowercase().ends_with(ending));
    is_path.then_some(ConfigError::CertificatePath)
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;
    use crate::api::{ApiKey, BaseUrl};

    fn read(text: &str) -> Result<usize, ConfigError> {
        let base_url = BaseUrl::parse("https://portal.example.com", false).unwrap();
        let mut config = Config::new(base_url, ApiKey::parse("sk-1").unwrap());
        config.ca_certificates_pem = Some(text.to_owned());
        parse(&config).map(|certificates| certificates.len())
    }

    fn pem() -> String {
        let params = CertificateParams::new(["portal.example.com".to_owned()]).unwrap();
        params
            .self_signed(&KeyPair::generate().unwrap())
            .unwrap()
            .pem()
    }

    #[test]
    fn what_editors_add_is_taken_off() {
        let pem = pem();
        let indented = format!("\t  {}", pem.replace('\n', " \r\n\t  "));
        for text in [
            pem.clone(),
            indented.clone(),
            format!("\u{feff}{pem}"),
            format!("\u{feff}{indented}{pem}"),
        ] {
            assert_eq!(read(&text), Ok(text.matches(BEGIN).count()));
        }
    }

    #[test]
    fn what_holds_no_certificate_is_named_as_what_it_is() {
        let pem = pem();
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        for (text, expected) in [
            (pem.replace('\n', "\\n"), ConfigError::EscapedLineBreaks),
            (pem.replace('\n', " "), ConfigError::NoLineBreaks),
            (body, ConfigError::BareBase64),
            (STANDARD.encode(&pem), ConfigError::BareBase64),
            ("portal.pem".to_owned(), ConfigError::CertificatePath),
            ("/etc/ssl/ca".to_owned(), ConfigError::CertificatePath),
            ("~/ca.CRT".to_owned(), ConfigError::CertificatePath),
            ("C:\\ca".to_owned(), ConfigError::CertificatePath),
            ("none".to_owned(), ConfigError::NoCertificate),
            (String::new(), ConfigError::NoCertificate),
        ] {
            assert_eq!(read(&text), Err(expected), "{text}");
        }
    }
}
