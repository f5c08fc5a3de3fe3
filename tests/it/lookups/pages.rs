use std::collections::BTreeSet;

use docspace_emulator::{Group, NewRoom, Role, User};
use serde_json::{Value, json};

use super::{GROUP, GROUPS, ROOM, ROOMS, USERS, asked, each};
use crate::portal::{Portal, on};

const FILTER: &str = "GET /api/2.0/people/filter";

fn id(number: u32) -> String {
    format!("00000000-0000-0000-0002-{number:012}")
}

/// A portal with so many people beside the owner.
async fn crowded(people: u32, name: impl Fn(u32) -> String) -> Portal {
    let portal = Portal::start().await;
    for number in 0..people {
        portal.emulator.put_user(User {
            display_name: name(number),
            ..User::new(id(number), Role::User)
        });
    }
    portal
}

async fn users(portal: &Portal) -> Vec<String> {
    let host = portal.host().await;
    let read = host.read_data(USERS, json!({})).await.quiet();
    host.stop().await;
    let ids = each(&read["users"], "id").into_iter();
    ids.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_list_is_read_to_its_end() {
    for (people, requests) in [(98, 1), (99, 1), (100, 2), (199, 2), (250, 3)] {
        let portal = crowded(people, |number| format!("Person {number:03}")).await;
        assert_eq!(users(&portal).await.len(), people as usize + 1);
        assert_eq!(asked(&portal).len(), requests, "{people}");
    }
}

/// Something before the portal may allow fewer rows in a page than the portal does.
#[tokio::test]
async fn a_short_page_before_the_total_is_not_the_last_one() {
    let portal = crowded(0, |_| String::new()).await;
    let person = |number| json!({"id": id(number), "status": 1});
    for numbers in [0..60, 60..120] {
        let rows: Vec<Value> = numbers.map(person).collect();
        let page = json!({"response": rows, "total": 120}).to_string();
        portal.fault(on(FILTER).times(1).respond(200, &[], &page));
    }
    assert_eq!(users(&portal).await.len(), 120);
    let asked = asked(&portal);
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked[1].ends_with("count=100&startIndex=60"), "{asked:?}");
}

/// All of one name: the row at the end of a page is on the next one again, in the place of another.
#[tokio::test]
async fn what_two_pages_hide_is_found_with_pages_of_another_size() {
    let portal = crowded(250, |_| "Jane Doe".to_owned()).await;
    let found: BTreeSet<String> = users(&portal).await.into_iter().collect();
    assert_eq!(found.len(), 251);
    let asked = asked(&portal);
    assert_eq!(asked.len(), 6, "{asked:?}");
    assert!(asked[3].ends_with("count=99&startIndex=0"), "{asked:?}");
}

#[tokio::test]
async fn a_total_that_never_comes_together_is_an_error() {
    let portal = crowded(0, |_| String::new()).await;
    let person = |number| json!({"id": id(number), "status": 1});
    let rows: Vec<Value> = (0..99).chain([7]).map(person).collect();
    let page = json!({"response": rows, "total": 150}).to_string();
    portal.fault(on(FILTER).respond(200, &[], &page));
    let host = portal.host().await;
    let error = host.read_data(USERS, json!({})).await.refused_at("");
    assert!(error.is_titled("Could not list the users"), "{error:?}");
    assert!(error.detail.contains("`total`"), "{error:?}");
    host.stop().await;
}

/// A portal that repeats one page for ever is asked no more.
#[tokio::test]
async fn a_page_with_nothing_new_is_the_last_one() {
    let portal = crowded(0, |_| String::new()).await;
    let person = |number| json!({"id": id(number), "status": 1});
    let rows: Vec<Value> = (0..100).map(person).collect();
    let page = json!({ "response": rows }).to_string();
    portal.fault(on(FILTER).respond(200, &[], &page));
    assert_eq!(users(&portal).await.len(), 100);
    assert_eq!(asked(&portal).len(), 2);
}

#[tokio::test]
async fn groups_and_rooms_beyond_the_first_page_are_found() {
    let portal = Portal::start().await;
    for number in 0..150 {
        let name = format!("Group {number:03}");
        let group = Group::new(id(number), name, [""; 0]);
        portal.emulator.put_group(group);
        let room = NewRoom {
            // None of these has a number, so the page is shorter than it looks.
            is_third_party: number % 2 == 0,
            ..NewRoom::titled(format!("Room {number:03}"))
        };
        portal.emulator.create_room(room);
    }
    let host = portal.host().await;
    let group = json!({"name": "Group 149"});
    assert_eq!(host.read_data(GROUP, group).await.quiet()["id"], id(149));
    let room = json!({"title": "Room 001"});
    assert_eq!(host.read_data(ROOM, room).await.quiet()["id"], "2");
    let groups = host.read_data(GROUPS, json!({})).await.quiet();
    assert_eq!(groups["groups"].as_array().unwrap().len(), 150);
    let rooms = host.read_data(ROOMS, json!({})).await.quiet();
    assert_eq!(rooms["rooms"].as_array().unwrap().len(), 75);
    assert_eq!(portal.counts(), ["2 GET /files/rooms", "2 GET /group"]);
    host.stop().await;
}
