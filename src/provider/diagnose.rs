//! API errors in the practitioner's words: the only place where an [`api::Error`] becomes a
//! [`Diagnostic`].
//!
//! What is said follows from the error's type and status. The portal's own words are quoted, cleaned
//! of secrets by the client, but decide only where the portal does not translate them (API §7.1, §8.3).

use crate::api::{self, Cause, ErrorShape, StatusFailure};
use crate::framework::diagnostics::Diagnostic;

/// Where to create and check keys in the portal.
const KEYS_PAGE: &str = "in the portal under Developer Tools, API keys";

/// Words a failed request. The summary names the operation, such as "Could not create the webhook".
pub(super) fn explain(summary: impl Into<String>, error: &api::Error) -> Diagnostic {
    let diagnostic = Diagnostic::error(summary, detail(error));
    match attribute_at_fault(error) {
        Some(attribute) => diagnostic.at_attribute(attribute),
        None => diagnostic,
    }
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

/// Says whether the portal can be expected to answer every other request in the same way: the fault
/// is in the configuration, not in the moment.
pub(super) fn is_definitive(error: &api::Error) -> bool {
    match error.cause() {
        Cause::Redirect { .. } | Cause::NotJson { .. } | Cause::Setup { .. } => true,
        Cause::Status(failure) => matches!(failure.status, 401..=404),
        _ => false,
    }
}

fn explanation(error: &api::Error) -> String {
    match error.cause() {
        Cause::Status(failure) => explain_status(error, failure),
        Cause::Timeout { after } => format!(
            "The portal did not answer within {} seconds. Check that it is up, or raise request_timeout.",
            after.as_secs()
        ),
        Cause::Connect { host, detail, .. } => format!(
            "No connection to the portal at {host}: {detail}. Check base_url, the network, and any proxy \
             set in HTTPS_PROXY."
        ),
        Cause::Transport { detail } => format!(
            "The connection to the portal broke before its answer was complete: {detail}."
        ),
        Cause::Redirect { status, location } => {
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
        Cause::NotJson { looks_like_html: true } => {
            "The address answered with a web page instead of the DocSpace API. Check base_url: it is probably not \
             the address of a DocSpace portal, or a proxy or login page stands before it."
                .to_owned()
        }
        Cause::Decode { .. } | Cause::NotJson { .. } | Cause::TooLarge { .. } => format!(
            "The portal's answer cannot be understood: {}. Check that base_url is the address of a DocSpace \
             portal of version 3.1 or later; if it is, please report this.",
            error.cause()
        ),
        Cause::Stopped if !error.operation().is_write() => {
            "The run was interrupted before the portal answered. Run the command again.".to_owned()
        }
        Cause::Stopped => "The request was not sent, because the run was interrupted. Run the command again.".to_owned(),
        Cause::Setup { detail } => {
            format!("The HTTP client could not be set up: {detail}. Check the system's certificates.")
        }
    }
}

fn explain_status(error: &api::Error, failure: &StatusFailure) -> String {
    let said = words(failure);
    match failure.status {
        401 => format!(
            "The portal refused the API key (401): it is wrong, expired or disabled, or its owner's account is \
             disabled. Check api_key or DOCSPACE_API_KEY against the list of keys {KEYS_PAGE}."
        ),
        402 => format!("The portal is not paid for (402){said}. Its owner must renew the subscription or the license."),
        403 if error.is_scope_refused() => {
            let (scope, what) = if error.operation().is_write() {
                ("*:write", "change")
            } else {
                ("*:read or *:write", "read")
            };
            format!(
                "The portal refused the API key's scope (403). To {what} webhooks the key needs {scope}, or no \
                 restriction at all. Create such a key {KEYS_PAGE}."
            )
        }
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
        404 => "The address answers, but not as an active DocSpace portal (404): base_url is wrong, or the portal \
                is suspended or removed. This says nothing about the webhook itself. Check base_url, and look at the \
                portal in a browser."
            .to_owned(),
        429 => format!(
            "The portal refused the request because of too many requests (429){said}. Wait a minute and run the \
             command again; other runs with the same user count too. A lower max_concurrent_writes helps."
        ),
        400 => format!("The portal refused the request (400){said}. {}", advice_on_refusal(error, failure)),
        500 if error.is_receiver_unreachable() => format!(
            "The portal could not reach your receiver: it sends a HEAD request to the uri before it stores a \
             webhook, and that request failed{said}. The portal itself must be able to connect to the uri, with a \
             valid certificate when ssl is true; this machine is not involved. Nothing was stored. Check the \
             receiver, then run the command again."
        ),
        500 if error.operation().is_write() => format!(
            "The portal failed (500){said}. It answers so mostly when it cannot reach the receiver at the uri. \
             Check the receiver; if nothing is wrong with it, look into the portal's own logs."
        ),
        status @ ..=499 => format!(
            "The request was refused with the status {status}{said}, which the portal itself does not use here: probably \
             by a proxy or firewall before it. Check base_url and what is between this machine and the portal."
        ),
        status => format!("The portal failed ({status}){said}. Try again later; its own logs say more."),
    }
}

fn advice_on_refusal(error: &api::Error, failure: &StatusFailure) -> &'static str {
    let message = failure
        .message
        .as_ref()
        .map(api::PortalMessage::as_str)
        .unwrap_or_default();
    if error.is_duplicate() {
        "Name and uri together must be unique on a portal."
    } else if message.contains("HEAD") {
        "The portal could not reach your receiver: it sends a HEAD request to the uri before it stores a \
         webhook, and expects a 2xx answer without a redirect. Make the receiver answer HEAD requests."
    } else if message.contains("blacklist") {
        "The portal refuses receivers on private or local addresses. Use a public address, or ask the operator of a \
         self-hosted portal to allow private ones (webhooks:blacklist in its configuration)."
    } else if message.starts_with("DNS resolution") {
        "The portal could not resolve the host name of the uri. Use a name that can be resolved from the portal's \
         network."
    } else if message == "Trigger is not available" {
        "The role of the API key's owner may not subscribe to one of the triggers. Use the key of an \
         administrator, or remove the trigger; the data source docspace_webhook_triggers shows what is available."
    } else {
        "Correct the configuration and run the command again."
    }
}

/// Names the attribute that a refusal is about, where the portal says so without translation.
fn attribute_at_fault(error: &api::Error) -> Option<&'static str> {
    if error.is_receiver_unreachable() {
        return Some("uri");
    }
    let failure = error
        .status_failure()
        .filter(|failure| failure.status == 400)?;
    let message = failure
        .message
        .as_ref()
        .map(api::PortalMessage::as_str)
        .unwrap_or_default();
    if message.contains("HEAD")
        || message.contains("URL") && !error.is_duplicate()
        || message.starts_with("DNS")
    {
        return Some("uri");
    }
    if message == "Trigger is not available" {
        return Some("triggers");
    }
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
