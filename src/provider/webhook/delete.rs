//! Deleting a webhook. A failed deletion keeps the resource in state (product §4.3).

use super::model::{NAME, id_of, secrets_in};
use crate::api::{Error, Role, WebhookId};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::resource::DeleteRequest;
use crate::provider::diagnose;
use crate::provider::portal::LivePortal;

const SUMMARY: &str = "Could not delete the webhook";

/// Deletes a webhook; one that is gone already counts as deleted.
pub(super) async fn delete(portal: &LivePortal, request: DeleteRequest) -> Result<(), Diagnostic> {
    let id = id_of(&request.prior)?;
    let client = portal.client.knowing(secrets_in([&request.prior]));
    let token = portal.list.begin_write(id);
    match client.delete_webhook(id).await {
        Ok(_removed_or_already_gone) => {
            token.deleted();
            Ok(())
        }
        Err(error) => {
            token.failed(&error);
            if error.outcome_unknown() && is_absent(portal, id).await {
                return Ok(());
            }
            let name = request.prior.get(NAME).as_str().unwrap_or("?");
            Err(explain(name, id, &error))
        }
    }
}

/// Says whether a webhook is certainly gone. Only an administrator sees every webhook.
async fn is_absent(portal: &LivePortal, id: WebhookId) -> bool {
    let is_admin = portal
        .caller()
        .await
        .is_ok_and(|caller| caller.role() == Role::Admin);
    let is_listed = portal
        .list
        .fresh()
        .await
        .map(|snapshot| snapshot.webhook(id).is_some());
    is_admin && matches!(is_listed, Ok(false))
}

fn explain(name: &str, id: WebhookId, error: &Error) -> Diagnostic {
    let mut diagnostic = diagnose::explain(SUMMARY, error);
    diagnostic.detail = format!(
        "{} Webhook \"{name}\" ({id}) stays in the state; run the command again to delete it.",
        diagnose::happened(error)
    );
    diagnostic.path = None;
    diagnostic
}
