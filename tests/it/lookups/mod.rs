//! Looking people, groups and rooms up, through the plugin host and against an emulated portal.

/// What is said of a portal that answers otherwise.
mod faults;
/// Groups of people.
mod groups;
/// What the provider says, for `design/messages.md`.
pub mod messages;
/// Lists are read to their end, and nothing between two pages is lost.
mod pages;
/// People: who is found, by what, and by whom.
mod people;
/// Rooms, and folders that pass for one.
mod rooms;
/// What a webhook is told whose target is a room.
mod target;

use docspace_emulator::{Config, Credential, Group, NewRoom, OWNER_ID, Role, RoomArea, User};
use serde_json::{Value, json};

use crate::host::Host;
use crate::portal::Portal;

const USER: &str = "docspace_user";
const USERS: &str = "docspace_users";
const GROUP: &str = "docspace_group";
const GROUPS: &str = "docspace_groups";
const ROOM: &str = "docspace_room";
const ROOMS: &str = "docspace_rooms";

const ADMIN: &str = "00000000-0000-0000-0000-00000000000a";
const ROOM_ADMIN: &str = "00000000-0000-0000-0000-00000000000b";
const BO: &str = "00000000-0000-0000-0000-00000000000d";
const GUEST: &str = "00000000-0000-0000-0000-00000000000e";
const GONE: &str = "00000000-0000-0000-0000-00000000001a";
const INVITED: &str = "00000000-0000-0000-0000-00000000001b";
const NOBODY: &str = "00000000-0000-0000-0000-0000000000ff";

const DESIGN: &str = "00000000-0000-0000-0001-000000000001";
const AUDIT: &str = "00000000-0000-0000-0001-000000000002";
const OTHER_AUDIT: &str = "00000000-0000-0000-0001-000000000003";
const EVERYBODY: &str = "00000000-0000-0000-0001-000000000004";

/// A portal with somebody of every role and status, keys for some of them, four groups, and the rooms 1 to 7: `Design`,
/// `Private` of the admin's, `Audit` once active and once archived, a template, one on third-party storage, and a folder.
async fn portal() -> Portal {
    let mut config = Config::offline()
        .with_caller(User::new(ADMIN, Role::Admin), "sk-admin", &[])
        .with_caller(User::new(ROOM_ADMIN, Role::RoomAdmin), "sk-room-admin", &[])
        .with_caller(bo(), "sk-bo", &[])
        .with_caller(User::new(GUEST, Role::Guest), "sk-guest", &[]);
    let named = |id, email: &str| User {
        email: email.to_owned(),
        ..User::new(id, Role::User)
    };
    config.users.push(User {
        active: false,
        ..named(GONE, "gone@example.com")
    });
    config.users.push(User {
        pending: true,
        ..named(INVITED, "invited@example.com")
    });
    for (key, scopes) in [
        ("sk-files", ["files:read"]),
        ("sk-accounts", ["accounts:write"]),
        ("sk-rooms", ["rooms:read"]),
    ] {
        let key = Credential::api_key(key, OWNER_ID).with_scopes(scopes);
        config.credentials.push(key);
    }
    let portal = Portal::with(config).await;
    for group in [
        Group {
            manager: Some(BO.to_owned()),
            ..Group::new(DESIGN, "Design", [BO, GONE])
        },
        Group::new(AUDIT, "Audit", [BO]),
        Group {
            is_ldap: true,
            ..Group::new(OTHER_AUDIT, "Audit", [""; 0])
        },
        Group {
            is_system: true,
            ..Group::new(EVERYBODY, "Everybody", [OWNER_ID, BO])
        },
    ] {
        portal.emulator.put_group(group);
    }
    with_rooms(&portal);
    portal
}

fn bo() -> User {
    User {
        display_name: "Bo \"B\" Røst".to_owned(),
        email: "bo+ci@example.com".to_owned(),
        ..User::new(BO, Role::User)
    }
}

fn with_rooms(portal: &Portal) {
    for room in [
        NewRoom {
            room_type: Some(2),
            owner: BO.to_owned(),
            members: vec![GUEST.to_owned()],
            tags: vec!["b".to_owned(), "a".to_owned()],
            ..NewRoom::titled("Design")
        },
        NewRoom {
            room_type: Some(77),
            owner: ADMIN.to_owned(),
            ..NewRoom::titled("Private")
        },
        NewRoom::titled("Audit"),
        NewRoom {
            area: RoomArea::Archive,
            ..NewRoom::titled("Audit")
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
    ] {
        portal.emulator.create_room(room);
    }
}

/// A process with another key. It repeats no request.
async fn host_with(portal: &Portal, key: &str) -> Host {
    let host = Host::start().await;
    let mut provider = portal.provider_with_key(key);
    provider["max_retries"] = json!(0);
    host.configure(provider).await.quiet();
    host
}

/// The values of one attribute of all that was found.
fn each<'a>(found: &'a Value, attribute: &str) -> Vec<&'a str> {
    let found = found.as_array().unwrap().iter();
    found.map(|one| one[attribute].as_str().unwrap()).collect()
}

/// The paths and queries of what was asked since this was last called.
fn asked(portal: &Portal) -> Vec<String> {
    let log = portal.take().into_iter();
    log.map(|entry| entry.path).collect()
}
