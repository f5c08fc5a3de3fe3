//! One request for N webhooks: what each command may cost, counted by the portal (product §8).

use std::collections::BTreeMap;
use std::time::Instant;

use crate::harness::{Case, Webhook};

/// The writes that may be under way at once, unless configured otherwise (product §3).
const MOST_WRITES: u32 = 10;

/// The list, which is fresh for 30 seconds.
const LIST: &str = "GET webhook";

/// Webhooks that differ in their address.
fn everywhere(count: u64, host: &str) -> Webhook {
    Webhook::new("ci")
        .with("count", &count.to_string())
        .with("uri", &format!("\"https://{host}/${{count.index}}\""))
}

/// Demands exactly these requests of a command, one more list for each further 30 seconds that it lasted, and that no more
/// writes were under way than may be.
#[track_caller]
fn has_cost(case: &Case, began: Instant, expected: &[(&str, u64)]) {
    let at_once = case.portal.request_summary().writes_high_water;
    assert!(at_once <= MOST_WRITES, "{at_once} writes at once");
    let expected: BTreeMap<String, u64> = expected
        .iter()
        .map(|(name, count)| ((*name).to_owned(), *count))
        .collect();
    let mut requests = case.take_requests();
    let more = began.elapsed().as_secs() / 30;
    if let (Some(lists), Some(fewest)) = (requests.get_mut(LIST), expected.get(LIST))
        && (*fewest..=fewest + more).contains(lists)
    {
        *lists = *fewest;
    }
    assert_eq!(requests, expected);
}

/// Counts the requests of a whole life of so many webhooks.
fn is_in_budget(count: u64, parallelism: u64) {
    let case = Case::new();
    let parallelism = format!("-parallelism={parallelism}");
    let apply = ["apply", "-auto-approve", &parallelism];
    case.write("main.tf", everywhere(count, "example.com"));

    let began = Instant::now();
    case.run(&apply).succeeds_silently();
    // Two processes plan the creation, one while planning and one while applying, and neither can know of the other:
    // each lists once, and asks once for the catalog and for the key that it runs with.
    let created = [
        ("GET keys/@self", 2),
        (LIST, 2),
        ("GET webhook/triggers", 2),
        ("POST webhook", count),
    ];
    has_cost(&case, began, &created);
    assert_eq!(u64::try_from(case.portal.webhooks().len()).unwrap(), count);

    let began = Instant::now();
    case.run(&["plan", "-detailed-exitcode", &parallelism])
        .finds_no_changes();
    has_cost(&case, began, &[(LIST, 1)]);

    case.write("main.tf", everywhere(count, "example.net"));
    let began = Instant::now();
    case.run(&apply).succeeds_silently();
    // One list to refresh, and one that the changes are checked against.
    let questions = [("GET keys/@self", 1), (LIST, 2)];
    let changed = [&questions[..], &[("PUT webhook", count)]].concat();
    has_cost(&case, began, &changed);

    let began = Instant::now();
    case.run(&["destroy", "-auto-approve", &parallelism])
        .succeeds_silently();
    let deleted = [&questions[..], &[("DELETE webhook/{id}", count)]].concat();
    has_cost(&case, began, &deleted);
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
    let began = Instant::now();
    case.saved_plan(&[]);
    let questions = [
        ("GET keys/@self", 1),
        (LIST, 1),
        ("GET webhook/triggers", 1),
    ];
    has_cost(&case, began, &questions);
    let began = Instant::now();
    case.apply_saved().succeeds_silently();
    let created = [&questions[..], &[("POST webhook", 100)]].concat();
    has_cost(&case, began, &created);
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
        (LIST, 2),
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
