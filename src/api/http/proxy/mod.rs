//! Which proxy the requests to a portal go through, by the rules that people know from Terraform.
//!
//! Terraform, `init` and every provider written in Go read the environment as `golang.org/x/net/http/httpproxy` does,
//! so its rules are implemented here: no Rust library has them all. hyper-util's matcher, which reqwest uses, prefers
//! `https_proxy` to `HTTPS_PROXY`, knows no ports in `NO_PROXY`, sends loopback addresses through a proxy, and treats a
//! value that it cannot read as unset.
//!
//! | module | holds |
//! | --- | --- |
//! | `address` | the value of a variable: scheme, credentials, host and port |
//! | `bypass` | the list of hosts that are contacted directly |
//! | `fault` | what a proxy does wrong |
//! | `blame` | who is to blame for a failed connection |
//! | `inquiry` | one exchange with a proxy, to find out what the HTTP library does not tell |
//!
//! Two things differ. `ALL_PROXY`, which Go does not read, applies where Go's variables name no proxy. And a value that
//! cannot be a proxy is an error here, where Go ignores it or derives a proxy that does not exist from it: a request
//! that was meant to go through a proxy must not go elsewhere with the API key. `tests/proxies` compares these rules
//! with Go's.

mod address;
mod blame;
mod bypass;
mod fault;
mod inquiry;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use self::address::Address;
pub use self::address::AddressError;
pub(crate) use self::blame::Blame;
use self::bypass::Bypass;
pub use self::fault::{ProxyAnswer, ProxyFault};
use super::base_url::BaseUrl;

/// The variables that name a proxy, in order of precedence. Upper case comes first in every Go that Terraform was built
/// with so far; `golang.org/x/net` reversed that in its version 0.58.
const FOR_HTTPS: [&str; 2] = ["HTTPS_PROXY", "https_proxy"];
const FOR_HTTP: [&str; 2] = ["HTTP_PROXY", "http_proxy"];
const FOR_ALL: [&str; 2] = ["ALL_PROXY", "all_proxy"];

/// The variables that name hosts to contact directly.
const BYPASS: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// Set where this process answers a request of a web server (CGI): there `HTTP_PROXY` can be the header `Proxy` of
/// whoever sent the request.
const IN_CGI: &str = "REQUEST_METHOD";

/// A proxy that the environment names.
#[derive(Clone)]
pub struct Proxy {
    name: ProxyName,
    /// In brackets if it is an IPv6 address.
    host: String,
    port: u16,
    protocol: Protocol,
    credentials: Option<Credentials>,
}

/// Which proxy: where it is, and which variable says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyName {
    /// Host and port, as an address writes them.
    pub address: String,
    /// The variable whose value it is.
    pub variable: &'static str,
}

impl fmt::Display for ProxyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.address, self.variable)
    }
}

/// The protocol that a proxy speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http,
    /// HTTP inside TLS.
    Https,
    /// Both `socks5` and `socks5h`: Go has the proxy resolve names for either.
    Socks5,
}

/// The login for a proxy. A user name can be a token, so it is as secret as the password.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) user: SecretSlice<u8>,
    pub(crate) password: SecretSlice<u8>,
}

/// Why the environment names no usable proxy; never holds a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
pub struct ProxyError {
    /// The variable.
    pub variable: &'static str,
    /// What is wrong with it.
    pub fault: ProxySettingFault,
}

/// What is wrong with a variable that names a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProxySettingFault {
    /// The value is not the address of a proxy.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// `HTTP_PROXY` in a CGI process.
    #[error(
        "REQUEST_METHOD is set too, as for a program that a web server runs, and there HTTP_PROXY can come from whoever \
         sent the request"
    )]
    Cgi,
}

impl Proxy {
    /// Finds the proxy for a portal. `variable` returns the value of an environment variable; an empty one counts as
    /// unset.
    ///
    /// # Errors
    ///
    /// See [`ProxyError`]. Only the variable that decides about this portal is looked at.
    pub fn for_portal(
        portal: &BaseUrl,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, ProxyError> {
        let set = |names: [&'static str; 2]| {
            let values = names
                .into_iter()
                .filter_map(|name| Some((name, variable(name).filter(|value| !value.is_empty())?)));
            values
                .map(|(name, value)| (name, Zeroizing::new(value)))
                .next()
        };
        let own = set(if portal.is_plain_http() {
            FOR_HTTP
        } else {
            FOR_HTTPS
        });
        if let Some((variable, _)) = &own
            && portal.is_plain_http()
            && set([IN_CGI; 2]).is_some()
        {
            return Err(ProxyError {
                variable,
                fault: ProxySettingFault::Cgi,
            });
        }
        let Some((variable, value)) = own.or_else(|| set(FOR_ALL)) else {
            return Ok(None);
        };
        let bypass = set(BYPASS).map(|(_, list)| Bypass::parse(&list));
        if portal.is_loopback() || bypass.is_some_and(|bypass| bypass.includes(portal)) {
            return Ok(None);
        }
        let address = Address::parse(&value).map_err(|fault| ProxyError {
            variable,
            fault: fault.into(),
        })?;
        Ok(Some(Self::new(address, variable)))
    }

    fn new(address: Address, variable: &'static str) -> Self {
        Self {
            name: ProxyName {
                address: format!("{}:{}", address.host, address.port),
                variable,
            },
            host: address.host,
            port: address.port,
            protocol: address.protocol,
            credentials: address.credentials,
        }
    }

    /// Returns which proxy this is.
    pub fn name(&self) -> &ProxyName {
        &self.name
    }

    pub(crate) fn protocol(&self) -> Protocol {
        self.protocol
    }

    pub(crate) fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// Returns this proxy for the HTTP library, which sends every request through it.
    pub(crate) fn for_library(&self) -> reqwest::Result<reqwest::Proxy> {
        let place = &self.name.address;
        match (self.protocol, &self.credentials) {
            (Protocol::Http, login) => with_login(&format!("http://{place}"), login.as_ref()),
            (Protocol::Https, login) => with_login(&format!("https://{place}"), login.as_ref()),
            // The scheme under which the library has the proxy resolve names.
            (Protocol::Socks5, None) => reqwest::Proxy::all(format!("socks5h://{place}")),
            (Protocol::Socks5, Some(login)) => {
                let login = login.encoded();
                let address = Zeroizing::new(format!("socks5h://{}@{place}", *login));
                reqwest::Proxy::all(address.as_str())
            }
        }
    }
}

fn with_login(address: &str, login: Option<&Credentials>) -> reqwest::Result<reqwest::Proxy> {
    let proxy = reqwest::Proxy::all(address)?;
    Ok(match login.and_then(Credentials::header) {
        Some(value) => proxy.custom_http_auth(value),
        None => proxy,
    })
}

/// Shows nothing of the credentials.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("name", &self.name)
            .field("protocol", &self.protocol)
            .finish_non_exhaustive()
    }
}

impl Credentials {
    /// Returns the header `Proxy-Authorization`.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&self.basic()).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Returns them as an address holds them, with every byte encoded.
    fn encoded(&self) -> Zeroizing<String> {
        let (user, password) = (self.user.expose_secret(), self.password.expose_secret());
        // Of the final size: a buffer that grows would leave unwiped copies behind.
        let length = 3 * (user.len() + password.len()) + 1;
        let mut text = Zeroizing::new(String::with_capacity(length));
        push_encoded(&mut text, user);
        text.push(':');
        push_encoded(&mut text, password);
        text
    }

    fn basic(&self) -> Zeroizing<String> {
        let (user, password) = (self.user.expose_secret(), self.password.expose_secret());
        let plain = Zeroizing::new([user, b":", password].concat());
        let encoded = Zeroizing::new(STANDARD.encode(&plain));
        Zeroizing::new(format!("Basic {}", *encoded))
    }

    /// Returns what must be cut out of texts: the password, or a user name without one, which may be a token.
    pub(crate) fn secret(&self) -> Option<SecretString> {
        let password = self.password.expose_secret();
        let secret = if password.is_empty() {
            self.user.expose_secret()
        } else {
            password
        };
        let text = std::str::from_utf8(secret).ok()?;
        (!text.is_empty()).then(|| SecretString::from(text))
    }
}

fn push_encoded(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        text.push('%');
        let digits = [byte >> 4, byte & 0xf].map(|digit| char::from_digit(u32::from(digit), 16));
        text.extend(digits.into_iter().flatten());
    }
}

#[cfg(test)]
mod tests;
