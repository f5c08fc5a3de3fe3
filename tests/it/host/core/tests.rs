//! The rules themselves, on a made-up schema: a host that accepts everything proves nothing.

use serde_json::json;

use super::*;
use crate::host::schema::Attribute;
use crate::host::value::{Type, conform, unknown};
use crate::host::wire::tfplugin6::AttributePath;
use crate::host::wire::tfplugin6::attribute_path::Step;
use crate::host::wire::tfplugin6::attribute_path::step::Selector;

fn attribute(flags: &str, shape: Shape) -> Attribute {
    Attribute {
        shape,
        required: flags.contains('r'),
        optional: flags.contains('o'),
        computed: flags.contains('c'),
        sensitive: flags.contains('s'),
        write_only: flags.contains('w'),
        description: String::new(),
    }
}

fn object(attributes: &[(&str, &str, Shape)]) -> Object {
    let attributes = attributes
        .iter()
        .map(|(name, flags, shape)| ((*name).to_owned(), attribute(flags, shape.clone())));
    Object {
        attributes: attributes.collect(),
    }
}

fn text() -> Shape {
    Shape::Plain(Type::String)
}

/// `r` required, `o` optional, `c` computed, `s` sensitive, `w` write-only.
fn schema() -> Object {
    let nested = object(&[("key", "r", text()), ("etag", "c", text())]);
    object(&[
        ("name", "r", text()),
        ("note", "o", text()),
        ("size", "oc", text()),
        ("id", "c", text()),
        ("key_wo", "ow", text()),
        ("key", "oc s", text()),
        ("tags", "o", Shape::Plain(Type::Set(Box::new(Type::String)))),
        ("rules", "o", Shape::List(nested.clone())),
        ("peers", "o", Shape::Set(nested)),
    ])
}

fn full(value: &Value) -> Value {
    conform(value, &schema().ty()).unwrap()
}

#[test]
fn the_proposal_is_config_then_prior_where_computed_then_null() {
    let prior = full(&json!({
        "name": "old", "note": "n", "size": "1", "id": "7",
        "rules": [{"key": "a", "etag": "1"}],
        "peers": [{"key": "x", "etag": "2"}, {"key": "y", "etag": "3"}],
    }));
    let config = full(&json!({
        "name": "new", "key_wo": "secret",
        "rules": [{"key": "b"}, {"key": "c"}],
        "peers": [{"key": "y"}, {"key": "z"}],
    }));
    let proposed = proposed_new_state(&schema(), &prior, &config);
    assert_eq!(
        proposed,
        full(&json!({
            "name": "new", "size": "1", "id": "7", "key_wo": "secret",
            "rules": [{"key": "b", "etag": "1"}, {"key": "c"}],
            "peers": [{"key": "y", "etag": "3"}, {"key": "z"}],
        }))
    );
    assert!(proposed_new_state(&schema(), &prior, &Value::Null).is_null());
    let create = proposed_new_state(&schema(), &Value::Null, &full(&json!({"name": "n"})));
    assert_eq!(create, full(&json!({"name": "n"})));
}

#[track_caller]
fn planned(prior: &Value, config: &Value, planned: &Value) -> Result<(), String> {
    let prior = if prior.is_null() {
        Value::Null
    } else {
        full(prior)
    };
    check_planned(&schema(), &prior, &full(config), &full(planned))
}

#[test]
fn a_plan_may_fill_in_what_is_computed_and_keep_an_old_spelling() {
    let create = json!({"name": "n", "id": unknown(), "size": "9", "key": unknown()});
    planned(&Value::Null, &json!({"name": "n", "key_wo": "s"}), &create).unwrap();
    let prior = json!({"name": "N", "id": "1"});
    planned(
        &prior,
        &json!({"name": "n"}),
        &json!({"name": "N", "id": "1"}),
    )
    .unwrap();
    let nested = json!({"name": "n", "rules": [{"key": "a", "etag": unknown()}]});
    planned(
        &Value::Null,
        &json!({"name": "n", "rules": [{"key": "a"}]}),
        &nested,
    )
    .unwrap();
}

#[test]
fn a_plan_that_core_would_refuse_is_refused_with_its_path() {
    let config = json!({"name": "n", "size": "1", "rules": [{"key": "a"}]});
    let good = json!({"name": "n", "size": "1", "rules": [{"key": "a"}]});
    for (path, name, value) in [
        (
            ".name: planned value \"N\" does not match",
            "name",
            json!("N"),
        ),
        (
            ".note: planned value \"x\" for a non-computed",
            "note",
            json!("x"),
        ),
        (".size: planned value", "size", json!("2")),
        (".key_wo: a value for the write-only", "key_wo", json!("s")),
        (".rules: count in plan (0)", "rules", json!([])),
        (".rules: planned for absence", "rules", json!(null)),
        (
            ".rules[0].key: planned value \"b\"",
            "rules",
            json!([{"key": "b"}]),
        ),
        (".rules: planned unknown", "rules", unknown()),
    ] {
        let mut plan = good.clone();
        plan[name] = value;
        let fault = planned(&Value::Null, &config, &plan).unwrap_err();
        assert!(fault.contains(path), "{fault}");
    }
    let gone = check_planned(&schema(), &Value::Null, &full(&config), &Value::Null);
    assert!(gone.unwrap_err().contains("config wants existence"));
    planned(&Value::Null, &config, &good).unwrap();
}

#[test]
fn one_needless_unknown_makes_an_update() {
    let prior = full(&json!({"name": "n", "id": "1"}));
    let restless = full(&json!({"name": "n", "id": unknown()}));
    assert_eq!(action(&prior, &prior, &[]), Action::NoOp);
    assert_eq!(action(&prior, &restless, &[]), Action::Update);
    assert_eq!(action(&Value::Null, &prior, &[]), Action::Create);
    assert_eq!(action(&prior, &Value::Null, &[]), Action::Delete);
}

#[test]
fn a_replacement_counts_where_something_changes_and_must_exist() {
    let path = |name: &str| AttributePath {
        steps: vec![Step {
            selector: Some(Selector::AttributeName(name.to_owned())),
        }],
    };
    let prior = full(&json!({"name": "a", "note": "same"}));
    let planned = full(&json!({"name": "b", "note": "same"}));
    let paths = [path("name"), path("note")];
    let effective = effective_replacements(&paths, &prior, &planned).unwrap();
    assert_eq!(effective, ["name"]);
    assert_eq!(action(&prior, &planned, &effective), Action::Replace);
    assert!(
        effective_replacements(&paths, &Value::Null, &planned)
            .unwrap()
            .is_empty()
    );
    let missing = effective_replacements(&[path("nope")], &prior, &planned);
    assert!(missing.unwrap_err().contains("non-existent"));
}

#[test]
fn the_second_plan_keeps_every_known_value() {
    let first = full(&json!({"name": "n", "id": unknown(), "size": "1"}));
    let second = full(&json!({"name": "n", "id": "7", "size": "1"}));
    check_final_plan((Action::Update, &first), (Action::NoOp, &second)).unwrap();
    let other = full(&json!({"name": "n", "id": "7", "size": "2"}));
    let fault = check_final_plan((Action::Update, &first), (Action::Update, &other));
    assert!(fault.unwrap_err().contains(".size: was \"1\", now \"2\""));
    let fault = check_final_plan((Action::Update, &first), (Action::Replace, &second));
    assert!(fault.unwrap_err().contains("now Replace"));
}

#[test]
fn an_outcome_must_be_what_was_planned() {
    let plan = full(&json!({"name": "n", "id": unknown(), "tags": ["a", unknown()], "key": "s"}));
    let good = json!({"name": "n", "id": "7", "tags": ["a", "b"], "key": "s"});
    check_applied(&schema(), &plan, &full(&good)).unwrap();
    for (fault, name, value) in [
        (".name: was \"n\", but now \"N\"", "name", json!("N")),
        (".note: was null, but now \"x\"", "note", json!("x")),
        (
            ".tags: length grew from 2 to 3",
            "tags",
            json!(["a", "b", "c"]),
        ),
        (
            ".tags: planned element \"a\" has vanished",
            "tags",
            json!(["b"]),
        ),
        (
            ".key: inconsistent values for sensitive attribute",
            "key",
            json!("t"),
        ),
    ] {
        let mut outcome = good.clone();
        outcome[name] = value;
        let complaint = check_applied(&schema(), &plan, &full(&outcome)).unwrap_err();
        assert!(complaint.contains(fault), "{complaint}");
    }
    check_applied(&schema(), &Value::Null, &Value::Null).unwrap();
    assert!(check_applied(&schema(), &plan, &Value::Null).is_err());
    assert!(check_applied(&schema(), &Value::Null, &full(&good)).is_err());
}

#[test]
fn nothing_unknown_and_nothing_write_only_is_stored() {
    check_stored(&schema(), &full(&json!({"name": "n"}))).unwrap();
    for bad in [json!({"id": unknown()}), json!({"key_wo": "s"})] {
        assert!(check_stored(&schema(), &full(&bad)).is_err(), "{bad}");
    }
}
