//! Which webhook a number identifies (product §4.4), and which one a move took over.

use serde::{Deserialize, Serialize};

use super::model::{NAME, URI};
use crate::api::Webhook;
use crate::framework::diagnostics::Diagnostic;
use crate::framework::value::Object;
pub(super) use crate::provider::provenance::{Difference, Provenance};

impl Provenance {
    /// Takes it from a webhook as the portal at `origin` shows it.
    pub(super) fn of(origin: &str, webhook: &Webhook) -> Self {
        Self::new(
            origin,
            webhook.created_by.as_ref(),
            webhook.created_on.as_ref(),
        )
    }

    /// Returns whether a webhook of the portal at `origin` is certainly the remembered one.
    pub(super) fn is_of(&self, origin: &str, webhook: &Webhook) -> bool {
        self.is_certainly(&Self::of(origin, webhook))
    }

    /// Recognizes a webhook of the portal at `origin` as the one that `state` was written for, and returns what to
    /// remember of it from now on.
    pub(super) fn recognize(
        &self,
        origin: &str,
        state: &Object,
        webhook: &Webhook,
    ) -> Result<Self, Difference> {
        self.compare(Self::of(origin, webhook), is_named_alike(state, webhook))
    }
}

/// What a moved webhook was at its source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct MovedFrom {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uri: Option<String>,
}

impl MovedFrom {
    /// Refuses a webhook that is not the one that the source described.
    pub(super) fn check(&self, webhook: &Webhook) -> Result<(), Diagnostic> {
        let differs = |ours: &Option<String>, theirs: &str| {
            ours.as_deref().is_some_and(|ours| ours != theirs)
        };
        if !differs(&self.name, &webhook.name) && !differs(&self.uri, &webhook.uri) {
            return Ok(());
        }
        Err(Diagnostic::error(
            format!("Webhook {} is not the one that was moved", webhook.id),
            format!(
                "The moved block took over webhook {}, named {:?} with the uri {:?}, but the portal's webhook of that \
                 number is named {:?} and has the uri {:?}. Check base_url: it may be another portal. If the webhook was \
                 changed in the portal, remove the moved block, run `terraform state rm`, and import the webhook.",
                webhook.id,
                self.name.as_deref().unwrap_or("?"),
                self.uri.as_deref().unwrap_or("?"),
                webhook.name,
                webhook.uri
            ),
        ))
    }
}

/// Returns whether a webhook has the name or the uri of a state. A state with neither, as after an import, is about
/// whatever webhook has its number.
fn is_named_alike(state: &Object, webhook: &Webhook) -> bool {
    let (name, uri) = (state.get(NAME).as_str(), state.get(URI).as_str());
    let is_bare = name.is_none() && uri.is_none();
    is_bare || name == Some(&*webhook.name) || uri == Some(&*webhook.uri)
}

#[cfg(test)]
mod tests;
