//! `terraform test`, as a team would run it against the emulator: every folder of `cases/`.

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

#[test]
fn every_suite_is_run() {
    let entries = fs::read_dir(folder("")).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["checks", "lifecycle", "mocked", "secrets"]);
}
