//! API errors in the practitioner's words: the only place where an [`api::Error`] becomes a
//! [`Diagnostic`].
//!
//! What is said follows from the error's type and status. The portal's own words are quoted, cleaned
//! of secrets by the client, but decide only where the portal does not translate them (API §7.1, §8.3).

mod connection;
mod explained;
mod title;

use std::time::Duration;

pub(super) use self::explained::Explained;

use self::title::Title;
use crate::api::{self, Cause, ConnectReason, ErrorShape, NotJson, Operation, StatusFailure};

/// The end of the path of the list, and how the paths of everything about webhooks begin.
const LIST: &str = "/settings/webhook";

/// How a portal before 3.7 refuses an address of its blacklist (API §7 C).
const OUT_OF_RANGE: &str = "Value does not fall within the expected range";

/// Where to create and check keys in the portal.
const KEYS_PAGE: &str = "in the portal under Developer Tools, API keys";

/// Returns the title of an error: what failed, and why.
pub(super) fn titled(what: &str, error: &api::Error) -> String {
    format!("{what}: {}", Title::of(error).words)
}

/// Says what happened and what to do next, in full sentences.
pub(super) fn detail(error: &api::Error) -> String {
    let text = happened(error);
    match error.cause() {
        Cause::Transport { .. } => format!("{text} Run the command again."),
        _ => text,
    }
}

/// Says what happened, where the caller knows better than the error what to do next.
pub(super) fn happened(error: &api::Error) -> String {
    let mut text = explanation(error);
    if error.attempts() > 1 {
        text = format!("{text} The request was tried {} times.", error.attempts());
    }
    text
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

fn explanation(error: &api::Error) -> String {
    match error.cause() {
        Cause::Status(failure) => explain_status(error, failure),
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
            "The answer is compressed, although that was not asked for: a proxy before the portal probably does it. Have \
             it pass answers on unchanged."
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

fn explain_status(error: &api::Error, failure: &StatusFailure) -> String {
    let said = words(failure);
    match failure.status {
        401 if is_foreign_login(failure) => {
            connection::explain_foreign_login(failure)
        }
        403 | 500 | 502..=504 if is_forwarded(failure) => {
            connection::explain_forwarding(failure)
        }
        401 => format!(
            "The portal refused the API key (401): it is wrong, expired or disabled, or its owner's account is \
             disabled. Check api_key or DOCSPACE_API_KEY against the list of keys {KEYS_PAGE}."
        ),
        402 => format!("The portal is not paid for (402){said}. Its owner must renew the subscription or the license."),
        403 if error.is_scope_refused() => {
            let (what, scope) = match error.operation() {
                _ if error.path().ends_with("/people/@self") => {
                    ("tell whose it is", "accounts.self:read")
                }
                Operation::Read if concerns_webhooks(error) => ("read webhooks", "*:read or *:write"),
                Operation::Read => ("read this", "*:read or *:write"),
                _ if concerns_webhooks(error) => ("change webhooks", "*:write"),
                _ => ("change this", "*:write"),
            };
            format!(
                "The portal refused the API key's scope (403). To {what} the key needs {scope}, or no restriction at \
                 all. Create such a key {KEYS_PAGE}."
            )
        }
        403 if error.is_access_denied() && !concerns_webhooks(error) => format!(
            "The portal refused access (403){said}. The owner of the API key may not do this. Use the key of the portal's \
             owner or of an administrator."
        ),
        403 if error.is_access_denied() => format!(
            "The portal refused access (403){said}. Guests may not use webhooks; users and room administrators \
             may use only webhooks that they created, and none while developer tools are limited to \
             administrators. Use the key of a portal administrator, or of the webhook's creator."
        ),
        403 if failure.shape == ErrorShape::Html => "Access was refused (403) with a web page, which the portal itself \
            never answers with: probably by a firewall or proxy before it. Ask who runs it."
            .to_owned(),
        403 => format!(
            "The portal refused access (403){said}. It is restricted to other IP addresses, or busy with a \
             transfer, restore or encryption. Ask its administrator."
        ),
        404 if failure.shape == ErrorShape::Handler => format!(
            "The portal has no such object (404){said}. Plan again to see what it holds now."
        ),
        404 if !concerns_webhooks(error) || has_fixed_form(error) && !error.path().ends_with(LIST) => format!(
            "Nothing answers at {} (404), which every portal from DocSpace 3.1 on has: base_url is wrong, the portal is \
             suspended or removed, or a proxy before it keeps the request back. Check base_url, and what stands before the \
             portal.",
            error.path()
        ),
        404 => "The address answers, but not as an active DocSpace portal (404): base_url is wrong, or the portal \
                is suspended or removed. This says nothing about the webhook itself. Check base_url, and look at the \
                portal in a browser."
            .to_owned(),
        429 => explain_throttling(error, &said),
        400 if has_fixed_form(error) => format!(
            "The portal refused the request (400){said}. It is the same for every configuration and no portal refuses it. \
             Check base_url: it is probably not the address of a DocSpace portal, or a proxy stands before it."
        ),
        400 => format!("The portal refused the request (400){said}. {}", Refusal::of(error, failure).advice()),
        status @ ..=399 => format!(
            "The portal answered with a success ({status}) that holds an error{said}, which no portal does. Check base_url: \
             it is probably not the address of a DocSpace portal, or a proxy stands before it."
        ),
        status @ ..=499 => format!(
            "The request was refused with the status {status}{said}, which the portal itself does not use here: probably \
             by a proxy or firewall before it. Check base_url and what is between this machine and the portal."
        ),
        status => explain_failure(error, status, &said),
    }
}

/// Says whether a 401 is not the portal's: it asks for no login, and answers with no web page.
fn is_foreign_login(failure: &StatusFailure) -> bool {
    failure.challenge.is_some() || failure.shape == ErrorShape::Html
}

/// Says whether a proxy that passes requests on has probably made this answer.
fn is_forwarded(failure: &StatusFailure) -> bool {
    failure.shape == ErrorShape::Html && failure.forwarded_by.is_some()
}

/// Says whether an error status has nothing to do with the object that the request was about.
fn is_shared(error: &api::Error, failure: &StatusFailure) -> bool {
    match failure.status {
        400 => has_fixed_form(error),
        404 => failure.shape != ErrorShape::Handler,
        500 => is_forwarded(failure),
        _ => true,
    }
}

/// Begins a sentence with a text that continues one.
fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// Says what a portal can mean by a status of 500 and more.
fn explain_failure(error: &api::Error, status: u16, said: &str) -> String {
    match status {
        500 if error.operation() == Operation::Remove && concerns_webhooks(error) => format!(
            "The portal failed to delete (500){said}. A portal on PostgreSQL can fail so while its delivery journal has \
             entries of the webhook: then only its operator can remove it, and enabled = false silences it. Otherwise \
             the portal's own logs say more."
        ),
        500 if error.is_receiver_unreachable() => format!(
            "The portal could not reach your receiver: it sends a HEAD request to the uri before it stores a \
             webhook, and that request failed{said}. The portal itself must be able to connect to the uri, with a \
             valid certificate when ssl is true; this machine is not involved. Check the receiver, then run the \
             command again."
        ),
        500 if error.is_uncomparable() => format!(
            "The portal's database cannot hold a character of the name or of the uri (500){said}. It is MySQL, which keeps \
             only the basic multilingual plane there: no emoji, for example. Remove characters outside of it, most often \
             from the name."
        ),
        500 if probes(error) => format!(
            "The portal failed (500){said}. It answers so mostly when it cannot reach the receiver at the uri. \
             Check the receiver; if nothing is wrong with it, look into the portal's own logs."
        ),
        status if error.operation() == Operation::RetryDelivery => {
            format!("The portal failed ({status}){said}. Its own logs say more.")
        }
        status => {
            format!("The portal failed ({status}){said}. Try again later; its own logs say more.")
        }
    }
}

/// Says how long to wait.
fn explain_throttling(error: &api::Error, said: &str) -> String {
    let wait = error.retry_after().map_or_else(
        || "Wait a minute".to_owned(),
        |asked| format!("Wait {}, as the portal asks,", length(asked)),
    );
    format!(
        "The portal refused the request because of too many requests (429){said}. {wait} and run the command again; other \
         runs with the same user count too."
    )
}

/// Words a length of time, rounded up.
fn length(time: Duration) -> String {
    match time.as_secs() {
        0..=1 => "a second".to_owned(),
        seconds @ ..120 => format!("{seconds} seconds"),
        seconds @ ..7200 => format!("{} minutes", seconds.div_ceil(60)),
        seconds => format!("{} hours", seconds.div_ceil(3600)),
    }
}

/// Says whether a request never depends on the configuration: every read but that of the journal.
fn has_fixed_form(error: &api::Error) -> bool {
    error.operation() == Operation::Read && !error.path().ends_with("/log")
}

/// Says whether a request is about webhooks, whose rules are not those of everything else.
fn concerns_webhooks(error: &api::Error) -> bool {
    error.path().contains(LIST)
}

/// Says whether the portal probes the receiver before it carries a request out (API §7 D). Switching off,
/// which is all that the provider asks of `enable`, does without.
fn probes(error: &api::Error) -> bool {
    match error.operation() {
        _ if !concerns_webhooks(error) => false,
        Operation::Create => true,
        Operation::Replace => !error.path().ends_with("/enable"),
        Operation::Read | Operation::Remove | Operation::RetryDelivery => false,
    }
}

/// What a 400 of an endpoint is about (API §8.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Duplicate,
    Trigger,
    Probe,
    Blacklist,
    Resolution,
    Address,
    Secret,
    /// Only the probe and the password policy are told in the language of the portal's users (API §8.2).
    Translated,
    Other,
}

impl Refusal {
    fn of(error: &api::Error, failure: &StatusFailure) -> Self {
        let message = failure
            .message
            .as_ref()
            .map(api::PortalMessage::as_str)
            .unwrap_or_default();
        if error.is_duplicate() {
            Self::Duplicate
        } else if !probes(error) {
            Self::Other
        } else if message == "Trigger is not available" {
            Self::Trigger
        } else if message.contains("HEAD") {
            Self::Probe
        } else if message.contains("blacklist") || message.starts_with(OUT_OF_RANGE) {
            Self::Blacklist
        } else if message.starts_with("DNS resolution") {
            Self::Resolution
        } else if message.starts_with("URL is null")
            || message.starts_with("Invalid URL")
            || message == "HTTPS is required"
        {
            // These are never translated (API §7.1); what else speaks of a URL may be the probe.
            Self::Address
        } else if message.starts_with("Password") {
            Self::Secret
        } else if failure.shape == ErrorShape::Handler && !message.is_empty() {
            Self::Translated
        } else {
            Self::Other
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::Duplicate => "Name and uri together must be unique on a portal.",
            Self::Trigger => {
                "The role of the API key's owner may not subscribe to one of the triggers. Use the key of an \
                 administrator, or remove the trigger; the data source docspace_webhook_triggers shows what is available."
            }
            Self::Probe => {
                "The portal could not reach your receiver: it sends a HEAD request to the uri before it stores a \
                 webhook, and expects a 2xx answer without a redirect. Make the receiver answer HEAD requests."
            }
            Self::Blacklist => {
                "The portal refuses receivers on private or local addresses. Use a public address, or ask the operator \
                 of a self-hosted portal to allow private ones (webhooks:blacklist in its configuration)."
            }
            Self::Resolution => {
                "The portal could not resolve the host name of the uri. Use a name that can be resolved from the \
                 portal's network."
            }
            Self::Address => "Correct the uri.",
            Self::Secret => {
                "The secret does not satisfy the portal's password policy, which may have changed since the plan. \
                 Choose another secret."
            }
            Self::Translated => {
                "A portal says two things in the language of its users. Most often it could not reach your receiver: \
                 it sends a HEAD request to the uri before it stores a webhook, and expects a 2xx answer without a \
                 redirect. Or the secret does not satisfy its password policy. Check the receiver first, then the \
                 secret."
            }
            Self::Other => "Correct the configuration and run the command again.",
        }
    }

    fn attribute(self) -> Option<&'static str> {
        match self {
            Self::Probe | Self::Blacklist | Self::Resolution | Self::Address | Self::Translated => {
                Some("uri")
            }
            Self::Trigger => Some("triggers"),
            Self::Duplicate | Self::Secret | Self::Other => None,
        }
    }
}

/// Names the attribute that a refusal is about.
fn attribute_at_fault(error: &api::Error) -> Option<&'static str> {
    if error.is_receiver_unreachable() {
        return Some("uri");
    }
    if error.is_uncomparable() {
        return Some("name");
    }
    let failure = error
        .status_failure()
        .filter(|failure| failure.status == 400)?;
    let refused = Refusal::of(error, failure).attribute();
    refused.or_else(|| field_at_fault(failure))
}

/// Names the attribute of the one field that the schema validation refused.
fn field_at_fault(failure: &StatusFailure) -> Option<&'static str> {
    let mut fields = failure.validation.keys();
    let field = fields.next().filter(|_| fields.next().is_none())?;
    match field.trim_start_matches("$.").to_ascii_lowercase().as_str() {
        "name" => Some("name"),
        "uri" => Some("uri"),
        "triggers" => Some("triggers"),
        "targetid" => Some("target_id"),
        "enabled" => Some("enabled"),
        "ssl" => Some("ssl"),
        _ => None,
    }
}

/// Quotes what the portal said, if anything, as the continuation of a sentence.
fn words(failure: &StatusFailure) -> String {
    let mut said: Vec<String> = failure.message.iter().map(ToString::to_string).collect();
    for (field, messages) in &failure.validation {
        said.extend(messages.iter().map(|message| format!("{field}: {message}")));
    }
    if said.is_empty() {
        return String::new();
    }
    let said: Vec<&str> = said.iter().map(|text| text.trim_end_matches('.')).collect();
    format!(", saying: \"{}\"", said.join("; "))
}

#[cfg(test)]
mod tests;
