//! Who is to blame for a failed connection: the portal, or the proxy in front of it.
//!
//! The HTTP library's errors about proxies are private types, so they are recognized by their text; tests with real
//! exchanges guard that text. If it says too little, the proxy is asked once more by hand (`inquiry`).

use std::time::Duration;

use rustls::pki_types::CertificateDer;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::super::config::{Config, header_text, longest_connect};
use super::super::{failure, trust};
use super::inquiry::Question;
use super::{Protocol, Proxy, ProxyAnswer, ProxyFault};

/// How long the answer to one question serves all requests of the process.
const SERVES: Duration = Duration::from_secs(30);

/// The time limit of a question after a connection has already timed out.
const SHORT_LIMIT: Duration = Duration::from_secs(3);

/// How an error about a tunnel begins, and one about SOCKS.
const TUNNEL: &str = "tunnel error: ";
const SOCKS: &str = "SOCKS error: ";

/// The library's names for the reply codes of SOCKS 5 (RFC 1928 §6).
const REPLIES: [(&str, u8); 8] = [
    ("general server failure", 1),
    ("connection not allowed", 2),
    ("network unreachable", 3),
    ("host unreachable", 4),
    ("connection refused", 5),
    ("ttl expired", 6),
    ("command not supported", 7),
    ("address type not supported", 8),
];

/// Finds out what proxies do wrong, and remembers the last answer for a while.
#[derive(Debug, Default)]
pub(crate) struct Blame {
    last: Mutex<Option<(Instant, Option<ProxyFault>)>>,
}

/// What an error says on its own.
enum Told {
    /// It is the proxy's fault.
    Fault(ProxyFault),
    /// It is the portal's.
    Portal,
    /// The proxy made no tunnel, for an unknown reason.
    NoTunnel,
    /// Time ran out, on whichever side.
    TimedOut,
}

impl Blame {
    /// Returns what the proxy did wrong, if it is to blame for an error while connecting.
    pub(crate) async fn of(
        &self,
        error: &reqwest::Error,
        config: &Config,
        certificates: &[CertificateDer<'static>],
    ) -> Option<ProxyFault> {
        let proxy = config.proxy.as_ref()?;
        let limit = match told(error, proxy, config.base_url.is_plain_http()) {
            Told::Fault(fault) => return Some(fault),
            Told::Portal => return None,
            Told::NoTunnel => longest_connect(config.request_timeout),
            Told::TimedOut => SHORT_LIMIT.min(longest_connect(config.request_timeout)),
        };
        let found = self.inquire(proxy, config, certificates, limit).await;
        let is_socks = proxy.protocol == Protocol::Socks5;
        match found {
            None if !error.is_timeout() => Some(broken(error)),
            // The proxy is there; what it was waiting for is unknown.
            None if is_socks => Some(ProxyFault::Silent),
            found => found,
        }
    }

    /// Asks a proxy, unless it was asked a moment ago. Concurrent callers wait for the same answer.
    async fn inquire(
        &self,
        proxy: &Proxy,
        config: &Config,
        certificates: &[CertificateDer<'static>],
        limit: Duration,
    ) -> Option<ProxyFault> {
        let mut last = self.last.lock().await;
        if let Some((asked, found)) = &*last
            && asked.elapsed() < SERVES
        {
            return found.clone();
        }
        let question = Question {
            place: format!("{}:{}", config.base_url.host(), config.base_url.port()),
            agent: &header_text(&config.user_agent),
            limit,
        };
        let tls = trust::tls(config, certificates).ok()?;
        let found = proxy.inquire(&question, tls).await.err();
        *last = Some((Instant::now(), found.clone()));
        found
    }
}

/// Reads an error.
fn told(error: &reqwest::Error, proxy: &Proxy, is_plain_http: bool) -> Told {
    let texts: Vec<String> = failure::chain(error).map(ToString::to_string).collect();
    let after = |prefix| texts.iter().find_map(|text| text.strip_prefix(prefix));
    let portal_or_time = || {
        if error.is_timeout() {
            Told::TimedOut
        } else {
            Told::Portal
        }
    };
    match proxy.protocol {
        Protocol::Socks5 => {
            after(SOCKS).map_or_else(portal_or_time, |text| told_by_socks(text, proxy))
        }
        // The proxy is asked to forward requests: whoever connects, connects to the proxy.
        Protocol::Http | Protocol::Https if is_plain_http => Told::Fault(unreached(error)),
        Protocol::Http | Protocol::Https => match after(TUNNEL) {
            None => portal_or_time(),
            Some("failed to create underlying connection") => Told::Fault(unreached(error)),
            Some("proxy response headers too long") => Told::Fault(ProxyFault::LongHead),
            Some("unexpected end of file" | "io error establishing tunnel") => {
                Told::Fault(broken(error))
            }
            Some(_) => Told::NoTunnel,
        },
    }
}

fn told_by_socks(text: &str, proxy: &Proxy) -> Told {
    let reply = REPLIES.into_iter().find(|(known, _)| *known == text);
    if let Some((_, reply)) = reply {
        return Told::Fault(ProxyFault::Refused(ProxyAnswer::Socks(reply)));
    }
    match text {
        "failed to create underlying connection" => Told::NoTunnel,
        "failed parsing server response" => Told::Fault(ProxyFault::NotSocks),
        "io error during SOCKS handshake" => Told::Fault(ProxyFault::Broken {
            detail: "no complete answer".to_owned(),
        }),
        _ => Told::Fault(ProxyFault::SocksLogin {
            was_told: proxy.credentials.is_some(),
        }),
    }
}

/// Explains why a proxy itself was not reached.
fn unreached(error: &reqwest::Error) -> ProxyFault {
    let detail = failure::innermost(error);
    if let Some(fault) = failure::tls_fault(error) {
        ProxyFault::Tls { fault, detail }
    } else if error.is_dns() {
        ProxyFault::NameResolution { detail }
    } else if error.is_timeout() {
        ProxyFault::TimedOut
    } else {
        ProxyFault::Unreachable { detail }
    }
}

fn broken(error: &reqwest::Error) -> ProxyFault {
    ProxyFault::Broken {
        detail: failure::innermost(error),
    }
}
