//! What the portal says about a plan, before anything is sent: an error or a warning. It is asked only about what the
//! plan will send.

use std::sync::Arc;

use super::model::{SECRET_KEY_WO, TRIGGERS, id_of, pair};
use super::name_conflict::{self, Likeness};
use super::private::WebhookPrivate;
use super::{schema, secret, target};
use crate::api::{
    Error, PairKey, PasswordPolicy, Trigger, TriggerCatalog, TriggerMask, Webhook, WebhookSnapshot,
};
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
    let secrets: Vec<_> = secrets_to_send(request, plan).collect();
    let answers = Answers::ask(portal, request, plan, !secrets.is_empty()).await;
    if let Some(catalog) = answers.catalog {
        if let Err(unsupported) = portal.require_supported_version().await {
            return diagnostics.push(unsupported);
        }
        match catalog {
            Ok(catalog) => {
                let private: WebhookPrivate = plan.private.decode();
                check_triggers(planned.get(TRIGGERS), &private, catalog, diagnostics);
            }
            Err(error) => {
                if !report_gap(portal, error, answers.list.as_ref(), diagnostics).await {
                    return;
                }
            }
        }
    }
    match &answers.list {
        Some(Ok(list)) => check_name_conflict(portal, plan, list, diagnostics),
        Some(Err(error)) => return portal.report_trouble(error, diagnostics),
        None => {}
    }
    match answers.policy {
        Some(Ok(policy)) => {
            for (attribute, secret) in secrets {
                let missing = secret::shortcomings(secret.expose(), *policy);
                if !missing.is_empty() {
                    diagnostics.push(too_weak(&missing).at_attribute(attribute));
                }
            }
        }
        Some(Err(error)) => {
            report_gap(portal, error, answers.list.as_ref(), diagnostics).await;
        }
        None => {}
    }
}

/// What the portal answers about a plan; `None` for what it is not asked.
struct Answers<'a> {
    catalog: Option<Result<&'a TriggerCatalog, &'a Error>>,
    list: Option<Result<Arc<WebhookSnapshot>, Error>>,
    policy: Option<Result<&'a PasswordPolicy, &'a Error>>,
}

impl<'a> Answers<'a> {
    /// Asks everything at once, so that a plan waits for a distant portal once. An apply plans first and waits once
    /// too: the key that a creation needs to know ([`LivePortal::require_write`]) is also asked for here.
    async fn ask(
        portal: &'a LivePortal,
        request: &PlanRequest<'_>,
        plan: &Plan,
        has_secrets: bool,
    ) -> Self {
        let planned = &plan.state;
        let is_create = request.prior.is_none();
        let has_new_triggers = request
            .prior
            .is_none_or(|prior| prior.get(TRIGGERS) != planned.get(TRIGGERS));
        let needs_list = is_create && pair(planned).is_some();
        let (catalog, list, policy, _own_key) = tokio::join!(
            asked(has_new_triggers, portal.catalog()),
            asked(needs_list, portal.webhooks().list.read()),
            asked(has_secrets, portal.policy()),
            asked(is_create, portal.prepare_write()),
        );
        Self {
            catalog,
            list,
            policy,
        }
    }
}

/// Asks a question if its answer is needed.
async fn asked<T>(is_needed: bool, question: impl Future<Output = T>) -> Option<T> {
    if is_needed {
        Some(question.await)
    } else {
        None
    }
}

/// Reports that a question other than the list was not answered while planning. A portal that lists its webhooks can
/// still be used: what it does not have is not mentioned, what it refuses to tell is one warning per process, and the
/// apply decides. If the list was not asked for yet, it is asked for only if waiting cannot mend the failure. Returns
/// whether it makes sense to continue checking.
async fn report_gap(
    portal: &LivePortal,
    error: &Error,
    list: Option<&Result<Arc<WebhookSnapshot>, Error>>,
    diagnostics: &mut Diagnostics,
) -> bool {
    if !diagnose::is_definitive(error) {
        portal.report_trouble(error, diagnostics);
        return false;
    }
    let list = match list {
        Some(list) => list.clone(),
        None => portal.webhooks().list.read().await,
    };
    if let Err(error) = list {
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
        "A check against the portal was skipped while planning",
        format!(
            "{} The portal does list its webhooks, so the plan continues without this check; the apply will show \
             whether the portal accepts the changes.",
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

/// Returns the secrets that will be sent, by attribute. Write-only values are only in the configuration.
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

/// Warns of a webhook that is in the way of a creation.
fn check_name_conflict(
    portal: &LivePortal,
    plan: &Plan,
    list: &WebhookSnapshot,
    diagnostics: &mut Diagnostics,
) {
    let Some((name, uri)) = pair(&plan.state) else {
        return;
    };
    let predecessor = plan.private.decode::<WebhookPrivate>().provenance;
    // Terraform plans again before it applies. Once something was applied, a second plan is no second resource.
    let earlier = portal.webhooks().note_planned(name, uri);
    let earlier = earlier.filter(|_| !portal.is_applying());
    let likeness = |webhook: &Webhook| Likeness::of(webhook, name, uri);
    let unmanaged = list
        .like_pair(PairKey::new(name, uri))
        .filter(|webhook| !portal.webhooks().manages(webhook))
        .filter(|webhook| !predecessor.is_of(portal.origin(), webhook))
        .min_by_key(|webhook| likeness(webhook));
    if let Some(webhook) = unmanaged {
        diagnostics.push(name_conflict::planned(name, &webhook, likeness(&webhook)));
    } else if let Some((other, other_uri)) = earlier {
        diagnostics.push(if other == name && other_uri == uri {
            name_conflict::planned_twice(name)
        } else {
            name_conflict::probably_planned_twice(name, &other)
        });
    }
}

/// Checks names outside the table, and what the caller's role may use, against the catalog. An empty catalog says
/// nothing about any of them.
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
        let mask = TriggerMask::from_bits(1 << bit);
        match (
            catalog.by_mask(mask),
            Trigger::by_name(name).or_else(|| Trigger::by_dotted(name)),
        ) {
            (Some(entry), _) if entry.available == Some(false) => {
                diagnostics.push(unavailable_trigger(name).at_attribute(TRIGGERS));
            }
            (None, _) if catalog.is_of_32_bits() && !mask.fits_32_bits() => {
                diagnostics.push(too_large_trigger(name).at_attribute(TRIGGERS));
            }
            (None, Some(trigger)) => {
                diagnostics.push(missing_trigger(name, trigger).at_attribute(TRIGGERS));
            }
            _ => {}
        }
    }
}

/// Explains that a trigger of the table is not in the portal's catalog. A portal before 3.7 accepts bits that it does
/// not know, as far as they fit into 32, and ignores them (API §5.1).
fn missing_trigger(name: &str, trigger: &Trigger) -> Diagnostic {
    let since = trigger.since;
    Diagnostic::error(
        "Trigger is not known to this portal",
        format!(
            "The trigger {name:?} came with DocSpace {since} and is not in this portal's catalog, so the webhook would \
             never fire for it. Upgrade the portal, or remove the trigger. If the portal has it nevertheless, give it \
             as the decimal number of its bit, \"{}\".",
            trigger.mask().bits()
        ),
    )
}

/// Explains that a portal before 3.7 has no room for the bit of a trigger (API §5.1).
fn too_large_trigger(name: &str) -> Diagnostic {
    Diagnostic::error(
        "Trigger does not fit this portal",
        format!(
            "The trigger {name:?} has a bit above the 31 that portals before DocSpace 3.7 take, so this portal would \
             refuse the webhook. Upgrade the portal, or remove the trigger."
        ),
    )
}

fn unavailable_trigger(name: &str) -> Diagnostic {
    Diagnostic::error(
        "Trigger is not available",
        format!(
            "The role of the API key's owner does not allow {name:?}; the portal would refuse the webhook. Use the key \
             of a portal or room administrator, or remove the trigger."
        ),
    )
}

fn too_weak(missing: &[String]) -> Diagnostic {
    Diagnostic::error(
        "Secret does not satisfy the portal's password policy",
        format!(
            "The portal requires a webhook's secret to have {}; this one does not comply. Choose another secret, or \
             omit it on create to have one generated.",
            missing.join(", ")
        ),
    )
}
