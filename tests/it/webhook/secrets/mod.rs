//! When a secret is sent, and what is stored of it (product §4.2): every change and every move between
//! the ways to give one, told from the request log.

mod late;
mod leaks;
mod rows;

use serde_json::{Value, json};

use self::rows::{From, GENERATED, Outcome, Row, UNTOUCHED, put};

use super::{Portal, webhook, with};
use crate::commands::{Configuration, Workspace, one};
use crate::host::core::Action;

const OLD: &str = "Old-secret-1";
const NEW: &str = "New-secret-2";

/// A configuration with these arguments about the secret, and no other.
fn config(secret: Value) -> Value {
    with(&with(&webhook(), json!({"secret_key": null})), secret)
}

fn nothing() -> Value {
    config(json!({}))
}

/// `secret_key`.
fn key(secret: &str) -> Value {
    config(json!({"secret_key": secret}))
}

/// Automatic mode: `secret_key_wo` alone.
fn automatic(secret: &str) -> Value {
    config(json!({"secret_key_wo": secret}))
}

/// Manual mode: `secret_key_wo` with a version.
fn manual(secret: &str, version: i64) -> Value {
    config(json!({"secret_key_wo": secret, "secret_key_wo_version": version}))
}

fn renamed(config: &Value) -> Value {
    with(config, json!({"name": "Renamed"}))
}

/// Carries the change out, checks its outcome, and that it was the last of it.
async fn changes(
    label: &str,
    portal: &Portal,
    directory: &mut Workspace,
    to: &Value,
    outcome: &Outcome,
) {
    portal.take();
    let report = directory.apply(&one(to)).await;
    report.ok();
    is_outcome(label, portal, directory, outcome);
    let planned = directory.plan(&one(to)).await;
    assert_eq!(
        planned.only().action,
        Action::NoOp,
        "{label}: {:#?}",
        planned.only()
    );
    planned.report.quiet();
}

/// Compares what was requested and what is stored now.
fn is_outcome(label: &str, portal: &Portal, directory: &Workspace, outcome: &Outcome) {
    let writes: Vec<_> = portal
        .take()
        .into_iter()
        .filter(|sent| sent.method != "GET")
        .collect();
    let requests: Vec<_> = writes
        .iter()
        .map(|sent| sent.route.replace("/api/2.0/settings", ""))
        .collect();
    assert_eq!(requests, Vec::from_iter(outcome.request), "{label}");
    let has_secret = writes
        .iter()
        .any(|sent| sent.body.as_ref().unwrap().get("secretKey").is_some());
    assert_eq!(has_secret, outcome.sent.is_some(), "{label}: {writes:#?}");
    let stored = directory.attribute("secret_key");
    let meant = |secret: &'static str| match secret {
        GENERATED => stored.clone(),
        secret => json!(secret),
    };
    if let Some(sent) = outcome.sent {
        let sent = meant(sent);
        let sent = sent.as_str().unwrap();
        assert!(portal.emulator.secret_is(1, sent), "{label}");
    }
    let key = outcome.key.map_or(Value::Null, meant);
    assert_eq!(stored, &key, "{label}");
    assert_eq!(
        directory.attribute("secret_key_wo_version"),
        &json!(outcome.version),
        "{label}"
    );
    if outcome.key == Some(GENERATED) {
        assert_eq!(stored.as_str().unwrap().len(), 30, "{label}");
    }
    let private = String::from_utf8(directory.it().private.clone()).unwrap();
    assert!(
        !private.contains(OLD) && !private.contains(NEW),
        "{label}: {private}"
    );
}

/// Carries every row out, each on a portal of its own.
async fn hold(rows: Vec<Row>) {
    for Row {
        rule,
        from,
        to,
        outcome,
    } in rows
    {
        let portal = Portal::start().await;
        let mut directory = match from {
            From::Nothing => portal.workspace(),
            From::Applied(config) => portal.settled(&config).await,
            From::Forgotten(config) => {
                let mut directory = portal.settled(&config).await;
                directory.state.get_mut("it").unwrap().private.clear();
                directory
            }
            From::Imported => {
                portal.settled(&key(OLD)).await;
                let mut directory = portal.workspace();
                directory.import("1").await.quiet();
                directory
            }
            From::Removed(config) => {
                let mut directory = portal.settled(&config).await;
                directory.apply(&one(&nothing())).await.ok();
                directory
            }
        };
        let label = format!("{rule}: to {to}");
        changes(&label, &portal, &mut directory, &to, &outcome).await;
    }
}

#[tokio::test]
async fn a_creation_sends_the_secret() {
    hold(rows::creations()).await;
}

#[tokio::test]
async fn a_change_of_another_attribute_carries_no_secret() {
    hold(rows::other_attributes()).await;
}

#[tokio::test]
async fn a_stored_secret_is_sent_when_it_changes() {
    hold(rows::stored()).await;
}

#[tokio::test]
async fn manual_mode_follows_the_number() {
    hold(rows::by_hand()).await;
}

#[tokio::test]
async fn automatic_mode_recognizes_the_secret() {
    hold(rows::by_itself()).await;
}

#[tokio::test]
async fn a_secret_that_leaves_the_state_is_sent_only_if_it_changes() {
    hold(rows::out_of_the_state()).await;
}

#[tokio::test]
async fn a_secret_that_enters_the_state_is_sent_unless_it_is_recognized() {
    hold(rows::into_the_state()).await;
}

#[tokio::test]
async fn between_automatic_and_manual_the_secret_is_sent_once() {
    hold(rows::between_the_modes()).await;
}

#[tokio::test]
async fn after_an_import_a_secret_is_sent_once_and_none_is_generated() {
    hold(rows::imports()).await;
}

#[tokio::test]
async fn a_secret_that_is_removed_is_forgotten_without_a_request() {
    hold(rows::removals()).await;
}

/// The guide's table has one line for each rule, and each of its rows says the same.
#[test]
fn the_guide_shows_when_a_secret_is_sent() {
    let mut lines: Vec<String> = Vec::new();
    for row in rows::all() {
        let sent = if row.outcome.sent.is_some() {
            "yes"
        } else {
            "no"
        };
        let line = format!("| {} | {sent} |", row.rule);
        if !lines.contains(&line) {
            let rule = format!("| {} |", row.rule);
            let is_new = lines.iter().all(|line| !line.starts_with(&rule));
            assert!(is_new, "the rows of {rule} differ");
            lines.push(line);
        }
    }
    let guide = include_str!("../../../../templates/guides/rotating-secrets.md");
    let (_, table) = guide.split_once("| --- | --- |\n").unwrap();
    let table: Vec<_> = table
        .lines()
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert_eq!(table, lines, "\n{}", lines.join("\n"));
}

#[tokio::test]
async fn manual_mode_stores_nothing_that_is_derived_from_the_secret() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&manual(OLD, 1)).await;
    let before = directory.it().private.clone();
    assert!(!String::from_utf8_lossy(&before).contains("hash"));
    directory.apply(&one(&manual(NEW, 2))).await.quiet();
    assert_eq!(directory.it().private, before);
    // The hash of automatic mode goes with the next change.
    let mut directory = portal.workspace();
    directory.import("1").await.quiet();
    directory.apply(&one(&automatic(OLD))).await.quiet();
    assert!(String::from_utf8_lossy(&directory.it().private).contains("hash"));
    directory.apply(&one(&manual(OLD, 2))).await.quiet();
    assert!(!String::from_utf8_lossy(&directory.it().private).contains("hash"));
}

#[tokio::test]
async fn a_configured_secret_that_is_removed_is_forgotten_with_one_warning_and_no_request() {
    for from in [key(OLD), manual(OLD, 1), automatic(OLD)] {
        let portal = Portal::start().await;
        let mut directory = portal.settled(&from).await;
        let report = directory.apply(&one(&nothing())).await;
        let warning = report.warning("Webhook \"CI events\" (1) keeps its old secret");
        assert!(
            warning.detail.contains("only the state forgets it"),
            "{warning:?}"
        );
        is_outcome("removed", &portal, &directory, &UNTOUCHED);
        directory.plan(&one(&nothing())).await.empty();
        assert!(portal.emulator.secret_is(1, OLD));
        // It was forgotten, so it is sent when it comes back.
        let back = put(Some(OLD)).version(1);
        changes("back", &portal, &mut directory, &automatic(OLD), &back).await;
    }
}

#[tokio::test]
async fn a_secret_that_is_forgotten_names_the_webhook_by_its_old_name_while_the_new_one_is_unknown()
{
    let portal = Portal::start().await;
    let mut directory = portal.settled(&key(OLD)).await;
    let renamed = with(&nothing(), json!({"name": crate::host::value::unknown()}));
    let planned = directory.plan(&one(&renamed)).await;
    planned
        .report
        .warning("Webhook \"CI events\" (1) keeps its old secret");
}

#[tokio::test]
async fn a_generated_secret_stays_without_a_word() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&nothing()).await;
    let secret = directory
        .attribute("secret_key")
        .as_str()
        .unwrap()
        .to_owned();
    let kept = put(None).key(GENERATED);
    let to = renamed(&nothing());
    changes("renamed", &portal, &mut directory, &to, &kept).await;
    // Configured with the same value, it is a configured one from then on.
    let to = renamed(&key(&secret));
    let kept = UNTOUCHED.key(GENERATED);
    changes("taken over", &portal, &mut directory, &to, &kept).await;
    assert_eq!(directory.attribute("secret_key"), secret.as_str());
    assert!(portal.emulator.secret_is(1, &secret));
}

/// One slow hash then recognizes it for all of them (ADR 9).
#[tokio::test]
async fn webhooks_that_share_a_secret_in_one_run_share_its_record() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let config = |shared: &str| {
        [("one", shared), ("two", shared), ("other", OLD)]
            .map(|(name, secret)| {
                (
                    name.to_owned(),
                    with(&automatic(secret), json!({"name": name})),
                )
            })
            .into()
    };
    for shared in [NEW, "third-Secret-3"] {
        directory.apply(&config(shared)).await.quiet();
        let record = |name: &str| {
            let private: Value = serde_json::from_slice(&directory.state[name].private).unwrap();
            private["secret_hash"].clone()
        };
        assert!(record("one")["hash"].is_string());
        assert_eq!(record("one"), record("two"));
        assert_ne!(record("one")["salt"], record("other")["salt"]);
    }
}

/// Records of separate runs have salts of their own until one run changes both webhooks, whatever it changes.
#[tokio::test]
async fn records_of_a_secret_become_one_when_their_webhooks_change_together() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let config = |names: &[&str], suffix: &str| {
        let webhooks = names.iter().map(|name| {
            let config = with(&automatic(NEW), json!({"name": format!("{name}{suffix}")}));
            ((*name).to_owned(), config)
        });
        webhooks.collect::<Configuration>()
    };
    let record = |directory: &Workspace, name: &str| {
        let private: Value = serde_json::from_slice(&directory.state[name].private).unwrap();
        private["secret_hash"].clone()
    };
    directory.apply(&config(&["one"], "")).await.quiet();
    directory.apply(&config(&["one", "two"], "")).await.quiet();
    assert_ne!(record(&directory, "one"), record(&directory, "two"));
    portal.take();
    let renamed = config(&["one", "two"], " renamed");
    directory.apply(&renamed).await.quiet();
    assert_eq!(record(&directory, "one"), record(&directory, "two"));
    let sent = portal.emulator.request_log();
    let puts = sent.iter().filter(|entry| entry.method == "PUT");
    let bodies: Vec<_> = puts.filter_map(|entry| entry.body.as_ref()).collect();
    assert_eq!(bodies.len(), 2);
    assert!(bodies.iter().all(|body| body.get("secretKey").is_none()));
    directory.plan(&renamed).await.empty();
}
