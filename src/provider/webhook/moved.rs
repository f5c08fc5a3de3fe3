//! Taking over webhooks from the generic REST providers that people use today (product §4.5).
//!
//! Sources match on namespace and type, with any registry's host. OpenTofu up to 1.11.11 and 1.12.3 names only the
//! provider, and when instances move one by one, all requests but the first name this provider with the source's type:
//! the CLI keeps one provider for each resource (TPP §8.7). Because these providers are generic, the path must say that
//! the object is a webhook, and the id must be a positive integer. The secret is never taken over. The source's name
//! and uri are recorded, and the first read compares them, so that a number of another portal is not adopted by
//! mistake.

use serde_json::Value as Json;

use super::model::{ID, NAME, URI};
use super::private::WebhookPrivate;
use super::provenance::MovedFrom;
use crate::api::WebhookId;
use crate::framework::diagnostics::Diagnostic;
use crate::framework::private_state::PrivateState;
use crate::framework::resource::{MoveRequest, Progress};
use crate::framework::value::Object;

/// The sources that can be taken over: namespace and name of the provider, and type, in lower case.
const SOURCES: [(&str, &str, &str); 2] = [
    ("mastercard", "restapi", "restapi_object"),
    ("magodo", "restful", "restful_resource"),
];

/// The name of this provider in any of its addresses.
const OWN: &str = "docspace";

/// The end of the path of the webhook API.
const PATH: &str = "/settings/webhook";

/// Takes over the state of another provider's resource.
pub(super) fn move_state(request: &MoveRequest, progress: &Progress) -> Result<(), Diagnostic> {
    let is_known = is_source(&request.source_provider, &request.source_type);
    let refused = |reason: &str| refused(&request.source_type, reason);
    if !is_known {
        return Err(refused(&format!(
            "{} of {} is not supported; a moved block can take over restapi_object of Mastercard/restapi and \
             restful_resource of magodo/restful",
            request.source_type, request.source_provider
        )));
    }
    let state = &request.source_state;
    if !has_webhook_path(state) {
        return Err(refused(&format!(
            "its path does not end in {PATH}, so it is not a webhook of DocSpace"
        )));
    }
    let Some(id) = find_id(state) else {
        return Err(refused(
            "its state has no positive whole number that could be the webhook's id",
        ));
    };
    let described = described(state);
    let text = |name: &str| {
        described
            .iter()
            .find_map(|body| member(body, name)?.as_str().map(str::to_owned))
    };
    let moved_from = MovedFrom {
        name: text("name"),
        uri: text("uri"),
    };
    let state = Object::new()
        .with(ID, id.to_string())
        .with(NAME, moved_from.name.clone())
        .with(URI, moved_from.uri.clone());
    let private = WebhookPrivate {
        moved_from: Some(moved_from),
        ..WebhookPrivate::default()
    };
    progress.save(state, PrivateState::encode(&private));
    Ok(())
}

/// Returns whether this type of this provider can be taken over.
fn is_source(provider: &str, source_type: &str) -> bool {
    let provider = provider.to_ascii_lowercase();
    let source_type = source_type.to_ascii_lowercase();
    let mut parts = provider.rsplit('/');
    let (name, namespace) = (parts.next(), parts.next());
    SOURCES
        .iter()
        .filter(|(_, _, known)| *known == source_type)
        .any(|(its_namespace, its_name, _)| {
            name == Some(OWN)
                || name == Some(its_name)
                    && namespace.is_none_or(|namespace| namespace == *its_namespace)
        })
}

/// Returns whether one of the paths in a state is that of the webhook API, with or without an id.
fn has_webhook_path(state: &Json) -> bool {
    ["path", "id", "create_path", "read_path"]
        .iter()
        .filter_map(|name| state.get(name)?.as_str())
        .any(|path| webhook_path(path).is_some())
}

/// Returns what follows the path of the webhook API: nothing, or an id.
fn webhook_path(path: &str) -> Option<String> {
    let path = path
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .trim_end_matches('/');
    // restful takes a path relative to its base address, with or without a slash before it.
    let path = format!("/{path}");
    let (_, rest) = path.rsplit_once(PATH)?;
    match rest.strip_prefix('/') {
        Some(id) if !id.contains('/') => Some(id.to_owned()),
        None if rest.is_empty() => Some(String::new()),
        _ => None,
    }
}

/// Finds the id: in a path, in the state's own id, or in the stored answer of the portal.
fn find_id(state: &Json) -> Option<WebhookId> {
    let in_path = ["id", "path", "read_path"]
        .iter()
        .filter_map(|name| webhook_path(state.get(name)?.as_str()?))
        .find_map(|id| id.parse().ok());
    let own = || {
        state
            .get("id")
            .and_then(Json::as_str)
            .and_then(|id| id.parse().ok())
    };
    let answered = || {
        described(state)
            .iter()
            .find_map(|body| number(member(body, "id")?))
    };
    in_path.or_else(own).or_else(answered)
}

fn number(json: &Json) -> Option<WebhookId> {
    match json {
        Json::Number(number) => number.to_string().parse().ok(),
        Json::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Returns everything in a state that describes the webhook: the stored answers first, because the portal's answer
/// counts more than what was sent.
fn described(state: &Json) -> Vec<Json> {
    [
        "output",
        "sensitive_output",
        "api_response",
        "create_response",
        "api_data",
        "body",
        "data",
    ]
    .iter()
    .filter_map(|name| state.get(name).cloned())
    .filter_map(|json| match json {
        // A body as text.
        Json::String(text) => serde_json::from_str(&text).ok(),
        other => Some(other),
    })
    .map(unwrap)
    .filter(Json::is_object)
    .collect()
}

/// Takes a value out of Terraform's dynamic wrapper and the portal's envelope.
fn unwrap(mut json: Json) -> Json {
    for wrapper in ["value", "response", "configs"] {
        if let Some(inner) = json.get_mut(wrapper).filter(|inner| inner.is_object()) {
            json = inner.take();
        }
    }
    json
}

/// Finds a member whatever the case of its name, as the portal does (API §2.2).
fn member<'a>(body: &'a Json, name: &str) -> Option<&'a Json> {
    let found = body
        .as_object()?
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value)
}

fn refused(source_type: &str, reason: &str) -> Diagnostic {
    Diagnostic::error(
        "This object cannot be moved to docspace_webhook",
        format!(
            "The source cannot be taken over: {reason}. To adopt the webhook without destroying it, replace the moved \
             block with these two, with the names of your resources and the webhook's number in the portal:\n\n\
             removed {{\n  from = {source_type}.example\n  lifecycle {{\n    destroy = false\n  }}\n}}\n\n\
             import {{\n  to = docspace_webhook.example\n  id = \"17\"\n}}"
        ),
    )
}

#[cfg(test)]
mod tests;
