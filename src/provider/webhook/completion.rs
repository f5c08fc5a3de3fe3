//! The second request of a creation: a portal stores every new webhook with `enabled` and `ssl` true,
//! whatever the POST says, and only a PUT stores false (API §16 O1).
//!
//! Both requests are one operation. The second one is sent even after an interrupt, and may use the whole retry budget.
//! If it is refused, the webhook is deleted again and nothing is left. If that is not certain, the webhook stays in the
//! state with its id, a warning says what is live, and the next apply repairs it in place.

use super::creation::{Creation, Found, SUMMARY};
use super::delete;
use super::drift::stored_differently;
use crate::api::{Error, Webhook};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::resource::Progress;
use crate::framework::value::Object;

/// What is left to do for a webhook that was just created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    Nothing,
    /// Switch off, which does not probe the receiver again (API §6.4).
    SwitchOff,
    /// Replace the configuration, without the secret.
    Replace,
}

/// Brings a new webhook, which is already recorded, to the planned configuration.
///
/// An error means that the webhook is gone again, and that nothing is recorded any longer.
pub(super) async fn complete(
    creation: &Creation<'_>,
    found: &Found,
    planned: &Object,
    progress: &Progress,
) -> Result<(), Diagnostic> {
    let rest = rest(creation, found);
    if rest == Rest::Nothing {
        return Ok(());
    }
    match send(creation, found, rest).await {
        Ok(webhook) => {
            if !creation.model.matches(creation.triggers, &webhook) {
                progress.warn(stored_differently("created", found.id, planned));
            }
            Ok(())
        }
        Err(error) if error.outcome_unknown() => {
            if !is_done(creation, found).await {
                progress.warn(incomplete(
                    creation,
                    found,
                    &creation.portal.wording().happened(&error),
                ));
            }
            Ok(())
        }
        // An adopted webhook may be another run's after all, so it is not deleted.
        Err(error) if found.is_adopted => {
            progress.warn(incomplete(
                creation,
                found,
                &creation.portal.wording().detail(&error),
            ));
            Ok(())
        }
        Err(error) => withdraw(creation, found, &error, progress).await,
    }
}

/// Compares the plan with what the answer shows. If it shows nothing, the portal has stored what every known portal
/// stores.
fn rest(creation: &Creation<'_>, found: &Found) -> Rest {
    let model = creation.model;
    let (enabled, ssl) = found
        .webhook
        .as_ref()
        .map_or((true, true), |webhook| (webhook.enabled, webhook.ssl));
    if (enabled, ssl) == (model.enabled, model.ssl) {
        Rest::Nothing
    } else if ssl == model.ssl && !model.enabled {
        Rest::SwitchOff
    } else {
        Rest::Replace
    }
}

async fn send(creation: &Creation<'_>, found: &Found, rest: Rest) -> Result<Webhook, Error> {
    let Creation {
        portal,
        model,
        triggers,
        ..
    } = creation;
    let client = portal.client.unstoppable();
    let token = portal.webhooks().list.begin_write(found.id);
    let result = if rest == Rest::SwitchOff {
        client.enable_webhook(&model.to_enable(found.id)).await
    } else {
        let update = model.to_update(found.id, *triggers, None);
        client.update_webhook(&update).await
    };
    match result {
        Ok(webhook) => {
            token.updated(webhook.clone());
            Ok(webhook)
        }
        Err(error) => {
            token.failed(&error);
            Err(error)
        }
    }
}

/// Checks whether a request without an answer was carried out anyway.
async fn is_done(creation: &Creation<'_>, found: &Found) -> bool {
    let Ok(list) = creation.portal.webhooks().list.fresh().await else {
        return false;
    };
    list.webhook(found.id)
        .is_some_and(|webhook| creation.model.matches(creation.triggers, &webhook))
}

/// Deletes a webhook that the portal does not allow to become what was planned.
async fn withdraw(
    creation: &Creation<'_>,
    found: &Found,
    refusal: &Error,
    progress: &Progress,
) -> Result<(), Diagnostic> {
    let portal = creation.portal;
    let token = portal.webhooks().list.begin_write(found.id);
    let deleted = portal.client.unstoppable().delete_webhook(found.id).await;
    let is_gone = match deleted {
        Ok(_) => {
            token.deleted();
            true
        }
        Err(error) => {
            token.failed(&error);
            delete::is_open(&error) && delete::is_unlisted(portal, found.id).await.unwrap_or(false)
        }
    };
    if !is_gone {
        progress.warn(incomplete(
            creation,
            found,
            &portal.wording().detail(refusal),
        ));
        return Ok(());
    }
    progress.forget();
    let mut diagnostic = portal.explain(SUMMARY, refusal);
    diagnostic.detail.push_str(
        " The portal had stored the webhook with enabled and ssl true, as it stores every new one, and refused to \
         change that. The webhook was deleted again; nothing is left on the portal.",
    );
    Err(diagnostic)
}

/// Warns that a webhook is in the state and on the portal, but not yet as configured.
fn incomplete(creation: &Creation<'_>, found: &Found, why: &str) -> Diagnostic {
    let model = creation.model;
    let (name, id) = (&model.name, found.id);
    let wanted = match (model.enabled, model.ssl) {
        (false, false) => "enabled and ssl to false",
        (false, true) => "enabled to false",
        (true, _) => "ssl to false",
    };
    let live = if model.enabled {
        "Until then the portal requires https and a valid certificate, and switches the webhook off at its first event \
         if the uri is http."
    } else {
        "Until then it is live: the portal delivers events to its uri."
    };
    Diagnostic::warning(
        format!("Webhook \"{name}\" ({id}) is not yet as configured"),
        format!(
            "A portal stores every new webhook with enabled and ssl true. The webhook was created, but the request to \
             set {wanted} failed. {why} The webhook is in the state. Apply again: this repairs it in place. {live}"
        ),
    )
}
