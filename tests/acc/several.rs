//! Several webhooks from one block, and several portals.

use docspace_emulator::{Config, NewWebhook, Role, User};

use crate::harness::{Case, Webhook, needs, start};

/// The names on the portal, in order of creation or not.
fn names(case: &Case) -> Vec<String> {
    let mut names: Vec<_> = case
        .portal
        .webhooks()
        .into_iter()
        .map(|webhook| webhook.name)
        .collect();
    names.sort();
    names
}

#[test]
fn for_each_adds_and_removes_single_webhooks() {
    let case = Case::new();
    let each = |keys: &str| {
        Webhook::new("ci")
            .with("for_each", &format!("toset({keys})"))
            .with("name", "each.key")
            .with("uri", r#""https://example.com/${each.key}""#)
    };
    case.write("main.tf", each(r#"["a", "b"]"#));
    case.apply().succeeds_silently();
    assert_eq!(names(&case), ["a", "b"]);
    case.write("main.tf", each(r#"["b", "c", "d"]"#));
    case.plan().proposes(2, 0, 1).has_no_warning();
    case.apply().succeeds_silently();
    assert_eq!(names(&case), ["b", "c", "d"]);
    case.plan().finds_no_changes();
}

#[test]
fn count_grows_and_shrinks() {
    let case = Case::new();
    let count = |count: usize| {
        Webhook::new("ci")
            .with("count", &count.to_string())
            .with("name", r#""ci ${count.index}""#)
    };
    for number in [3, 1, 2] {
        case.write("main.tf", count(number));
        case.apply().succeeds_silently();
        assert_eq!(case.portal.webhooks().len(), number);
        case.plan().finds_no_changes();
    }
}

/// What the documentation warns of.
#[test]
fn with_count_the_secrets_stay_where_they_were() {
    needs!("1.11", "a write-only argument");
    let case = Case::new();
    let count = |keys: &str| {
        format!(
            "locals {{ keys = {keys} }}\n{}",
            Webhook::new("ci")
                .with("count", "length(local.keys)")
                .with("name", "local.keys[count.index]")
                .with("secret_key_wo", r#""Secret-Of-${local.keys[count.index]}""#)
                .with("secret_key_wo_version", "1")
        )
    };
    case.write("main.tf", count(r#"["a", "b"]"#));
    case.apply().succeeds_silently();
    case.write("main.tf", count(r#"["b"]"#));
    case.plan().proposes(0, 1, 1);
    case.apply().succeeds_silently();
    let webhooks = case.portal.webhooks();
    let [left] = webhooks.as_slice() else {
        panic!("{webhooks:?}");
    };
    assert!(left.name == "b" && left.secret_is("Secret-Of-a"));
}

#[test]
fn webhooks_that_swap_their_names_are_updated_in_place() {
    let case = Case::new();
    let named = |label: &str, name: &str| {
        Webhook::new(label)
            .with("name", &format!("{name:?}"))
            .with("uri", r#""https://example.com/shared""#)
    };
    case.write(
        "main.tf",
        format!("{}{}", named("a", "one"), named("b", "two")),
    );
    case.apply().succeeds_silently();
    case.write(
        "main.tf",
        format!("{}{}", named("a", "two"), named("b", "one")),
    );
    case.plan().proposes(0, 2, 0).has_no_warning();
    case.apply().succeeds_silently();
    assert_eq!(names(&case), ["one", "two"]);
    case.plan().finds_no_changes();
}

#[test]
fn two_aliases_write_to_their_own_portals() {
    let case = Case::new();
    let other = start(Config {
        api_key: "sk-of-the-other-portal".to_owned().into(),
        ..Config::offline()
    });
    let provider = format!(
        "provider \"docspace\" {{\n  alias = \"other\"\n  base_url = \"{}/\"\n  api_key = \"{}\"\n}}\n",
        other.base_url(),
        other.api_key()
    );
    let here = Webhook::new("here");
    let there = Webhook::new("there").with("provider", "docspace.other");
    case.write("main.tf", format!("{provider}{here}{there}"));
    case.apply().succeeds_silently().hides(other.api_key());
    assert_eq!(names(&case), ["here"]);
    assert_eq!(other.webhooks().len(), 1);
    assert_eq!(other.webhooks()[0].name, "there");
    case.plan().finds_no_changes();
    other.delete_webhook(1).unwrap();
    case.plan()
        .proposes(1, 0, 0)
        .warns("A webhook is missing: does base_url name the right portal?")
        .does_not_say("Webhook \"here\"");
    case.destroy().succeeds();
    assert!(case.portal.webhooks().is_empty());
}

/// The environment has one key, and it is not told whose.
#[test]
fn an_alias_for_another_portal_does_not_get_the_key_of_the_environment() {
    let mut case = Case::new();
    let other = start(Config::offline());
    let alias = |arguments: &str| {
        format!(
            "provider \"docspace\" {{\n  alias = \"other\"\n  base_url = \"{}\"\n{arguments}}}\n",
            other.base_url()
        )
    };
    let there = Webhook::new("there").with("provider", "docspace.other");
    case.write("main.tf", format!("{}{there}", alias("")));
    case.apply()
        .fails()
        .errs("API key may belong to another portal")
        .says("Set api_key in the provider block; or,")
        .points_at("base_url");
    assert!(other.request_log().is_empty());

    // Each of the two ways out.
    let key = format!("  api_key = \"{}\"\n", other.api_key());
    case.write("main.tf", format!("{}{there}", alias(&key)));
    case.apply().succeeds_silently();
    case.write("main.tf", format!("{}{there}", alias("")));
    case.set("DOCSPACE_BASE_URL", "");
    case.set("DOCSPACE_API_KEY", other.api_key());
    case.plan().finds_no_changes();
}

#[test]
fn a_webhook_that_changes_its_portal_is_not_taken_for_another_one() {
    let case = Case::new();
    let other = start(Config::offline());
    let somebody = User::new("5d76b349-db61-4485-a15e-1e62e5d2933c", Role::Admin);
    other.put_user(somebody.clone());
    other.create_webhook(NewWebhook {
        created_by: somebody.id,
        ..NewWebhook::default()
    });
    case.write("main.tf", Webhook::new("ci"));
    case.apply().succeeds_silently();
    case.write(
        "provider.tf",
        format!(
            "provider \"docspace\" {{\n  base_url = \"{}\"\n  api_key = \"{}\"\n}}\n",
            other.base_url(),
            other.api_key()
        ),
    );
    case.plan()
        .fails()
        .errs("Webhook \"ci\" (1) belongs to another portal")
        .says("Set base_url");
    assert_eq!(other.webhooks()[0].name, "Somebody's webhook");
}
