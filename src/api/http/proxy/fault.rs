//! What a proxy does wrong. None of it is the portal's fault, and in none of it was anything sent to the portal.

use std::fmt;

use super::super::failure::TlsFault;

/// Why there is no connection through a proxy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProxyFault {
    /// Its host's name cannot be resolved.
    #[error("its name cannot be resolved: {detail}")]
    NameResolution {
        /// The innermost reason.
        detail: String,
    },
    /// Refused, unreachable, or another reason.
    #[error("{detail}")]
    Unreachable {
        /// The innermost reason.
        detail: String,
    },
    /// It did not accept the connection in time.
    #[error("it did not accept a connection in time")]
    TimedOut,
    /// It accepted the connection, but did not report in time whether it reached the portal.
    #[error("it did not report in time whether it reached the portal")]
    Silent,
    /// It closed the connection instead of answering.
    #[error("it closed the connection: {detail}")]
    Broken {
        /// The innermost reason.
        detail: String,
    },
    /// The TLS handshake with the proxy itself failed.
    #[error("no secure connection: {detail}")]
    Tls {
        /// What keeps the two ends from agreeing.
        fault: TlsFault,
        /// The innermost reason.
        detail: String,
    },
    /// What it answers is not HTTP.
    #[error("it does not speak HTTP")]
    NotHttp,
    /// What it answers is not SOCKS 5.
    #[error("it does not speak SOCKS 5")]
    NotSocks,
    /// Its answer has more headers, or longer ones, than are read.
    #[error("the head of its answer has more than 100 headers, or is too long")]
    LongHead,
    /// It demands a login, or refuses the one that it was sent.
    #[error("it demands a login: {answer}")]
    Login {
        /// How it refuses.
        answer: ProxyAnswer,
        /// Whether it was sent a user name and a password.
        was_told: bool,
        /// Whether it would accept a user name and a password at all.
        takes_passwords: bool,
    },
    /// It accepts none of the SOCKS login methods that it was offered, or not this user.
    #[error("it refuses the SOCKS login")]
    SocksLogin {
        /// Whether it was sent a user name and a password.
        was_told: bool,
    },
    /// It will not, or cannot, connect to the portal.
    #[error("it does not connect to the portal: {0}")]
    Refused(ProxyAnswer),
}

/// How a proxy refuses a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyAnswer {
    /// The HTTP status of its answer to CONNECT.
    Status(u16),
    /// The reply code of SOCKS 5 (RFC 1928 §6).
    Socks(u8),
}

impl fmt::Display for ProxyAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "{status}"),
            Self::Socks(reply) => write!(f, "SOCKS reply {reply}"),
        }
    }
}

impl ProxyAnswer {
    /// Returns whether a rule forbids the proxy to connect to the portal, which is permanent.
    pub fn is_forbidden(self) -> bool {
        matches!(self, Self::Status(403) | Self::Socks(2))
    }

    /// Returns whether the proxy tried to connect to the portal and failed.
    pub fn is_failed(self) -> bool {
        matches!(self, Self::Status(500 | 502..=504) | Self::Socks(1 | 3..=6))
    }
}

impl ProxyFault {
    /// Returns whether the same request may get through later.
    pub fn can_heal(&self) -> bool {
        match self {
            Self::NameResolution { .. }
            | Self::Unreachable { .. }
            | Self::TimedOut
            | Self::Silent
            | Self::Broken { .. }
            | Self::Refused(ProxyAnswer::Status(408 | 429)) => true,
            Self::Refused(answer) => answer.is_failed(),
            Self::Tls { .. }
            | Self::NotHttp
            | Self::NotSocks
            | Self::LongHead
            | Self::Login { .. }
            | Self::SocksLogin { .. } => false,
        }
    }

    /// Returns whether the failure took long, so that one retry is enough.
    pub(crate) fn is_slow(&self) -> bool {
        matches!(
            self,
            Self::NameResolution { .. } | Self::TimedOut | Self::Silent
        )
    }
}
