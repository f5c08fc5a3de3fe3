//! What the provider offers, and that each of it is described and shown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use terraform_provider_docspace::framework::schema::{Attribute, AttributeKind, Schema};
use terraform_provider_docspace::framework::server::Engine;
use terraform_provider_docspace::provider::DocSpace;

use super::tree;

fn engine() -> Engine<DocSpace> {
    let environment: BTreeMap<String, String> = BTreeMap::new();
    Engine::new(DocSpace::new(Arc::new(environment)))
}

#[test]
fn no_schema_breaks_a_rule_of_terraform() {
    let engine = engine();
    let problems: Vec<String> = engine
        .registry()
        .problems
        .iter()
        .map(|problem| format!("{problem:?}"))
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

/// A sentence, not a label: the descriptions are the documentation.
#[test]
fn every_attribute_is_described_in_a_sentence() {
    let engine = engine();
    let registry = engine.registry();
    let mut faults = Vec::new();
    check_schema("provider", &registry.provider, &mut faults);
    for (name, resource) in &registry.resources {
        check_schema(name, &resource.schema, &mut faults);
        for (attribute, identity) in resource
            .identity
            .iter()
            .flat_map(|identity| &identity.attributes)
        {
            check_text(
                &format!("{name} identity {attribute}"),
                &identity.description,
                &mut faults,
            );
        }
    }
    for (name, source) in &registry.data_sources {
        check_schema(name, &source.schema, &mut faults);
    }
    for (name, ephemeral) in &registry.ephemeral_resources {
        check_schema(name, &ephemeral.schema, &mut faults);
    }
    for (name, list) in &registry.list_resources {
        check_schema(name, &list.schema, &mut faults);
    }
    for (name, action) in &registry.actions {
        check_schema(name, &action.schema, &mut faults);
    }
    for (name, (_, signature)) in &registry.functions {
        check_text(name, signature.description, &mut faults);
        for parameter in &signature.parameters {
            check_text(
                &format!("{name}({})", parameter.name),
                parameter.description,
                &mut faults,
            );
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

fn check_schema(name: &str, schema: &Schema, faults: &mut Vec<String>) {
    check_text(name, &schema.description, faults);
    check_attributes(name, &schema.attributes, faults);
}

fn check_attributes(
    parent: &str,
    attributes: &BTreeMap<String, Attribute>,
    faults: &mut Vec<String>,
) {
    for (name, attribute) in attributes {
        let place = format!("{parent}.{name}");
        check_text(&place, &attribute.description, faults);
        if let AttributeKind::Nested(_, nested) = &attribute.kind {
            check_attributes(&place, nested, faults);
        }
    }
}

fn check_text(place: &str, text: &str, faults: &mut Vec<String>) {
    let is_sentence = text.len() > 10
        && text.ends_with('.')
        && text.starts_with(|first: char| first.is_uppercase() || first == '`')
        && !text.contains("  ");
    if !is_sentence {
        faults.push(format!("{place}: {text:?}"));
    }
}

/// Everything offered, and the examples each must have, by kind and in the Registry's layout (TPP
/// §10.2).
fn offered() -> Vec<(&'static str, String, Vec<&'static str>)> {
    let engine = engine();
    let registry = engine.registry();
    let mut offered = Vec::new();
    for (name, resource) in &registry.resources {
        let mut files = vec!["resource.tf", "import.sh", "import-by-string-id.tf"];
        files.extend(resource.identity.as_ref().map(|_| "import-by-identity.tf"));
        offered.push(("resources", (*name).to_owned(), files));
    }
    let mut add = |kind, names: Vec<&str>, file| {
        offered.extend(
            names
                .into_iter()
                .map(|name| (kind, name.to_owned(), vec![file])),
        );
    };
    add(
        "data-sources",
        registry.data_sources.keys().copied().collect(),
        "data-source.tf",
    );
    let ephemeral = registry.ephemeral_resources.keys().copied().collect();
    add("ephemeral-resources", ephemeral, "ephemeral-resource.tf");
    let lists = registry.list_resources.keys().copied().collect();
    add("list-resources", lists, "list-resource.tfquery.hcl");
    add(
        "actions",
        registry.actions.keys().copied().collect(),
        "action.tf",
    );
    add(
        "functions",
        registry.functions.keys().copied().collect(),
        "function.tf",
    );
    offered
}

#[test]
fn everything_offered_has_its_example_and_every_example_is_of_something_offered() {
    let mut expected = BTreeSet::from(["provider/provider.tf".to_owned()]);
    for (kind, name, files) in offered() {
        expected.extend(files.iter().map(|file| format!("{kind}/{name}/{file}")));
    }
    expected.extend(tree::files("templates").iter().flat_map(shown_by));
    let found: BTreeSet<String> = tree::files("examples")
        .iter()
        .filter_map(|file| file.path.strip_prefix("examples/"))
        .filter(|path| !path.starts_with("quickstart/") && !path.starts_with("receivers/"))
        .map(str::to_owned)
        .collect();
    assert_eq!(found, expected);
}

/// The examples that are of nothing that is offered, and that a template shows: several resources, and
/// rules for other programs.
fn shown_by(template: &tree::File) -> Vec<String> {
    let shown = template.text.lines().filter_map(|line| {
        let path = line.strip_prefix("{{ example ")?.strip_suffix(" }}")?;
        Some(path.to_owned())
    });
    shown
        .filter(|path| path.starts_with("resources/") || path.starts_with("policy/"))
        .collect()
}

#[test]
fn everything_offered_stands_in_the_readme() {
    let readme = tree::read("README.md");
    for (kind, name, _) in offered() {
        let kind = kind.trim_end_matches('s').replace('-', " ");
        let row = format!("| `{name}` | {kind} |");
        assert!(readme.contains(&row), "README.md has no row {row}");
    }
}

/// The Registry assumes protocol 5 without this file, and knows no minor versions (TPP §10.1).
#[test]
fn the_manifest_says_protocol_6() {
    let manifest: serde_json::Value =
        serde_json::from_str(&tree::read("terraform-registry-manifest.json")).unwrap();
    let expected = serde_json::json!({"version": 1, "metadata": {"protocol_versions": ["6.0"]}});
    assert_eq!(manifest, expected);
}

#[test]
fn the_changelog_begins_with_what_is_not_released_and_knows_five_headings() {
    const HEADINGS: [&str; 5] = [
        "BREAKING CHANGES",
        "NOTES",
        "FEATURES",
        "ENHANCEMENTS",
        "BUG FIXES",
    ];
    let text = tree::read("CHANGELOG.md");
    let first = text.lines().find(|line| line.starts_with("## "));
    assert_eq!(first, Some("## Unreleased"));
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("### ") {
            assert!(
                HEADINGS.contains(&heading),
                "{line:?} is none of {HEADINGS:?}"
            );
        }
    }
}
