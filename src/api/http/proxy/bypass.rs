//! The list of hosts that are contacted directly: `NO_PROXY`.
//!
//! A meaningless entry is skipped, as in Go.

use std::net::{IpAddr, Ipv6Addr};

use url::Host;

use super::super::base_url::BaseUrl;

/// A list, read.
#[derive(Debug, Default)]
pub(super) struct Bypass {
    everybody: bool,
    entries: Vec<Entry>,
}

#[derive(Debug)]
enum Entry {
    /// `10.0.0.0/8`.
    Network { first: IpAddr, length: u32 },
    /// `192.0.2.7`, `192.0.2.7:8443`, `[2001:db8::7]:8443`.
    Address {
        address: IpAddr,
        port: Option<String>,
    },
    /// `example.com`, `.example.com`, `*.example.com`, each with or without a port.
    Domain {
        /// What a name has to end in, with its leading dot.
        ending: String,
        /// Whether the domain itself is meant too, not only what is below it.
        is_itself_meant: bool,
        port: Option<String>,
    },
}

impl Bypass {
    pub(super) fn parse(list: &str) -> Self {
        let mut bypass = Self::default();
        for entry in list.split(',') {
            let entry = entry.trim().to_lowercase();
            if entry == "*" {
                bypass.everybody = true;
            }
            bypass.entries.extend(Entry::parse(&entry));
        }
        bypass
    }

    /// Returns whether a portal is contacted directly.
    pub(super) fn includes(&self, portal: &BaseUrl) -> bool {
        let port = portal.port().to_string();
        self.everybody
            || self
                .entries
                .iter()
                .any(|entry| entry.includes(portal.host(), &port))
    }
}

impl Entry {
    fn parse(entry: &str) -> Option<Self> {
        if let Some(network) = network(entry) {
            return Some(network);
        }
        let (host, port) = match split_port(entry) {
            Some((host, port)) => (host, Some(port).filter(|port| !port.is_empty())),
            None => (entry, None),
        };
        let port = port.map(str::to_owned);
        if let Ok(address) = host.parse::<IpAddr>() {
            let address = address.to_canonical();
            return Some(Self::Address { address, port });
        }
        let domain = host.strip_prefix('*').filter(|rest| rest.starts_with('.'));
        let domain = domain.unwrap_or(host);
        let below = domain.strip_prefix('.');
        (!host.is_empty()).then(|| Self::Domain {
            ending: format!(".{}", ascii(below.unwrap_or(domain))),
            is_itself_meant: below.is_none(),
            port,
        })
    }

    fn includes(&self, host: &str, own_port: &str) -> bool {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let own_address = bare.parse::<IpAddr>().map(|address| address.to_canonical());
        let (is_host, port) = match (self, own_address) {
            (Self::Network { first, length }, Ok(own)) => (is_within(own, *first, *length), &None),
            (Self::Address { address, port }, Ok(own)) => (own == *address, port),
            (
                Self::Domain {
                    ending,
                    is_itself_meant,
                    port,
                },
                Err(_),
            ) => {
                let is_itself = *is_itself_meant && ending.strip_prefix('.') == Some(host);
                (is_itself || host.ends_with(ending), port)
            }
            _ => (false, &None),
        };
        is_host && port.as_ref().is_none_or(|port| port == own_port)
    }
}

/// Reads an address with the length of its prefix, in digits alone.
fn network(entry: &str) -> Option<Entry> {
    let (address, length) = entry.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let is_number = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
    let length: u32 = length.parse().ok().filter(|_| is_number)?;
    let width = if address.is_ipv4() { 32 } else { 128 };
    if length > width {
        return None;
    }
    // A network of IPv4-mapped IPv6 addresses.
    let (first, length) = match (address, address.to_canonical()) {
        (IpAddr::V6(_), IpAddr::V4(inner)) if length >= 96 => (IpAddr::V4(inner), length - 96),
        _ => (address, length),
    };
    Some(Entry::Network { first, length })
}

fn is_within(own: IpAddr, first: IpAddr, length: u32) -> bool {
    let differing = match (own, first) {
        (IpAddr::V4(own), IpAddr::V4(first)) => (own.to_bits() ^ first.to_bits()).leading_zeros(),
        (IpAddr::V6(own), IpAddr::V6(first)) => leading_equals(own, first),
        _ => return false,
    };
    differing >= length
}

fn leading_equals(one: Ipv6Addr, other: Ipv6Addr) -> u32 {
    (one.to_bits() ^ other.to_bits()).leading_zeros()
}

/// Splits `host:port` and `[host]:port` by the rules of Go's `net.SplitHostPort`.
fn split_port(entry: &str) -> Option<(&str, &str)> {
    let (host, port) = entry.rsplit_once(':')?;
    let host = match host.strip_prefix('[') {
        Some(inner) => inner
            .strip_suffix(']')
            .filter(|inner| !inner.contains(']'))?,
        None if host.contains(':') => return None,
        None => host,
    };
    let is_plain = |part: &str| !part.contains(['[', ']']);
    (is_plain(host) && is_plain(port)).then_some((host, port))
}

/// Returns a name as a URL writes it; one that no URL can hold stays as it is, and matches nothing.
fn ascii(name: &str) -> String {
    if name.is_ascii() {
        return name.to_owned();
    }
    Host::parse(name).map_or_else(|_| name.to_owned(), |host| host.to_string())
}
