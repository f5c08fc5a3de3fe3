//! One secret goes through a whole life at trace level and must not be found anywhere afterwards;
//! nor must the API key.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use docspace_emulator::Fault;
use serde_json::Value;

use crate::harness::{Case, Webhook, needs, unpack};

const FIRST: &str = "Sentinel-1-q7Zt#a9";
const SECOND: &str = "Sentinel-2-v3Xw!k5";
const VARIABLE: &str = "variable \"secret\" {\n  type      = string\n  ephemeral = true\n}\n";

/// A case that logs everything to a file, and whose secret comes from an ephemeral variable.
fn traced() -> Case {
    let mut case = Case::new();
    let log = case.path("trace.log");
    case.set("TF_LOG", "TRACE");
    case.set("TF_LOG_PATH", log.to_str().unwrap());
    case.set("TF_VAR_secret", FIRST);
    case.write("secret.tf", VARIABLE);
    case
}

/// Returns what every file of the case holds: as it is, unpacked, and with private state decoded.
fn everything(case: &Case) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for path in files(&case.path("")) {
        let content = fs::read(&path).unwrap();
        if content.starts_with(b"PK") {
            found.extend(
                unpack(&content)
                    .into_iter()
                    .map(|(name, bytes)| (path.join(name), bytes)),
            );
        }
        found.push((path, content));
    }
    let states: Vec<_> = found
        .iter()
        .filter_map(|(path, bytes)| Some((path.join("private"), private(bytes)?)))
        .collect();
    found.extend(states);
    found
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// Decodes the private state of every resource, if this is a state file.
fn private(bytes: &[u8]) -> Option<Vec<u8>> {
    let state: Value = serde_json::from_slice(bytes).ok()?;
    let resources = state.get("resources")?.as_array()?.iter();
    let instances = resources.flat_map(|resource| resource["instances"].as_array().unwrap());
    let encoded = instances.filter_map(|instance| instance.get("private")?.as_str());
    Some(
        encoded
            .flat_map(|text| STANDARD.decode(text).unwrap())
            .collect(),
    )
}

/// Returns the files that hold a text.
fn holding(case: &Case, secret: &str) -> Vec<PathBuf> {
    let needle = secret.as_bytes();
    let files = everything(case).into_iter();
    let holds = |bytes: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    files
        .filter(|(_, bytes)| holds(bytes))
        .map(|(path, _)| path)
        .collect()
}

#[track_caller]
fn nothing_leaked(case: &Case) {
    for secret in [FIRST, SECOND, case.portal.api_key()] {
        assert_eq!(holding(case, secret), Vec::<PathBuf>::new());
    }
}

/// Takes a webhook through create, update, rotation, a refusal and deletion, with saved plans.
#[track_caller]
fn live(before: &Webhook, after: &Webhook) {
    let mut case = traced();
    case.write("main.tf", before);
    case.saved_plan(&[]);
    case.apply_saved().succeeds_silently().hides(FIRST);
    assert!(case.portal.secret_is(1, FIRST));
    nothing_leaked(&case);

    case.set("TF_VAR_secret", SECOND);
    case.write("main.tf", after);
    let plan = case.saved_plan(&[]);
    assert!(!plan.json().to_string().contains(SECOND));
    nothing_leaked(&case);
    let echo = format!(
        r#"{{"error":{{"message":"Bad secret {SECOND}","type":"x","stack":null,"hresult":0}},"status":1,"statusCode":400}}"#
    );
    case.portal
        .add_fault(
            Fault::on("PUT", "/api/2.0/settings/webhook")
                .times(1)
                .respond(400, &[], &echo),
        )
        .unwrap();
    case.apply_saved().fails().says("Bad secret").hides(SECOND);
    case.apply().succeeds_silently().hides(SECOND);
    assert!(case.portal.secret_is(1, SECOND));
    nothing_leaked(&case);

    case.destroy().succeeds_silently().hides(SECOND);
    nothing_leaked(&case);
    let log = String::from_utf8_lossy(&case.read("trace.log")).into_owned();
    assert!(
        log.contains("POST") && log.contains("/settings/webhook"),
        "the provider's own lines are missing"
    );
}

#[test]
fn a_versioned_write_only_secret_is_in_no_plan_state_or_log() {
    needs!("1.11", "a write-only argument");
    let versioned = |version: &str| {
        Webhook::new("ci")
            .with("secret_key_wo", "var.secret")
            .with("secret_key_wo_version", version)
    };
    live(&versioned("1"), &versioned("2"));
}

#[test]
fn a_write_only_secret_without_version_is_in_no_plan_state_or_log() {
    needs!("1.11", "a write-only argument");
    let automatic = Webhook::new("ci").with("secret_key_wo", "var.secret");
    live(&automatic, &automatic.clone().with("name", r#""new""#));
}

#[test]
fn a_stored_secret_is_in_plan_and_state_and_in_no_log() {
    let mut case = traced();
    case.write(
        "secret.tf",
        "variable \"secret\" {\n  sensitive = true\n}\n",
    );
    case.write(
        "main.tf",
        Webhook::new("ci").with("secret_key", "var.secret"),
    );
    case.saved_plan(&[]);
    case.apply_saved().succeeds_silently().hides(FIRST);
    case.set("TF_VAR_secret", SECOND);
    case.apply().succeeds_silently().hides(FIRST).hides(SECOND);
    // This also shows that the search above would find a secret, in a packed plan as well.
    let names = |secret: &str| -> Vec<String> {
        let paths = holding(&case, secret).into_iter();
        let relative = paths.map(|path| path.strip_prefix(case.path("")).unwrap().to_owned());
        let mut names: Vec<_> = relative
            .map(|path| path.to_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(
        names(FIRST),
        ["saved.tfplan/tfplan", "terraform.tfstate.backup"]
    );
    assert_eq!(names(SECOND), ["terraform.tfstate"]);
    assert_eq!(names(case.portal.api_key()), Vec::<String>::new());
}
