//! The events a webhook can subscribe to: the table of API §5.2 and questions about it.

use crate::account::Role;
use crate::profile::Profile;

/// One row of the trigger table (API §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// The bit's value on the wire; 0 means every event.
    pub value: i64,
    /// The name used in code and in the tutorial, `FileUploaded`.
    pub name: &'static str,
    /// The name used in payloads and in the catalogue, `file.uploaded`.
    pub dotted: &'static str,
    /// Whether a caller of role User may subscribe.
    pub open_to_users: bool,
}

const fn row(bit: u32, name: &'static str, dotted: &'static str, open_to_users: bool) -> Trigger {
    Trigger {
        value: 1 << bit,
        name,
        dotted,
        open_to_users,
    }
}

/// Every known trigger, "all" first, then in the display order of the 3.7 catalogue (API §5.2).
pub const TRIGGERS: [Trigger; 37] = [
    Trigger {
        value: 0,
        name: "All",
        dotted: "*",
        open_to_users: true,
    },
    row(0, "UserCreated", "user.created", false),
    row(1, "UserInvited", "user.invited", false),
    row(2, "UserUpdated", "user.updated", true),
    row(3, "UserDeleted", "user.deleted", true),
    row(4, "GroupCreated", "group.created", false),
    row(5, "GroupUpdated", "group.updated", false),
    row(6, "GroupDeleted", "group.deleted", false),
    row(7, "FileCreated", "file.created", true),
    row(8, "FileUploaded", "file.uploaded", true),
    row(9, "FileUpdated", "file.updated", true),
    row(10, "FileTrashed", "file.trashed", true),
    row(11, "FileDeleted", "file.deleted", true),
    row(12, "FileRestored", "file.restored", true),
    row(13, "FileCopied", "file.copied", true),
    row(14, "FileMoved", "file.moved", true),
    row(34, "FileDownloaded", "file.downloaded", true),
    row(15, "FolderCreated", "folder.created", true),
    row(16, "FolderUpdated", "folder.updated", true),
    row(17, "FolderTrashed", "folder.trashed", true),
    row(18, "FolderDeleted", "folder.deleted", true),
    row(19, "FolderRestored", "folder.restored", true),
    row(20, "FolderCopied", "folder.copied", true),
    row(21, "FolderMoved", "folder.moved", true),
    row(35, "FolderDownloaded", "folder.downloaded", true),
    row(22, "RoomCreated", "room.created", false),
    row(23, "RoomUpdated", "room.updated", true),
    row(24, "RoomArchived", "room.archived", true),
    row(25, "RoomDeleted", "room.deleted", true),
    row(26, "RoomRestored", "room.restored", true),
    row(27, "RoomCopied", "room.copied", false),
    row(28, "FormSubmit", "form.submit", true),
    row(29, "FormFilledOut", "form.filled.out", true),
    row(30, "FormStopped", "form.stopped", true),
    row(31, "AgentCreated", "agent.created", false),
    row(32, "AgentUpdated", "agent.updated", true),
    row(33, "AgentDeleted", "agent.deleted", true),
];

/// The first bit that only 3.7 knows (API §5.2, column "since").
const FIRST_WIDE_BIT: i64 = 1 << 28;

/// Returns the triggers a portal of this profile knows, in catalogue order.
pub(crate) fn known(profile: Profile) -> impl Iterator<Item = &'static Trigger> {
    TRIGGERS
        .iter()
        .filter(move |trigger| profile.has_wide_triggers() || trigger.value < FIRST_WIDE_BIT)
}

/// Finds a trigger by either of its names, ignoring case, or by its decimal value.
pub fn find(text: &str) -> Option<&'static Trigger> {
    let value = text.parse::<i64>().ok();
    TRIGGERS.iter().find(|trigger| {
        trigger.name.eq_ignore_ascii_case(text)
            || trigger.dotted.eq_ignore_ascii_case(text)
            || value == Some(trigger.value)
    })
}

/// Whether a caller of this role may subscribe to one trigger (API §5.2).
pub(crate) fn is_available(trigger: &Trigger, role: Role) -> bool {
    match role {
        Role::Owner | Role::Admin | Role::RoomAdmin => true,
        Role::User => trigger.open_to_users,
        Role::Guest => trigger.value == 0,
    }
}

/// Whether every known bit of a mask is available to the role; unknown bits are not looked at (API §5.1).
pub(crate) fn mask_is_available(mask: i64, role: Role, profile: Profile) -> bool {
    known(profile)
        .filter(|trigger| mask & trigger.value != 0)
        .all(|trigger| is_available(trigger, role))
}

/// Returns the dotted names of a mask as payloads show them: `["*"]` for 0 (API §10).
pub(crate) fn dotted_names(mask: i64, profile: Profile) -> Vec<&'static str> {
    if mask == 0 {
        return vec!["*"];
    }
    known(profile)
        .filter(|trigger| mask & trigger.value != 0)
        .map(|trigger| trigger.dotted)
        .collect()
}

/// Returns the mask of comma-separated trigger names, if every one of them is known (tutorial profile).
pub(crate) fn mask_of_names(text: &str) -> Option<i64> {
    text.split(',')
        .map(|name| find(name.trim()).map(|trigger| trigger.value))
        .try_fold(0, |mask, value| value.map(|value| mask | value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_bit_once() {
        let mask = TRIGGERS
            .iter()
            .fold(0_i64, |mask, trigger| mask ^ trigger.value);
        assert_eq!(mask, (1 << 36) - 1);
        assert_eq!(known(Profile::V3_7).count(), 37);
        assert_eq!(known(Profile::V3_6).count(), 29);
    }

    #[test]
    fn dotted_names_are_the_names_in_another_spelling() {
        for trigger in TRIGGERS.iter().skip(1) {
            assert_eq!(
                trigger.dotted.replace('.', ""),
                trigger.name.to_ascii_lowercase()
            );
        }
    }

    #[test]
    fn masks_are_decoded_for_payloads() {
        assert_eq!(dotted_names(0, Profile::V3_7), ["*"]);
        assert_eq!(
            dotted_names(384, Profile::V3_7),
            ["file.created", "file.uploaded"]
        );
        assert_eq!(mask_of_names("FileUploaded, file.created"), Some(384));
        assert_eq!(mask_of_names("FileUploade"), None);
    }

    #[test]
    fn users_may_not_subscribe_to_administrative_events() {
        assert!(!mask_is_available(1, Role::User, Profile::V3_7));
        assert!(mask_is_available(1 << 50, Role::User, Profile::V3_7));
        assert!(mask_is_available(0, Role::Guest, Profile::V3_7));
        assert!(!mask_is_available(256, Role::Guest, Profile::V3_7));
        assert!(mask_is_available(1, Role::RoomAdmin, Profile::V3_7));
    }
}
