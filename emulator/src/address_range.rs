//! Address ranges such as `10.0.0.0/8`, and the list of those the portal refuses to call.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An IPv4 or IPv6 network in prefix notation; a single address is a network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AddressRange {
    network: IpAddr,
    prefix: u8,
}

/// The ranges refused by default (API §7.1).
const PORTAL_DEFAULT: [&str; 12] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::/128",
    "::1/128",
    "fc00::/8",
    "fd00::/8",
    "fe80::/10",
];

impl AddressRange {
    /// Returns the ranges a portal refuses unless its operator changed the list (API §7.1).
    pub fn portal_default() -> Vec<Self> {
        PORTAL_DEFAULT
            .iter()
            .filter_map(|text| text.parse().ok())
            .collect()
    }

    /// Whether the address lies in the range; addresses of the other family never do.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let mask = leading_ones(self.prefix, 32);
                let mask = u32::try_from(mask >> 96).unwrap_or(u32::MAX);
                u32::from(network) & mask == u32::from(address) & mask
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let mask = leading_ones(self.prefix, 128);
                u128::from(network) & mask == u128::from(address) & mask
            }
            _ => false,
        }
    }
}

/// A 128-bit mask whose first `prefix` bits, at most `width`, are set.
fn leading_ones(prefix: u8, width: u8) -> u128 {
    let zeros = 128 - u32::from(prefix.min(width));
    u128::MAX.checked_shl(zeros).unwrap_or(0)
}

/// Text that is not an address range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an address range such as 10.0.0.0/8")]
pub struct InvalidRange(String);

impl FromStr for AddressRange {
    type Err = InvalidRange;

    fn from_str(text: &str) -> Result<Self, InvalidRange> {
        let invalid = || InvalidRange(text.to_owned());
        let (network, prefix) = match text.split_once('/') {
            Some((network, prefix)) => (network, prefix.parse().ok()),
            None => (text, None),
        };
        let network: IpAddr = network.parse().ok().ok_or_else(invalid)?;
        let width = if network.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) if prefix <= width => prefix,
            None if !text.contains('/') => width,
            _ => return Err(invalid()),
        };
        Ok(Self { network, prefix })
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix)
    }
}

impl TryFrom<String> for AddressRange {
    type Error = InvalidRange;

    fn try_from(text: String) -> Result<Self, InvalidRange> {
        text.parse()
    }
}

impl From<AddressRange> for String {
    fn from(range: AddressRange) -> Self {
        range.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(address: &str) -> bool {
        let address = address.parse().expect("an address");
        AddressRange::portal_default()
            .iter()
            .any(|range| range.contains(address))
    }

    #[test]
    fn the_default_blacklist_holds_private_and_local_addresses() {
        assert_eq!(AddressRange::portal_default().len(), PORTAL_DEFAULT.len());
        for address in [
            "0.0.0.0",
            "10.255.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "169.254.169.254",
            "172.31.255.255",
            "192.168.1.1",
            "::",
            "::1",
            "fc12::1",
            "fd00::1",
            "febf::1",
        ] {
            assert!(is_refused(address), "{address}");
        }
        for address in [
            "8.8.8.8",
            "100.128.0.1",
            "172.32.0.1",
            "203.0.113.9",
            "2001:db8::1",
            "::2",
        ] {
            assert!(!is_refused(address), "{address}");
        }
    }

    #[test]
    fn ranges_are_written_as_they_are_read() {
        let range: AddressRange = "10.0.0.0/8".parse().expect("a range");
        assert_eq!(range.to_string(), "10.0.0.0/8");
        let single: AddressRange = "127.0.0.1".parse().expect("a range");
        assert_eq!(single.to_string(), "127.0.0.1/32");
        for wrong in ["10.0.0.0/33", "10.0.0/8", "x/8", "::/129", "10.0.0.0/x"] {
            assert!(wrong.parse::<AddressRange>().is_err(), "{wrong}");
        }
        let all: AddressRange = "0.0.0.0/0".parse().expect("a range");
        assert!(all.contains("8.8.8.8".parse().expect("an address")));
    }
}
