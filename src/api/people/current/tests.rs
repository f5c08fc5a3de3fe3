use serde_json::{Value, json};

use super::*;
use crate::api::http::json::Path;

fn root(value: &Value) -> Node<'_> {
    Node::new(value, Path::Root("response"))
}

#[test]
fn the_highest_flag_is_the_role() {
    for (flags, role) in [
        (json!({"isOwner": true, "isAdmin": true}), Role::Admin),
        (json!({"isAdmin": true, "isRoomAdmin": false}), Role::Admin),
        (json!({"isRoomAdmin": true}), Role::RoomAdmin),
        (json!({"isCollaborator": true}), Role::User),
        (json!({"isVisitor": true}), Role::Guest),
        (json!({}), Role::User),
    ] {
        let mut user = flags.clone();
        user["id"] = json!("4c65a238");
        assert_eq!(
            CurrentUser::decode(&root(&user)).unwrap().role(),
            role,
            "{flags}"
        );
    }
}

#[test]
fn a_user_without_id_or_with_odd_flags_is_an_error() {
    let error = CurrentUser::decode(&root(&json!({"isAdmin": true}))).unwrap_err();
    assert_eq!(error.path, "response.id");
    let error = CurrentUser::decode(&root(&json!({"id": "x", "isAdmin": "yes"}))).unwrap_err();
    assert_eq!(error.path, "response.isAdmin");
}

#[test]
fn the_portals_own_accounts_are_not_people() {
    let is_system = |id: &str| UserId::new(id).is_system();
    assert!(is_system("A37EE56E-3302-4a7b-B67E-DDBEA64CD032"));
    assert!(is_system("712d9ec3-5d2b-4b13-824f-71f00191dcca"));
    assert!(!is_system("4c65a238-ca50-4374-b904-0d51d4c1822b"));
}

#[test]
fn an_id_is_lower_case_where_it_is_a_guid() {
    let id = "4c65a238-ca50-4374-b904-0d51d4c1822b";
    assert_eq!(UserId::new(&id.to_uppercase()).as_str(), id);
    assert_eq!(UserId::new("Somebody").as_str(), "Somebody");
}
