//! Creating a key, whatever becomes of the answer to the first request.

use super::creation::{Creation, SUMMARY};
use super::lost_create;
use crate::api::keys::CreatedKey;
use crate::framework::diagnostics::Diagnostic;

/// Creates a key. Keys of one name are created one after the other, because a lost one is recognized by its name.
pub(super) async fn mint(creation: &Creation<'_>) -> Result<CreatedKey, Diagnostic> {
    let session = creation.session;
    let _turn = session.turn_to_create(&creation.body.name).await;
    let (prepared, allowed) =
        tokio::join!(creation.prepare(), creation.portal.require_write(SUMMARY));
    prepared.and(allowed)?;
    let created = match creation.post(&creation.portal.client).await {
        Ok(created) => created,
        Err(error) if error.outcome_unknown() => lost_create::resolve(creation, error).await?,
        Err(error) => return Err(lost_create::refused(creation, &error).await),
    };
    session.mark_created(created.key.id);
    Ok(created)
}
