//! What goes over the wire, byte for byte, for the examples of the product's tutorial.

use docspace_emulator::Database;

use crate::harness::{Case, RawRequest, Recorder, Webhook};

/// What is said of both examples: nothing has such an id, so neither webhook would fire.
const SILENT: &str = "target_id is not the id of anything";

/// Both examples of the tutorial, as a practitioner writes them.
fn tutorial() -> String {
    let uploads = Webhook::new("uploads")
        .with("name", r#""My file upload webhook""#)
        .with("uri", r#""https://example.com/webhook-endpoint""#)
        .with("triggers", r#"["FileUploaded"]"#)
        .with("secret_key", r#""my-secret""#)
        .with("target_id", r#""files-system""#);
    let everything = Webhook::new("everything")
        .with("name", r#""All events webhook""#)
        .with("uri", r#""https://example.com/webhook-all""#)
        .with("triggers", r#"["All"]"#)
        .with("secret_key", r#""another-secret""#)
        .with("target_id", r#""all-events""#);
    format!("{uploads}{everything}")
}

/// A case whose requests are recorded, with this configuration applied.
fn recorded(content: &str) -> (Case, Recorder) {
    let mut case = Case::new();
    // MySQL cannot hold every character (API §4.1).
    case.portal
        .change_settings(|settings| settings.database = Database::PostgreSql);
    let recorder = Recorder::in_front_of(&case.portal);
    case.set("DOCSPACE_BASE_URL", &recorder.base_url());
    case.write("main.tf", content);
    case.apply().succeeds();
    (case, recorder)
}

fn bodies(requests: &[RawRequest]) -> Vec<&str> {
    let mut bodies: Vec<_> = requests
        .iter()
        .map(|request| request.body.as_str())
        .collect();
    bodies.sort_unstable();
    bodies
}

#[test]
fn the_examples_of_the_tutorial_are_posted_with_numbers_for_triggers() {
    let (case, recorder) = recorded(&tutorial());
    let posts = recorder.requests("POST ");
    assert_eq!(
        bodies(&posts),
        [
            r#"{"name":"All events webhook","uri":"https://example.com/webhook-all","secretKey":"another-secret","enabled":true,"ssl":true,"triggers":0,"targetId":"all-events"}"#,
            r#"{"name":"My file upload webhook","uri":"https://example.com/webhook-endpoint","secretKey":"my-secret","enabled":true,"ssl":true,"triggers":256,"targetId":"files-system"}"#,
        ]
    );
    for post in posts {
        assert_eq!(post.line, "POST /api/2.0/settings/webhook");
        let header = |name: &str| {
            post.headers
                .iter()
                .find(|(known, _)| known == name)
                .unwrap()
                .1
                .clone()
        };
        assert_eq!(
            header("authorization"),
            format!("Bearer {}", case.portal.api_key())
        );
        assert_eq!(header("content-type"), "application/json");
        let agent = header("user-agent");
        assert!(agent.starts_with("terraform-provider-docspace/"), "{agent}");
    }
    case.plan().warns(SILENT).says("No changes.");
}

#[test]
fn an_update_is_a_whole_put_without_the_secret() {
    let (case, recorder) = recorded(&tutorial());
    case.write("main.tf", tutorial().replace("webhook-endpoint", "moved"));
    case.apply().succeeds().warns(SILENT);
    let puts = recorder.requests("PUT ");
    let id = case.attributes("docspace_webhook.uploads")["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let body = format!(
        r#"{{"id":{id},"name":"My file upload webhook","uri":"https://example.com/moved","enabled":true,"ssl":true,"triggers":256,"targetId":"files-system"}}"#
    );
    assert_eq!(bodies(&puts), [body]);
    assert_eq!(puts[0].line, "PUT /api/2.0/settings/webhook");
}

#[test]
fn switching_off_sends_what_the_enable_endpoint_wants() {
    let (case, recorder) = recorded(&Webhook::new("ci").to_string());
    case.write("main.tf", Webhook::new("ci").with("enabled", "false"));
    case.apply().succeeds_silently();
    let puts = recorder.requests("PUT ");
    let body = r#"{"id":1,"name":"ci","uri":"https://example.com/ci","enabled":false}"#;
    assert_eq!(bodies(&puts), [body]);
    assert_eq!(puts[0].line, "PUT /api/2.0/settings/webhook/enable");
}

#[test]
fn names_and_uris_reach_the_portal_as_they_are_written() {
    let name = r#"Füße & "quotes" \ ☂"#;
    let uri = "https://example.com/a%20b?x=%C3%BC&y=1#top";
    let webhook = Webhook::new("ci")
        .with("name", r#""Füße & \"quotes\" \\ ☂""#)
        .with("uri", &format!("{uri:?}"));
    let (case, _recorder) = recorded(&webhook.to_string());
    let stored = case.portal.webhook(1).unwrap();
    assert_eq!(stored.name, name);
    assert_eq!(stored.uri, uri);
    case.plan().finds_no_changes();
}
