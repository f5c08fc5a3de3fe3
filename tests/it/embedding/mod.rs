//! The resource `docspace_embedding`, through the plugin host and against an emulated portal.
//!
//! | module | asks |
//! | --- | --- |
//! | `life` | what an ordinary life looks like, how many requests it takes, how the list is taken over |
//! | `sharing` | what becomes of entries that somebody else put there, and of another portal's |
//! | `validation` | which entries are refused, when and in which words |
//! | `faults` | what is left after a request went wrong |
//! | `messages` | what the provider says, for `design/messages.md` |

mod faults;
mod life;
pub mod messages;
mod sharing;
mod validation;

use docspace_emulator::{Config, Role, User};
use serde_json::{Value, json};

use crate::commands::{Configuration, Workspace, one};
use crate::portal::Portal;

const EMBEDDING: &str = "docspace_embedding";
const GET: &str = "GET /security/csp";
const POST: &str = "POST /security/csp";

/// A configuration with these entries, which are written with blanks between them.
fn entries(domains: &str) -> Value {
    json!({"domains": domains.split_whitespace().collect::<Vec<_>>()})
}

/// The same as the only resource.
fn listing(domains: &str) -> Configuration {
    one(&entries(domains))
}

/// An empty directory for this portal.
fn directory(portal: &Portal) -> Workspace {
    portal.workspace().of(EMBEDDING)
}

/// A directory that manages these entries, which are all that the portal has.
async fn settled(portal: &Portal, domains: &str) -> Workspace {
    let mut directory = directory(portal);
    directory.apply(&listing(domains)).await.quiet();
    portal.take();
    directory
}

/// Changes the list as a plugin does.
fn set(portal: &Portal, domains: &str) {
    portal
        .emulator
        .set_embedding_domains(domains.split_whitespace());
}

/// The portal's list, with blanks between the entries.
fn list(portal: &Portal) -> String {
    portal.emulator.embedding_domains().join(" ")
}

/// A portal with the keys of a person who may not change the list (`sk-user`), and of one whose key may not
/// (`sk-reader`).
async fn portal_with_weak_keys() -> Portal {
    let user = User::new("00000000-0000-0000-0000-000000000007", Role::RoomAdmin);
    let admin = User::new("00000000-0000-0000-0000-000000000008", Role::Admin);
    let config = Config::offline()
        .with_caller(user, "sk-user", &[])
        .with_caller(admin, "sk-reader", &["*:read"]);
    Portal::with(config).await
}
