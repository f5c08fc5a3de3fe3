//! Importing an existing key by its id. Its value cannot be read, so it stays null.

use super::guard;
use super::model::ID;
use super::session::KeySession;
use crate::api::keys::KeyId;
use crate::framework::diagnostics::Diagnostic;
use crate::framework::private_state::PrivateState;
use crate::framework::resource::{ImportRequest, Progress};
use crate::framework::value::Object;
use crate::provider::portal::LivePortal;

const SUMMARY: &str = "Could not import the API key";

/// Imports a key.
pub(super) async fn import(
    portal: &LivePortal,
    session: &KeySession,
    request: ImportRequest,
    progress: &Progress,
) -> Result<(), Diagnostic> {
    let (title, text) = match &request {
        ImportRequest::Id(id) => ("Invalid import id", id.as_str()),
        ImportRequest::Identity(identity) => (
            "Invalid import identity",
            identity.get(ID).as_str().unwrap_or_default(),
        ),
    };
    let id: KeyId = text.parse().map_err(|_malformed| malformed(title, text))?;
    let explain = |error| portal.explain(SUMMARY, &error);
    let list = session.list.read().await.map_err(explain)?;
    let list = guard::find(session, list, id).await.map_err(explain)?;
    if list.item(id).is_none() {
        return Err(unseen(id));
    }
    let state = Object::new().with(ID, id.to_string());
    progress.save(state, PrivateState::default());
    Ok(())
}

fn malformed(title: &str, text: &str) -> Diagnostic {
    Diagnostic::error(
        title,
        format!(
            "{text:?} is not the id of an API key. Expected a GUID, such as \"0d3f2f5e-6a41-4c57-9b1a-00000000002a\"; the data \
             source docspace_api_keys lists the ids by name."
        ),
    )
}

fn unseen(id: KeyId) -> Diagnostic {
    Diagnostic::error(
        "No such API key",
        format!(
            "The portal shows no key {id}. Check the id, and that base_url is the right portal; the key of a person \
             who is not an administrator sees only that person's keys."
        ),
    )
}
