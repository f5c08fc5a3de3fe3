//! Which scopes of an API key open a path (IH §2.1).

use axum::http::Method;

use crate::account::Credential;
use crate::profile::Profile;

/// What opens the paths with this beginning besides `*:write`, and `*:read` for GET.
struct Rule {
    beginning: &'static str,
    get: &'static [&'static str],
    change: &'static [&'static str],
}

/// The first beginning that matches counts; what is not here asks for `*:read` or `*:write`.
static RULES: [Rule; 5] = [
    Rule {
        beginning: "files/rooms",
        get: &["rooms:read", "rooms:write"],
        change: &["rooms:write"],
    },
    Rule {
        beginning: "files",
        get: &["files:read", "files:write"],
        change: &["files:write"],
    },
    Rule {
        beginning: "people/@self",
        get: &["accounts.self:read", "accounts.self:write"],
        change: &["accounts.self:write"],
    },
    Rule {
        beginning: "people",
        get: &["accounts:read", "accounts:write"],
        change: &["accounts:write"],
    },
    // A key that may change groups may not read them.
    Rule {
        beginning: "group",
        get: &["accounts:read"],
        change: &["accounts:write"],
    },
];

/// Whether a credential opens this path, below the API's root, for this method. Before 3.7 any scope opens the keys, and
/// before the global scopes came, everything but files and people (IH §12).
pub(crate) fn open(credential: &Credential, method: &Method, path: &str, profile: Profile) -> bool {
    let is_guarded = if begins(path, "keys") {
        profile.guards_keys()
    } else {
        profile.has_global_scopes() || begins(path, "files") || begins(path, "people")
    };
    if !is_guarded {
        return true;
    }
    let rule = RULES.iter().find(|rule| begins(path, rule.beginning));
    let is_read = *method == Method::GET;
    let scopes = rule.map_or(&[][..], |rule| if is_read { rule.get } else { rule.change });
    credential.allows(&["*:write"])
        || is_read && credential.allows(&["*:read"])
        || credential.allows(scopes)
}

fn begins(path: &str, beginning: &str) -> bool {
    let head = path.get(..beginning.len());
    let rest = path.get(beginning.len()..).unwrap_or_default();
    head.is_some_and(|head| head.eq_ignore_ascii_case(beginning))
        && (rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::OWNER_ID;

    /// Which of GET and POST the scope opens.
    fn opened(scope: &str, path: &str) -> (bool, bool) {
        let key = Credential::api_key("sk-1", OWNER_ID).with_scopes([scope]);
        (
            open(&key, &Method::GET, path, Profile::V3_7),
            open(&key, &Method::POST, path, Profile::V3_7),
        )
    }

    #[test]
    fn a_scope_opens_the_paths_of_its_name() {
        for (path, scope, expected) in [
            ("settings/webhook", "*:read", (true, false)),
            ("settings/webhook", "*:write", (true, true)),
            ("settings/webhook", "files:write", (false, false)),
            ("security/csp", "accounts:write", (false, false)),
            ("keys", "accounts.self:write", (false, false)),
            ("files/rooms/17", "rooms:read", (true, false)),
            ("files/rooms", "rooms:write", (true, true)),
            ("files/rooms", "files:write", (false, false)),
            ("files/fileops", "files:read", (true, false)),
            ("files/fileops", "rooms:write", (false, false)),
            ("files/roomtemplate", "files:write", (true, true)),
            ("people/@self", "accounts.self:read", (true, false)),
            ("People/@self", "accounts.self:write", (true, true)),
            ("people/@self", "accounts:write", (false, false)),
            ("people/filter", "accounts:read", (true, false)),
            ("group", "accounts:read", (true, false)),
            ("group", "accounts:write", (false, true)),
            ("groups", "accounts:write", (false, false)),
            ("people", "*", (true, true)),
        ] {
            assert_eq!(opened(scope, path), expected, "{scope} {path}");
        }
    }
}
