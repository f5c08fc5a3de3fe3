//! Ctrl-C, kills and a full disk: what was sent is finished and recorded, nothing new is sent, and what
//! could not be recorded is named by the next plan.

use docspace_emulator::{Emulator, Fault};

use crate::harness::{Case, Running, Webhook, wait_until};

const PATH: &str = "/api/2.0/settings/webhook";
/// How long the portal takes for a create: much longer than a signal.
const SLOW: u64 = 3_000;

fn writes_begun(portal: &Emulator, route: &str) -> u64 {
    portal.request_summary().count(&format!("{route} {PATH}"))
}

/// Interrupts an apply while the portal works on a create, and demands that the webhook is in state.
#[track_caller]
fn survives(signal: &str, fault: Fault) {
    let case = Case::new();
    case.write("main.tf", Webhook::new("ci"));
    let id = case.portal.add_fault(fault).unwrap();
    let apply = case.start(&["apply", "-auto-approve"]);
    wait_until("the create to reach the portal", || {
        writes_begun(&case.portal, "POST") == 1
    });
    apply.signal(signal);
    apply
        .finish()
        .says("Interrupt received.")
        .says("Creation complete");
    assert_eq!(case.portal.fault_hits(id), 1);
    assert_eq!(case.portal.webhooks().len(), 1);
    assert_eq!(case.attributes("docspace_webhook.ci")["id"], "1");
    case.plan().finds_no_changes();
}

#[test]
fn a_create_interrupted_before_the_portal_stored_it_ends_up_in_state() {
    survives("INT", Fault::on("POST", PATH).delay_ms(SLOW));
}

#[test]
fn a_create_interrupted_after_the_portal_stored_it_ends_up_in_state() {
    survives(
        "INT",
        Fault::on("POST", PATH).after_storing().delay_ms(SLOW),
    );
}

#[test]
fn a_create_ends_up_in_state_when_everything_is_told_to_terminate() {
    survives(
        "TERM",
        Fault::on("POST", PATH).after_storing().delay_ms(SLOW),
    );
}

/// An apply of five webhooks, one at a time, of which the first has reached the portal.
fn one_of_five() -> (Case, Running) {
    let case = Case::new();
    let provider = "provider \"docspace\" {\n  max_concurrent_writes = 1\n}\n";
    let webhook = Webhook::new("ci")
        .with("count", "5")
        .with("name", r#""ci ${count.index}""#);
    case.write("main.tf", format!("{provider}{webhook}"));
    case.portal
        .add_fault(Fault::on("POST", PATH).delay_ms(2 * SLOW))
        .unwrap();
    let apply = case.start(&["apply", "-auto-approve"]);
    wait_until("the first create to reach the portal", || {
        writes_begun(&case.portal, "POST") == 1
    });
    (case, apply)
}

#[test]
fn no_new_write_starts_after_an_interrupt() {
    let (case, apply) = one_of_five();
    apply.signal("INT");
    apply
        .finish()
        .fails()
        .says("The request was not sent, because the run was interrupted.");
    assert_eq!(writes_begun(&case.portal, "POST"), 1);
    assert_eq!(case.portal.webhooks().len(), 1);
    case.portal.clear_faults();
    case.plan().proposes(4, 0, 0).has_no_warning();
    case.apply().succeeds_silently();
    assert_eq!(case.portal.webhooks().len(), 5);
    case.plan().finds_no_changes();
}

#[test]
fn no_new_write_starts_after_terraform_was_killed() {
    let (case, apply) = one_of_five();
    apply.kill();
    case.has_no_plugin();
    assert_eq!(writes_begun(&case.portal, "POST"), 1);
    assert_eq!(case.portal.webhooks().len(), 1);
}

#[test]
fn an_interrupted_update_ends_up_in_state() {
    let case = Case::new();
    case.write("main.tf", Webhook::new("ci"));
    case.apply().succeeds_silently();
    case.write("main.tf", Webhook::new("ci").with("name", r#""new""#));
    case.portal
        .add_fault(Fault::on("PUT", PATH).after_storing().delay_ms(SLOW))
        .unwrap();
    let apply = case.start(&["apply", "-auto-approve"]);
    wait_until("the update to reach the portal", || {
        writes_begun(&case.portal, "PUT") == 1
    });
    apply.signal("INT");
    apply.finish().says("Interrupt received.");
    assert_eq!(case.attributes("docspace_webhook.ci")["name"], "new");
    case.plan().finds_no_changes();
}

/// Terraform was ended before the outcome of a create could be recorded; the portal has the webhook.
#[track_caller]
fn is_named_and_imported(case: &Case) {
    case.has_no_plugin();
    assert_eq!(case.portal.webhooks().len(), 1);
    case.portal.clear_faults();
    if case.attributes("docspace_webhook.ci").is_null() {
        case.plan()
            .proposes(1, 0, 0)
            .warns("Webhook \"ci\" already exists (id 1)")
            .says("import { to = docspace_webhook.example id = \"1\" }");
        case.apply()
            .fails()
            .errs("Webhook \"ci\" already exists (id 1)");
        assert_eq!(case.portal.webhooks().len(), 1);
        case.import("docspace_webhook.ci", "1").succeeds();
    }
    case.apply().succeeds();
    case.plan().finds_no_changes();
    assert_eq!(case.portal.webhooks().len(), 1);
}

/// Starts an apply whose create is stored, and answered much later.
#[track_caller]
fn apply_with_a_slow_answer() -> (Case, Running) {
    let case = Case::new();
    case.write("main.tf", Webhook::new("ci"));
    let slow = Fault::on("POST", PATH).after_storing().delay_ms(SLOW);
    case.portal.add_fault(slow).unwrap();
    let apply = case.start(&["apply", "-auto-approve"]);
    wait_until("the portal to store the webhook", || {
        case.portal.webhook(1).is_some()
    });
    (case, apply)
}

#[test]
fn ctrl_c_until_terraform_gives_up_loses_nothing() {
    let (case, apply) = apply_with_a_slow_answer();
    apply.interrupt_until_it_ends();
    is_named_and_imported(&case);
}

#[test]
fn a_create_whose_terraform_was_killed_is_named_by_the_next_plan() {
    let (case, apply) = apply_with_a_slow_answer();
    apply.kill();
    is_named_and_imported(&case);
}

#[test]
fn a_create_of_which_everything_was_killed_is_named_by_the_next_plan() {
    let (case, apply) = apply_with_a_slow_answer();
    apply.signal("KILL");
    apply.kill();
    // Nobody is left to remove the directory of the plugin's socket.
    std::fs::remove_dir_all(case.temporary()).unwrap();
    std::fs::create_dir(case.temporary()).unwrap();
    is_named_and_imported(&case);
}

/// A directory in which nobody can make anything, which is how a full disk looks.
#[test]
fn without_room_for_the_socket_nothing_is_sent_and_the_next_apply_converges() {
    let mut case = Case::new();
    case.write("main.tf", Webhook::new("ci"));
    case.saved_plan(&[]);
    case.take_requests();
    let usual = case.temporary().to_str().unwrap().to_owned();
    case.set("TMPDIR", "/dev/null");
    case.apply_saved()
        .fails()
        .says("cannot create a directory for the plugin's socket in /dev/null")
        .says("Set TMPDIR to a directory that exists");
    case.has_requested(&[]);
    case.set("TMPDIR", &usual);
    case.apply().succeeds_silently();
    case.plan().finds_no_changes();
    assert_eq!(case.portal.webhooks().len(), 1);
}
