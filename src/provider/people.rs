//! People in words: their roles and their names.

use crate::api::{CurrentUser, Role};

/// The names of the roles, highest first.
pub(super) const ROLES: [&str; 5] = ["owner", "admin", "room_admin", "user", "guest"];

/// Names a role. The owner's flag of administrators is off (API §16 O7).
pub(super) fn role(person: &CurrentUser) -> &'static str {
    match person.role() {
        Role::Admin if person.is_owner => "owner",
        Role::Admin => "admin",
        Role::RoomAdmin => "room_admin",
        Role::User => "user",
        Role::Guest => "guest",
    }
}

/// Returns a name as people read it: the portal encodes it for a web page (API §4.3), letters beyond ASCII included.
pub(super) fn plain(name: &str) -> String {
    let mut parts = name.split('&');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let entity = part.split_once(';');
        if let Some((letter, rest)) =
            entity.and_then(|(entity, rest)| Some((letter(entity)?, rest)))
        {
            plain.push(letter);
            plain.push_str(rest);
        } else {
            plain.push('&');
            plain.push_str(part);
        }
    }
    plain
}

/// Returns what an entity stands for: one that XML knows, or a number.
fn letter(entity: &str) -> Option<char> {
    match entity {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "amp" => Some('&'),
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::UserId;

    #[test]
    fn every_role_has_its_name() {
        let person = CurrentUser {
            id: UserId::new("1"),
            display_name: None,
            is_owner: false,
            is_admin: false,
            is_room_admin: false,
            is_collaborator: false,
            is_visitor: false,
        };
        let changes: [fn(&mut CurrentUser); 5] = [
            |person| person.is_owner = true,
            |person| person.is_admin = true,
            |person| person.is_room_admin = true,
            |person| person.is_collaborator = true,
            |person| person.is_visitor = true,
        ];
        for (change, name) in changes.into_iter().zip(ROLES) {
            let mut person = person.clone();
            change(&mut person);
            assert_eq!(role(&person), name);
        }
    }

    #[test]
    fn a_name_is_as_people_read_it() {
        for (encoded, name) in [
            (
                "A &amp; &lt;B&gt; &#39;C&#39; &amp;amp;",
                "A & <B> 'C' &amp;",
            ),
            ("Ren&#233;e", "Renée"),
            ("&#x41;&#X62; &quot;&apos;", "Ab \"'"),
            ("&#128512;", "😀"),
            ("A & B; C", "A & B; C"),
            (
                "&nothing; &#; &#x; &#55296; &",
                "&nothing; &#; &#x; &#55296; &",
            ),
            ("", ""),
        ] {
            assert_eq!(plain(encoded), name);
        }
    }
}
