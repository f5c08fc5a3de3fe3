//! The resource `docspace_developer_tools`, through the plugin host and against an emulated portal.
//!
//! | module | asks |
//! | --- | --- |
//! | `life` | what an ordinary life looks like, how many requests it takes, and who may live it |
//! | `faults` | what is left after a request went wrong |
//! | `messages` | what the provider says, for `design/messages.md` |

mod faults;
mod life;
pub mod messages;

use docspace_emulator::{Config, Role, User};
use serde_json::json;

use crate::commands::{Configuration, Workspace, one};
use crate::portal::Portal;

const DEVELOPER_TOOLS: &str = "docspace_developer_tools";
const GET: &str = "GET /devtoolsaccess";
const POST: &str = "POST /devtoolsaccess";

fn limited(limited: bool) -> Configuration {
    one(&json!({"limited_to_admins": limited}))
}

/// An empty directory for this portal.
fn directory(portal: &Portal) -> Workspace {
    portal.workspace().of(DEVELOPER_TOOLS)
}

/// A directory that manages the setting as it stands on the portal.
async fn settled(portal: &Portal, is_limited: bool) -> Workspace {
    set(portal, is_limited);
    let mut directory = directory(portal);
    directory.apply(&limited(is_limited)).await.quiet();
    portal.take();
    directory
}

/// Changes the setting as an administrator does.
fn set(portal: &Portal, is_limited: bool) {
    portal
        .emulator
        .change_settings(|settings| settings.dev_tools_limited = is_limited);
}

fn is_limited(portal: &Portal) -> bool {
    portal.emulator.settings().dev_tools_limited
}

/// A portal with the key of a room administrator (`sk-user`), and with one that may only read (`sk-reader`).
async fn portal_with_weak_keys() -> Portal {
    let user = User::new("00000000-0000-0000-0000-000000000007", Role::RoomAdmin);
    let admin = User::new("00000000-0000-0000-0000-000000000008", Role::Admin);
    let config = Config::offline()
        .with_caller(user, "sk-user", &[])
        .with_caller(admin, "sk-reader", &["*:read"]);
    Portal::with(config).await
}
