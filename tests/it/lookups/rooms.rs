use docspace_emulator::{NewRoom, OWNER_ID, RoomArea};
use serde_json::{Value, json};

use super::{ADMIN, BO, ROOM, ROOMS, asked, each, host_with, portal};

const LIST: &str = "/api/2.0/files/rooms?searchArea=2&count=100&startIndex=0";

#[tokio::test]
async fn a_room_is_told_in_full_by_number_and_by_title() {
    let portal = portal().await;
    let host = portal.host().await;
    let by_id = host.read_data(ROOM, json!({"id": "1"})).await.quiet();
    assert_eq!(
        by_id,
        json!({
            "id": "1",
            "title": "Design",
            "type": "collaboration",
            "archived": false,
            "owner_id": BO,
            "tags": ["a", "b"],
        })
    );
    let by_title = json!({"title": "Design"});
    assert_eq!(host.read_data(ROOM, by_title).await.quiet(), by_id);
    assert_eq!(asked(&portal), ["/api/2.0/files/rooms/1", LIST]);
    host.stop().await;
}

#[tokio::test]
async fn an_archived_room_and_a_type_of_the_future_are_told() {
    let portal = portal().await;
    let host = portal.host().await;
    let read = host.read_data(ROOM, json!({"id": "4"})).await.quiet();
    assert_eq!(read["archived"], true);
    let read = host.read_data(ROOM, json!({"id": "2"})).await.quiet();
    assert_eq!(read["type"], "77");
    host.stop().await;
}

#[tokio::test]
async fn a_title_of_two_rooms_is_told_apart_by_their_state() {
    let portal = portal().await;
    let host = portal.host().await;
    let room = async |config: Value| host.read_data(ROOM, config).await;
    let both = room(json!({"title": "Audit"})).await.refused_at("title");
    assert_eq!(both.summary, "Several rooms match");
    for part in ["3 (active)", "4 (archived)", "set archived"] {
        assert!(both.detail.contains(part), "{both:?}");
    }
    let active = room(json!({"title": "Audit", "archived": false})).await;
    assert_eq!(active.quiet()["id"], "3");
    let archived = room(json!({"title": "Audit", "archived": true})).await;
    assert_eq!(archived.quiet()["id"], "4");
    let none = room(json!({"title": "Design", "archived": true})).await;
    let none = none.refused_at("title");
    assert_eq!(none.summary, "No such room");
    assert!(none.detail.contains("1 (active)"), "{none:?}");

    portal.emulator.create_room(NewRoom::titled("Audit"));
    host.stop().await;
    let host = portal.host().await;
    let config = json!({"title": "Audit", "archived": false});
    let two = host.read_data(ROOM, config).await.refused_at("title");
    assert!(two.detail.contains("3 (active), 8 (active)"), "{two:?}");
    assert!(!two.detail.contains("set archived"), "{two:?}");
    host.stop().await;
}

#[tokio::test]
async fn every_filter_must_hold_and_no_order_is_asked_for() {
    let portal = portal().await;
    let host = portal.host().await;
    for (config, expected) in [
        (json!({}), &["1", "2", "3", "4"][..]),
        (json!({"archived": true}), &["4"]),
        (json!({"archived": false}), &["1", "2", "3"]),
        (json!({"title_prefix": "Au"}), &["3", "4"]),
        (json!({"title_prefix": "au"}), &[]),
        (json!({"type": "collaboration"}), &["1"]),
        (json!({"type": "custom", "archived": false}), &["3"]),
        (json!({ "owner_id": ADMIN }), &["2"]),
        (json!({"owner_id": OWNER_ID}), &["3", "4"]),
    ] {
        let read = host.read_data(ROOMS, config.clone()).await.quiet();
        assert_eq!(each(&read["rooms"], "id"), expected, "{config}");
    }
    host.read_data(ROOM, json!({"title": "Design"}))
        .await
        .quiet();
    assert_eq!(asked(&portal), [LIST]);
    assert_eq!(portal.emulator.room_order_of(OWNER_ID), None);
    host.stop().await;
}

#[tokio::test]
async fn not_found_not_visible_not_allowed_and_not_a_room_are_four_things() {
    let portal = portal().await;
    for (key, config, path, summary) in [
        ("sk-bo", json!({"id": "99"}), "id", "No such room"),
        (
            "sk-bo",
            json!({"id": "2"}),
            "",
            "Could not read the room: not visible (403)",
        ),
        (
            "sk-bo",
            json!({"title": "Private"}),
            "title",
            "No such room",
        ),
        (
            "sk-files",
            json!({"id": "1"}),
            "",
            "Could not read the room: key lacks the scope (403)",
        ),
        (
            "sk-files",
            json!({"title": "Design"}),
            "",
            "Could not read the room: key lacks the scope (403)",
        ),
        (
            "sk-rooms",
            json!({"id": "7"}),
            "id",
            "A folder is not a room",
        ),
        (
            "sk-rooms",
            json!({"title": "Elsewhere"}),
            "title",
            "No such room",
        ),
    ] {
        let host = host_with(&portal, key).await;
        let error = host.read_data(ROOM, config.clone()).await.refused_at(path);
        assert_eq!(error.summary, summary, "{key} {config}");
        host.stop().await;
    }
}

#[tokio::test]
async fn others_than_admins_list_what_is_theirs_or_shared() {
    let portal = portal().await;
    for (key, expected) in [
        ("sk-bo", &["1"][..]),
        ("sk-guest", &["1"]),
        ("sk-room-admin", &[]),
        ("sk-admin", &["1", "2", "3", "4"]),
    ] {
        let host = host_with(&portal, key).await;
        let read = host.read_data(ROOMS, json!({})).await.quiet();
        assert_eq!(each(&read["rooms"], "id"), expected, "{key}");
        host.stop().await;
    }
}

#[tokio::test]
async fn bad_input_is_refused_before_anything_is_asked() {
    let portal = portal().await;
    let host = portal.host().await;
    for (name, config, path, part) in [
        (ROOM, json!({}), "", "Neither id nor title"),
        (
            ROOM,
            json!({"id": "1", "title": "Design"}),
            "title",
            "Remove one of them",
        ),
        (
            ROOM,
            json!({"id": "1", "archived": true}),
            "archived",
            "Remove archived",
        ),
        (ROOM, json!({"id": "Design"}), "id", "set title instead"),
        (ROOM, json!({"id": "017"}), "id", "without leading zeros"),
        (ROOM, json!({"id": "4294967297"}), "id", "2147483647"),
        (
            ROOMS,
            json!({"type": "colaboration"}),
            "type",
            "Did you mean \"collaboration\"?",
        ),
        (
            ROOMS,
            json!({"type": "editing"}),
            "type",
            "Expected one of \"form_filling\"",
        ),
        (ROOMS, json!({"owner_id": "bo"}), "owner_id", "a GUID"),
    ] {
        let error = host.read_data(name, config.clone()).await.refused_at(path);
        assert!(error.detail.contains(part), "{config}: {error:?}");
    }
    assert_eq!(portal.requests(), [""; 0]);
    host.stop().await;
}

/// While a plan is applied, a script may have made the room that comes next.
#[tokio::test]
async fn a_room_that_is_archived_meanwhile_is_read_anew() {
    let portal = portal().await;
    let host = portal.host().await;
    let read = async || host.read_data(ROOM, json!({"id": "1"})).await.quiet();
    assert_eq!(read().await["archived"], false);
    let archive = |room: &mut NewRoom| room.area = RoomArea::Archive;
    portal.emulator.change_room(1, archive);
    assert_eq!(read().await["archived"], true);
    host.stop().await;
}
