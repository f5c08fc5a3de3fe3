//! The rules of the guide on policies, judged by Conftest and Checkov themselves: what follows them
//! passes, and what breaks one is refused with the rule's own words. `cargo xtask policies` runs this;
//! it installs both.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::guides::block;
use crate::harness::{Case, Run, Running, Webhook, needs};

/// Where `cargo xtask policies` has put a program.
#[track_caller]
fn program(variable: &str) -> PathBuf {
    let program = std::env::var_os(variable);
    let program =
        program.unwrap_or_else(|| panic!("{variable} is not set; run cargo xtask policies"));
    program.into()
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/policy")
}

/// A webhook that follows all the rules, to be spoilt.
fn webhook(label: &str) -> Webhook {
    Webhook::new(label)
        .with("uri", r#""https://hooks.example.com/docspace""#)
        .with("secret_key_wo", "var.webhook_secret")
        .with("secret_key_wo_version", "1")
}

/// A webhook whose secret is in the state, if this argument gives it one.
fn stored(label: &str, secret: &str) -> Webhook {
    let webhook = Webhook::new(label).with("uri", r#""https://hooks.example.com/docspace""#);
    match secret {
        "" => webhook,
        secret => webhook.with("secret_key", secret),
    }
}

/// What breaks the rules: the label of a webhook tells which.
const STORED: [&str; 2] = ["configured", "generated"];
const UNVERIFIED: [&str; 2] = ["unverified", "plain"];
const UNKNOWN: [&str; 4] = ["stranger", "lookalike", "parent", "userinfo"];
/// One whose address only the apply works out, which nobody can judge by the configuration.
const COMPUTED: &str = "computed";

/// A case with the webhook of the guide and one more that follows the rules.
fn good() -> Case {
    let mut case = Case::new();
    case.set("TF_VAR_webhook_secret", "Policy-Secret-1");
    let app = webhook("app").with("uri", r#""https://a.apps.example.com:8443/""#);
    let guide = block("policy-as-code", "variable \"webhook_secret\" {");
    case.write("main.tf", format!("{guide}{app}"));
    case
}

/// The same with webhooks that break one rule each.
fn bad() -> Case {
    let case = good();
    let broken = [
        stored("configured", r#""Stored-Secret-1""#),
        stored("generated", ""),
        webhook("unverified").with("ssl", "false"),
        webhook("plain")
            .with("uri", r#""http://hooks.example.com/docspace""#)
            .with("ssl", "false"),
        webhook("stranger").with("uri", r#""https://example.net/docspace""#),
        webhook("lookalike").with("uri", r#""https://hooks.example.com.example.net/""#),
        webhook("parent").with("uri", r#""https://apps.example.com/""#),
        webhook("userinfo").with("uri", r#""https://hooks.example.com@example.net/""#),
        webhook(COMPUTED).with(
            "uri",
            r#""https://hooks.example.com/${terraform_data.path.id}""#,
        ),
    ];
    let path = "resource \"terraform_data\" \"path\" {}\n".to_owned();
    let broken = broken.map(|webhook| webhook.to_string()).concat();
    case.write("bad.tf", path + &broken);
    case
}

/// Has Conftest judge the plan, by the guide's own command.
fn conftest(case: &Case) -> Run {
    let rules = case.path("policy");
    fs::create_dir(&rules).unwrap();
    fs::copy(
        examples().join("webhooks.rego"),
        rules.join("webhooks.rego"),
    )
    .unwrap();
    let commands = block("policy-as-code", "terraform plan -out=webhooks.tfplan");
    let program = program("DOCSPACE_CONFTEST");
    let named = format!("conftest() {{ '{}' \"$@\"; }}", program.display());
    case.shell(&format!("{named}\n{commands}"))
}

#[test]
#[ignore = "needs Conftest; cargo xtask policies runs it"]
fn conftest_judges_a_plan() {
    needs!("1.11", "a write-only argument");
    conftest(&good()).succeeds().says("3 tests, 3 passed");

    let unknown = [UNKNOWN.as_slice(), &[COMPUTED]].concat();
    let mut run = conftest(&bad()).fails();
    for (labels, rule) in [
        (STORED.as_slice(), "stores its secret in the state"),
        (&UNVERIFIED, "does not verify its receiver"),
        (
            &unknown,
            "delivers to a host that is not on the list of receivers",
        ),
    ] {
        for label in labels {
            run = run.says_so_often(1, &format!("docspace_webhook.{label} {rule}"));
        }
        run = run.says_so_often(labels.len(), rule);
    }
}

/// Has Checkov judge the configuration, by the guide's own command.
fn checkov(case: &Case) -> Run {
    let rules = case.path("policy");
    fs::create_dir(&rules).unwrap();
    for entry in fs::read_dir(examples().join("checkov")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, rules.join(path.file_name().unwrap())).unwrap();
    }
    let directory = "checkov --directory . --framework terraform --external-checks-dir policy --check \
                     'CKV2_DOCSPACE_*' --compact --skip-download";
    let line = block("policy-as-code", directory).replace('\'', "");
    let mut command = Command::new(program("DOCSPACE_CHECKOV"));
    command
        .args(line.split_whitespace().skip(1))
        .current_dir(case.path(""))
        .env("HOME", case.home());
    Running::start(command).finish()
}

#[test]
#[ignore = "needs Checkov; cargo xtask policies runs it"]
fn checkov_judges_a_configuration() {
    checkov(&good())
        .succeeds()
        .says("Passed checks: 6, Failed checks: 0");

    let mut run = checkov(&bad()).fails();
    for (labels, rule) in [
        (STORED.as_slice(), "A webhook stores no secret in the state"),
        (&UNVERIFIED, "A webhook verifies its receiver"),
        (&UNKNOWN, "A webhook delivers to a known receiver"),
    ] {
        let refused = format!("\"{rule}\" FAILED for resource: docspace_webhook.");
        for label in labels {
            run = run.says_so_often(1, &format!("{refused}{label} "));
        }
        run = run.says_so_often(labels.len(), &refused);
    }
}
