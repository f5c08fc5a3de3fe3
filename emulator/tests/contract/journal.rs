use reqwest::Method;
use serde_json::json;

use crate::survey::Need;
use crate::targets::on_portal;

const LOG: &str = "settings/webhooks/log";

/// O11: the count of a streamed list is 1.
#[tokio::test]
async fn a_new_webhook_has_no_deliveries() {
    on_portal(|portal| async move {
        let body = portal.body_with("a", "targetId", json!("no-such-entity"));
        let created = portal.create(&body).await;
        let reply = portal
            .get(&format!("{LOG}?configId={}", created["id"]))
            .await;
        assert_eq!(reply.response(), json!([]));
        assert_eq!(reply.json()["count"], 1, "even of an empty list");
        assert!(
            reply.json()["total"]
                .as_u64()
                .is_none_or(|total| total == 0)
        );
    })
    .await;
}

/// O3.
#[tokio::test]
async fn a_page_has_between_1_and_100_entries() {
    on_portal(|portal| async move {
        if !portal.has(Need::Since(3, 2)) {
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

/// O17: the names are those of the code, not those of the catalogue.
#[tokio::test]
async fn the_trigger_filter_takes_one_kind_of_name() {
    on_portal(|portal| async move {
        for (trigger, status) in [("UserCreated", 200), ("user.created", 400)] {
            let reply = portal.get(&format!("{LOG}?trigger={trigger}")).await;
            assert_eq!(reply.status, status, "{trigger}");
        }
    })
    .await;
}

/// O17.
#[tokio::test]
async fn beyond_the_end_a_page_is_empty() {
    on_portal(|portal| async move {
        let reply = portal.get(&format!("{LOG}?startIndex={}", i32::MAX)).await;
        assert_eq!(reply.response(), json!([]));
    })
    .await;
}

#[tokio::test]
async fn the_trigger_filter_takes_one_number_or_a_name_in_any_case_inferred() {
    on_portal(|portal| async move {
        if !portal.has(Need::Guess) {
            return;
        }
        for trigger in ["256", "FileUploaded", "fileuploaded", "0"] {
            let reply = portal.get(&format!("{LOG}?trigger={trigger}")).await;
            assert_eq!(reply.status, 200, "{trigger}");
        }
        let combined = portal.get(&format!("{LOG}?trigger=384")).await;
        assert_eq!(combined.status, 400);
    })
    .await;
}

/// O16: an unknown id is not found, and several of them are left out.
#[tokio::test]
async fn retries_name_journal_entries() {
    on_portal(|portal| async move {
        let path = |id: i32| format!("settings/webhook/{id}/retry");
        let unknown = portal.send(Method::PUT, &path(i32::MAX), None).await;
        unknown.handler_error(404, "ASC.Common.Web.ItemNotFoundException");
        let zero = portal.send(Method::PUT, &path(0), None).await;
        assert_eq!(zero.handler_error(400, "System.ArgumentException"), "Id");
        let batch = json!({"ids": [i32::MAX]});
        let skipped = portal.put("settings/webhook/retry", &batch).await;
        assert_eq!(skipped.response(), json!([]), "unknown ids are skipped");
    })
    .await;
}
