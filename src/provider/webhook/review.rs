//! What the portal says about a plan, before anything is sent: an error or a warning. It is asked only about what the
//! plan will send.

use super::model::{SECRET_KEY_WO, TRIGGERS, id_of, pair};
use super::name_conflict::{self, Likeness};
use super::private::WebhookPrivate;
use super::{schema, secret, target};
use crate::api::{Error, PairKey, Trigger, TriggerCatalog, TriggerMask, Webhook};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::resource::{Plan, PlanRequest};
use crate::framework::value::{Object, SecretText, Value};
use crate::provider::diagnose;
use crate::provider::portal::LivePortal;
use crate::provider::triggers::{TriggerResolver, TriggerSet, Unknown, unknown};

/// Asks the portal about what will be sent.
pub(super) async fn review(
    portal: &LivePortal,
    request: &PlanRequest<'_>,
    plan: &Plan,
    diagnostics: &mut Diagnostics,
) {
    let planned = &plan.state;
    let is_create = request.prior.is_none();
    if is_create && let Some((name, uri)) = pair(planned) {
        let deleted = portal.webhooks().renames.note_creation(name, uri);
        diagnostics.extend(deleted.map(|id| name_conflict::renamed(name, id)));
    }
    target::review(portal, planned, diagnostics);
    if portal.is_in_trouble() {
        return;
    }
    let has_new_triggers = request
        .prior
        .is_none_or(|prior| prior.get(TRIGGERS) != planned.get(TRIGGERS));
    if is_create || has_new_triggers {
        if let Err(unsupported) = portal.require_supported_version().await {
            return diagnostics.push(unsupported);
        }
        match portal.catalog().await {
            Ok(catalog) => {
                let private: WebhookPrivate = plan.private.decode();
                check_triggers(planned.get(TRIGGERS), &private, catalog, diagnostics);
            }
            Err(error) => {
                // Asking further would only make the practitioner wait.
                if !report_gap(portal, error, diagnostics).await {
                    return;
                }
            }
        }
    }
    if is_create
        && check_name_conflict(portal, plan, diagnostics)
            .await
            .is_err()
    {
        return;
    }
    for (attribute, secret) in secrets_to_send(request, plan) {
        match portal.policy().await {
            Ok(policy) => {
                let missing = secret::shortcomings(secret.expose(), *policy);
                if !missing.is_empty() {
                    diagnostics.push(too_weak(&missing).at_attribute(attribute));
                }
            }
            Err(error) => {
                report_gap(portal, error, diagnostics).await;
            }
        }
    }
}

/// Reports that a question beside the list was not answered while planning. A portal that lists its
/// webhooks can be used all the same: what it does not have goes without saying, what it refuses to
/// tell is one warning per process, and apply decides. The list is asked for only where waiting cannot
/// mend the failure. Returns whether it makes sense to ask on.
async fn report_gap(portal: &LivePortal, error: &Error, diagnostics: &mut Diagnostics) -> bool {
    if !diagnose::is_definitive(error) {
        portal.report_trouble(error, diagnostics);
        return false;
    }
    if let Err(error) = portal.webhooks().list.read().await {
        portal.report_trouble(&error, diagnostics);
        return false;
    }
    let is_missing = matches!(error.status(), Some(404 | 405));
    if is_missing || !portal.webhooks().note_gap() {
        tracing::debug!(
            http_path = error.path(),
            "a check against the portal is left out"
        );
        return true;
    }
    diagnostics.push(Diagnostic::warning(
        "The portal did not answer everything while planning",
        format!(
            "{} The portal lists its webhooks, so the plan goes on without this check; apply will show whether it \
             accepts the changes.",
            portal.wording().detail(error)
        ),
    ));
    true
}

/// Notes a planned deletion.
pub(super) fn review_deletion(portal: &LivePortal, prior: &Object, diagnostics: &mut Diagnostics) {
    if let (Ok(id), Some((name, uri))) = (id_of(prior), pair(prior))
        && portal.webhooks().renames.note_deletion(id, name, uri)
    {
        diagnostics.push(name_conflict::renamed(name, id));
    }
}

/// Returns the secrets that will be sent, by attribute. Write-only values are in the configuration alone.
fn secrets_to_send<'a>(
    request: &'a PlanRequest<'_>,
    plan: &'a Plan,
) -> impl Iterator<Item = (&'static str, &'a SecretText)> {
    plan.sends.iter().filter_map(|&name| {
        let holder = if name == SECRET_KEY_WO {
            request.config
        } else {
            &plan.state
        };
        Some((name, holder.get(name).as_secret()?))
    })
}

/// Says that the portal could not be asked, which has been reported.
struct Trouble;

/// Warns of a webhook that is in the way of a creation.
async fn check_name_conflict(
    portal: &LivePortal,
    plan: &Plan,
    diagnostics: &mut Diagnostics,
) -> Result<(), Trouble> {
    let Some((name, uri)) = pair(&plan.state) else {
        return Ok(());
    };
    let predecessor = plan.private.decode::<WebhookPrivate>().provenance;
    let earlier = portal.webhooks().note_planned(name, uri);
    let snapshot = portal.webhooks().list.read().await.map_err(|error| {
        portal.report_trouble(&error, diagnostics);
        Trouble
    })?;
    let likeness = |webhook: &Webhook| Likeness::of(webhook, name, uri);
    let unmanaged = snapshot
        .like_pair(PairKey::new(name, uri))
        .filter(|webhook| !portal.webhooks().manages(webhook))
        .filter(|webhook| !predecessor.is_of(portal.origin(), webhook))
        .min_by_key(|webhook| likeness(webhook));
    if let Some(webhook) = unmanaged {
        diagnostics.push(name_conflict::planned(name, webhook, likeness(webhook)));
    } else if let Some((other, other_uri)) = earlier {
        diagnostics.push(if other == name && other_uri == uri {
            name_conflict::planned_twice(name)
        } else {
            name_conflict::probably_planned_twice(name, &other)
        });
    }
    Ok(())
}

/// Checks names outside the table, and what the caller's role may use, against the catalog. A catalog
/// without entries says nothing about any of them.
fn check_triggers(
    triggers: &Value,
    private: &WebhookPrivate,
    catalog: &TriggerCatalog,
    diagnostics: &mut Diagnostics,
) {
    if catalog.entries().is_empty() {
        return;
    }
    let resolver = TriggerResolver::with_catalog(&private.trigger_bits, catalog);
    let mut used: Vec<(u8, &str)> = Vec::new();
    for (name, bit) in resolver.bits(&TriggerSet::of(triggers)) {
        let Some(bit) = bit else {
            diagnostics.push(unknown(name, &Unknown::Catalog(catalog)).at_attribute(TRIGGERS));
            continue;
        };
        if let Some((_, other)) = used.iter().find(|(seen, _)| *seen == bit) {
            diagnostics.push(schema::twice(other, name).at_attribute(TRIGGERS));
        }
        used.push((bit, name));
        match (
            catalog.by_mask(TriggerMask::from_bits(1 << bit)),
            Trigger::by_name(name).or_else(|| Trigger::by_dotted(name)),
        ) {
            (Some(entry), _) if entry.available == Some(false) => {
                diagnostics.push(unavailable_trigger(name).at_attribute(TRIGGERS));
            }
            (None, Some(trigger)) => {
                diagnostics.push(missing_trigger(name, trigger).at_attribute(TRIGGERS));
            }
            _ => {}
        }
    }
}

/// Explains that a trigger of the table is not in the portal's catalog. A portal before 3.7 takes bits
/// that it does not know, as far as they fit into 32, and ignores them (API §5.1).
fn missing_trigger(name: &str, trigger: &Trigger) -> Diagnostic {
    let since = trigger.since;
    Diagnostic::error(
        "Trigger is not known to this portal",
        format!(
            "The trigger {name:?} exists since DocSpace {since} and is not in this portal's catalog, so the webhook \
             would never fire for it. Upgrade the portal, or remove the trigger. Should the portal have it all the \
             same, give it as the decimal number of its bit, \"{}\".",
            trigger.mask().bits()
        ),
    )
}

fn unavailable_trigger(name: &str) -> Diagnostic {
    Diagnostic::error(
        "Trigger is not available",
        format!(
            "The role of the API key's owner may not subscribe to {name:?}; the portal would refuse the webhook. \
             Use the key of a portal or room administrator, or remove the trigger."
        ),
    )
}

fn too_weak(missing: &[String]) -> Diagnostic {
    Diagnostic::error(
        "Secret does not satisfy the portal's password policy",
        format!(
            "The portal demands {} of a webhook's secret; this one does not comply. Choose another secret, or leave \
             it out on create to have one generated.",
            missing.join(", ")
        ),
    )
}
