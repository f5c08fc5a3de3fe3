//! The changes to a webhook's secret and what each leads to, as data.
//!
//! The tests beside this file carry every row out. The guide about rotation shows the rules that the rows stand for;
//! the last test compares it with them.

use serde_json::{Value, json};

use super::{NEW, OLD, automatic, config, key, manual, nothing, renamed};
use crate::webhook::with;

/// A secret that the provider made: only the state and the portal know it.
pub const GENERATED: &str = "<generated>";

/// A change, and what it leads to.
pub struct Row {
    /// The line of the guide that says so. Several rows can stand for one line.
    pub rule: &'static str,
    pub from: From,
    pub to: Value,
    pub outcome: Outcome,
}

/// What was there before.
pub enum From {
    Nothing,
    /// The webhook as this configuration has made it.
    Applied(Value),
    /// The same, but the state's private part is lost.
    Forgotten(Value),
    /// A webhook that was just imported.
    Imported,
    /// This configuration was applied and then its secret was removed from it.
    Removed(Value),
}

/// What a change leads to.
#[derive(Clone, Copy)]
pub struct Outcome {
    /// The request that is sent, if any.
    pub request: Option<&'static str>,
    /// The secret in it, if any.
    pub sent: Option<&'static str>,
    /// What the state has afterwards.
    pub key: Option<&'static str>,
    pub version: Option<i64>,
}

pub const UNTOUCHED: Outcome = Outcome {
    request: None,
    sent: None,
    key: None,
    version: None,
};

/// One PUT with this secret.
pub const fn put(sent: Option<&'static str>) -> Outcome {
    Outcome {
        request: Some("PUT /webhook"),
        sent,
        ..UNTOUCHED
    }
}

const fn post(sent: &'static str) -> Outcome {
    Outcome {
        request: Some("POST /webhook"),
        sent: Some(sent),
        ..UNTOUCHED
    }
}

impl Outcome {
    pub const fn key(self, key: &'static str) -> Self {
        Self {
            key: Some(key),
            ..self
        }
    }

    pub const fn version(self, version: i64) -> Self {
        Self {
            version: Some(version),
            ..self
        }
    }
}

fn row(rule: &'static str, from: Value, to: Value, outcome: Outcome) -> Row {
    Row {
        rule,
        from: From::Applied(from),
        to,
        outcome,
    }
}

pub fn creations() -> Vec<Row> {
    let row = |to, outcome| Row {
        rule: "Creation, with any of the arguments or a generated secret",
        from: From::Nothing,
        to,
        outcome,
    };
    vec![
        row(key(OLD), post(OLD).key(OLD)),
        row(manual(OLD, 7), post(OLD).version(7)),
        row(automatic(OLD), post(OLD).version(1)),
        row(nothing(), post(GENERATED).key(GENERATED)),
    ]
}

/// Each attribute alone, and all of them, in each way to give a secret.
pub fn other_attributes() -> Vec<Row> {
    let modes = [
        (key(OLD), UNTOUCHED.key(OLD)),
        (manual(OLD, 7), UNTOUCHED.version(7)),
        (automatic(OLD), UNTOUCHED.version(1)),
        (nothing(), UNTOUCHED.key(GENERATED)),
    ];
    let changes = [
        json!({"name": "Renamed"}),
        json!({"uri": "https://hooks.example.com/elsewhere"}),
        json!({"triggers": ["RoomCreated"]}),
        json!({"ssl": false}),
        json!({"target_id": "17"}),
        json!({"name": "Renamed", "triggers": ["All"], "ssl": false, "target_id": "17", "enabled": false}),
    ];
    let mut rows = Vec::new();
    for (mode, stored) in modes {
        let request = |request| Outcome {
            request: Some(request),
            ..stored
        };
        for change in &changes {
            rows.push(row(
                "Another `name`, `uri`, `triggers`, `ssl` or `target_id`",
                mode.clone(),
                with(&mode, change.clone()),
                request("PUT /webhook"),
            ));
        }
        let off = with(&mode, json!({"enabled": false}));
        let rule = "Switching the webhook off or on";
        rows.push(row(
            rule,
            mode.clone(),
            off.clone(),
            request("PUT /webhook/enable"),
        ));
        rows.push(row(rule, off, mode.clone(), request("PUT /webhook")));
        rows.push(row("No change at all", mode.clone(), mode, stored));
    }
    rows
}

pub fn stored() -> Vec<Row> {
    let rule = "Another value of `secret_key`";
    vec![
        row(rule, key(OLD), key(NEW), put(Some(NEW)).key(NEW)),
        row(rule, key(OLD), renamed(&key(NEW)), put(Some(NEW)).key(NEW)),
        row(rule, nothing(), key(NEW), put(Some(NEW)).key(NEW)),
    ]
}

pub fn by_hand() -> Vec<Row> {
    let number = "Another `secret_key_wo_version`, with or without another secret";
    let value = "Another value of `secret_key_wo`, the same version";
    vec![
        row(
            number,
            manual(OLD, 1),
            manual(NEW, 2),
            put(Some(NEW)).version(2),
        ),
        row(
            number,
            manual(OLD, 1),
            manual(OLD, 2),
            put(Some(OLD)).version(2),
        ),
        row(
            number,
            manual(OLD, 2),
            manual(NEW, 0),
            put(Some(NEW)).version(0),
        ),
        row(value, manual(OLD, 1), manual(NEW, 1), UNTOUCHED.version(1)),
        row(
            value,
            manual(OLD, 1),
            renamed(&manual(NEW, 1)),
            put(None).version(1),
        ),
    ]
}

pub fn by_itself() -> Vec<Row> {
    let rule = "Another value of `secret_key_wo` without a version";
    let off = with(&automatic(NEW), json!({"enabled": false}));
    vec![
        row(
            rule,
            automatic(OLD),
            automatic(NEW),
            put(Some(NEW)).version(2),
        ),
        row(
            rule,
            automatic(OLD),
            renamed(&automatic(NEW)),
            put(Some(NEW)).version(2),
        ),
        // What switches off without a word to the receiver cannot carry a secret.
        row(rule, automatic(OLD), off, put(Some(NEW)).version(2)),
        Row {
            rule: "`secret_key_wo` without a version, and the private state is lost",
            from: From::Forgotten(automatic(OLD)),
            to: automatic(OLD),
            outcome: put(Some(OLD)).version(2),
        },
    ]
}

pub fn out_of_the_state() -> Vec<Row> {
    let same = "From `secret_key` to `secret_key_wo`, the same secret";
    let other = "From `secret_key` to `secret_key_wo`, another secret";
    let generated = "From a generated secret to `secret_key_wo`";
    vec![
        row(same, key(OLD), automatic(OLD), UNTOUCHED.version(1)),
        row(same, key(OLD), manual(OLD, 1), UNTOUCHED.version(1)),
        row(
            same,
            key(OLD),
            renamed(&automatic(OLD)),
            put(None).version(1),
        ),
        row(other, key(OLD), automatic(NEW), put(Some(NEW)).version(1)),
        row(other, key(OLD), manual(NEW, 7), put(Some(NEW)).version(7)),
        row(
            generated,
            nothing(),
            automatic(NEW),
            put(Some(NEW)).version(1),
        ),
        row(
            generated,
            nothing(),
            manual(NEW, 1),
            put(Some(NEW)).version(1),
        ),
    ]
}

pub fn into_the_state() -> Vec<Row> {
    let same = "From `secret_key_wo` without a version to `secret_key`, the same secret";
    let other = "From `secret_key_wo` without a version to `secret_key`, another secret";
    let numbered = "From `secret_key_wo` with a version to `secret_key`";
    vec![
        row(same, automatic(OLD), key(OLD), UNTOUCHED.key(OLD)),
        row(other, automatic(OLD), key(NEW), put(Some(NEW)).key(NEW)),
        row(numbered, manual(OLD, 1), key(OLD), put(Some(OLD)).key(OLD)),
        row(numbered, manual(OLD, 1), key(NEW), put(Some(NEW)).key(NEW)),
    ]
}

pub fn between_the_modes() -> Vec<Row> {
    // A plan without a change cannot forget the hash, nor send anything.
    let same = "Adding `secret_key_wo_version` with the number that was counted";
    let other = "Adding `secret_key_wo_version` with another number";
    let left_out = "Removing `secret_key_wo_version`";
    vec![
        row(same, automatic(OLD), manual(OLD, 1), UNTOUCHED.version(1)),
        row(same, automatic(OLD), manual(NEW, 1), UNTOUCHED.version(1)),
        row(
            other,
            automatic(OLD),
            manual(OLD, 2),
            put(Some(OLD)).version(2),
        ),
        row(
            other,
            automatic(OLD),
            manual(NEW, 5),
            put(Some(NEW)).version(5),
        ),
        row(
            left_out,
            manual(OLD, 1),
            automatic(OLD),
            put(Some(OLD)).version(2),
        ),
        row(
            left_out,
            manual(OLD, 3),
            automatic(NEW),
            put(Some(NEW)).version(4),
        ),
    ]
}

pub fn imports() -> Vec<Row> {
    let row = |rule, to, outcome| Row {
        rule,
        from: From::Imported,
        to,
        outcome,
    };
    let with = "First apply after an import, with a secret";
    let without = "First apply after an import, without a secret";
    vec![
        row(with, key(NEW), put(Some(NEW)).key(NEW)),
        row(with, automatic(NEW), put(Some(NEW)).version(1)),
        row(with, manual(NEW, 4), put(Some(NEW)).version(4)),
        row(without, nothing(), UNTOUCHED),
        row(without, renamed(&nothing()), put(None)),
    ]
}

pub fn removals() -> Vec<Row> {
    let mut rows = Vec::new();
    for from in [key(OLD), manual(OLD, 1), automatic(OLD)] {
        rows.push(row(
            "Removing `secret_key` or `secret_key_wo`",
            from.clone(),
            config(json!({})),
            UNTOUCHED,
        ));
        rows.push(Row {
            rule: "Setting a secret again after it was removed",
            from: From::Removed(from),
            to: automatic(OLD),
            outcome: put(Some(OLD)).version(1),
        });
    }
    rows
}

/// Every row, in the order of the guide.
pub fn all() -> Vec<Row> {
    let groups = [
        creations(),
        stored(),
        by_hand(),
        by_itself(),
        other_attributes(),
        out_of_the_state(),
        into_the_state(),
        between_the_modes(),
        imports(),
        removals(),
    ];
    groups.into_iter().flatten().collect()
}
