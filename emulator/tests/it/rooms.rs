use docspace_emulator::{Config, Credential, Emulator, NewRoom, OWNER_ID, Role, RoomArea, User};
use serde_json::{Value, json};

use crate::client::{Client, Reply, start};

const ROOMS: &str = "/api/2.0/files/rooms";
const USER: &str = "00000000-0000-0000-0000-00000000000d";

/// A portal with rooms 1 to 6: one of a user's, an archived one, a template, one on another storage, a folder, and one that
/// the user may see.
async fn portal() -> (Emulator, Client) {
    let mut config =
        Config::offline().with_caller(User::new(USER, Role::User), "sk-user", &["rooms:read"]);
    for (key, scope) in [("sk-rooms", "rooms:write"), ("sk-files", "files:write")] {
        let key = Credential::api_key(key, OWNER_ID).with_scopes([scope]);
        config.credentials.push(key);
    }
    let (emulator, owner) = start(config).await;
    for room in [
        NewRoom {
            owner: USER.to_owned(),
            ..NewRoom::titled("Theirs")
        },
        NewRoom {
            area: RoomArea::Archive,
            ..NewRoom::titled("Old")
        },
        NewRoom {
            area: RoomArea::Template,
            ..NewRoom::titled("Template")
        },
        NewRoom {
            is_third_party: true,
            ..NewRoom::titled("Elsewhere")
        },
        NewRoom {
            room_type: None,
            ..NewRoom::titled("Folder")
        },
        NewRoom {
            room_type: Some(2),
            members: vec![USER.to_owned()],
            tags: vec!["b".to_owned(), "a".to_owned()],
            ..NewRoom::titled("Shared")
        },
    ] {
        emulator.create_room(room);
    }
    (emulator, owner)
}

fn titles(reply: &Reply) -> Vec<String> {
    let answer = reply.json();
    let folders = answer["response"]["folders"].as_array().expect("rooms");
    let title = |room: &Value| room["title"].as_str().expect("a title").to_owned();
    folders.iter().map(title).collect()
}

#[tokio::test]
async fn rooms_are_listed_by_area_inside_an_object() {
    let (emulator, owner) = portal().await;
    let list = async |query: &str| owner.get(&format!("{ROOMS}?{query}")).await;
    for (query, expected) in [
        ("", &["Shared", "Elsewhere", "Theirs"][..]),
        ("searchArea=1", &["Old"]),
        ("searchArea=2", &["Shared", "Elsewhere", "Old", "Theirs"]),
        ("searchArea=4", &["Template"]),
        ("type=2", &["Shared"]),
        (&format!("subjectOwnerId={USER}"), &["Theirs"]),
        ("filterValue=SHARE", &["Shared"]),
        ("count=1&startIndex=1", &["Elsewhere"]),
    ] {
        assert_eq!(titles(&list(query).await), expected, "{query}");
    }
    let whole = list("count=1").await.json();
    assert_eq!(whole["count"], 1);
    assert_eq!(whole.get("total"), None);
    assert_eq!(whole["response"]["count"], 1);
    assert_eq!(whole["response"]["total"], 3);
    assert_eq!(whole["response"]["folders"][0]["roomType"], 2);
    assert_eq!(whole["response"]["folders"][0]["tags"], json!(["b", "a"]));
    assert_eq!(list("count=101").await.status, 400);
    assert_eq!(list("searchArea=9").await.status, 400);
    assert_eq!(emulator.room_order_of(OWNER_ID), None);
}

#[tokio::test]
async fn a_wanted_order_is_kept_as_the_callers_view() {
    let (emulator, owner) = portal().await;
    owner.get(&format!("{ROOMS}?sortBy=AZ")).await;
    assert_eq!(emulator.room_order_of(OWNER_ID).as_deref(), Some("AZ"));
    assert_eq!(emulator.room_order_of(USER), None);
}

#[tokio::test]
async fn a_folder_is_answered_as_a_room_without_a_type() {
    let (_emulator, owner) = portal().await;
    let get = async |id: &str| owner.get(&format!("{ROOMS}/{id}")).await;
    let room = get("6").await.json();
    assert_eq!(room["response"]["id"], 6);
    assert_eq!(room["response"]["rootFolderType"], 14);
    assert_eq!(room["response"]["createdBy"]["id"], OWNER_ID);
    let archived = get("2").await.json();
    assert_eq!(archived["response"]["rootFolderType"], 20);
    let folder = get("5").await;
    assert_eq!(folder.status, 200);
    assert_eq!(folder.json()["response"].get("roomType"), None);
    for unknown in ["2147483647", "4"] {
        let missing = get(unknown).await;
        assert_eq!(missing.status, 404, "{unknown}");
        assert_eq!(missing.message(), "The required folder was not found");
    }
    assert_eq!(get("Shared").await.text(), "");
}

#[tokio::test]
async fn others_than_admins_see_what_is_theirs_or_shared() {
    let (_emulator, owner) = portal().await;
    let user = owner.with_key("sk-user");
    assert_eq!(titles(&user.get(ROOMS).await), ["Shared", "Theirs"]);
    let hidden = user.get(&format!("{ROOMS}/2")).await;
    assert_eq!(hidden.status, 403);
    assert_eq!(
        hidden.json()["error"]["type"],
        "System.InvalidOperationException"
    );
    for (client, list, one) in [
        (owner.anonymous(), 401, 401),
        (owner.with_key("sk-rooms"), 200, 200),
        // Checked although anybody may ask.
        (owner.with_key("sk-files"), 403, 403),
    ] {
        assert_eq!(client.get(ROOMS).await.status, list);
        assert_eq!(client.get(&format!("{ROOMS}/6")).await.status, one);
    }
}

#[tokio::test]
async fn rooms_are_put_behind_the_apis_back() {
    let (emulator, _owner) = portal().await;
    let control = Client::control(&emulator);
    let added = control.post("/rooms", &json!({"title": "New"})).await;
    assert_eq!(added.status, 201);
    assert_eq!(added.json()["id"], 7);
    let archived = json!({"title": "New", "room_type": 5, "area": "archive"});
    let changed = control.put("/rooms/7", &archived).await;
    assert_eq!(changed.json()["area"], "archive");
    assert_eq!(control.delete("/rooms/7").await.status, 204);
    assert_eq!(control.delete("/rooms/7").await.status, 404);
    assert_eq!(control.put("/rooms/7", &archived).await.status, 404);
    assert_eq!(emulator.change_room(7, |_| ()), None);
    assert!(emulator.remove_room(1));
    let rooms = control.get("/rooms").await.json();
    assert_eq!(rooms.as_array().map(Vec::len), Some(5));
}
