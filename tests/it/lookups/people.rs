use serde_json::{Value, json};

use super::{
    ADMIN, BO, DESIGN, GONE, GUEST, INVITED, NOBODY, ROOM_ADMIN, USER, USERS, asked, each,
    host_with, portal,
};

#[tokio::test]
async fn a_person_is_told_in_full_by_id_and_by_address() {
    let portal = portal().await;
    let host = portal.host().await;
    let by_id = host.read_data(USER, json!({"id": BO})).await.quiet();
    assert_eq!(
        by_id,
        json!({
            "id": BO,
            "email": "bo+ci@example.com",
            "display_name": "Bo \"B\" Røst",
            "first_name": "Bo",
            "last_name": "\"B\" Røst",
            "user_name": "bo+ci",
            "role": "user",
            "status": "active",
            "group_ids": [DESIGN, super::AUDIT],
        })
    );
    let by_email = json!({"email": "bo+ci@example.com"});
    assert_eq!(host.read_data(USER, by_email).await.quiet(), by_id);
    assert_eq!(
        asked(&portal),
        [
            format!("/api/2.0/people/{BO}"),
            "/api/2.0/people/email?email=bo%2Bci%40example.com".to_owned(),
        ]
    );
    host.stop().await;
}

#[tokio::test]
async fn every_role_and_every_status_has_its_name() {
    let portal = portal().await;
    let host = portal.host().await;
    for (config, role, status) in [
        (
            json!({"id": docspace_emulator::OWNER_ID}),
            "owner",
            "active",
        ),
        (json!({ "id": ADMIN }), "admin", "active"),
        (json!({ "id": ROOM_ADMIN }), "room_admin", "active"),
        (json!({ "id": GUEST }), "guest", "active"),
        (json!({"email": "gone@example.com"}), "user", "disabled"),
        (json!({"email": "invited@example.com"}), "user", "pending"),
    ] {
        let read = host.read_data(USER, config.clone()).await.quiet();
        assert_eq!(read["role"], role, "{config}");
        assert_eq!(read["status"], status, "{config}");
    }
    host.stop().await;
}

#[tokio::test]
async fn an_address_keeps_the_spelling_of_the_configuration() {
    let portal = portal().await;
    let host = portal.host().await;
    let spelled = "Gone@Example.com";
    let read = host.read_data(USER, json!({ "email": spelled })).await;
    let read = read.quiet();
    assert_eq!(read["email"], spelled);
    assert_eq!(read["id"], GONE);
    host.stop().await;
}

#[tokio::test]
async fn not_found_not_visible_and_not_allowed_are_three_things() {
    let portal = portal().await;
    for (key, config, path, summary) in [
        (
            "sk-admin",
            json!({"email": "bo@example.com"}),
            "email",
            "No such user",
        ),
        ("sk-admin", json!({ "id": NOBODY }), "id", "No such user"),
        (
            "sk-room-admin",
            json!({ "id": GUEST }),
            "",
            "Could not read the user: not visible (403)",
        ),
        (
            "sk-files",
            json!({"email": "gone@example.com"}),
            "",
            "Could not read the user: key lacks the scope (403)",
        ),
    ] {
        let host = host_with(&portal, key).await;
        let error = host.read_data(USER, config.clone()).await.refused_at(path);
        assert_eq!(error.summary, summary, "{config}");
        host.stop().await;
    }
    // One person by id asks for no scope.
    let host = host_with(&portal, "sk-files").await;
    host.read_data(USER, json!({ "id": BO })).await.quiet();
    host.stop().await;
}

#[tokio::test]
async fn a_user_looks_people_up_and_may_not_list_them() {
    let portal = portal().await;
    let host = host_with(&portal, "sk-bo").await;
    host.read_data(USER, json!({"email": "gone@example.com"}))
        .await
        .quiet();
    let error = host.read_data(USERS, json!({})).await.refused_at("");
    assert_eq!(
        error.summary,
        "Could not list the users: list not allowed (403)"
    );
    host.stop().await;
}

#[tokio::test]
async fn every_filter_must_hold_and_one_list_serves_all() {
    let portal = portal().await;
    let host = portal.host().await;
    let users = async |config: Value| -> Value {
        let mut read = host.read_data(USERS, config).await.quiet();
        read["users"].take()
    };
    let all = users(json!({})).await;
    assert_eq!(all.as_array().unwrap().len(), 7);
    for (config, expected) in [
        (json!({"status": "disabled"}), &[GONE][..]),
        (json!({"status": "pending"}), &[INVITED]),
        (json!({"role": "admin"}), &[ADMIN]),
        (json!({"role": "user", "status": "active"}), &[BO]),
        (json!({"role": "guest", "status": "disabled"}), &[]),
    ] {
        let found = users(config.clone()).await;
        assert_eq!(each(&found, "id"), expected, "{config}");
    }
    let list = "/api/2.0/people/filter?count=100&startIndex=0";
    assert_eq!(asked(&portal), [list]);
    let config = json!({"group_id": DESIGN, "status": "active"});
    assert_eq!(each(&users(config).await, "id"), [BO]);
    let of_group = format!("/api/2.0/people/filter?groupId={DESIGN}&count=100&startIndex=0");
    assert_eq!(asked(&portal), [of_group]);
    let alone = host.read_data(USER, json!({ "id": BO })).await.quiet();
    let listed = all.as_array().unwrap().iter();
    assert!(listed.into_iter().any(|one| *one == alone));
    host.stop().await;
}

#[tokio::test]
async fn a_room_admin_sees_fewer() {
    let portal = portal().await;
    let host = host_with(&portal, "sk-room-admin").await;
    let read = host.read_data(USERS, json!({})).await.quiet();
    let ids = each(&read["users"], "id");
    assert!(ids.contains(&BO) && ids.contains(&INVITED));
    assert!(!ids.contains(&GUEST) && !ids.contains(&GONE));
    host.stop().await;
}

/// A user name can be the id of somebody else, and is tried first.
#[tokio::test]
async fn somebody_else_is_never_taken_for_who_was_asked_for() {
    let portal = portal().await;
    portal.emulator.put_user(docspace_emulator::User {
        email: format!("{GONE}@example.com"),
        ..docspace_emulator::User::new(NOBODY, docspace_emulator::Role::User)
    });
    let host = portal.host().await;
    let error = host.read_data(USER, json!({ "id": GONE })).await;
    let error = error.refused_at("");
    assert!(error.is_titled("Could not read the user"), "{error:?}");
    assert!(error.detail.contains("found another one"), "{error:?}");
    host.stop().await;
}

#[tokio::test]
async fn bad_input_is_refused_before_anything_is_asked() {
    let portal = portal().await;
    let host = portal.host().await;
    let upper = "5D76B349-db61-4485-a15e-1e62e5d2933c";
    for (name, config, path, part) in [
        (USER, json!({}), "", "Neither id nor email"),
        (
            USER,
            json!({"id": BO, "email": "bo@example.com"}),
            "email",
            "Remove one of them",
        ),
        (USER, json!({"id": "bo"}), "id", "is not a GUID"),
        (USER, json!({"id": ""}), "id", "is not a GUID"),
        (
            USER,
            json!({ "id": upper }),
            "id",
            "Write \"5d76b349-db61-4485-a15e-1e62e5d2933c\"",
        ),
        (USER, json!({"email": "bo"}), "email", "is not an e-mail"),
        (USER, json!({"email": ""}), "email", "is not an e-mail"),
        (
            USER,
            json!({"email": "Bo <bo@example.com>"}),
            "email",
            "is not an e-mail",
        ),
        (
            USERS,
            json!({"role": "roomadmin"}),
            "role",
            "Did you mean \"room_admin\"?",
        ),
        (
            USERS,
            json!({"role": "boss"}),
            "role",
            "Expected one of \"owner\"",
        ),
        (
            USERS,
            json!({"status": "Active"}),
            "status",
            "Did you mean \"active\"?",
        ),
        (USERS, json!({"group_id": "Design"}), "group_id", "a GUID"),
    ] {
        let error = host.read_data(name, config.clone()).await.refused_at(path);
        assert!(error.detail.contains(part), "{config}: {error:?}");
    }
    assert_eq!(portal.requests(), [""; 0]);
    host.stop().await;
}
