use reqwest::Method;
use serde_json::json;

use crate::portal::WEBHOOK;
use crate::reply::finish;
use crate::survey::Need;
use crate::targets::on_portal;

#[tokio::test]
async fn missing_and_wrong_credentials_get_an_empty_401() {
    on_portal(|portal| async move {
        let none = finish(portal.request(Method::GET, WEBHOOK)).await;
        assert_eq!((none.status, none.text.as_str()), (401, ""));
        let wrong = format!("Bearer sk-{}", "0".repeat(64));
        for value in [wrong.as_str(), "Bearer sk-short"] {
            let request = portal
                .request(Method::GET, WEBHOOK)
                .header("Authorization", value);
            let reply = finish(request).await;
            assert_eq!((reply.status, reply.text.as_str()), (401, ""), "{value}");
        }
    })
    .await;
}

#[tokio::test]
async fn credentials_come_before_the_body() {
    on_portal(|portal| async move {
        let request = portal
            .request(Method::POST, WEBHOOK)
            .header("Content-Type", "application/json")
            .body("nonsense");
        assert_eq!(finish(request).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_route_is_an_empty_404() {
    on_portal(|portal| async move {
        let reply = portal.get("settings/webhook/no/such/route").await;
        assert_eq!((reply.status, reply.text.as_str()), (404, ""));
    })
    .await;
}

#[tokio::test]
async fn one_webhook_cannot_be_read_inferred() {
    on_portal(|portal| async move {
        if !portal.has(Need::Guess) {
            return;
        }
        let created = portal.create(&portal.body("a")).await;
        let reply = portal.get(&format!("{WEBHOOK}/{}", created["id"])).await;
        assert_eq!((reply.status, reply.text.as_str()), (405, ""));
        assert_eq!(reply.headers["allow"], "DELETE");
    })
    .await;
}

/// O12: the answer speaks of 415 and of 200.
#[tokio::test]
async fn a_body_that_is_not_json_by_type_is_a_415() {
    on_portal(|portal| async move {
        let request = portal
            .request(Method::POST, WEBHOOK)
            .header("Content-Type", "text/plain")
            .body(portal.body("a").to_string());
        let reply = portal.send_authorized(request).await;
        assert_eq!(reply.status, 415);
        let body = reply.json();
        assert_eq!(body["statusCode"], 200);
        assert_eq!(body["response"]["status"], 415);
        assert!(portal.mine().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn other_json_types_are_accepted_inferred() {
    on_portal(|portal| async move {
        if !portal.has(Need::Guess) {
            return;
        }
        for (label, content_type) in [
            ("a", "application/json; charset=utf-8"),
            ("b", "text/json"),
            ("c", "application/vnd.example+json"),
        ] {
            let request = portal
                .request(Method::POST, WEBHOOK)
                .header("Content-Type", content_type)
                .body(portal.body(label).to_string());
            assert_eq!(portal.send_authorized(request).await.status, 200);
        }
    })
    .await;
}

#[tokio::test]
async fn errors_of_both_shapes_are_json_by_type_inferred() {
    on_portal(|portal| async move {
        if !portal.has(Need::Guess) {
            return;
        }
        let validation = portal.post_text("{}").await;
        assert!(validation.headers["content-type"].starts_with("application/problem+json"));
        let missing = portal.delete(&json!(i32::MAX)).await;
        assert!(missing.headers["content-type"].starts_with("application/json"));
    })
    .await;
}

/// O11: what stands beside a success and beside an error.
#[tokio::test]
async fn successes_tell_their_time_and_errors_are_not_kept() {
    on_portal(|portal| async move {
        if !portal.has(Need::Since(3, 7)) {
            return;
        }
        let list = portal.get(WEBHOOK).await;
        assert_eq!(list.header("api-supported-versions"), Some("2.0"));
        assert!(list.header("server-timing").is_some());
        assert_eq!(list.header("cache-control"), None);
        let missing = portal.delete(&json!(i32::MAX)).await;
        assert_eq!(missing.status, 404);
        assert_eq!(missing.header("cache-control"), Some("no-cache,no-store"));
    })
    .await;
}
