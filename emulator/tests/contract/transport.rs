use reqwest::Method;

use crate::portal::{WEBHOOK, finish, on_portal};

#[tokio::test]
async fn missing_and_wrong_credentials_get_an_empty_401() {
    on_portal(|portal| async move {
        let none = finish(portal.request(Method::GET, WEBHOOK)).await;
        assert_eq!((none.status, none.text.as_str()), (401, ""));
        let wrong = format!("Bearer sk-{}", "0".repeat(64));
        for value in [wrong.as_str(), "Bearer sk-short", "Bearer"] {
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
        let created = portal.create(&portal.body("a")).await;
        let reply = portal.get(&format!("{WEBHOOK}/{}", created["id"])).await;
        assert_eq!((reply.status, reply.text.as_str()), (405, ""));
        assert_eq!(reply.headers["allow"], "DELETE");
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_not_json_by_type_is_a_415_inferred() {
    on_portal(|portal| async move {
        let text = portal.body("a").to_string();
        for content_type in ["text/plain", "application/x-www-form-urlencoded"] {
            let request = portal
                .request(Method::POST, WEBHOOK)
                .header("Content-Type", content_type)
                .body(text.clone());
            let reply = portal.send_authorized(request).await;
            assert_eq!(reply.status, 415);
            assert_eq!(reply.json()["response"]["status"], 415);
        }
        assert!(portal.mine().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn other_json_types_are_accepted_inferred() {
    on_portal(|portal| async move {
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
async fn errors_of_both_shapes_are_json_by_type() {
    on_portal(|portal| async move {
        let validation = portal.post_text("{}").await;
        assert!(validation.headers["content-type"].starts_with("application/problem+json"));
        let missing = portal.delete(&serde_json::json!(i32::MAX)).await;
        assert!(missing.headers["content-type"].starts_with("application/json"));
    })
    .await;
}
