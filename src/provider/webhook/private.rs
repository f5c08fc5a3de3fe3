//! What is kept with a webhook in private state.

use serde::{Deserialize, Serialize};

use super::model::StoredSecret;
use super::provenance::{MovedFrom, Provenance};
use super::secret_hash::SecretHash;
use crate::framework::value::Object;
use crate::provider::triggers::KnownBits;

/// Where the stored secret came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SecretOrigin {
    /// The configuration.
    Configured,
    /// The provider generated it.
    Generated,
}

/// What is kept in private state. Everything in it can be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct WebhookPrivate {
    /// Which webhook the state was written for.
    #[serde(flatten)]
    pub(super) provenance: Provenance,
    /// Where `secret_key` came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secret_origin: Option<SecretOrigin>,
    /// Recognizes `secret_key_wo` in automatic mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secret_hash: Option<SecretHash>,
    /// Whether the portal may have another secret than the state, because an update with one failed.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) is_secret_in_doubt: bool,
    /// Whether the key was sent last, where `ignore_changes` keeps both a `secret_key` and a version.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) is_key_newer: bool,
    /// Only in a plan: whether it was given a `secret_key_wo`, as far as that is known.
    #[serde(skip_serializing_if = "Option::is_none", rename = "wo")]
    pub(super) is_secret_given: Option<bool>,
    /// The bits of trigger names that this build's table does not have.
    #[serde(skip_serializing_if = "KnownBits::is_empty")]
    pub(super) trigger_bits: KnownBits,
    /// What the webhook was before a move, until it is first read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) moved_from: Option<MovedFrom>,
}

impl WebhookPrivate {
    /// Takes the secret that was last sent to the portal out of a state.
    pub(super) fn sent_last(&self, state: &Object) -> StoredSecret {
        let mut stored = StoredSecret::from_object(state);
        if stored.is_mixed() {
            if self.is_key_newer {
                stored.version = None;
            } else {
                stored.key = None;
            }
        }
        stored
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::private_state::PrivateState;

    #[test]
    fn private_state_of_another_time_reads_as_far_as_it_goes() {
        let stored = PrivateState::from_bytes(br#"{"created_by":"4c65","future":[1]}"#.to_vec());
        let private: WebhookPrivate = stored.decode();
        assert_eq!(private.provenance.creator.as_deref(), Some("4c65"));
        let damaged = PrivateState::from_bytes(b"\xff".to_vec());
        assert_eq!(
            damaged.decode::<WebhookPrivate>(),
            WebhookPrivate::default()
        );
    }
}
