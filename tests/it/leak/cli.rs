//! Lives through the real command line tool: everything it says, writes and stores.

use std::fs;

use docspace_emulator::{Emulator, Fault, NewWebhook};

use super::sentinels::{
    self, API, CRASHED, CREATED, IMPORTED, KEY, REFUSED, ROTATED, answering, answers, detector,
    refusal,
};
use super::terraform::Directory;
use crate::host::process::eventually;

/// How the secret gets into the configuration: never into the configuration itself, which is stored in
/// saved plans as it is.
const EPHEMERAL: &str = r#"
variable "secret" {
  type      = string
  ephemeral = true
}

variable "rotation" {
  type    = number
  default = null
}
"#;

/// A configuration of one webhook with more arguments.
fn configuration(portal: &Emulator, address: &str, name: &str, arguments: &str) -> String {
    format!(
        r#"
terraform {{
  required_providers {{
    docspace = {{
      source = "onlyoffice/docspace"
    }}
  }}
}}

provider "docspace" {{
  base_url    = {:?}
  max_retries = 0
}}

resource "docspace_webhook" "{address}" {{
  name     = {name:?}
  uri      = "https://hooks.example.com/docspace"
  triggers = ["FileUploaded"]
  {arguments}
}}
"#,
        portal.base_url()
    )
}

const WRITE_ONLY: &str = "secret_key_wo = var.secret\n  secret_key_wo_version = var.rotation";

/// A directory for this portal whose key and secret come from the environment.
fn directory(portal: &Emulator, secret: &str, rotation: Option<u32>) -> Directory {
    let mut directory = Directory::new();
    directory.set("DOCSPACE_API_KEY", KEY);
    directory.write("variables.tf", EPHEMERAL);
    directory.write("main.tf", &configuration(portal, "it", "ci", WRITE_ONLY));
    give(&mut directory, secret, rotation);
    directory
}

fn give(directory: &mut Directory, secret: &str, rotation: Option<u32>) {
    directory.set("TF_VAR_secret", secret);
    if let Some(rotation) = rotation {
        directory.set("TF_VAR_rotation", &rotation.to_string());
    }
}

/// Looks through everything that a directory holds.
#[track_caller]
fn nothing_leaked(directory: &Directory) {
    let detector = detector();
    let everything = directory.everything();
    let has = |end: &str| everything.iter().any(|(path, _)| path.ends_with(end));
    assert!(has("trace.log") && has("said-1"), "too little to look at");
    for (path, content) in everything {
        if let Some(leak) = detector.find(&content) {
            panic!("{}: {leak}", path.display());
        }
    }
}

/// Plans into a file, shows it as JSON, and carries it out.
async fn plan_show_apply(directory: &mut Directory) {
    directory.succeed(&["plan", "-out=saved.tfplan"]).await;
    let shown = directory.succeed(&["show", "-json", "saved.tfplan"]).await;
    assert!(shown.contains("\"planned_values\""), "{shown}");
    directory.succeed(&["apply", "saved.tfplan"]).await;
    let shown = directory.succeed(&["show", "-json"]).await;
    assert!(shown.contains("\"docspace_webhook\""), "{shown}");
}

#[tokio::test]
async fn what_terraform_is_told_to_store_is_found() {
    let portal = sentinels::portal().await;
    let mut directory = Directory::new();
    directory.set("DOCSPACE_API_KEY", KEY);
    directory.set("TF_VAR_secret", CREATED);
    directory.write(
        "main.tf",
        &configuration(&portal, "it", "ci", "secret_key = var.secret"),
    );
    let variable = "variable \"secret\" {\n  type = string\n  sensitive = true\n}\n";
    directory.write("variables.tf", variable);
    plan_show_apply(&mut directory).await;
    assert!(portal.secret_is(1, CREATED));
    let detector = detector();
    let everything = directory.everything();
    let leaks: Vec<_> = everything
        .iter()
        .filter(|(_, content)| detector.find(content).is_some())
        .map(|(path, _)| path.file_name().unwrap().to_str().unwrap())
        .collect();
    // The state; the plan inside its zip file; and what `show -json` says of either.
    for place in ["terraform.tfstate", "tfplan", "said-2", "said-4"] {
        assert!(leaks.contains(&place), "{place} is not among {leaks:?}");
    }
    // The log and everything else that was said are clean all the same.
    for place in ["trace.log", "said-1", "said-3"] {
        assert!(!leaks.contains(&place), "{place} is among {leaks:?}");
    }
}

#[tokio::test]
async fn a_write_only_secret_is_nowhere_after_a_whole_life() {
    for [first, second] in [[Some(1), Some(2)], [None, None]] {
        let portal = sentinels::portal().await;
        let mut directory = directory(&portal, CREATED, first);
        plan_show_apply(&mut directory).await;
        assert!(portal.secret_is(1, CREATED));
        let again = directory.run(&["plan", "-detailed-exitcode"]).await;
        assert_eq!(again.code, Some(0), "{}", again.said);
        nothing_leaked(&directory);

        give(&mut directory, ROTATED, second);
        plan_show_apply(&mut directory).await;
        assert!(portal.secret_is(1, ROTATED));
        directory.write(
            "main.tf",
            &configuration(&portal, "it", "renamed", WRITE_ONLY),
        );
        plan_show_apply(&mut directory).await;
        nothing_leaked(&directory);

        directory.succeed(&["destroy", "-auto-approve"]).await;
        assert_eq!(portal.webhooks().len(), 0);
        // Also the backup of the state before.
        let backup = directory.read("work/terraform.tfstate.backup");
        assert!(backup.contains("docspace_webhook"), "{backup}");
        nothing_leaked(&directory);
        let log = directory.read("trace.log");
        for line in [
            "provider.terraform-provider-docspace",
            "http_method=POST",
            "Served request",
        ] {
            assert!(log.contains(line), "the log has no {line}");
        }
    }
}

#[tokio::test]
async fn the_secret_of_an_imported_webhook_is_nowhere() {
    let portal = sentinels::portal().await;
    portal.create_webhook(NewWebhook {
        name: "ci".to_owned(),
        uri: "https://hooks.example.com/docspace".to_owned(),
        triggers: 256,
        ..NewWebhook::default()
    });
    let mut directory = directory(&portal, IMPORTED, Some(1));
    directory
        .succeed(&["import", "docspace_webhook.it", "1"])
        .await;
    plan_show_apply(&mut directory).await;
    assert!(portal.secret_is(1, IMPORTED));
    nothing_leaked(&directory);
}

#[tokio::test]
async fn a_secret_that_the_portal_repeats_is_nowhere() {
    let portal = sentinels::portal().await;
    let mut directory = directory(&portal, CREATED, Some(1));
    plan_show_apply(&mut directory).await;
    let wanted = ["a handler's error", "rejected fields", "a problem"];
    let answers = answers(REFUSED).into_iter();
    for answer in answers.filter(|answer| wanted.contains(&answer.what)) {
        let name = answer.what;
        // An update and a creation, in one apply.
        let more = configuration(&portal, "it", "ci", WRITE_ONLY)
            + &format!(
                "resource \"docspace_webhook\" \"more\" {{\n  name = \"more\"\n  uri = \"https://a.example.com\"\n  \
                 triggers = [\"All\"]\n  {WRITE_ONLY}\n}}\n"
            );
        directory.write("main.tf", &more);
        give(&mut directory, REFUSED, Some(2));
        for method in ["POST", "PUT"] {
            portal
                .add_fault(answering(method, "/settings/webhook", &answer))
                .unwrap();
        }
        let failed = directory.run(&["apply", "-auto-approve"]).await;
        assert!(!failed.succeeded, "{}", failed.said);
        for words in [
            "Could not create the webhook",
            "Could not update the webhook",
        ] {
            assert!(failed.said.contains(words), "{name}: {}", failed.said);
        }
        let hits: Vec<u64> = portal.faults().iter().map(|fault| fault.hits).collect();
        assert_eq!(hits, [1, 1], "{name}");
        portal.clear_faults();
        nothing_leaked(&directory);
    }
    // A portal that tells the key and a secret to whoever asks: no process is told the secret by now.
    give(&mut directory, ROTATED, Some(1));
    portal
        .add_fault(answering("*", "/*", &refusal(CREATED)))
        .unwrap();
    assert!(!directory.run(&["plan"]).await.succeeded);
    assert!(!directory.run(&["destroy", "-auto-approve"]).await.succeeded);
    nothing_leaked(&directory);
}

#[tokio::test]
async fn a_provider_that_is_killed_leaves_no_trace_of_the_secret() {
    let portal = sentinels::portal().await;
    let fault = Fault::on("POST", &format!("{API}/settings/webhook")).stall();
    let stalled = portal.add_fault(fault).unwrap();
    let mut directory = directory(&portal, CRASHED, None);
    let command = directory.start(&["apply", "-auto-approve"]);
    eventually("the request to be on its way", || {
        (portal.fault_hits(stalled) == 1).then_some(())
    })
    .await;
    let providers = Directory::providers(&command);
    assert!(!providers.is_empty(), "no provider is running");
    for pid in providers {
        let detector = detector();
        let command_line = fs::read(format!("/proc/{pid}/cmdline")).unwrap();
        assert_eq!(detector.find(&command_line), None);
        // The environment is what we gave to the command, which hands it on whole.
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap();
        for variable in environment.split(|byte| *byte == 0) {
            let ours = [b"DOCSPACE_API_KEY=".as_slice(), b"TF_VAR_secret="];
            if !ours.iter().any(|name| variable.starts_with(name)) {
                assert_eq!(detector.find(variable), None);
            }
        }
        let killed = tokio::process::Command::new("sh")
            .args(["-c", &format!("kill -KILL {pid}")])
            .status();
        assert!(killed.await.unwrap().success());
    }
    let ran = directory.end(command).await;
    assert!(!ran.succeeded);
    assert!(ran.said.contains("ApplyResourceChange"), "{}", ran.said);
    nothing_leaked(&directory);

    // Nothing was stored, so the next apply creates it.
    portal.clear_faults();
    directory.succeed(&["apply", "-auto-approve"]).await;
    assert!(portal.secret_is(1, CRASHED));
    nothing_leaked(&directory);
}
