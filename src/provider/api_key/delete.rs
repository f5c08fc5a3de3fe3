//! Deleting a key. A failed deletion keeps the resource in state.

use super::model::{NAME, id_of};
use super::own_key::{self, Harm};
use super::private::KeyPrivate;
use super::session::KeySession;
use super::{guard, read};
use crate::api::keys::KeyId;
use crate::api::{Client, Error};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::resource::DeleteRequest;
use crate::provider::portal::LivePortal;

const SUMMARY: &str = "Could not delete the API key";

/// Deletes a key; one that is gone already counts as deleted.
pub(super) async fn delete(
    portal: &LivePortal,
    session: &KeySession,
    request: DeleteRequest,
) -> Result<(), Diagnostic> {
    let DeleteRequest { prior, private } = request;
    let id = id_of(&prior)?;
    let mut private: KeyPrivate = private.decode();
    let key = guard::verify(portal, session, SUMMARY, &prior, &mut private).await?;
    if key.is_none() {
        return read::confirm_removal(portal, &prior, &private).await;
    }
    portal.require_write(SUMMARY).await?;
    own_key::protect(portal, SUMMARY, &prior, Harm::Deleted).await?;
    let name = prior.get(NAME).as_str().unwrap_or("?");
    let removed = remove(portal, session, &portal.client, id, name).await;
    removed.map_err(|failure| kept(name, id, failure))
}

/// Sends the DELETE, and finds out what became of it.
pub(super) async fn remove(
    portal: &LivePortal,
    session: &KeySession,
    client: &Client,
    id: KeyId,
    name: &str,
) -> Result<(), Diagnostic> {
    let token = session.list.begin_write(id);
    let error = match client.delete_key(id).await {
        Ok(true) => {
            token.deleted();
            return Ok(());
        }
        Ok(false) => {
            token.refused();
            return Err(declined(name, id));
        }
        Err(error) => {
            token.failed(&error);
            error
        }
    };
    // A portal answers 500 for an id that it does not have, as it does for a failure of its own.
    let is_open = error.outcome_unknown() || error.status() == Some(500);
    if is_open && is_unlisted(session, id).await.unwrap_or(false) {
        return Ok(());
    }
    let title = portal.wording().titled(SUMMARY, &error);
    let opening = portal.wording().opening(&title, &error);
    Err(Diagnostic::error(title, opening))
}

/// Returns whether two lists in a row lack a key that an earlier list had, so that the caller would see it.
async fn is_unlisted(session: &KeySession, id: KeyId) -> Result<bool, Error> {
    let list = session.list.fresh().await?;
    let list = guard::find(session, list, id).await?;
    Ok(list.item(id).is_none())
}

fn declined(name: &str, id: KeyId) -> Diagnostic {
    Diagnostic::error(
        format!("Key \"{name}\" was not deleted"),
        format!(
            "The portal answered 200 and \"false\": it did not delete key {id}. It answers like this for another \
             person's key if the caller is not a portal administrator. Run the provider with the key of the person who \
             created it, or of an administrator."
        ),
    )
}

/// Adds what becomes of the resource. An ephemeral key is not in a state.
fn kept(name: &str, id: KeyId, failure: Diagnostic) -> Diagnostic {
    Diagnostic {
        detail: format!(
            "{} Key \"{name}\" ({id}) stays in the state; run the command again to delete it.",
            failure.detail
        ),
        ..failure
    }
}
