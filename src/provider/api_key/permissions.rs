//! Names of permissions: which are known, and what was probably meant.

use crate::api::keys::{EVERYTHING, PERMISSIONS as NAMES};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::value::Value;

/// Describes the attribute of a key that can be changed.
pub(super) fn description() -> String {
    format!("{} Changed in place.", description_of_new())
}

/// Describes the attribute.
pub(super) fn description_of_new() -> String {
    let names: Vec<String> = NAMES
        .iter()
        .filter(|name| **name != EVERYTHING)
        .map(|name| format!("`{name}`"))
        .collect();
    format!(
        "What the key may do: `{EVERYTHING}` alone for everything that its owner may do, or one or more of {}. \
         Managing webhooks, keys and settings takes `*:write`, reading them `*:read`. An empty set is refused, because \
         the portal takes it as everything.",
        names.join(", ")
    )
}

/// Checks a set of names, as far as they are known.
pub(super) fn check(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(elements) = value.as_elements() else {
        return;
    };
    let mut add = |fault: Diagnostic| diagnostics.push(fault.at(path.clone()));
    if elements.is_empty() {
        add(nothing());
    }
    if elements.contains(&Value::Null) {
        add(Diagnostic::error(
            "Permission is null",
            "An element of the set is null. Remove it, or name a permission.",
        ));
    }
    let names = || elements.iter().filter_map(Value::as_str);
    if elements.len() > 1 && names().any(|name| name == EVERYTHING) {
        add(Diagnostic::error(
            "Permission * must stand alone",
            "\"*\" allows everything, so other permissions have no effect. Keep only [\"*\"], or remove \"*\" and name \
             what the key may do.",
        ));
    }
    for name in names().filter(|name| !NAMES.contains(name)) {
        add(unknown(name));
    }
}

fn nothing() -> Diagnostic {
    Diagnostic::error(
        "No permissions",
        "The portal takes an empty set as a key for everything. Write [\"*\"] for everything, or name at least one \
         permission.",
    )
}

/// Explains that a name is not a permission, and what was probably meant.
fn unknown(name: &str) -> Diagnostic {
    let edits = |known: &str| strsim::levenshtein(&name.to_lowercase(), known);
    let nearest = NAMES.into_iter().min_by_key(|known| edits(known));
    let meant = nearest.filter(|known| edits(known) <= known.len() / 3);
    let advice = meant.map_or_else(
        || {
            let names: Vec<String> = NAMES.iter().map(|name| format!("{name:?}")).collect();
            format!("Expected one or more of {}.", names.join(", "))
        },
        |meant| format!("Did you mean {meant:?}?"),
    );
    Diagnostic::error(
        "Unknown permission",
        format!("{name:?} is not a permission. {advice}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn finds(names: &[&str], summary: &str, part: &str) {
        let set = Value::set(names.iter().map(|name| Value::from(*name)));
        let mut diagnostics = Diagnostics::new();
        check(&Path::attribute("permissions"), &set, &mut diagnostics);
        let found: Vec<_> = diagnostics.iter().collect();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].summary, summary);
        assert!(found[0].detail.contains(part), "{found:?}");
    }

    #[test]
    fn what_is_wrong_with_a_set_is_told_with_what_was_meant() {
        finds(&[], "No permissions", "[\"*\"]");
        finds(
            &["*", "files:read"],
            "Permission * must stand alone",
            "Keep only",
        );
        finds(&["rooms:raed"], "Unknown permission", "\"rooms:read\"?");
        finds(&["Files:Write"], "Unknown permission", "\"files:write\"?");
        finds(
            &["account:read"],
            "Unknown permission",
            "\"accounts:read\"?",
        );
        finds(&["webhooks:write"], "Unknown permission", "\"*:read\"");
        finds(&[""], "Unknown permission", "Expected one or more");
    }

    #[test]
    fn every_name_of_the_portal_is_accepted() {
        for name in NAMES {
            let mut diagnostics = Diagnostics::new();
            let set = Value::set([Value::from(name)]);
            check(&Path::attribute("permissions"), &set, &mut diagnostics);
            assert!(diagnostics.is_empty(), "{name}");
        }
    }
}
