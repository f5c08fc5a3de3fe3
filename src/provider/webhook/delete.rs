//! Deleting a webhook. A failed deletion keeps the resource in state (product §4.3).

use super::guard;
use super::model::{NAME, id_of, pair};
use super::private::WebhookPrivate;
use crate::api::{Cause, Error, Role, WebhookId};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::resource::DeleteRequest;
use crate::provider::portal::LivePortal;

const SUMMARY: &str = "Could not delete the webhook";

/// Deletes a webhook; one that is gone already counts as deleted.
pub(super) async fn delete(portal: &LivePortal, request: DeleteRequest) -> Result<(), Diagnostic> {
    let id = id_of(&request.prior)?;
    if let Some((name, uri)) = pair(&request.prior) {
        portal.webhooks().renames.forget(name, uri);
    }
    let mut private: WebhookPrivate = request.private.decode();
    let (verified, allowed) = tokio::join!(
        guard::verify(portal, SUMMARY, &request.prior, &mut private),
        portal.require_write(SUMMARY),
    );
    verified.and(allowed)?;
    let token = portal.webhooks().list.begin_write(id);
    match portal.client.delete_webhook(id).await {
        Ok(_removed_or_already_gone) => {
            token.deleted();
            Ok(())
        }
        Err(error) => {
            token.failed(&error);
            if is_open(&error) && is_absent(portal, id, &private, &error).await {
                return Ok(());
            }
            let name = request.prior.get(NAME).as_str().unwrap_or("?");
            Err(explain(portal, name, id, &error))
        }
    }
}

/// Returns whether a webhook is certainly gone. Its creator sees it as long as it exists, and so does an administrator;
/// anyone else's list says nothing (API §3.4). If the caller is not known, a list without it is enough after a success
/// that is not understood.
async fn is_absent(
    portal: &LivePortal,
    id: WebhookId,
    private: &WebhookPrivate,
    error: &Error,
) -> bool {
    let is_telling = match portal.caller().await {
        Ok(caller) => caller.role() == Role::Admin || private.provenance.is_creator(&caller.id),
        Err(_) => matches!(error.cause(), Cause::Decode { .. } | Cause::NotJson { .. }),
    };
    is_telling && is_unlisted(portal, id).await.unwrap_or(false)
}

/// Returns whether a deletion may have happened despite this error: a portal may have deleted before it failed.
pub(super) fn is_open(error: &Error) -> bool {
    error.outcome_unknown() || error.status() == Some(500)
}

/// Returns whether two lists in a row lack a webhook; one may be wrong.
pub(super) async fn is_unlisted(portal: &LivePortal, id: WebhookId) -> Result<bool, Error> {
    let snapshot = portal.webhooks().list.fresh().await?;
    if snapshot.webhook(id).is_some() {
        return Ok(false);
    }
    let confirmed = portal
        .webhooks()
        .list
        .confirm_absence(&snapshot, id)
        .await?;
    Ok(confirmed.webhook(id).is_none())
}

fn explain(portal: &LivePortal, name: &str, id: WebhookId, error: &Error) -> Diagnostic {
    let title = portal.wording().titled(SUMMARY, error);
    let opening = portal.wording().opening(&title, error);
    Diagnostic::error(
        title,
        format!(
            "{opening} Webhook \"{name}\" ({id}) stays in the state; run the command again to delete it."
        ),
    )
}
