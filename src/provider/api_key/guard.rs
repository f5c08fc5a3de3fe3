//! Never a stranger's key (product §4.4): before anything is read into the state, changed or deleted, the portal's key of
//! that id is compared with what the state was written for.

use std::sync::Arc;

use super::model::{ID, NAME, id_of};
use super::private::KeyPrivate;
use super::session::KeySession;
use crate::api::Error;
use crate::api::keys::{Key, KeyId, KeySnapshot};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::value::Object;
use crate::provider::dates;
use crate::provider::portal::LivePortal;
use crate::provider::provenance::Difference;

/// Compares a key of a list with what the state was written for, and remembers what is seen of it.
pub(super) fn recognize(
    portal: &LivePortal,
    session: &KeySession,
    state: &Object,
    private: &mut KeyPrivate,
    key: &Key,
) -> Result<(), Diagnostic> {
    let seen = KeyPrivate::of(portal.origin(), key).provenance;
    match private.provenance.compare(seen, is_named_alike(state, key)) {
        Ok(provenance) => {
            private.provenance = provenance;
            session.mark_recognized(key.id);
            Ok(())
        }
        Err(difference) => Err(stranger(
            portal,
            state,
            private,
            &differs(difference, state, key),
        )),
    }
}

/// Refuses to treat a missing key as deleted on a portal other than the state's.
pub(super) fn refuse_absence_elsewhere(
    portal: &LivePortal,
    state: &Object,
    private: &KeyPrivate,
) -> Result<(), Diagnostic> {
    match private.provenance.elsewhere(portal.origin()) {
        None => Ok(()),
        Some(_) => Err(stranger(
            portal,
            state,
            private,
            "the provider's key sees no such key there",
        )),
    }
}

/// Makes sure before a change that the portal's key is the one in the state, and returns it. One list serves all
/// changes of a process and does not expire.
///
/// `None` where the same portal does not show it.
pub(super) async fn verify(
    portal: &LivePortal,
    session: &KeySession,
    summary: &str,
    state: &Object,
    private: &mut KeyPrivate,
) -> Result<Option<Key>, Diagnostic> {
    let id = id_of(state)?;
    let explain = |error| portal.explain(summary, &error);
    let list = session.first_list().await.map_err(explain)?;
    if let Some(key) = list.item(id) {
        recognize(portal, session, state, private, &key)?;
        return Ok(Some(key));
    }
    // This process may have created it since.
    let list = session.list.read().await.map_err(explain)?;
    let list = find(session, list, id).await.map_err(explain)?;
    match list.item(id) {
        Some(key) => {
            recognize(portal, session, state, private, &key)?;
            Ok(Some(key))
        }
        None => refuse_absence_elsewhere(portal, state, private).map(|()| None),
    }
}

/// Returns a list that shows a key, or one from which it is certain that the key is gone.
pub(super) async fn find(
    session: &KeySession,
    list: Arc<KeySnapshot>,
    id: KeyId,
) -> Result<Arc<KeySnapshot>, Error> {
    if list.item(id).is_some() {
        return Ok(list);
    }
    session.list.confirm_absence(&list, id).await
}

/// Returns whether a key has the name of a state. A state without one, as after an import, is about whatever key has
/// its id.
fn is_named_alike(state: &Object, key: &Key) -> bool {
    state.get(NAME).as_str().is_none_or(|name| name == key.name)
}

/// Explains what differs and what to do.
fn stranger(
    portal: &LivePortal,
    state: &Object,
    private: &KeyPrivate,
    difference: &str,
) -> Diagnostic {
    let name = state.get(NAME).as_str().unwrap_or("?");
    let id = state.get(ID).as_str().unwrap_or("?");
    let here = portal.origin();
    let kept = "Nothing was changed, and the key stays in the state.";
    let leave = "remove the resource from the state with `terraform state rm`; the next apply creates a new key there";
    match private.provenance.elsewhere(here) {
        Some(there) => Diagnostic::error(
            format!("Key \"{name}\" belongs to another portal"),
            format!(
                "This state was written for {there}, but base_url names {here}: {difference} ({id}). {kept} Set \
                 base_url (or DOCSPACE_BASE_URL) to {there}. If {here} is now the right portal, {leave}."
            ),
        ),
        None => Diagnostic::error(
            format!("Key \"{name}\" is not the one on the portal"),
            format!(
                "The portal at {here} has a key {id}, but not the one that this state was written for: {difference}. {kept} \
                 Check base_url (or DOCSPACE_BASE_URL), which may name another portal. If it is right, the portal was \
                 restored or set up anew: then {leave}."
            ),
        ),
    }
}

/// Explains how a key differs from that of the state, as the continuation of a sentence.
fn differs(difference: Difference, state: &Object, key: &Key) -> String {
    match difference {
        Difference::Creator => "the one there was created by another user".to_owned(),
        Difference::CreatedOn => {
            let date = dates::told(key.created_on.as_ref());
            format!(
                "the one there was created at another time ({})",
                date.as_str().unwrap_or_default()
            )
        }
        Difference::Name => format!(
            "the one there is named {:?}, while the state is about one named {:?}",
            key.name,
            state.get(NAME).as_str().unwrap_or_default(),
        ),
    }
}
