//! The settings of a [`Client`](super::Client), and the parsing of the two that can go wrong.
//!
//! Errors here describe what was wrong and what is expected, never the value: an address may carry a password and a
//! key is a secret.

use std::fmt;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use super::proxy::{Protocol, Proxy};

/// The path below which every endpoint lives (API §2.1).
pub(crate) const API_ROOT: &str = "/api/2.0";

/// For how long a limiter is waited for at most.
const LONGEST_PATIENCE: Duration = Duration::from_secs(600);

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
    /// How many POST, PUT and DELETE requests may be in flight at once, at least 1.
    ///
    /// The portal allows a user 15 (API §9), counted over all of the user's clients.
    pub max_concurrent_writes: usize,
    /// Certificate authorities in PEM that are trusted besides the system's.
    pub ca_certificates_pem: Option<String>,
    /// The variables that say where the system's certificates are, as far as they are set; for errors.
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
            max_concurrent_writes: 7,
            ca_certificates_pem: None,
            certificate_variables: Vec::new(),
            insecure_skip_tls_verify: false,
            proxy: None,
            user_agent: concat!("terraform-provider-docspace/", env!("CARGO_PKG_VERSION")).into(),
        }
    }

    /// Returns the proxy that reads requests and passes them on, as that of a portal without https does. Through any
    /// other one a connection to the portal is made.
    pub(crate) fn forwarding_proxy(&self) -> Option<&Proxy> {
        let is_plain = self.base_url.is_plain_http();
        let proxy = self.proxy.as_ref();
        proxy.filter(|proxy| is_plain && proxy.protocol() != Protocol::Socks5)
    }

    /// Returns for how long a limiter that refuses a request is waited for: as long as the retries may take one after the
    /// other, 4 minutes by default, and never longer than 10.
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
    /// The name of a file in place of what is in it.
    #[error(
        "the value looks like the path of a file, and what is needed is the file's content, as from file(\"ca.pem\") in a \
         configuration"
    )]
    CertificatePath,
    /// A backslash and an `n` in place of each line break.
    #[error("the value holds \\n, a backslash and a letter, where its lines have to end")]
    EscapedLineBreaks,
    /// The PEM text in one line.
    #[error("the lines of the certificate have been joined into one")]
    NoLineBreaks,
    /// Base64 without the lines around it, or of the whole text.
    #[error(
        "the value is base64 without the lines that stand before and after a certificate in PEM"
    )]
    BareBase64,
    /// A block of the PEM text is not a usable certificate; counted from 1.
    #[error("certificate {position} of the CA certificates cannot be read")]
    BadCertificate {
        /// Which block, counted from 1.
        position: usize,
    },
}

/// The address of a portal: scheme, host and port, never a path.
///
/// A portal has no path prefix (API §12), so the endpoint paths follow the port directly.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// Why a text is not the address of a portal.
///
/// No variant holds the text itself: it may contain a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// Nothing was given.
    #[error("the address is empty")]
    Empty,
    /// A blank or a control character is in the text, most often a line break at its end.
    #[error("the address contains a blank or a control character")]
    BlankOrControlCharacter,
    /// The text does not start with `https://` or `http://`.
    #[error("the address does not start with https://")]
    MissingScheme,
    /// Another scheme than https and http.
    #[error("the scheme {scheme:?} is not supported, only https is")]
    UnsupportedScheme {
        /// The scheme that was found.
        scheme: String,
    },
    /// A user name or password before the host.
    #[error("the address contains a user name or password")]
    UserInfo,
    /// A query (`?…`) at the end.
    #[error("the address contains a query")]
    Query,
    /// A fragment (`#…`) at the end.
    #[error("the address contains a fragment")]
    Fragment,
    /// A path other than `/` and `/api/2.0`; `suggestion` is the address without it.
    #[error("the address contains a path; the portal's address is {suggestion}")]
    Path {
        /// The address that was probably meant.
        suggestion: String,
    },
    /// Plain http to a host that is not this machine, without permission.
    #[error("plain http would send the API key unprotected; use {suggestion}")]
    PlainHttp {
        /// The same address with https.
        suggestion: String,
    },
    /// Not a URL for another reason.
    #[error("the address is not a valid URL: {reason}")]
    Invalid {
        /// The URL parser's words, which never quote the input.
        reason: String,
    },
}

impl BaseUrl {
    /// Parses and normalizes a portal's address (product §3).
    ///
    /// A trailing slash and a pasted `/api/2.0` are dropped. Plain http needs `allow_plain_http`, except to
    /// `localhost`, `127.0.0.0/8` and `[::1]`. Names below `.localhost` do not count as loopback: not every resolver
    /// keeps them on this machine.
    ///
    /// # Errors
    ///
    /// See [`BaseUrlError`].
    pub fn parse(text: &str, allow_plain_http: bool) -> Result<Self, BaseUrlError> {
        if text.is_empty() {
            return Err(BaseUrlError::Empty);
        }
        // The URL parser would silently drop line breaks and tabs, also in the middle of a host name.
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(BaseUrlError::BlankOrControlCharacter);
        }
        if !text.contains("://") {
            return Err(BaseUrlError::MissingScheme);
        }
        let mut url = Url::parse(text).map_err(|reason| BaseUrlError::Invalid {
            reason: reason.to_string(),
        })?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(BaseUrlError::UnsupportedScheme {
                scheme: url.scheme().to_owned(),
            });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::UserInfo);
        }
        if url.query().is_some() {
            return Err(BaseUrlError::Query);
        }
        if url.fragment().is_some() {
            return Err(BaseUrlError::Fragment);
        }
        let path = url.path().trim_end_matches('/').to_ascii_lowercase();
        url.set_path("");
        let base_url = Self(url);
        if !path.is_empty() && path != API_ROOT {
            return Err(BaseUrlError::Path {
                suggestion: base_url.to_string(),
            });
        }
        if base_url.is_plain_http() && !base_url.is_loopback() && !allow_plain_http {
            return Err(BaseUrlError::PlainHttp {
                suggestion: base_url.to_string().replacen("http://", "https://", 1),
            });
        }
        Ok(base_url)
    }

    /// Returns whether requests travel unencrypted.
    pub fn is_plain_http(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// Returns whether the host is this machine by definition.
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
            None => false,
        }
    }

    /// Returns the host name or address, without port.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Returns the port, the scheme's usual one if the address has none.
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or_default()
    }

    /// Returns host and port, even where the port is the usual one of the scheme.
    pub fn host_and_port(&self) -> String {
        format!("{}:{}", self.host(), self.port())
    }

    /// Returns host and port in the form in which two portals are compared: `host`, then `:port` unless it is the
    /// scheme's default. The host is as the `url` crate normalizes it, without a trailing dot.
    pub fn authority(&self) -> String {
        let host = self.host();
        let host = host.strip_suffix('.').unwrap_or(host);
        match self.0.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Returns `scheme://` and the [authority](Self::authority).
    pub fn origin(&self) -> String {
        format!("{}://{}", self.0.scheme(), self.authority())
    }

    /// Returns the URL of an endpoint; `path` starts with a slash and is relative to `/api/2.0`.
    pub(crate) fn endpoint(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{API_ROOT}{path}"));
        url
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({self})")
    }
}

/// An API key that is fit for an HTTP header.
#[derive(Debug, Clone)]
pub struct ApiKey(SecretString);

/// Why a text is not an API key; never holds the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// Nothing was given.
    #[error("the API key is empty")]
    Empty,
    /// The word `Bearer` was pasted along.
    #[error("the API key starts with the word `Bearer`; give only the key that follows it")]
    BearerPrefix,
    /// A blank is in the key.
    #[error("the API key contains a blank")]
    Blank,
    /// A control character is in the key, most often a line break at its end.
    #[error("the API key contains a control character, such as a line break")]
    ControlCharacter,
    /// A character outside ASCII is in the key.
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
