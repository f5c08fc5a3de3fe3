//! A creation whose answer was lost: was the key created? If it was, no one has its value, because the portal shows it
//! once.
//!
//! The portal has no idempotency key, so the list decides, by ids alone: a key that was not in the list read before
//! this process's first POST, has the new key's name and was created by the same person may be it. Clocks decide
//! nothing. Such a key is never deleted, because names repeat and another run may have created it and use it; the error
//! names it. If none shows up by the time the portal can no longer be working on the request, the request is sent once
//! more.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::creation::{Creation, SUMMARY};
use crate::api::keys::{CreatedKey, Key};
use crate::api::{Cause, Error, ErrorShape};
use crate::framework::diagnostics::Diagnostic;
use crate::provider::dates;

/// How long a portal may work on a creation after it was sent. It is one insert, so most of this is slack.
const WORST_CASE: Duration = Duration::from_secs(15);

/// Pauses between looks at the list grow from the first to the second.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Where a person deletes a key.
const KEYS_PAGE: &str = "in the portal under Developer Tools, API keys";

/// What the list shows of a creation.
enum Sighting {
    Absent,
    /// Keys that may be the one.
    Candidates(Vec<Key>),
    Unreadable(Error),
}

/// Finds out what became of a creation whose answer was lost, and sends it once more if it was not carried out.
pub(super) async fn resolve(
    creation: &Creation<'_>,
    error: Error,
) -> Result<CreatedKey, Diagnostic> {
    let client = &creation.portal.client;
    look_until_certain(creation, &error).await?;
    if client.stop_signal().is_cancelled() {
        let what = "The run was interrupted before it was certain that the key was not created.";
        return Err(uncertain(creation, &error, what));
    }
    let again = match creation.post(&client.again()).await {
        Ok(created) => return Ok(created),
        Err(again) => again,
    };
    if !again.outcome_unknown() {
        return Err(refused_again(creation, &again).await);
    }
    look_until_certain(creation, &again).await?;
    let what = "The request was sent twice, and the portal's list has not shown the key since.";
    Err(uncertain(creation, &again, what))
}

/// Explains a refusal, after a look at what it left behind: a portal can fail after it has stored, and a proxy can
/// replace an answer with a refusal.
pub(super) async fn refused(creation: &Creation<'_>, error: &Error) -> Diagnostic {
    if !is_clear(error)
        && let Sighting::Candidates(keys) = look(creation).await
    {
        return left_behind(creation, &keys, error);
    }
    creation.portal.explain(SUMMARY, error)
}

/// Explains what became of the second request. The first may have been carried out, whatever the answer to this one,
/// and this one may have waited for long.
async fn refused_again(creation: &Creation<'_>, error: &Error) -> Diagnostic {
    match look(creation).await {
        Sighting::Candidates(keys) => left_behind(creation, &keys, error),
        Sighting::Absent | Sighting::Unreadable(_) => {
            let what = "This concerns a second request: the answer to the first was lost, and the key may still \
            appear.";
            uncertain(creation, error, what)
        }
    }
}

/// Whether a refusal leaves no doubt that no key was created: there was no answer, or one that the portal gives before
/// it creates a key. A web page comes from a proxy.
fn is_clear(error: &Error) -> bool {
    match error.cause() {
        Cause::Status(failure) => {
            matches!(failure.status, 400 | 401 | 403 | 429) && failure.shape != ErrorShape::Html
        }
        Cause::Redirect { .. } => false,
        _ => true,
    }
}

/// Looks at the list until the key shows up or can no longer appear. An interrupt ends the waiting, but not the last
/// look.
async fn look_until_certain(creation: &Creation<'_>, error: &Error) -> Result<(), Diagnostic> {
    let since = Instant::now();
    let patience = WORST_CASE.saturating_sub(error.waited_for_answer());
    tracing::warn!(
        key_name = creation.body.name,
        longest_wait_s = patience.as_secs(),
        "The answer to a create was lost; looking for the key in the list"
    );
    let until = since + patience;
    let client = &creation.portal.client;
    let mut pause = FIRST_PAUSE;
    let sighting = loop {
        let is_last = Instant::now() >= until || client.stop_signal().is_cancelled();
        let sighting = look(creation).await;
        if is_last || matches!(sighting, Sighting::Candidates(_)) {
            break sighting;
        }
        let next = (Instant::now() + pause).min(until);
        tokio::select! {
            () = sleep_until(next) => {}
            () = client.stop_signal().cancelled() => {}
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    };
    client.waits().record(since.elapsed());
    match sighting {
        Sighting::Absent => Ok(()),
        Sighting::Candidates(keys) => Err(left_behind(creation, &keys, error)),
        Sighting::Unreadable(list_error) => {
            let what = format!(
                "Whether the key was created could not be checked: {}",
                creation.portal.wording().detail(&list_error)
            );
            Err(uncertain(creation, error, &what))
        }
    }
}

async fn look(creation: &Creation<'_>) -> Sighting {
    let session = creation.session;
    let list = match session.list.fresh().await {
        Ok(list) => list,
        Err(error) => return Sighting::Unreadable(error),
    };
    let baseline = session.list.baseline();
    let was_there = |key: &Key| {
        let before = baseline.as_ref();
        before.is_some_and(|list| list.contains(key.id)) || session.is_created(key.id)
    };
    let named = list.with_key(creation.body.name.clone());
    let mut keys: Vec<Key> = named.filter(|key| !was_there(key)).collect();
    if keys.is_empty() {
        return Sighting::Absent;
    }
    // If the caller is not known, any of them may be it.
    if let Ok(caller) = creation.portal.caller().await {
        keys.retain(|key| key.created_by.as_ref().is_none_or(|by| *by == caller.id));
    }
    if keys.is_empty() {
        Sighting::Absent
    } else {
        Sighting::Candidates(keys)
    }
}

/// Names the keys that may be the one, and what to do about them.
fn left_behind(creation: &Creation<'_>, keys: &[Key], error: &Error) -> Diagnostic {
    let portal = creation.portal;
    let name = &creation.body.name;
    let title = format!("API key \"{name}\" may exist without anyone having its value");
    let opening = portal.wording().opening(&title, error);
    let named: Vec<String> = keys
        .iter()
        .map(|key| {
            let date = dates::told(key.created_on.as_ref());
            format!(
                "{} (ending in {}, created on {})",
                key.id,
                portal.client.quote(&key.postfix),
                date.as_str().unwrap_or("?")
            )
        })
        .collect();
    let (a_key, it, its, id) = match keys {
        [key] => ("a key", "it", "its", key.id.to_string()),
        _ => ("keys", "one of them", "that one's", "ID".to_owned()),
    };
    Diagnostic::error(
        title,
        format!(
            "{opening} The portal now has {a_key} of this name and of the same user that was not there before: {}. If \
             this run created {it}, no one has {its} value, which the portal shows once, in the answer that was lost. \
             Nothing was deleted, because another run may have created {it} and use it. Check whether there was one. \
             If not, delete {it} {KEYS_PAGE}, or with `curl -X DELETE -H \"Authorization: Bearer $DOCSPACE_API_KEY\" \
             {}/api/2.0/keys/{id}`, and apply again.",
            named.join(" and "),
            portal.origin(),
        ),
    )
}

fn uncertain(creation: &Creation<'_>, error: &Error, what: &str) -> Diagnostic {
    let title = creation.portal.wording().titled(SUMMARY, error);
    let opening = creation.portal.wording().opening(&title, error);
    Diagnostic::error(
        title,
        format!(
            "{opening} {what} Look for a new key named {:?} {KEYS_PAGE}: no one would have its value, so delete it \
             there. Then apply again.",
            creation.body.name
        ),
    )
}
