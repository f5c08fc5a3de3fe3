use serde_json::json;

use super::*;
use crate::api::http::json::Path;

fn decode(value: &Value) -> Result<TriggerMask, DecodeError> {
    TriggerMask::decode(&Node::new(value, Path::Root("triggers")))
}

#[test]
fn the_table_is_complete_unique_and_ordered_by_bit() {
    assert_eq!(TRIGGERS.len(), 36);
    for (position, trigger) in TRIGGERS.iter().enumerate() {
        assert_eq!(usize::from(trigger.bit), position);
        assert_eq!(Trigger::by_name(trigger.name), Some(trigger));
        assert_eq!(Trigger::by_bit(trigger.bit), Some(trigger));
        let since = if trigger.bit < 28 { "3.1" } else { "3.7" };
        assert_eq!(trigger.since, since);
    }
    assert_eq!(Trigger::by_bit(36), None);
    assert_eq!(Trigger::by_name("fileuploaded"), None);
}

#[test]
fn names_follow_from_dotted_names() {
    for trigger in TRIGGERS {
        assert_eq!(Trigger::name_from_dotted(trigger.dotted), trigger.name);
    }
    assert_eq!(Trigger::name_from_dotted(""), "");
    assert_eq!(Trigger::name_from_dotted("a..b"), "AB");
}

#[test]
fn masks_are_the_numbers_of_the_documented_table() {
    for (name, number) in [
        ("UserCreated", 1),
        ("FileUploaded", 256),
        ("RoomCreated", 4_194_304),
        ("AgentCreated", 2_147_483_648),
        ("FolderDownloaded", 34_359_738_368),
    ] {
        assert_eq!(Trigger::by_name(name).unwrap().mask().to_wire(), number);
    }
}

#[test]
fn every_shape_seen_on_the_wire_is_read() {
    for (value, expected) in [
        (json!(0), 0),
        (json!(384), 384),
        (json!("384"), 384),
        (json!("FileUploaded"), 256),
        (json!("fileuploaded"), 256),
        (json!("file.uploaded"), 256),
        (json!("FileCreated, FileUploaded"), 384),
        (json!("file.created,256"), 384),
        (json!("All"), 0),
        (json!("*"), 0),
        (json!("All,FileUploaded"), 0),
        (json!(["FileUploaded"]), 256),
        (json!(["file.created", 256]), 384),
        (json!(["*"]), 0),
        (json!(1_i64 << 40), 1 << 40),
        (json!(i64::MIN), i64::MIN),
        (json!(u64::MAX), -1),
    ] {
        assert_eq!(decode(&value).unwrap().to_wire(), expected, "{value}");
    }
}

#[test]
fn what_cannot_be_a_mask_is_an_error_and_never_all_events() {
    for value in [
        json!([]),
        json!([[]]),
        json!(""),
        json!("file.exploded"),
        json!("FileUploaded,file.exploded"),
        json!(["FileUploaded", "file.exploded"]),
        json!("FileUploaded,"),
        json!(1.5),
        json!(true),
        json!({}),
        json!(null),
    ] {
        let error = decode(&value).unwrap_err();
        assert!(error.path.starts_with("triggers"), "{value}: {error:?}");
    }
}

#[test]
fn unknown_bits_and_the_sign_bit_survive_a_round_trip() {
    for number in [0, 256, 1 << 40, -1, i64::MIN, i64::MAX] {
        let mask = TriggerMask::from_wire(number);
        assert_eq!(mask.to_wire(), number);
        assert_eq!(serde_json::to_string(&mask).unwrap(), number.to_string());
        assert_eq!(mask.to_string(), number.to_string());
    }
    assert_eq!(
        TriggerMask::from_wire(384).positions().collect::<Vec<_>>(),
        [7, 8]
    );
    assert_eq!(
        TriggerMask::from_wire(i64::MIN)
            .positions()
            .collect::<Vec<_>>(),
        [63]
    );
    assert_eq!(TriggerMask::ALL.positions().count(), 0);
}

#[test]
fn both_catalog_shapes_are_read() {
    let new = json!([
        {"name": "*", "id": 0, "available": true},
        {"name": "user.created", "id": 1, "available": false},
        {"name": "form.filled.out", "id": 536_870_912, "available": true}
    ]);
    let catalog = TriggerCatalog::decode(&Node::new(&new, Path::Root("response"))).unwrap();
    assert_eq!(catalog.entries().len(), 3);
    assert_eq!(
        catalog.by_name("UserCreated").unwrap().available,
        Some(false)
    );
    assert_eq!(
        catalog.by_name("FormFilledOut").unwrap().mask,
        Trigger::by_name("FormFilledOut").unwrap().mask()
    );
    assert!(catalog.by_name("All").unwrap().mask.is_all());

    let old = json!({"user.created": 1, "*": 0, "room.copied": 134_217_728});
    let catalog = TriggerCatalog::decode(&Node::new(&old, Path::Root("response"))).unwrap();
    let names: Vec<String> = catalog.entries().iter().map(CatalogEntry::name).collect();
    assert_eq!(names, ["All", "UserCreated", "RoomCopied"]);
    assert_eq!(catalog.by_name("RoomCopied").unwrap().available, None);
}

#[test]
fn a_broken_catalog_is_an_error_with_its_path() {
    for (value, path) in [
        (json!([{"name": "file.created"}]), "response[0].id"),
        (json!([{"id": 1}]), "response[0].name"),
        (json!({"file.created": "x"}), "response.file.created"),
        (json!({"S3cretKey-42": "x"}), "response"),
        (json!("text"), "response"),
    ] {
        let error = TriggerCatalog::decode(&Node::new(&value, Path::Root("response"))).unwrap_err();
        assert_eq!(error.path, path);
    }
}

#[test]
fn every_documented_name_may_be_repeated_and_a_secret_may_not() {
    let is_repeated = |dotted: &str| {
        let entry = CatalogEntry {
            dotted: dotted.to_owned(),
            mask: TriggerMask::ALL,
            available: None,
        };
        entry.is_well_named()
    };
    assert!(is_repeated("*"));
    assert!(TRIGGERS.iter().all(|trigger| is_repeated(trigger.dotted)));
    assert!(!is_repeated("S3cretKey-42"));
}
