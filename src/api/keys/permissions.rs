//! What a key may do.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::super::http::json::{DecodeError, Node};

/// Stands for everything.
pub const EVERYTHING: &str = "*";

/// The portal's names, in its order (IH §15a).
pub const PERMISSIONS: [&str; 11] = [
    EVERYTHING,
    "*:read",
    "*:write",
    "accounts:read",
    "accounts:write",
    "accounts.self:read",
    "accounts.self:write",
    "files:read",
    "files:write",
    "rooms:read",
    "rooms:write",
];

/// What a key may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Permissions {
    /// Everything its owner may do.
    Unrestricted,
    /// Only this. Never empty, and never with [`EVERYTHING`] in it.
    Only(BTreeSet<String>),
}

impl Permissions {
    /// Reads the names as a portal understands them: an empty set, and one that includes everything, both mean
    /// everything (IH §3).
    pub fn of<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        let names: BTreeSet<String> = names.into_iter().map(Into::into).collect();
        if names.is_empty() || names.contains(EVERYTHING) {
            Self::Unrestricted
        } else {
            Self::Only(names)
        }
    }

    /// Returns the names; everything is one name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let (all, names) = match self {
            Self::Unrestricted => (Some(EVERYTHING), None),
            Self::Only(names) => (None, Some(names.iter().map(String::as_str))),
        };
        all.into_iter().chain(names.into_iter().flatten())
    }

    /// Returns whether this allows everything that `other` allows.
    pub fn cover(&self, other: &Self) -> bool {
        other.names().all(|name| self.allow(name))
    }

    /// Returns whether changes of everything are allowed, which the portal demands for managing keys, webhooks or
    /// settings (IH §2.1).
    pub fn allow_all_changes(&self) -> bool {
        self.allow("*:write")
    }

    /// Returns whether they allow reading everything and nothing else: no version of the portal accepts a write with
    /// such a key. Older versions treat narrower permissions differently (IH §12).
    pub fn are_read_only(&self) -> bool {
        self.names().eq(["*:read"])
    }

    fn allow(&self, name: &str) -> bool {
        match self {
            Self::Unrestricted => true,
            Self::Only(names) => {
                let has = |name: &str| names.contains(name);
                has(name) || has("*:write") || name.ends_with(":read") && has("*:read")
            }
        }
    }

    /// Reads the member of a key, which is absent where everything is allowed (IH §15a).
    pub(super) fn decode(owner: &Node<'_>) -> Result<Self, DecodeError> {
        let Some(list) = owner.optional("permissions")? else {
            return Ok(Self::Unrestricted);
        };
        let names = list.elements()?.map(|name| Ok(name.text()?.to_owned()));
        Ok(Self::of(names.collect::<Result<Vec<String>, _>>()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(names: &[&str]) -> Permissions {
        Permissions::of(names.iter().copied())
    }

    #[test]
    fn everything_has_several_spellings_and_one_name() {
        for names in [&[][..], &["*"], &["*", "files:read"]] {
            assert_eq!(only(names), Permissions::Unrestricted, "{names:?}");
        }
        let names: Vec<&str> = Permissions::Unrestricted.names().collect();
        assert_eq!(names, ["*"]);
        assert_ne!(only(&["*:write"]), Permissions::Unrestricted);
    }

    #[test]
    fn what_is_covered_can_be_done_all_the_same() {
        let everything = Permissions::Unrestricted;
        for (wide, narrow) in [
            (&everything, only(&["*:write"])),
            (&only(&["*:write"]), everything.clone()),
            (&only(&["*:write"]), only(&["rooms:read", "files:write"])),
            (&only(&["*:read"]), only(&["rooms:read", "files:read"])),
            (&only(&["rooms:read", "files:read"]), only(&["files:read"])),
        ] {
            assert!(wide.cover(&narrow), "{wide:?} {narrow:?}");
        }
        for (one, other) in [
            (only(&["*:read"]), everything.clone()),
            (only(&["*:read"]), only(&["files:write"])),
            (only(&["files:write"]), only(&["rooms:write"])),
        ] {
            assert!(!one.cover(&other), "{one:?} {other:?}");
        }
        assert!(everything.allow_all_changes() && only(&["*:write"]).allow_all_changes());
        assert!(!only(&["*:read", "files:write"]).allow_all_changes());
    }

    #[test]
    fn who_may_read_everything_and_write_nothing_is_read_only() {
        assert!(only(&["*:read"]).are_read_only());
        for names in [
            &["*"][..],
            &["*:write"],
            &["*:read", "rooms:read"],
            &["*:read", "files:write"],
            &["files:read"],
        ] {
            assert!(!only(names).are_read_only(), "{names:?}");
        }
    }
}
