//! Being started, attached to, cut off and left alone by the real CLI.

use docspace_emulator::{Config, Fault};

use crate::harness::{Case, Debugged, Webhook, start, wait_until};

#[test]
fn the_provider_works_without_tls_when_the_cli_asks_for_none() {
    let mut case = Case::new();
    case.set("TF_DISABLE_PLUGIN_TLS", "1");
    case.write("main.tf", Webhook::new("ci"));
    case.apply().succeeds_silently();
    case.plan().finds_no_changes();
}

#[test]
fn one_provider_in_debug_mode_serves_two_portals_and_every_command() {
    let mut case = Case::new();
    let other = start(Config {
        api_key: "sk-of-the-other-portal".to_owned().into(),
        ..Config::offline()
    });
    let plugin = Debugged::start(&case);
    case.set("TF_REATTACH_PROVIDERS", plugin.reattach());
    let provider = |alias: &str, url: String, key: &str| {
        format!(
            "provider \"docspace\" {{\n  alias = {alias:?}\n  base_url = {url:?}\n  api_key = {key:?}\n}}\n"
        )
    };
    let here = provider("here", case.portal.base_url(), case.portal.api_key());
    let there = provider("there", other.base_url(), other.api_key());
    let webhooks = ["here", "there"].map(|name| {
        let webhook = Webhook::new(name).with("count", "3");
        webhook
            .with("uri", r#""https://example.com/${count.index}""#)
            .with("provider", &format!("docspace.{name}"))
            .to_string()
    });
    case.write("main.tf", format!("{here}{there}{}", webhooks.concat()));
    case.apply().succeeds_silently();
    let names = |webhooks: Vec<docspace_emulator::Webhook>| -> Vec<String> {
        webhooks.into_iter().map(|webhook| webhook.name).collect()
    };
    assert_eq!(names(case.portal.webhooks()), ["here"; 3]);
    assert_eq!(names(other.webhooks()), ["there"; 3]);
    case.take_requests();
    case.plan().finds_no_changes();
    case.has_requested(&[("GET webhook", 1)]);
    case.portal.delete_webhook(1).unwrap();
    case.plan().proposes(1, 0, 0);
    case.destroy().succeeds();
    assert!(case.portal.webhooks().is_empty() && other.webhooks().is_empty());
    plugin.end();
}

/// The variables are set in the shell that runs the CLI, and not in the one that runs the provider.
#[test]
fn what_a_provider_in_debug_mode_lacks_is_missing_in_its_own_shell() {
    let mut case = Case::new();
    let plugin = Debugged::start(&case);
    case.set("TF_REATTACH_PROVIDERS", plugin.reattach());
    case.write("main.tf", Webhook::new("ci"));
    case.plan()
        .fails()
        .errs("Missing base_url")
        .says("set the variable there and start the provider again");
    plugin.end();
}

/// In debug mode one process serves several commands, and outlives each of them.
#[test]
fn a_killed_command_ends_its_own_writes_and_not_those_of_another() {
    let [mut killed, mut other] = [Case::new(), Case::new()];
    let plugin = Debugged::start(&killed);
    let webhooks = Webhook::new("ci").with("count", "3");
    let webhooks = webhooks.with("name", r#""ci ${count.index}""#);
    for (case, first) in [(&mut killed, 4_000), (&mut other, 10_000)] {
        case.set("TF_REATTACH_PROVIDERS", plugin.reattach());
        let (url, key) = (case.portal.base_url(), case.portal.api_key());
        let provider = format!(
            "provider \"docspace\" {{\n  base_url = {url:?}\n  api_key = {key:?}\n  max_concurrent_writes = 1\n}}\n"
        );
        case.write("main.tf", format!("{provider}{webhooks}"));
        let slow = Fault::on("POST", "/api/2.0/settings/webhook").times(1);
        case.portal.add_fault(slow.delay_ms(first)).unwrap();
    }
    let posts = |case: &Case| {
        let summary = case.portal.request_summary();
        summary.count("POST /api/2.0/settings/webhook")
    };
    let living = other.start(&["apply", "-auto-approve"]);
    wait_until("a create to reach a portal", || posts(&other) >= 1);
    let dying = killed.start(&["apply", "-auto-approve"]);
    wait_until("another to reach the other", || posts(&killed) == 1);
    dying.kill();
    living.finish().says("3 added");
    wait_until("the create to be finished", || {
        !killed.portal.webhooks().is_empty()
    });
    other.plan().finds_no_changes();
    assert_eq!(posts(&killed), 1);
    killed.portal.delete_webhook(1).unwrap();
    killed.apply().succeeds();
    assert_eq!(killed.portal.webhooks().len(), 3);
    plugin.end();
}

#[test]
fn after_the_cli_was_killed_the_next_plan_names_the_webhook_and_how_to_import_it() {
    let case = Case::new();
    case.write("main.tf", Webhook::new("ci"));
    let slow = Fault::on("POST", "/api/2.0/settings/webhook")
        .after_storing()
        .delay_ms(2_000);
    case.portal.add_fault(slow).unwrap();
    let apply = case.start(&["apply", "-auto-approve"]);
    wait_until("the portal to store the webhook", || {
        !case.portal.webhooks().is_empty()
    });
    apply.kill();
    case.has_no_plugin();

    let block = "import { to = docspace_webhook.example id = \"1\" }";
    case.plan()
        .proposes(1, 0, 0)
        .warns("Webhook \"ci\" already exists (id 1)")
        .says(block);
    case.apply().fails().says(block);
    assert_eq!(case.portal.webhooks().len(), 1);
    case.write(
        "import.tf",
        "import {\n  to = docspace_webhook.ci\n  id = \"1\"\n}\n",
    );
    case.apply().succeeds_silently();
    case.plan().finds_no_changes();
    assert_eq!(case.portal.webhooks().len(), 1);
}
