//! Where the API key may be sent: to a portal of `allowed_portals`, and a key from the environment only to the portal
//! that it belongs to (product §3).

use std::fmt;
use std::net::Ipv6Addr;

use url::Host;

use super::{API_KEY, API_KEY_VARIABLE, BASE_URL, BASE_URL_VARIABLE};
use crate::api::BaseUrl;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::environment::Environment;
use crate::framework::path::Path;
use crate::framework::schema::Attribute;
use crate::framework::value::{Object, Type, Value};

pub(super) const ALLOWED_PORTALS: &str = "allowed_portals";

const EXPECTED: &str = "Expected the host of a portal, such as \"yourportal.onlyoffice.com\", or host and port, such \
                        as \"docs.example.com:8443\".";

/// Describes `allowed_portals`.
pub(super) fn allowed_portals() -> Attribute {
    Attribute::optional(
        Type::set(Type::String),
        "The only portals that may be used: each a host, such as `yourportal.onlyoffice.com`, which stands for the \
         default port of the scheme, or a host and port, such as `docs.example.com:8443`. Any other address of the \
         portal, from the configuration or from the environment, is an error, and nothing is sent to it. Omit it to \
         allow every portal.",
    )
    .check(check)
}

/// A portal that is allowed.
#[derive(Debug, PartialEq, Eq)]
struct Allowed {
    /// As normalized by the `url` crate, without a trailing dot.
    host: String,
    /// None for the default port of the scheme.
    port: Option<u16>,
}

/// Why a text does not name a portal.
///
/// No variant holds the text: a pasted address may contain a password.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum Defect {
    #[error("is empty")]
    Empty,
    #[error("contains a blank or a control character")]
    BlankOrControlCharacter,
    #[error("contains an @, as an address with a user name or password does")]
    UserInfo,
    #[error("is an address with a scheme")]
    Scheme,
    #[error("contains a path, a query or a fragment")]
    Path,
    #[error("contains a wildcard, but each portal must be named")]
    Wildcard,
    #[error("is an IPv6 address without brackets")]
    BareIpv6,
    #[error("has a port that is not a number from 1 to 65535")]
    Port,
    #[error("has no valid host")]
    Host,
}

impl Allowed {
    fn parse(text: &str) -> Result<Self, Defect> {
        if text.is_empty() {
            return Err(Defect::Empty);
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(Defect::BlankOrControlCharacter);
        }
        if text.contains('@') {
            return Err(Defect::UserInfo);
        }
        if text.contains("://") {
            return Err(Defect::Scheme);
        }
        if text.contains(['/', '\\', '?', '#']) {
            return Err(Defect::Path);
        }
        // A leading dot stands for all names below in some tools.
        if text.contains('*') || text.starts_with('.') {
            return Err(Defect::Wildcard);
        }
        if text.parse::<Ipv6Addr>().is_ok() {
            return Err(Defect::BareIpv6);
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !text.ends_with(']') => (host, Some(parse_port(port)?)),
            _ => (text, None),
        };
        let host = Host::parse(host)
            .map_err(|_error| Defect::Host)?
            .to_string();
        let host = host.strip_suffix('.').unwrap_or(&host);
        if host.is_empty() {
            return Err(Defect::Host);
        }
        Ok(Self {
            host: host.to_owned(),
            port,
        })
    }

    fn has(&self, base_url: &BaseUrl) -> bool {
        let default = if base_url.is_plain_http() { 80 } else { 443 };
        let authority = match self.port.filter(|port| *port != default) {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        };
        authority == base_url.authority()
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

fn parse_port(text: &str) -> Result<u16, Defect> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Defect::Port);
    }
    match text.parse() {
        Ok(0) | Err(_) => Err(Defect::Port),
        Ok(port) => Ok(port),
    }
}

fn check(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(elements) = value.as_elements() else {
        return;
    };
    let mut refuse = |detail: String| {
        diagnostics.push(Diagnostic::error("Invalid allowed_portals", detail).at(path.clone()));
    };
    if elements.is_empty() {
        refuse(format!(
            "The set is empty, so no portal could be used. {EXPECTED} Omit allowed_portals to allow every portal."
        ));
    }
    for element in elements {
        if element.is_null() {
            refuse(format!("An element of the set is null. {EXPECTED}"));
        } else if let Some(text) = element.as_str()
            && let Err(defect) = Allowed::parse(text)
        {
            refuse(describe(text, &defect));
        }
    }
}

/// Describes what is wrong with an element and what to write, without a part of it that could be secret.
fn describe(text: &str, defect: &Defect) -> String {
    let (subject, advice) = match defect {
        Defect::Empty | Defect::BlankOrControlCharacter | Defect::UserInfo => {
            ("An element of the set".to_owned(), String::new())
        }
        Defect::Scheme | Defect::Path => {
            let meant = BaseUrl::parse(&with_scheme(text), true);
            let meant = meant.map(|address| format!(" Write {:?}.", address.authority()));
            (
                "An element of the set".to_owned(),
                meant.unwrap_or_default(),
            )
        }
        Defect::BareIpv6 => (format!("{text:?}"), format!(" Write \"[{text}]\".")),
        Defect::Wildcard | Defect::Port | Defect::Host => (format!("{text:?}"), String::new()),
    };
    format!("{subject} {defect}. {EXPECTED}{advice}")
}

/// Returns the address that an element was probably meant for: without path, query and fragment.
fn with_scheme(text: &str) -> String {
    let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
    let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..end).unwrap_or_default();
    format!("{scheme}://{authority}")
}

/// Returns the error about an address that `allowed_portals` does not have.
///
/// Elements that are unknown or wrong are not judged here: without a known and checked configuration nothing is sent.
pub(super) fn stranger(config: &Object, base_url: &BaseUrl) -> Option<Diagnostic> {
    let elements = config.get(ALLOWED_PORTALS).as_elements()?;
    let allowed = elements
        .iter()
        .map(|element| Allowed::parse(element.as_str()?).ok())
        .collect::<Option<Vec<Allowed>>>()?;
    if allowed.is_empty() || allowed.iter().any(|portal| portal.has(base_url)) {
        return None;
    }
    let (source, attribute) = match config.get(BASE_URL).as_str() {
        Some(_) => (BASE_URL.to_owned(), BASE_URL),
        None => (
            format!("The environment variable {BASE_URL_VARIABLE}"),
            ALLOWED_PORTALS,
        ),
    };
    let names: Vec<String> = allowed.iter().map(ToString::to_string).collect();
    let diagnostic = Diagnostic::error(
        "Portal is not allowed",
        format!(
            "{source} names the portal {base_url}, but allowed_portals has only {}. The API key was not sent. Set the \
             address of a portal that is allowed, or add {:?} to allowed_portals.",
            names.join(", "),
            base_url.authority()
        ),
    );
    Some(diagnostic.at_attribute(attribute))
}

/// Returns the error about a key of the environment that may belong to another portal than the block names.
pub(super) fn foreign_key(
    config: &Object,
    environment: &dyn Environment,
    base_url: &BaseUrl,
) -> Option<Diagnostic> {
    if config.get(BASE_URL).is_null() || !config.get(API_KEY).is_null() {
        return None;
    }
    environment.non_empty(API_KEY_VARIABLE)?;
    let elsewhere = environment.non_empty(BASE_URL_VARIABLE)?;
    let named = match BaseUrl::parse(&elsewhere, true) {
        Ok(other) if other.origin() == base_url.origin() => return None,
        Ok(other) => format!("names {other}"),
        Err(_) => "is not the address of a portal".to_owned(),
    };
    let diagnostic = Diagnostic::error(
        "API key may belong to another portal",
        format!(
            "base_url is {base_url}, but the provider block sets no api_key. {API_KEY_VARIABLE} may belong to another \
             portal, because {BASE_URL_VARIABLE} {named}, so the key was not sent. Set api_key in the provider block; \
             or, if the variable holds this portal's key, unset {BASE_URL_VARIABLE} or set it to the same address."
        ),
    );
    Some(diagnostic.at_attribute(BASE_URL))
}

#[cfg(test)]
mod tests;
