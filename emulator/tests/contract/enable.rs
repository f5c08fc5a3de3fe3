use serde_json::json;

use crate::targets::on_portal;

const ENABLE: &str = "settings/webhook/enable";

/// O1: `enable` changes `enabled` alone.
#[tokio::test]
async fn only_the_flag_is_changed() {
    on_portal(|portal| async move {
        let created = portal.create(&portal.body("a")).await;
        let body = json!({
            "id": created["id"],
            "name": "anything",
            "uri": "anything",
            "enabled": false,
            "triggers": 1,
            "ssl": false,
        });
        let changed = portal.put(ENABLE, &body).await.response();
        assert_eq!(changed["enabled"], false);
        for member in ["id", "name", "uri", "ssl", "triggers"] {
            assert_eq!(changed[member], created[member], "{member}");
        }
        let mut body = body;
        body["enabled"] = json!(true);
        assert_eq!(portal.put(ENABLE, &body).await.response()["enabled"], true);
    })
    .await;
}

#[tokio::test]
async fn name_and_address_must_satisfy_the_schema() {
    on_portal(|portal| async move {
        let created = portal.create(&portal.body("a")).await;
        let bare = json!({"id": created["id"], "enabled": false});
        let reply = portal.put(ENABLE, &bare).await;
        reply.validation_error("Name");
        reply.validation_error("Uri");
        let item = portal.item(&created["id"]).await.unwrap();
        assert_eq!(item["configs"]["enabled"], true);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_id_is_not_found() {
    on_portal(|portal| async move {
        let body = json!({"id": i32::MAX, "name": "x", "uri": "y", "enabled": true});
        let reply = portal.put(ENABLE, &body).await;
        reply.handler_error(404, "ASC.Common.Web.ItemNotFoundException");
    })
    .await;
}
