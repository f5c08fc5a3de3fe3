//! What the setting consists of, in the state and in private state.

use serde::{Deserialize, Serialize};

use crate::framework::private_state::PrivateState;
use crate::framework::value::Object;
use crate::provider::mark::Mark;

pub(super) const ID: &str = "id";
pub(super) const LIMITED_TO_ADMINS: &str = "limited_to_admins";

/// The one value of `id`.
pub(super) const THE_ID: &str = "developer_tools";

/// What is kept in private state. It can be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct DeveloperToolsPrivate {
    /// The origin of the portal that the state was written for.
    #[serde(skip_serializing_if = "Option::is_none", rename = "at")]
    pub(super) origin: Option<String>,
    /// Which state this is, once it has set the setting.
    #[serde(skip_serializing_if = "Option::is_none", rename = "by")]
    pub(super) mark: Option<Mark>,
}

impl DeveloperToolsPrivate {
    pub(super) fn of(origin: &str, mark: Option<Mark>) -> PrivateState {
        PrivateState::encode(&Self {
            origin: Some(origin.to_owned()),
            mark,
        })
    }
}

/// Returns whether a state or plan limits the developer tools, if that is known.
pub(super) fn limited_in(object: &Object) -> Option<bool> {
    object.get(LIMITED_TO_ADMINS).as_bool()
}

/// Returns whether a plan being applied limits the developer tools. Nothing in it is still unknown.
pub(super) fn wanted(plan: &Object) -> bool {
    limited_in(plan) == Some(true)
}

/// Returns the state that shows the setting.
pub(super) fn state_of(limited: bool) -> Object {
    Object::new()
        .with(ID, THE_ID)
        .with(LIMITED_TO_ADMINS, limited)
}
