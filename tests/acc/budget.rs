//! One request for N webhooks: what each command may cost, counted by the portal (product §8).

use crate::harness::{Case, Webhook};

const MANY: usize = 300;

/// A case with many webhooks in its configuration.
fn many() -> Case {
    let case = Case::new();
    case.write("main.tf", everywhere("example.com"));
    case
}

fn everywhere(host: &str) -> Webhook {
    Webhook::new("ci")
        .with("count", &MANY.to_string())
        .with("uri", &format!("\"https://{host}/${{count.index}}\""))
}

#[test]
fn many_webhooks_cost_one_list_and_one_write_each() {
    let case = many();
    let many = u64::try_from(MANY).unwrap();

    case.apply().succeeds_silently();
    // Two processes plan the creation, one while planning and one while applying: each lists once
    // and asks for the catalog once.
    case.has_requested(&[
        ("GET webhook", 2),
        ("GET webhook/triggers", 2),
        ("POST webhook", many),
    ]);
    assert_eq!(case.portal.webhooks().len(), MANY);

    case.plan().finds_no_changes();
    case.has_requested(&[("GET webhook", 1)]);

    case.write("main.tf", everywhere("example.net"));
    case.apply().succeeds_silently();
    case.has_requested(&[("GET webhook", 1), ("PUT webhook", many)]);

    case.destroy().succeeds_silently();
    case.has_requested(&[("GET webhook", 1), ("DELETE webhook/{id}", many)]);
    assert!(case.portal.webhooks().is_empty());
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
    let case = many();
    case.run(&["validate"]).succeeds_silently();
    case.has_requested(&[]);
}
