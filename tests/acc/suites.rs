//! `terraform test`, as a team would run it against the emulator: every folder of `cases/`.
//!
//! A suite needs a test here where there is more to it than that its runs pass.

use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{Case, needs};

/// Returns the folder of a suite.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/acc/cases")
        .join(name)
}

/// Runs a suite in a copy of its folder. Demands that this many runs pass, and that the portal is
/// empty afterwards.
#[track_caller]
fn passes(name: &str, runs: usize) -> Case {
    let case = Case::new();
    case.remove("versions.tf");
    for entry in fs::read_dir(folder(name)).unwrap() {
        let entry = entry.unwrap();
        let file = entry.file_name().into_string().unwrap();
        case.write(&file, fs::read_to_string(entry.path()).unwrap());
    }
    case.run(&["test"])
        .succeeds()
        .says(&format!("Success! {runs} passed, 0 failed."));
    assert!(case.portal.webhooks().is_empty());
    case
}

#[test]
fn a_webhook_lives_through_the_lifecycle_suite() {
    needs!(Terraform, "1.6", "earlier runs in the assertions of a test");
    let case = passes("lifecycle", 5);
    assert_eq!(case.take_requests()["POST webhook"], 1);
}

#[test]
fn a_check_block_watches_a_webhook() {
    needs!(Terraform, "1.6", "earlier runs in the assertions of a test");
    passes("checks", 5);
}

#[test]
fn write_only_secrets_rotate() {
    needs!("1.11", "a write-only argument");
    let case = passes("secrets", 5);
    let updates = case
        .portal
        .request_log()
        .into_iter()
        .filter(|entry| entry.method == "PUT");
    let sent: Vec<_> = updates
        .filter_map(|entry| entry.body?.get("secretKey").cloned())
        .collect();
    assert_eq!(sent, ["<present>", "<present>"]);
}

#[test]
fn a_module_is_tested_without_a_portal() {
    needs!("1.8", "a mocked provider");
    passes("mocked", 1).has_requested(&[]);
}

/// The suites with a test of their own.
const TESTED: [&str; 4] = ["checks", "lifecycle", "mocked", "secrets"];

#[test]
fn every_other_suite_passes() {
    needs!(Terraform, "1.6", "earlier runs in the assertions of a test");
    let entries = fs::read_dir(folder("")).unwrap();
    let names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(
        TESTED
            .iter()
            .all(|tested| names.iter().any(|name| name == tested))
    );
    for name in names.iter().filter(|name| !TESTED.contains(&name.as_str())) {
        passes(name, runs(name));
    }
}

/// Counts the runs of a suite.
fn runs(name: &str) -> usize {
    let files = fs::read_dir(folder(name)).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    let tests = paths.filter(|path| path.to_string_lossy().ends_with(".tftest.hcl"));
    let text: String = tests
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    text.lines()
        .filter(|line| line.starts_with("run \""))
        .count()
}
