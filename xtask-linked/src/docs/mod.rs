//! `cargo xtask docs`: the Registry's documentation, from schemas, `templates/` and `examples/`
//! (TPP §10.2).
//!
//! `offer` lists what there is a page of, `schema` writes the attributes, `page` puts a page
//! together. Nothing is written here that a schema or a template could say.

mod offer;
mod page;
mod schema;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};

use xtask::{report, workspace};

/// Runs the verb.
pub(crate) fn run(args: Vec<OsString>) -> Result<ExitCode> {
    let mut is_check = false;
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            lexopt::Arg::Long("check") => is_check = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let docs = workspace::root().join("docs");
    let wanted = pages()?;
    let found = read(&docs)?;
    let stale = differences(&wanted, &found);
    let mut out = std::io::stdout().lock();
    if stale.is_empty() {
        writeln!(out, "docs/ is up to date, {} pages", wanted.len())?;
        return Ok(ExitCode::SUCCESS);
    }
    for (path, what) in &stale {
        writeln!(out, "docs/{path} {what}")?;
    }
    if is_check {
        report("docs/ is out of date. Write it with: cargo xtask docs");
        return Ok(ExitCode::FAILURE);
    }
    for path in found.keys().filter(|path| !wanted.contains_key(*path)) {
        std::fs::remove_file(docs.join(path))?;
    }
    for (path, text) in &wanted {
        let path = docs.join(path);
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory)?;
        }
        std::fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Pages by their path below `docs/`, with `/` between the parts.
type Pages = BTreeMap<String, String>;

/// Writes every page.
fn pages() -> Result<Pages> {
    let root = workspace::root();
    let mut pages = Pages::new();
    for subject in offer::subjects() {
        let template = root.join("templates").join(&subject.path);
        let template = if template.is_file() {
            std::fs::read_to_string(&template)?
        } else {
            subject.usual_template()
        };
        let text = page::fill(&template, Some(&subject), root)
            .with_context(|| format!("the page docs/{}", subject.path))?;
        pages.insert(subject.path, text);
    }
    let templates = root.join("templates");
    for (path, template) in read(&templates)? {
        let is_guide = path.starts_with("guides/");
        if !is_guide && !pages.contains_key(&path) {
            anyhow::bail!("templates/{path} is the template of nothing that is offered");
        }
        if is_guide {
            let text = page::fill(&template, None, root)
                .with_context(|| format!("the guide templates/{path}"))?;
            pages.insert(path, text);
        }
    }
    Ok(pages)
}

/// Says which pages differ and how.
fn differences(wanted: &Pages, found: &Pages) -> Vec<(String, &'static str)> {
    let mut differences = Vec::new();
    for (path, text) in wanted {
        match found.get(path) {
            Some(found) if found == text => {}
            Some(_) => differences.push((path.clone(), "differs")),
            None => differences.push((path.clone(), "is missing")),
        }
    }
    let stale = found.keys().filter(|path| !wanted.contains_key(*path));
    differences.extend(stale.map(|path| (path.clone(), "is of nothing that is offered")));
    differences
}

/// Reads every file below a directory, which need not exist.
fn read(directory: &Path) -> Result<Pages> {
    let mut pages = Pages::new();
    let mut waiting = vec![PathBuf::new()];
    while let Some(inner) = waiting.pop() {
        let Ok(entries) = std::fs::read_dir(directory.join(&inner)) else {
            continue;
        };
        for entry in entries {
            let path = inner.join(entry?.file_name());
            if directory.join(&path).is_dir() {
                waiting.push(path);
                continue;
            }
            let text = std::fs::read_to_string(directory.join(&path))
                .with_context(|| path.display().to_string())?;
            pages.insert(path.to_string_lossy().replace('\\', "/"), text);
        }
    }
    Ok(pages)
}

#[cfg(test)]
mod tests;
