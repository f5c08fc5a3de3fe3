//! The domains as the state file has them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::changes::Part;

#[derive(Deserialize, Serialize)]
struct Saved {
    domains: Vec<String>,
}

pub(super) fn save(domains: Vec<String>) -> Part {
    Box::new(move || serde_json::to_value(Saved { domains }))
}

pub(super) fn restore(part: Value) -> serde_json::Result<Vec<String>> {
    let saved: Saved = serde_json::from_value(part)?;
    Ok(saved.domains)
}
