//! Never a stranger's webhook (product §4.4): before anything is read into the state, changed or deleted, the
//! portal's webhook of that number is compared with what the state was written for.

use std::sync::Arc;

use super::model::{NAME, URI, id_of};
use super::name_conflict;
use super::private::{SecretOrigin, WebhookPrivate};
use super::provenance::Difference;
use crate::api::{Client, Webhook, WebhookId, WebhookSnapshot};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::value::Object;
use crate::provider::dates;
use crate::provider::portal::LivePortal;

/// Compares a webhook of a list with what the state was written for, and remembers what is seen of it.
pub(super) fn recognize(
    portal: &LivePortal,
    state: &Object,
    private: &mut WebhookPrivate,
    list: &WebhookSnapshot,
    webhook: &Webhook,
) -> Result<(), Diagnostic> {
    if let Some(moved_from) = private.moved_from.take() {
        moved_from.check(webhook)?;
    }
    match private
        .provenance
        .recognize(portal.origin(), state, webhook)
    {
        Ok(provenance) => {
            private.provenance = provenance;
            portal.webhooks().mark_recognized(webhook.id);
            Ok(())
        }
        Err(difference) => {
            let stranger = Stranger {
                portal,
                id: webhook.id,
                state,
                private,
                list,
            };
            Err(stranger.explain(&differs(difference, state, webhook, &portal.client)))
        }
    }
}

/// Refuses to treat a missing webhook as deleted on a portal other than the state's.
pub(super) fn refuse_absence_elsewhere(
    portal: &LivePortal,
    id: WebhookId,
    state: &Object,
    private: &WebhookPrivate,
    list: &WebhookSnapshot,
) -> Result<(), Diagnostic> {
    if private.provenance.elsewhere(portal.origin()).is_none() {
        return Ok(());
    }
    let stranger = Stranger {
        portal,
        id,
        state,
        private,
        list,
    };
    Err(stranger.explain("this key sees no webhook of that number there"))
}

/// Makes sure before this process's first change that the portal's webhook is the one in the state. One list serves all
/// changes and does not expire.
///
/// An absent webhook of the same portal passes: the portal will report that it is gone.
pub(super) async fn verify(
    portal: &LivePortal,
    summary: &str,
    state: &Object,
    private: &mut WebhookPrivate,
) -> Result<(), Diagnostic> {
    if portal.webhooks().is_recognized(id_of(state)?) {
        return Ok(());
    }
    let list = portal.webhooks().first_list().await;
    let list = list.map_err(|error| portal.explain(summary, &error))?;
    find(portal, summary, state, private, &list).await.map(drop)
}

/// Returns the webhook of a state as the portal has it now, from a list that is at most 30 seconds old, if it is the
/// one that the state was written for. `None` if the same portal does not show it.
pub(super) async fn current(
    portal: &LivePortal,
    summary: &str,
    state: &Object,
    private: &mut WebhookPrivate,
) -> Result<Option<Webhook>, Diagnostic> {
    let list = portal.webhooks().list.read().await;
    let list = list.map_err(|error| portal.explain(summary, &error))?;
    find(portal, summary, state, private, &list).await
}

async fn find(
    portal: &LivePortal,
    summary: &str,
    state: &Object,
    private: &mut WebhookPrivate,
    list: &Arc<WebhookSnapshot>,
) -> Result<Option<Webhook>, Diagnostic> {
    let id = id_of(state)?;
    if let Some(webhook) = list.webhook(id) {
        recognize(portal, state, private, list, &webhook)?;
        return Ok(Some(webhook));
    }
    if private.provenance.elsewhere(portal.origin()).is_none() {
        return Ok(None);
    }
    let list = portal.webhooks().list.confirm_absence(list, id).await;
    let list = list.map_err(|error| portal.explain(summary, &error))?;
    match list.webhook(id) {
        Some(webhook) => {
            recognize(portal, state, private, &list, &webhook)?;
            Ok(Some(webhook))
        }
        None => refuse_absence_elsewhere(portal, id, state, private, &list).map(|()| None),
    }
}

/// A number in the state that identifies another webhook.
struct Stranger<'a> {
    portal: &'a LivePortal,
    id: WebhookId,
    state: &'a Object,
    private: &'a WebhookPrivate,
    list: &'a WebhookSnapshot,
}

impl Stranger<'_> {
    /// Explains what differs and what to do, the latter once for each cause.
    fn explain(&self, difference: &str) -> Diagnostic {
        let (name, id, here) = (self.name(), self.id, self.portal.origin());
        let (summary, what, check) = match self.private.provenance.elsewhere(here) {
            Some(there) => (
                format!("Webhook \"{name}\" ({id}) belongs to another portal"),
                format!("This state was written for {there}, but base_url names {here}: {difference}."),
                format!(
                    "Set base_url (or DOCSPACE_BASE_URL) to {there}. If the webhook now lives on {here},"
                ),
            ),
            None => (
                format!("Webhook \"{name}\" ({id}) is not the one on the portal"),
                format!(
                    "The portal at {here} has a webhook {id}, but not the one that this state was written for: \
                     {difference}."
                ),
                "Check base_url (or DOCSPACE_BASE_URL), which may name another portal. If it is right, the portal was \
                 restored or set up anew, or the webhook was re-created: then"
                    .to_owned(),
            ),
        };
        let kept = "Nothing was changed, and the webhook stays in the state.";
        let cause = if what.starts_with("This") {
            "another portal"
        } else {
            "another webhook"
        };
        let detail = match self.portal.wording().earlier(cause, &summary) {
            None => format!("{what} {kept} {check} {}", self.way_out()),
            Some(title) => format!(
                "{what} {kept} The way out is explained once per run: see the error {title}."
            ),
        };
        Diagnostic::error(summary, detail)
    }

    fn name(&self) -> &str {
        self.state.get(NAME).as_str().unwrap_or("?")
    }

    /// Explains how to get back to a correct state, as the continuation of a sentence.
    fn way_out(&self) -> String {
        let uri = self.state.get(URI).as_str().unwrap_or_default();
        let twin = self.list.with_pair(self.name(), uri).next();
        let import = match twin {
            Some(twin) => format!(
                "remove the resource from the state with `terraform state rm`, and import webhook {}, which has this \
                 name and uri there; {}:\n\n{}",
                twin.id,
                name_conflict::ADDRESS,
                name_conflict::import_block(twin.id)
            ),
            None => format!(
                "remove the resource from the state with `terraform state rm`. The next apply creates the webhook \
                 there; if it exists there under another number, import it instead, and {}:\n\n{}",
                name_conflict::ADDRESS,
                name_conflict::import_block("NUMBER")
            ),
        };
        let secret = match self.private.secret_origin {
            Some(SecretOrigin::Generated) => {
                "\n\nThe secret in this state was generated for the old webhook. The imported one has its own, which \
                 cannot be read: rotate it after the import."
            }
            Some(SecretOrigin::Configured) | None => "",
        };
        format!("{import}{secret}")
    }
}

/// Explains how a webhook differs from that of the state, as the continuation of a sentence. Its uri is not shown: it
/// may be someone else's and contain a token.
fn differs(difference: Difference, state: &Object, webhook: &Webhook, client: &Client) -> String {
    let id = webhook.id;
    match difference {
        Difference::Creator => format!("webhook {id} there was created by another user"),
        Difference::CreatedOn => {
            let date = webhook.created_on.as_ref();
            let date = date.map_or_else(String::new, |date| dates::shown(date, client));
            format!("webhook {id} there was created at another time ({date})")
        }
        Difference::Name => format!(
            "webhook {id} there is named {:?} and has another uri, while the state is about one named {:?}",
            webhook.name,
            state.get(NAME).as_str().unwrap_or_default(),
        ),
    }
}
