//! Updating a key in place: one PUT of what changes, or none if the portal stores nothing of it.

use super::guard;
use super::model::{KeyModel, NAME, id_of};
use super::own_key::{self, Harm};
use super::private::KeyPrivate;
use super::session::KeySession;
use crate::api::keys::{Key, KeyChange, KeyId};
use crate::api::{Client, Error, Role};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::private_state::PrivateState;
use crate::framework::resource::{Progress, UpdateRequest};
use crate::provider::expiry;
use crate::provider::portal::LivePortal;

const SUMMARY: &str = "Could not update the API key";

/// Updates a key.
pub(super) async fn update(
    portal: &LivePortal,
    session: &KeySession,
    request: UpdateRequest,
    progress: &Progress,
) -> Result<(), Diagnostic> {
    let UpdateRequest {
        prior,
        plan,
        private,
        ..
    } = request;
    let mut private: KeyPrivate = private.decode();
    let change = KeyModel::from_object(&plan)?.change_from(&KeyModel::from_object(&prior)?);
    if !change.is_empty() {
        let key = guard::verify(portal, session, SUMMARY, &prior, &mut private).await?;
        let Some(key) = key else {
            let name = prior.get(NAME).as_str().unwrap_or("?");
            return Err(gone(name, id_of(&prior)?));
        };
        portal.require_write(SUMMARY).await?;
        if let Some(harm) = Harm::of(&change, &key) {
            own_key::protect(portal, SUMMARY, &prior, harm).await?;
        }
        let update = Update {
            portal,
            session,
            client: &portal.client,
            key: &key,
            change: &change,
        };
        update.send().await?;
    }
    progress.save(plan, PrivateState::encode(&private));
    Ok(())
}

/// An update in progress.
pub(super) struct Update<'a> {
    pub(super) portal: &'a LivePortal,
    pub(super) session: &'a KeySession,
    pub(super) client: &'a Client,
    /// The key before.
    pub(super) key: &'a Key,
    pub(super) change: &'a KeyChange,
}

impl Update<'_> {
    /// Sends the PUT, finds out what became of it, and keeps the shared list in step.
    pub(super) async fn send(&self) -> Result<(), Diagnostic> {
        let id = self.key.id;
        let token = self.session.list.begin_write(id);
        let error = match self.client.update_key(id, self.change).await {
            Ok(true) => {
                token.updated(self.change.applied_to(self.key));
                return Ok(());
            }
            Ok(false) => {
                token.refused();
                return Err(self.declined().await);
            }
            Err(error) => {
                token.failed(&error);
                error
            }
        };
        // A portal answers 500 for an id that it does not have, as it does for a failure of its own.
        if !error.outcome_unknown() && error.status() != Some(500) {
            return Err(self.explain(&error));
        }
        match self.look().await {
            Ok(None) => Err(gone(&self.key.name, id)),
            Ok(Some(key)) if self.change.applied_to(&key) == key => Ok(()),
            Ok(Some(_)) | Err(_) => Err(self.explain(&error)),
        }
    }

    /// Returns the key as it is now; `None` where it is gone.
    async fn look(&self) -> Result<Option<Key>, Error> {
        let list = self.session.list.fresh().await?;
        let list = guard::find(self.session, list, self.key.id).await?;
        Ok(list.item(self.key.id))
    }

    /// Explains why the portal answered that it changed nothing, which it does not explain itself.
    async fn declined(&self) -> Diagnostic {
        let caller = self.portal.caller().await.ok();
        let is_foreign = caller.is_some_and(|caller| {
            caller.role() != Role::Admin && self.key.created_by.as_ref() != Some(&caller.id)
        });
        let why = if expiry::is_over(self.key.expires_at.as_ref(), 0) {
            "It has expired, and a portal no longer changes expired keys. Plan again: the key is replaced."
        } else if is_foreign {
            "Another person created it, and only that person and portal administrators may change it. Run the provider \
             with the key of one of them."
        } else {
            "It answers like this for other people's keys and for expired keys. Look at the key in the portal under \
             Developer Tools, API keys, and at the clocks of both machines."
        };
        Diagnostic::error(
            format!("Key \"{}\" was not changed", self.key.name),
            format!(
                "The portal answered 200 and \"false\": it did not change key {}. {why}",
                self.key.id
            ),
        )
    }

    fn explain(&self, error: &Error) -> Diagnostic {
        let mut diagnostic = self.portal.explain(SUMMARY, error);
        if error.outcome_unknown() {
            diagnostic.detail.push_str(
                " Whether the portal made the change is not certain; the next plan shows what it holds.",
            );
        }
        diagnostic
    }
}

/// Explains that a key was deleted after it was read.
fn gone(name: &str, id: KeyId) -> Diagnostic {
    Diagnostic::error(
        format!("Key \"{name}\" no longer exists"),
        format!(
            "The portal no longer has key {id}, so nothing was changed. Plan again to create a new one."
        ),
    )
}
