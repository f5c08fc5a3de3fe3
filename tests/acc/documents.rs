//! The guide about testing without a portal: its files, word for word.
//!
//! Its commands are run by the emulator's own tests.

use std::fs;
use std::path::Path;

use crate::harness::{Case, needs};

fn guide() -> String {
    let path = "docs/guides/testing-without-a-portal.md";
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// A block of the guide: its language, its text, and the last line before it.
struct Block<'a> {
    language: &'a str,
    text: String,
    above: &'a str,
}

fn blocks(guide: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut above = "";
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            found.push(Block {
                language,
                text: text.join("\n"),
                above,
            });
        } else if !line.is_empty() {
            above = line;
        }
    }
    found
}

/// The block that follows a line which begins with this file's name.
fn file(guide: &str, name: &str) -> String {
    let start = format!("`{name}`,");
    let mut found = blocks(guide)
        .into_iter()
        .filter(|block| block.language == "terraform" && block.above.starts_with(&start));
    let block = found.next().unwrap_or_else(|| panic!("no {name}"));
    assert!(found.next().is_none(), "{name} twice");
    block.text + "\n"
}

#[test]
fn the_guides_test_runs_green_as_it_stands() {
    needs!(Terraform, "1.6", "earlier runs in the assertions of a test");
    let guide = guide();
    let case = Case::new();
    case.remove("versions.tf");
    for name in ["main.tf", "uploads.tftest.hcl"] {
        case.write(name, file(&guide, name));
    }
    case.run(&["fmt", "-check"]).succeeds();
    let result = blocks(&guide)
        .into_iter()
        .find(|block| block.language == "text")
        .unwrap();
    case.run(&["test"]).succeeds().says(&result.text);
    assert!(case.portal.webhooks().is_empty());
}

#[test]
fn the_guides_mock_knows_the_defaults() {
    needs!("1.8", "mock_provider");
    let guide = guide();
    let case = Case::new();
    case.remove("versions.tf");
    for name in ["main.tf", "mocked.tftest.hcl"] {
        case.write(name, file(&guide, name));
    }
    case.run(&["fmt", "-check"]).succeeds();
    case.run(&["test"]).succeeds();
    assert!(case.take_requests().is_empty());
}
