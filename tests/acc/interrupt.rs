//! Ctrl-C: what was sent is finished and recorded, and nothing new is sent.

use docspace_emulator::{Emulator, Fault};

use crate::harness::{Case, Webhook, wait_until};

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

#[test]
fn no_new_write_starts_after_an_interrupt() {
    let case = Case::new();
    let provider = "provider \"docspace\" {\n  max_concurrent_writes = 1\n}\n";
    let webhook = Webhook::new("ci")
        .with("count", "5")
        .with("name", r#""ci ${count.index}""#);
    case.write("main.tf", format!("{provider}{webhook}"));
    case.portal
        .add_fault(Fault::on("POST", PATH).delay_ms(SLOW))
        .unwrap();
    let apply = case.start(&["apply", "-auto-approve"]);
    wait_until("the first create to reach the portal", || {
        writes_begun(&case.portal, "POST") == 1
    });
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
