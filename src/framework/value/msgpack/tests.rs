//! Tests of the msgpack form: bytes as Terraform sends them, and what it must never see.

use super::*;

#[track_caller]
fn reads(ty: &Type, bytes: &[u8], expected: &Value) {
    assert_eq!(&Value::from_msgpack(ty, bytes).unwrap(), expected);
}

#[track_caller]
fn both_ways(ty: &Type, bytes: &[u8], value: &Value) {
    reads(ty, bytes, value);
    assert_eq!(value.to_msgpack(ty).unwrap(), bytes);
}

#[track_caller]
fn refuses(ty: &Type, bytes: &[u8], message: &str) {
    assert_eq!(
        Value::from_msgpack(ty, bytes).unwrap_err().to_string(),
        message
    );
}

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

fn object_type() -> Type {
    Type::Object(BTreeMap::from([
        ("id".to_owned(), Type::String),
        ("key".to_owned(), Type::Secret),
        ("tags".to_owned(), Type::set(Type::String)),
    ]))
}

#[test]
fn numbers_arrive_as_integers_floats_or_text() {
    both_ways(&Type::Number, &[80], &number("80"));
    both_ways(&Type::Number, b"\xa30.1", &number("0.1"));
    both_ways(
        &Type::Number,
        b"\xb712345678901234567890123",
        &number("12345678901234567890123"),
    );
    reads(
        &Type::Number,
        &[0xcb, 0x40, 4, 0, 0, 0, 0, 0, 0],
        &number("2.5"),
    );
    both_ways(
        &Type::Number,
        &[0xcf, 255, 255, 255, 255, 255, 255, 255, 255],
        &number("18446744073709551615"),
    );
    both_ways(&Type::Number, &[0xff], &number("-1"));
}

#[test]
fn every_extension_is_unknown() {
    both_ways(&Type::String, &[0xd4, 0, 0], &Value::unknown());
    reads(&Type::String, &[0xd4, 12, 0x80], &Value::unknown());
    reads(&object_type(), &[0xd5, 7, 1, 2], &Value::unknown());
}

#[test]
fn refinements_are_read_and_written() {
    both_ways(
        &Type::String,
        &[0xc7, 3, 12, 0x81, 1, 0xc2],
        &Value::unknown_not_null(),
    );
    let refined = Value::Unknown(Refinements {
        not_null: true,
        prefix: Some("a".to_owned()),
    });
    both_ways(
        &Type::String,
        &[0xc7, 6, 12, 0x82, 1, 0xc2, 2, 0xa1, b'a'],
        &refined,
    );
    // Bounds of numbers and of lengths are skipped; what follows them is still read.
    let bounds = [0xc7, 7, 12, 0x82, 3, 0x92, 5, 0xc3, 1, 0xc2];
    reads(&Type::Number, &bounds, &Value::unknown_not_null());
}

#[test]
fn objects_are_written_with_every_attribute() {
    let object = Value::Object(Object::new().with("id", "17"));
    let bytes = object.to_msgpack(&object_type()).unwrap();
    assert_eq!(bytes, b"\x83\xa2id\xa217\xa3key\xc0\xa4tags\xc0");
}

#[test]
fn secrets_never_become_plain_strings() {
    let value = Value::from_msgpack(&object_type(), b"\x81\xa3key\xa3abc").unwrap();
    let key = value.as_object().unwrap().get("key");
    assert_eq!(key, &Value::Secret(SecretText::new("abc".to_owned())));
    assert!(!format!("{value:?}").contains("abc"));
}

#[test]
fn what_is_not_of_the_type_is_refused_without_the_value() {
    refuses(
        &Type::Bool,
        &[0xa1, b'x'],
        "at the root: expected bool, found a string",
    );
    refuses(
        &Type::String,
        &[1],
        "at the root: expected a string, found a number",
    );
    refuses(
        &object_type(),
        b"\x81\xa4tags\x91\x01",
        "at tags[0]: expected a string, found a number",
    );
    refuses(
        &object_type(),
        b"\x81\xa4more\x01",
        "at more: expected an attribute of the schema, found another",
    );
    refuses(
        &Type::String,
        &[0xa1, 0xff],
        "at the root: expected a string, found bytes that are not UTF-8",
    );
    refuses(
        &Type::Number,
        &[0xcb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0],
        "at the root: expected a finite number, found an infinite one",
    );
    refuses(
        &Type::Bool,
        &[0xc3, 0xc3],
        "at the root: expected the end of the input, found more bytes",
    );
}

#[test]
fn claimed_lengths_beyond_the_input_do_not_allocate() {
    for bytes in [
        &[0xdd, 255, 255, 255, 255][..],
        &[0xdb, 255, 255, 255, 255],
        &[0xdf, 255, 255, 255, 255],
    ] {
        for ty in [
            Type::list(Type::Bool),
            Type::String,
            object_type(),
            Type::Map(Box::new(Type::Bool)),
        ] {
            assert!(Value::from_msgpack(&ty, bytes).is_err());
        }
    }
}

#[test]
fn a_value_of_another_type_is_not_written() {
    assert!(Value::Bool(true).to_msgpack(&Type::String).is_err());
    let foreign = Value::Object(Object::new().with("other", true));
    assert!(foreign.to_msgpack(&object_type()).is_err());
}

#[test]
fn a_type_admits_exactly_what_can_be_written_as_one() {
    let map = |ty| Type::Map(Box::new(ty));
    let types = [
        Type::Bool,
        Type::Number,
        Type::String,
        Type::Secret,
        Type::list(Type::Number),
        Type::set(Type::String),
        map(Type::Secret),
        Type::list(object_type()),
        object_type(),
    ];
    let secret = Value::Secret(SecretText::new("hush"));
    let simple = [
        Value::Null,
        Value::unknown(),
        Value::Bool(true),
        number("7"),
        Value::from("a"),
        secret,
    ];
    let nested = simple.iter().flat_map(|value| {
        [
            Value::List(vec![value.clone()]),
            Value::set([value.clone()]),
            Value::Map(BTreeMap::from([("k".to_owned(), value.clone())])),
            Value::Object(Object::new().with("id", value.clone())),
            Value::Object(Object::new().with("key", value.clone())),
            Value::Object(Object::new().with("other", value.clone())),
            Value::List(vec![Value::Object(Object::new().with("id", value.clone()))]),
        ]
    });
    let values: Vec<Value> = nested
        .chain(simple.clone())
        .chain([Value::List(Vec::new())])
        .collect();
    let mut admitted = 0;
    for (ty, value) in types
        .iter()
        .flat_map(|ty| values.iter().map(move |value| (ty, value)))
    {
        let is_admitted = ty.admits(value);
        assert_eq!(
            is_admitted,
            value.to_msgpack(ty).is_ok(),
            "{ty:?} {value:?}"
        );
        admitted += usize::from(is_admitted);
    }
    assert!(admitted > types.len() * 2, "null and unknown at least");
}
