//! Lists that a plan or a state may not touch: one that has not been imported, and that of another portal.

use super::model::{EmbeddingPrivate, Entries, THE_ID};
use crate::api::embedding::Embedding;
use crate::framework::diagnostics::Diagnostic;
use crate::framework::value::Value;
use crate::provider::portal::LivePortal;

/// How many entries a message names.
const NAMED: usize = 20;

/// Warns while planning that a portal has a list that a creation would replace.
pub(super) fn warning(
    portal: &LivePortal,
    wanted: &Entries,
    now: &Embedding,
) -> Option<Diagnostic> {
    is_in_the_way(wanted, now).then(|| {
        Diagnostic::warning(
            "The portal already has embedding domains",
            format!(
                "{} Applying this plan will fail unless they are removed first. {}",
                holds(portal, now),
                ways_out()
            ),
        )
    })
}

/// Refuses to create the list over one that has not been imported.
pub(super) fn refuse_replacing(
    portal: &LivePortal,
    wanted: &Entries,
    now: &Embedding,
) -> Result<(), Diagnostic> {
    if !is_in_the_way(wanted, now) {
        return Ok(());
    }
    Err(Diagnostic::error(
        "The portal already has embedding domains",
        format!("{} Nothing was changed. {}", holds(portal, now), ways_out()),
    ))
}

/// An empty list has nothing to lose, and one that is as planned is adopted.
fn is_in_the_way(wanted: &Entries, now: &Embedding) -> bool {
    !now.domains.is_empty() && *wanted != entries(now)
}

/// Refuses to read, change or empty the list of another portal than the state's. If the entries are those of the state,
/// it is the same portal under another address.
pub(super) fn refuse_elsewhere(
    portal: &LivePortal,
    private: &EmbeddingPrivate,
    ours: &Entries,
    now: &Embedding,
) -> Result<(), Diagnostic> {
    let here = portal.origin();
    let there = private.origin.as_deref().filter(|there| *there != here);
    let Some(there) = there.filter(|_| *ours != entries(now)) else {
        return Ok(());
    };
    Err(Diagnostic::error(
        "The embedding domains belong to another portal",
        format!(
            "This state was written for {there}, but base_url names {here}, which has other entries. Nothing was \
             changed. Set base_url (or DOCSPACE_BASE_URL) to {there}. If {here} is now the right portal, remove the \
             resource from the state with `terraform state rm`, and import it with the id \"{THE_ID}\"."
        ),
    ))
}

/// Refuses an import by any other id than the one.
pub(super) fn unknown_id(id: &Value) -> Diagnostic {
    let id = id.as_str().unwrap_or_default();
    Diagnostic::error(
        "Invalid import id",
        format!(
            "{id:?} does not identify the list of embedding domains. Expected \"{THE_ID}\": a portal has one list."
        ),
    )
}

fn entries(embedding: &Embedding) -> Entries {
    embedding.domains.iter().cloned().collect()
}

/// Describes what a portal has.
fn holds(portal: &LivePortal, now: &Embedding) -> String {
    let quoted = |entry: &String| format!("\"{}\"", portal.client.quote(entry));
    let named: Vec<String> = now.domains.iter().take(NAMED).map(quoted).collect();
    let more = match now.domains.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "The portal at {} has these entries: {}{more}.",
        portal.origin(),
        named.join(", ")
    )
}

/// Names the way out of each case: the provider is not told the address of a resource, so it cannot tell them apart.
fn ways_out() -> String {
    format!(
        "If the plan marks this resource with +/- (create_before_destroy), they are its own: remove \
         create_before_destroy from its lifecycle. If only its address has changed, keep the list with a moved block. If \
         nothing manages the list, add this block with the resource's own name, and plan again; the plan shows each entry \
         that would be removed:\n\nimport {{\n  to = docspace_embedding.example\n  id = \"{THE_ID}\"\n}}"
    )
}
