//! The resource `docspace_api_key`, through the plugin host and against an emulated portal.
//!
//! | module | asks |
//! | --- | --- |
//! | `life` | what an ordinary life looks like, and how many requests it takes |
//! | `ending` | when a key is replaced, and what its days are |
//! | `import` | how a key is taken over that nobody can read |
//! | `own_key` | that the provider's own key is left alone |
//! | `strangers` | that no other key is touched than the one in the state |
//! | `lost_create` | what becomes of a key whose answer is lost |
//! | `limit` | what happens when the portal allows no more keys |
//! | `ephemeral` | that a key for one run is gone after it, however it ends |
//! | `reports` | what the data sources and the list resource tell |
//! | `faults` | what is left after a request went wrong |
//! | `validation` | which arguments are refused, when and in which words |
//! | `messages` | what the provider says, for `design/messages.md` |

mod ending;
mod ephemeral;
mod faults;
mod import;
mod life;
mod limit;
mod lost_create;
pub mod messages;
mod own_key;
mod reports;
mod strangers;
mod validation;

use docspace_emulator::IssuedKey;
use serde_json::{Value, json};

use crate::commands::{Configuration, Workspace, one};
use crate::portal::{Portal, with};

const API_KEY: &str = "docspace_api_key";
const LIST: &str = "GET /keys";
pub use crate::portal::OWN_KEY as OWN;
const POST: &str = "POST /keys";
const PUT: &str = "PUT /keys/{guid}";
const DELETE: &str = "DELETE /keys/{guid}";

/// The same as fault rules name them.
const ON_LIST: &str = "GET /api/2.0/keys";
const ON_OWN: &str = "GET /api/2.0/keys/@self";
const ON_POST: &str = "POST /api/2.0/keys";
const ON_PUT: &str = "PUT /api/2.0/keys/*";
const ON_DELETE: &str = "DELETE /api/2.0/keys/*";

/// A configuration of one key with everything that is required.
fn key() -> Value {
    json!({"name": "CI", "permissions": ["rooms:read"]})
}

/// The same with other values.
fn changed(changes: Value) -> Configuration {
    one(&with(&key(), changes))
}

/// An empty directory for this portal.
fn directory(portal: &Portal) -> Workspace {
    portal.workspace().of(API_KEY)
}

/// A directory in which this key already exists.
async fn settled(portal: &Portal, configuration: &Configuration) -> Workspace {
    let mut directory = directory(portal);
    directory.apply(configuration).await.quiet();
    portal.take();
    directory
}

/// What was asked since the start of a create. Its two questions are asked at once and come in either order: the list is
/// named first.
fn requests_of_create(portal: &Portal) -> Vec<String> {
    let mut requests = portal.all_requests();
    if let Some(questions) = requests.get_mut(..2) {
        questions.sort();
    }
    requests
}

/// The keys of the portal beside the one of the start.
fn made(portal: &Portal) -> Vec<IssuedKey> {
    portal.emulator.api_keys().split_off(1)
}

/// The only one.
#[track_caller]
fn only(portal: &Portal) -> IssuedKey {
    let keys = made(portal);
    assert_eq!(keys.len(), 1, "{keys:#?}");
    keys[0].clone()
}
