use serde_json::{Value, json};

use crate::portal::WEBHOOK;
use crate::survey::Need;
use crate::targets::on_portal;

const ARGUMENT: &str = "System.ArgumentException";

#[tokio::test]
async fn fields_are_checked_against_the_schema() {
    on_portal(|portal| async move {
        let long = |length| json!("x".repeat(length));
        for (member, value, key, message) in [
            ("name", Value::Null, "Name", "The Name field is required."),
            ("name", json!(""), "Name", "The Name field is required."),
            ("name", json!("   "), "Name", "The Name field is required."),
            (
                "name",
                long(51),
                "Name",
                "The field Name must be a string with a maximum length of 50.",
            ),
            ("uri", Value::Null, "Uri", "The Uri field is required."),
            ("uri", json!(" "), "Uri", "The Uri field is required."),
            (
                "secretKey",
                long(51),
                "SecretKey",
                "The field SecretKey must be a string with a maximum length of 50.",
            ),
        ] {
            let body = portal.body_with("a", member, value);
            let reply = portal.post(WEBHOOK, &body).await;
            assert_eq!(reply.validation_error(key), message);
        }
        if portal.has(Need::Since(3, 7)) {
            let body = portal.body_with("a", "targetId", long(256));
            let reply = portal.post(WEBHOOK, &body).await;
            assert_eq!(
                reply.validation_error("TargetId"),
                "The field TargetId must be a string with a maximum length of 255."
            );
        }
        assert!(portal.mine().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn several_fields_are_reported_together() {
    on_portal(|portal| async move {
        let reply = portal.post(WEBHOOK, &json!({})).await;
        reply.validation_error("Name");
        reply.validation_error("Uri");
        let body = reply.json();
        assert_eq!(
            (&body["status"], &body["statusCode"]),
            (&json!(1), &json!(400))
        );
        assert!(body["response"]["traceId"].is_string());
    })
    .await;
}

#[tokio::test]
async fn names_of_fifty_code_units_are_accepted() {
    on_portal(|portal| async move {
        let prefix = portal.name("");
        let name = format!("{prefix}{}", "é".repeat(50 - prefix.len()));
        let body = portal.body_with("a", "name", json!(name));
        assert_eq!(portal.create(&body).await["name"], name);
    })
    .await;
}

/// O14: no secret at all.
#[tokio::test]
async fn a_webhook_without_secret_is_refused() {
    on_portal(|portal| async move {
        let mut null = portal.body("a");
        null["secretKey"] = Value::Null;
        for body in [portal.body_with("a", "secretKey", Value::Null), null] {
            let reply = portal.post(WEBHOOK, &body).await;
            assert_eq!(
                reply.handler_error(400, "System.ArgumentNullException"),
                "Value cannot be null. (Parameter 'secret')"
            );
            assert_eq!(reply.json()["error"]["hresult"], -2_147_467_261_i64);
        }
    })
    .await;
}

/// O14: an empty one, and those that are too short, too long or not Latin.
#[tokio::test]
async fn secrets_must_satisfy_the_password_policy() {
    on_portal(|portal| async move {
        let policy = portal.get("settings/security/password").await.response();
        let shortest = usize::try_from(policy["minLength"].as_u64().unwrap()).unwrap();
        for secret in [
            String::new(),
            "a".repeat(shortest - 1),
            "a".repeat(31),
            "a".repeat(50),
            "has a blank in it".to_owned(),
            "not-ascii-é".to_owned(),
        ] {
            let body = portal.body_with("a", "secretKey", json!(secret));
            let reply = portal.post(WEBHOOK, &body).await;
            // The text is localised; API §8.1 says to match on status and shape.
            let message = reply.handler_error(400, ARGUMENT);
            assert!(!message.is_empty());
            assert_eq!(reply.json()["error"]["hresult"], -2_147_024_809_i64);
        }
        assert!(portal.mine().await.is_empty());
        let longest = format!("Aa1!{}", "x".repeat(26));
        portal
            .create(&portal.body_with("b", "secretKey", json!(longest)))
            .await;
    })
    .await;
}

/// O13: each rule with the portal's words.
#[tokio::test]
async fn addresses_must_satisfy_the_url_rules() {
    on_portal(|portal| async move {
        if !portal.has(Need::Since(3, 7)) {
            return;
        }
        for (uri, ssl, message) in [
            ("not-a-url", true, "Invalid URL format"),
            (
                "ftp://example.com/",
                true,
                "Invalid URL scheme: ftp. Only http and https are allowed",
            ),
            ("http://example.com/", true, "HTTPS is required"),
            (
                "https://nowhere.invalid/",
                true,
                "DNS resolution failed for nowhere.invalid",
            ),
        ] {
            let mut body = portal.body_with("a", "uri", json!(uri));
            body["ssl"] = json!(ssl);
            let reply = portal.post(WEBHOOK, &body).await;
            assert_eq!(reply.handler_error(400, ARGUMENT), message, "{uri}");
        }
        assert!(portal.mine().await.is_empty());
    })
    .await;
}

/// O13: the portal's own network.
#[tokio::test]
async fn private_addresses_are_refused() {
    on_portal(|portal| async move {
        if !portal.has(Need::Since(3, 7)) || !portal.has(Need::Blacklist) {
            return;
        }
        for (uri, ssl, message) in [
            ("http://10.0.0.1/", false, "URL host is in the blacklist"),
            ("https://127.0.0.1/", true, "URL host is in the blacklist"),
            ("https://[::1]/", true, "URL host is in the blacklist"),
            (
                "http://localhost/",
                false,
                "URL resolves to a blacklisted IP address",
            ),
        ] {
            let mut body = portal.body_with("a", "uri", json!(uri));
            body["ssl"] = json!(ssl);
            let reply = portal.post(WEBHOOK, &body).await;
            assert_eq!(reply.handler_error(400, ARGUMENT), message, "{uri}");
        }
        assert!(portal.mine().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn flags_must_be_booleans() {
    on_portal(|portal| async move {
        for member in ["enabled", "ssl"] {
            for wrong in [json!("true"), json!(1)] {
                let body = portal.body_with("a", member, wrong);
                let reply = portal.post(WEBHOOK, &body).await;
                let error = reply.validation_error(&format!("$.{member}"));
                assert!(error.contains("System.Boolean"), "{error}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn broken_json_is_refused_with_a_path() {
    on_portal(|portal| async move {
        for text in [
            "{",
            "{\"name\":\"a\",}",
            "{'name':'a'}",
            "{\"name\":\"a\"} trailing",
            "{/* comment */}",
            "nonsense",
        ] {
            let reply = portal.post_text(text).await;
            assert_eq!(reply.status, 400, "{text}");
            let errors = reply.json()["response"]["errors"].clone();
            let mut errors = errors.as_object().expect("errors").iter();
            let error = errors.find(|(key, _)| key.starts_with('$'));
            let (_, error) = error.unwrap_or_else(|| panic!("no path in {reply:?}"));
            assert!(error[0].as_str().unwrap().contains("LineNumber"), "{error}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_empty_body_is_refused_inferred() {
    on_portal(|portal| async move {
        if !portal.has(Need::Guess) {
            return;
        }
        let reply = portal.post_text("").await;
        assert_eq!(
            reply.validation_error(""),
            "A non-empty request body is required."
        );
    })
    .await;
}

#[tokio::test]
async fn the_first_failing_check_answers() {
    on_portal(|portal| async move {
        if !portal.has(Need::Since(3, 7)) {
            return;
        }
        // Parser, schema, secret, address, uniqueness: each hides the ones after it.
        portal.create(&portal.body("taken")).await;
        let mut body = portal.body("taken");
        body["uri"] = json!("http://nowhere.invalid/");
        body["ssl"] = json!(true);
        body["secretKey"] = json!("short");
        body["targetId"] = json!("x".repeat(256));
        body["triggers"] = json!("FileUploaded");
        portal
            .post(WEBHOOK, &body)
            .await
            .validation_error("$.triggers");
        body["triggers"] = json!(256);
        portal
            .post(WEBHOOK, &body)
            .await
            .validation_error("TargetId");
        body["targetId"] = json!("1");
        let reply = portal.post(WEBHOOK, &body).await;
        assert_ne!(reply.handler_error(400, ARGUMENT), "HTTPS is required");
        body["secretKey"] = json!("S3cretKey-42");
        let reply = portal.post(WEBHOOK, &body).await;
        assert_eq!(reply.handler_error(400, ARGUMENT), "HTTPS is required");
        body["ssl"] = json!(false);
        let reply = portal.post(WEBHOOK, &body).await;
        assert_eq!(
            reply.handler_error(400, ARGUMENT),
            "DNS resolution failed for nowhere.invalid"
        );
        body["uri"] = json!(portal.uri("taken"));
        let reply = portal.post(WEBHOOK, &body).await;
        assert!(
            reply
                .handler_error(400, ARGUMENT)
                .contains("already exists")
        );
    })
    .await;
}
