//! Who may use webhooks.

use crate::account::{Caller, Role};
use crate::front::answer::{HandlerError, Refusal};
use crate::front::call::Call;

/// Refuses guests, and non-admins where webhooks are not theirs to use (API §3.4).
pub(crate) fn webhook_user(call: &Call) -> Result<&Caller, Refusal> {
    let caller = call.caller()?;
    let is_locked_out = call.settings.dev_tools_limited || !call.settings.profile.has_triggers();
    if caller.user.role == Role::Guest || (is_locked_out && !caller.is_admin()) {
        return Err(HandlerError::access_denied().into());
    }
    Ok(caller)
}
