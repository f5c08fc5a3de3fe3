//! A key as Terraform holds it, and how it becomes a request to DocSpace.

use secrecy::SecretString;
use time::Duration;

use crate::api::Timestamp;
use crate::api::keys::{Key, KeyChange, KeyId, NewKey, Permissions};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::value::{Number, Object, Value};
use crate::provider::{dates, expiry};

pub(super) const ID: &str = "id";
pub(super) const NAME: &str = "name";
pub(super) const PERMISSIONS: &str = "permissions";
pub(super) const EXPIRES_IN_DAYS: &str = "expires_in_days";
pub(super) const IS_ACTIVE: &str = "is_active";
pub(super) const ROTATION: &str = "rotation";
pub(super) const ROTATE_BEFORE_DAYS: &str = "rotate_before_days";
pub(super) const KEY: &str = "key";
pub(super) const KEY_POSTFIX: &str = "key_postfix";
pub(super) const CREATED_ON: &str = "created_on";
pub(super) const CREATED_BY: &str = "created_by";
pub(super) const EXPIRES_AT: &str = "expires_at";
pub(super) const EXPIRED: &str = "expired";

/// The longest validity that a key can have (IH §3).
pub(super) const MAX_DAYS: i64 = 365;

/// How far apart two of the portal's dates for one moment can be: the answer to a create is more precise than a list,
/// which truncates or rounds.
const TOLERANCE: Duration = Duration::seconds(2);

/// The changeable configuration of a key, wholly known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeyModel {
    pub(super) name: String,
    pub(super) permissions: Permissions,
    pub(super) is_active: bool,
}

impl KeyModel {
    /// Takes the model out of a planned or stored state.
    pub(super) fn from_object(object: &Object) -> Result<Self, Diagnostic> {
        let incomplete = |name: &str| Diagnostic::bug(format!("The planned key lacks its {name}."));
        let name = object.get(NAME).as_str().ok_or_else(|| incomplete(NAME))?;
        let permissions = permissions_in(object).ok_or_else(|| incomplete(PERMISSIONS))?;
        let is_active = object.get(IS_ACTIVE).as_bool();
        Ok(Self {
            name: name.to_owned(),
            permissions,
            is_active: is_active.ok_or_else(|| incomplete(IS_ACTIVE))?,
        })
    }

    /// Returns the body of a create. Every new key is switched on.
    pub(super) fn to_create(&self, expires_in_days: Option<i64>) -> NewKey {
        NewKey {
            name: self.name.clone(),
            permissions: self.permissions.clone(),
            expires_in_days: expires_in_days.and_then(|days| u16::try_from(days).ok()),
        }
    }

    /// Returns the body of an update: what the plan changes.
    pub(super) fn change_from(&self, prior: &Self) -> KeyChange {
        KeyChange {
            name: (self.name != prior.name).then(|| self.name.clone()),
            permissions: (self.permissions != prior.permissions).then(|| self.permissions.clone()),
            is_active: (self.is_active != prior.is_active).then_some(self.is_active),
        }
    }
}

/// Returns the permissions in a state or plan, as far as they are known.
pub(super) fn permissions_in(object: &Object) -> Option<Permissions> {
    let names = object.get(PERMISSIONS).as_elements()?;
    let names: Option<Vec<&str>> = names.iter().map(Value::as_str).collect();
    Some(Permissions::of(names?))
}

/// Returns the keys in a state: the portal knows them and may repeat them.
pub(super) fn secrets_in(object: &Object) -> impl Iterator<Item = SecretString> {
    object.secrets().map(|secret| secret.as_secret().clone())
}

/// Returns a known whole number.
pub(super) fn days_in(value: &Value) -> Option<i64> {
    value.as_number().and_then(Number::to_i64)
}

/// Returns the id in a state.
pub(super) fn id_of(object: &Object) -> Result<KeyId, Diagnostic> {
    let text = object.get(ID).as_str().unwrap_or_default();
    text.parse().map_err(|_malformed| {
        Diagnostic::error(
            "Stored key id is not usable",
            format!(
                "The state holds the id {text:?}, which is not a GUID. Remove the resource with `terraform state rm` \
                 and import the key again by its id."
            ),
        )
    })
}

/// Takes what the portal shows into a state. What differs only in spelling stays as it is.
pub(super) fn refresh(mut state: Object, key: &Key) -> Object {
    if permissions_in(&state).as_ref() != Some(&key.permissions) {
        let names = key.permissions.names().map(Value::from);
        state.set(PERMISSIONS, Value::set(names));
    }
    state.set(ID, key.id.to_string());
    state.set(NAME, key.name.as_str());
    state.set(IS_ACTIVE, key.is_active);
    state.set(KEY_POSTFIX, key.postfix.as_str());
    let created_by = key.created_by.as_ref();
    state.set(CREATED_BY, created_by.map(ToString::to_string));
    set_date(&mut state, CREATED_ON, key.created_on.as_ref());
    set_date(&mut state, EXPIRES_AT, key.expires_at.as_ref());
    if let Some(days) = lifetime(key) {
        state.set(EXPIRES_IN_DAYS, Number::from(days));
    }
    let margin = days_in(state.get(ROTATE_BEFORE_DAYS)).unwrap_or_default();
    let is_expired = expiry::is_over(key.expires_at.as_ref(), margin);
    state.set(EXPIRED, is_expired);
    state
}

/// Sets a date unless the state already has the same moment: dates of one moment differ from answer to answer.
fn set_date(state: &mut Object, name: &str, date: Option<&Timestamp>) {
    let known = state.get(name).as_str().and_then(dates::parse);
    let seen = date.and_then(Timestamp::to_offset_date_time);
    let is_same = known
        .zip(seen)
        .is_some_and(|(known, seen)| (known - seen).abs() <= TOLERANCE);
    if !is_same {
        state.set(name, dates::told(date));
    }
}

/// Returns for how many days a key is valid, which the portal does not tell: the time between two of its dates, if that
/// is a whole number of days.
fn lifetime(key: &Key) -> Option<i64> {
    let moment = |date: &Option<Timestamp>| date.as_ref()?.to_offset_date_time();
    let life = moment(&key.expires_at)? - moment(&key.created_on)?;
    let days = (life + Duration::hours(12)).whole_days();
    let is_whole = (life - Duration::days(days)).abs() <= TOLERANCE;
    (is_whole && (1..=MAX_DAYS).contains(&days)).then_some(days)
}

#[cfg(test)]
mod tests;
