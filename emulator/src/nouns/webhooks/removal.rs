//! Removing webhooks together with what refers to them.

use std::sync::Arc;

use crate::locks::lock;
use crate::nouns::webhooks::store::Webhook;
use crate::portal::Portal;

/// The database keeps a webhook because something refers to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Restricted;

/// Removes a webhook as the portal itself would: on PostgreSQL not while it has journal entries (API §6.5).
pub(crate) fn remove_as_api(portal: &Portal, id: i32) -> Result<Option<Arc<Webhook>>, Restricted> {
    let is_restricted = portal.settings.current().database.restricts_removal()
        && lock(&portal.nouns.journal.entries).has_entries_of(id);
    if is_restricted {
        return Err(Restricted);
    }
    Ok(remove(portal, id))
}

/// Removes a webhook together with its journal (API §6.5).
pub(crate) fn remove(portal: &Portal, id: i32) -> Option<Arc<Webhook>> {
    let removed = lock(&portal.nouns.webhooks.store).remove(id)?;
    let journal = &portal.nouns.journal;
    lock(&journal.entries).forget_webhook(id);
    journal.changed.notify_waiters();
    Some(removed)
}
