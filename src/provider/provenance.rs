//! Which object of a portal an id identifies (product §4.4).
//!
//! An id alone says nothing: it can also exist on another portal, and on one that was restored or set up anew. The
//! owner of every self-hosted portal has the same id, so the creator alone does not tell portals apart either. Private
//! state therefore remembers the portal's origin, the creator and the time of creation, and every object is compared
//! with them before it is read, changed or deleted:
//!
//! | remembered | it is the same object when |
//! | --- | --- |
//! | this origin | creator and time agree |
//! | another origin | creator and time agree, and it has the state's name: the portal has moved |
//! | nothing | it has the state's name |
//!
//! "Nothing" is remembered of tainted objects, whose private state Terraform does not pass on, of objects whose private
//! state a crash has lost, and of webhooks of a version that remembered only the creator.

use serde::{Deserialize, Serialize};

use crate::api::{Timestamp, UserId};

/// A change of a portal's time zone shifts its dates by whole quarter hours (API §4.4).
const QUARTER_HOUR: i64 = 15 * 60;
/// From UTC−12 to UTC+14.
const LARGEST_SHIFT: i64 = 26 * 60 * 60;
/// Lists show whole seconds, and may round them up (API §4.4).
const TOLERANCE: i64 = 1;

/// What is remembered of an object besides its id.
///
/// The names are short because they are stored once for each object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Provenance {
    /// The origin of the portal's address.
    #[serde(skip_serializing_if = "Option::is_none", rename = "at")]
    pub(super) origin: Option<String>,
    /// The id of the user who created the object, which also decides what its absence means.
    #[serde(
        skip_serializing_if = "Option::is_none",
        rename = "by",
        alias = "created_by"
    )]
    pub(super) creator: Option<String>,
    /// When it was created, in seconds since 1970, according to the portal.
    #[serde(skip_serializing_if = "Option::is_none", rename = "on")]
    pub(super) created_on: Option<i64>,
}

/// Why an object is not the one that the state was written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Difference {
    Creator,
    CreatedOn,
    /// It has another name, and nothing else decides.
    Name,
}

impl Provenance {
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

    /// Returns whether a user is known to have created the object.
    pub(super) fn is_creator(&self, user: &UserId) -> bool {
        self.creator
            .as_deref()
            .is_some_and(|creator| creator.eq_ignore_ascii_case(user.as_str()))
    }

    /// Returns the remembered origin if it differs from this one.
    pub(super) fn elsewhere(&self, origin: &str) -> Option<&str> {
        self.origin.as_deref().filter(|ours| *ours != origin)
    }

    /// Returns whether what is seen certainly belongs to the remembered object.
    pub(super) fn is_certainly(&self, seen: &Self) -> bool {
        let dates = self.created_on.zip(seen.created_on);
        let creators = self.creator.as_ref().zip(seen.creator.as_ref());
        let is_here = self.origin.is_none() || self.origin == seen.origin;
        is_here
            && dates.is_some_and(|(ours, theirs)| is_same_second(ours, theirs))
            && creators.is_some_and(|(ours, theirs)| ours.eq_ignore_ascii_case(theirs))
    }

    /// Compares what is seen of an object with what is remembered, and returns what to remember from now on.
    pub(super) fn compare(&self, seen: Self, is_named_alike: bool) -> Result<Self, Difference> {
        if let (Some(ours), Some(theirs)) = (&self.creator, &seen.creator)
            && !ours.eq_ignore_ascii_case(theirs)
        {
            return Err(Difference::Creator);
        }
        let is_here = self.origin == seen.origin;
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
        if !is_proven && !is_named_alike {
            return Err(Difference::Name);
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

fn is_same_second(ours: i64, theirs: i64) -> bool {
    (ours - theirs).abs() <= TOLERANCE
}

fn is_same_but_for_zone(ours: i64, theirs: i64) -> bool {
    let apart = (ours - theirs).abs();
    let rest = apart % QUARTER_HOUR;
    apart <= LARGEST_SHIFT + TOLERANCE && rest.min(QUARTER_HOUR - rest) <= TOLERANCE
}
