use serde_json::Value;

use crate::portal::Portal;
use crate::survey::Need;
use crate::targets::on_portal;

/// Of nobody and nothing.
const NOBODY: &str = "00000000-0000-0000-0000-0000000000ff";

/// A page is 1 to 100 rows.
async fn has_pages(portal: &Portal, path: &str) {
    for (query, status) in [("count=1", 200), ("count=0", 400), ("count=101", 400)] {
        let page = portal.get(&format!("{path}?{query}")).await;
        assert_eq!(page.status, status, "{path}?{query}: {page:?}");
    }
}

#[tokio::test]
async fn a_person_is_found_by_id_and_by_address_inferred() {
    on_portal(|portal| async move {
        if !portal.has(Need::Guess) {
            return;
        }
        let me = portal.get("people/@self").await.response();
        let id = me["id"].as_str().unwrap();
        let email: String =
            url::form_urlencoded::byte_serialize(me["email"].as_str().unwrap().as_bytes())
                .collect();
        for path in [
            format!("people/{id}"),
            format!("people/{}", id.to_uppercase()),
            format!("people/email?email={email}"),
        ] {
            let person = portal.get(&path).await.response();
            assert_eq!(person["id"], me["id"], "{path}");
            assert_eq!(person["status"], 1, "{path}");
        }
        for (path, status) in [
            (format!("people/{NOBODY}"), 404),
            (
                format!("people/email?email={NOBODY}@nobody.example.com"),
                404,
            ),
            ("people/email?email=nobody".to_owned(), 400),
            ("people/email".to_owned(), 400),
        ] {
            assert_eq!(portal.get(&path).await.status, status, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn people_come_in_pages_with_a_total_inferred() {
    on_portal(|portal| async move {
        if !portal.has(Need::Guess) {
            return;
        }
        has_pages(&portal, "people/filter").await;
        let page = portal.get("people/filter?count=1").await.json();
        assert_eq!(page["count"], 1);
        assert!(page["total"].as_u64() >= Some(1), "{page}");
        let person = &page["response"][0];
        assert!(
            person["id"].is_string() && person["status"].is_u64(),
            "{page}"
        );
        let nobody = format!("people/filter?groupId={NOBODY}");
        let nobody = portal.get(&nobody).await.json();
        assert_eq!(nobody["total"], 0, "{nobody}");
    })
    .await;
}

#[tokio::test]
async fn groups_come_in_pages_with_a_total_inferred() {
    on_portal(|portal| async move {
        if !portal.has(Need::Guess) {
            return;
        }
        has_pages(&portal, "group").await;
        let page = portal.get("group").await.json();
        assert!(page["response"].is_array(), "{page}");
        assert!(page["total"].is_u64(), "{page}");
        for group in page["response"].as_array().into_iter().flatten() {
            assert!(group["name"].is_string(), "{group}");
            assert_eq!(group.get("members"), None);
        }
        let unknown = portal.get(&format!("group/{NOBODY}")).await;
        assert_eq!(unknown.status, 404, "{unknown:?}");
        assert!(unknown.json()["error"].is_object());
        let malformed = portal.get("group/nobody").await;
        assert_eq!((malformed.status, malformed.text.as_str()), (404, ""));
    })
    .await;
}

#[tokio::test]
async fn rooms_are_listed_inside_an_object_inferred() {
    on_portal(|portal| async move {
        if !portal.has(Need::Guess) {
            return;
        }
        has_pages(&portal, "files/rooms").await;
        let list = portal.get("files/rooms?searchArea=2").await;
        assert_eq!(list.json().get("total"), None);
        let list = list.response();
        assert!(list["folders"].is_array(), "{list}");
        assert!(list["count"].is_u64() && list["total"].is_u64(), "{list}");
        for room in list["folders"].as_array().into_iter().flatten() {
            assert!(room["roomType"].is_u64(), "{room}");
            let root = &room["rootFolderType"];
            assert!([Value::from(14), Value::from(20)].contains(root), "{room}");
        }
        let unknown = portal.get("files/rooms/2147483647").await;
        assert_eq!(unknown.status, 404, "{unknown:?}");
        assert!(unknown.json()["error"].is_object());
    })
    .await;
}
