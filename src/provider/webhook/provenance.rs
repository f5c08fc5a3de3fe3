//! Which webhook a number stands for (product §4.4).
//!
//! A number says nothing on its own: numbers repeat between portals, and on one portal that was restored or
//! set up anew. The owner of every self-hosted portal has the same id, so the creator alone does not tell
//! portals apart either. Private state therefore remembers the portal's origin, the creator and the time of
//! creation, and whatever is read, changed or deleted is compared with them first:
//!
//! | remembered | it is the same webhook when |
//! | --- | --- |
//! | this origin | creator and time agree |
//! | another origin | creator and time agree, and name or uri is as in the state: the portal has moved |
//! | nothing | name or uri is as in the state |
//!
//! "Nothing" are states of a version that remembered only the creator, tainted objects, whose private state
//! Terraform does not hand on, and private state that a crash has lost.

use serde::{Deserialize, Serialize};

use super::model::{NAME, URI};
use crate::api::{Timestamp, UserId, Webhook};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::value::Object;

/// A change of a portal's time zone shifts its dates by whole quarter hours (API §4.4).
const QUARTER_HOUR: i64 = 15 * 60;
/// From UTC−12 to UTC+14.
const LARGEST_SHIFT: i64 = 26 * 60 * 60;
/// Lists tell whole seconds, and may round them up (API §4.4).
const TOLERANCE: i64 = 1;

/// What is remembered of a webhook beside its number.
///
/// The names are short because they are stored once for each webhook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Provenance {
    /// The origin of the portal's address.
    #[serde(skip_serializing_if = "Option::is_none", rename = "at")]
    pub(super) origin: Option<String>,
    /// The id of the user who created the webhook, which also decides what its absence means.
    #[serde(
        skip_serializing_if = "Option::is_none",
        rename = "by",
        alias = "created_by"
    )]
    pub(super) creator: Option<String>,
    /// When it was created, in seconds since 1970, as the portal told it.
    #[serde(skip_serializing_if = "Option::is_none", rename = "on")]
    pub(super) created_on: Option<i64>,
}

/// Why a webhook is not the one that the state was written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Difference {
    Creator,
    CreatedOn,
    NameAndUri,
}

impl Provenance {
    /// Takes it from a webhook as the portal at `origin` shows it.
    pub(super) fn of(origin: &str, webhook: &Webhook) -> Self {
        Self::new(
            origin,
            webhook.created_by.as_ref(),
            webhook.created_on.as_ref(),
        )
    }

    pub(super) fn new(
        origin: &str,
        creator: Option<&UserId>,
        created_on: Option<&Timestamp>,
    ) -> Self {
        Self {
            origin: Some(origin.to_owned()),
            creator: creator.map(ToString::to_string),
            created_on: created_on
                .and_then(Timestamp::to_offset_date_time)
                .map(time::OffsetDateTime::unix_timestamp),
        }
    }

    /// Returns whether a user is known to have created the webhook.
    pub(super) fn is_creator(&self, user: &UserId) -> bool {
        self.creator
            .as_deref()
            .is_some_and(|creator| creator.eq_ignore_ascii_case(user.as_str()))
    }

    /// Returns the remembered origin if it is another one than this.
    pub(super) fn elsewhere(&self, origin: &str) -> Option<&str> {
        self.origin.as_deref().filter(|ours| *ours != origin)
    }

    /// Returns whether a webhook of the portal at `origin` is certainly the remembered one.
    pub(super) fn is_of(&self, origin: &str, webhook: &Webhook) -> bool {
        let seen = Self::of(origin, webhook);
        let dates = self.created_on.zip(seen.created_on);
        let creators = self.creator.as_ref().zip(seen.creator.as_ref());
        self.elsewhere(origin).is_none()
            && dates.is_some_and(|(ours, theirs)| is_same_second(ours, theirs))
            && creators.is_some_and(|(ours, theirs)| ours.eq_ignore_ascii_case(theirs))
    }

    /// Recognizes a webhook of the portal at `origin` as the one that `state` was written for, and returns
    /// what is to be remembered of it from now on.
    pub(super) fn recognize(
        &self,
        origin: &str,
        state: &Object,
        webhook: &Webhook,
    ) -> Result<Self, Difference> {
        let seen = Self::of(origin, webhook);
        if let (Some(ours), Some(theirs)) = (&self.creator, &seen.creator)
            && !ours.eq_ignore_ascii_case(theirs)
        {
            return Err(Difference::Creator);
        }
        let is_here = self.origin.as_deref() == Some(origin);
        let dates = self.created_on.zip(seen.created_on);
        let is_same_date = if is_here {
            is_same_but_for_zone
        } else {
            is_same_second
        };
        if dates.is_some_and(|(ours, theirs)| !is_same_date(ours, theirs)) {
            return Err(Difference::CreatedOn);
        }
        let is_proven = is_here && dates.is_some();
        if !is_proven && !is_named_alike(state, webhook) {
            return Err(Difference::NameAndUri);
        }
        // Kept within the tolerance, so that reading alone changes nothing.
        let is_kept = dates.is_none_or(|(ours, theirs)| is_same_second(ours, theirs));
        let kept = self.created_on.filter(|_| is_kept);
        Ok(Self {
            creator: seen.creator.or_else(|| self.creator.clone()),
            created_on: kept.or(seen.created_on),
            ..seen
        })
    }
}

/// What a moved webhook was at its source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct MovedFrom {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uri: Option<String>,
}

impl MovedFrom {
    /// Refuses a webhook that is not the one that the source described.
    pub(super) fn check(&self, webhook: &Webhook) -> Result<(), Diagnostic> {
        let differs = |ours: &Option<String>, theirs: &str| {
            ours.as_deref().is_some_and(|ours| ours != theirs)
        };
        if !differs(&self.name, &webhook.name) && !differs(&self.uri, &webhook.uri) {
            return Ok(());
        }
        Err(Diagnostic::error(
            format!("Webhook {} is not the one that was moved", webhook.id),
            format!(
                "The moved block took over webhook {}, named {:?} with the uri {:?}, but the portal's webhook of that \
                 number is named {:?} and has the uri {:?}. Check base_url: it may be another portal. If the webhook was \
                 changed in the portal, remove the moved block, run `terraform state rm`, and import the webhook.",
                webhook.id,
                self.name.as_deref().unwrap_or("?"),
                self.uri.as_deref().unwrap_or("?"),
                webhook.name,
                webhook.uri
            ),
        ))
    }
}

fn is_same_second(ours: i64, theirs: i64) -> bool {
    (ours - theirs).abs() <= TOLERANCE
}

fn is_same_but_for_zone(ours: i64, theirs: i64) -> bool {
    let apart = (ours - theirs).abs();
    let rest = apart % QUARTER_HOUR;
    apart <= LARGEST_SHIFT + TOLERANCE && rest.min(QUARTER_HOUR - rest) <= TOLERANCE
}

/// Returns whether a webhook has the name or the uri of a state. A state with neither, as an import leaves it,
/// is about whatever webhook has its number.
fn is_named_alike(state: &Object, webhook: &Webhook) -> bool {
    let (name, uri) = (state.get(NAME).as_str(), state.get(URI).as_str());
    let is_bare = name.is_none() && uri.is_none();
    is_bare || name == Some(&*webhook.name) || uri == Some(&*webhook.uri)
}

#[cfg(test)]
mod tests;
