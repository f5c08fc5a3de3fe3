use std::io::Read as _;

use docspace_emulator::{Config, Credential, CredentialKind, OWNER_ID, PortalState, WebhookPatch};
use flate2::read::GzDecoder;
use serde_json::json;
use time::macros::datetime;

use crate::client::{Client, Reply, WEBHOOKS, start, start_offline, webhook};

const EMPLOYEE: &str = concat!(
    r#"{"id":"4c65a238-ca50-4374-b904-0d51d4c1822b","displayName":"Jane Admin","#,
    r#""avatar":"/static/images/default_user_photo_size_82-82.png?hash=1511093012","#,
    r#""avatarOriginal":"/static/images/default_user_photo_size_200-200.png?hash=1511093012","#,
    r#""avatarMax":"/static/images/default_user_photo_size_200-200.png?hash=1511093012","#,
    r#""avatarMedium":"/static/images/default_user_photo_size_48-48.png?hash=1511093012","#,
    r#""avatarSmall":"/static/images/default_user_photo_size_32-32.png?hash=1511093012","#,
    r#""profileUrl":"http://PORTAL/accounts/people/filter?search=jane.admin%40example.com","#,
    r#""hasAvatar":false,"isAnonim":false}"#,
);

/// The body with the portal's address replaced.
fn text(client: &Client, reply: &Reply) -> String {
    reply.text().replace(client.address(), "PORTAL")
}

/// The names of all headers but those that every HTTP server sends.
fn special_headers(reply: &Reply) -> Vec<String> {
    let names = reply.headers.iter().map(|(name, _)| name.clone());
    let mut names: Vec<String> = names
        .filter(|name| !["date", "connection", "content-length"].contains(&name.as_str()))
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_list_of_two_webhooks() {
    let (emulator, client) = start_offline().await;
    client.post(WEBHOOKS, &webhook("one")).await;
    let mut two = webhook("two");
    two["targetId"] = json!("1234");
    client.post(WEBHOOKS, &two).await;
    let at = datetime!(2026-06-30 12:34:57 UTC);
    for id in [1, 2] {
        let is_old = id == 2;
        emulator.patch_webhook(
            id,
            WebhookPatch {
                created_on: Some(at),
                triggers: is_old.then_some(0),
                modified_by: is_old.then(|| Some(OWNER_ID.to_owned())),
                modified_on: is_old.then_some(Some(at)),
                last_failure_on: is_old.then_some(Some(at)),
                last_failure_content: is_old.then(|| Some("no".to_owned())),
                last_success_on: is_old.then_some(Some(at)),
                status: is_old.then_some(503),
                ..WebhookPatch::default()
            },
        );
    }
    let reply = client.get(WEBHOOKS).await;
    let expected = format!(
        concat!(
            r#"{{"response":[{{"configs":{{"id":1,"name":"one","uri":"https://example.com/one","enabled":true,"ssl":true,"#,
            r#""triggers":384,"createdBy":{employee},"createdOn":"2026-06-30T12:34:57+00:00"}},"status":0}},"#,
            r#"{{"configs":{{"id":2,"name":"two","uri":"https://example.com/two","enabled":true,"ssl":true,"#,
            r#""triggers":0,"targetId":"1234","createdBy":{employee},"createdOn":"2026-06-30T12:34:57+00:00","#,
            r#""modifiedBy":{employee},"modifiedOn":"2026-06-30T12:34:57+00:00","#,
            r#""lastFailureOn":"2026-06-30T12:34:57+00:00","lastFailureContent":"no","#,
            r#""lastSuccessOn":"2026-06-30T12:34:57+00:00"}},"status":503}}],"#,
            r#""count":1,"links":[{{"href":"http://PORTAL/api/2.0/settings/webhook","action":"GET"}}],"#,
            r#""status":0,"statusCode":200}}"#,
        ),
        employee = EMPLOYEE
    );
    assert_eq!(text(&client, &reply), expected);
    assert_eq!(
        reply.header("content-type"),
        Some("application/json; charset=utf-8")
    );
    assert_eq!(
        special_headers(&reply),
        ["api-supported-versions", "content-type", "server-timing"]
    );
}

/// O11: an empty list counts as one too.
/// As DocSpace's nginx does: only long JSON, and only for those who ask.
#[tokio::test]
async fn a_long_list_is_packed_for_those_who_take_it() {
    let (_emulator, client) = start_offline().await;
    let ask = async |coding| {
        let headers = [("Accept-Encoding", coding)];
        client
            .send_raw("GET", WEBHOOKS, &headers, b"")
            .await
            .unwrap()
    };
    let short = ask("gzip").await;
    assert_eq!(short.header("content-encoding"), None);
    for name in ["one", "two", "three", "four"] {
        client.post(WEBHOOKS, &webhook(name)).await;
    }
    let plain = client.get(WEBHOOKS).await;
    assert_eq!(plain.header("content-encoding"), None);
    assert_eq!(ask("br").await.body, plain.body);
    for coding in ["gzip", "br, gzip"] {
        let packed = ask(coding).await;
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        assert!(packed.body.len() * 2 < plain.body.len());
        let mut text = Vec::new();
        let mut decoder = GzDecoder::new(packed.body.as_slice());
        decoder.read_to_end(&mut text).unwrap();
        assert_eq!(text, plain.body);
    }
}

#[tokio::test]
async fn an_empty_list() {
    let (_emulator, client) = start_offline().await;
    let reply = client.get("/api/2.0/settings/webhook?x=1").await;
    assert_eq!(
        text(&client, &reply),
        r#"{"response":[],"count":1,"links":[{"href":"http://PORTAL/api/2.0/settings/webhook?x=1","action":"GET"}],"status":0,"statusCode":200}"#
    );
}

#[tokio::test]
async fn an_error_of_the_handler() {
    let (_emulator, client) = start_offline().await;
    let reply = client.delete("/api/2.0/settings/webhook/9").await;
    let body = reply.json();
    assert!(
        body["error"]["stack"]
            .as_str()
            .unwrap()
            .starts_with("   at ")
    );
    let stack = body["error"]["stack"].to_string();
    assert_eq!(
        reply.text().replace(&stack, "STACK"),
        r#"{"error":{"message":"The record could not be found","type":"ASC.Common.Web.ItemNotFoundException","stack":STACK,"hresult":-2146233088},"status":1,"statusCode":404}"#
    );
    assert_eq!(
        special_headers(&reply),
        ["cache-control", "content-type", "expires", "pragma"]
    );
    assert_eq!(reply.header("cache-control"), Some("no-cache,no-store"));
    assert_eq!(reply.header("pragma"), Some("no-cache"));
    assert_eq!(reply.header("expires"), Some("-1"));
}

#[tokio::test]
async fn an_error_of_validation() {
    let (_emulator, client) = start_offline().await;
    let reply = client.post(WEBHOOKS, &json!({})).await;
    let trace = reply.json()["response"]["traceId"].to_string();
    assert_eq!(trace.len(), 57, "a W3C trace id in quotes");
    assert_eq!(
        text(&client, &reply).replace(&trace, "TRACE"),
        concat!(
            r#"{"response":{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.1","#,
            r#""title":"One or more validation errors occurred.","status":400,"#,
            r#""errors":{"Name":["The Name field is required."],"Uri":["The Uri field is required."]},"#,
            r#""traceId":TRACE},"count":1,"#,
            r#""links":[{"href":"http://PORTAL/api/2.0/settings/webhook","action":"POST"}],"#,
            r#""status":1,"statusCode":400}"#,
        )
    );
    assert_eq!(special_headers(&reply), ["cache-control", "content-type"]);
    assert_eq!(
        reply.header("content-type"),
        Some("application/problem+json; charset=utf-8")
    );
}

#[tokio::test]
async fn a_problem_of_the_portal() {
    let (emulator, client) = start_offline().await;
    emulator.change_settings(|settings| settings.portal_state = PortalState::Suspended);
    let reply = client.get(WEBHOOKS).await;
    let trace = reply.json()["traceId"].to_string();
    assert_eq!(
        reply.text().replace(&trace, "TRACE"),
        r#"{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.5","title":"Not Found","status":404,"traceId":TRACE}"#
    );
    assert_eq!(
        reply.header("content-type"),
        Some("application/problem+json; charset=utf-8")
    );
}

#[tokio::test]
async fn empty_answers_announce_no_bytes() {
    let (_emulator, client) = start_offline().await;
    for (reply, status, special) in [
        (client.anonymous().get(WEBHOOKS).await, 401, &[][..]),
        (client.get("/api/2.0/settings/webhook/x/y").await, 404, &[]),
        (
            client.get("/api/2.0/settings/webhook/9").await,
            405,
            &["allow"],
        ),
    ] {
        assert_eq!(reply.status, status);
        assert_eq!(reply.header("content-length"), Some("0"));
        assert_eq!(special_headers(&reply), special, "{status}");
    }
}

/// O12.
#[tokio::test]
async fn a_wrong_content_type_claims_success_inside() {
    let (_emulator, client) = start_offline().await;
    let plain = [("Content-Type", "text/plain")];
    let reply = client
        .send_raw("POST", WEBHOOKS, &plain, b"{}")
        .await
        .unwrap();
    assert_eq!(reply.status, 415);
    let body = reply.json();
    assert_eq!(body["response"]["title"], "Unsupported Media Type");
    assert_eq!(
        (&body["status"], &body["statusCode"]),
        (&json!(0), &json!(200))
    );
}

#[tokio::test]
async fn basic_credentials_show_in_every_answer() {
    let mut config = Config::offline();
    config.credentials.push(Credential {
        kind: CredentialKind::Password,
        ..Credential::api_key("password", OWNER_ID)
    });
    let (_emulator, client) = start(config).await;
    // jane.admin@example.com:password
    let header = "Basic amFuZS5hZG1pbkBleGFtcGxlLmNvbTpwYXNzd29yZA==";
    for (path, status) in [(WEBHOOKS, 200), ("/api/2.0/settings/webhook/9", 405)] {
        let reply = client
            .anonymous()
            .send_raw("GET", path, &[("Authorization", header)], b"")
            .await
            .unwrap();
        assert_eq!(reply.status, status);
        assert_eq!(reply.header("www-authenticate"), Some("Basic"));
    }
}
