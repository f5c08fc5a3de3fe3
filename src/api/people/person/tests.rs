use serde_json::{Value, json};

use super::*;

const ID: &str = "5d76b349-db61-4485-a15e-1e62e5d2933c";

fn answer() -> Value {
    json!({
        "id": ID.to_uppercase(),
        "displayName": "Bo &amp; Co",
        "email": "Bo@Example.com",
        "status": 4,
        "isVisitor": true,
        "groups": [{"id": ID, "name": "Design"}],
    })
}

fn decoded(answer: &Value) -> Option<Person> {
    let body = json!({ "response": answer }).to_string();
    envelope::decode_value(body.as_bytes(), Person::decode).ok()
}

#[test]
fn a_person_is_read_and_named_in_lower_case() {
    let person = decoded(&answer()).unwrap();
    assert_eq!(person.id.to_string(), ID);
    assert_eq!(person.groups, [person.id]);
    assert_eq!((person.status, person.first_name), (4, None));
    let mut alone = answer();
    alone["groups"] = Value::Null;
    assert!(decoded(&alone).unwrap().groups.is_empty());
}

#[test]
fn what_decides_something_must_be_there() {
    for (member, value) in [
        ("id", Value::Null),
        ("id", json!("bo")),
        ("status", Value::Null),
        ("isAdmin", json!("yes")),
        ("groups", json!([{"name": "Design"}])),
        ("groups", json!(17)),
    ] {
        let mut broken = answer();
        broken[member] = value;
        assert_eq!(decoded(&broken), None, "{member}");
    }
}

#[test]
fn an_address_is_the_same_in_any_case() {
    let person = decoded(&answer()).unwrap();
    assert!(person.has_address("bo@example.COM"));
    assert!(!person.has_address("bo+ci@example.com"));
}
