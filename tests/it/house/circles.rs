//! No circles: of two files that name each other, neither can be read, moved or tested without the other.
//!
//! An arrow goes from a file to the file that defines what it names; what a folder's `mod.rs` hands on counts as named
//! where it is defined. A module and those inside it are one house: a child may use what its parent defines, and the
//! parent puts its children together.

use std::collections::{BTreeMap, BTreeSet};

use super::modules::{self, Module};

/// From a file to those that it names.
type Arrows = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_files_name_each_other_in_a_circle() {
    let circles = ["src", "emulator/src"].map(|sources| circles(&arrows(&modules::of(sources))));
    let circles: Vec<_> = circles.into_iter().flatten().collect();
    assert!(circles.is_empty(), "{circles:#?}");
}

/// The test is only as good as what is found, so what must be found is asserted.
#[test]
fn arrows_go_to_the_file_that_defines_what_is_named() {
    let arrows = arrows(&modules::of("src"));
    let has = |from: &str, to: &str| arrows[from].contains(to);
    assert!(has("src/provider/portal/mod.rs", "src/api/http/client.rs"));
    assert!(has("src/api/http/client.rs", "src/api/http/error.rs"));
    assert!(has(
        "src/framework/server/data.rs",
        "src/framework/server/plan.rs"
    ));
    assert!(!has(
        "src/framework/server/data.rs",
        "src/framework/server/mod.rs"
    ));
}

#[test]
fn circles_of_two_and_of_three_are_found() {
    let arrows = |pairs: &[(&str, &str)]| {
        let mut arrows = Arrows::new();
        for (from, to) in pairs {
            let named: &mut BTreeSet<String> = arrows.entry((*from).to_owned()).or_default();
            named.insert((*to).to_owned());
        }
        arrows
    };
    assert_eq!(
        circles(&arrows(&[("a", "b"), ("b", "a"), ("b", "c"), ("d", "a")])),
        [["a", "b"]]
    );
    assert_eq!(
        circles(&arrows(&[("a", "b"), ("b", "c"), ("c", "a")])),
        [["a", "b", "c"]]
    );
    assert!(circles(&arrows(&[("a", "b"), ("a", "c"), ("b", "c")])).is_empty());
}

fn arrows(modules: &[Module]) -> Arrows {
    let files: BTreeMap<&[String], &str> = modules
        .iter()
        .map(|module| (module.path.as_slice(), module.file.as_str()))
        .collect();
    let defined = definitions(modules, &files);
    let mut arrows = Arrows::new();
    for module in modules {
        let named = arrows.entry(module.file.clone()).or_default();
        for path in module.named() {
            let Some(target) = target(&path.by, &path.path, &files, &defined) else {
                continue;
            };
            if !target.starts_with(&module.path) && !module.path.starts_with(target) {
                named.insert(files[target].to_owned());
            }
        }
    }
    arrows
}

/// Where a name of a module is defined, if in a module inside it: `api::Client` in `api::client`.
type Definitions = BTreeMap<(Vec<String>, String), Vec<String>>;

fn definitions(modules: &[Module], files: &BTreeMap<&[String], &str>) -> Definitions {
    let mut found = Definitions::new();
    for module in modules {
        for path in module.named() {
            let inside = absolute(&module.path, &path.path, files);
            let Some(inside) = inside.filter(|path| path.starts_with(&module.path)) else {
                continue;
            };
            let home = longest(&inside, files);
            if let (Some(home), Some(name)) = (home, inside.last())
                && home.len() + 1 == inside.len()
                && home.len() > module.path.len()
            {
                found.insert((module.path.clone(), name.clone()), home.to_vec());
            }
        }
    }
    found
}

/// Returns the module that defines what a path names.
fn target<'a>(
    by: &[String],
    path: &[String],
    files: &BTreeMap<&'a [String], &str>,
    defined: &'a Definitions,
) -> Option<&'a [String]> {
    let path = absolute(by, path, files)?;
    let mut home = longest(&path, files)?;
    while let Some(name) = path.get(home.len()).or_else(|| path.last())
        && let Some(inner) = defined.get(&(home.to_vec(), name.clone()))
    {
        home = inner;
    }
    Some(home)
}

/// Returns a path from the crate's root, or none when it leads into another crate.
fn absolute(
    by: &[String],
    path: &[String],
    files: &BTreeMap<&[String], &str>,
) -> Option<Vec<String>> {
    if let [first, rest @ ..] = path
        && first == "crate"
    {
        return Some(rest.to_vec());
    }
    let child = [by, path.get(..1)?].concat();
    files
        .contains_key(child.as_slice())
        .then(|| [by, path].concat())
}

fn longest<'a>(path: &[String], files: &BTreeMap<&'a [String], &str>) -> Option<&'a [String]> {
    let homes = files.keys().filter(|module| path.starts_with(module));
    homes.max_by_key(|module| module.len()).copied()
}

/// Returns the groups of files in which each leads to each other.
fn circles(arrows: &Arrows) -> Vec<Vec<String>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> = arrows
        .keys()
        .map(|file| (file.as_str(), reach(arrows, file)))
        .collect();
    let mut circles = BTreeSet::new();
    for (&file, ahead) in &reached {
        if ahead.contains(file) {
            let leads_back =
                |other: &&&str| reached.get(**other).is_some_and(|far| far.contains(file));
            let circle = ahead.iter().filter(leads_back).map(|&file| file.to_owned());
            circles.insert(circle.collect::<Vec<_>>());
        }
    }
    circles.into_iter().collect()
}

/// Returns every file that a file leads to, itself only if in a circle.
fn reach<'a>(arrows: &'a Arrows, file: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![file.to_owned()];
    while let Some(file) = waiting.pop() {
        for next in arrows.get(&file).into_iter().flatten() {
            if reached.insert(next.as_str()) {
                waiting.push(next.clone());
            }
        }
    }
    reached
}
