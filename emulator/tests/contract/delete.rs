use reqwest::Method;
use serde_json::json;

use crate::portal::WEBHOOK;
use crate::targets::on_portal;

#[tokio::test]
async fn the_answer_is_what_was_removed() {
    on_portal(|portal| async move {
        let created = portal.create(&portal.body("a")).await;
        let reply = portal.delete(&created["id"]).await;
        assert_eq!(reply.json()["links"][0]["action"], "DELETE");
        let removed = reply.response();
        assert_eq!(removed["id"], created["id"]);
        assert_eq!(removed["name"], created["name"]);
        assert!(portal.item(&created["id"]).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_second_delete_is_not_found() {
    on_portal(|portal| async move {
        let created = portal.create(&portal.body("a")).await;
        assert_eq!(portal.delete(&created["id"]).await.status, 200);
        let again = portal.delete(&created["id"]).await;
        assert_eq!(
            again.handler_error(404, "ASC.Common.Web.ItemNotFoundException"),
            "The record could not be found"
        );
    })
    .await;
}

#[tokio::test]
async fn an_id_that_is_no_number_has_no_route() {
    on_portal(|portal| async move {
        for id in ["seventeen", "99999999999"] {
            let path = format!("{WEBHOOK}/{id}");
            let reply = portal.send(Method::DELETE, &path, None).await;
            assert_eq!((reply.status, reply.text.as_str()), (404, ""), "{id}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_name_is_free_again() {
    on_portal(|portal| async move {
        let first = portal.create(&portal.body("a")).await;
        portal.delete(&first["id"]).await;
        let second = portal.create(&portal.body("a")).await;
        assert_ne!(first["id"], second["id"], "ids are not used twice");
        assert_eq!(second["triggers"], json!(384));
    })
    .await;
}
