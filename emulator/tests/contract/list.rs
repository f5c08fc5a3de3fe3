use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::portal::{SECRET, WEBHOOK};
use crate::survey::Need;
use crate::targets::on_portal;

#[tokio::test]
async fn items_are_configs_with_a_status() {
    on_portal(|portal| async move {
        let created = portal.create(&portal.body("a")).await;
        let item = portal.item(&created["id"]).await.unwrap();
        assert_eq!(item["status"], 0, "nothing was delivered");
        let config = &item["configs"];
        for member in ["id", "name", "uri", "enabled", "ssl", "triggers"] {
            assert_eq!(config[member], created[member], "{member}");
        }
        assert_eq!(config["createdBy"]["id"], created["createdBy"]["id"]);
        assert!(config.get("secretKey").is_none());
    })
    .await;
}

#[tokio::test]
async fn the_list_never_shows_a_secret() {
    on_portal(|portal| async move {
        portal.create(&portal.body("a")).await;
        let mine = portal.mine().await;
        assert_eq!(mine.len(), 1);
        for config in mine[0]["configs"].as_object().unwrap() {
            assert_ne!(config.0.to_lowercase(), "secretkey");
            assert_ne!(config.1, SECRET);
        }
    })
    .await;
}

/// O11.
#[tokio::test]
async fn a_streamed_list_counts_as_one() {
    on_portal(|portal| async move {
        portal.create(&portal.body("a")).await;
        portal.create(&portal.body("b")).await;
        let list = portal.get(WEBHOOK).await.json();
        assert_eq!(list["count"], 1);
        assert_eq!(list["links"][0]["action"], "GET");
        assert_eq!(
            (&list["status"], &list["statusCode"]),
            (&json!(0), &json!(200))
        );
    })
    .await;
}

/// O8: up to seven digits at first, whole seconds ever after.
#[tokio::test]
async fn the_date_of_creation_loses_its_fraction() {
    on_portal(|portal| async move {
        let created = portal.post(WEBHOOK, &portal.body("a")).await.response();
        let item = portal.item(&created["id"]).await.unwrap();
        let (fresh, listed) = (&created["createdOn"], &item["configs"]["createdOn"]);
        let (fresh, listed) = (fresh.as_str().unwrap(), listed.as_str().unwrap());
        let parse = |text| OffsetDateTime::parse(text, &Rfc3339).unwrap();
        let difference = parse(fresh) - parse(listed);
        assert!(
            difference.abs() <= time::Duration::SECOND,
            "{fresh} {listed}"
        );
        if let Some((_, rest)) = fresh.split_once('.') {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            assert!(digits.len() <= 7 && !digits.ends_with('0'), "{fresh}");
        }
        if portal.survey.is_mysql {
            assert!(!listed.contains('.'), "{listed}");
        }
    })
    .await;
}

#[tokio::test]
async fn ids_increase() {
    on_portal(|portal| async move {
        let first = portal.create(&portal.body("a")).await["id"].as_i64();
        let second = portal.create(&portal.body("b")).await["id"].as_i64();
        assert!(first < second);
    })
    .await;
}

#[tokio::test]
async fn the_query_fields_prunes_the_response_alone_inferred() {
    on_portal(|portal| async move {
        if !portal.has(Need::Guess) {
            return;
        }
        let created = portal.create(&portal.body("a")).await;
        let path = format!("{WEBHOOK}?fields=configs.id,configs.createdBy.id");
        let list = portal.get(&path).await.json();
        assert_eq!(list["statusCode"], 200);
        let pruned = json!({"configs": {
            "id": created["id"],
            "createdBy": {"id": created["createdBy"]["id"]},
        }});
        let items = list["response"].as_array().unwrap();
        assert!(items.contains(&pruned), "{items:?}");
    })
    .await;
}
