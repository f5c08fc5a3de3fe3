//! What a release has of other people: their licences, and a list of components.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::Platform;
use crate::workspace::{self, PROVIDER};

/// A package that is linked into the program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Package {
    name: String,
    version: String,
    license: String,
    /// Where its source is.
    directory: PathBuf,
    /// The SHA-256 of its archive in the registry.
    checksum: Option<String>,
}

/// Returns the packages that are linked into the program on a platform. Build dependencies and
/// macros leave no code of theirs in it.
pub(super) fn packages(platform: &Platform) -> Result<BTreeSet<Package>> {
    let linked = linked(platform)?;
    let metadata = run(&[
        "metadata",
        "--locked",
        "--format-version",
        "1",
        "--filter-platform",
        &platform.triple,
    ])?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let lock = std::fs::read_to_string(workspace::root().join("Cargo.lock"))?;
    let checksums = checksums(&lock);
    let all = metadata.get("packages").and_then(Value::as_array);
    let mut packages = BTreeSet::new();
    for package in all.context("cargo metadata lists no packages")? {
        let text = |field: &str| {
            package
                .get(field)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let key = (text("name").to_owned(), text("version").to_owned());
        if !linked.contains(&key) || key.0 == PROVIDER {
            continue;
        }
        let manifest = Path::new(text("manifest_path"));
        packages.insert(Package {
            license: text("license").replace('/', " OR "),
            directory: manifest.parent().unwrap_or(manifest).to_owned(),
            checksum: checksums.get(&key).cloned(),
            name: key.0,
            version: key.1,
        });
    }
    if packages.len() + 1 != linked.len() {
        bail!("cargo tree and cargo metadata do not list the same packages");
    }
    Ok(packages)
}

/// Names and versions, as the features in use link them.
fn linked(platform: &Platform) -> Result<BTreeSet<(String, String)>> {
    let tree = run(&[
        "tree",
        "--locked",
        "--package",
        PROVIDER,
        "--edges",
        "normal,no-proc-macro",
        "--target",
        &platform.triple,
        "--prefix",
        "none",
        "--format",
        "{p}",
    ])?;
    let package = |line: &str| {
        let mut words = line.split(' ');
        let name = words.next()?.to_owned();
        let version = words.next()?.strip_prefix('v')?.to_owned();
        Some((name, version))
    };
    Ok(tree.lines().filter_map(package).collect())
}

fn run(args: &[&str]) -> Result<String> {
    let mut command: Command = workspace::cargo();
    let output = command.args(args).output().context("could not run cargo")?;
    if !output.status.success() {
        bail!(
            "cargo {}: {}",
            args.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Checksums of the lock file by name and version.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let entry = |block: &str| {
        let value = |key: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(key))?;
            Some(line.trim_matches('"').to_owned())
        };
        Some((
            (value("name = ")?, value("version = ")?),
            value("checksum = ")?,
        ))
    };
    lock.split("[[package]]\n").filter_map(entry).collect()
}

/// Returns every licence text once, under the names of the packages that come with it.
pub(super) fn text(packages: &BTreeSet<Package>) -> Result<String> {
    const LINE: &str =
        "--------------------------------------------------------------------------------";
    let mut page = vec![
        "terraform-provider-docspace is made with the packages below. Their licences follow.\n\n"
            .to_owned(),
    ];
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages {
        let title = format!("{} {}", package.name, package.version);
        page.push(format!("{title:<40} {}\n", package.license));
        for text in licenses(&package.directory)? {
            texts.entry(text).or_default().push(title.clone());
        }
    }
    let mut texts: Vec<_> = texts.into_iter().map(|(text, of)| (of, text)).collect();
    texts.sort();
    for (of, text) in texts {
        let (of, text) = (of.join(", "), text.trim_end());
        page.push(format!("\n{LINE}\n{of}\n{LINE}\n\n{text}\n"));
    }
    Ok(page.concat())
}

/// The licence files of a package.
fn licenses(directory: &Path) -> Result<Vec<String>> {
    const NAMES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"];
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(directory).with_context(|| directory.display().to_string())? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_uppercase();
        if path.is_file() && NAMES.iter().any(|beginning| name.starts_with(beginning)) {
            files.push(path);
        }
    }
    files.sort();
    let read = |path: &PathBuf| Ok(std::fs::read_to_string(path)?.replace("\r\n", "\n"));
    files.iter().map(read).collect()
}

/// Returns the list of components in `CycloneDX` 1.5.
pub(super) fn components(version: &str, packages: &BTreeSet<Package>) -> String {
    let components: Vec<Value> = packages
        .iter()
        .map(|package| {
            let purl = format!("pkg:cargo/{}@{}", package.name, package.version);
            let mut component = json!({
                "type": "library",
                "bom-ref": purl,
                "name": package.name,
                "version": package.version,
                "purl": purl,
                "licenses": [{ "expression": package.license }],
            });
            if let (Some(checksum), Some(fields)) = (&package.checksum, component.as_object_mut()) {
                let hash = json!([{ "alg": "SHA-256", "content": checksum }]);
                fields.insert("hashes".to_owned(), hash);
            }
            component
        })
        .collect();
    let list = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": format!("pkg:cargo/{PROVIDER}@{version}"),
                "name": PROVIDER,
                "version": version,
                "licenses": [{ "expression": "MPL-2.0" }],
            },
        },
        "components": components,
    });
    format!("{list:#}\n")
}
