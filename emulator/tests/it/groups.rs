use docspace_emulator::{Config, Credential, Emulator, Group, OWNER_ID, Role, User};
use serde_json::json;

use crate::client::{Client, start};

const GROUP: &str = "/api/2.0/group";
const DESIGN: &str = "00000000-0000-0000-0000-0000000000a1";
const EVERYBODY: &str = "00000000-0000-0000-0000-0000000000a2";
const USER: &str = "00000000-0000-0000-0000-00000000000d";
const GONE: &str = "00000000-0000-0000-0000-00000000001a";

async fn portal() -> (Emulator, Client) {
    let room_admin = User::new("00000000-0000-0000-0000-00000000000b", Role::RoomAdmin);
    let mut config = Config::offline()
        .with_caller(room_admin, "sk-room-admin", &[])
        .with_caller(User::new(USER, Role::User), "sk-user", &[]);
    config.users.push(User {
        active: false,
        ..User::new(GONE, Role::User)
    });
    for (key, scope) in [
        ("sk-read", "accounts:read"),
        ("sk-write", "accounts:write"),
        ("sk-files", "files:read"),
    ] {
        let key = Credential::api_key(key, OWNER_ID).with_scopes([scope]);
        config.credentials.push(key);
    }
    let (emulator, owner) = start(config).await;
    emulator.put_group(Group {
        manager: Some(USER.to_owned()),
        ..Group::new(DESIGN, "Design", [USER, GONE])
    });
    emulator.put_group(Group {
        is_system: true,
        ..Group::new(EVERYBODY, "Everyone", [OWNER_ID, USER])
    });
    (emulator, owner)
}

#[tokio::test]
async fn a_group_tells_its_members_but_the_disabled_ones() {
    let (_emulator, owner) = portal().await;
    let group = owner.get(&format!("{GROUP}/{DESIGN}")).await.json();
    let group = &group["response"];
    assert_eq!(group["members"][0]["id"], USER);
    assert_eq!(group["membersCount"], 1);
    assert_eq!(group["manager"]["id"], USER);
    assert_eq!(group["isLDAP"], false);
    assert_eq!(group.get("isSystem"), None);
    let bare = format!("{GROUP}/{DESIGN}?includeMembers=false");
    assert_eq!(
        owner.get(&bare).await.json()["response"].get("members"),
        None
    );
    let system = owner.get(&format!("{GROUP}/{EVERYBODY}")).await.json();
    assert_eq!(system["response"]["isSystem"], true);
    assert_eq!(system["response"].get("manager"), None);
}

#[tokio::test]
async fn an_id_of_none_is_not_found_in_two_ways() {
    let (_emulator, owner) = portal().await;
    let unknown = owner.get(&format!("{GROUP}/{USER}")).await;
    assert_eq!(unknown.status, 404);
    assert_eq!(unknown.message(), "The group could not be found");
    let malformed = owner.get(&format!("{GROUP}/Design")).await;
    assert_eq!((malformed.status, malformed.text()), (404, ""));
}

#[tokio::test]
async fn the_list_comes_by_name_without_members() {
    let (emulator, owner) = portal().await;
    emulator.put_group(Group::new(GONE, "audit", [GONE]));
    let list = owner.get(GROUP).await.json();
    assert_eq!(list["count"], 2);
    assert_eq!(list["total"], 2);
    let names = [&list["response"][0]["name"], &list["response"][1]["name"]];
    assert_eq!(names, ["audit", "Design"]);
    assert_eq!(list["response"][1].get("members"), None);
    for (query, total) in [
        ("filterValue=DES", 1),
        (&format!("userId={USER}"), 1),
        (&format!("manager={GONE}"), 0),
        ("count=1&startIndex=1", 2),
    ] {
        let found = owner.get(&format!("{GROUP}?{query}")).await.json();
        assert_eq!(found["total"], total, "{query}");
    }
    assert_eq!(owner.get(&format!("{GROUP}?count=0")).await.status, 400);
}

#[tokio::test]
async fn room_admins_read_and_users_do_not() {
    let (_emulator, owner) = portal().await;
    let one = format!("{GROUP}/{DESIGN}");
    for (key, status) in [
        ("sk-room-admin", 200),
        ("sk-user", 403),
        ("sk-read", 200),
        // A key that may change groups may not read them.
        ("sk-write", 403),
        ("sk-files", 403),
    ] {
        let client = owner.with_key(key);
        assert_eq!(client.get(GROUP).await.status, status, "{key}");
        assert_eq!(client.get(&one).await.status, status, "{key}");
    }
    assert_eq!(
        owner.with_key("sk-user").get(GROUP).await.message(),
        "Access denied"
    );
    assert_eq!(owner.with_key("sk-write").get(GROUP).await.text(), "");
    assert_eq!(owner.anonymous().get(GROUP).await.status, 401);
}

#[tokio::test]
async fn groups_are_put_behind_the_apis_back() {
    let (emulator, owner) = portal().await;
    let control = Client::control(&emulator);
    let group = json!({"id": GONE, "name": "Audit"});
    assert_eq!(control.post("/groups", &group).await.status, 201);
    let listed = control.get("/groups").await.json();
    assert_eq!(listed.as_array().map(Vec::len), Some(3));
    let read = owner.get(&format!("{GROUP}/{GONE}")).await.json();
    assert_eq!(read["response"]["name"], "Audit");
    control.post("/reset", &json!({})).await;
    assert_eq!(control.get("/groups").await.json(), json!([]));
}
