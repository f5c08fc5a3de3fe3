//! The address of a portal. An error never shows the value, which may carry a password.

use std::fmt;

use url::{Host, Url};

/// The path below which every endpoint lives (API §2.1).
pub(crate) const API_ROOT: &str = "/api/2.0";

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
    /// The text contains a blank or a control character, usually a line break at its end.
    #[error("the address contains a blank or a control character")]
    BlankOrControlCharacter,
    /// The text does not start with `https://` or `http://`.
    #[error("the address does not start with https://")]
    MissingScheme,
    /// A scheme other than https and http.
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
    /// Not a URL, for another reason.
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
        // The URL parser would silently drop line breaks and tabs, even in the middle of a host name.
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
