//! Which receiver addresses the portal accepts (API §7.1), at validation and again before each delivery (API §10).

use std::net::IpAddr;

use url::{Host, ParseError, Url};

use crate::config::Settings;
use crate::delivery::resolver::{self, Lookup};

/// Why an address is refused; the text is the portal's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UrlRefusal {
    #[error("URL is null or empty")]
    Empty,
    #[error("Invalid URL format")]
    Format,
    #[error("Invalid URL scheme: {0}. Only http and https are allowed")]
    Scheme(String),
    #[error("HTTPS is required")]
    HttpsRequired,
    #[error("URL host is in the blacklist")]
    BlacklistedHost,
    #[error("DNS resolution failed for {0}")]
    Unresolved(String),
    #[error("DNS resolution returned no addresses for {0}")]
    NoAddresses(String),
    #[error("URL resolves to a blacklisted IP address")]
    BlacklistedAddress,
}

impl UrlRefusal {
    /// Whether a delivery to such an address deletes the webhook instead of disabling it (API §10).
    pub(crate) fn is_blacklisted(&self) -> bool {
        matches!(self, Self::BlacklistedHost | Self::BlacklistedAddress)
    }
}

/// Applies the rules in their documented order.
pub(crate) async fn check(settings: &Settings, uri: &str, ssl: bool) -> Result<Url, UrlRefusal> {
    if uri.trim().is_empty() {
        return Err(UrlRefusal::Empty);
    }
    let url = parse(uri)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(UrlRefusal::Scheme(url.scheme().to_owned()));
    }
    if ssl && url.scheme() == "http" {
        return Err(UrlRefusal::HttpsRequired);
    }
    if let Some(address) = literal_address(&url) {
        return if is_blacklisted(settings, address) {
            Err(UrlRefusal::BlacklistedHost)
        } else {
            Ok(url)
        };
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    let port = url.port_or_known_default().unwrap_or_default();
    match resolver::look_up(settings, &host, port).await {
        Lookup::Failed => Err(UrlRefusal::Unresolved(host)),
        Lookup::Addresses(addresses) if addresses.is_empty() => Err(UrlRefusal::NoAddresses(host)),
        Lookup::Addresses(addresses)
            if addresses
                .iter()
                .any(|address| is_blacklisted(settings, *address)) =>
        {
            Err(UrlRefusal::BlacklistedAddress)
        }
        Lookup::Addresses(_) | Lookup::Assumed => Ok(url),
    }
}

/// The address when the host is written as one.
pub(crate) fn literal_address(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    }
}

pub(crate) fn is_blacklisted(settings: &Settings, address: IpAddr) -> bool {
    settings
        .blacklist
        .iter()
        .any(|range| range.contains(address))
}

fn parse(uri: &str) -> Result<Url, UrlRefusal> {
    match Url::parse(uri) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && !has_authority(uri) => {
            Err(UrlRefusal::Format)
        }
        Ok(url) => Ok(url),
        // The portal's runtime takes an absolute path for a file address.
        Err(ParseError::RelativeUrlWithoutBase) if uri.trim_start().starts_with('/') => {
            Err(UrlRefusal::Scheme("file".to_owned()))
        }
        Err(_) => Err(UrlRefusal::Format),
    }
}

/// Browsers' rules repair `http:example.com`; the portal's do not.
fn has_authority(uri: &str) -> bool {
    uri.split_once(':')
        .is_some_and(|(_, rest)| rest.starts_with("//"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{HostRule, Resolution};

    fn settings() -> Settings {
        let mut settings = Settings {
            probe: false,
            ..Settings::default()
        };
        for (host, resolve) in [
            ("public.test", Resolution::Public),
            ("private.test", Resolution::Blacklisted),
            ("nowhere.test", Resolution::Unresolvable),
            ("empty.test", Resolution::NoAddresses),
            (
                "mixed.test",
                Resolution::Addresses(vec![
                    "203.0.113.7".parse().expect("an address"),
                    "10.0.0.1".parse().expect("an address"),
                ]),
            ),
        ] {
            settings.hosts.insert(
                host.to_owned(),
                HostRule {
                    resolve: Some(resolve),
                    probe: None,
                },
            );
        }
        settings
    }

    #[tokio::test]
    async fn each_rule_refuses_with_the_portals_sentence() {
        let settings = settings();
        for (uri, ssl, message) in [
            ("  ", false, "URL is null or empty"),
            ("example", false, "Invalid URL format"),
            ("https://", false, "Invalid URL format"),
            ("http:example.com", false, "Invalid URL format"),
            (
                "/hook",
                false,
                "Invalid URL scheme: file. Only http and https are allowed",
            ),
            (
                "ftp://public.test/",
                true,
                "Invalid URL scheme: ftp. Only http and https are allowed",
            ),
            ("http://public.test/", true, "HTTPS is required"),
            ("http://10.0.0.1/", true, "HTTPS is required"),
            ("http://10.0.0.1/", false, "URL host is in the blacklist"),
            ("https://[::1]/", true, "URL host is in the blacklist"),
            (
                "https://nowhere.test/",
                true,
                "DNS resolution failed for nowhere.test",
            ),
            (
                "https://empty.test/",
                true,
                "DNS resolution returned no addresses for empty.test",
            ),
            (
                "https://private.test/",
                true,
                "URL resolves to a blacklisted IP address",
            ),
            (
                "https://mixed.test/",
                true,
                "URL resolves to a blacklisted IP address",
            ),
            (
                "http://localhost/",
                false,
                "URL resolves to a blacklisted IP address",
            ),
        ] {
            let refusal = check(&settings, uri, ssl).await.expect_err(uri);
            assert_eq!(refusal.to_string(), message, "{uri}");
        }
        for (uri, ssl) in [
            ("https://public.test/x?y#z", true),
            ("http://public.test:8080", false),
            ("https://203.0.113.7/", true),
            ("https://anything.test/", true),
        ] {
            assert!(check(&settings, uri, ssl).await.is_ok(), "{uri}");
        }
    }

    #[tokio::test]
    async fn an_empty_blacklist_lets_loopback_through() {
        let settings = Settings {
            blacklist: Vec::new(),
            probe: false,
            ..Settings::default()
        };
        for uri in [
            "http://127.0.0.1:1/",
            "http://localhost:1/",
            "http://[::1]/",
        ] {
            assert!(check(&settings, uri, false).await.is_ok(), "{uri}");
        }
    }
}
