//! Groups as the state file has them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::group::Group;
use crate::changes::Part;

#[derive(Deserialize, Serialize)]
struct Saved {
    groups: Vec<Group>,
}

pub(super) fn save(groups: Vec<Group>) -> Part {
    Box::new(move || serde_json::to_value(Saved { groups }))
}

pub(super) fn restore(part: Value) -> serde_json::Result<Vec<Group>> {
    let saved: Saved = serde_json::from_value(part)?;
    Ok(saved.groups)
}
