//! One request for N webhooks: what each command may cost, counted by the portal (product §8).

use crate::harness::{Case, Webhook};

/// The writes that may be under way at once, unless configured otherwise (product §3).
const MOST_WRITES: u32 = 10;

/// Webhooks that differ in their address.
fn everywhere(count: u64, host: &str) -> Webhook {
    Webhook::new("ci")
        .with("count", &count.to_string())
        .with("uri", &format!("\"https://{host}/${{count.index}}\""))
}

/// Demands exactly these requests of a command, and that no more writes were under way than may be.
#[track_caller]
fn has_cost(case: &Case, expected: &[(&str, u64)]) {
    let at_once = case.portal.request_summary().writes_high_water;
    assert!(at_once <= MOST_WRITES, "{at_once} writes at once");
    case.has_requested(expected);
}

/// Counts the requests of a whole life of so many webhooks.
fn is_in_budget(count: u64, parallelism: u64) {
    let case = Case::new();
    let parallelism = format!("-parallelism={parallelism}");
    let apply = ["apply", "-auto-approve", &parallelism];
    case.write("main.tf", everywhere(count, "example.com"));

    case.run(&apply).succeeds_silently();
    // Two processes plan the creation, one while planning and one while applying, and neither can know of the other:
    // each lists once, and asks once for the catalog and for the key that it runs with.
    let created = [
        ("GET keys/@self", 2),
        ("GET webhook", 2),
        ("GET webhook/triggers", 2),
        ("POST webhook", count),
    ];
    has_cost(&case, &created);
    assert_eq!(u64::try_from(case.portal.webhooks().len()).unwrap(), count);

    case.run(&["plan", "-detailed-exitcode", &parallelism])
        .finds_no_changes();
    has_cost(&case, &[("GET webhook", 1)]);

    case.write("main.tf", everywhere(count, "example.net"));
    case.run(&apply).succeeds_silently();
    // One list to refresh, and one that the changes are checked against.
    let questions = [("GET keys/@self", 1), ("GET webhook", 2)];
    has_cost(&case, &[&questions[..], &[("PUT webhook", count)]].concat());

    case.run(&["destroy", "-auto-approve", &parallelism])
        .succeeds_silently();
    has_cost(
        &case,
        &[&questions[..], &[("DELETE webhook/{id}", count)]].concat(),
    );
    assert!(case.portal.webhooks().is_empty());
}

#[test]
fn one_webhook_costs_one_list_and_one_write() {
    is_in_budget(1, 10);
}

#[test]
fn many_webhooks_cost_one_list_and_one_write_each() {
    is_in_budget(300, 10);
}

#[test]
fn many_webhooks_at_once_cost_no_more() {
    is_in_budget(300, 50);
}

#[test]
fn many_webhooks_one_at_a_time_cost_no_more() {
    is_in_budget(30, 1);
}

/// Whoever reviews a plan before it is applied pays for each of the questions once.
#[test]
fn a_saved_plan_of_many_costs_one_list_and_one_write_each() {
    let case = Case::new();
    case.write("main.tf", everywhere(100, "example.com"));
    case.saved_plan(&[]);
    let questions = [
        ("GET keys/@self", 1),
        ("GET webhook", 1),
        ("GET webhook/triggers", 1),
    ];
    has_cost(&case, &questions);
    case.apply_saved().succeeds_silently();
    has_cost(&case, &[&questions[..], &[("POST webhook", 100)]].concat());
}

#[test]
fn configured_secrets_add_one_look_at_the_password_policy_per_process() {
    let case = Case::new();
    let webhook = Webhook::new("ci")
        .with("count", "20")
        .with("name", r#""ci ${count.index}""#)
        .with("secret_key", r#""correct-horse""#);
    case.write("main.tf", webhook);
    case.apply().succeeds_silently();
    case.has_requested(&[
        ("GET keys/@self", 2),
        ("GET security/password", 2),
        ("GET webhook", 2),
        ("GET webhook/triggers", 2),
        ("POST webhook", 20),
    ]);
}

#[test]
fn no_more_writes_are_in_flight_than_configured() {
    let case = Case::new();
    let provider = "provider \"docspace\" {\n  max_concurrent_writes = 2\n}\n";
    let webhook = Webhook::new("ci")
        .with("count", "12")
        .with("name", r#""ci ${count.index}""#);
    case.write("main.tf", format!("{provider}{webhook}"));
    case.portal
        .change_settings(|settings| settings.latency_ms = 20);
    case.apply().succeeds_silently();
    assert!(case.portal.request_summary().writes_high_water <= 2);
}

#[test]
fn validation_asks_the_portal_nothing() {
    let case = Case::new();
    case.write("main.tf", everywhere(300, "example.com"));
    case.run(&["validate"]).succeeds_silently();
    case.has_requested(&[]);
}
