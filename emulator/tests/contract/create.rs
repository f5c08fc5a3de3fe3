use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::portal::{SECRET, WEBHOOK};
use crate::survey::Need;
use crate::targets::on_portal;

#[tokio::test]
async fn the_answer_is_the_webhook_in_an_envelope() {
    on_portal(|portal| async move {
        let reply = portal.post(WEBHOOK, &portal.body("a")).await;
        assert_eq!(reply.status, 200, "not 201");
        let body = reply.json();
        assert_eq!(
            (&body["status"], &body["statusCode"]),
            (&json!(0), &json!(200))
        );
        assert_eq!(body["count"], 1);
        assert_eq!(body["links"][0]["action"], "POST");
        let href = body["links"][0]["href"].as_str().unwrap();
        assert!(href.ends_with("/api/2.0/settings/webhook"), "{href}");
        let webhook = &body["response"];
        assert!(webhook["id"].is_i64());
        assert_eq!(webhook["name"], portal.name("a"));
        assert_eq!(webhook["uri"], portal.uri("a"));
        assert!(webhook["ssl"].is_boolean(), "the key is ssl, not sSL");
        assert_eq!(webhook["triggers"], 384);
    })
    .await;
}

#[tokio::test]
async fn nulls_and_the_secret_are_left_out() {
    on_portal(|portal| async move {
        let reply = portal.post(WEBHOOK, &portal.body("a")).await;
        assert!(!reply.text.contains(SECRET));
        let webhook = reply.response();
        for absent in [
            "secretKey",
            "targetId",
            "modifiedBy",
            "modifiedOn",
            "lastFailureOn",
            "lastFailureContent",
            "lastSuccessOn",
        ] {
            assert!(webhook.get(absent).is_none(), "{absent}");
        }
    })
    .await;
}

/// O1; assumed before 3.7.
#[tokio::test]
async fn both_flags_are_true_whatever_was_sent() {
    on_portal(|portal| async move {
        let omitted = json!({
            "name": portal.name("omitted"),
            "uri": portal.uri("omitted"),
            "secretKey": SECRET,
        });
        let mut off = portal.body("off");
        off["enabled"] = json!(false);
        off["ssl"] = json!(false);
        for body in [omitted, off] {
            let answered = portal.post(WEBHOOK, &body).await.response();
            let stored = portal.item(&answered["id"]).await.unwrap();
            for webhook in [&answered, &stored["configs"]] {
                assert_eq!(webhook["enabled"], true);
                assert_eq!(webhook["ssl"], true);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn omitted_triggers_mean_all_events() {
    on_portal(|portal| async move {
        let body = portal.body_with("a", "triggers", Value::Null);
        let webhook = portal.post(WEBHOOK, &body).await.response();
        assert_eq!(webhook["triggers"], 0, "all events, not none");
        assert!(webhook.get("targetId").is_none());
    })
    .await;
}

#[tokio::test]
async fn the_creator_is_the_caller() {
    on_portal(|portal| async move {
        let me = portal.get("people/@self").await.response();
        let webhook = portal.create(&portal.body("a")).await;
        assert_eq!(webhook["createdBy"]["id"], me["id"]);
        assert!(webhook["createdBy"]["displayName"].is_string());
        let created = webhook["createdOn"].as_str().unwrap();
        OffsetDateTime::parse(created, &Rfc3339).expect("ISO 8601 with an offset");
    })
    .await;
}

#[tokio::test]
async fn values_are_stored_verbatim() {
    on_portal(|portal| async move {
        let name = format!("{}é <b> & \"q\" ", portal.name("v"));
        let uri = portal.uri("%7Ev").replacen("http", "HTTP", 1);
        let mut body = portal.body("v");
        body["name"] = json!(name);
        body["uri"] = json!(uri);
        let webhook = portal.create(&body).await;
        assert_eq!(
            (&webhook["name"], &webhook["uri"]),
            (&json!(name), &json!(uri))
        );
        let item = portal.item(&webhook["id"]).await.unwrap();
        assert_eq!(item["configs"]["name"], name);
        assert_eq!(item["configs"]["uri"], uri);
    })
    .await;
}

#[tokio::test]
async fn an_empty_target_is_answered_and_a_null_one_is_not() {
    on_portal(|portal| async move {
        let empty = portal.body_with("empty", "targetId", json!(""));
        assert_eq!(portal.create(&empty).await["targetId"], "");
        let mut null = portal.body("null");
        null["targetId"] = Value::Null;
        assert!(portal.create(&null).await.get("targetId").is_none());
        let some = portal.body_with("some", "targetId", json!("no-such-entity"));
        assert_eq!(portal.create(&some).await["targetId"], "no-such-entity");
    })
    .await;
}

#[tokio::test]
async fn request_keys_match_in_any_case_and_unknown_ones_are_ignored() {
    on_portal(|portal| async move {
        let body = json!({
            "NAME": portal.name("a"),
            "Uri": portal.uri("a"),
            "SecretKey": SECRET,
            "TRIGGERS": 256,
            "SSL": portal.is_https(),
            "eNabled": true,
            "unknown": {"x": [1]},
        });
        let created = portal.post(WEBHOOK, &body).await.response();
        assert_eq!(created["triggers"], 256);
        let update = json!({
            "ID": created["id"],
            "NAME": portal.name("a"),
            "Uri": portal.uri("a"),
            "eNabled": true,
        });
        let updated = portal.put(WEBHOOK, &update).await.response();
        assert_eq!(updated["enabled"], true, "an omitted one is false");
    })
    .await;
}

#[tokio::test]
async fn of_duplicate_keys_the_last_wins_inferred() {
    on_portal(|portal| async move {
        if !portal.has(Need::Guess) {
            return;
        }
        let text = portal.body("a").to_string();
        let doubled = text.replacen('{', r#"{"triggers":1,"#, 1);
        assert_eq!(portal.post_text(&doubled).await.response()["triggers"], 384);
    })
    .await;
}

#[tokio::test]
async fn the_same_name_and_address_is_refused() {
    on_portal(|portal| async move {
        portal.create(&portal.body("a")).await;
        let again = portal.post(WEBHOOK, &portal.body("a")).await;
        assert_eq!(
            again.handler_error(400, "System.ArgumentException"),
            "Webhook with the same name and payload URL already exists"
        );
        assert_eq!(portal.mine().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_same_address_under_another_name_is_fine() {
    on_portal(|portal| async move {
        portal.create(&portal.body("a")).await;
        let other = portal.body_with("a", "name", json!(portal.name("b")));
        portal.create(&other).await;
        assert_eq!(portal.mine().await.len(), 2);
    })
    .await;
}

/// O4: what makes no other webhook, and what does.
#[tokio::test]
async fn uniqueness_ignores_case_accents_and_trailing_blanks() {
    on_portal(|portal| async move {
        if !portal.has(Need::MySql) {
            return;
        }
        let pair = |name: &str, label: &str| {
            let mut body = portal.body(label);
            body["name"] = json!(portal.name(name));
            body
        };
        for (stored, taken) in [
            (pair("café", "a"), pair("cafe", "a")),
            (pair("trail ", "a"), pair("trail", "a")),
            (pair("t7i", "a"), pair("T7I", "a")),
            (pair("uri", "x"), pair("uri", "X")),
        ] {
            portal.create(&stored).await;
            assert_eq!(portal.post(WEBHOOK, &taken).await.status, 400, "{taken}");
        }
        for body in [pair("pad ", "a"), pair(" pad ", "a")] {
            let created = portal.create(&body).await;
            let item = portal.item(&created["id"]).await.unwrap();
            assert_eq!(item["configs"]["name"], body["name"]);
        }
    })
    .await;
}

/// O5: the name is compared before it is stored, and nothing is.
#[tokio::test]
async fn a_name_beyond_the_basic_plane_fails_in_the_database() {
    on_portal(|portal| async move {
        if !portal.has(Need::MySql) {
            return;
        }
        let body = portal.body_with("a", "name", json!(portal.name("🚀")));
        let reply = portal.post(WEBHOOK, &body).await;
        let message = reply.handler_error(500, "MySqlConnector.MySqlException");
        assert!(
            message.starts_with("Illegal mix of collations"),
            "{message}"
        );
        assert!(portal.mine().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn checks_run_for_a_webhook_that_is_switched_off_too() {
    on_portal(|portal| async move {
        let mut body = portal.body_with("a", "secretKey", json!("short"));
        body["enabled"] = json!(false);
        assert_eq!(portal.post(WEBHOOK, &body).await.status, 400);
        assert!(portal.mine().await.is_empty());
    })
    .await;
}
