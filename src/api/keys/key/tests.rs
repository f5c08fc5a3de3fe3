use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::*;

const ID: &str = "0d3f2f5e-6a41-4c57-9b1a-00000000002a";

/// A row as DocSpace 3.7.2 lists it (IH §15a).
fn row() -> Value {
    json!({
        "id": ID,
        "name": "CI",
        "key": "sk-***1a2b",
        "keyPostfix": "1a2b",
        "permissions": ["rooms:read"],
        "lastUsed": "2026-11-29T07:12:54.0000000Z",
        "createOn": "2026-11-29T07:12:52.0000000Z",
        "createBy": {"id": "66faa6e4-f133-11ea-b126-00ffeec8b4ef", "displayName": "Jane"},
        "expiresAt": "2026-12-29T07:12:52.0000000Z",
        "isActive": true,
    })
}

fn decoded(row: &Value) -> Result<Key, envelope::BodyError> {
    let body = json!({"response": [row], "count": 1}).to_string();
    let list = envelope::decode_list(body.as_bytes(), Key::decode)?;
    Ok(list.items[0].clone())
}

fn without(member: &str) -> Value {
    let mut row = row();
    row.as_object_mut().unwrap().remove(member);
    row
}

fn created(row: &Value) -> Result<CreatedKey, envelope::BodyError> {
    let body = json!({ "response": row }).to_string();
    envelope::decode_value(body.as_bytes(), |node| {
        CreatedKey::decode(node, |id| id.to_string() == ID)
    })
}

fn with(member: &str, value: Value) -> Value {
    let mut row = row();
    row[member] = value;
    row
}

#[test]
fn a_guid_is_read_in_either_case_and_written_in_lower_case() {
    for text in [ID, &ID.to_uppercase()] {
        assert_eq!(text.parse::<KeyId>().unwrap().to_string(), ID);
    }
    assert_eq!(
        KeyId::MIN.to_string(),
        "00000000-0000-0000-0000-000000000000"
    );
    assert_eq!(
        KeyId::MAX.to_string(),
        "ffffffff-ffff-ffff-ffff-ffffffffffff"
    );
    for text in [
        "",
        "17",
        "0d3f2f5e6a414c579b1a00000000002a",
        "0d3f2f5e-6a41-4c57-9b1a-00000000002",
        "0d3f2f5e-6a41-4c57-9b1a-00000000002g",
        "0d3f2f5e-6a41-4c57-9b1a+00000000002a",
        "+d3f2f5e-6a41-4c57-9b1a-00000000002a",
        "{d3f2f5e-6a41-4c57-9b1a-00000000002}",
    ] {
        assert_eq!(text.parse::<KeyId>(), Err(ParseKeyIdError), "{text}");
    }
}

#[test]
fn a_row_is_read_and_what_is_missing_has_a_meaning() {
    let key = decoded(&row()).unwrap();
    assert_eq!((key.name.as_str(), key.postfix.as_str()), ("CI", "1a2b"));
    assert_eq!(key.permissions, Permissions::of(["rooms:read"]));
    assert!(key.is_active && key.expires_at.is_some() && key.created_by.is_some());
    assert!(!decoded(&without("isActive")).unwrap().is_active);
    let open = decoded(&without("permissions")).unwrap();
    assert_eq!(open.permissions, Permissions::Unrestricted);
    assert_eq!(decoded(&without("expiresAt")).unwrap().expires_at, None);
    for member in ["id", "name"] {
        assert!(decoded(&without(member)).is_err(), "{member}");
    }
    for (member, value) in [
        ("id", json!(17)),
        ("id", json!("17")),
        ("permissions", json!("*")),
        ("permissions", json!([1])),
        ("isActive", json!("true")),
    ] {
        assert!(decoded(&with(member, value)).is_err(), "{member}");
    }
}

#[test]
fn a_new_key_comes_whole_or_not_at_all() {
    let whole = created(&with("key", json!("sk-0123456789abcdef"))).unwrap();
    assert_eq!(whole.value.expose_secret(), "sk-0123456789abcdef");
    assert!(!format!("{whole:?}").contains("0123456789abcdef"));
    let other = "0d3f2f5e-6a41-4c57-9b1a-00000000002b";
    for broken in [
        row(),
        without("key"),
        with("key", json!("")),
        with("key", json!(17)),
        with("id", json!(other)),
    ] {
        assert!(created(&broken).is_err(), "{broken}");
    }
}

#[test]
fn everything_is_sent_by_name_and_what_stays_is_not_sent() {
    let new = NewKey {
        name: "CI".to_owned(),
        permissions: Permissions::Unrestricted,
        expires_in_days: None,
    };
    let sent = serde_json::to_value(&new).unwrap();
    assert_eq!(sent, json!({"name": "CI", "permissions": ["*"]}));
    let change = KeyChange {
        permissions: Some(Permissions::of(["rooms:read", "files:read"])),
        ..KeyChange::default()
    };
    let sent = serde_json::to_value(&change).unwrap();
    assert_eq!(sent, json!({"permissions": ["files:read", "rooms:read"]}));
    assert!(!change.is_empty() && KeyChange::default().is_empty());
    let changed = change.applied_to(&decoded(&row()).unwrap());
    assert_eq!(changed.permissions, change.permissions.unwrap());
    assert!(changed.is_active && changed.name == "CI");
}
