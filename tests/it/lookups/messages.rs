//! What the provider says of looking people, groups and rooms up.

use serde_json::{Value, json};

use super::{
    BO, DESIGN, GROUP, GROUPS, GUEST, NOBODY, ROOM, ROOMS, USER, USERS, host_with, portal,
};
use crate::messages::Section;
use crate::portal::{Portal, WEBHOOK, on, webhook, with};

type Scene = (&'static str, &'static str, Value);

pub async fn section() -> Section {
    let mut section = Section::new("People, groups and rooms");
    let portal = portal().await;
    let as_admin = [arguments(), missing()].concat();
    add(&mut section, &portal, "sk-admin", as_admin).await;
    add(
        &mut section,
        &portal,
        "sk-room-admin",
        vec![(
            "Someone else's guest is looked up",
            USER,
            json!({ "id": GUEST }),
        )],
    )
    .await;
    add(&mut section, &portal, "sk-bo", refused()).await;
    add(&mut section, &portal, "sk-files", out_of_scope()).await;
    failures(&mut section, &portal).await;
    target(&mut section, &portal).await;
    section
}

async fn add(section: &mut Section, portal: &Portal, key: &str, scenes: Vec<Scene>) {
    for (when, name, config) in scenes {
        let host = host_with(portal, key).await;
        section.add(when, host.read_data(name, config).await.diagnostics);
        host.stop().await;
    }
}

fn arguments() -> Vec<Scene> {
    vec![
        ("No user is specified", USER, json!({})),
        (
            "A user is specified twice",
            USER,
            json!({"id": BO, "email": "bo@example.com"}),
        ),
        ("An id is not a GUID", USER, json!({"id": "bo"})),
        (
            "A GUID has capital letters",
            USER,
            json!({"id": BO.to_uppercase()}),
        ),
        ("An address is malformed", USER, json!({"email": "bo"})),
        ("A role is misspelled", USERS, json!({"role": "admn"})),
        ("A role does not exist", USERS, json!({"role": "boss"})),
        (
            "A status does not exist",
            USERS,
            json!({"status": "retired"}),
        ),
        (
            "A type of rooms does not exist",
            ROOMS,
            json!({"type": "editing"}),
        ),
        ("No group is specified", GROUP, json!({})),
        ("No room is specified", ROOM, json!({})),
        (
            "A room is specified by its number, and its state is given",
            ROOM,
            json!({"id": "1", "archived": true}),
        ),
        ("A room's id is not a number", ROOM, json!({"id": "Design"})),
    ]
}

fn missing() -> Vec<Scene> {
    vec![
        ("No user has the id", USER, json!({ "id": NOBODY })),
        (
            "No user has the address",
            USER,
            json!({"email": "nobody@example.com"}),
        ),
        ("No group has the id", GROUP, json!({ "id": NOBODY })),
        ("No group has the name", GROUP, json!({"name": "Sales"})),
        (
            "Several groups have the name",
            GROUP,
            json!({"name": "Audit"}),
        ),
        ("No room has the id", ROOM, json!({"id": "99"})),
        ("The id is that of a folder", ROOM, json!({"id": "7"})),
        ("The id is that of a template", ROOM, json!({"id": "5"})),
        ("No room has the title", ROOM, json!({"title": "Sales"})),
        (
            "No archived room has the title",
            ROOM,
            json!({"title": "Design", "archived": true}),
        ),
        (
            "Several rooms have the title",
            ROOM,
            json!({"title": "Audit"}),
        ),
    ]
}

fn refused() -> Vec<Scene> {
    vec![
        ("A user lists people", USERS, json!({})),
        ("A user looks at groups", GROUPS, json!({})),
        (
            "A user looks up a room that is not shared",
            ROOM,
            json!({"id": "2"}),
        ),
    ]
}

fn out_of_scope() -> Vec<Scene> {
    vec![
        ("The key's scope covers no people", USERS, json!({})),
        (
            "The key's scope covers no groups",
            GROUP,
            json!({ "id": DESIGN }),
        ),
        ("The key's scope covers no rooms", ROOMS, json!({})),
    ]
}

async fn failures(section: &mut Section, portal: &Portal) {
    for (when, request, name, config) in [
        (
            "The portal does not accept an address",
            "/people/email",
            USER,
            json!({"email": "bo@localhost"}),
        ),
        (
            "The user cannot be read",
            "/people/email",
            USER,
            json!({"email": "bo+ci@example.com"}),
        ),
        (
            "The users cannot be listed",
            "/people/filter",
            USERS,
            json!({}),
        ),
        (
            "The group cannot be read",
            "/group",
            GROUP,
            json!({"name": "Design"}),
        ),
        ("The groups cannot be listed", "/group", GROUPS, json!({})),
        (
            "The room cannot be read",
            "/files/rooms",
            ROOM,
            json!({"title": "Design"}),
        ),
        (
            "The rooms cannot be listed",
            "/files/rooms",
            ROOMS,
            json!({}),
        ),
    ] {
        let invalid =
            json!({"title": "One or more validation errors occurred.", "status": 400, "errors": {
                "Email": ["The Email field is not a valid e-mail address."],
            }})
            .to_string();
        let is_address = when.contains("address");
        let (status, body) = if is_address {
            (400, invalid.as_str())
        } else {
            (503, "")
        };
        let fault = on(&format!("GET /api/2.0{request}")).respond(status, &[], body);
        portal.fault(fault);
        let host = portal.host().await;
        section.add(when, host.read_data(name, config).await.diagnostics);
        host.stop().await;
        portal.emulator.clear_faults();
    }
}

async fn target(section: &mut Section, portal: &Portal) {
    let host = portal.host().await;
    host.read_data(ROOM, json!({"title": "Design"}))
        .await
        .quiet();
    let config = with(&webhook(), json!({"target_id": "1"}));
    section.add(
        "A webhook on a room expects events of files",
        host.plan_create(WEBHOOK, config).await.diagnostics,
    );
    host.stop().await;
}
