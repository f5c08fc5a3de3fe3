//! The cause of an error in a few words, for the titles of diagnostics.

use super::{Refusals, status};
use crate::api::{self, Cause, ConnectReason, ErrorShape, NotJson, ProxyFault, StatusFailure};

/// What a title says about an error.
pub(super) struct Title {
    /// The cause, and the status where there is one.
    pub(super) words: String,
    /// Whether the cause lies in what all objects share: the portal, the key, the connection. It is then explained
    /// once.
    pub(super) is_shared: bool,
}

impl Title {
    pub(super) fn of(error: &api::Error, noun: Option<&dyn Refusals>) -> Self {
        match error.cause() {
            Cause::Status(failure) => Self::of_status(error, failure, noun),
            cause => Self {
                words: words(cause),
                // Explained in one sentence, which says whether the request was sent.
                is_shared: !matches!(cause, Cause::Stopped),
            },
        }
    }

    fn of_status(error: &api::Error, failure: &StatusFailure, noun: Option<&dyn Refusals>) -> Self {
        let number = failure.status;
        let own = noun.and_then(|noun| noun.title(error));
        let words = own.unwrap_or_else(|| match number {
            401 if status::is_foreign_login(failure) => "login demanded by a gateway",
            401 => "API key refused",
            402 => "portal not paid for",
            403 if error.is_scope_refused() => "key lacks the scope",
            403 => "access refused",
            404 if failure.shape == ErrorShape::Handler => "no such object",
            404 => "not an active portal",
            429 => "too many requests",
            ..=399 => "answer not understood",
            400..=499 => "request refused",
            500 => "portal failed",
            _ => "portal unavailable",
        });
        Self {
            words: format!("{words} ({number})"),
            is_shared: status::is_shared(error, failure),
        }
    }
}

/// Names every cause except an error status.
fn words(cause: &Cause) -> String {
    let words = match cause {
        Cause::Timeout { .. } => "no answer in time",
        Cause::Connect { reason, .. } => match reason {
            ConnectReason::NameResolution => "host not found",
            ConnectReason::TimedOut => "no connection in time",
            ConnectReason::Tls(_) => "no secure connection",
            ConnectReason::Other => "no connection",
        },
        Cause::Proxy { fault, .. } => match fault {
            ProxyFault::Login { answer, .. } => return format!("proxy login refused ({answer})"),
            ProxyFault::SocksLogin { .. } => "proxy login refused",
            ProxyFault::Refused(answer) => return format!("refused by the proxy ({answer})"),
            _ => "no connection to the proxy",
        },
        Cause::NotJson {
            found: NotJson::WebPage,
        } => "answered by a web page",
        Cause::NotJson { .. } | Cause::Decode { .. } | Cause::TooLarge { .. } | Cause::LongHead => {
            "answer not understood"
        }
        Cause::Transport { .. } => "connection lost",
        Cause::Stopped => "interrupted",
        Cause::NoAuthorities { .. } => "no CA certificates",
        Cause::Setup { .. } => "no HTTP client",
        Cause::Redirect { status, .. } => return format!("redirected ({status})"),
        Cause::Status(failure) => return failure.status.to_string(),
    };
    words.to_owned()
}
