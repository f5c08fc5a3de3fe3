//! Messages about a webhook that has the same name and uri (product §4.3).
//!
//! With `create_before_destroy`, Terraform does not show the old webhook to the process that applies the change before
//! it asks for the new one, so an unknown webhook may be the one to be replaced.

use std::fmt;

use crate::api::{Webhook, WebhookId};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::value::normal_form;

/// How closely the name and uri of a webhook that the portal probably treats as equal match, closest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// Exactly these.
    Identical,
    /// Equal to Terraform, which composes every character (TPP §6.7).
    Composed,
    /// Equal to a portal on MySQL (API §16 O4).
    Collated,
}

impl Likeness {
    pub(super) fn of(webhook: &Webhook, name: &str, uri: &str) -> Self {
        if webhook.name == name && webhook.uri == uri {
            Self::Identical
        } else if has_pair(webhook, name, uri) {
            Self::Composed
        } else {
            Self::Collated
        }
    }
}

/// Returns whether a webhook has this name and uri in the form in which Terraform keeps them (TPP §6.7).
pub(super) fn has_pair(webhook: &Webhook, name: &str, uri: &str) -> bool {
    normal_form(&webhook.name) == name && normal_form(&webhook.uri) == uri
}

/// Adds an explanation if name and uri are not identical, but equal to the portal.
pub(super) fn differs_a_little(other: &str) -> String {
    format!(
        " That webhook is named \"{other}\": its name and uri differ from these only in case, accents or trailing \
         blanks, and this portal treats them as equal."
    )
}

/// Warns while planning that a webhook outside of Terraform's management is in the way, or probably is.
pub(super) fn planned(name: &str, webhook: &Webhook, likeness: Likeness) -> Diagnostic {
    let (id, other) = (webhook.id, &webhook.name);
    let (exists, why) = match likeness {
        Likeness::Identical => (
            "already exists",
            format!(
                "Webhook {id} on the portal has the same name and uri, and the portal will refuse another one."
            ),
        ),
        Likeness::Composed => (
            "already exists",
            format!(
                "Webhook {id} on the portal has the same name and uri, but spells its accents as separate characters. \
                 The portal may refuse another one; if it does not, the two cannot be told apart by name."
            ),
        ),
        Likeness::Collated => (
            "probably already exists",
            format!(
                "Webhook {id} on the portal is named \"{other}\"; its name and uri differ from these only in case, \
                 accents or trailing blanks. A portal on MySQL treats them as equal and will refuse another one."
            ),
        ),
    };
    Diagnostic::warning(
        format!("Webhook \"{name}\" {exists} (id {id})"),
        format!("{why} {}", way_out(id)),
    )
}

/// Warns while planning that a webhook will be deleted, and another one like it created under another address.
pub(super) fn renamed(name: &str, id: WebhookId) -> Diagnostic {
    Diagnostic::warning(
        format!("Webhook \"{name}\" ({id}) will be deleted and re-created"),
        format!(
            "The plan deletes webhook {id} and creates a webhook with the same name and uri under another address, \
             usually because a resource was renamed or its for_each key or count index has changed. The new webhook \
             gets another number, an empty delivery history and, if the secret was generated, another secret. The \
             portal may also refuse it while the old one exists. To keep the webhook, add this block with the two \
             addresses from this plan, and plan again:\n\n\
             moved {{\n  from = docspace_webhook.old\n  to   = docspace_webhook.new\n}}"
        ),
    )
}

/// Warns while planning that two resources want the same webhook.
pub(super) fn planned_twice(name: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("Webhook \"{name}\" is planned more than once"),
        "Two resources of this configuration create a webhook with the same name and uri. The portal accepts only one \
         of them. Change one of the names.",
    )
}

/// Warns while planning that two resources want what the portal probably treats as the same webhook.
pub(super) fn probably_planned_twice(name: &str, other: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("Webhook \"{name}\" is probably planned more than once"),
        format!(
            "Another resource of this configuration creates a webhook named \"{other}\". Their names and uris differ \
             only in case, accents or trailing blanks. A portal on MySQL treats them as equal and accepts only one of \
             them. Change one of the names."
        ),
    )
}

/// Explains at apply that the portal refused a creation because of another webhook.
pub(super) fn refused(name: &str, id: WebhookId) -> Diagnostic {
    Diagnostic::error(
        format!("Webhook \"{name}\" already exists (id {id})"),
        format!(
            "Webhook {id} on the portal has the same name and uri, and the portal refused to create another one. \
             Nothing was created. If the plan marks this resource with +/- (create_before_destroy), webhook {id} is the \
             one that it replaces, and it must be deleted first: do not import it, but remove create_before_destroy \
             from the resource's lifecycle (it may be inherited from a resource that depends on it), or change the \
             name. If another resource manages it, and only that resource's address or key has changed, keep it with a \
             moved block. If nothing manages it, {}",
            how_to_import(id)
        ),
    )
}

/// Explains at apply that the webhook that is to be replaced is in the way.
pub(super) fn own(name: &str, id: WebhookId) -> Diagnostic {
    Diagnostic::error(
        format!("Webhook \"{name}\" is still in use (id {id})"),
        format!(
            "This resource's own webhook {id} has this name and uri, which together must be unique on the portal, but \
             create_before_destroy creates its successor first. Nothing was created. Remove create_before_destroy from \
             the resource's lifecycle (it may be inherited from a resource that depends on it), or change the name."
        ),
    )
}

/// Explains at apply that another resource of the same run has created the webhook.
pub(super) fn created_twice(name: &str, id: WebhookId) -> Diagnostic {
    Diagnostic::error(
        format!("Webhook \"{name}\" is configured twice (id {id})"),
        "Another resource of this configuration has just created a webhook with the same name and uri, and the portal \
         accepts only one. Nothing was created for this resource. Change its name, or remove it.",
    )
}

/// Explains at apply that the old webhook of a replacement, or another resource's, is still there.
pub(super) fn replaced_too_early(name: &str, id: WebhookId) -> Diagnostic {
    Diagnostic::error(
        format!("Webhook \"{name}\" is still in use (id {id})"),
        "Terraform manages the webhook that has this name and uri, which together must be unique on the portal. \
         Nothing was created. The old webhook must be deleted before its replacement is created: remove \
         create_before_destroy from the resource's lifecycle (it may be inherited from a resource that depends on it), \
         or change the name. If another resource gives up this name and uri in the same run, make this one depend on \
         it; if it is the same webhook under another address or key, keep it with a moved block.",
    )
}

/// Explains at apply that the portal refused a creation because of a webhook that the list does not show.
pub(super) fn invisible(name: &str, sees_all: bool, detail: &str) -> Diagnostic {
    let explanation = if sees_all {
        "The list does not show the webhook with this name and uri, although the API key's owner sees those of all \
         users: it was probably created a moment ago. Nothing was created. Run the plan again: once the list shows it, \
         the plan names its id and how to import it."
    } else {
        "The webhook with this name and uri belongs to another user, so this API key does not see it. Nothing was \
         created. Change the name, or use the key of a portal administrator."
    };
    Diagnostic::error(
        format!("Webhook \"{name}\" already exists"),
        format!("{detail} {explanation}"),
    )
}

/// Describes what to do about a webhook that is not known to be managed. It may be managed nevertheless: the client
/// shows the states of other resources in any order, including those that are to be deleted.
fn way_out(id: WebhookId) -> String {
    format!(
        "If nothing manages it yet, {} If another resource manages it, do not import it: if only that resource's \
         address or key has changed, keep the webhook with a moved block. If this resource replaces it, remove \
         create_before_destroy from the resource's lifecycle instead (it may be inherited from a resource that depends \
         on it).",
        how_to_import(id)
    )
}

/// What to write for the address in an import block. Nothing tells the provider the resource's address (TPP §4.3); the
/// client prints it with the message.
pub(super) const ADDRESS: &str =
    "replace docspace_webhook.example with the address that this message shows after \"with\"";

/// Explains how to import a webhook, as the continuation of a sentence.
pub(super) fn how_to_import(id: WebhookId) -> String {
    format!(
        "import it: add this block, {ADDRESS}, and plan again:\n\n{}\n\nOtherwise change the name, or delete webhook \
         {id} in the portal.",
        import_block(id)
    )
}

/// Returns the block that imports a webhook.
pub(super) fn import_block(id: impl fmt::Display) -> String {
    format!("import {{\n  to = docspace_webhook.example\n  id = \"{id}\"\n}}")
}
