//! The key that the provider itself runs with. It is an ordinary row of the list, but deleting, disabling or narrowing
//! it cuts off the branch that the run sits on.

use super::model::{ID, IS_ACTIVE, KEY_POSTFIX, NAME, id_of, permissions_in};
use crate::api::keys::{Key, KeyChange};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::value::Object;
use crate::provider::portal::LivePortal;

/// What a change would do to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Harm {
    Deleted,
    Replaced,
    SwitchedOff,
    Narrowed,
}

impl Harm {
    /// Returns what an update in place would do to a key, as far as its plan is known.
    pub(super) fn of_change(prior: &Object, planned: &Object) -> Option<Self> {
        let is_on = |object: &Object| object.get(IS_ACTIVE).as_bool() == Some(true);
        if is_on(prior) && planned.get(IS_ACTIVE).as_bool() == Some(false) {
            return Some(Self::SwitchedOff);
        }
        let (before, after) = (permissions_in(prior)?, permissions_in(planned)?);
        (!after.cover(&before)).then_some(Self::Narrowed)
    }

    /// Returns what a change would do to a key as the portal shows it.
    pub(super) fn of(change: &KeyChange, key: &Key) -> Option<Self> {
        if change.is_active == Some(false) && key.is_active {
            return Some(Self::SwitchedOff);
        }
        let after = change.permissions.as_ref()?;
        (!after.cover(&key.permissions)).then_some(Self::Narrowed)
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Deleted => "delete",
            Self::Replaced => "replace",
            Self::SwitchedOff => "switch off",
            Self::Narrowed => "take permissions from",
        }
    }
}

/// Reports while planning that a plan would harm the provider's own key. If the portal cannot tell which key that is,
/// applying asks again.
pub(super) async fn review(
    portal: &LivePortal,
    prior: &Object,
    harm: Harm,
    diagnostics: &mut Diagnostics,
) {
    let own_key = portal.own_key().await;
    if own_key.is_ok_and(|own| is_it(portal, own, prior)) {
        diagnostics.push(refused(prior, harm, "Nothing will be applied."));
    }
}

/// Returns whether a key of the state is the provider's own. If the portal cannot tell, its last characters decide.
fn is_it(portal: &LivePortal, own: Option<&Key>, prior: &Object) -> bool {
    own.map_or_else(
        || {
            let postfix = prior.get(KEY_POSTFIX).as_str().unwrap_or_default();
            portal.client.presents_key_ending_in(postfix)
        },
        |own| id_of(prior).is_ok_and(|id| id == own.id),
    )
}

/// Refuses to harm the provider's own key.
pub(super) async fn protect(
    portal: &LivePortal,
    summary: &str,
    prior: &Object,
    harm: Harm,
) -> Result<(), Diagnostic> {
    let id = id_of(prior)?;
    if portal.keys().is_created(id) {
        // The provider ran with another key before this one existed.
        return Ok(());
    }
    let own_key = portal.own_key().await;
    let own_key = own_key.map_err(|error| portal.explain(summary, &error))?;
    if is_it(portal, own_key, prior) {
        return Err(refused(prior, harm, "Nothing was changed."));
    }
    Ok(())
}

fn refused(prior: &Object, harm: Harm, outcome: &str) -> Diagnostic {
    let name = prior.get(NAME).as_str().unwrap_or("?");
    let id = prior.get(ID).as_str().unwrap_or("?");
    let verb = harm.verb();
    Diagnostic::error(
        format!("Key \"{name}\" is the one the provider runs with"),
        format!(
            "This would {verb} key {id}, whose value is api_key (or DOCSPACE_API_KEY) of this run: the rest of the run \
             and every later run need that key as it is. {outcome} Give the provider another key first. To keep this \
             one and no longer manage it, run `terraform state rm`, or use a `removed` block with destroy = false."
        ),
    )
}
