//! Wrong configuration: a sentence a tired person understands, at the attribute, before anything is
//! written.

use docspace_emulator::Fault;

use crate::harness::{Case, Webhook, needs};

/// Demands that a configuration is refused at the argument, and that the portal is asked nothing.
#[track_caller]
fn refused(content: &impl ToString, argument: &str, summary: &str, sentence: &str) {
    let case = Case::new();
    case.write("main.tf", content.to_string());
    case.apply()
        .fails()
        .errs(summary)
        .says(sentence)
        .points_at(argument);
    case.has_requested(&[]);
}

/// A webhook and a provider block with this argument.
fn provider(argument: &str, expression: &str) -> String {
    format!(
        "provider \"docspace\" {{\n  {argument} = {expression}\n}}\n{}",
        Webhook::new("ci")
    )
}

#[test]
fn validation_alone_finds_it_too() {
    let case = Case::new();
    let webhook = Webhook::new("ci")
        .with("triggers", r#"["FileUploadd"]"#)
        .with("name", r#""""#);
    case.write("main.tf", webhook);
    case.run(&["validate"])
        .fails()
        .errs("Unknown trigger")
        .points_at("triggers")
        .errs("Webhook name is blank")
        .points_at("name");
}

#[test]
fn an_unknown_trigger_is_answered_with_the_one_that_was_meant() {
    refused(
        &Webhook::new("ci").with("triggers", r#"["FileUploadd"]"#),
        "triggers",
        "Unknown trigger",
        "\"FileUploadd\" is not a trigger. Did you mean \"FileUploaded\"?",
    );
}

#[test]
fn a_slip_in_the_portals_own_spelling_is_answered_with_the_name() {
    refused(
        &Webhook::new("ci").with("triggers", r#"["room.creatd"]"#),
        "triggers",
        "Unknown trigger",
        "Did you mean \"room.created\"?",
    );
}

#[test]
fn all_beside_another_trigger_is_refused() {
    refused(
        &Webhook::new("ci").with("triggers", r#"["All", "FileUploaded"]"#),
        "triggers",
        "Trigger All must stand alone",
        "Keep only [\"All\"], or remove \"All\" and name the triggers you want.",
    );
}

#[test]
fn an_empty_set_of_triggers_is_refused_because_it_would_mean_everything() {
    refused(
        &Webhook::new("ci").with("triggers", "[]"),
        "triggers",
        "No triggers",
        "An empty set would subscribe to every event",
    );
}

#[test]
fn two_spellings_of_one_trigger_are_refused() {
    refused(
        &Webhook::new("ci").with("triggers", r#"["FileUploaded", "256"]"#),
        "triggers",
        "Trigger given twice",
        "are two spellings of one trigger. Keep one of them.",
    );
}

#[test]
fn a_name_of_51_characters_is_refused() {
    refused(
        &Webhook::new("ci").with("name", &format!("{:?}", "n".repeat(51))),
        "name",
        "Webhook name is too long",
        "The name has 51 UTF-16 code units; the portal accepts at most 50.",
    );
}

/// It is a warning, since a portal on PostgreSQL stores such a name.
#[test]
fn an_emoji_in_a_name_is_warned_of_before_the_portal_fails() {
    let case = Case::new();
    let warning = "Webhook name has a character that MySQL cannot store";
    case.write("main.tf", Webhook::new("ci").with("name", r#""deploy 🚀""#));
    case.run(&["validate"]).succeeds().warns(warning);
    let failure = r#"{"error": {"message": "Illegal mix of collations (utf8mb3_general_ci,IMPLICIT) and (utf8mb4_general_ci,COERCIBLE) for operation '='", "type": "MySqlConnector.MySqlException", "stack": "", "hresult": -2147467259}, "status": 1}"#;
    let fault = Fault::on("POST", "/api/2.0/settings/webhook").respond(500, &[], failure);
    case.portal.add_fault(fault).unwrap();
    case.apply()
        .fails()
        .warns(warning)
        .errs("Could not create the webhook")
        .says("Remove such characters, usually from the name.")
        .points_at("name");
    assert!(case.portal.webhooks().is_empty());
}

#[test]
fn a_blank_name_is_refused() {
    refused(
        &Webhook::new("ci").with("name", r#""  ""#),
        "name",
        "Webhook name is blank",
        "Give the webhook a name of 1 to 50 characters.",
    );
}

#[test]
fn a_secret_of_31_characters_is_refused_and_not_shown() {
    let case = Case::new();
    let secret = "S3cret-that-is-one-char-too-lon";
    let webhook = Webhook::new("ci").with("secret_key", "var.secret");
    case.write(
        "main.tf",
        format!("variable \"secret\" {{\n  sensitive = true\n}}\n{webhook}"),
    );
    case.run(&[
        "apply",
        "-auto-approve",
        "-var",
        &format!("secret={secret}"),
    ])
    .fails()
    .errs("Invalid webhook secret")
    .says("The portal accepts secrets of at most 30 characters; this one has 31")
    .points_at("secret_key")
    .hides(secret);
    case.has_requested(&[]);
}

#[test]
fn two_secrets_are_refused() {
    needs!("1.11", "a write-only argument");
    refused(
        &Webhook::new("ci")
            .with("secret_key", r#""correct-horse""#)
            .with("secret_key_wo", r#""correct-horse""#),
        "secret_key_wo",
        "Two secrets",
        "secret_key and secret_key_wo are both set, but a webhook has one secret.",
    );
}

#[test]
fn a_secret_version_without_a_secret_is_refused() {
    refused(
        &Webhook::new("ci").with("secret_key_wo_version", "1"),
        "secret_key_wo_version",
        "Secret version without a secret",
        "Set secret_key_wo, or remove the version.",
    );
}

#[test]
fn a_uri_that_is_no_address_is_refused() {
    refused(
        &Webhook::new("ci").with("uri", r#""example.com/hook""#),
        "uri",
        "Invalid webhook uri",
        "Expected the absolute address of the receiver, such as https://example.com/webhook.",
    );
}

#[test]
fn a_plain_http_uri_with_ssl_is_refused() {
    refused(
        &Webhook::new("ci").with("uri", r#""http://example.com/hook""#),
        "uri",
        "Webhook uri must use https",
        "Use an https uri, or set ssl = false to deliver without encryption.",
    );
}

#[test]
fn an_empty_target_is_refused() {
    refused(
        &Webhook::new("ci").with("target_id", r#""""#),
        "target_id",
        "Empty target_id",
        "Omit target_id, or set it to null",
    );
}

#[test]
fn plain_http_to_another_machine_is_refused() {
    refused(
        &provider("base_url", r#""http://portal.example.com""#),
        "base_url",
        "Invalid portal address",
        "plain http would send the API key unprotected; use https://portal.example.com. If the network between is \
         trusted, set allow_plain_http = true.",
    );
}

#[test]
fn a_base_url_with_a_path_is_answered_with_the_address() {
    refused(
        &provider("base_url", r#""https://portal.example.com/rooms/shared""#),
        "base_url",
        "Invalid portal address",
        "the address contains a path; the portal's address is https://portal.example.com",
    );
}

#[test]
fn allowed_portals_that_name_no_portal_are_refused() {
    for (portals, sentence) in [
        ("[]", "The set is empty, so no portal could be used."),
        ("[null]", "An element of the set is null."),
        (
            r#"["https://yourportal.onlyoffice.com/"]"#,
            "An element of the set is an address with a scheme.",
        ),
        (
            r#"["*.onlyoffice.com"]"#,
            "\"*.onlyoffice.com\" contains a wildcard, but each portal must be named.",
        ),
    ] {
        refused(
            &provider("allowed_portals", portals),
            "allowed_portals",
            "Invalid allowed_portals",
            sentence,
        );
    }
}

#[test]
fn an_api_key_with_a_blank_is_refused_and_not_shown() {
    // Terraform prints the line that an error points at, and there the values of ordinary variables.
    for (variable, expression) in [
        ("variable \"key\" {\n  sensitive = true\n}\n", "var.key"),
        ("variable \"key\" {}\n", "var.key"),
        ("variable \"key\" {}\n", r#""sk-with a blank""#),
    ] {
        let case = Case::new();
        case.write(
            "main.tf",
            format!("{variable}{}", provider("api_key", expression)),
        );
        case.run(&["apply", "-auto-approve", "-var", "key=sk-with a blank"])
            .fails()
            .errs("Invalid API key")
            .says("The value of api_key cannot be used")
            .hides("witha");
        case.has_requested(&[]);
    }
}

#[test]
fn a_timeout_without_a_unit_is_refused() {
    refused(
        &provider("request_timeout", r#""60""#),
        "request_timeout",
        "Invalid request_timeout",
        "Write it like \"90s\", \"2m\" or \"1m30s\".",
    );
}

#[test]
fn a_missing_base_url_and_a_missing_key_name_both_ways_to_set_them() {
    let mut case = Case::new();
    case.write("main.tf", Webhook::new("ci"));
    case.set("DOCSPACE_BASE_URL", "");
    case.set("DOCSPACE_API_KEY", "");
    case.run(&["validate"]).succeeds_silently();
    case.plan()
        .fails()
        .errs("Missing base_url")
        .says("Set base_url in the provider block, or the environment variable DOCSPACE_BASE_URL.")
        .errs("Missing api_key")
        .says("Set api_key in the provider block, or the environment variable DOCSPACE_API_KEY.");
}
