//! API errors in the practitioner's terms: where an [`api::Error`] becomes a [`Diagnostic`].
//!
//! The message follows from the error's type and status. Each noun explains what a status means at its own endpoints
//! ([`Refusals`]). The portal's own words are quoted, cleaned of secrets by the client, but decide only where the
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

/// What an error status means at the endpoints of a noun, where that differs from its general meaning.
pub(super) trait Refusals: fmt::Debug + Sync {
    /// Returns whether a request was one of the noun's.
    fn cover(&self, error: &api::Error) -> bool;

    /// Returns what the requests read or change, as a plural.
    fn objects(&self) -> &'static str;

    /// Returns the scopes each of which suffices to read them.
    fn read_scopes(&self) -> &'static str {
        "*:read or *:write"
    }

    /// Explains an answer. `said` quotes the portal and continues a sentence.
    fn explain(&self, error: &api::Error, failure: &StatusFailure, said: &str) -> Option<String>;

    /// Names the cause for a title, in lower case and without the status.
    fn title(&self, _error: &api::Error) -> Option<&'static str> {
        None
    }

    /// Returns the attribute that an answer is about.
    fn attribute(&self, _error: &api::Error) -> Option<&'static str> {
        None
    }
}

/// Returns whether an equal request can be expected to end in the same way: the fault lies in the configuration, not in
/// the moment. An answer that is not a portal's is such a fault.
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

/// Explains what happened and what to do next.
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
            "The address answers with a redirect ({status}) to another page of its own, usually to sign in. The API of \
             a portal never does that: base_url is probably not the address of a DocSpace portal, or there is a login \
             page or proxy in front of it. Let requests to /api/2.0 through unchanged."
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
            "The answer is compressed in a way that cannot be read: a proxy in front of the portal has probably \
             changed it. Let answers through unchanged."
                .to_owned()
        }
        Cause::NotJson { found: NotJson::WebPage } => {
            "The address answered with a web page instead of the DocSpace API. Check base_url: it is probably not the \
             address of a DocSpace portal, or there is a proxy or login page in front of it."
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
