//! Reading through the shared list, and what absence means (product §4.4).

use std::sync::Arc;

use time::Duration;

use super::guard;
use super::model::{ENABLED, ID, NAME, SSL, TARGET_ID, TRIGGERS, URI, id_of};
use super::private::WebhookPrivate;
use super::version;
use crate::api::{Client, Role, Timestamp, Webhook, WebhookId, WebhookSnapshot};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::private_state::PrivateState;
use crate::framework::resource::{Progress, ReadRequest};
use crate::framework::value::{Object, Value};
use crate::provider::dates;
use crate::provider::portal::LivePortal;
use crate::provider::triggers::{TriggerResolver, TriggerSet};

const SUMMARY: &str = "Could not read the webhook";

/// For how long the portal trusts a receiver without a successful delivery (API §10).
const TRUSTED: Duration = Duration::days(3);

const GONE: &str = "It was deleted in the portal, or by the portal itself, which deletes a webhook whose receiver answers \
    410 Gone or has a forbidden address. It is removed from the state.";

/// Reads one webhook. Records nothing when it is gone.
pub(super) async fn read(
    portal: &LivePortal,
    request: ReadRequest,
    progress: &Progress,
) -> Result<(), Diagnostic> {
    let ReadRequest { state, private } = request;
    let id = id_of(&state)?;
    portal.webhooks().mark_managed(id);
    let mut private: WebhookPrivate = private.decode();
    let list = find(portal, id).await?;
    let Some(webhook) = list.webhook(id) else {
        guard::refuse_absence_elsewhere(portal, id, &state, &private, &list)?;
        confirm_removal(portal, id, &state, &private).await?;
        progress.warn(removed(portal, id, &state));
        return Ok(());
    };
    guard::recognize(portal, &state, &mut private, &list, &webhook)?;
    if let Some(warning) = switched_off(&portal.client, &state, &webhook) {
        progress.warn(warning);
    }
    let state = refresh(state, &webhook, &private)?;
    progress.save(state, PrivateState::encode(&private));
    Ok(())
}

/// Returns a list that shows a webhook, or one from which it is certain that the webhook is gone: what the first list
/// lacks must be missing from a second one too.
pub(super) async fn find(
    portal: &LivePortal,
    id: WebhookId,
) -> Result<Arc<WebhookSnapshot>, Diagnostic> {
    let explain = |error| portal.explain(SUMMARY, &error);
    let list = portal.current_list().await.map_err(explain)?;
    if list.contains(id) {
        return Ok(list);
    }
    portal
        .webhooks()
        .list
        .confirm_absence(&list, id)
        .await
        .map_err(explain)
}

/// Decides whether a webhook that the caller does not see is really gone.
async fn confirm_removal(
    portal: &LivePortal,
    id: WebhookId,
    state: &Object,
    private: &WebhookPrivate,
) -> Result<(), Diagnostic> {
    let caller = match portal.caller().await {
        Ok(caller) => caller,
        Err(error) => {
            let detail = format!(
                "The list does not show it, and the API key's owner cannot be read, so it is unclear whether it is \
                 gone or only hidden from this key. {}",
                portal.wording().detail(&error)
            );
            return Err(out_of_sight(id, state, &detail));
        }
    };
    if caller.role() == Role::Admin || private.provenance.is_creator(&caller.id) {
        return Ok(());
    }
    let detail = if private.provenance.creator.is_some() {
        "The list does not show it, but the API key's owner is neither a portal administrator nor the webhook's \
         creator, and sees only their own webhooks. Use the key of an administrator or of the creator."
    } else {
        "The list does not show it, but the API key's owner is not a portal administrator and sees only their own \
         webhooks, and the creator of this one is not recorded. Use the key of an administrator."
    };
    Err(out_of_sight(id, state, detail))
}

/// Takes what the portal shows into a state. Triggers that are the same events keep their spelling.
pub(super) fn refresh(
    mut state: Object,
    webhook: &Webhook,
    private: &WebhookPrivate,
) -> Result<Object, Diagnostic> {
    let Some(mask) = webhook.triggers else {
        return Err(version::unsupported(None));
    };
    let resolver = TriggerResolver::new(&private.trigger_bits);
    let known = TriggerSet::of(state.get(TRIGGERS));
    if resolver.mask(&known) != Some(mask) {
        let names = resolver.spell_like(&known, mask).into_iter();
        let names = Value::set(names.map(Value::from));
        state.set(TRIGGERS, names);
    }
    state.set(ID, webhook.id.to_string());
    state.set(NAME, webhook.name.as_str());
    state.set(URI, webhook.uri.as_str());
    state.set(ENABLED, webhook.enabled);
    state.set(SSL, webhook.ssl);
    state.set(TARGET_ID, webhook.target_id.clone());
    Ok(state)
}

/// Warns if the portal itself has probably switched a webhook off.
fn switched_off(client: &Client, state: &Object, webhook: &Webhook) -> Option<Diagnostic> {
    let was_enabled = state.get(ENABLED).as_bool() == Some(true);
    let failure = webhook.last_failure_on.as_ref()?;
    let moment = Timestamp::to_offset_date_time;
    let failed = moment(failure);
    let succeeded = webhook.last_success_on.as_ref().and_then(moment);
    let is_failing = succeeded.is_none_or(|success| failed.is_none_or(|failed| failed > success));
    if !was_enabled || webhook.enabled || !is_failing {
        return None;
    }
    // Without a success, the portal counts from the creation.
    let trusted_from = succeeded.or_else(|| webhook.created_on.as_ref().and_then(moment));
    let is_recent = failed
        .zip(trusted_from)
        .is_some_and(|(failed, from)| failed >= from && failed - from <= TRUSTED);
    let doubt = if is_recent {
        ", and at once when its uri no longer passes the portal's rules. It has not been that long, so the cause is \
         the uri, or someone switched the webhook off"
    } else {
        ""
    };
    let content = webhook
        .last_failure_content
        .as_deref()
        .unwrap_or("no reason recorded");
    Some(Diagnostic::warning(
        format!(
            "Webhook \"{}\" ({}) was switched off",
            webhook.name, webhook.id
        ),
        format!(
            "The portal switches a webhook off when no delivery has succeeded for more than 3 days{doubt}. The last \
             failure was on {}: {}. Repair the receiver, then apply to switch the webhook on again; the portal probes \
             the receiver before it does.",
            dates::shown(failure, client),
            client.quote(content).as_str().trim_end_matches('.')
        ),
    ))
}

/// Warns that a webhook is gone. Until one webhook of the state is found, the portal may be the wrong one: Terraform
/// merges these warnings, so that the question is asked once.
fn removed(portal: &LivePortal, id: WebhookId, state: &Object) -> Diagnostic {
    let name = state.get(NAME).as_str().unwrap_or("?");
    if portal.webhooks().has_recognized_any() {
        return Diagnostic::warning(
            format!("Webhook \"{name}\" ({id}) no longer exists"),
            format!("{GONE} Apply to re-create it, or remove it from the configuration too."),
        );
    }
    Diagnostic::warning(
        "A webhook is missing: does base_url name the right portal?",
        format!(
            "The portal at {} does not show webhook \"{name}\" ({id}), and this run has found no other webhook of the \
             state there. If base_url names a different portal than before, correct it and do not apply. Otherwise the \
             webhook is gone. {GONE} Apply to re-create it, or remove it from the configuration too.",
            portal.origin()
        ),
    )
}

fn out_of_sight(id: WebhookId, state: &Object, detail: &str) -> Diagnostic {
    let name = state.get(NAME).as_str().unwrap_or("?");
    Diagnostic::error(
        format!("Webhook \"{name}\" ({id}) is not visible"),
        format!(
            "{detail} If it is really gone, remove it from the state with `terraform state rm`. Nothing was changed."
        ),
    )
}
