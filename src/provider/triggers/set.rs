//! A set of triggers as a configuration or a state spells it, and everything that can be wrong with one.

use super::spelling::{self, ALL, Spelling, SpellingError};
use crate::framework::value::Value;

/// The most triggers: the portal's mask has 64 bits (API §5.1).
pub(in crate::provider) const MAX_TRIGGERS: usize = 64;

/// A set of triggers, as far as it is known.
#[derive(Debug, Clone)]
pub(in crate::provider) struct TriggerSet<'a> {
    names: Vec<&'a str>,
    has_null: bool,
    has_unknown: bool,
}

/// What is wrong with a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::provider) enum Fault<'a> {
    /// It is empty: to the portal, that means every event.
    Empty,
    /// It has too many elements for a bit each.
    TooMany(usize),
    /// `All` is not alone.
    NotAlone,
    /// Two spellings of one trigger.
    Twice(&'a str, &'a str),
    /// An element is not the spelling of a trigger.
    Unknown(&'a str, SpellingError),
    /// An element is null.
    Null,
}

impl<'a> TriggerSet<'a> {
    /// Reads the value of an argument. Anything but a known set has no triggers.
    pub(in crate::provider) fn of(value: &'a Value) -> Self {
        let elements = value.as_elements().unwrap_or_default();
        Self {
            names: elements.iter().filter_map(Value::as_str).collect(),
            has_null: elements.iter().any(Value::is_null),
            has_unknown: value.is_unknown() || elements.iter().any(Value::is_unknown),
        }
    }

    /// Builds a set of known names.
    pub(in crate::provider) fn of_names(names: &'a [String]) -> Self {
        Self {
            names: names.iter().map(String::as_str).collect(),
            has_null: false,
            has_unknown: false,
        }
    }

    /// Returns whether every element is known.
    pub(super) fn is_known(&self) -> bool {
        !self.has_unknown
    }

    /// Reads each element.
    pub(super) fn spellings(
        &self,
    ) -> impl Iterator<Item = (&'a str, Result<Spelling, SpellingError>)> {
        let names = self.names.iter();
        names.map(|&name| (name, spelling::parse(name)))
    }

    /// Returns the names whose bits only a portal knows.
    pub(in crate::provider) fn unlisted(&self) -> impl Iterator<Item = &'a str> {
        let spellings = self.spellings();
        spellings
            .filter_map(|(name, spelling)| (spelling == Ok(Spelling::Unlisted)).then_some(name))
    }

    /// Returns what is wrong, without asking the portal.
    pub(in crate::provider) fn faults(&self) -> Vec<Fault<'a>> {
        let mut faults = Vec::new();
        if self.names.is_empty() && !self.has_null && self.is_known() {
            faults.push(Fault::Empty);
        }
        if self.names.len() > MAX_TRIGGERS {
            return vec![Fault::TooMany(self.names.len())];
        }
        // An unknown element may turn out to be `All` itself.
        if self.names.contains(&ALL) && self.names.len() > 1 {
            faults.push(Fault::NotAlone);
        }
        let mut spelled: Vec<(u8, &str)> = Vec::new();
        for (name, spelling) in self.spellings() {
            match spelling {
                Ok(Spelling::Bit(bit)) => {
                    if let Some((_, other)) = spelled.iter().find(|(seen, _)| *seen == bit) {
                        faults.push(Fault::Twice(other, name));
                    }
                    spelled.push((bit, name));
                }
                Ok(Spelling::All | Spelling::Unlisted) => {}
                Err(error) => faults.push(Fault::Unknown(name, error)),
            }
        }
        if self.has_null {
            faults.push(Fault::Null);
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(elements: &[Value]) -> Value {
        Value::set(elements.iter().cloned())
    }

    #[test]
    fn each_fault_of_a_set_is_found() {
        let long: Vec<Value> = (0..65).map(|n| Value::from(format!("Event{n}"))).collect();
        let misspelled = SpellingError::Misspelled("FileUploaded");
        for (elements, faults) in [
            (vec![], vec![Fault::Empty]),
            (vec![Value::Null], vec![Fault::Null]),
            (long, vec![Fault::TooMany(65)]),
            (vec![ALL.into(), "FileMoved".into()], vec![Fault::NotAlone]),
            (
                vec!["256".into(), "FileUploaded".into()],
                vec![Fault::Twice("256", "FileUploaded")],
            ),
            (
                vec!["FileUploadd".into()],
                vec![Fault::Unknown("FileUploadd", misspelled)],
            ),
            (vec!["MoonLanded".into(), "FileMoved".into()], vec![]),
        ] {
            assert_eq!(
                TriggerSet::of(&set(&elements)).faults(),
                faults,
                "{elements:?}"
            );
        }
    }

    #[test]
    fn what_is_not_known_is_no_fault() {
        assert_eq!(TriggerSet::of(&Value::unknown()).faults(), []);
        let elements = set(&[ALL.into(), Value::unknown()]);
        assert_eq!(TriggerSet::of(&elements).faults(), []);
    }
}
