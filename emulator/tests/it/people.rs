use docspace_emulator::{Config, Credential, Emulator, Group, OWNER_ID, Role, User};
use serde_json::{Value, json};

use crate::client::{Client, Reply, start};

const PEOPLE: &str = "/api/2.0/people";
const ROOM_ADMIN: &str = "00000000-0000-0000-0000-00000000000b";
const USER: &str = "00000000-0000-0000-0000-00000000000d";
const GUEST: &str = "00000000-0000-0000-0000-00000000000e";
const THEIR_GUEST: &str = "00000000-0000-0000-0000-00000000000f";
const GONE: &str = "00000000-0000-0000-0000-00000000001a";
const INVITED: &str = "00000000-0000-0000-0000-00000000001b";
const NOBODY: &str = "00000000-0000-0000-0000-0000000000ff";

/// A portal with one person of every role and every status, the keys of some, and narrow keys of the owner.
async fn portal() -> (Emulator, Client) {
    let named = |id, role, email: &str| User {
        email: email.to_owned(),
        ..User::new(id, role)
    };
    let mut config = Config::offline()
        .with_caller(User::new(ROOM_ADMIN, Role::RoomAdmin), "sk-room-admin", &[])
        .with_caller(named(USER, Role::User, "bo+ci@example.com"), "sk-user", &[])
        .with_caller(User::new(GUEST, Role::Guest), "sk-guest", &[]);
    config.users.push(User {
        guest_of: Some(ROOM_ADMIN.to_owned()),
        ..named(THEIR_GUEST, Role::Guest, "their.guest@example.com")
    });
    config.users.push(User {
        active: false,
        ..named(GONE, Role::User, "gone@example.com")
    });
    config.users.push(User {
        pending: true,
        ..named(INVITED, Role::User, "invited@example.com")
    });
    for (key, scope) in [
        ("sk-files", "files:read"),
        ("sk-accounts", "accounts:write"),
        ("sk-self", "accounts.self:read"),
    ] {
        let key = Credential::api_key(key, OWNER_ID).with_scopes([scope]);
        config.credentials.push(key);
    }
    start(config).await
}

async fn email(client: &Client, address: &str) -> Reply {
    client.get(&format!("{PEOPLE}/email?email={address}")).await
}

fn ids(reply: &Reply) -> Vec<String> {
    let answer = reply.json();
    let people = answer["response"].as_array().expect("people");
    people.iter().map(|person| text(&person["id"])).collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

#[tokio::test]
async fn a_person_is_found_by_the_exact_address_whatever_the_status() {
    let (_emulator, owner) = portal().await;
    for (address, id, status) in [
        ("gone@example.com", GONE, 2),
        ("invited@example.com", INVITED, 4),
        ("Room.Admin@example.com", ROOM_ADMIN, 1),
        ("bo%2Bci@example.com", USER, 1),
    ] {
        let person = email(&owner, address).await.json();
        assert_eq!(person["response"]["id"], id);
        assert_eq!(person["response"]["status"], status);
    }
    for (address, status) in [
        // A plus is a blank in a query.
        ("bo+ci@example.com", 404),
        ("example.com", 400),
        ("nobody@example.com", 404),
        ("", 400),
    ] {
        assert_eq!(email(&owner, address).await.status, status, "{address}");
    }
    let missing = email(&owner, "").await.json();
    assert_eq!(missing["error"]["type"], "System.ArgumentNullException");
    let malformed = email(&owner, "example.com").await.json();
    assert!(malformed["response"]["errors"]["Email"].is_array());
}

#[tokio::test]
async fn a_person_is_found_by_user_name_first_and_by_id() {
    let (emulator, owner) = portal().await;
    let get = async |name: &str| owner.get(&format!("{PEOPLE}/{name}")).await;
    for name in [USER, &USER.to_uppercase(), "bo+ci"] {
        assert_eq!(get(name).await.json()["response"]["id"], USER, "{name}");
    }
    assert_eq!(get(NOBODY).await.status, 404);
    // Somebody whose user name is the id of somebody else.
    emulator.put_user(User {
        email: format!("{USER}@example.com"),
        ..User::new(NOBODY, Role::User)
    });
    assert_eq!(get(USER).await.json()["response"]["id"], NOBODY);
}

#[tokio::test]
async fn the_role_is_in_flags_and_the_owner_is_no_admin() {
    let (_emulator, owner) = portal().await;
    for (id, flag) in [
        (OWNER_ID, "isOwner"),
        (ROOM_ADMIN, "isRoomAdmin"),
        (USER, "isCollaborator"),
        (GUEST, "isVisitor"),
    ] {
        let person = owner.get(&format!("{PEOPLE}/{id}")).await.json();
        for known in [
            "isOwner",
            "isAdmin",
            "isRoomAdmin",
            "isCollaborator",
            "isVisitor",
        ] {
            assert_eq!(person["response"][known], known == flag, "{id} {known}");
        }
    }
}

#[tokio::test]
async fn guests_are_seen_by_admins_and_by_who_invited_them() {
    let (_emulator, owner) = portal().await;
    for (key, expected) in [
        ("sk-room-admin", [200, 403, 200]),
        ("sk-user", [200, 403, 403]),
        ("sk-guest", [403, 200, 403]),
    ] {
        let client = owner.with_key(key);
        for (id, status) in [USER, GUEST, THEIR_GUEST].into_iter().zip(expected) {
            let path = format!("{PEOPLE}/{id}");
            assert_eq!(client.get(&path).await.status, status, "{key} {id}");
        }
    }
}

#[tokio::test]
async fn lists_show_what_the_caller_sees_and_users_none() {
    let (emulator, owner) = portal().await;
    let filter = format!("{PEOPLE}/filter");
    emulator.put_group(Group::new(NOBODY, "Design", [USER, GONE]));
    let all = owner.get(&filter).await;
    assert_eq!(all.json()["total"], 7);
    assert_eq!(all.json()["count"], 7);
    for (query, expected) in [
        ("employeeStatus=2", &[GONE][..]),
        ("employeeStatus=Pending", &[INVITED]),
        (&format!("groupId={NOBODY}&employeeStatus=1"), &[USER]),
        ("groupId=00000000-0000-0000-0000-000000000000", &[]),
        ("filterValue=example%20bo", &[USER]),
    ] {
        let found = owner.get(&format!("{filter}?{query}")).await;
        assert_eq!(ids(&found), expected, "{query}");
    }
    assert!(!ids(&owner.get(PEOPLE).await).contains(&GONE.to_owned()));
    let seen = ids(&owner.with_key("sk-room-admin").get(&filter).await);
    assert!(seen.contains(&THEIR_GUEST.to_owned()));
    for hidden in [GUEST, GONE] {
        assert!(!seen.contains(&hidden.to_owned()), "{hidden}");
    }
    for key in ["sk-user", "sk-guest"] {
        let refused = owner.with_key(key).get(&filter).await;
        assert_eq!(refused.status, 403);
        assert_eq!(refused.message(), "Access denied");
    }
}

#[tokio::test]
async fn pages_have_up_to_100_rows_and_can_overlap() {
    let (emulator, owner) = portal().await;
    for number in 0..250 {
        let id = format!("00000000-0000-0000-0001-{number:012}");
        emulator.put_user(User::new(id, Role::User));
    }
    let page = async |query: &str| owner.get(&format!("{PEOPLE}/filter?{query}")).await;
    for count in ["0", "101", "-1", "x"] {
        let refused = page(&format!("count={count}")).await;
        assert_eq!(refused.status, 400, "{count}");
        assert!(refused.json()["response"]["errors"]["count"].is_array());
    }
    let first = page("count=100").await;
    assert_eq!(first.json()["count"], 100);
    assert_eq!(first.json()["total"], 257);
    let second = page("count=100&startIndex=100").await;
    // All of them have one name, so what comes first is any of them.
    assert_eq!(ids(&first).last(), ids(&second).first());
    assert!(ids(&page("startIndex=257").await).is_empty());
}

#[tokio::test]
async fn one_person_asks_for_no_scope_and_everything_else_does() {
    let (_emulator, owner) = portal().await;
    let one = format!("{PEOPLE}/{USER}");
    let by_email = format!("{PEOPLE}/email?email=gone@example.com");
    let filter = format!("{PEOPLE}/filter");
    for (key, expected) in [
        ("sk-files", [200, 403, 403, 403]),
        ("sk-accounts", [200, 200, 200, 403]),
        ("sk-self", [200, 403, 403, 200]),
    ] {
        let client = owner.with_key(key);
        let own = format!("{PEOPLE}/@self");
        let paths = [&one, &by_email, &filter, &own];
        for (path, status) in paths.into_iter().zip(expected) {
            assert_eq!(client.get(path).await.status, status, "{key} {path}");
        }
    }
    assert_eq!(owner.anonymous().get(&one).await.status, 401);
}

#[tokio::test]
async fn a_persons_groups_are_told_and_system_groups_are_not() {
    let (emulator, owner) = portal().await;
    let one = format!("{PEOPLE}/{USER}");
    assert_eq!(owner.get(&one).await.json()["response"].get("groups"), None);
    emulator.put_group(Group::new(NOBODY, "Design", [USER]));
    emulator.put_group(Group {
        is_system: true,
        ..Group::new(GUEST, "Users", [USER])
    });
    let person = owner.get(&one).await.json();
    let expected = json!([{"id": NOBODY, "name": "Design"}]);
    assert_eq!(person["response"]["groups"], expected);
}
