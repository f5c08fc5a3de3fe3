//! Which DocSpace the emulator is: one place that knows what changed from version to version (API §11).
//!
//! The rest of the crate asks questions ("does this portal probe receivers?") and never compares versions.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The portal version whose behaviour is reproduced (API §11), or the create-webhook tutorial taken at its word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Profile {
    /// 3.0 and older: no triggers, admins only, partial updates, the secret is returned.
    #[serde(rename = "3.0")]
    V3_0,
    /// 3.1: 32-bit triggers, the HEAD probe, non-admins, API keys.
    #[serde(rename = "3.1")]
    V3_1,
    /// 3.5 and 3.6: as 3.1, and the parser demands the id of an update.
    #[serde(rename = "3.6")]
    V3_6,
    /// 3.7: 64-bit triggers, the full URL rules, role availability of triggers.
    #[default]
    #[serde(rename = "3.7")]
    V3_7,
    /// A portal exactly as the tutorial describes it: bare bodies, trigger names, optional secret.
    #[serde(rename = "tutorial")]
    Tutorial,
}

impl Profile {
    /// Every profile, in the order `--help` names them.
    pub const ALL: [Self; 5] = [
        Self::V3_0,
        Self::V3_1,
        Self::V3_6,
        Self::V3_7,
        Self::Tutorial,
    ];

    /// Returns the name used on the command line and in the control API.
    pub fn name(self) -> &'static str {
        match self {
            Self::V3_0 => "3.0",
            Self::V3_1 => "3.1",
            Self::V3_6 => "3.6",
            Self::V3_7 => "3.7",
            Self::Tutorial => "tutorial",
        }
    }

    /// The `docSpace` version that `GET /settings/version/build` reports.
    pub(crate) fn build(self) -> &'static str {
        match self {
            Self::V3_0 => "3.0.4",
            Self::V3_1 => "3.1.0",
            Self::V3_6 => "3.6.1",
            Self::V3_7 | Self::Tutorial => "3.7.2",
        }
    }

    /// Whether webhooks have triggers, a target, dates and an author, and non-admins may own them (3.1).
    pub(crate) fn has_triggers(self) -> bool {
        self != Self::V3_0
    }

    /// Whether API keys, the enable endpoint and the triggers endpoint exist (3.1).
    pub(crate) fn has_api_keys(self) -> bool {
        self != Self::V3_0
    }

    /// Whether a key can describe itself (3.1.1, IH §12).
    pub(crate) fn has_current_key(self) -> bool {
        self.has_api_keys() && self != Self::V3_1
    }

    /// Whether there are permissions that cover every path for reading or for everything (3.2.1, IH §12).
    pub(crate) fn has_global_scopes(self) -> bool {
        self != Self::V3_1
    }

    /// Whether keys are managed with a global scope only, and stay as they are once they have expired (3.7, IH §12).
    pub(crate) fn guards_keys(self) -> bool {
        self.is_current()
    }

    /// Whether the portal still has the settings of its built-in route hooks (3.0 and older, API §6.9).
    pub(crate) fn has_route_hooks(self) -> bool {
        self == Self::V3_0
    }

    /// Whether triggers are 64 bits wide and the form, agent and download events exist (3.7).
    pub(crate) fn has_wide_triggers(self) -> bool {
        self.is_current()
    }

    /// Whether a known trigger must be available to the caller's role (3.7, API §7 A).
    pub(crate) fn checks_trigger_rights(self) -> bool {
        self.is_current()
    }

    /// Whether the full URL rules hold at validation and at delivery (3.7, API §7.1 and §10).
    pub(crate) fn has_url_rules(self) -> bool {
        self.is_current()
    }

    /// Whether create, update and enable send a HEAD request to the receiver (3.1, API §7 D).
    pub(crate) fn probes(self) -> bool {
        self != Self::V3_0
    }

    /// Whether an update is checked like a creation (3.1); before, only its schema was checked.
    pub(crate) fn checks_updates(self) -> bool {
        self != Self::V3_0
    }

    /// Whether probes and deliveries follow redirects (before 3.7, API §7 D).
    pub(crate) fn follows_redirects(self) -> bool {
        !self.is_current()
    }

    /// Whether `targetId` is limited to 255 code units (3.7, API §4.1).
    pub(crate) fn limits_target_id(self) -> bool {
        self.is_current()
    }

    /// Whether the parser itself demands `id` in an update (3.5, API §8.3).
    pub(crate) fn demands_id(self) -> bool {
        matches!(self, Self::V3_6 | Self::V3_7 | Self::Tutorial)
    }

    /// Whether create has a body of its own, without `id` (3.2.1, API §11).
    pub(crate) fn separates_bodies(self) -> bool {
        !matches!(self, Self::V3_0 | Self::V3_1)
    }

    /// Whether the header for embedding has a longest length (after 3.1, IH §12).
    pub(crate) fn limits_csp_header(self) -> bool {
        !matches!(self, Self::V3_0 | Self::V3_1)
    }

    /// Whether the journal's `count` is limited to 1..=100 (3.2.1, API §11).
    pub(crate) fn limits_journal_count(self) -> bool {
        matches!(self, Self::V3_6 | Self::V3_7 | Self::Tutorial)
    }

    /// Whether the journal turns its dates into UTC, which they are already (3.5, API §4.4).
    pub(crate) fn journal_is_utc(self) -> bool {
        matches!(self, Self::V3_6 | Self::V3_7 | Self::Tutorial)
    }

    /// Whether `GET …/triggers` answers an array of objects instead of one object (3.7, API §6.6).
    pub(crate) fn lists_triggers_as_array(self) -> bool {
        self.is_current()
    }

    /// Whether answers carry the secret (3.0 and older, API §4.2).
    pub(crate) fn returns_secret(self) -> bool {
        self == Self::V3_0
    }

    /// Whether an employee object has `title` (up to 3.6, API §4.3).
    pub(crate) fn employees_have_title(self) -> bool {
        !self.is_current()
    }

    /// Whether `enabled` and `ssl` are true when left out (3.0 and older; the tutorial's sample does the same).
    pub(crate) fn flags_default_to_true(self) -> bool {
        matches!(self, Self::V3_0 | Self::Tutorial)
    }

    /// Whether create stores `enabled` and `ssl` as true whatever is sent (API §16 O1).
    ///
    /// Observed on 3.7.2 and assumed for 3.1 to 3.6, whose columns and insert are the same as far as is known.
    pub(crate) fn create_switches_on(self) -> bool {
        matches!(self, Self::V3_1 | Self::V3_6 | Self::V3_7)
    }

    /// Whether successes are wrapped in `response`, `count`, `links` (API §2.3; the tutorial shows a bare body).
    pub(crate) fn wraps_answers(self) -> bool {
        self != Self::Tutorial
    }

    /// Whether `triggers` may be text, kept and answered as it was sent (tutorial).
    pub(crate) fn accepts_trigger_names(self) -> bool {
        self == Self::Tutorial
    }

    /// Whether a webhook may be created without a secret (tutorial).
    pub(crate) fn secret_is_optional(self) -> bool {
        self == Self::Tutorial
    }

    fn is_current(self) -> bool {
        matches!(self, Self::V3_7 | Self::Tutorial)
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(text: &str) -> Result<Self, UnknownProfile> {
        Self::ALL
            .into_iter()
            .find(|profile| profile.name() == text)
            .ok_or_else(|| UnknownProfile(text.to_owned()))
    }
}

/// A profile name that is not in [`Profile::ALL`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown profile {0:?}; known are 3.0, 3.1, 3.6, 3.7 and tutorial")]
pub struct UnknownProfile(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_is_found_by_its_name() {
        for profile in Profile::ALL {
            assert_eq!(profile.name().parse(), Ok(profile));
            let json = serde_json::to_string(&profile).unwrap();
            assert_eq!(json, format!("\"{}\"", profile.name()));
        }
        assert!("3.8".parse::<Profile>().is_err());
    }
}
