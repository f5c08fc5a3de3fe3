//! A create whose answer was lost: was the webhook made, and is it ours? (product §4.3)
//!
//! The portal has no idempotency key, so the list decides. A webhook is ours when all of this holds:
//! its name and uri were not in the list taken before this process's first POST, its id is greater
//! than every id in that list, our user created it, and every field is as sent. Without that earlier
//! list, nothing is adopted.
//!
//! Absence counts only once the portal cannot be working on the request any more. Then the request is
//! sent once more, and if the portal says that the webhook exists, the list is looked at again.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::clash;
use super::create::{Creation, SUMMARY};
use crate::api::{Cause, CreatedWebhook, Error, Snapshot, Webhook, WebhookId};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::resource::Progress;
use crate::provider::diagnose;

/// The pauses between looks at the list grow from the first to the second.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The webhook that a creation led to.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) id: WebhookId,
    pub(super) created_by: Option<String>,
    /// Whether the portal's answer shows something else than was sent.
    pub(super) is_different: bool,
}

impl Found {
    /// Takes it from the portal's answer.
    pub(super) fn created(created: &CreatedWebhook, creation: &Creation<'_>) -> Self {
        let matches = |webhook| creation.model.matches(creation.triggers, webhook);
        Self {
            id: created.id,
            created_by: created.created_by.as_ref().map(ToString::to_string),
            is_different: created
                .webhook
                .as_ref()
                .is_some_and(|webhook| !matches(webhook)),
        }
    }

    fn adopted(webhook: &Webhook) -> Self {
        Self {
            id: webhook.id,
            created_by: webhook.created_by.as_ref().map(ToString::to_string),
            is_different: false,
        }
    }
}

/// What the list shows of a creation.
#[derive(Debug)]
enum Sighting {
    Ours(Found),
    /// A webhook with this name and uri of which it cannot be said that it is ours, and why not.
    Doubtful(WebhookId, &'static str),
    Absent,
    Unreadable(Error),
}

/// Finds out what became of a create whose answer was lost.
pub(super) async fn resolve(
    creation: &Creation<'_>,
    error: &Error,
    progress: &Progress,
) -> Result<Found, Diagnostic> {
    tracing::warn!(
        webhook_name = creation.model.name,
        "The answer to a create was lost; looking for the webhook in the list"
    );
    match watch(creation, possible_until(creation, error)).await {
        Sighting::Ours(found) => return Ok(adopt(creation, found, progress)),
        Sighting::Doubtful(id, reason) => return Err(doubtful(creation, id, reason, error)),
        Sighting::Unreadable(list_error) => return Err(unreadable(creation, error, &list_error)),
        Sighting::Absent if creation.portal.client.stop_signal().is_cancelled() => {
            return Err(interrupted(creation, error));
        }
        Sighting::Absent => {}
    }
    match creation.post().await {
        Ok(created) => Ok(Found::created(&created, creation)),
        Err(again) if again.outcome_unknown() || again.is_duplicate() => {
            match watch(creation, possible_until(creation, &again)).await {
                Sighting::Ours(found) => Ok(adopt(creation, found, progress)),
                Sighting::Doubtful(id, reason) => Err(doubtful(creation, id, reason, &again)),
                Sighting::Unreadable(list_error) => Err(unreadable(creation, &again, &list_error)),
                Sighting::Absent if again.is_duplicate() => Err(creation.refused(&again).await),
                Sighting::Absent => Err(given_up(creation, &again)),
            }
        }
        Err(again) => Err(creation.refused(&again).await),
    }
}

/// Returns until when the portal may still carry out a request that ended with an error now.
fn possible_until(creation: &Creation<'_>, error: &Error) -> Instant {
    let now = Instant::now();
    let already_passed = match error.cause() {
        Cause::Timeout { after } => *after,
        _ => Duration::ZERO,
    };
    if error.is_duplicate() {
        return now;
    }
    now + creation.portal.worst_case().saturating_sub(already_passed)
}

/// Looks at the list until the webhook shows up or cannot come any more. An interrupt ends the
/// waiting; the last look is taken all the same.
async fn watch(creation: &Creation<'_>, until: Instant) -> Sighting {
    let mut pause = FIRST_PAUSE;
    loop {
        let is_last =
            Instant::now() >= until || creation.portal.client.stop_signal().is_cancelled();
        let sighting = look(creation).await;
        if is_last || matches!(sighting, Sighting::Ours(_) | Sighting::Doubtful(..)) {
            return sighting;
        }
        let next = (Instant::now() + pause).min(until);
        tokio::select! {
            () = sleep_until(next) => {}
            () = creation.portal.client.stop_signal().cancelled() => {}
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn look(creation: &Creation<'_>) -> Sighting {
    let portal = creation.portal;
    let snapshot = match portal.list.fresh().await {
        Ok(snapshot) => snapshot,
        Err(error) => return Sighting::Unreadable(error),
    };
    let (name, uri) = (&creation.model.name, &creation.model.uri);
    // What Terraform manages already is another resource's, or the predecessor of this one.
    let candidates: Vec<&Webhook> = snapshot
        .with_pair(name, uri)
        .filter(|webhook| !portal.is_managed(webhook.id))
        .collect();
    let Some(newest) = candidates.last() else {
        return Sighting::Absent;
    };
    let caller = match portal.caller().await {
        Ok(caller) => caller,
        Err(_unreadable) => {
            return Sighting::Doubtful(newest.id, "the API key's owner could not be read");
        }
    };
    let reason = match portal.list.baseline() {
        None => Some("the list could not be read before the webhook was to be created"),
        Some(baseline) => doubt(creation, &baseline, newest, caller.id.as_str()),
    };
    match reason {
        _ if candidates.len() > 1 => {
            Sighting::Doubtful(newest.id, "several webhooks have this name and uri")
        }
        Some(reason) => Sighting::Doubtful(newest.id, reason),
        None if portal.claim(newest.id) => Sighting::Ours(Found::adopted(newest)),
        None => Sighting::Doubtful(newest.id, "another resource of this run has taken it"),
    }
}

/// Says why a webhook may not be the one that this creation made.
fn doubt(
    creation: &Creation<'_>,
    baseline: &Snapshot,
    webhook: &Webhook,
    caller: &str,
) -> Option<&'static str> {
    let was_there = baseline
        .with_pair(&webhook.name, &webhook.uri)
        .next()
        .is_some()
        || baseline.max_id().is_some_and(|max| webhook.id <= max);
    if was_there {
        Some("it was there before")
    } else if webhook
        .created_by
        .as_ref()
        .is_none_or(|creator| creator.as_str() != caller)
    {
        Some("another user created it")
    } else if !creation.model.matches(creation.triggers, webhook) {
        Some("it is configured differently")
    } else {
        None
    }
}

fn adopt(creation: &Creation<'_>, found: Found, progress: &Progress) -> Found {
    let Found { id, .. } = found;
    let name = &creation.model.name;
    progress.warn(Diagnostic::warning(
        format!("Webhook \"{name}\" was adopted after a lost answer (id {id})"),
        format!(
            "The portal did not answer the request to create the webhook, but webhook {id} appeared in its list: it was \
             not there before, it belongs to the same user, and it is configured as requested, so it was taken for the \
             one that was to be created. Another run of the same user with the same configuration at the same time \
             could not be told apart; if there was one, check that the portal has this webhook once."
        ),
    ));
    found
}

fn doubtful(creation: &Creation<'_>, id: WebhookId, reason: &str, error: &Error) -> Diagnostic {
    Diagnostic::error(
        format!(
            "Webhook \"{}\" may or may not have been created",
            creation.model.name
        ),
        format!(
            "{} The portal now has a webhook {id} with this name and uri, but it was not taken over, because {reason}. \
             Look at it in the portal. {}",
            diagnose::happened(error),
            clash::how_to_import(id)
        ),
    )
}

fn unreadable(creation: &Creation<'_>, error: &Error, list_error: &Error) -> Diagnostic {
    uncertain(
        creation,
        error,
        &format!(
            "Whether the webhook was created could not be checked: {}",
            diagnose::detail(list_error)
        ),
    )
}

fn interrupted(creation: &Creation<'_>, error: &Error) -> Diagnostic {
    uncertain(
        creation,
        error,
        "The run was interrupted before it was certain that the webhook was not created.",
    )
}

fn given_up(creation: &Creation<'_>, error: &Error) -> Diagnostic {
    uncertain(
        creation,
        error,
        "The request was sent twice, and the portal's list has not shown the webhook since.",
    )
}

fn uncertain(creation: &Creation<'_>, error: &Error, what: &str) -> Diagnostic {
    Diagnostic::error(
        SUMMARY,
        format!(
            "{} {what} Run the plan again: should the portal have created a webhook named \"{}\" after all, the plan \
             will name its id and how to import it.",
            diagnose::happened(error),
            creation.model.name
        ),
    )
}
