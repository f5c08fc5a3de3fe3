use serde_json::{Value, json};

use super::{
    AUDIT, BO, DESIGN, EVERYBODY, GROUP, GROUPS, NOBODY, OTHER_AUDIT, asked, each, host_with,
    portal,
};

const LIST: &str = "/api/2.0/group?count=100&startIndex=0";

#[tokio::test]
async fn a_group_is_told_in_full_by_id_and_by_name() {
    let portal = portal().await;
    let host = portal.host().await;
    let by_id = host.read_data(GROUP, json!({ "id": DESIGN })).await.quiet();
    assert_eq!(
        by_id,
        json!({
            "id": DESIGN,
            "name": "Design",
            "manager_id": BO,
            "members_count": 1,
            "is_ldap": false,
            "is_system": false,
        })
    );
    let by_name = json!({"name": "Design"});
    assert_eq!(host.read_data(GROUP, by_name).await.quiet(), by_id);
    let one = format!("/api/2.0/group/{DESIGN}?includeMembers=false");
    assert_eq!(asked(&portal), [one.as_str(), LIST]);
    host.stop().await;
}

#[tokio::test]
async fn a_group_of_the_portals_own_is_found_by_id() {
    let portal = portal().await;
    let host = portal.host().await;
    let read = host.read_data(GROUP, json!({ "id": EVERYBODY })).await;
    let read = read.quiet();
    assert_eq!(read["is_system"], true);
    assert_eq!(read["manager_id"], Value::Null);
    host.stop().await;
}

#[tokio::test]
async fn every_filter_must_hold_and_one_list_serves_all() {
    let portal = portal().await;
    let host = portal.host().await;
    for (config, expected) in [
        (json!({}), &[DESIGN, AUDIT, OTHER_AUDIT][..]),
        (json!({"name_prefix": "Au"}), &[AUDIT, OTHER_AUDIT]),
        (json!({"name_prefix": "au"}), &[]),
        (json!({ "manager_id": BO }), &[DESIGN]),
        (json!({"manager_id": BO, "name_prefix": "A"}), &[]),
    ] {
        let read = host.read_data(GROUPS, config.clone()).await.quiet();
        assert_eq!(each(&read["groups"], "id"), expected, "{config}");
    }
    host.read_data(GROUP, json!({"name": "Design"}))
        .await
        .quiet();
    assert_eq!(asked(&portal), [LIST]);
    host.stop().await;
}

#[tokio::test]
async fn what_is_not_one_group_is_an_error() {
    let portal = portal().await;
    let host = portal.host().await;
    for (config, path, summary, part) in [
        (json!({ "id": NOBODY }), "id", "No such group", NOBODY),
        (
            json!({"name": "design"}),
            "name",
            "No such group",
            "compared exactly",
        ),
        (
            json!({"name": "Audit"}),
            "name",
            "Several groups match",
            OTHER_AUDIT,
        ),
        (json!({}), "", "Group not specified", "Neither id nor name"),
        (
            json!({"id": DESIGN, "name": "Design"}),
            "name",
            "Group specified twice",
            "Remove one",
        ),
        (json!({"id": "17"}), "id", "Invalid GUID", "32 hexadecimal"),
    ] {
        let error = host.read_data(GROUP, config.clone()).await.refused_at(path);
        assert_eq!(error.summary, summary, "{config}");
        assert!(error.detail.contains(part), "{error:?}");
    }
    host.stop().await;
}

#[tokio::test]
async fn room_admins_read_groups_and_users_and_narrow_keys_do_not() {
    let portal = portal().await;
    let host = host_with(&portal, "sk-room-admin").await;
    host.read_data(GROUPS, json!({})).await.quiet();
    host.stop().await;
    for (key, cause) in [
        ("sk-bo", "groups not allowed (403)"),
        ("sk-guest", "groups not allowed (403)"),
        // A key that may change groups may not read them.
        ("sk-accounts", "key lacks the scope (403)"),
    ] {
        let host = host_with(&portal, key).await;
        let all = host.read_data(GROUPS, json!({})).await.refused_at("");
        assert_eq!(all.summary, format!("Could not list the groups: {cause}"));
        let one = host.read_data(GROUP, json!({ "id": DESIGN })).await;
        let one = one.refused_at("");
        assert_eq!(one.summary, format!("Could not read the group: {cause}"));
        host.stop().await;
    }
}
