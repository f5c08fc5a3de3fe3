use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::json;

use crate::portal::WEBHOOK;
use crate::reply::{Reply, finish};
use crate::targets::on_portal;

/// O9: a key in another place or spelling is none.
#[tokio::test]
async fn a_key_counts_as_a_bearer_alone() {
    on_portal(|portal| async move {
        let key = portal.key();
        let basic = format!(
            "Basic {}",
            STANDARD.encode(format!("nobody@example.com:{key}"))
        );
        for (header, challenge) in [
            (format!("bearer {key}"), None),
            (key.to_owned(), None),
            (basic, Some("Basic")),
        ] {
            let request = portal.request(Method::GET, WEBHOOK);
            let reply = finish(request.header("Authorization", header)).await;
            assert_eq!(reply.status, 401, "{challenge:?}");
            assert_eq!(reply.header("www-authenticate"), challenge);
        }
        let in_query = format!("{WEBHOOK}?api_key={key}");
        let reply = finish(portal.request(Method::GET, &in_query)).await;
        assert_eq!((reply.status, reply.text.as_str()), (401, ""));
    })
    .await;
}

/// O8, O9: a new key has ticks in its date, a listed one zeros; it counts until it is switched off.
#[tokio::test]
async fn a_key_has_dates_and_a_switch() {
    on_portal(|portal| async move {
        let made = portal.create_key().await;
        let value = made["key"].as_str().unwrap().to_owned();
        let listed = portal.listed_key(&made["id"]).await;
        let date = |key: &serde_json::Value| key["createOn"].as_str().unwrap().to_owned();
        let (fresh, stored) = (date(&made), date(&listed));
        for text in [&fresh, &stored] {
            let (_, rest) = text.split_once('.').unwrap();
            let digits = rest.chars().take_while(char::is_ascii_digit);
            assert_eq!(digits.count(), 7, "{text}");
        }
        if portal.survey.is_mysql {
            assert!(stored.contains(".0000000"), "{stored}");
        }
        let list_with = async |value: &str| -> Reply {
            finish(portal.request(Method::GET, WEBHOOK).bearer_auth(value)).await
        };
        assert_eq!(list_with(&value).await.status, 200);
        let path = format!("keys/{}", made["id"].as_str().unwrap());
        let off = portal.put(&path, &json!({"isActive": false})).await;
        assert_eq!(off.response(), true);
        let refused = list_with(&value).await;
        assert_eq!((refused.status, refused.text.as_str()), (401, ""));
    })
    .await;
}

/// IH §15a: what a portal says of ids that it does not have, of a key that is changed, and of one that is gone.
#[tokio::test]
async fn a_key_is_changed_in_parts_and_goes_once() {
    on_portal(|portal| async move {
        let made = portal.create_key().await;
        let path = format!("keys/{}", made["id"].as_str().unwrap());
        for (change, member, shown) in [
            (
                json!({"permissions": ["rooms:read"]}),
                "permissions",
                json!(["rooms:read"]),
            ),
            (
                json!({"permissions": []}),
                "permissions",
                json!(["rooms:read"]),
            ),
            (json!({"permissions": ["*"]}), "permissions", json!(null)),
            (json!({"isActive": false}), "isActive", json!(null)),
            (json!({"isActive": true}), "isActive", json!(true)),
        ] {
            assert_eq!(
                portal.put(&path, &change).await.response(),
                true,
                "{change}"
            );
            assert_eq!(
                portal.listed_key(&made["id"]).await[member],
                shown,
                "{change}"
            );
        }
        let wrong = json!({"permissions": ["rooms"]});
        assert_eq!(portal.put(&path, &wrong).await.status, 400);
        let gone = portal.send(Method::DELETE, &path, None).await;
        assert_eq!(gone.response(), true);
        let nobodys = "keys/00000000-0000-0000-0000-000000000001";
        for path in [path.as_str(), nobodys] {
            assert_eq!(portal.send(Method::DELETE, path, None).await.status, 500);
            let change = json!({"name": "x"});
            assert_eq!(portal.put(path, &change).await.status, 500);
        }
        let malformed = portal.send(Method::DELETE, "keys/17", None).await;
        assert_eq!((malformed.status, malformed.text.as_str()), (404, ""));
    })
    .await;
}
