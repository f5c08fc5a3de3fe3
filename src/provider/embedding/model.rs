//! What the list consists of, in the state and in private state.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::api::embedding::Embedding;
use crate::framework::private_state::PrivateState;
use crate::framework::value::{Object, Value};
use crate::provider::mark::Mark;

pub(super) const ID: &str = "id";
pub(super) const DOMAINS: &str = "domains";

/// The one value of `id`.
pub(super) const THE_ID: &str = "embedding";

/// Entries without their order, which has no meaning.
pub(super) type Entries = BTreeSet<String>;

/// What is kept in private state. Everything in it can be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct EmbeddingPrivate {
    /// The origin of the portal that the state was written for.
    #[serde(skip_serializing_if = "Option::is_none", rename = "at")]
    pub(super) origin: Option<String>,
    /// The length of the portal's header without the entries, where it is limited.
    #[serde(skip_serializing_if = "Option::is_none", rename = "own")]
    pub(super) own_share: Option<usize>,
    /// Which state this is, once it has changed the list.
    #[serde(skip_serializing_if = "Option::is_none", rename = "by")]
    pub(super) mark: Option<Mark>,
}

impl EmbeddingPrivate {
    pub(super) fn of(origin: &str, embedding: &Embedding, mark: Option<Mark>) -> PrivateState {
        PrivateState::encode(&Self {
            origin: Some(origin.to_owned()),
            own_share: embedding.own_share(),
            mark,
        })
    }
}

/// Returns the entries of a state or plan, as far as they are known.
pub(super) fn entries_of(object: &Object) -> Entries {
    let elements = object.get(DOMAINS).as_elements().unwrap_or_default();
    elements
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// Returns the state that shows these entries.
pub(super) fn state_of<'a>(entries: impl IntoIterator<Item = &'a String>) -> Object {
    let entries = entries.into_iter().map(|entry| Value::from(entry.as_str()));
    Object::new()
        .with(ID, THE_ID)
        .with(DOMAINS, Value::set(entries))
}

/// What the list is to become.
#[derive(Debug, Default)]
pub(super) struct Change {
    /// The entries of the state, which are removed unless they are planned.
    pub(super) ours: Entries,
    /// The entries of the plan.
    pub(super) wanted: Entries,
    /// What other states have set in this run, such as that of a successor, and what therefore stays.
    pub(super) held: Entries,
}

impl Change {
    /// Returns the list after the change: what is there keeps its order, what is new comes last, and what was in neither
    /// state nor plan stays.
    pub(super) fn over(&self, now: &[String]) -> Vec<String> {
        let keep = [&self.wanted, &self.held];
        let stays = |entry: &&String| {
            !self.ours.contains(*entry) || keep.iter().any(|kept| kept.contains(*entry))
        };
        let added = self.wanted.iter().filter(|entry| !now.contains(entry));
        now.iter().filter(stays).chain(added).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn a_change_is_about_ours_alone_and_keeps_the_order() {
        for (now, ours, wanted, held, then) in [
            ("", "", "b a", "", "a b"),
            ("z b a", "a b z", "z a", "", "z a"),
            ("z a b", "a b", "a c", "", "z a c"),
            ("b z a", "a b", "", "", "z"),
            ("a z a", "a", "a", "", "a z a"),
            ("z", "a", "", "", "z"),
            ("b z a", "a b", "", "a", "z a"),
            ("b z", "b z", "c", "z a", "z c"),
        ] {
            let change = Change {
                ours: list(ours).into_iter().collect(),
                wanted: list(wanted).into_iter().collect(),
                held: list(held).into_iter().collect(),
            };
            assert_eq!(
                change.over(&list(now)),
                list(then),
                "{now} - {ours} + {wanted}, held {held}"
            );
        }
    }

    #[test]
    fn private_state_of_another_time_reads_as_far_as_it_goes() {
        let stored = PrivateState::from_bytes(br#"{"at":"https://a.example","future":1}"#.to_vec());
        let private: EmbeddingPrivate = stored.decode();
        assert_eq!(private.origin.as_deref(), Some("https://a.example"));
    }
}
