use serde_json::json;

use super::*;
use crate::api::json::Path;

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
fn scopes_decide_what_a_key_can_do() {
    for (permissions, read, write) in [
        (json!(null), true, true),
        (json!([]), true, true),
        (json!(["*"]), true, true),
        (json!(["*:read"]), true, false),
        (json!(["*:write"]), true, true),
        (json!(["rooms:write", "accounts.self:read"]), false, false),
    ] {
        let key = json!({"permissions": permissions, "isActive": true, "createBy": {"id": "u"},
            "expiresAt": "2027-01-01T00:00:00.0000000Z"});
        let key = CurrentKey::decode(&root(&key)).unwrap();
        assert_eq!(
            (key.can_read(), key.can_write()),
            (read, write),
            "{permissions}"
        );
        assert!(key.expires_at.unwrap().to_rfc3339().is_some());
        assert_eq!(key.owner, Some(UserId::new("u")));
    }
}

#[test]
fn a_password_policy_is_read_whole() {
    let value = json!({"minLength": 12, "upperCase": true, "digits": false, "specSymbols": true,
        "allowedCharactersRegexStr": "[!-~]"});
    assert_eq!(
        PasswordPolicy::decode(&root(&value)).unwrap(),
        PasswordPolicy {
            min_length: 12,
            upper_case: true,
            digits: false,
            special: true
        }
    );
    for broken in [
        json!({}),
        json!({"minLength": -1}),
        json!({"minLength": 8, "digits": 1}),
    ] {
        assert!(PasswordPolicy::decode(&root(&broken)).is_err());
    }
}

#[test]
fn settings_are_optional_for_anonymous_callers() {
    let anonymous = PortalSettings::decode(&root(&json!({"standalone": true}))).unwrap();
    assert_eq!(anonymous.standalone, Some(true));
    assert_eq!(anonymous.limited_access_dev_tools_for_users, None);
}
