//! The value of a variable that names a proxy: `[scheme://][user[:password]@]host[:port]`.
//!
//! What follows a slash is read and ignored, as in Go. The URL crate is of no use here: it removes line breaks, turns
//! numbers into addresses, and accepts schemes without `//`.

use std::net::{Ipv4Addr, Ipv6Addr};

use secrecy::SecretSlice;
use secrecy::zeroize::Zeroizing;
use url::Host;

use super::{Credentials, Protocol};

/// The schemes, and the port that each has by default.
const SCHEMES: [(&str, Protocol, u16); 4] = [
    ("http", Protocol::Http, 80),
    ("https", Protocol::Https, 443),
    ("socks5", Protocol::Socks5, 1080),
    ("socks5h", Protocol::Socks5, 1080),
];

/// What Go accepts in user names and passwords besides letters and digits.
const IN_CREDENTIALS: &[u8] = b"-._:~!$&'()*+,;=%@";

/// The address of a proxy.
pub(super) struct Address {
    pub(super) protocol: Protocol,
    pub(super) credentials: Option<Credentials>,
    /// In brackets if it is an IPv6 address.
    pub(super) host: String,
    pub(super) port: u16,
}

/// Why a text is not the address of a proxy; never holds the text, which may contain a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// A blank, a tab, a line break or another control character.
    #[error("it contains a blank, a line break or a control character, perhaps at its end")]
    Blank,
    /// `"http://proxy.example.com"`, with the quotes.
    #[error("it is in quotes, which belong in the file that it was read from and not in the value")]
    Quotes,
    /// Bytes that are not UTF-8.
    #[error("it holds a character that is not Unicode")]
    Unicode,
    /// `htp://` and the like.
    #[error("its scheme is not http, https, socks5 or socks5h")]
    Scheme,
    /// `http:/proxy.example.com` or `http:proxy.example.com`.
    #[error("its scheme is not followed by ://")]
    Slashes,
    /// No host.
    #[error("it has no host")]
    NoHost,
    /// A host that is neither a name nor an address.
    #[error("its host is neither a name nor an IP address; an IPv6 address needs brackets")]
    Host,
    /// A port that is not a number from 1 to 65535.
    #[error(
        "its port is not a number from 1 to 65535; in a password, write / as %2F, ? as %3F and # as %23"
    )]
    Port,
    /// A character that has to be percent-encoded, or a `%` without two digits after it.
    #[error(
        "its user name or password holds a character that has to be percent-encoded, as in %40 for @"
    )]
    Credentials,
    /// A `%` without two digits after it, following the host.
    #[error("what follows its host is not valid percent-encoding")]
    Path,
}

impl Address {
    pub(super) fn parse(text: &str) -> Result<Self, AddressError> {
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(AddressError::Blank);
        }
        // What was not Unicode in the environment.
        if text.contains(char::REPLACEMENT_CHARACTER) {
            return Err(AddressError::Unicode);
        }
        if text.starts_with(['"', '\'']) || text.ends_with(['"', '\'']) {
            return Err(AddressError::Quotes);
        }
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let mut schemes = SCHEMES.into_iter();
        let known = schemes.find(|(name, ..)| name.eq_ignore_ascii_case(scheme));
        let (_, protocol, usual_port) = known.ok_or(AddressError::Scheme)?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let (credentials, place) = match authority.rsplit_once('@') {
            Some((credentials, place)) => (Some(read_credentials(credentials)?), place),
            None => (None, authority),
        };
        let (host, port) = read_place(place)?;
        let port = port.map_or(Ok(usual_port), read_port)?;
        if percent_decoded(path).is_none() {
            return Err(AddressError::Path);
        }
        Ok(Self {
            protocol,
            credentials,
            host,
            port,
        })
    }
}

fn read_credentials(text: &str) -> Result<Credentials, AddressError> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || IN_CREDENTIALS.contains(&byte);
    let decoded = |part| {
        let decoded = percent_decoded(part).ok_or(AddressError::Credentials)?;
        Ok(SecretSlice::from(decoded.to_vec()))
    };
    if !text.bytes().all(is_allowed) {
        return Err(AddressError::Credentials);
    }
    let (user, password) = text.split_once(':').unwrap_or((text, ""));
    Ok(Credentials {
        user: decoded(user)?,
        password: decoded(password)?,
    })
}

/// Splits host and port.
fn read_place(place: &str) -> Result<(String, Option<&str>), AddressError> {
    if let Some(inside) = place.strip_prefix('[') {
        let (address, port) = inside.split_once(']').ok_or(AddressError::Host)?;
        let address: Ipv6Addr = address.parse().map_err(|_invalid| AddressError::Host)?;
        let port = match port.strip_prefix(':') {
            None if !port.is_empty() => return Err(AddressError::Port),
            port => port,
        };
        return Ok((format!("[{address}]"), port.filter(|port| !port.is_empty())));
    }
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) => (host, Some(port).filter(|port| !port.is_empty())),
        None => (place, None),
    };
    if host.is_empty() {
        return Err(AddressError::NoHost);
    }
    if SCHEMES
        .iter()
        .any(|(name, ..)| name.eq_ignore_ascii_case(host))
    {
        return Err(AddressError::Slashes);
    }
    Ok((read_name(host)?, port))
}

/// Reads a name or an IPv4 address. A number alone is neither, although the URL standard turns it into an address.
fn read_name(host: &str) -> Result<String, AddressError> {
    let is_allowed =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') || !c.is_ascii();
    match Host::parse(host) {
        Ok(Host::Domain(name)) if host.chars().all(is_allowed) => Ok(name),
        Ok(Host::Ipv4(address)) if host.parse::<Ipv4Addr>().is_ok() => Ok(address.to_string()),
        _ => Err(AddressError::Host),
    }
}

fn read_port(text: &str) -> Result<u16, AddressError> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let port = text.parse().ok().filter(|port| is_number && *port > 0);
    port.ok_or(AddressError::Port)
}

fn percent_decoded(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    // Of the final size: a buffer that grows would leave unwiped copies behind.
    let mut decoded = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut bytes = text.bytes();
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            decoded.push(digit(bytes.next()?)? << 4 | digit(bytes.next()?)?);
        } else {
            decoded.push(byte);
        }
    }
    Some(decoded)
}
