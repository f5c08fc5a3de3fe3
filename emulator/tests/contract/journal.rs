use serde_json::{Value, json};

use crate::portal::on_portal;

const LOG: &str = "settings/webhooks/log";

#[tokio::test]
async fn a_new_webhook_has_no_deliveries() {
    on_portal(|portal| async move {
        let body = portal.body_with("a", "targetId", json!("no-such-entity"));
        let created = portal.create(&body).await;
        let reply = portal
            .get(&format!("{LOG}?configId={}", created["id"]))
            .await;
        assert_eq!(reply.response(), json!([]));
        assert_eq!(reply.json()["total"], 0);
    })
    .await;
}

#[tokio::test]
async fn a_page_has_between_1_and_100_entries() {
    on_portal(|portal| async move {
        if !portal.is_since(3, 2) {
            return;
        }
        for count in [0, 101] {
            let reply = portal.get(&format!("{LOG}?count={count}")).await;
            assert_eq!(
                reply.validation_error("count"),
                "The field Count must be between 1 and 100."
            );
        }
        for count in [1, 100] {
            assert_eq!(
                portal.get(&format!("{LOG}?count={count}")).await.status,
                200
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_trigger_filter_takes_a_number_or_a_name_inferred() {
    on_portal(|portal| async move {
        for trigger in ["256", "FileUploaded", "fileuploaded", "0"] {
            let reply = portal.get(&format!("{LOG}?trigger={trigger}")).await;
            assert_eq!(reply.status, 200, "{trigger}");
        }
        let combined = portal.get(&format!("{LOG}?trigger=384")).await;
        assert_eq!(combined.status, 400);
    })
    .await;
}

#[tokio::test]
async fn retries_name_journal_entries() {
    on_portal(|portal| async move {
        let path = |id: i32| format!("settings/webhook/{id}/retry");
        let unknown = portal.put(&path(i32::MAX), &Value::Null).await;
        unknown.handler_error(404, "ASC.Common.Web.ItemNotFoundException");
        let zero = portal.put(&path(0), &Value::Null).await;
        assert_eq!(zero.handler_error(400, "System.ArgumentException"), "Id");
        let batch = json!({"ids": [i32::MAX]});
        let skipped = portal.put("settings/webhook/retry", &batch).await;
        assert_eq!(skipped.response(), json!([]), "unknown ids are skipped");
    })
    .await;
}
