use serde_json::{Value, json};

use super::*;

fn row() -> Value {
    json!({
        "id": 17,
        "title": "Design",
        "roomType": 2,
        "rootFolderType": 20,
        "tags": ["b", "a"],
        "createdBy": {"id": "5D76B349-db61-4485-a15e-1e62e5d2933c"},
    })
}

fn with(member: &str, value: Value) -> Value {
    let mut row = row();
    row[member] = value;
    row
}

fn decoded(answer: &Value) -> Option<Folder> {
    let body = json!({ "response": answer }).to_string();
    envelope::decode_value(body.as_bytes(), Folder::decode).ok()
}

#[test]
fn a_number_is_read_as_the_portal_writes_it() {
    let read = |text: &str| text.parse::<RoomId>().ok();
    assert_eq!(read("17"), Some(RoomId(17)));
    assert_eq!(read("2147483647"), Some(RoomId::MAX));
    for text in [
        "0",
        "-17",
        "+17",
        "017",
        "2147483648",
        " 17",
        "17.0",
        "Design",
        "",
    ] {
        assert_eq!(read(text), None, "{text:?}");
    }
}

#[test]
fn a_folder_without_a_type_is_not_a_room() {
    let Some(Folder::Room(room)) = decoded(&row()) else {
        panic!("a room is expected");
    };
    assert!(room.is_archived);
    assert_eq!((room.kind, room.tags.len()), (2, 2));
    let owner = room.owner.map(|owner| owner.to_string());
    assert_eq!(
        owner.as_deref(),
        Some("5d76b349-db61-4485-a15e-1e62e5d2933c")
    );
    let folder = decoded(&with("roomType", Value::Null));
    assert_eq!(folder, Some(Folder::Other("Design".to_owned())));
}

#[test]
fn a_template_is_not_a_room_although_it_has_a_type() {
    let template = decoded(&with("rootFolderType", json!(30)));
    assert_eq!(template, Some(Folder::Template("Design".to_owned())));
}

#[test]
fn what_decides_something_must_be_there() {
    for (member, value) in [
        ("id", Value::Null),
        ("id", json!(-1)),
        ("id", json!("sbox-17")),
        ("title", Value::Null),
        ("roomType", json!("Custom")),
        ("rootFolderType", Value::Null),
        ("tags", json!([17])),
    ] {
        let answer = with(member, value);
        assert_eq!(decoded(&answer), None, "{answer}");
    }
}

#[test]
fn an_answer_about_another_room_is_refused() {
    let body = json!({ "response": row() }).to_string();
    let asked = |id| {
        envelope::decode_value(body.as_bytes(), |node| {
            Folder::decode_asked(node, RoomId(id))
        })
    };
    assert!(asked(17).is_ok());
    assert!(asked(18).is_err());
}

#[test]
fn a_page_counts_rows_that_are_left_out() {
    let page = |rows: &Value| {
        let body = json!({"response": {"folders": rows, "total": 3}, "count": 1});
        decode_page(body.to_string().as_bytes())
    };
    let rows = json!([
        row(),
        with("id", json!("sbox-18")),
        with("roomType", Value::Null)
    ]);
    let list = page(&rows).unwrap();
    assert_eq!((list.items.len(), list.total), (3, Some(3)));
    let rooms = list.items.iter().filter(|row| row.room.is_some());
    assert_eq!(rooms.count(), 1);
    assert!(page(&json!([with("title", json!(17))])).is_err());
    assert!(page(&json!({})).is_err());
}
