//! How a configuration selects what a data source reads.

use crate::api::Guid;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::value::{Object, Value};

/// Checks that exactly one of two attributes is set, as far as the values are known. `what` names the object and begins
/// a title.
pub(super) fn check_one_of(
    config: &Object,
    what: &str,
    [first, second]: [&str; 2],
) -> Result<(), Diagnostic> {
    let is_null = |name: &str| config.get(name).is_null();
    let is_set = |name: &str| !is_null(name) && !config.get(name).is_unknown();
    if is_set(first) && is_set(second) {
        let detail = format!(
            "Either {first} or {second} is enough, and the two could contradict each other. Remove one of them."
        );
        let summary = format!("{what} specified twice");
        return Err(Diagnostic::error(summary, detail).at_attribute(second));
    }
    if is_null(first) && is_null(second) {
        let detail = format!("Neither {first} nor {second} is set. Set one of them.");
        return Err(Diagnostic::error(format!("{what} not specified"), detail));
    }
    Ok(())
}

/// Checks the text of a GUID. The portal compares it as text elsewhere, in lower case (IH §11).
pub(super) fn check_guid(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(text) = value.as_str() else { return };
    let fault = match text.parse::<Guid>() {
        Err(_malformed) => Diagnostic::error(
            "Invalid GUID",
            format!(
                "{text:?} is not a GUID. Expected 32 hexadecimal digits with hyphens, such as \
                 \"4c65a238-ca50-4374-b904-0d51d4c1822b\"."
            ),
        ),
        Ok(guid) if guid.to_string() != text => Diagnostic::error(
            "GUID has capital letters",
            format!(
                "The portal writes GUIDs in lower case, and compares them as text where they are the target_id of a \
                 webhook. Write \"{guid}\", or wrap the value in lower(…)."
            ),
        ),
        Ok(_) => return,
    };
    diagnostics.push(fault.at(path.clone()));
}

/// Checks that a text is one of some names. `what` is what they name, such as "role".
pub(super) fn check_name(
    path: &Path,
    value: &Value,
    (what, names): (&str, &[&str]),
    diagnostics: &mut Diagnostics,
) {
    let Some(text) = value.as_str().filter(|text| !names.contains(text)) else {
        return;
    };
    let edits = |name: &str| strsim::levenshtein(&text.to_lowercase(), name);
    let nearest = names.iter().min_by_key(|name| edits(name));
    let meant = nearest.filter(|name| edits(name) <= name.len() / 3);
    let advice = meant.map_or_else(
        || format!("Expected one of {}.", listed(names)),
        |name| format!("Did you mean \"{name}\"?"),
    );
    let detail = format!("{text:?} is not a {what}. {advice}");
    diagnostics.push(Diagnostic::error(format!("Unknown {what}"), detail).at(path.clone()));
}

/// Checks that a text is one of some names, or a portal's number without a name: the data sources show such a number,
/// so a filter takes it. A number that has a name is never shown.
pub(super) fn check_name_or_number(
    path: &Path,
    value: &Value,
    (what, known): (&str, &[(i64, &str)]),
    diagnostics: &mut Diagnostics,
) {
    let is_shown = |text: &str| {
        let number = text.parse().ok();
        let number = number.filter(|number: &i64| number.to_string() == text);
        number.is_some_and(|number| known.iter().all(|(other, _)| *other != number))
    };
    if !value.as_str().is_some_and(is_shown) {
        let names: Vec<&str> = known.iter().map(|(_, name)| *name).collect();
        check_name(path, value, (what, &names), diagnostics);
    }
}

/// Lists names as a configuration writes them.
fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    quoted.join(", ")
}

/// Lists names as a description writes them.
pub(super) fn described(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// Returns the GUID that a configuration gives, which has been checked.
pub(super) fn guid(config: &Object, name: &str) -> Option<Guid> {
    config.get(name).as_str()?.parse().ok()
}
