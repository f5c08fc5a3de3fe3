//! What host names mean: the stubs of the settings first, then the system's resolver.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::config::{Resolution, Settings, SettingsCell};

/// An address for names that are declared public: reserved for documentation, so nothing is ever reached.
const SOMEWHERE_PUBLIC: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1));

/// An address for names that are declared blacklisted.
const SOMEWHERE_PRIVATE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));

/// The portal's limit for one lookup (API §7.1).
const TIME_LIMIT: Duration = Duration::from_secs(3);

/// The outcome of a lookup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// The addresses in the order in which they were found.
    Addresses(Vec<IpAddr>),
    /// No such name, no name server, or too slow.
    Failed,
    /// Not looked up: with probes off, every name counts as a public address.
    Assumed,
}

/// Looks a host up for the URL rules.
pub(crate) async fn look_up(settings: &Settings, host: &str, port: u16) -> Lookup {
    if let Some(stub) = settings.host_rule(host, port).resolve {
        return stubbed(stub);
    }
    if is_localhost(host) {
        return Lookup::Addresses(vec![Ipv4Addr::LOCALHOST.into()]);
    }
    if settings.probe {
        system(host).await
    } else {
        Lookup::Assumed
    }
}

fn stubbed(stub: Resolution) -> Lookup {
    match stub {
        Resolution::Public => Lookup::Addresses(vec![SOMEWHERE_PUBLIC]),
        Resolution::Blacklisted => Lookup::Addresses(vec![SOMEWHERE_PRIVATE]),
        Resolution::Unresolvable => Lookup::Failed,
        Resolution::NoAddresses => Lookup::Addresses(Vec::new()),
        Resolution::Addresses(addresses) => Lookup::Addresses(addresses),
    }
}

fn is_localhost(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    host == "localhost" || host.ends_with(".localhost")
}

async fn system(host: &str) -> Lookup {
    match tokio::time::timeout(TIME_LIMIT, tokio::net::lookup_host((host, 0))).await {
        Ok(Ok(found)) => Lookup::Addresses(found.map(|address| address.ip()).collect()),
        _ => Lookup::Failed,
    }
}

/// Gives the outgoing HTTP client the same answers, cut to the first address (API §7 D: pinned).
pub(crate) struct PinnedResolver {
    pub(crate) settings: Arc<SettingsCell>,
}

/// A name that has no address.
#[derive(Debug, thiserror::Error)]
#[error("Name or service not known")]
pub(crate) struct NameNotKnown;

impl reqwest::dns::Resolve for PinnedResolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let settings = self.settings.current();
        Box::pin(async move {
            // The client does not tell the port; rules by `host:port` are for probes of literal addresses.
            let found = match look_up(&settings, name.as_str(), 0).await {
                Lookup::Assumed => system(name.as_str()).await,
                found => found,
            };
            match found {
                Lookup::Addresses(addresses) if !addresses.is_empty() => {
                    let pinned = if settings.profile.follows_redirects() {
                        addresses.len()
                    } else {
                        1
                    };
                    let addresses: Vec<SocketAddr> = addresses
                        .into_iter()
                        .take(pinned)
                        .map(|address| SocketAddr::new(address, 0))
                        .collect();
                    Ok(Box::new(addresses.into_iter()) as reqwest::dns::Addrs)
                }
                _ => Err(NameNotKnown.into()),
            }
        })
    }
}
