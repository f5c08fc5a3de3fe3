//! What an error status means where no noun gives it a meaning of its own.

use std::time::Duration;

use super::{Refusals, connection};
use crate::api::{self, ErrorShape, Operation, StatusFailure};

/// Where to create and check keys in the portal.
const KEYS_PAGE: &str = "in the portal under Developer Tools, API keys";

/// Explains what happened and what to do next.
pub(super) fn explain(
    error: &api::Error,
    failure: &StatusFailure,
    noun: Option<&dyn Refusals>,
) -> String {
    let said = words(failure);
    let own = || noun?.explain(error, failure, &said);
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
        403 if error.is_scope_refused() => explain_scope(error, noun),
        403 if error.is_access_denied() => own().unwrap_or_else(|| format!(
            "The portal refused access (403){said}. The owner of the API key may not do this. Use the key of the portal's \
             owner or of an administrator."
        )),
        403 if failure.shape == ErrorShape::Html => "Access was refused (403) with a web page, which the portal itself \
        never sends: probably by a firewall or proxy in front of it. Ask whoever runs that."
            .to_owned(),
        403 => format!(
            "The portal refused access (403){said}. It is restricted to other IP addresses, or busy with a \
             transfer, restore or encryption. Ask its administrator."
        ),
        404 if failure.shape == ErrorShape::Handler => format!(
            "The portal has no such object (404){said}. Plan again to see what it holds now."
        ),
        404 => own().unwrap_or_else(|| format!(
            "Nothing answers at {} (404), which every portal from DocSpace 3.1 on has: base_url is wrong, the portal \
             is suspended or removed, or a proxy in front of it blocks the request. Check base_url, and what is in \
             front of the portal.",
            error.path()
        )),
        429 => own().unwrap_or_else(|| explain_throttling(error, &said)),
        400 if has_fixed_form(error) => format!(
            "The portal refused the request (400){said}. This request is the same for every configuration, and no \
             portal refuses it. Check base_url: it is probably not the address of a DocSpace portal, or there is a \
             proxy in front of it."
        ),
        400 => own().unwrap_or_else(|| format!(
            "The portal refused the request (400){said}. Correct the configuration and run the command again."
        )),
        status @ ..=399 => format!(
            "The portal answered with a success ({status}) that holds an error{said}, which no portal does. Check \
             base_url: it is probably not the address of a DocSpace portal, or there is a proxy in front of it."
        ),
        status @ ..=499 => format!(
            "The request was refused with the status {status}{said}, which the portal itself does not use here: \
             probably by a proxy or firewall in front of it. Check base_url, and what is between this machine and the \
             portal."
        ),
        status => own().unwrap_or_else(|| format!("The portal failed ({status}){said}. Try again later; its own logs say more.")),
    }
}

/// Explains which scope is missing.
fn explain_scope(error: &api::Error, noun: Option<&dyn Refusals>) -> String {
    let objects = noun.map_or("this", Refusals::objects);
    let (what, scope) = match error.operation() {
        _ if error.path().ends_with("/people/@self") => {
            ("identify its owner".to_owned(), "accounts.self:read")
        }
        Operation::Read => (
            format!("read {objects}"),
            noun.map_or("*:read or *:write", Refusals::read_scopes),
        ),
        _ => (format!("change {objects}"), "*:write"),
    };
    format!(
        "The portal refused the API key's scope (403). To {what}, the key needs {scope}, or no restriction at all. \
         Create such a key {KEYS_PAGE}."
    )
}

/// Returns whether a 401 is not the portal's, which never asks for a login and never answers with a web page.
pub(super) fn is_foreign_login(failure: &StatusFailure) -> bool {
    failure.challenge.is_some() || failure.shape == ErrorShape::Html
}

/// Returns whether a forwarding proxy probably sent this answer.
fn is_forwarded(failure: &StatusFailure) -> bool {
    failure.shape == ErrorShape::Html && failure.forwarded_by.is_some()
}

/// Returns whether an error status has nothing to do with the object that the request was about.
pub(super) fn is_shared(error: &api::Error, failure: &StatusFailure) -> bool {
    match failure.status {
        400 => has_fixed_form(error),
        404 => failure.shape != ErrorShape::Handler,
        500 => is_forwarded(failure),
        _ => true,
    }
}

/// Explains how long to wait.
fn explain_throttling(error: &api::Error, said: &str) -> String {
    let wait = error.retry_after().map_or_else(
        || "Wait a minute".to_owned(),
        |asked| format!("Wait {}, as the portal asks,", length(asked)),
    );
    format!(
        "The portal refused the request because of too many requests (429){said}. {wait} and run the command again; \
         other runs of the same user count too."
    )
}

/// Puts a length of time into words, rounded up.
fn length(time: Duration) -> String {
    match time.as_secs() {
        0..=1 => "a second".to_owned(),
        seconds @ ..120 => format!("{seconds} seconds"),
        seconds @ ..7200 => format!("{} minutes", seconds.div_ceil(60)),
        seconds => format!("{} hours", seconds.div_ceil(3600)),
    }
}

/// Returns whether a request never depends on the configuration: every read except that of the journal and that of a
/// person by address.
pub(in crate::provider) fn has_fixed_form(error: &api::Error) -> bool {
    let is_asked_with = |end| error.path().ends_with(end);
    error.operation() == Operation::Read && !is_asked_with("/log") && !is_asked_with("/email")
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
