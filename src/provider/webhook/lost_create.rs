//! A create whose answer was lost: was the webhook created, and is it ours? (product §4.3)
//!
//! The portal has no idempotency key, so the list decides. A webhook is ours when all of this holds:
//! its name and uri were not in the list taken before this process's first POST, its id is greater
//! than every id in that list, our user created it, and every field is as sent but `enabled` and `ssl`,
//! which a POST cannot set (API §16 O1). Without that earlier list, nothing is adopted and nothing is sent
//! again.
//!
//! Absence counts only once the portal can no longer be working on the request. Then the request is sent again, and if
//! the portal says that the webhook exists, the list is read again. A request without an answer is sent again once; one
//! that a limiter or proxy answered, for as long as limiters are waited for.
//!
//! After an answer that refuses a create, the list is also read once: a proxy can replace the portal's answer with a
//! refusal, and the portal can fail after it has stored. A webhook that has appeared is then named but not adopted: no
//! answer was lost, so it is more likely another run's.

use std::fmt;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::creation::{Creation, Found, SUMMARY};
use super::name_conflict;
use crate::api::{Cause, Error, Webhook, WebhookId, WebhookSnapshot};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::resource::Progress;

/// Pauses between looks at the list grow from the first to the second.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What the list shows of a creation.
#[derive(Debug)]
enum Sighting {
    Ours(Box<Found>),
    /// Webhooks with this name and uri, none of which is certainly ours, and why not.
    Doubtful(Vec<WebhookId>, Doubt),
    Absent,
    Unreadable(Error),
}

/// Why a webhook may not be the one that a creation led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doubt {
    Several,
    NoBaseline,
    InBaseline,
    PairInBaseline,
    SmallId,
    CallerUnreadable,
    AnotherCreator,
    Different,
    Taken,
    Refused,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Several => "several webhooks have this name and uri",
            Self::NoBaseline => "the list could not be read before the request",
            Self::InBaseline => "it was there before",
            Self::PairInBaseline => {
                "another webhook had this name and uri before the first creation of this run"
            }
            Self::SmallId => {
                "its id is not above those that were there before, as a new webhook's would be"
            }
            Self::CallerUnreadable => "the API key's owner could not be read",
            Self::AnotherCreator => "another user created it",
            Self::Different => "it is configured differently",
            Self::Taken => "another resource of this run has taken it",
            Self::Refused => "the request was refused, so another run may have made it",
        })
    }
}

/// Finds out what became of a create whose answer was lost, and sends it again if it was not carried out.
pub(super) async fn resolve(
    creation: &Creation<'_>,
    error: Error,
    progress: &Progress,
) -> Result<Found, Diagnostic> {
    let portal = creation.portal;
    // Without an earlier list, waiting makes nothing certain.
    let has_baseline = portal.webhooks().list.baseline().is_some();
    let began = Instant::now();
    let mut sent = 1;
    let mut error = error;
    loop {
        let patience = if has_baseline {
            Patience::after(creation, &error).await
        } else {
            Patience::none()
        };
        match watch(creation, patience).await {
            Sighting::Ours(found) => return adopt(creation, *found, &error, progress),
            Sighting::Doubtful(ids, doubt) => return Err(doubtful(creation, &ids, doubt, &error)),
            Sighting::Unreadable(list_error) => {
                return Err(unreadable(creation, &error, &list_error));
            }
            Sighting::Absent if error.is_duplicate() => return Err(creation.refused(&error).await),
            Sighting::Absent if portal.client.stop_signal().is_cancelled() => {
                return Err(interrupted(creation, &error));
            }
            Sighting::Absent if !has_baseline => return Err(unprepared(creation, &error)),
            Sighting::Absent => {}
        }
        if sent > 1 && !is_worth_another(creation, &error, began) {
            portal.webhooks().note_refused_creations(true);
            return Err(given_up(creation, &error, sent));
        }
        sent += 1;
        error = match creation.post_again().await {
            Ok(created) => {
                portal.webhooks().note_refused_creations(false);
                return Ok(Found::created(created, creation));
            }
            Err(again) if again.outcome_unknown() || again.is_duplicate() => again,
            // An earlier request may have been carried out, whatever the answer to this one.
            Err(again) => return refused_again(creation, &again, progress).await,
        };
    }
}

/// Returns whether to send a create more than twice. It was then answered on the way, for example by a limiter, which
/// lets it through sooner or later; only the first creation of a run may wait for that in vain.
fn is_worth_another(creation: &Creation<'_>, error: &Error, began: Instant) -> bool {
    let portal = creation.portal;
    matches!(error.status(), Some(502..=504))
        && began.elapsed() < portal.client.config().patience()
        && !portal.webhooks().refuses_creations()
}

/// Checks once whether a refused create was carried out anyway, and explains what it finds.
pub(super) async fn refused(creation: &Creation<'_>, error: &Error) -> Diagnostic {
    let is_answer = matches!(error.cause(), Cause::Status(_) | Cause::Redirect { .. });
    // It concerns someone else's webhook: no earlier answer to this creation was lost.
    if !is_answer || error.is_duplicate() {
        return creation.refused(error).await;
    }
    match look(creation).await {
        Sighting::Ours(found) => doubtful(creation, &[found.id], Doubt::Refused, error),
        other => unseen(creation, error, other).await,
    }
}

/// Checks once after a create's request was refused, an earlier request of which may have been carried out.
async fn refused_again(
    creation: &Creation<'_>,
    error: &Error,
    progress: &Progress,
) -> Result<Found, Diagnostic> {
    match look(creation).await {
        Sighting::Ours(found) => adopt(creation, *found, error, progress),
        other => Err(unseen(creation, error, other).await),
    }
}

/// Explains a refusal after which the list shows no webhook that could be the one.
async fn unseen(creation: &Creation<'_>, error: &Error, sighting: Sighting) -> Diagnostic {
    match sighting {
        // What was there before does not contradict the refusal.
        Sighting::Doubtful(ids, doubt) if is_any_new(creation, &ids) => {
            doubtful(creation, &ids, doubt, error)
        }
        Sighting::Unreadable(list_error) => unreadable(creation, error, &list_error),
        Sighting::Doubtful(..) | Sighting::Absent | Sighting::Ours(_) => {
            creation.refused(error).await
        }
    }
}

fn is_any_new(creation: &Creation<'_>, ids: &[WebhookId]) -> bool {
    let baseline = creation.portal.webhooks().list.baseline();
    baseline.is_none_or(|baseline| ids.iter().any(|id| baseline.webhook(*id).is_none()))
}

/// How long a webhook may still appear.
#[derive(Debug, Clone, Copy)]
struct Patience {
    since: Instant,
    at_most: Duration,
}

impl Patience {
    fn none() -> Self {
        Self {
            since: Instant::now(),
            at_most: Duration::ZERO,
        }
    }

    /// After a request that ended with an error now.
    async fn after(creation: &Creation<'_>, error: &Error) -> Self {
        let since = Instant::now();
        let at_most = if error.is_duplicate() {
            // It exists; at most, the list does not show it yet.
            LONGEST_PAUSE
        } else {
            let worst_case = creation.portal.worst_case().await;
            worst_case.saturating_sub(error.waited_for_answer())
        };
        Self { since, at_most }
    }
}

/// Looks at the list until the webhook shows up or can no longer appear. An interrupt ends the waiting, but not the
/// last look. The waiting counts as that of a request.
async fn watch(creation: &Creation<'_>, patience: Patience) -> Sighting {
    tracing::warn!(
        webhook_name = creation.model.name,
        longest_wait_s = patience.at_most.as_secs(),
        "The answer to a create was lost; looking for the webhook in the list"
    );
    let until = patience.since + patience.at_most;
    let client = &creation.portal.client;
    let mut pause = FIRST_PAUSE;
    let sighting = loop {
        let is_last = Instant::now() >= until || client.stop_signal().is_cancelled();
        let sighting = look(creation).await;
        if is_last || matches!(sighting, Sighting::Ours(_) | Sighting::Doubtful(..)) {
            break sighting;
        }
        let next = (Instant::now() + pause).min(until);
        tokio::select! {
            () = sleep_until(next) => {}
            () = client.stop_signal().cancelled() => {}
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    };
    client.waits().record(patience.since.elapsed());
    sighting
}

async fn look(creation: &Creation<'_>) -> Sighting {
    let portal = creation.portal;
    let snapshot = match portal.webhooks().list.fresh().await {
        Ok(snapshot) => snapshot,
        Err(error) => return Sighting::Unreadable(error),
    };
    let (name, uri) = (&creation.model.name, &creation.model.uri);
    // What Terraform already manages belongs to another resource, or is this one's predecessor.
    let candidates: Vec<Webhook> = snapshot
        .with_pair(name, uri)
        .filter(|webhook| !portal.webhooks().manages(webhook))
        .collect();
    let ids = || candidates.iter().map(|webhook| webhook.id).collect();
    let newest = match candidates.as_slice() {
        [] => return Sighting::Absent,
        [only] => only,
        _ => return Sighting::Doubtful(ids(), Doubt::Several),
    };
    let Ok(caller) = portal.caller().await else {
        return Sighting::Doubtful(ids(), Doubt::CallerUnreadable);
    };
    let doubt = match portal.webhooks().list.baseline() {
        None => Some(Doubt::NoBaseline),
        Some(baseline) => doubt(creation, &baseline, newest, caller.id.as_str()),
    };
    match doubt {
        Some(doubt) => Sighting::Doubtful(ids(), doubt),
        None => Sighting::Ours(Box::new(Found::adopted(newest, creation))),
    }
}

/// Explains why a webhook may not be the one that this creation led to.
fn doubt(
    creation: &Creation<'_>,
    baseline: &WebhookSnapshot,
    webhook: &Webhook,
    caller: &str,
) -> Option<Doubt> {
    let mut earlier = baseline.with_pair(&webhook.name, &webhook.uri);
    if baseline.contains(webhook.id) {
        Some(Doubt::InBaseline)
    } else if earlier.next().is_some() {
        Some(Doubt::PairInBaseline)
    } else if baseline.max_id().is_some_and(|max| webhook.id <= max) {
        Some(Doubt::SmallId)
    } else if webhook
        .created_by
        .as_ref()
        .is_none_or(|creator| creator.as_str() != caller)
    {
        Some(Doubt::AnotherCreator)
    } else if !creation
        .model
        .matches_but_for_flags(creation.triggers, webhook)
    {
        Some(Doubt::Different)
    } else {
        None
    }
}

/// Adopts a webhook as the one that was to be created. From then on, no other creation can.
fn adopt(
    creation: &Creation<'_>,
    found: Found,
    error: &Error,
    progress: &Progress,
) -> Result<Found, Diagnostic> {
    let Found { id, .. } = found;
    if !creation.portal.webhooks().claim(id) {
        return Err(doubtful(creation, &[id], Doubt::Taken, error));
    }
    let name = &creation.model.name;
    let answer = match error.status() {
        Some(status) if !error.is_duplicate() => format!("was answered with an error ({status})"),
        _ => "got no usable answer".to_owned(),
    };
    progress.warn(Diagnostic::warning(
        format!("Webhook \"{name}\" was adopted after a lost answer (id {id})"),
        format!(
            "The request to create the webhook {answer}, but webhook {id} appeared in the portal's list: it was not \
             there before, belongs to the same user and is configured as requested, so it was adopted as the one that \
             the request created. A concurrent run of the same user with the same configuration, or another provider \
             configuration for the same portal, would look the same; if there was one, check that the portal has this \
             webhook only once, and send the secret again: the portal may hold the other one's."
        ),
    ));
    Ok(found)
}

fn doubtful(creation: &Creation<'_>, ids: &[WebhookId], doubt: Doubt, error: &Error) -> Diagnostic {
    let named: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let (named, was, them, one) = match named.as_slice() {
        [id] => (format!("a webhook {id}"), "it was not", "it", "it"),
        several => (
            format!("webhooks {}", several.join(" and ")),
            "none of them was",
            "them",
            "one of them",
        ),
    };
    let import = ids.last().map(|id| name_conflict::how_to_import(*id));
    let name = &creation.model.name;
    let title = format!("Webhook \"{name}\" may or may not have been created");
    let opening = creation.portal.wording().opening(&title, error);
    Diagnostic::error(
        title,
        format!(
            "{opening} The portal now has {named} with this name and uri, but {was} adopted, because {doubt}. Look at \
             {them} in the portal. If {one} is what you wanted to create, {}",
            import.unwrap_or_default()
        ),
    )
}

fn unreadable(creation: &Creation<'_>, error: &Error, list_error: &Error) -> Diagnostic {
    uncertain(
        creation,
        error,
        &format!(
            "Whether the webhook was created could not be checked: {}",
            creation.portal.wording().detail(list_error)
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

fn unprepared(creation: &Creation<'_>, error: &Error) -> Diagnostic {
    uncertain(
        creation,
        error,
        "The portal's list does not show the webhook, but the webhook may still appear, and could not be recognized, \
         because the list could not be read before the request.",
    )
}

fn given_up(creation: &Creation<'_>, error: &Error, sent: u32) -> Diagnostic {
    let times = if sent == 2 {
        "twice".to_owned()
    } else {
        format!("{sent} times")
    };
    let what = format!(
        "The request was sent {times}, and the portal's list has not shown the webhook since."
    );
    uncertain(creation, error, &what)
}

fn uncertain(creation: &Creation<'_>, error: &Error, what: &str) -> Diagnostic {
    let title = creation.portal.wording().titled(SUMMARY, error);
    let opening = creation.portal.wording().opening(&title, error);
    Diagnostic::error(
        title,
        format!(
            "{opening} {what} Run the plan again: if the portal did create a webhook named \"{}\", the plan shows its \
             id and how to import it.",
            creation.model.name
        ),
    )
}
