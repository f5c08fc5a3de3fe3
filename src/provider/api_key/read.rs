//! Reading through the shared list, and what absence means (product §4.4).

use super::guard;
use super::model::{CREATED_BY, NAME, id_of, refresh};
use super::private::KeyPrivate;
use super::session::KeySession;
use crate::api::Role;
use crate::api::keys::KeyId;
use crate::framework::diagnostics::Diagnostic;
use crate::framework::private_state::PrivateState;
use crate::framework::resource::{Progress, ReadRequest};
use crate::framework::value::Object;
use crate::provider::portal::LivePortal;

const SUMMARY: &str = "Could not read the API key";

/// Reads one key. Records nothing when it is gone.
pub(super) async fn read(
    portal: &LivePortal,
    session: &KeySession,
    request: ReadRequest,
    progress: &Progress,
) -> Result<(), Diagnostic> {
    let ReadRequest { state, private } = request;
    let id = id_of(&state)?;
    let mut private: KeyPrivate = private.decode();
    let explain = |error| portal.explain(SUMMARY, &error);
    let list = session.current_list(portal).await.map_err(explain)?;
    let list = guard::find(session, list, id).await.map_err(explain)?;
    let Some(key) = list.item(id) else {
        guard::refuse_absence_elsewhere(portal, &state, &private)?;
        confirm_removal(portal, &state, &private).await?;
        progress.warn(removed(portal, session, id, &state));
        return Ok(());
    };
    guard::recognize(portal, session, &state, &mut private, &key)?;
    progress.save(refresh(state, &key), PrivateState::encode(&private));
    Ok(())
}

/// Decides whether a key that the caller does not see is really gone: administrators see all keys, everyone else their
/// own.
pub(super) async fn confirm_removal(
    portal: &LivePortal,
    state: &Object,
    private: &KeyPrivate,
) -> Result<(), Diagnostic> {
    let caller = match portal.caller().await {
        Ok(caller) => caller,
        Err(error) => {
            let detail = format!(
                "The list does not show it, and the owner of the provider's key cannot be read, so it is unclear \
                 whether it is gone or only hidden from this key. {}",
                portal.wording().detail(&error)
            );
            return Err(out_of_sight(state, &detail));
        }
    };
    let provenance = &private.provenance;
    // Terraform does not pass on the private state of tainted resources.
    let creator = state.get(CREATED_BY).as_str().unwrap_or_default();
    let is_own = provenance.is_creator(&caller.id)
        || provenance.creator.is_none() && creator.eq_ignore_ascii_case(caller.id.as_str());
    if caller.role() == Role::Admin || is_own {
        return Ok(());
    }
    Err(out_of_sight(
        state,
        "The list does not show it, but the provider runs with the key of a person who is neither a portal \
         administrator nor the one who created it, and who sees only their own keys. Use the key of an administrator, \
         or of the person who created it.",
    ))
}

/// Warns that a key is gone. Until one key of the state is found, the portal may be the wrong one.
fn removed(portal: &LivePortal, session: &KeySession, id: KeyId, state: &Object) -> Diagnostic {
    const GONE: &str = "It was deleted in the portal, and requests with it are refused. It is removed from the state. \
    Apply to create a new one, or remove it from the configuration too.";
    let name = state.get(NAME).as_str().unwrap_or("?");
    if session.has_recognized_any() {
        return Diagnostic::warning(format!("Key \"{name}\" no longer exists"), GONE);
    }
    Diagnostic::warning(
        "An API key is missing: does base_url name the right portal?",
        format!(
            "The portal at {} does not show key \"{name}\" ({id}), and this run has found no other key of the state \
             there. If base_url names a different portal than before, correct it and do not apply. Otherwise the key \
             is gone. {GONE}",
            portal.origin()
        ),
    )
}

fn out_of_sight(state: &Object, detail: &str) -> Diagnostic {
    let name = state.get(NAME).as_str().unwrap_or("?");
    Diagnostic::error(
        format!("Key \"{name}\" is not visible"),
        format!(
            "{detail} If it is really gone, remove it from the state with `terraform state rm`. Nothing was changed."
        ),
    )
}
