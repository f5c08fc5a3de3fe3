use reqwest::Method;

use crate::reply::finish;
use crate::survey::Need;
use crate::targets::on_portal;

#[tokio::test]
async fn the_key_describes_itself_without_showing_itself() {
    on_portal(|portal| async move {
        if !portal.has(Need::Since(3, 2)) {
            return;
        }
        let key = portal.get("keys/@self").await.response();
        assert_eq!(key["keyPostfix"], portal.key_postfix());
        assert_eq!(key["key"], format!("sk-***{}", portal.key_postfix()));
        assert_eq!(key["isActive"], true);
        let me = portal.get("people/@self").await.response();
        assert_eq!(key["createBy"]["id"], me["id"]);
    })
    .await;
}

/// O7: the owner of a portal is no admin.
#[tokio::test]
async fn the_caller_is_described() {
    on_portal(|portal| async move {
        let me = portal.get("people/@self").await.response();
        let id = me["id"].as_str().unwrap();
        assert_eq!((id.len(), id), (36, id.to_lowercase().as_str()));
        for member in ["displayName", "email", "userName"] {
            assert!(me[member].is_string(), "{member}");
        }
        for member in [
            "isAdmin",
            "isOwner",
            "isRoomAdmin",
            "isVisitor",
            "isCollaborator",
        ] {
            assert!(me[member].is_boolean(), "{member}");
        }
        assert!(
            me["isOwner"] == true || me["isAdmin"] == true,
            "the suite needs the key of an owner or admin: {me}"
        );
        assert_ne!(me["isOwner"], me["isAdmin"]);
    })
    .await;
}

#[tokio::test]
async fn version_and_settings_are_public() {
    on_portal(|portal| async move {
        let build = finish(portal.request(Method::GET, "settings/version/build")).await;
        let build = build.response();
        assert!(build["docSpace"].is_string());
        let settings = finish(portal.request(Method::GET, "settings")).await;
        assert!(settings.response()["standalone"].is_boolean());
    })
    .await;
}

#[tokio::test]
async fn the_password_policy_is_readable() {
    on_portal(|portal| async move {
        let policy = portal.get("settings/security/password").await.response();
        assert!(policy["minLength"].is_u64());
        for member in ["upperCase", "digits", "specSymbols"] {
            assert!(policy[member].is_boolean(), "{member}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_access_to_developer_tools_is_readable() {
    on_portal(|portal| async move {
        if !portal.has(Need::Since(3, 4)) {
            return;
        }
        let access = portal.get("settings/devtoolsaccess").await.response();
        assert!(access["limitedAccessForUsers"].is_boolean());
    })
    .await;
}
