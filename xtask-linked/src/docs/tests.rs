//! The generated pages keep to what the Registry accepts (TPP §10.2), and are up to date.

use std::collections::BTreeSet;

use super::*;

#[test]
fn docs_is_what_the_schemas_templates_and_examples_say() {
    let found = read(&workspace::root().join("docs")).unwrap();
    let stale = differences(&pages().unwrap(), &found);
    assert!(stale.is_empty(), "run cargo xtask docs: {stale:#?}");
}

#[test]
fn every_page_is_in_a_folder_that_the_registry_knows() {
    const FOLDERS: [&str; 8] = [
        "resources",
        "data-sources",
        "functions",
        "ephemeral-resources",
        "list-resources",
        "actions",
        "state-stores",
        "guides",
    ];
    for (path, text) in pages().unwrap() {
        let name = match path.split_once('/') {
            None => path.clone(),
            Some((folder, name)) => {
                assert!(FOLDERS.contains(&folder), "{path}");
                name.to_owned()
            }
        };
        let stem = name.strip_suffix(".md").unwrap_or_else(|| panic!("{path}"));
        assert!(
            !stem.contains(['/', '.']) && !stem.starts_with("docspace"),
            "{path}"
        );
        assert!(path.contains('/') || name == "index.md", "{path}");
        assert!(text.len() < 500_000, "{path}");
    }
}

/// `subcategory` is for everything but the index; `layout` and `sidebar_current` are of the past.
#[test]
fn every_page_begins_with_the_front_matter_that_the_registry_reads() {
    for (path, text) in pages().unwrap() {
        let front = text
            .strip_prefix("---\n")
            .and_then(|text| text.split_once("\n---\n"));
        let (front, body) = front.unwrap_or_else(|| panic!("{path} has no front matter"));
        let keys: Vec<&str> = front
            .lines()
            .filter(|line| !line.starts_with([' ', '#']))
            .map(|line| line.split(':').next().unwrap())
            .collect();
        let expected: &[&str] = match path.as_str() {
            "index.md" => &["page_title", "description"],
            _ => &["page_title", "subcategory", "description"],
        };
        assert_eq!(keys, expected, "{path}");
        assert!(
            !front.contains('\t') && !front.contains("page_title: \"\""),
            "{path}"
        );
        let headings = body.lines().filter(|line| line.starts_with("# ")).count();
        assert!(
            body.trim_start().starts_with("# "),
            "{path} does not begin with its heading"
        );
        // Comments in shell examples begin alike.
        assert!(headings >= 1, "{path}");
    }
}

#[test]
fn no_page_leaves_a_placeholder_behind() {
    for (path, text) in pages().unwrap() {
        assert!(!text.lines().any(|line| line.starts_with("{{")), "{path}");
    }
}

/// Where the Registry shows the pages; it serves the index without a slash at the end, so that a
/// relative link in it leads one level too high, and it knows no page called `index`.
const REGISTRY: &str = "https://registry.terraform.io/providers/onlyoffice/docspace/latest/docs";

#[test]
fn links_lead_to_pages_and_headings_in_the_registry_too() {
    let pages = pages().unwrap();
    let mut dead = Vec::new();
    for (path, text) in &pages {
        for link in links(text) {
            let (target, heading) = link.split_once('#').unwrap_or((link, ""));
            let page = match target.strip_prefix(REGISTRY) {
                Some("") => "index.md".to_owned(),
                Some(page) => format!("{}.md", page.trim_start_matches('/')),
                None if target.contains("://") => continue,
                None if target.is_empty() => path.clone(),
                None if path == "index.md" => "a relative link".to_owned(),
                None => beside(path, target),
            };
            let is_index = page == "index.md" && !target.starts_with(REGISTRY);
            let found = pages.get(&page).filter(|_| !is_index || target.is_empty());
            if !found.is_some_and(|text| heading.is_empty() || headings(text).contains(heading)) {
                dead.push(format!("{path}: {link}"));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

#[test]
fn the_index_links_every_guide() {
    let pages = pages().unwrap();
    for path in pages.keys().filter(|path| path.starts_with("guides/")) {
        let link = format!("]({REGISTRY}/{})", path.trim_end_matches(".md"));
        assert!(pages["index.md"].contains(&link), "{path}");
    }
}

#[test]
fn every_guide_says_which_clis_it_is_for() {
    let pages = pages().unwrap();
    for (path, text) in pages.iter().filter(|(path, _)| path.starts_with("guides/")) {
        let in_words = text.contains("Terraform 1.") && text.contains("OpenTofu 1.");
        let in_a_table = text.contains("| Terraform | OpenTofu |");
        assert!(in_words || in_a_table, "{path}");
    }
}

/// The targets of all links in a text.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1);
    targets.filter_map(|rest| rest.split([')', '\n']).next())
}

/// The page that a relative link in a page leads to.
fn beside(path: &str, target: &str) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    match target.strip_prefix("../") {
        Some(page) => page.to_owned(),
        None => format!("{folder}/{target}"),
    }
}

/// The names of a page's headings in links: lower case, dashes for blanks, no punctuation. Nested
/// schemas have names of their own.
fn headings(text: &str) -> BTreeSet<String> {
    let anchors = text.split("<a id=\"").skip(1);
    let anchors = anchors.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()));
    let headings = text.lines().filter_map(|line| {
        let title = line.trim_start_matches('#').strip_prefix(' ')?;
        line.starts_with('#').then_some(title)
    });
    let name = |title: &str| {
        let kept = title
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    };
    headings.map(name).chain(anchors).collect()
}

#[test]
fn a_schema_is_written_as_practitioners_know_it() {
    let pages = pages().unwrap();
    let page = &pages["resources/webhook.md"];
    let order = [
        "## Example Usage",
        "## Schema",
        "### Required",
        "### Optional",
        "### Read-Only",
        "## Import",
    ];
    let places: Vec<usize> = order
        .iter()
        .map(|heading| page.find(heading).unwrap())
        .collect();
    assert!(places.is_sorted(), "{places:?}");
    assert!(page.contains("- `triggers` (Set of String) "));
    assert!(page.contains("- `secret_key` (String, Sensitive) "));
    assert!(page.contains("- `secret_key_wo` (String, Sensitive, [Write-only]("));
    assert!(page.contains("page_title: \"docspace_webhook Resource - docspace\""));
}

#[test]
fn differences_name_what_is_stale_missing_and_left_over() {
    let wanted = Pages::from([("a".into(), "1".into()), ("b".into(), "2".into())]);
    let found = Pages::from([("b".into(), "3".into()), ("c".into(), "4".into())]);
    let expected = [
        ("a", "is missing"),
        ("b", "differs"),
        ("c", "is of nothing that is offered"),
    ];
    let differences = differences(&wanted, &found);
    let differences: Vec<(&str, &str)> = differences
        .iter()
        .map(|(path, what)| (path.as_str(), *what))
        .collect();
    assert_eq!(differences, expected);
}
