//! API errors in the practitioner's words: where an [`api::Error`] becomes a [`Diagnostic`].
//!
//! What is said follows from the error's type and status. What an endpoint of a noun means by a status is that noun's to
//! say ([`Refusals`]). The portal's own words are quoted, cleaned of secrets by the client, but decide only where the
//! portal does not translate them (API §7.1, §8.3).
//!
//! [`Diagnostic`]: crate::framework::diagnostics::Diagnostic

mod connection;
mod status;
#[cfg(test)]
pub(super) mod testing;
mod title;
mod wording;

use std::fmt;

pub(super) use self::status::has_fixed_form;
pub(super) use self::wording::Wording;

use crate::api::{self, Cause, ConnectReason, NotJson, StatusFailure};

/// What the endpoints of a noun mean by an error status, where that is not what it means everywhere.
pub(super) trait Refusals: fmt::Debug + Sync {
    /// Returns whether a request was one of the noun's.
    fn cover(&self, error: &api::Error) -> bool;

    /// Returns what the requests read or change, in the plural.
    fn objects(&self) -> &'static str;

    /// Returns the scopes that each suffice to read them.
    fn read_scopes(&self) -> &'static str {
        "*:read or *:write"
    }

    /// Words an answer. `said` quotes the portal and continues a sentence.
    fn explain(&self, error: &api::Error, failure: &StatusFailure, said: &str) -> Option<String>;

    /// Words the cause for a title, in lower case and without the status.
    fn title(&self, _error: &api::Error) -> Option<&'static str> {
        None
    }

    /// Names the attribute that an answer is about.
    fn attribute(&self, _error: &api::Error) -> Option<&'static str> {
        None
    }
}

/// Says whether an equal request can be expected to end in the same way: the fault is in the
/// configuration, not in the moment. An answer that came and is not a portal's is such a fault.
pub(super) fn is_definitive(error: &api::Error) -> bool {
    match error.cause() {
        Cause::Redirect { .. }
        | Cause::NotJson { .. }
        | Cause::Decode { .. }
        | Cause::TooLarge { .. }
        | Cause::LongHead
        | Cause::Connect {
            reason: ConnectReason::Tls(_),
            ..
        }
        | Cause::NoAuthorities { .. }
        | Cause::Setup { .. } => true,
        Cause::Proxy { fault, .. } => !fault.can_heal(),
        Cause::Status(failure) => {
            failure.status < 500 && !matches!(failure.status, 408 | 425 | 429)
        }
        Cause::Timeout { .. }
        | Cause::Connect { .. }
        | Cause::Transport { .. }
        | Cause::Stopped => false,
    }
}

/// Says what happened and what to do next.
fn explanation(error: &api::Error, noun: Option<&dyn Refusals>) -> String {
    match error.cause() {
        Cause::Status(failure) => status::explain(error, failure, noun),
        Cause::Timeout { after } => format!(
            "The portal did not answer within {} seconds. Check that it is up, or raise request_timeout.",
            after.as_secs()
        ),
        Cause::Connect { host, detail, reason, through } => {
            connection::explain_portal(host, detail, *reason, through.as_ref())
        }
        Cause::Proxy { proxy, fault } => connection::explain_proxy(proxy, fault),
        Cause::NoAuthorities { detail, variables } => {
            connection::explain_no_authorities(detail, variables)
        }
        Cause::Transport { detail } => format!(
            "The connection to the portal broke before its answer was complete: {detail}."
        ),
        Cause::Redirect { status, is_inside: true, .. } => format!(
            "The address answers with a redirect ({status}) to another page of its own, most often to sign in. The API \
             of a portal never does that: base_url is probably not the address of a DocSpace portal, or a login page or \
             proxy stands before it. Let requests to /api/2.0 through unchanged."
        ),
        Cause::Redirect { status, location, .. } => {
            let target = location.as_deref().map(|to| format!(" to {to}")).unwrap_or_default();
            let advice = location.as_deref().map_or_else(
                || "Set base_url to the portal's final address.".to_owned(),
                |to| format!("If that is the portal, set base_url = \"{to}\"."),
            );
            format!(
                "The address answers with a redirect ({status}){target}. Redirects are never followed, because \
                 a redirected request would change its meaning and could carry the API key elsewhere. {advice}"
            )
        }
        Cause::NotJson { found: NotJson::Compressed } => {
            "The answer is compressed in a way that cannot be read: a proxy before the portal has probably changed it. Have it \
             pass answers on unchanged."
                .to_owned()
        }
        Cause::NotJson { found: NotJson::WebPage } => {
            "The address answered with a web page instead of the DocSpace API. Check base_url: it is probably not \
             the address of a DocSpace portal, or a proxy or login page stands before it."
                .to_owned()
        }
        Cause::NotJson { found: NotJson::Other } => not_understood("it is not JSON"),
        Cause::Decode { .. } | Cause::TooLarge { .. } | Cause::LongHead => not_understood(&error.cause().to_string()),
        Cause::Stopped if !error.operation().is_write() => {
            "The run was interrupted before the portal answered. Run the command again.".to_owned()
        }
        Cause::Stopped => "The request was not sent, because the run was interrupted. Run the command again.".to_owned(),
        Cause::Setup { detail } => {
            format!("The HTTP client could not be set up: {detail}. Please report this.")
        }
    }
}

fn not_understood(fault: &str) -> String {
    format!(
        "The portal's answer cannot be understood: {fault}. Check that base_url is the address of a DocSpace portal of \
         version 3.1 or later; if it is, please report this."
    )
}

#[cfg(test)]
mod tests;
