//! A portal that refuses, or is none: what the practitioner is told, and that nothing is written.

use docspace_emulator::{
    Config, Fault, FaultAction, FaultRedirect, FaultStatus, HostRule, PortalState, ProbeOutcome,
    Profile, Role, User,
};

use crate::harness::{Case, Webhook, start};

const EVERYTHING: &str = "/*";

/// A case in which any answer of the portal is replaced like this.
fn answering(fault: impl Fn(Fault) -> Fault) -> Case {
    let case = Case::new();
    case.write("main.tf", Webhook::new("ci"));
    case.portal
        .add_fault(fault(Fault::on("*", EVERYTHING)))
        .unwrap();
    case
}

/// Demands that plan and apply fail with this sentence, and that nothing was written.
#[track_caller]
fn explained(case: &Case, sentence: &str) {
    case.plan().fails().says(sentence);
    case.apply().fails().says(sentence);
    assert!(case.portal.webhooks().is_empty());
    let requests = case.take_requests();
    assert!(
        requests.keys().all(|name| name.starts_with("GET")),
        "{requests:?}"
    );
}

#[test]
fn a_wrong_key_is_explained() {
    let mut case = Case::new();
    case.write("main.tf", Webhook::new("ci"));
    case.set("DOCSPACE_API_KEY", "sk-wrong");
    explained(
        &case,
        "The portal refused the API key (401): it is wrong, expired or disabled",
    );
}

/// A key that is revoked between the plan and its apply: one explanation, and titles that stand alone.
#[test]
fn what_all_webhooks_fail_of_is_explained_once() {
    const COUNT: usize = 30;
    let mut case = Case::new();
    let uri = "\"https://example.com/${count.index}\"";
    case.write(
        "main.tf",
        Webhook::new("ci")
            .with("count", &COUNT.to_string())
            .with("uri", uri),
    );
    case.saved_plan(&[]);
    case.set("DOCSPACE_API_KEY", "sk-revoked");
    case.apply_saved()
        .fails()
        .says_so_often(
            COUNT - 1,
            "Error: Could not create the webhook: API key refused (401)",
        )
        .says_so_often(1, "it is wrong, expired or disabled")
        .errs("The portal cannot be used: API key refused (401)")
        .says_so_often(
            COUNT - 1,
            "see the error \"The portal cannot be used: API key refused (401)\"",
        );
}

#[test]
fn a_key_without_the_scope_to_write_can_plan_and_is_explained_at_apply() {
    let user = User::new("5d76b349-db61-4485-a15e-1e62e5d2933c", Role::Admin);
    let mut case = Case::with(Config::offline().with_caller(user, "sk-readonly", &["*:read"]));
    case.write("main.tf", Webhook::new("ci"));
    case.set("DOCSPACE_API_KEY", "sk-readonly");
    case.plan().proposes(1, 0, 0).has_no_warning();
    case.apply()
        .fails()
        .errs("Could not create the webhook")
        .says("a change needs *:write");
    assert!(case.portal.webhooks().is_empty());
}

/// The provider block that production begins with: whatever the shell is set to, only this portal is used.
#[test]
fn a_portal_that_is_not_allowed_is_asked_nothing() {
    let mut case = Case::new();
    let here = case.portal.base_url();
    let allowed = here.strip_prefix("http://").unwrap();
    case.write(
        "provider.tf",
        format!("provider \"docspace\" {{\n  allowed_portals = [{allowed:?}]\n}}\n"),
    );
    case.write("main.tf", Webhook::new("ci"));
    case.apply().succeeds_silently();
    let saved = case.saved_plan(&["-destroy"]);
    assert_eq!(saved.actions("docspace_webhook.ci"), ["delete"]);

    let staging = start(Config::offline());
    case.set("DOCSPACE_BASE_URL", &staging.base_url());
    for run in [
        case.plan(),
        case.apply(),
        case.destroy(),
        case.run(&["plan", "-refresh=false"]),
        case.apply_saved(),
    ] {
        run.fails()
            .errs("Portal is not allowed")
            .says("The environment variable DOCSPACE_BASE_URL names the portal")
            .says(&format!("allowed_portals has only {allowed}."))
            .points_at("allowed_portals");
    }
    assert!(staging.request_log().is_empty());

    case.set("DOCSPACE_BASE_URL", &here);
    case.plan().finds_no_changes();
}

#[test]
fn a_web_page_instead_of_the_portal_is_explained() {
    let page = FaultAction::Html(FaultStatus { status: Some(200) });
    let case = answering(|fault| fault.action(page.clone()));
    explained(
        &case,
        "The address answered with a web page instead of the DocSpace API.",
    );
}

#[test]
fn another_web_server_is_explained() {
    let page = FaultAction::Html(FaultStatus { status: Some(404) });
    let case = answering(|fault| fault.action(page.clone()));
    explained(&case, "base_url is");
}

#[test]
fn another_server_without_words_is_explained() {
    let case = answering(|fault| fault.respond(404, &[], ""));
    explained(&case, "base_url is wrong");
}

#[test]
fn a_redirect_names_the_address_to_use() {
    let redirect = FaultAction::Redirect(FaultRedirect {
        status: Some(301),
        location: Some("https://portal.example.com/api/2.0/settings/webhook".to_owned()),
    });
    let case = answering(|fault| fault.action(redirect.clone()));
    explained(&case, "set base_url = \"https://portal.example.com\"");
}

#[test]
fn a_suspended_portal_says_nothing_about_the_webhook() {
    let case = Case::new();
    case.write("main.tf", Webhook::new("ci"));
    case.apply().succeeds_silently();
    case.portal
        .change_settings(|settings| settings.portal_state = PortalState::Suspended);
    case.plan()
        .fails()
        .errs("Could not read the webhook")
        .says("This says nothing about the webhook itself.");
    case.portal
        .change_settings(|settings| settings.portal_state = PortalState::Active);
    case.plan().finds_no_changes();
}

#[test]
fn a_portal_that_is_down_is_warned_of_in_a_plan_and_an_error_at_apply() {
    let mut case = Case::new();
    case.write("main.tf", "provider \"docspace\" {\n  max_retries = 0\n}\n");
    case.write("ci.tf", Webhook::new("ci"));
    // Port 1 of this machine is reserved, and nothing listens there.
    case.set("DOCSPACE_BASE_URL", "http://127.0.0.1:1");
    case.plan()
        .proposes(1, 0, 0)
        .warns("The plan was not checked against the portal")
        .says("No connection to the portal at 127.0.0.1");
    case.apply()
        .fails()
        .says("No connection to the portal at 127.0.0.1");
}

#[test]
fn a_portal_before_3_1_is_answered_with_the_requirement() {
    let mut config = Config::offline();
    config.settings.profile = Profile::V3_0;
    let case = Case::with(config);
    case.write("main.tf", Webhook::new("ci"));
    explained(&case, "DocSpace 3.1 or later is required");
}

#[test]
fn a_receiver_that_the_portal_cannot_reach_is_told_apart_from_the_portal() {
    let mut config = Config::offline();
    config.settings.probe = true;
    let rule = HostRule {
        resolve: Some(docspace_emulator::Resolution::Public),
        probe: Some(ProbeOutcome::Refused),
    };
    config.settings.hosts.insert("example.com".to_owned(), rule);
    let case = Case::with(config);
    case.write("main.tf", Webhook::new("ci"));
    case.apply()
        .fails()
        .errs("Could not create the webhook")
        .says("The portal could not reach your receiver")
        .points_at("uri");
    assert!(case.portal.webhooks().is_empty());
}

#[test]
fn a_receiver_at_a_private_address_is_explained() {
    let case = Case::new();
    case.write(
        "main.tf",
        Webhook::new("ci").with("uri", r#""https://192.168.1.2/hook""#),
    );
    case.plan().proposes(1, 0, 0).has_no_warning();
    case.apply()
        .fails()
        .says("The portal refuses receivers on private or local addresses.")
        .points_at("uri");
}

#[test]
fn a_secret_that_the_portals_policy_refuses_is_an_error_of_the_plan() {
    let mut config = Config::offline();
    config.settings.password_policy.digits = true;
    let case = Case::with(config);
    case.write(
        "main.tf",
        Webhook::new("ci").with("secret_key", r#""no-digits-here""#),
    );
    case.plan()
        .fails()
        .errs("Secret does not satisfy the portal's password policy")
        .says("The portal requires a webhook's secret to have a digit")
        .points_at("secret_key");
    case.write("main.tf", Webhook::new("ci"));
    case.apply().succeeds_silently();
}

#[test]
fn a_trigger_that_the_callers_role_may_not_use_is_an_error_of_the_plan() {
    let user = User::new("5d76b349-db61-4485-a15e-1e62e5d2933c", Role::User);
    let mut case = Case::with(Config::offline().with_caller(user, "sk-of-a-user", &[]));
    case.set("DOCSPACE_API_KEY", "sk-of-a-user");
    case.write(
        "main.tf",
        Webhook::new("ci").with("triggers", r#"["RoomCreated"]"#),
    );
    case.plan()
        .fails()
        .errs("Trigger is not available")
        .says("does not allow \"RoomCreated\"")
        .points_at("triggers");
    case.write("main.tf", Webhook::new("ci"));
    case.apply().succeeds_silently();
    case.plan().finds_no_changes();
}

#[test]
fn a_trigger_that_neither_provider_nor_portal_knows_is_answered_with_the_nearest_names() {
    let case = Case::new();
    case.write(
        "main.tf",
        Webhook::new("ci").with("triggers", r#"["RoomExploded"]"#),
    );
    case.plan()
        .fails()
        .errs("Unknown trigger")
        .says("Neither this provider nor the portal knows a trigger \"RoomExploded\".")
        .says("\"RoomCopied\"")
        .points_at("triggers");
}
