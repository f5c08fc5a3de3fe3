//! A noun is a module of `src/provider/`: nobody needs it but the registration, so that a new one touches nothing else
//! and an old one can be taken out.

use std::collections::BTreeSet;

use super::modules;
use super::paths::Named;

/// Where nouns are registered.
const REGISTRATION: &str = "provider";

/// What nouns share. None of it names one.
const SHARED: [&str; 12] = [
    "config",
    "dates",
    "diagnose",
    "expiry",
    "known_rooms",
    "mark",
    "people",
    "portal",
    "provenance",
    "selection",
    "triggers",
    "zone",
];

#[test]
fn a_nouns_folder_is_imported_by_its_registration_alone() {
    let modules = modules::of("src");
    let nouns: BTreeSet<&str> = modules
        .iter()
        .filter_map(|module| child(&module.path))
        .collect();
    for shared in SHARED {
        assert!(nouns.contains(shared), "{shared} does not exist");
    }
    let broken: BTreeSet<String> = modules
        .iter()
        .flat_map(modules::Module::named)
        .filter_map(|named| intrudes(&named))
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Says who names a noun from outside.
fn intrudes(named: &Named) -> Option<String> {
    let noun = child(named.path.strip_prefix(&["crate".to_owned()])?)?;
    let is_free =
        SHARED.contains(&noun) || named.by == [REGISTRATION] || child(&named.by) == Some(noun);
    (!is_free).then(|| format!("{} names {}", named.by.join("::"), named.path.join("::")))
}

/// Returns the child of `provider` that a path leads into. A name in capital letters is one of its own.
fn child(path: &[String]) -> Option<&str> {
    match path {
        [provider, child, ..] if provider == REGISTRATION => Some(child.as_str())
            .filter(|child| child.starts_with(|first: char| first.is_ascii_lowercase())),
        _ => None,
    }
}

#[test]
fn whoever_names_a_noun_from_outside_is_found() {
    let names = |by: &str, path: &str| {
        let parts = |path: &str| path.split("::").map(str::to_owned).collect();
        intrudes(&Named {
            by: parts(by),
            path: parts(path),
        })
        .is_some()
    };
    assert!(names("provider::portal", "crate::provider::webhook::model"));
    assert!(names(
        "provider::embedding",
        "crate::provider::webhook::model"
    ));
    assert!(names("fuzzing", "crate::provider::webhook::WebhookList"));
    assert!(!names("provider", "crate::provider::webhook::WebhookList"));
    assert!(!names(
        "provider::webhook::read",
        "crate::provider::webhook::guard"
    ));
    assert!(!names(
        "provider::webhook::read",
        "crate::provider::portal::Portal"
    ));
    assert!(!names("fuzzing", "crate::provider::DocSpace"));
}
