//! Secrets: generated, configured, and given by an ephemeral variable that nothing may store.

use docspace_emulator::{Config, NewWebhook, PasswordPolicy};
use serde_json::{Value, json};

use crate::harness::{Case, Webhook, needs};

const ADDRESS: &str = "docspace_webhook.ci";
const VARIABLE: &str = "variable \"secret\" {\n  type      = string\n  ephemeral = true\n}\n";

/// A case whose webhook gets its secret from an ephemeral variable.
fn ephemeral(webhook: &Webhook, secret: &str) -> Case {
    let mut case = Case::new();
    case.write("secret.tf", VARIABLE);
    case.write("main.tf", webhook);
    case.set("TF_VAR_secret", secret);
    case
}

/// A webhook whose secret is sent when the configured version changes.
fn manual(version: u32) -> Webhook {
    automatic().with("secret_key_wo_version", &version.to_string())
}

/// A webhook whose secret is sent when it has changed.
fn automatic() -> Webhook {
    Webhook::new("ci").with("secret_key_wo", "var.secret")
}

/// Returns the bodies of the updates since the last time the requests were taken.
fn updates(case: &Case) -> Vec<Value> {
    let log = case.portal.request_log().into_iter();
    let puts = log
        .filter(|entry| entry.method == "PUT")
        .filter_map(|entry| entry.body);
    let bodies = puts.collect();
    case.take_requests();
    bodies
}

#[test]
fn a_generated_secret_is_strong_and_stays() {
    let case = Case::new();
    case.write("main.tf", Webhook::new("ci"));
    case.apply().succeeds_silently();
    let secret = case.attributes(ADDRESS)["secret_key"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(secret.len(), 30);
    assert!(case.portal.secret_is(1, &secret));
    case.write("main.tf", Webhook::new("ci").with("name", r#""new""#));
    case.apply().succeeds_silently().hides(&secret);
    assert_eq!(case.attributes(ADDRESS)["secret_key"], secret);
    assert!(case.portal.secret_is(1, &secret));
}

#[test]
fn each_webhook_gets_a_generated_secret_of_its_own() {
    let case = Case::new();
    case.write(
        "main.tf",
        format!("{}{}", Webhook::new("ci"), Webhook::new("cd")),
    );
    case.apply().succeeds_silently();
    let secret = |address: &str| case.attributes(address)["secret_key"].clone();
    assert_ne!(secret(ADDRESS), secret("docspace_webhook.cd"));
}

#[test]
fn a_removed_secret_key_is_warned_of_once_and_nothing_is_sent() {
    let case = Case::new();
    case.write(
        "main.tf",
        Webhook::new("ci").with("secret_key", r#""correct-horse""#),
    );
    case.apply().succeeds_silently();
    case.write("main.tf", Webhook::new("ci"));
    case.plan()
        .proposes(0, 1, 0)
        .warns("Webhook \"ci\" (1) keeps its old secret");
    case.take_requests();
    case.apply().succeeds();
    assert_eq!(updates(&case), Vec::<Value>::new());
    assert_eq!(case.attributes(ADDRESS)["secret_key"], json!(null));
    assert!(case.portal.secret_is(1, "correct-horse"));
    case.plan().finds_no_changes();
}

#[test]
fn a_versioned_secret_is_sent_when_the_version_changes_and_only_then() {
    needs!("1.11", "a write-only argument");
    let mut case = ephemeral(&manual(1), "first-secret");
    case.apply().succeeds_silently();
    assert!(case.portal.secret_is(1, "first-secret"));
    assert_eq!(case.attributes(ADDRESS)["secret_key_wo"], json!(null));
    case.plan().finds_no_changes();

    case.set("TF_VAR_secret", "second-secret");
    case.plan().finds_no_changes();
    case.write("main.tf", manual(1).with("name", r#""new""#));
    case.apply().succeeds_silently();
    assert!(case.portal.secret_is(1, "first-secret"));

    case.write("main.tf", manual(2).with("name", r#""new""#));
    let plan = case.saved_plan(&[]);
    assert_eq!(plan.changed(ADDRESS), ["secret_key_wo_version"]);
    case.apply_saved().succeeds_silently();
    assert!(case.portal.secret_is(1, "second-secret"));
    assert_eq!(case.attributes(ADDRESS)["secret_key_wo_version"], 2);
    case.plan().finds_no_changes();
}

#[test]
fn a_secret_without_a_version_is_sent_when_it_has_changed_and_only_then() {
    needs!("1.11", "a write-only argument");
    let mut case = ephemeral(&automatic(), "first-secret");
    case.apply().succeeds_silently();
    assert!(case.portal.secret_is(1, "first-secret"));
    assert_eq!(case.attributes(ADDRESS)["secret_key_wo_version"], 1);
    case.plan().finds_no_changes();

    case.set("TF_VAR_secret", "second-secret");
    let plan = case.saved_plan(&[]);
    assert_eq!(plan.changed(ADDRESS), ["secret_key_wo_version"]);
    case.apply_saved().succeeds_silently();
    assert!(case.portal.secret_is(1, "second-secret"));
    assert_eq!(case.attributes(ADDRESS)["secret_key_wo_version"], 2);
    case.plan().finds_no_changes();

    case.take_requests();
    case.write("main.tf", automatic().with("name", r#""new""#));
    case.apply().succeeds_silently();
    let bodies = updates(&case);
    assert_eq!(bodies.len(), 1);
    assert_eq!(bodies[0].get("secretKey"), None);
    assert_eq!(case.attributes(ADDRESS)["secret_key_wo_version"], 2);
    case.plan().finds_no_changes();
}

#[test]
fn a_secret_that_changes_between_plan_and_apply_is_sent_as_it_is_at_apply() {
    needs!("1.11", "a write-only argument");
    let mut case = ephemeral(&automatic(), "first-secret");
    case.apply().succeeds_silently();
    case.write("main.tf", automatic().with("name", r#""new""#));
    case.saved_plan(&[]);
    case.set("TF_VAR_secret", "second-secret");
    case.apply_saved().succeeds_silently();
    assert!(case.portal.secret_is(1, "second-secret"));
    assert_eq!(case.attributes(ADDRESS)["secret_key_wo_version"], 2);
    case.plan().finds_no_changes();
}

/// A secret that is another one whenever it is asked for: in each plan, and in each apply again.
const EPHEMERAL: &str = "ephemeral \"docspace_webhook_secret\" \"new\" {}\n\n";

/// A webhook with such a secret.
fn made_anew() -> Webhook {
    Webhook::new("ci").with(
        "secret_key_wo",
        "ephemeral.docspace_webhook_secret.new.secret_key",
    )
}

#[test]
fn an_ephemeral_secret_is_sent_in_one_apply_and_then_only_with_a_new_version() {
    needs!("1.11", "a write-only argument");
    let mut config = Config::offline();
    config.settings.password_policy = PasswordPolicy {
        min_length: 30,
        upper_case: true,
        digits: true,
        spec_symbols: true,
    };
    let case = Case::with(config);
    let version = |version: &str| {
        let webhook = made_anew().with("secret_key_wo_version", version);
        case.write("main.tf", format!("{EPHEMERAL}{webhook}"));
    };
    version("1");
    case.apply().succeeds_silently();
    assert_eq!(case.attributes(ADDRESS)["secret_key"], json!(null));
    assert_eq!(case.attributes(ADDRESS)["secret_key_wo_version"], 1);
    case.plan().finds_no_changes();
    case.take_requests();
    case.apply().succeeds_silently();
    assert_eq!(updates(&case), Vec::<Value>::new());

    version("2");
    case.saved_plan(&[]);
    case.apply_saved().succeeds_silently();
    let bodies = updates(&case);
    assert_eq!(bodies.len(), 1);
    assert_eq!(bodies[0]["secretKey"], "<present>");
    assert!(case.portal.webhooks().len() == 1);
    case.plan().finds_no_changes();
}

/// The guide about rotation says so, and what to do instead.
#[test]
fn a_secret_that_is_made_anew_in_every_run_is_rotated_by_every_run_without_a_version() {
    needs!("1.11", "a write-only argument");
    let case = Case::new();
    case.write("main.tf", format!("{EPHEMERAL}{}", made_anew()));
    for version in 1..=3 {
        case.plan()
            .proposes(usize::from(version == 1), usize::from(version > 1), 0);
        case.saved_plan(&[]);
        case.take_requests();
        case.apply_saved().succeeds_silently();
        let updates = updates(&case);
        assert_eq!(updates.len(), usize::from(version > 1));
        assert!(updates.iter().all(|body| body["secretKey"] == "<present>"));
        assert_eq!(case.attributes(ADDRESS)["secret_key_wo_version"], version);
    }
}

#[test]
fn moving_a_secret_out_of_the_state_does_not_send_it_again() {
    needs!("1.11", "a write-only argument");
    let case = ephemeral(
        &Webhook::new("ci").with("secret_key", r#""correct-horse""#),
        "correct-horse",
    );
    case.apply().succeeds_silently();
    for webhook in [automatic(), manual(7)] {
        case.write("main.tf", webhook);
        case.take_requests();
        case.apply().succeeds_silently();
        assert!(
            updates(&case)
                .iter()
                .all(|body| body.get("secretKey").is_none())
        );
        case.plan().finds_no_changes();
        let state = String::from_utf8(case.read("terraform.tfstate")).unwrap();
        assert!(!state.contains("correct-horse"));
        case.write(
            "main.tf",
            Webhook::new("ci").with("secret_key", r#""correct-horse""#),
        );
        case.apply().succeeds_silently();
    }
}

#[test]
fn a_removed_write_only_secret_is_warned_of_once() {
    needs!("1.11", "a write-only argument");
    let case = ephemeral(&automatic(), "correct-horse");
    case.apply().succeeds_silently();
    case.write("main.tf", Webhook::new("ci"));
    case.plan()
        .proposes(0, 1, 0)
        .warns("Webhook \"ci\" (1) keeps its old secret");
    case.apply().succeeds();
    assert!(case.portal.secret_is(1, "correct-horse"));
    assert_eq!(
        case.attributes(ADDRESS)["secret_key_wo_version"],
        json!(null)
    );
    case.plan().finds_no_changes();
}

#[test]
fn an_imported_webhook_gets_its_secret_by_the_version() {
    needs!("1.11", "a write-only argument");
    let case = ephemeral(&manual(1).with("triggers", r#"["All"]"#), "correct-horse");
    case.portal.create_webhook(NewWebhook {
        name: "ci".to_owned(),
        uri: "https://example.com/ci".to_owned(),
        ..NewWebhook::default()
    });
    case.import(ADDRESS, "1").succeeds_silently();
    assert!(case.portal.secret_is(1, "somebodys-secret"));
    case.plan().proposes(0, 1, 0).has_no_warning();
    case.apply().succeeds_silently();
    assert!(case.portal.secret_is(1, "correct-horse"));
    case.plan().finds_no_changes();
}

/// A webhook whose changes of one argument are ignored.
fn ignoring(argument: &str, webhook: Webhook) -> Webhook {
    webhook.block("lifecycle", &format!("ignore_changes = [{argument}]"))
}

/// Terraform plans without what is ignored and applies with the whole configuration.
#[test]
fn an_ignored_secret_is_not_sent_with_another_change() {
    let case = Case::new();
    let webhook = |secret: &str, name: &str| {
        let webhook = Webhook::new("ci").with("secret_key", secret);
        ignoring("secret_key", webhook.with("name", name))
    };
    case.write("main.tf", webhook(r#""correct-horse""#, r#""old""#));
    case.apply().succeeds_silently();
    case.write("main.tf", webhook(r#""other-battery""#, r#""new""#));
    case.take_requests();
    case.apply().succeeds_silently();
    let sent = updates(&case);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].get("secretKey"), None);
    assert!(case.portal.secret_is(1, "correct-horse"));
    assert_eq!(case.attributes(ADDRESS)["secret_key"], "correct-horse");
    case.plan().finds_no_changes();
}

#[test]
fn an_ignored_write_only_secret_or_version_is_not_sent_and_the_plan_ends_empty() {
    needs!("1.11", "a write-only argument");
    for (ignored, webhook, later) in [
        ("secret_key_wo", automatic(), automatic()),
        ("secret_key_wo_version", automatic(), automatic()),
        ("secret_key_wo_version", manual(1), manual(2)),
    ] {
        let mut case = ephemeral(&ignoring(ignored, webhook), "first-secret");
        case.apply().succeeds_silently();
        case.set("TF_VAR_secret", "second-secret");
        let later = ignoring(ignored, later.with("name", r#""new""#));
        case.write("main.tf", &later);
        case.apply().succeeds();
        assert!(case.portal.secret_is(1, "first-secret"), "{later}");
        case.plan().finds_no_changes();
    }
}

#[test]
fn going_back_to_what_ignore_changes_kept_sends_it_again() {
    needs!("1.11", "a write-only argument");
    let key = || Webhook::new("ci").with("secret_key", r#""Kept-Secret-1""#);
    let wo = || Webhook::new("ci").with("secret_key_wo", r#""Other-Secret-2""#);
    let manual = || wo().with("secret_key_wo_version", "1");
    let ignoring = |webhook: Webhook, name: &str| {
        webhook.block("lifecycle", &format!("ignore_changes = [{name}]"))
    };
    let steps = [
        // Each configuration, and the secret that the portal has after it.
        (key(), "Kept-Secret-1"),
        (ignoring(manual(), "secret_key"), "Other-Secret-2"),
        (ignoring(Webhook::new("ci"), "secret_key"), "Kept-Secret-1"),
        (ignoring(manual(), "secret_key"), "Other-Secret-2"),
        (key(), "Kept-Secret-1"),
        (ignoring(wo(), "secret_key"), "Other-Secret-2"),
        (key(), "Kept-Secret-1"),
        (manual(), "Other-Secret-2"),
        (ignoring(key(), "secret_key_wo_version"), "Kept-Secret-1"),
        (manual(), "Other-Secret-2"),
    ];
    let case = Case::new();
    for (number, (webhook, secret)) in steps.into_iter().enumerate() {
        case.write("main.tf", webhook);
        case.apply().succeeds();
        assert!(case.portal.secret_is(1, secret), "step {number}");
        case.plan().finds_no_changes();
    }
}
