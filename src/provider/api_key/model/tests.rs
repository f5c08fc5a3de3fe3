use super::*;

/// A key with these dates.
fn key(created_on: &str, expires_at: &str) -> Key {
    Key {
        id: KeyId::MIN,
        name: "CI".to_owned(),
        postfix: "1a2b".to_owned(),
        permissions: Permissions::Unrestricted,
        created_on: Some(Timestamp::new(created_on)),
        created_by: None,
        expires_at: Some(Timestamp::new(expires_at)),
        is_active: true,
    }
}

#[test]
fn an_id_that_is_no_guid_is_refused_with_the_way_out() {
    for id in ["", "17", "CI"] {
        let diagnostic = id_of(&Object::new().with(ID, id)).unwrap_err();
        assert!(diagnostic.detail.contains("terraform state rm"));
    }
}

#[test]
fn a_lifetime_is_whole_days_within_two_seconds() {
    const CREATED: &str = "2026-11-29T07:12:52.0000000Z";
    for (expires_at, days) in [
        ("2026-11-30T07:12:52.0000000Z", Some(1)),
        ("2026-11-30T07:12:54.0000000Z", Some(1)),
        ("2026-11-30T07:12:50.0000000Z", Some(1)),
        ("2026-11-30T07:12:55.0000000Z", None),
        ("2026-11-29T07:12:52.0000000Z", None),
        ("2026-12-29T09:12:52.0000000+02:00", Some(30)),
        ("2027-11-29T07:12:52.0000000Z", Some(365)),
        ("2027-11-30T07:12:52.0000000Z", None),
        ("never", None),
    ] {
        assert_eq!(lifetime(&key(CREATED, expires_at)), days, "{expires_at}");
    }
}

#[test]
fn what_the_portal_does_not_tell_stays_and_a_date_is_one_moment() {
    let made = key(
        "2026-11-29T07:12:52.8632236Z",
        "2026-12-29T07:12:52.8632230Z",
    );
    let state = refresh(Object::new(), &made);
    assert_eq!(state.get(CREATED_ON).as_str(), Some("2026-11-29T07:12:52Z"));
    assert_eq!(days_in(state.get(EXPIRES_IN_DAYS)), Some(30));
    let listed = key(
        "2026-11-29T09:12:52.0000000+02:00",
        "2026-12-29T09:12:52.0000000+02:00",
    );
    assert_eq!(refresh(state.clone(), &listed), state);
    let never = Key {
        expires_at: None,
        ..listed
    };
    let state = refresh(state, &never);
    assert!(state.get(EXPIRES_AT).is_null());
    assert_eq!(days_in(state.get(EXPIRES_IN_DAYS)), Some(30), "kept");
}

#[test]
fn everything_keeps_its_one_spelling() {
    let state = refresh(Object::new(), &key("", ""));
    assert_eq!(*state.get(PERMISSIONS), Value::set([Value::from("*")]));
    let narrow = Key {
        permissions: Permissions::of(["rooms:read"]),
        ..key("", "")
    };
    let state = refresh(state, &narrow);
    assert_eq!(
        *state.get(PERMISSIONS),
        Value::set([Value::from("rooms:read")])
    );
}

#[test]
fn a_change_holds_what_differs() {
    let prior = KeyModel {
        name: "CI".to_owned(),
        permissions: Permissions::Unrestricted,
        is_active: true,
    };
    assert!(prior.change_from(&prior).is_empty());
    let planned = KeyModel {
        is_active: false,
        ..prior.clone()
    };
    let change = planned.change_from(&prior);
    assert_eq!(
        change,
        KeyChange {
            is_active: Some(false),
            ..KeyChange::default()
        }
    );
}
