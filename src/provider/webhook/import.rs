//! Import by id, by identity, and by `name|uri` (product §4.5).

use super::model::ID;
use super::name_conflict;
use crate::api::{PairKey, WebhookId};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::private_state::PrivateState;
use crate::framework::resource::{ImportRequest, Progress};
use crate::framework::value::{Object, normal_form};
use crate::provider::portal::LivePortal;

const SUMMARY: &str = "Could not import the webhook";

const OWN_ONLY: &str = "a key that is not an administrator's sees only its owner's webhooks.";

/// What a practitioner may write to identify a webhook.
#[derive(Debug, PartialEq, Eq)]
enum ImportId<'a> {
    Number(WebhookId),
    Pair { name: &'a str, uri: &'a str },
}

/// Takes a webhook into the state by its number; Terraform reads the rest next, from the same list.
pub(super) async fn import(
    portal: &LivePortal,
    request: ImportRequest,
    progress: &Progress,
) -> Result<(), Diagnostic> {
    let id = match &request {
        ImportRequest::Id(text) => match parse(text).ok_or_else(|| malformed(text))? {
            ImportId::Number(id) => check(portal, id).await?,
            ImportId::Pair { name, uri } => find(portal, name, uri).await?,
        },
        ImportRequest::Identity(identity) => {
            let text = identity.get(ID).as_str().unwrap_or_default();
            let id = text.parse().ok();
            check(portal, id.ok_or_else(|| malformed_identity(text))?).await?
        }
    };
    portal.webhooks().mark_managed(id);
    progress.save(
        Object::new().with(ID, id.to_string()),
        PrivateState::default(),
    );
    Ok(())
}

/// Only ASCII digits without a leading zero are a number; anything else is split at the last place where an address
/// begins.
fn parse(text: &str) -> Option<ImportId<'_>> {
    if let Ok(id) = text.parse() {
        return Some(ImportId::Number(id));
    }
    let split = ["|http://", "|https://"]
        .iter()
        .filter_map(|mark| text.rfind(mark))
        .max()?;
    let (name, rest) = text.split_at_checked(split)?;
    Some(ImportId::Pair {
        name,
        uri: rest.strip_prefix('|')?,
    })
}

/// Makes sure that a webhook exists: the following read would report a missing one as deleted.
async fn check(portal: &LivePortal, id: WebhookId) -> Result<WebhookId, Diagnostic> {
    let explain = |error| portal.explain(SUMMARY, &error);
    let snapshot = portal.webhooks().list.read().await.map_err(explain)?;
    if snapshot.webhook(id).is_some() {
        return Ok(id);
    }
    // It may have been created since the list was read.
    let confirmed = portal
        .webhooks()
        .list
        .confirm(&snapshot)
        .await
        .map_err(explain)?;
    if confirmed.webhook(id).is_some() {
        return Ok(id);
    }
    Err(Diagnostic::error(
        "No such webhook",
        format!(
            "The portal shows no webhook {id}. Check the number in the portal, and that base_url is the right portal; \
             {OWN_ONLY}"
        ),
    ))
}

/// Finds a webhook by name and uri, which are compared in the form in which Terraform keeps them: a portal and a
/// shell can have either form.
async fn find(portal: &LivePortal, name: &str, uri: &str) -> Result<WebhookId, Diagnostic> {
    let (name, uri) = (&normal_form(name), &normal_form(uri));
    let snapshot = portal
        .webhooks()
        .list
        .read()
        .await
        .map_err(|error| portal.explain(SUMMARY, &error))?;
    let matches: Vec<WebhookId> = snapshot
        .like_pair(PairKey::new(name, uri))
        .filter(|webhook| name_conflict::has_pair(webhook, name, uri))
        .map(|webhook| webhook.id)
        .collect();
    match matches.as_slice() {
        [id] => Ok(*id),
        [] => Err(Diagnostic::error(
            "No such webhook",
            format!(
                "The portal shows no webhook named {name:?} with the uri {uri:?}. Both are compared exactly. Check \
                 them in the portal, or import by the number; {OWN_ONLY}"
            ),
        )),
        several => {
            let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(Diagnostic::error(
                "Several webhooks match",
                format!(
                    "The portal has {} webhooks named {name:?} with this uri: {}. Import one of them by its number.",
                    ids.len(),
                    ids.join(", ")
                ),
            ))
        }
    }
}

fn malformed(text: &str) -> Diagnostic {
    Diagnostic::error(
        "Invalid import id",
        format!(
            "{text:?} does not identify a webhook. Expected the webhook's number, such as \"17\", or its name and uri \
             joined by a bar, such as \"CI events|https://example.com/webhook\"."
        ),
    )
}

/// An identity never changes, so it has no name and no uri.
fn malformed_identity(text: &str) -> Diagnostic {
    let fault = match text {
        "" => "The identity has no id.".to_owned(),
        text => format!("The identity's id {text:?} is not the number of a webhook."),
    };
    Diagnostic::error(
        "Invalid import identity",
        format!("{fault} Expected the webhook's number, such as \"17\"."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is_pair(text: &str, name: &str, uri: &str) {
        assert_eq!(parse(text), Some(ImportId::Pair { name, uri }));
    }

    #[test]
    fn digits_without_leading_zero_are_a_number() {
        assert_eq!(parse("17"), Some(ImportId::Number("17".parse().unwrap())));
        for text in [
            "017",
            "0",
            "+17",
            " 17",
            "\u{0661}\u{0667}",
            "2147483648",
            "",
            "name",
            "name|ftp://x",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_pair_is_split_where_the_last_address_begins() {
        is_pair(
            "CI|https://a.example.com/x",
            "CI",
            "https://a.example.com/x",
        );
        is_pair("a|b|http://x/?to=|y", "a|b", "http://x/?to=|y");
        is_pair(
            "see |http://old|https://new",
            "see |http://old",
            "https://new",
        );
        is_pair("17|https://a", "17", "https://a");
    }
}
