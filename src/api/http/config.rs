//! The settings of a [`Client`](crate::api::Client), and the parsing of the two that can go wrong.
//!
//! Errors here describe what was wrong and what is expected, never the value: an address may carry a password and a
//! key is a secret.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::base_url::BaseUrl;
use super::proxy::{Protocol, Proxy};

/// The longest time to wait for a limiter.
const LONGEST_PATIENCE: Duration = Duration::from_secs(600);

const MAX_CONNECT: Duration = Duration::from_secs(10);

/// Returns the time limit for connecting; always less than the whole request's, so that the two can be told apart.
pub(crate) fn longest_connect(request_timeout: Duration) -> Duration {
    MAX_CONNECT.min(request_timeout / 2)
}

/// Keeps what a header may hold.
pub(crate) fn header_text(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_graphic() || *c == ' ')
        .collect()
}

/// Settings of a client of one portal.
#[derive(Debug, Clone)]
pub struct Config {
    /// The portal's address.
    pub base_url: BaseUrl,
    /// The key that is sent with every request.
    pub api_key: ApiKey,
    /// Time limit of one HTTP request, from connecting to the last byte of the answer.
    ///
    /// A create or update makes the portal probe the receiver first (API §7), so under 30 seconds is too short.
    pub request_timeout: Duration,
    /// How many times a request may be repeated after the first attempt; 0 switches retries off.
    ///
    /// Refusals by a limiter do not count: see [`Config::patience`].
    pub max_retries: u32,
    /// How many POST, PUT and DELETE requests may be in flight at most, at least 1. How many really are depends on how the
    /// portal answers.
    ///
    /// It allows a user 15 (API §9), counted over all of the user's clients.
    pub max_concurrent_writes: usize,
    /// Certificate authorities in PEM that are trusted besides the system's.
    pub ca_certificates_pem: Option<String>,
    /// Those variables for the location of the system's certificates that are set; for errors.
    pub certificate_variables: Vec<&'static str>,
    /// Whether any server certificate is accepted.
    pub insecure_skip_tls_verify: bool,
    /// The proxy that requests go through.
    pub proxy: Option<Proxy>,
    /// The `User-Agent` header.
    pub user_agent: String,
}

impl Config {
    /// Creates settings with the documented defaults (product §3).
    pub fn new(base_url: BaseUrl, api_key: ApiKey) -> Self {
        Self {
            base_url,
            api_key,
            request_timeout: Duration::from_secs(60),
            max_retries: 4,
            max_concurrent_writes: 10,
            ca_certificates_pem: None,
            certificate_variables: Vec::new(),
            insecure_skip_tls_verify: false,
            proxy: None,
            user_agent: concat!("terraform-provider-docspace/", env!("CARGO_PKG_VERSION")).into(),
        }
    }

    /// Returns the proxy if it reads requests and forwards them, as for a portal without https. Any other proxy only
    /// tunnels a connection to the portal.
    pub(crate) fn forwarding_proxy(&self) -> Option<&Proxy> {
        let is_plain = self.base_url.is_plain_http();
        let proxy = self.proxy.as_ref();
        proxy.filter(|proxy| is_plain && proxy.protocol() != Protocol::Socks5)
    }

    /// Returns how long to wait for a limiter that refuses a request: as long as all retries may take together, 4
    /// minutes by default, and never longer than 10.
    pub fn patience(&self) -> Duration {
        let retries = self.request_timeout.saturating_mul(self.max_retries);
        retries.min(LONGEST_PATIENCE)
    }
}

/// What is wrong with a [`Config`] that holds a valid address and key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The PEM text holds no certificate.
    #[error("the CA certificate holds no `-----BEGIN CERTIFICATE-----` block")]
    NoCertificate,
    /// The name of a file instead of its content.
    #[error(
        "the value looks like the path of a file; give the file's content instead, for example with file(\"ca.pem\") \
         in a configuration"
    )]
    CertificatePath,
    /// A backslash and an `n` instead of each line break.
    #[error("the value holds \\n, a backslash and a letter, instead of line breaks")]
    EscapedLineBreaks,
    /// The PEM text in one line.
    #[error("the lines of the certificate have been joined into one")]
    NoLineBreaks,
    /// Base64 without the lines around it, or of the whole text.
    #[error("the value is base64 without the BEGIN and END lines of PEM")]
    BareBase64,
    /// A block of the PEM text is not a usable certificate; counted from 1.
    #[error("certificate {position} of the CA certificates cannot be read")]
    BadCertificate {
        /// Which block, counted from 1.
        position: usize,
    },
}

/// An API key that can be sent in an HTTP header.
#[derive(Debug, Clone)]
pub struct ApiKey(SecretString);

/// Why a text is not an API key; never holds the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// Nothing was given.
    #[error("the API key is empty")]
    Empty,
    /// The word `Bearer` was pasted with it.
    #[error("the API key starts with the word `Bearer`; give only the key that follows it")]
    BearerPrefix,
    /// The key contains a blank.
    #[error("the API key contains a blank")]
    Blank,
    /// The key contains a control character, usually a line break at its end.
    #[error("the API key contains a control character, such as a line break")]
    ControlCharacter,
    /// The key contains a character outside ASCII.
    #[error("the API key contains a character that is not ASCII")]
    NonAscii,
}

impl ApiKey {
    /// Parses a key: printable ASCII without blanks.
    ///
    /// # Errors
    ///
    /// See [`ApiKeyError`]; it never contains the value.
    pub fn parse(text: &str) -> Result<Self, ApiKeyError> {
        if text.is_empty() {
            return Err(ApiKeyError::Empty);
        }
        let word = text.get(..7).unwrap_or_default();
        if word.eq_ignore_ascii_case("bearer ") {
            return Err(ApiKeyError::BearerPrefix);
        }
        for character in text.chars() {
            if character.is_control() {
                return Err(ApiKeyError::ControlCharacter);
            }
            if character.is_whitespace() {
                return Err(ApiKeyError::Blank);
            }
            if !character.is_ascii() {
                return Err(ApiKeyError::NonAscii);
            }
        }
        Ok(Self(SecretString::from(text)))
    }

    /// Returns the key for the one header that carries it.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Borrows the key for redaction.
    pub(crate) fn as_secret(&self) -> &SecretString {
        &self.0
    }
}

#[cfg(test)]
mod tests;
