//! A configured portal: its client, the one shared list, and what this process knows of its webhooks.
//!
//! One value per provider configuration. Everything the resources and data sources share stands here,
//! so that N webhooks cost one list request and at most one of each of the others (product §8).

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OnceCell, OwnedMutexGuard};

use super::diagnose::{self, Explained};
use crate::api::{
    Client, CurrentUser, Error, PairKey, PasswordPolicy, TriggerCatalog, Webhook, WebhookId,
    WebhookList, WebhookSnapshot,
};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};

/// The summary when the configured address does not lead to a usable portal.
const UNUSABLE: &str = "The portal cannot be used";
/// How long a portal of 3.7 and later may work on a create or update after it was sent: 3 s of name
/// resolution, 10 s of probing, and some slack (API §7 D).
const WORST_CASE: Duration = Duration::from_secs(15);
/// The same for older portals, whose probe waits 100 s.
const WORST_CASE_BEFORE_3_7: Duration = Duration::from_secs(110);

/// A wait that the practitioner should hear of.
const LONG_WAIT: Duration = Duration::from_secs(10);

/// What the provider block became.
#[derive(Debug)]
pub enum Portal {
    /// A portal that can be asked.
    Known(Box<LivePortal>),
    /// These attributes of the provider block are known only after apply.
    Unknown(Vec<&'static str>),
}

impl Portal {
    /// Returns the portal, or the diagnostic that says why it cannot be asked yet.
    pub(super) fn live(&self) -> Result<&LivePortal, Diagnostic> {
        match self {
            Self::Known(portal) => Ok(portal),
            Self::Unknown(names) => Err(Diagnostic::error(
                "Provider configuration is not known yet",
                format!(
                    "{} of the provider block will be known only after apply, so existing webhooks cannot be read \
                     yet. Apply what it depends on first, with -target, or set it to a known value.",
                    names.join(" and ")
                ),
            )),
        }
    }

    /// Returns a warning, once per process, when the portal made a request wait for long.
    pub(super) fn long_wait(&self) -> Option<Diagnostic> {
        self.known()?.long_wait()
    }

    /// Returns the portal if it can be asked.
    pub(super) fn known(&self) -> Option<&LivePortal> {
        match self {
            Self::Known(portal) => Some(portal),
            Self::Unknown(_) => None,
        }
    }
}

/// A portal that can be asked.
#[derive(Debug)]
pub struct LivePortal {
    /// The client.
    pub(super) client: Client,
    /// The one shared list of webhooks.
    pub(super) list: WebhookList<Client>,
    origin: String,
    first_list: OnceCell<Arc<WebhookSnapshot>>,
    catalog: OnceCell<Result<TriggerCatalog, Error>>,
    policy: OnceCell<Result<PasswordPolicy, Error>>,
    caller: OnceCell<CurrentUser>,
    version: OnceCell<String>,
    seen: Mutex<Seen>,
    creating: Mutex<BTreeMap<PairKey, Arc<tokio::sync::Mutex<()>>>>,
    explained: Explained,
    is_applying: AtomicBool,
    is_trouble_reported: AtomicBool,
    is_gap_reported: AtomicBool,
    is_wait_reported: AtomicBool,
    refuses_creations: AtomicBool,
}

/// Name and uri, which are unique together.
pub(super) type Pair = (String, String);

/// What this process has seen of webhooks.
#[derive(Debug, Default)]
struct Seen {
    /// Webhooks that Terraform manages: in its state, or created or adopted by this process.
    managed: BTreeSet<WebhookId>,
    /// Those of them that this process created, and as what.
    created: BTreeMap<WebhookId, PairKey>,
    /// Those of them that were found to be what the state was written for.
    recognized: BTreeSet<WebhookId>,
    /// The first of the pairs that were planned to be created, of those that are probably one to the portal.
    planned: BTreeMap<PairKey, Pair>,
}

impl LivePortal {
    /// Wraps a client. Nothing is requested.
    pub(super) fn new(client: Client) -> Self {
        Self {
            list: WebhookList::new(client.clone()),
            origin: client.config().base_url.origin(),
            first_list: OnceCell::new(),
            client,
            catalog: OnceCell::new(),
            policy: OnceCell::new(),
            caller: OnceCell::new(),
            version: OnceCell::new(),
            seen: Mutex::default(),
            creating: Mutex::default(),
            explained: Explained::default(),
            is_applying: AtomicBool::new(false),
            is_trouble_reported: AtomicBool::new(false),
            is_gap_reported: AtomicBool::new(false),
            is_wait_reported: AtomicBool::new(false),
            refuses_creations: AtomicBool::new(false),
        }
    }

    /// Returns the portal's catalog of triggers. It is requested once, whatever the outcome.
    pub(super) async fn catalog(&self) -> Result<&TriggerCatalog, &Error> {
        self.catalog
            .get_or_init(|| self.client.trigger_catalog())
            .await
            .as_ref()
    }

    /// Returns the portal's password policy. It is requested once, whatever the outcome.
    pub(super) async fn policy(&self) -> Result<&PasswordPolicy, &Error> {
        self.policy
            .get_or_init(|| self.client.password_policy())
            .await
            .as_ref()
    }

    /// Returns who is calling. A failure is not remembered: what depends on it is too important.
    pub(super) async fn caller(&self) -> Result<&CurrentUser, Error> {
        self.caller
            .get_or_try_init(|| self.client.current_user())
            .await
    }

    /// Returns how long the portal may still work on a write after it was sent. The catalog tells, which
    /// a create has asked for; when it could not be read, the portal's version is asked for.
    pub(super) async fn worst_case(&self) -> Duration {
        let is_3_7 = if let Some(Ok(catalog)) = self.catalog.get() {
            let mut entries = catalog.entries().iter();
            entries.any(|entry| entry.available.is_some())
        } else {
            let version = self
                .version
                .get_or_try_init(|| self.client.portal_version());
            version
                .await
                .is_ok_and(|version| is_at_least(version, (3, 7)))
        };
        if is_3_7 {
            WORST_CASE
        } else {
            WORST_CASE_BEFORE_3_7
        }
    }

    /// Refuses a portal older than 3.1, which has no catalog and no triggers (API §3.3, §11). That it has
    /// no catalog alone is no proof: its version must say so, or else a webhook without triggers. Any
    /// other trouble is left to the request at hand.
    pub(super) async fn require_supported_version(&self) -> Result<(), Diagnostic> {
        match self.catalog().await {
            Err(error) if error.status() == Some(404) => {}
            Ok(_) | Err(_) => return Ok(()),
        }
        let version = self
            .version
            .get_or_try_init(|| self.client.portal_version());
        if let Ok(version) = version.await {
            return if is_at_least(version, (3, 1)) {
                Ok(())
            } else {
                Err(unsupported(Some(version)))
            };
        }
        match self.list.read().await {
            Ok(list) if list.items().any(|item| item.webhook.triggers.is_none()) => {
                Err(unsupported(None))
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Returns the origin of the portal's address: `scheme://host`, with the port unless it is the default.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the list that the first change of this process is checked against. It is read once and does not
    /// expire; a failure is not remembered.
    pub(super) async fn first_list(&self) -> Result<Arc<WebhookSnapshot>, Error> {
        let list = self.first_list.get_or_try_init(|| self.list.read()).await?;
        Ok(Arc::clone(list))
    }

    /// Notes that this process applies a plan.
    pub(super) fn mark_applying(&self) {
        self.is_applying.store(true, Ordering::Relaxed);
    }

    /// Returns the list for somebody who reads: while a plan is applied, one that was asked for after this call, because
    /// scripts that run beside the resources may have changed anything. Those who wait at the same time share it.
    pub(super) async fn current_list(&self) -> Result<Arc<WebhookSnapshot>, Error> {
        if self.is_applying.load(Ordering::Relaxed) {
            self.list.fresh().await
        } else {
            self.list.read().await
        }
    }

    /// Notes that a webhook is the one that the state was written for.
    pub(super) fn mark_recognized(&self, id: WebhookId) {
        self.seen().recognized.insert(id);
    }

    /// Returns whether a webhook is known to be the one that the state was written for, or was created by this
    /// process.
    pub(super) fn is_recognized(&self, id: WebhookId) -> bool {
        let seen = self.seen();
        seen.recognized.contains(&id) || seen.created.contains_key(&id)
    }

    /// Returns whether any webhook of the state was found on this portal, so that it is probably the right one.
    pub(super) fn has_recognized_any(&self) -> bool {
        !self.seen().recognized.is_empty()
    }

    /// Returns what this process has explained already.
    pub(super) fn explained(&self) -> &Explained {
        &self.explained
    }

    /// Words a failed request: what failed, such as "Could not create the webhook", and why.
    pub(super) fn explain(&self, what: &str, error: &Error) -> Diagnostic {
        self.explained.explain(what, error)
    }

    /// Notes that Terraform manages a webhook.
    pub(super) fn mark_managed(&self, id: WebhookId) {
        self.seen().managed.insert(id);
    }

    /// Notes that this process created a webhook of this name and uri.
    pub(super) fn mark_created(&self, id: WebhookId, name: &str, uri: &str) {
        let mut seen = self.seen();
        seen.managed.insert(id);
        seen.created.insert(id, PairKey::new(name, uri));
    }

    /// Says whether this process created a webhook with this number.
    pub(super) fn is_created(&self, id: WebhookId) -> bool {
        self.seen().created.contains_key(&id)
    }

    /// Says whether this process created this webhook. A portal can give a number again, to a webhook of another name.
    pub(super) fn has_created(&self, webhook: &Webhook) -> bool {
        let seen = self.seen();
        let created = seen.created.get(&webhook.id);
        created.is_some_and(|key| *key == PairKey::new(&webhook.name, &webhook.uri))
    }

    /// Says whether Terraform manages a webhook, as far as this process knows.
    pub(super) fn manages(&self, webhook: &Webhook) -> bool {
        let is_managed = self.seen().managed.contains(&webhook.id);
        is_managed && (!self.is_created(webhook.id) || self.has_created(webhook))
    }

    /// Notes that Terraform manages a webhook, unless it was noted already: an id is adopted at most
    /// once.
    pub(super) fn claim(&self, id: WebhookId) -> bool {
        self.seen().managed.insert(id)
    }

    /// Notes a planned creation. Returns the pair of an earlier one that is probably the same to the portal.
    pub(super) fn note_planned(&self, name: &str, uri: &str) -> Option<Pair> {
        match self.seen().planned.entry(PairKey::new(name, uri)) {
            Entry::Occupied(earlier) => Some(earlier.get().clone()),
            Entry::Vacant(entry) => {
                entry.insert((name.to_owned(), uri.to_owned()));
                None
            }
        }
    }

    /// Waits for the turn to create a webhook of this name and uri: creations of what is probably one pair
    /// to the portal are serialized (product §4.3).
    pub(super) async fn turn_to_create(&self, name: &str, uri: &str) -> OwnedMutexGuard<()> {
        let key = PairKey::new(name, uri);
        let turn = {
            let mut creating = self.creating.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(creating.entry(key).or_default())
        };
        turn.lock_owned().await
    }

    /// Says whether the portal could not be asked while planning, so that asking again is a waste.
    pub(super) fn is_in_trouble(&self) -> bool {
        self.is_trouble_reported.load(Ordering::Relaxed)
    }

    /// Reports that a question beside the list was not answered while planning. A portal that lists its
    /// webhooks can be used all the same: what it does not have goes without saying, what it refuses to
    /// tell is one warning per process, and apply decides. The list is asked for only where waiting cannot
    /// mend the failure. Returns whether it makes sense to ask on.
    pub(super) async fn report_gap(&self, error: &Error, diagnostics: &mut Diagnostics) -> bool {
        if !diagnose::is_definitive(error) {
            self.report_trouble(error, diagnostics);
            return false;
        }
        if let Err(error) = self.list.read().await {
            self.report_trouble(&error, diagnostics);
            return false;
        }
        let is_missing = matches!(error.status(), Some(404 | 405));
        if is_missing || self.is_gap_reported.swap(true, Ordering::Relaxed) {
            tracing::debug!(
                http_path = error.path(),
                "a check against the portal is left out"
            );
            return true;
        }
        diagnostics.push(Diagnostic::warning(
            "The portal did not answer everything while planning",
            format!(
                "{} The portal lists its webhooks, so the plan goes on without this check; apply will show whether it \
                 accepts the changes.",
                diagnose::detail(error)
            ),
        ));
        true
    }

    /// Reports that the portal could not be asked while planning: an error when every other request
    /// would fail too, else one warning; in either case once per process.
    pub(super) fn report_trouble(&self, error: &Error, diagnostics: &mut Diagnostics) {
        if self.is_trouble_reported.swap(true, Ordering::Relaxed) {
            return;
        }
        let detail = diagnose::detail(error);
        diagnostics.push(if diagnose::is_definitive(error) {
            self.explain(UNUSABLE, error)
        } else {
            Diagnostic::warning(
                "The portal could not be asked while planning",
                format!(
                    "{detail} The plan goes on without checks against the portal (names already in use, triggers, \
                     the password policy); apply will show whether it accepts the changes."
                ),
            )
        });
    }

    /// Says whether the last creation that was sent again and again was refused to the end.
    pub(super) fn refuses_creations(&self) -> bool {
        self.refuses_creations.load(Ordering::Relaxed)
    }

    /// Notes how a creation ended that was sent again.
    pub(super) fn note_refused_creations(&self, is_refused: bool) {
        self.refuses_creations.store(is_refused, Ordering::Relaxed);
    }

    /// Returns a warning, once per process, when the portal made a request wait for long.
    pub(super) fn long_wait(&self) -> Option<Diagnostic> {
        let longest = self.client.waits().longest();
        if longest < LONG_WAIT || self.is_wait_reported.swap(true, Ordering::Relaxed) {
            return None;
        }
        let why = if self.client.waits().longest_throttled() >= LONG_WAIT {
            "The portal limits requests per user, over all keys and parallel runs, or a limiter before it does: fewer runs \
             at the same time help."
        } else {
            "The portal could not be reached or failed for a while, or an answer was lost."
        };
        Some(Diagnostic::warning(
            "The portal slowed this run down",
            format!(
                "Requests had to be repeated, and one waited {} seconds before. {why} Set TF_LOG=DEBUG to see each wait.",
                longest.as_secs()
            ),
        ))
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        // Sets stay whole whatever panicked while they were held.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says whether a portal's version is this one or later. A text without a number counts as older.
fn is_at_least(version: &str, wanted: (u32, u32)) -> bool {
    let mut numbers = version.split('.').map(|part| part.parse::<u32>().ok());
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(major), Some(minor)) => (major, minor) >= wanted,
        _ => false,
    }
}

pub(super) fn unsupported(version: Option<&str>) -> Diagnostic {
    // What is no version is not repeated: a portal may write anything there.
    let is_version = |text: &&str| {
        text.len() < 20
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    let found = match version {
        None => "3.0 or older",
        Some(version) => Some(version)
            .filter(is_version)
            .unwrap_or("of an unknown version"),
    };
    Diagnostic::error(
        "DocSpace 3.1 or later is required",
        format!(
            "The portal is DocSpace {found}, whose webhooks have no triggers. This provider supports DocSpace 3.1 \
             and later; nothing was written. Upgrade the portal."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        for version in ["3.1.0", "3.7.2", "3.10", "4.0.0.1"] {
            assert!(is_at_least(version, (3, 1)), "{version}");
        }
        for version in ["3.0.4", "2.6.3", "", "x.y", "3"] {
            assert!(!is_at_least(version, (3, 1)), "{version}");
        }
        assert!(is_at_least("3.10.0", (3, 7)) && !is_at_least("3.6.1", (3, 7)));
    }
}
