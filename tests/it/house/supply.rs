//! The dependency tree against `deny.toml`: licences, banned crates and duplicate versions.
//!
//! This is the part of `cargo deny check` that needs no network and no installed tool. The tree is
//! asked of `cargo tree`, which knows what is built on this machine; the lock file also lists what
//! no enabled feature uses.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use super::tree;

/// One package of the tree.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    name: String,
    version: String,
    license: String,
}

#[test]
fn every_licence_is_on_the_list() {
    let allowed = list("licenses", "allow");
    let allowed: Vec<&str> = allowed.iter().map(|entry| entry.value.as_str()).collect();
    let refused: Vec<Package> = packages()
        .into_iter()
        .filter(|package| !license::is_allowed(&package.license, &allowed))
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn no_banned_crate_is_in_the_tree() {
    let banned = list("bans", "deny");
    assert!(
        banned.iter().any(|entry| entry.value == "ring"),
        "{banned:?}"
    );
    let packages = packages();
    let found: Vec<&Entry> = banned
        .iter()
        .filter(|entry| packages.iter().any(|package| package.name == entry.value))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_duplicate_version_is_on_the_list_and_the_list_is_up_to_date() {
    let accepted: BTreeSet<String> = list("bans", "skip")
        .into_iter()
        .map(|entry| entry.value)
        .collect();
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in packages() {
        versions
            .entry(package.name)
            .or_default()
            .insert(package.version);
    }
    let duplicates: BTreeMap<_, _> = versions
        .iter()
        .filter(|(name, versions)| {
            let is_accepted = |version: &&String| accepted.contains(&format!("{name}@{version}"));
            versions
                .iter()
                .filter(|version| !is_accepted(version))
                .count()
                > 1
        })
        .collect();
    assert!(duplicates.is_empty(), "{duplicates:#?}");
    let lock = tree::read("Cargo.lock");
    for accepted in &accepted {
        let (name, version) = accepted.split_once('@').unwrap();
        let entry = format!("name = \"{name}\"\nversion = \"{version}\"\n");
        assert!(
            lock.contains(&entry),
            "deny.toml accepts {accepted}, which is gone"
        );
    }
}

#[test]
fn every_exception_says_why() {
    for entry in list("bans", "skip").iter().chain(&list("bans", "deny")) {
        let reason = entry.reason.as_deref().unwrap_or_default();
        assert!(reason.len() > 10, "{entry:?}");
    }
}

#[test]
fn everything_comes_from_the_public_registry() {
    let lock = tree::read("Cargo.lock");
    let sources: BTreeSet<&str> = lock
        .lines()
        .filter_map(|line| line.strip_prefix("source = "))
        .collect();
    let registry = "\"registry+https://github.com/rust-lang/crates.io-index\"";
    assert_eq!(sources, BTreeSet::from([registry]));
}

/// A first `cargo xtask` builds these before its first line.
#[test]
fn xtask_builds_little_and_neither_the_provider_nor_the_emulator() {
    let edges = ["--edges", "normal,build", "--format", "{p}|"];
    let packages = tree_of(&[&["--package", "xtask"], &edges[..]].concat());
    assert!(packages.len() <= 35, "{packages:#?}");
    let ours = packages
        .iter()
        .filter(|(package, _)| package.contains(" (/"));
    assert_eq!(ours.count(), 1, "{packages:#?}");
}

/// The packages that `cargo tree` lists with these options, each with what the format has behind it.
fn tree_of(options: &[&str]) -> BTreeSet<(String, String)> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--prefix", "none"])
        .args(options)
        .current_dir(tree::root())
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo tree: {error}");
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().filter_map(|line| line.split_once('|'));
    lines
        .map(|(package, rest)| {
            let rest = rest.trim_end_matches(" (*)");
            (package.to_owned(), rest.to_owned())
        })
        .collect()
}

fn packages() -> BTreeSet<Package> {
    let edges = ["--edges", "normal,build,dev", "--format", "{p}|{l}"];
    let packages: BTreeSet<Package> = tree_of(&[&["--workspace"], &edges[..]].concat())
        .into_iter()
        .map(|(package, license)| {
            let mut words = package.split(' ');
            Package {
                name: words.next().unwrap().to_owned(),
                version: words.next().unwrap().trim_start_matches('v').to_owned(),
                license,
            }
        })
        .collect();
    assert!(packages.len() > 100, "{packages:?}");
    packages
}

/// An entry of a list in `deny.toml`.
#[derive(Debug)]
struct Entry {
    value: String,
    reason: Option<String>,
}

/// Reads a list of `deny.toml`, whose entries stand on a line each.
fn list(table: &str, key: &str) -> Vec<Entry> {
    let text = tree::read("deny.toml");
    let section = text.split(&format!("\n[{table}]\n")).nth(1).unwrap();
    let entries = section.split(&format!("\n{key} = [\n")).nth(1).unwrap();
    let entries: Vec<Entry> = entries
        .lines()
        .take_while(|line| *line != "]")
        .map(|line| {
            let mut quoted = line.split('"').skip(1).step_by(2).map(str::to_owned);
            Entry {
                value: quoted
                    .next()
                    .unwrap_or_else(|| panic!("deny.toml: {line:?}")),
                reason: quoted.next(),
            }
        })
        .collect();
    assert!(!entries.is_empty(), "[{table}] {key}");
    entries
}

/// Licence expressions, as packages write them.
mod license {
    /// Returns whether the licences suffice. `/` is an old spelling of OR.
    pub fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
        let spaced = expression
            .replace('(', " ( ")
            .replace(')', " ) ")
            .replace('/', " OR ");
        let mut words = spaced.split_whitespace().peekable();
        let holds = any(&mut words, allowed);
        holds && words.next().is_none()
    }

    type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

    fn any(words: &mut Words<'_>, allowed: &[&str]) -> bool {
        let mut holds = all(words, allowed);
        while words.next_if_eq(&"OR").is_some() {
            holds |= all(words, allowed);
        }
        holds
    }

    fn all(words: &mut Words<'_>, allowed: &[&str]) -> bool {
        let mut holds = one(words, allowed);
        while words.next_if_eq(&"AND").is_some() {
            holds &= one(words, allowed);
        }
        holds
    }

    fn one(words: &mut Words<'_>, allowed: &[&str]) -> bool {
        let Some(word) = words.next() else {
            return false;
        };
        if word == "(" {
            let holds = any(words, allowed);
            return holds & words.next_if_eq(&")").is_some();
        }
        match words.next_if_eq(&"WITH").and_then(|_| words.next()) {
            Some(exception) => allowed.contains(&format!("{word} WITH {exception}").as_str()),
            None => allowed.contains(&word),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::is_allowed;

        #[track_caller]
        fn check(expression: &str, expected: bool) {
            let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"];
            assert_eq!(is_allowed(expression, &allowed), expected, "{expression}");
        }

        #[test]
        fn expressions_mean_what_they_say() {
            check("MIT", true);
            check("GPL-3.0 OR MIT", true);
            check("GPL-3.0/MIT", true);
            check("GPL-3.0 AND MIT", false);
            check("ISC AND (GPL-3.0 OR MIT)", true);
            check("(GPL-3.0 OR MIT) AND Zlib", false);
            check("MIT OR ISC AND GPL-3.0", true);
            check("Apache-2.0 WITH LLVM-exception", true);
            check("Apache-2.0", false);
            check("", false);
            check("(MIT", false);
            check("MIT ISC", false);
        }
    }
}
