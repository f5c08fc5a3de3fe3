//! `GET /settings/webhook/triggers` (API §6.6).

use serde::Serialize;

use crate::front::answer::{self, Answer, Counts, Refusal};
use crate::front::call::Call;
use crate::nouns::catalogue::trigger;

#[derive(Serialize)]
struct Entry {
    name: &'static str,
    id: i64,
    available: bool,
}

/// Lists the triggers: an array with availability since 3.7, an object from name to value before.
pub(crate) fn list(call: &Call) -> Result<Answer, Refusal> {
    let role = call.caller()?.user.role;
    let profile = call.settings.profile;
    if !profile.lists_triggers_as_array() {
        // A dictionary has no members that `fields` could name (API §2.1).
        let counts = Counts::default();
        return Ok(answer::success(
            &call.facts,
            profile,
            Some(&Catalogue(profile)),
            counts,
        ));
    }
    let entries: Vec<Entry> = trigger::known(profile)
        .map(|trigger| Entry {
            name: trigger.dotted,
            id: trigger.value,
            available: trigger::is_available(trigger, role),
        })
        .collect();
    let counts = Counts {
        count: Some(entries.len()),
        total: None,
    };
    Ok(call.success_with(Some(&entries), counts))
}

/// The object of older portals, in table order.
struct Catalogue(crate::profile::Profile);

impl Serialize for Catalogue {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer
            .collect_map(trigger::known(self.0).map(|trigger| (trigger.dotted, trigger.value)))
    }
}
