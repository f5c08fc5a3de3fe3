//! What the portal means by an error status at the endpoints of groups (IH §7).

use crate::api::{self, StatusFailure};
use crate::provider::diagnose::Refusals;

/// How every path about groups of people continues after the API's root.
const GROUP: &str = "/group";

/// The answers to requests about groups.
#[derive(Debug)]
pub(super) struct GroupRefusals;

impl Refusals for GroupRefusals {
    fn cover(&self, error: &api::Error) -> bool {
        error.path().contains(GROUP)
    }

    fn objects(&self) -> &'static str {
        "groups"
    }

    /// A key that may change groups may not read them (IH §2.1).
    fn read_scopes(&self) -> &'static str {
        "accounts:read, *:read or *:write"
    }

    fn explain(&self, _error: &api::Error, failure: &StatusFailure, said: &str) -> Option<String> {
        (failure.status == 403).then(|| {
            format!(
                "The portal refused access (403){said}. Users and guests may not read groups. Use the key of an \
                 administrator or of a room administrator."
            )
        })
    }

    fn title(&self, error: &api::Error) -> Option<&'static str> {
        error.is_access_denied().then_some("groups not allowed")
    }
}
