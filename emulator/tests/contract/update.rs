use serde_json::json;

use crate::portal::WEBHOOK;
use crate::survey::Need;
use crate::targets::on_portal;

#[tokio::test]
async fn an_update_replaces_everything_but_the_secret() {
    on_portal(|portal| async move {
        let mut body = portal.body_with("a", "targetId", json!("77"));
        let created = portal.create(&body).await;
        body = json!({
            "id": created["id"],
            "name": portal.name("b"),
            "uri": portal.uri("b"),
        });
        let reply = portal.put(WEBHOOK, &body).await;
        assert_eq!(reply.json()["links"][0]["action"], "PUT");
        let updated = reply.response();
        assert_eq!(updated["id"], created["id"]);
        assert_eq!(updated["name"], portal.name("b"));
        assert_eq!(updated["uri"], portal.uri("b"));
        assert_eq!(updated["enabled"], false, "omitted means false");
        assert_eq!(updated["ssl"], false);
        assert_eq!(updated["triggers"], 0, "omitted means all events");
        assert!(updated.get("targetId").is_none());
        assert!(updated["modifiedOn"].is_string());
        assert_eq!(updated["modifiedBy"]["id"], created["createdBy"]["id"]);
        assert!(updated.get("secretKey").is_none());
        assert_eq!(portal.mine().await.len(), 1);
    })
    .await;
}

/// O1: what create does not store, an update does.
#[tokio::test]
async fn an_update_stores_false() {
    on_portal(|portal| async move {
        let created = portal.create(&portal.body("a")).await;
        let mut body = portal.body_with("a", "id", created["id"].clone());
        body["enabled"] = json!(false);
        body["ssl"] = json!(false);
        let updated = portal.put(WEBHOOK, &body).await.response();
        let stored = portal.item(&created["id"]).await.unwrap();
        for webhook in [&updated, &stored["configs"]] {
            assert_eq!(webhook["enabled"], false);
            assert_eq!(webhook["ssl"], false);
        }
    })
    .await;
}

#[tokio::test]
async fn the_id_may_be_a_numeric_string() {
    on_portal(|portal| async move {
        let created = portal.create(&portal.body("a")).await;
        let body = portal.body_with("a", "id", json!(created["id"].to_string()));
        assert_eq!(
            portal.put(WEBHOOK, &body).await.response()["id"],
            created["id"]
        );
    })
    .await;
}

#[tokio::test]
async fn an_empty_secret_keeps_the_stored_one() {
    on_portal(|portal| async move {
        let created = portal.create(&portal.body("a")).await;
        let mut body = portal.body_with("a", "id", created["id"].clone());
        for secret in [json!(""), serde_json::Value::Null] {
            body["secretKey"] = secret;
            assert_eq!(portal.put(WEBHOOK, &body).await.status, 200);
        }
        body["secretKey"] = json!("short");
        let weak = portal.put(WEBHOOK, &body).await;
        weak.handler_error(400, "System.ArgumentException");
    })
    .await;
}

#[tokio::test]
async fn an_update_may_create_duplicates() {
    on_portal(|portal| async move {
        portal.create(&portal.body("a")).await;
        let second = portal.create(&portal.body("b")).await;
        let body = portal.body_with("a", "id", second["id"].clone());
        assert_eq!(portal.put(WEBHOOK, &body).await.status, 200);
        let names: Vec<_> = portal
            .mine()
            .await
            .iter()
            .map(|item| item["configs"]["name"].clone())
            .collect();
        assert_eq!(names, [portal.name("a"), portal.name("a")]);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_id_is_not_found_but_only_after_validation() {
    on_portal(|portal| async move {
        let mut body = portal.body_with("a", "id", json!(i32::MAX));
        let reply = portal.put(WEBHOOK, &body).await;
        assert_eq!(
            reply.handler_error(404, "ASC.Common.Web.ItemNotFoundException"),
            "The record could not be found"
        );
        body["secretKey"] = json!("short");
        assert_eq!(portal.put(WEBHOOK, &body).await.status, 400);
        body["secretKey"] = json!("");
        body["uri"] = json!("http://example.com/");
        body["ssl"] = json!(true);
        if portal.has(Need::Since(3, 7)) {
            assert_eq!(portal.put(WEBHOOK, &body).await.status, 400);
        }
    })
    .await;
}

#[tokio::test]
async fn an_update_without_id_is_refused_by_the_parser() {
    on_portal(|portal| async move {
        if !portal.has(Need::Since(3, 5)) {
            return;
        }
        let reply = portal.put(WEBHOOK, &portal.body("a")).await;
        assert_eq!(
            reply.validation_error("$"),
            "JSON deserialization for type 'ASC.Web.Api.ApiModels.RequestsDto.UpdateWebhooksConfigRequestsDto' was missing required properties including: 'id'."
        );
    })
    .await;
}

#[tokio::test]
async fn an_id_that_is_no_number_is_refused() {
    on_portal(|portal| async move {
        let body = portal.body_with("a", "id", json!("seventeen"));
        let text = portal.put(WEBHOOK, &body).await.validation_error("$.id");
        assert!(text.contains("System.Int32"), "{text}");
    })
    .await;
}
