//! What can go wrong between a request and its answer.
//!
//! An [`Error`] tells which request failed, how often it was tried, and its [`Cause`]. Callers decide by its methods
//! ([`Error::is_not_found`] and so on), never by its text. It holds no header, no body, no URL query and no secret;
//! what the portal said is kept as [`PortalMessage`], which is cleaned. Cloning is cheap, so that one failed shared
//! read can be passed to all who waited for it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::config::longest_connect;
use super::documented;
use super::failure::TlsFault;
use super::operation::Operation;
use super::proxy::{ProxyFault, ProxyName};
use super::redaction::PortalMessage;

/// More requests than a portal allows a user in flight, and far fewer than in a minute: 15 and 50, and 1500 (API §9).
const MOST_IN_FLIGHT: u32 = 100;

/// A request that did not end with a usable answer.
#[derive(Clone)]
pub struct Error(Arc<Failure>);

#[derive(Clone)]
struct Failure {
    operation: Operation,
    method: &'static str,
    path: String,
    attempts: u32,
    outcome_unknown: bool,
    cause: Cause,
}

/// What happened to the last attempt of a request.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Cause {
    /// The request was sent and no complete answer came in time.
    #[error("the portal did not answer within {} s", after.as_secs_f64())]
    Timeout {
        /// The time limit of one request.
        after: Duration,
    },
    /// No connection to the portal: name resolution, refused, TLS. Nothing was sent.
    #[error("could not connect to {host}: {detail}")]
    Connect {
        /// The portal's host name and port.
        host: String,
        /// The innermost reason, in words.
        detail: String,
        /// The innermost reason, as far as it matters.
        reason: ConnectReason,
        /// The proxy that the connection goes through.
        through: Option<ProxyName>,
    },
    /// The proxy lets nothing through. Nothing was sent to the portal.
    #[error("no connection through the proxy {proxy}: {fault}")]
    Proxy {
        /// Which proxy.
        proxy: ProxyName,
        /// What is wrong with it.
        fault: ProxyFault,
    },
    /// The connection broke after the request may have been sent.
    #[error("the connection broke before the answer was complete: {detail}")]
    Transport {
        /// The innermost reason.
        detail: String,
    },
    /// The portal, or something in front of it, answered with an error status.
    #[error("{0}")]
    Status(Box<StatusFailure>),
    /// The answer points to another address, which is never followed (API §1.10).
    #[error("the answer is a redirect ({status}){}", location.as_ref().map(|to| format!(" to {to}")).unwrap_or_default())]
    Redirect {
        /// The HTTP status, 300 to 399.
        status: u16,
        /// Scheme, host and port that it points to, if it names any.
        location: Option<String>,
        /// Whether these are the ones that were asked.
        is_inside: bool,
    },
    /// The answer is JSON but not of the documented shape.
    #[error("the answer has an unexpected shape: {}expected {expected}, found {found}", if path.is_empty() { String::new() } else { format!("at `{path}` ") })]
    Decode {
        /// Where in the answer, as in `response[3].configs.id`.
        path: String,
        /// What belongs there.
        expected: &'static str,
        /// What is there; never the value.
        found: &'static str,
    },
    /// The answer is a success but not JSON.
    #[error("the answer is {found}")]
    NotJson {
        /// What it is instead.
        found: NotJson,
    },
    /// The answer is larger than any real one.
    #[error("the answer is larger than {} MiB", limit / (1024 * 1024))]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The head of the answer has too many headers, or too long ones.
    #[error("the head of the answer has more than 100 headers, or is too long")]
    LongHead,
    /// The client was stopped before this attempt was sent, or before this read was answered.
    #[error("the request was given up because the run was interrupted")]
    Stopped,
    /// This machine trusts no certificate authority at all. Nothing was sent.
    #[error("no trusted certificates were found: {detail}")]
    NoAuthorities {
        /// The innermost reason.
        detail: String,
        /// Those variables for the location of certificates that are set.
        variables: Vec<&'static str>,
    },
    /// The HTTP client could not be set up. Nothing was sent.
    #[error("the HTTP client could not be set up: {detail}")]
    Setup {
        /// The innermost reason.
        detail: String,
    },
}

/// What a body is that is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotJson {
    /// A web page: the address may not be a portal's.
    WebPage,
    /// Compressed in a way that was not requested, or that it does not declare.
    Compressed,
    /// Anything else.
    Other,
}

impl fmt::Display for NotJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WebPage => "a web page, not JSON",
            Self::Compressed => "compressed, not JSON",
            Self::Other => "not JSON",
        })
    }
}

/// Why there is no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectReason {
    /// The host's name cannot be resolved.
    NameResolution,
    /// The TLS handshake failed, usually because of the server's certificate.
    Tls(TlsFault),
    /// Connecting took too long.
    TimedOut,
    /// Refused, unreachable, or another reason.
    Other,
}

/// An answer with a status of 400 or more, or a success that holds an `error` object in place of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusFailure {
    /// The HTTP status.
    pub status: u16,
    /// Which of the portal's error shapes the body has.
    pub shape: ErrorShape,
    /// What the portal said.
    pub message: Option<PortalMessage>,
    /// The portal's name for the kind of error, as in `System.ArgumentException`.
    pub exception: Option<PortalMessage>,
    /// Rejected fields and what is wrong with each, by the portal's field names (API §8.1 E3).
    pub validation: BTreeMap<String, Vec<PortalMessage>>,
    /// How long the portal asks to wait.
    pub retry_after: Option<Duration>,
    /// The portal's limit, be it of requests in a minute or in flight (API §9).
    pub limit: Option<u32>,
    /// The kind of login that the answer demands, if no portal demands it.
    pub challenge: Option<&'static str>,
    /// The proxy that forwarded the answer, or sent it itself.
    pub forwarded_by: Option<ProxyName>,
}

/// The shapes of error bodies (API §8.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorShape {
    /// E1: nothing.
    Empty,
    /// E2: an `error` object, made by the endpoint itself.
    Handler,
    /// E3: `response.errors`, made by the schema validation.
    Validation,
    /// E4: problem details, made before any endpoint.
    Problem,
    /// E5: a web page, made by a proxy.
    Html,
    /// A plain sentence, such as the refusal of an IP address.
    Text,
    /// Anything else.
    Other,
}

impl StatusFailure {
    /// Creates a failure with only a status and the body's shape.
    pub fn new(status: u16, shape: ErrorShape) -> Self {
        Self {
            status,
            shape,
            message: None,
            exception: None,
            validation: BTreeMap::new(),
            retry_after: None,
            limit: None,
            challenge: None,
            forwarded_by: None,
        }
    }
}

impl fmt::Display for StatusFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the portal answered {}", self.status)?;
        if let Some(reason) = reason(self.status) {
            write!(f, " ({reason})")?;
        }
        if let Some(message) = &self.message {
            write!(f, ": {message}")?;
        }
        for (field, messages) in &self.validation {
            for message in messages {
                write!(f, "; {field}: {message}")?;
            }
        }
        Ok(())
    }
}

fn reason(status: u16) -> Option<&'static str> {
    reqwest::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
}

impl Cause {
    /// Returns whether a request that ended like this may have been carried out anyway.
    ///
    /// Any other answer above 500 came from something on the way and says nothing about what the endpoint did.
    fn may_have_been_processed(&self, operation: Operation) -> bool {
        match self {
            Self::Timeout { .. }
            | Self::Transport { .. }
            | Self::Decode { .. }
            | Self::NotJson { .. }
            | Self::TooLarge { .. }
            | Self::LongHead => true,
            // A batch that fails halfway has queued what came before.
            Self::Status(failure) if operation == Operation::RetryDelivery => {
                !matches!(failure.status, 400..=407 | 409..=499)
            }
            // A success can hold an error, and a proxy that waited too long has forwarded the request. A 500 ends the
            // handling: its cause is usually the receiver, and nothing comes after it (API §8.2).
            Self::Status(failure) => !matches!(failure.status, 400..=407 | 409..=500),
            Self::Connect { .. }
            | Self::Proxy { .. }
            | Self::Redirect { .. }
            | Self::Stopped
            | Self::NoAuthorities { .. }
            | Self::Setup { .. } => false,
        }
    }
}

impl Error {
    /// Creates the error of a request that was tried once.
    ///
    /// `path` must not contain a query.
    pub fn new(
        operation: Operation,
        method: &'static str,
        path: impl Into<String>,
        cause: Cause,
    ) -> Self {
        Self(Arc::new(Failure {
            operation,
            method,
            path: path.into(),
            attempts: 1,
            outcome_unknown: operation.is_write() && cause.may_have_been_processed(operation),
            cause,
        }))
    }

    /// Adds what the attempts before the last one left behind.
    pub(crate) fn after_attempts(self, attempts: u32, outcome_unknown: bool) -> Self {
        let mut failure = Arc::unwrap_or_clone(self.0);
        failure.attempts = attempts;
        failure.outcome_unknown |= outcome_unknown;
        Self(Arc::new(failure))
    }

    /// Returns what happened to the last attempt.
    pub fn cause(&self) -> &Cause {
        &self.0.cause
    }

    /// Returns what kind of request failed.
    pub fn operation(&self) -> Operation {
        self.0.operation
    }

    /// Returns the HTTP method.
    pub fn method(&self) -> &'static str {
        self.0.method
    }

    /// Returns the path of the URL, without query.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// Returns how many times the request was sent or tried to be sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns how long the last attempt has certainly waited for an answer after it was sent.
    ///
    /// The time limit of a request covers connecting as well, which has a lower limit of its own.
    pub fn waited_for_answer(&self) -> Duration {
        match self.cause() {
            Cause::Timeout { after } => after.saturating_sub(longest_connect(*after)),
            _ => Duration::ZERO,
        }
    }

    /// Returns the error answer, if there was one.
    pub fn status_failure(&self) -> Option<&StatusFailure> {
        match self.cause() {
            Cause::Status(failure) => Some(failure),
            Cause::Timeout { .. }
            | Cause::Connect { .. }
            | Cause::Proxy { .. }
            | Cause::Transport { .. }
            | Cause::Redirect { .. }
            | Cause::Decode { .. }
            | Cause::NotJson { .. }
            | Cause::TooLarge { .. }
            | Cause::LongHead
            | Cause::Stopped
            | Cause::NoAuthorities { .. }
            | Cause::Setup { .. } => None,
        }
    }

    /// Returns the HTTP status of an error answer or redirect.
    pub fn status(&self) -> Option<u16> {
        match self.cause() {
            Cause::Redirect { status, .. } => Some(*status),
            _ => self.status_failure().map(|failure| failure.status),
        }
    }

    /// Returns what the portal said.
    pub fn message(&self) -> Option<&PortalMessage> {
        self.status_failure()?.message.as_ref()
    }

    /// Returns how long the portal asked to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.status_failure()?.retry_after
    }

    /// Returns whether the request was refused by a limiter, which asks to retry later. A 503 that does not say when
    /// can come from a limiter, or from a portal that is down.
    pub fn is_limited(&self) -> bool {
        match self.status() {
            Some(429) => true,
            Some(503) => self.retry_after().is_some(),
            _ => false,
        }
    }

    /// Returns whether a write was refused because the user has too many in flight. The portal tells a number and not
    /// what it limits, but the limit for a minute is far higher (API §9).
    pub fn is_crowded(&self) -> bool {
        let is_rationed = self.operation() == Operation::RetryDelivery;
        self.operation().is_write()
            && !is_rationed
            && self.status() == Some(429)
            && self.retry_after().is_none()
            && self
                .status_failure()
                .and_then(|failure| failure.limit)
                .is_some_and(|limit| limit <= MOST_IN_FLIGHT)
    }

    /// Returns whether the addressed object does not exist.
    ///
    /// True only with an `error` object in the body: a 404 without one comes from a wrong address or a suspended
    /// portal and says nothing about the object (API §8.2).
    pub fn is_not_found(&self) -> bool {
        self.is_answer(404, ErrorShape::Handler)
    }

    /// Returns whether the key is wrong, expired or disabled.
    pub fn is_unauthorized(&self) -> bool {
        self.status() == Some(401)
    }

    /// Returns whether the key lacks the scope for this request (a 403 without a body, API §8.2).
    pub fn is_scope_refused(&self) -> bool {
        self.is_answer(403, ErrorShape::Empty)
    }

    /// Returns whether the key's owner may not do this (a 403 of the endpoint, API §3.4).
    pub fn is_access_denied(&self) -> bool {
        self.is_answer(403, ErrorShape::Handler)
    }

    /// Returns whether the portal refused a create because the pair of name and address is taken (API §8.3).
    ///
    /// The portal gives this refusal no code of its own, but it does not translate its text either.
    pub fn is_duplicate(&self) -> bool {
        self.is_answer(400, ErrorShape::Handler)
            && self
                .message()
                .is_some_and(|message| message.as_str() == documented::DUPLICATE)
    }

    /// Returns whether the portal could not reach the receiver at all: refused, TLS or time limit (API §8.2).
    ///
    /// A receiver that did answer, but not with 2xx, is a 400 with a translated text instead.
    pub fn is_receiver_unreachable(&self) -> bool {
        self.is_answer(500, ErrorShape::Handler)
            && self
                .status_failure()
                .and_then(|failure| failure.exception.as_ref())
                .is_some_and(|exception| documented::UNREACHABLE.contains(&exception.as_str()))
    }

    /// Returns whether the portal's database cannot compare the name or the address with those that it has, because of a
    /// character outside the basic multilingual plane (API §16 O5).
    pub fn is_uncomparable(&self) -> bool {
        self.is_answer(500, ErrorShape::Handler)
            && self
                .message()
                .is_some_and(|message| message.as_str().starts_with(documented::UNCOMPARABLE))
    }

    /// Returns whether an equal request may succeed later, if it may be sent again at all.
    pub fn is_retryable(&self) -> bool {
        match self.cause() {
            Cause::Timeout { .. } | Cause::Connect { .. } | Cause::Transport { .. } => true,
            Cause::Proxy { fault, .. } => fault.can_heal(),
            Cause::Status(failure) => match failure.status {
                429 | 502..=504 => true,
                500 => self.operation() == Operation::Read,
                _ => false,
            },
            Cause::Redirect { .. }
            | Cause::Decode { .. }
            | Cause::NotJson { .. }
            | Cause::TooLarge { .. }
            | Cause::LongHead
            | Cause::Stopped
            | Cause::NoAuthorities { .. }
            | Cause::Setup { .. } => false,
        }
    }

    /// Returns whether any of the attempts may have carried out a change although no usable answer came.
    ///
    /// Always false for reads.
    pub fn outcome_unknown(&self) -> bool {
        self.0.outcome_unknown
    }

    fn is_answer(&self, status: u16, shape: ErrorShape) -> bool {
        self.status_failure()
            .is_some_and(|failure| failure.status == status && failure.shape == shape)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.method(), self.path(), self.cause())?;
        if self.attempts() > 1 {
            write!(f, " (after {} attempts)", self.attempts())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("operation", &self.operation())
            .field(
                "request",
                &format_args!("{} {}", self.method(), self.path()),
            )
            .field("attempts", &self.attempts())
            .field("outcome_unknown", &self.outcome_unknown())
            .field("cause", self.cause())
            .finish()
    }
}

/// Has no `source`: its text already contains the cause.
impl std::error::Error for Error {}

#[cfg(test)]
mod tests;
