//! A saved plan, read through `show -json`.

use serde_json::Value;

/// A saved plan.
#[derive(Debug)]
pub struct SavedPlan {
    json: Value,
}

impl SavedPlan {
    /// Reads what `show -json` printed.
    pub fn parse(text: &str) -> Self {
        Self {
            json: serde_json::from_str(text).unwrap(),
        }
    }

    /// Returns what is to be done with a resource, such as `["update"]`.
    #[track_caller]
    pub fn actions(&self, address: &str) -> Vec<&str> {
        let actions = self.change(address)["actions"].as_array().unwrap();
        actions.iter().filter_map(Value::as_str).collect()
    }

    /// Returns the planned change of a resource: `actions`, `before`, `after`, `after_unknown`.
    #[track_caller]
    pub fn change(&self, address: &str) -> &Value {
        let found = entry(&self.json["resource_changes"], address);
        found.unwrap_or_else(|| panic!("{address} is not in the plan {:#}", self.json))
    }

    /// Returns the names of the attributes that differ before and after, except for a resource that
    /// is created.
    #[track_caller]
    pub fn changed(&self, address: &str) -> Vec<&str> {
        let change = self.change(address);
        let (before, after) = (&change["before"], &change["after"]);
        let unknown = &change["after_unknown"];
        before
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, value)| after[*name] != **value || unknown[*name] == true)
            .map(|(name, _)| name.as_str())
            .collect()
    }

    /// Returns how a resource differs from the state, if somebody changed it elsewhere.
    pub fn drift(&self, address: &str) -> Option<&Value> {
        entry(&self.json["resource_drift"], address)
    }
}

fn entry<'a>(changes: &'a Value, address: &str) -> Option<&'a Value> {
    let mut changes = changes.as_array()?.iter();
    let found = changes.find(|change| change["address"] == address)?;
    Some(&found["change"])
}
