//! The message about an unknown trigger.

use super::spelling::{ALL, SpellingError};
use crate::api::{CatalogEntry, TRIGGERS, TriggerCatalog};
use crate::framework::diagnostics::Diagnostic;

/// Where a trigger is unknown.
#[derive(Debug)]
pub(in crate::provider) enum Unknown<'a> {
    /// It is not spelled like one.
    Spelling(&'a SpellingError),
    /// Neither the table of this build nor the portal's catalog has it.
    Catalog(&'a TriggerCatalog),
}

/// Explains why a text is not a trigger.
pub(in crate::provider) fn unknown(name: &str, why: &Unknown<'_>) -> Diagnostic {
    let detail = match why {
        Unknown::Spelling(SpellingError::Misspelled(meant)) => format!(
            "{name:?} is not a trigger. Did you mean \"{meant}\"? If your portal really has a trigger of the other \
             name, give it as the decimal number of its bit."
        ),
        Unknown::Spelling(SpellingError::Malformed) => format!(
            "{name:?} is not a trigger. Expected \"{ALL}\", the name of a trigger, such as \"FileUploaded\" or \
             \"file.uploaded\", or one bit as a decimal number (a power of two, not 0). The names are {}.",
            trigger_names().replace('`', "")
        ),
        Unknown::Catalog(catalog) => format!(
            "Neither this provider nor the portal knows a trigger {name:?}. The nearest names are {}. Use one \
             of them, or give the trigger as the decimal number of its bit.",
            nearest(name, catalog)
        ),
    };
    Diagnostic::error("Unknown trigger", detail)
}

/// The one list of trigger names serves descriptions, checks and their messages.
pub(in crate::provider) fn trigger_names() -> String {
    TRIGGERS
        .iter()
        .map(|trigger| format!("`{}`", trigger.name))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Returns the three names of events in a catalog that are nearest to a text.
fn nearest(name: &str, catalog: &TriggerCatalog) -> String {
    let entries = catalog
        .entries()
        .iter()
        .filter(|entry| entry.is_well_named() && entry.name() != ALL);
    let mut names: Vec<(usize, String)> = entries
        .map(CatalogEntry::name)
        .map(|known| {
            let edits = strsim::levenshtein(&name.to_lowercase(), &known.to_lowercase());
            (edits, known)
        })
        .collect();
    names.sort();
    let nearest = names.iter().take(3).map(|(_, name)| format!("{name:?}"));
    nearest.collect::<Vec<_>>().join(", ")
}
