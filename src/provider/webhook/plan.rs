//! Planning: a pure function of configuration, prior state and private state (product §4.6).
//!
//! What the portal answers adds an error or a warning and never changes a planned value. It is asked
//! only about what this plan will send.

use super::clash::{self, Likeness};
use super::model::{ID, NAME, SECRET_KEY_WO_VERSION, TRIGGERS, URI};
use super::private::WebhookPrivate;
use super::rotation::{self, SecretPlan};
use super::secret;
use super::triggers::{self, Bits, Spelling};
use crate::api::{PairKey, Trigger, TriggerCatalog, TriggerMask, Webhook};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::resource::{Plan, PlanRequest};
use crate::framework::value::{Object, Value};
use crate::provider::portal::{LivePortal, Portal};

/// Completes a plan that the engine has filled.
pub(super) async fn plan(
    portal: Option<&Portal>,
    request: &PlanRequest<'_>,
    plan: &mut Plan,
    diagnostics: &mut Diagnostics,
) {
    let prior_private: WebhookPrivate = plan.private.decode();
    let private = match request.prior {
        Some(_) => prior_private,
        // What was kept with a webhook that is being replaced says nothing about its successor. But its deletion gets
        // the private state of this plan, and must know it again.
        None => WebhookPrivate {
            provenance: prior_private.provenance,
            ..WebhookPrivate::default()
        },
    };
    let secret = match request.prior {
        None => {
            plan.state.set(ID, Value::unknown_not_null());
            rotation::plan_create(request.config)
        }
        Some(prior) => {
            keep_spelling(prior, &private, &mut plan.state);
            let is_changed = differs(prior, &plan.state);
            rotation::plan_update(request.config, prior, &private, is_changed).await
        }
    };
    plan.state.set(super::model::SECRET_KEY, secret.key.clone());
    plan.state
        .set(SECRET_KEY_WO_VERSION, secret.version.clone());
    plan.private = crate::framework::private_state::PrivateState::encode(&private);
    if secret.is_removed {
        diagnostics.push(removed_secret(request.prior, &plan.state));
    }
    if let Some(portal) = portal.and_then(Portal::known) {
        ask(portal, request, plan, &private, &secret, diagnostics).await;
    }
}

/// Keeps the state's spelling of triggers that are the same events.
fn keep_spelling(prior: &Object, private: &WebhookPrivate, planned: &mut Object) {
    let mask = |object: &Object| mask_of(object.get(TRIGGERS), private);
    if mask(prior).is_some() && mask(prior) == mask(planned) {
        planned.set(TRIGGERS, prior.get(TRIGGERS).clone());
    }
}

/// Returns the mask of a wholly known set, without asking the portal.
fn mask_of(triggers: &Value, private: &WebhookPrivate) -> Option<TriggerMask> {
    let elements = triggers
        .as_elements()
        .filter(|_| triggers.is_wholly_known())?;
    let bits = Bits {
        recorded: &private.trigger_bits,
        catalog: None,
    };
    bits.mask(elements.iter().filter_map(Value::as_str))
}

/// Says whether anything but the secret's version differs; that one is planned last.
fn differs(prior: &Object, planned: &Object) -> bool {
    planned
        .iter()
        .filter(|(name, _)| *name != SECRET_KEY_WO_VERSION && *name != super::model::SECRET_KEY)
        .any(|(name, value)| prior.get(name) != value)
}

/// Asks the portal about what will be sent.
async fn ask(
    portal: &LivePortal,
    request: &PlanRequest<'_>,
    plan: &Plan,
    private: &WebhookPrivate,
    secret: &SecretPlan,
    diagnostics: &mut Diagnostics,
) {
    if portal.is_in_trouble() {
        return;
    }
    let planned = &plan.state;
    let is_create = request.prior.is_none();
    let has_new_triggers = request
        .prior
        .is_none_or(|prior| prior.get(TRIGGERS) != planned.get(TRIGGERS));
    if is_create || has_new_triggers {
        if let Err(unsupported) = portal.require_supported_version().await {
            return diagnostics.push(unsupported);
        }
        match portal.catalog().await {
            Ok(catalog) => check_triggers(planned.get(TRIGGERS), private, catalog, diagnostics),
            Err(error) => {
                // Asking further would only make the practitioner wait.
                if !portal.report_gap(error, diagnostics).await {
                    return;
                }
            }
        }
    }
    if is_create && check_clash(portal, planned, diagnostics).await.is_err() {
        return;
    }
    if let Some((attribute, secret)) = &secret.sends {
        match portal.policy().await {
            Ok(policy) => {
                let missing = secret::shortcomings(secret.expose(), *policy);
                if !missing.is_empty() {
                    diagnostics.push(too_weak(&missing).at_attribute(attribute));
                }
            }
            Err(error) => {
                portal.report_gap(error, diagnostics).await;
            }
        }
    }
}

/// Says that the portal could not be asked, which has been reported.
struct Trouble;

/// Warns of a webhook that is in the way of a creation.
async fn check_clash(
    portal: &LivePortal,
    planned: &Object,
    diagnostics: &mut Diagnostics,
) -> Result<(), Trouble> {
    let (Some(name), Some(uri)) = (planned.get(NAME).as_str(), planned.get(URI).as_str()) else {
        return Ok(());
    };
    let earlier = portal.note_planned(name, uri);
    let snapshot = portal.list.read().await.map_err(|error| {
        portal.report_trouble(&error, diagnostics);
        Trouble
    })?;
    let likeness = |webhook: &Webhook| Likeness::of(webhook, name, uri);
    let unmanaged = snapshot
        .with_key(PairKey::new(name, uri))
        .filter(|webhook| !portal.manages(webhook))
        .min_by_key(|webhook| likeness(webhook));
    if let Some(webhook) = unmanaged {
        diagnostics.push(clash::planned(name, webhook, likeness(webhook)));
    } else if let Some((other, other_uri)) = earlier {
        diagnostics.push(if other == name && other_uri == uri {
            clash::planned_twice(name)
        } else {
            clash::probably_planned_twice(name, &other)
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
    let names = triggers
        .as_elements()
        .unwrap_or_default()
        .iter()
        .filter_map(Value::as_str);
    let bits = Bits {
        recorded: &private.trigger_bits,
        catalog: Some(catalog),
    };
    let mut used: Vec<(u8, &str)> = Vec::new();
    for name in names {
        let bit = match triggers::parse(name) {
            Ok(Spelling::Bit(bit)) => Some(bit),
            Ok(Spelling::Foreign) => bits.of_foreign(name),
            Ok(Spelling::All) | Err(_) => continue,
        };
        let Some(bit) = bit else {
            diagnostics.push(unknown_trigger(name, catalog).at_attribute(TRIGGERS));
            continue;
        };
        if let Some((_, other)) = used.iter().find(|(seen, _)| *seen == bit) {
            diagnostics.push(
                Diagnostic::error(
                    "Trigger given twice",
                    format!(
                        "{other:?} and {name:?} are two spellings of one trigger. Keep one of them."
                    ),
                )
                .at_attribute(TRIGGERS),
            );
        }
        used.push((bit, name));
        match (
            catalog.by_mask(TriggerMask::from_bits(1 << bit)),
            Trigger::by_name(name),
        ) {
            (Some(entry), _) if entry.available == Some(false) => {
                diagnostics.push(unavailable_trigger(name).at_attribute(TRIGGERS));
            }
            (None, Some(trigger)) => {
                diagnostics.push(missing_trigger(trigger).at_attribute(TRIGGERS));
            }
            _ => {}
        }
    }
}

/// Explains that a name is neither in the table nor in the portal's catalog.
pub(super) fn unknown_trigger(name: &str, catalog: &TriggerCatalog) -> Diagnostic {
    let mut names: Vec<(usize, String)> = catalog
        .entries()
        .iter()
        .filter(|entry| entry.is_well_named())
        .map(crate::api::CatalogEntry::name)
        .map(|known| {
            (
                strsim::levenshtein(&name.to_lowercase(), &known.to_lowercase()),
                known,
            )
        })
        .collect();
    names.sort();
    let nearest: Vec<String> = names
        .into_iter()
        .take(3)
        .map(|(_, name)| format!("{name:?}"))
        .collect();
    Diagnostic::error(
        "Unknown trigger",
        format!(
            "Neither this provider nor the portal knows a trigger {name:?}. The nearest names are {}. Use one \
             of them, or give the trigger as the decimal number of its bit.",
            nearest.join(", ")
        ),
    )
}

/// Explains that a trigger of the table is not in the portal's catalog. A portal before 3.7 takes bits
/// that it does not know, as far as they fit into 32, and ignores them (API §5.1).
fn missing_trigger(trigger: &Trigger) -> Diagnostic {
    let Trigger { name, since, .. } = trigger;
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

fn removed_secret(prior: Option<&Object>, planned: &Object) -> Diagnostic {
    let text = |name: &str| {
        let planned = planned.get(name).as_str();
        planned.or_else(|| prior?.get(name).as_str()).unwrap_or("?")
    };
    let (id, name) = (text(ID), text(NAME));
    Diagnostic::warning(
        format!("Webhook \"{name}\" ({id}) keeps its old secret"),
        "The configuration no longer sets a secret, or ignore_changes hides it. The portal cannot forget one, so it goes on signing with the \
         secret that was sent last; only the state forgets it. To replace the secret, set secret_key or \
         secret_key_wo to a new one.",
    )
}
