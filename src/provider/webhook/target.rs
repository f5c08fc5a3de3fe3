//! A webhook for one object, and which events it will never get.
//!
//! The portal compares `targetId` as text with the id of the object that an event is about: GUIDs are in lower case,
//! rooms, folders, files and forms have decimal numbers (IH §11).

use super::model::{TARGET_ID, TRIGGERS};
use crate::api::{Trigger, TriggerMask};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::value::Object;
use crate::provider::portal::LivePortal;
use crate::provider::triggers::{KnownBits, TriggerResolver, TriggerSet};

/// The lengths of the parts of a GUID.
const GUID: [usize; 5] = [8, 4, 4, 4, 12];

/// What a text can be the id of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Users and groups.
    Guid,
    /// Rooms, folders, files and forms.
    Number,
}

impl Kind {
    fn of(target: &str) -> Option<Self> {
        let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
        let lengths = target.split('-').map(str::len);
        if lengths.eq(GUID) && target.split('-').all(is_hex) {
            Some(Self::Guid)
        } else if !target.is_empty() && target.bytes().all(|byte| byte.is_ascii_digit()) {
            Some(Self::Number)
        } else {
            None
        }
    }

    /// Returns the kind of the objects that a trigger is about, where that is certain.
    fn of_trigger(trigger: &Trigger) -> Option<Self> {
        match trigger.dotted.split('.').next()? {
            "user" | "group" => Some(Self::Guid),
            "room" | "folder" | "file" | "form" => Some(Self::Number),
            _ => None,
        }
    }
}

/// Reports which events a planned webhook with a target will never get. Nothing is requested.
pub(super) fn check(prior: Option<&Object>, planned: &Object, diagnostics: &mut Diagnostics) {
    let Some(target) = planned.get(TARGET_ID).as_str() else {
        return;
    };
    if !can_be_an_id(target) {
        diagnostics.push(nothing(target));
        return;
    }
    let kind = Kind::of(target);
    let lower = target.to_ascii_lowercase();
    if kind == Some(Kind::Guid) && lower != target {
        let is_old = prior.is_some_and(|prior| prior.get(TARGET_ID).as_str() == Some(target));
        diagnostics.push(upper_case(&lower, is_old));
    }
    let Some(triggers) = triggers(planned) else {
        return;
    };
    let is_about_others = |trigger: &&Trigger| {
        let wanted = Kind::of_trigger(trigger);
        wanted.is_some() && kind.is_some() && wanted != kind
    };
    if triggers.iter().all(is_about_others) {
        diagnostics.push(mismatch(kind));
    } else if triggers.iter().all(|trigger| is_born(trigger)) {
        diagnostics.push(born());
    }
}

/// Returns whether an object can have this id. The ids of files and folders on third-party storage are texts, such as
/// `sbox-17`: like every id, they have a digit and no blank.
fn can_be_an_id(target: &str) -> bool {
    let has_digit = target.bytes().any(|byte| byte.is_ascii_digit());
    let has_blank = target.contains(char::is_whitespace);
    let is_padded = Kind::of(target) == Some(Kind::Number) && target.starts_with('0');
    has_digit && !has_blank && !is_padded
}

/// Warns of a webhook on a room that expects events of the room's contents. A number does not say what it identifies,
/// so this takes a room that the process has looked up. Nothing is requested.
pub(super) fn review(portal: &LivePortal, planned: &Object, diagnostics: &mut Diagnostics) {
    let Some(target) = planned.get(TARGET_ID).as_str() else {
        return;
    };
    let is_deaf = portal.knows_room(target)
        && triggers(planned).is_some_and(|triggers| triggers.iter().all(|one| is_inside(one)));
    if is_deaf {
        diagnostics.push(inside(target));
    }
}

/// Returns whether a trigger is about files or folders, and never about a room: a room's new owner is an update of a
/// folder (IH §11).
fn is_inside(trigger: &Trigger) -> bool {
    let kind = trigger.dotted.split('.').next();
    matches!(kind, Some("file" | "folder")) && trigger.dotted != "folder.updated"
}

/// Returns the planned triggers, unless some are not known yet, some are not known to this build, or all are meant.
fn triggers(planned: &Object) -> Option<Vec<&'static Trigger>> {
    let recorded = KnownBits::new();
    let mask = TriggerResolver::new(&recorded).mask(&TriggerSet::of(planned.get(TRIGGERS)));
    mask.and_then(listed)
}

/// Returns the triggers of a mask, unless it has some that this build does not know, or all.
fn listed(mask: TriggerMask) -> Option<Vec<&'static Trigger>> {
    let triggers: Option<Vec<_>> = mask.positions().map(Trigger::by_bit).collect();
    triggers.filter(|triggers| !triggers.is_empty())
}

/// Returns whether the event itself creates the object, and thus its id.
fn is_born(trigger: &Trigger) -> bool {
    trigger.dotted.ends_with(".created") || trigger.dotted == "room.copied"
}

fn nothing(target: &str) -> Diagnostic {
    let detail = format!(
        "The portal compares target_id as text with the id of the object that an event is about: a number without \
         leading zeros, such as \"17\", for rooms, folders, files and forms, and a GUID for users and groups. Nothing \
         has the id {target:?}, so the webhook would never fire. Set target_id to such an id, or remove it to receive \
         the events of all objects."
    );
    Diagnostic::warning("target_id is not the id of anything", detail).at_attribute(TARGET_ID)
}

fn upper_case(lower: &str, is_old: bool) -> Diagnostic {
    let detail = format!(
        "The portal compares target_id as text, and writes GUIDs in lower case: with capital letters it matches nothing, so \
         the webhook would never fire. Write target_id = \"{lower}\"."
    );
    let summary = "target_id has capital letters";
    let diagnostic = if is_old {
        Diagnostic::warning(summary, detail)
    } else {
        Diagnostic::error(summary, detail)
    };
    diagnostic.at_attribute(TARGET_ID)
}

fn mismatch(kind: Option<Kind>) -> Diagnostic {
    let detail = if kind == Some(Kind::Guid) {
        "The target_id is a GUID, the id of a user or group, but every trigger is about rooms, folders, files or \
         forms, whose ids are decimal numbers. The webhook would never fire. Set target_id to the number of such an \
         object, or add triggers of users or groups."
    } else {
        "The target_id is a number, the id of a room, folder, file or form, but every trigger is about users or \
         groups, whose ids are GUIDs. The webhook would never fire. Set target_id to the GUID of a user or group, or \
         add triggers of rooms, folders, files or forms."
    };
    Diagnostic::warning("No trigger fits the target_id", detail).at_attribute(TARGET_ID)
}

fn born() -> Diagnostic {
    Diagnostic::warning(
        "No trigger can be about the target_id",
        "Every trigger reports a new object, whose id the portal assigns at that moment, so none can be about the \
         object that target_id names. The webhook would never fire. Remove target_id, or add a trigger for what happens \
         to that object later.",
    )
    .at_attribute(TARGET_ID)
}

fn inside(target: &str) -> Diagnostic {
    Diagnostic::warning(
        "A webhook on a room gets no events of its contents",
        format!(
            "Every trigger is about files or folders, and {target} is the number of a room that this run has looked \
             up. If {target} is meant as the room: its webhook gets events of the room itself, never of its contents, \
             so it would never fire. Use triggers of the room, such as RoomUpdated and RoomArchived, or remove \
             target_id to receive the events of all files. If {target} is meant as a file or folder with the same \
             number, nothing is wrong."
        ),
    )
    .at_attribute(TARGET_ID)
}

#[cfg(test)]
mod tests;
