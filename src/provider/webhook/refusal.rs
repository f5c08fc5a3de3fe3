//! What the portal means by an error status at the endpoints of webhooks.

use crate::api::{self, ErrorShape, Operation, StatusFailure};
use crate::provider::diagnose::{Refusals, has_fixed_form};

/// The end of the list's path, and the beginning of every path about webhooks.
const LIST: &str = "/settings/webhook";

/// How a portal before 3.7 refuses an address of its blacklist (API §7 C).
const OUT_OF_RANGE: &str = "Value does not fall within the expected range";

/// The answers to requests about webhooks.
#[derive(Debug)]
pub(super) struct WebhookRefusals;

impl Refusals for WebhookRefusals {
    fn cover(&self, error: &api::Error) -> bool {
        error.path().contains(LIST)
    }

    fn objects(&self) -> &'static str {
        "webhooks"
    }

    fn explain(&self, error: &api::Error, failure: &StatusFailure, said: &str) -> Option<String> {
        match failure.status {
            400 => Some(format!(
                "The portal refused the request (400){said}. {}",
                Refusal::of(error, failure).advice()
            )),
            403 => Some(format!(
                "The portal refused access (403){said}. Guests may not use webhooks; users and room administrators \
                 may use only webhooks that they created, and none while developer tools are limited to \
                 administrators. Use the key of a portal administrator, or of the webhook's creator."
            )),
            404 if !has_fixed_form(error) || error.path().ends_with(LIST) => Some(
                "The address answers, but not as an active DocSpace portal (404): base_url is wrong, or the portal \
                 is suspended or removed. This says nothing about the webhook itself. Check base_url, and look at the \
                 portal in a browser."
                    .to_owned(),
            ),
            status @ 500.. => explain_failure(error, status, said),
            _ => None,
        }
    }

    fn title(&self, error: &api::Error) -> Option<&'static str> {
        error
            .is_receiver_unreachable()
            .then_some("receiver not reached")
    }

    fn attribute(&self, error: &api::Error) -> Option<&'static str> {
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
}

/// Explains what a portal can mean by a status of 500 or more.
fn explain_failure(error: &api::Error, status: u16, said: &str) -> Option<String> {
    let text = match status {
        500 if error.operation() == Operation::Remove => format!(
            "The portal failed to delete the webhook (500){said}. A portal on PostgreSQL can fail like this while its \
             delivery journal has entries for the webhook: then only the portal's operator can remove it, but enabled = \
             false silences it. Otherwise, the portal's own logs say more."
        ),
        500 if error.is_receiver_unreachable() => format!(
            "The portal could not reach your receiver: it sends a HEAD request to the uri before it stores a \
             webhook, and that request failed{said}. The portal itself must be able to connect to the uri, with a \
             valid certificate when ssl is true; this machine is not involved. Check the receiver, then run the \
             command again."
        ),
        500 if error.is_uncomparable() => format!(
            "The portal's database cannot store a character of the name or of the uri (500){said}. It is MySQL, which \
             stores only the basic multilingual plane there: no emoji, for example. Remove such characters, usually \
             from the name."
        ),
        500 if probes(error) => format!(
            "The portal failed (500){said}. Usually, this means that it cannot reach the receiver at the uri. Check \
             the receiver; if it works, the portal's own logs say more."
        ),
        status if error.operation() == Operation::RetryDelivery => {
            format!("The portal failed ({status}){said}. Its own logs say more.")
        }
        _ => return None,
    };
    Some(text)
}

/// Returns whether the portal probes the receiver before it carries out a request (API §7 D). Switching off, the only
/// use that the provider makes of `enable`, needs no probe.
fn probes(error: &api::Error) -> bool {
    match error.operation() {
        Operation::Create => true,
        Operation::Replace => !error.path().ends_with("/enable"),
        Operation::Read | Operation::Remove | Operation::CreateKey | Operation::RetryDelivery => {
            false
        }
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
    /// Only the probe and the password policy are reported in the language of the portal's users (API §8.2).
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
            // These are never translated (API §7.1); any other text about a URL may be the probe's.
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
                "The role of the API key's owner does not allow one of the triggers. Use the key of an administrator, \
                 or remove the trigger; the data source docspace_webhook_triggers shows what is available."
            }
            Self::Probe => {
                "Your receiver answered, but not with a 2xx status: the portal sends a HEAD request to the uri before \
                 it stores a webhook, and does not say what came back. Typical are 405 if the receiver accepts only \
                 POST (as with Flask or FastAPI), 404 if no route accepts HEAD (as with Express) or the path is wrong, \
                 and a redirect if the uri has http instead of https or lacks its trailing slash. `curl -I` with the \
                 uri shows which. Make the receiver answer HEAD requests with 200."
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
                "A portal words only two refusals in the language of its users. Usually, your receiver did not answer \
                 with a 2xx status: the portal sends a HEAD request to the uri before it stores a webhook, and many \
                 receivers answer it with 405, 404 or a redirect. Otherwise, the secret does not satisfy the portal's \
                 password policy. Check the receiver first, with `curl -I` and the uri, then the secret."
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

/// Returns the attribute of the one field that the portal's schema validation refused.
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

#[cfg(test)]
mod tests;
